//! What a session lets through that it does not know, and what it says in words of others.

use std::sync::Arc;

use smtp_proto::server::{
    Channel, Config, Event, ProtocolError, Rejection, Session, State, UnknownCommands,
};
use smtp_proto::{BytesMut, EnhancedCode, ReplyLines, Text, WireLog};

use crate::transcript::{EHLO, config, play};

fn open() -> Config {
    let mut config = config();
    config.starttls = false;
    config.ehlo_lines.add("X-DSN").unwrap();
    config.ehlo_lines.add("X-MARK ONE TWO").unwrap();
    config.mail_parameters.add("X-RET").unwrap();
    config.rcpt_parameters.add("X-NOTIFY").unwrap();
    config.unknown_commands = UnknownCommands::Of(vec!["XWHO".into(), "X-NONE".into()]);
    config
}

/// RFC 5321 §4.1.1.1: lines of the driver's in the answer to EHLO, and not in that to HELO.
#[test]
fn lines_in_the_answer_to_ehlo() {
    play(
        open(),
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-HELP
        S: 250-X-DSN
        S: 250 X-MARK ONE TWO
        C: HELO client.example.org
        S: 250 mx.example.org
        "],
    );
}

/// RFC 5321 §4.1.1.11: parameters that the driver knows reach it, others are answered 555.
#[test]
fn parameters_that_the_driver_knows() {
    let seen = play(
        open(),
        &[
            EHLO,
            "
        C: MAIL FROM:<a@b> X-RET=HDRS SIZE=9 X-OTHER
        S* 555 5.5.4
        C: MAIL FROM:<a@b> X-NOTIFY=NEVER
        S* 555 5.5.4
        C: MAIL FROM:<a@b> x-ret=HDRS SIZE=9
        S: 250 2.1.0 OK
        C: RCPT TO:<c@d> X-RET=HDRS
        S* 555 5.5.4
        C: RCPT TO:<c@d> X-NOTIFY=NEVER
        S: 250 2.1.5 OK
        ",
        ],
    );
    let told = |what: &str| seen.events.iter().any(|event| event.contains(what));
    assert!(told(r#"keyword: "x-ret", value: Some("HDRS")"#), "{:?}", seen.events);
    assert!(told(r#"keyword: "X-NOTIFY", value: Some("NEVER")"#), "{:?}", seen.events);
    // To a client that said HELO nothing was offered.
    let mail = "C: MAIL FROM:<a@b> X-RET=HDRS\nS* 555 5.5.4\n";
    play(open(), &["S* 220\nC: HELO c\nS* 250\n", mail]);
    play(config(), &[EHLO, mail]);
}

/// Where an extension is not offered, a driver that knows its parameters gets them, each in its
/// field and of its grammar; its line stands in the answer to EHLO once, whoever offers it.
#[test]
fn parameters_of_extensions_that_are_not_offered() {
    let mut named = config();
    named.starttls = false;
    for line in ["SIZE 1", "dsn", "X-DSN", "Help ME"] {
        named.ehlo_lines.add(line).unwrap();
    }
    for keyword in ["RET", "mtrk", "MT-PRIORITY"] {
        named.mail_parameters.add(keyword).unwrap();
    }
    named.rcpt_parameters.add("notify").unwrap();
    let hello = "
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-HELP
        S: 250-dsn
        S: 250 X-DSN
        ";
    let script = "
        C: MAIL FROM:<a@b> RET=HDRS MTRK=mQzb:60 mt-priority=3
        S: 250 2.1.0 OK
        C: RCPT TO:<c@d> NOTIFY=NEVER
        S: 250 2.1.5 OK
        C: RCPT TO:<c@d> NOTIFY=NEVER ORCPT=rfc822;c@d
        S* 555 5.5.4
        C: RCPT TO:<c@d> NOTIFY=NEVER,SUCCESS
        S* 501 5.5.4
        C: RSET
        S* 250
        C: MAIL FROM:<a@b> RET=HDRS ENVID=1
        S* 555 5.5.4
        C: MAIL FROM:<a@b> RET=X
        S* 501 5.5.4
        ";
    let seen = play(named.clone(), &[hello, script]);
    let told = |what: &str| seen.events.iter().any(|event| event.contains(what));
    assert!(told("ret: Some(Headers)") && told("priority: Some("), "{:?}", seen.events);
    assert!(told(r#"keyword: "MTRK", value: Some("mQzb:60")"#), "{:?}", seen.events);
    assert!(told("notify: Some("), "{:?}", seen.events);
    // With the extension switched on, its own line is the one that stands there.
    named.dsn = true;
    let seen = play(named.clone(), &[EHLO]);
    assert!(seen.replies.contains("\r\n250-DSN\r\n") && !seen.replies.contains("dsn"));
    // HELO offers nothing.
    play(named, &["S* 220\nC: HELO c\nS* 250\nC: MAIL FROM:<a@b> RET=HDRS\nS* 555 5.5.4\n"]);
}

/// Verbs that the crate knows come to nothing where they are named: they are carried out or
/// refused as everywhere.
#[test]
fn verbs_that_the_crate_knows() {
    let mut named = config();
    named.unknown_commands =
        UnknownCommands::Of(["NOOP", "EXPN", "ETRN", "TURN", "BURL"].map(Into::into).into());
    let script = "
        C: NOOP
        S: 250 2.0.0 OK
        C: EXPN staff
        S: 502 5.5.1 Command not implemented
        C: ETRN example.org
        S: 502 5.5.1 Command not implemented
        C: TURN
        S: 502 5.5.1 Command not implemented
        C: BURL imap://a@b/c LAST
        S: 502 5.5.1 Command not implemented
        ";
    let seen = play(named, &[EHLO, script]);
    assert!(!seen.events.iter().any(|event| event.starts_with("Unknown")), "{:?}", seen.events);
}

/// A proxy takes all verbs, but no request of HTTP; a log shows none that nobody named: it may
/// be a password.
#[test]
fn all_verbs() {
    let mut config = config();
    config.unknown_commands = UnknownCommands::All;
    let mut out = BytesMut::new();
    let mut session = Session::new(config.into(), Channel::Clear, &mut out);
    let (shown, show) = std::sync::mpsc::channel();
    session.log_wire(WireLog::new(move |line| drop(shown.send(line.to_string()))), &out);
    let mut input = &b"XWHO a\r\nhunter2\r\nQUITE\r\nGET / HTTP/1.1\r\n"[..];
    for verb in ["XWHO", "hunter2", "QUITE"] {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Unknown(command, ticket) if command.verb() == verb => {
                session.reject(ticket, Rejection::NOT_SUPPORTED, &mut out).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
    let http = session.receive(&mut input, &mut out);
    assert_eq!(http.unwrap_err(), ProtocolError::HttpRequest.into());
    let log = show.try_iter().collect::<String>();
    assert!(!log.contains("XWHO") && !log.contains("hunter2"), "{log}");
}

/// RFC 5321 §4.1.1: verbs that the driver knows reach it, in any state, and are answered with
/// any reply; others are answered 500.
#[test]
fn verbs_that_the_driver_knows() {
    let config = open();
    let seen = play(
        config,
        &["
        S: 220 mx.example.org ESMTP
        C: XWHO a b
        S: 250-2.0.0 You are
        S: 250 2.0.0 a b
        C: XWHO
        S: 250-2.0.0 You are
        S: 250 2.0.0 
        C: x-none
        S: 502 5.5.1 Command not implemented
        C: XWHOM
        S: 500 5.5.1 Command not recognized
        C: XWHO \\x01
        S* 500 5.5.2
        "],
    );
    assert_eq!(seen.events.iter().filter(|event| event.starts_with("Unknown")).count(), 3);
    // Of what the crate does not know, the log has the verb.
    assert!(seen.log.contains(&"< XWHO…".to_owned()), "{:?}", seen.log);
    play(self::config(), &[EHLO, "C: XWHO a\nS: 500 5.5.1 Command not recognized\n"]);
}

/// RFC 5321 §3.1 and §4.2: the greeting in the words of the configuration.
#[test]
fn greetings() {
    let mut config = config();
    config.set_greeting("ESMTP ready at noon").unwrap();
    play(config, &["S: 220 mx.example.org ESMTP ready at noon\nC: QUIT\nS: 221 2.0.0 Bye\n"]);
}

/// RFC 5321 §3.1: after a greeting of 554 QUIT is answered 221, and all else 503.
#[test]
fn a_greeting_that_refuses() {
    let mut config = open();
    config.limits.bad_commands = 5;
    let config = Arc::new(config);
    let why = [Text::new("Not you").unwrap(), Text::new("https://example.org/why").unwrap()];
    let why = Rejection::RELAY_DENIED.with_lines(ReplyLines::new(&why));
    let mut out = BytesMut::new();
    let mut session = Session::refuse(config.clone(), Channel::Clear, why, &mut out);
    assert_eq!(&out[..], b"554-Not you\r\n554 https://example.org/why\r\n");
    out.clear();
    for line in ["EHLO c\r\n", "NOOP\r\n", "XWHO\r\n", "MAIL FROM:<a@b>\r\n", "WHAT\r\n"] {
        let event = session.receive(&mut line.as_bytes(), &mut out).unwrap();
        assert!(matches!(event, Event::NeedInput), "{event:?}");
        let reply = if line.starts_with("EHLO") { "503 No" } else { "503 5.5.1 No" };
        assert_eq!(out, format!("{reply} service here: send QUIT\r\n").as_bytes(), "{line}");
        out.clear();
    }
    assert!(matches!(session.receive(&mut &b"QUIT\r\n"[..], &mut out), Ok(Event::Closed)));
    assert_eq!(&out[..], b"221 2.0.0 Bye\r\n");

    // RFC 7504 §3: a host that takes mail from nobody.
    let mut out = BytesMut::new();
    let never = Text::new("This host takes no mail").unwrap();
    let never = Rejection::new(521, EnhancedCode::new(5, 3, 2), never).unwrap();
    let mut session = Session::refuse(config.clone(), Channel::Clear, never, &mut out);
    assert_eq!(&out[..], b"521 This host takes no mail\r\n");
    assert!(matches!(session.receive(&mut &b"QUIT\r\n"[..], &mut out), Ok(Event::Closed)));
    assert!(out.ends_with(b"221 2.0.0 Bye\r\n"));

    let mut out = BytesMut::new();
    let mut session = Session::refuse(config, Channel::Clear, Rejection::UNAVAILABLE, &mut out);
    assert_eq!(&out[..], b"421 Local error, try again later\r\n");
    assert_eq!(session.state(), State::Closed);
    assert!(matches!(session.receive(&mut &b"EHLO c\r\n"[..], &mut out), Ok(Event::Closed)));
}

/// RFC 5321 §4.2.1: a yes and a no of several lines; past US-ASCII, the usual words.
#[test]
fn replies_of_several_lines() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    let lines = ["One", "Two", "Drei"].map(|line| Text::new(line).unwrap());
    let ascii = ReplyLines::new(&lines);
    let past = ["One", "Zwölf"].map(|line| Text::new(line).unwrap());
    let past = ReplyLines::new(&past);
    let greylisted = Rejection::new(450, EnhancedCode::new(4, 7, 1), Text::EMPTY).unwrap();
    let mut noes = [greylisted.with_lines(ascii), greylisted.with_lines(past)].into_iter();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<c@d>\r\nRSET\r\n\
        MAIL FROM:<a@b>\r\n"[..];
    let mut yeses = [ascii, past].into_iter();
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) => {
                session.accept_with(ticket, ascii, &mut out).unwrap();
                // The others would be read as extensions.
                assert!(out.ends_with(b"250 HELP\r\n") && !out.windows(3).any(|at| at == b"Two"));
                out.clear();
            }
            Event::Mail(_, ticket) => {
                session.accept_with(ticket, yeses.next().unwrap(), &mut out).unwrap();
            }
            Event::Rcpt(_, ticket) => {
                session.reject(ticket, noes.next().unwrap(), &mut out).unwrap();
            }
            Event::NeedInput => break,
            _ => {}
        }
    }
    let replies = "250-2.1.0 One\r\n250-2.1.0 Two\r\n250 2.1.0 Drei\r\n\
        450-4.7.1 One\r\n450-4.7.1 Two\r\n450 4.7.1 Drei\r\n450 4.7.1 Try again later\r\n\
        250 2.0.0 OK\r\n250 2.1.0 OK\r\n";
    assert_eq!(String::from_utf8_lossy(&out), replies);
}
