//! The order of commands, and what their answers change.

use crate::client_side::{Client, EHLO, everything, transcript};
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::{Channel, ClearText, Config, Misuse, Protocol, State};

/// RFC 5321 appendix D.1: a message, and another.
#[test]
fn messages() {
    transcript(
        everything(),
        Channel::Clear,
        &[
            EHLO,
            "C: MAIL FROM:<smith@bar.com>
             S: 250 OK
             E: Mail 250 OK
             C: RCPT TO:<jones@foo.com>
             S: 250 OK
             E: Rcpt(0) 250 OK
             C: RCPT TO:<green@foo.com>
             S: 550 No such user here
             E: Rcpt(1) 550 No such user here
             C: DATA
             S: 354 Start mail input; end with <CRLF>.<CRLF>
             E: Data 354 Start mail input; end with <CRLF>.<CRLF>
             C: Blah blah blah...
             C: ..etc.
             C: .
             S: 250 OK
             E: Message 250 OK
             C: MAIL FROM:<>
             S: 250 2.1.0 OK
             E: Mail 250 2.1.0 OK
             C: RCPT TO:<jones@foo.com>
             S: 251 forwarded
             E: Rcpt(0) 251 forwarded
             C: RSET
             S: 250 OK
             E: Rset 250 OK
             C: QUIT
             S: 221 foo.com Service closing transmission channel
             E: Quit 221 foo.com Service closing transmission channel
             E: closed",
        ],
    );
}

/// RFC 1985, RFC 2645 §5.3, and Postfix's XCLIENT and XFORWARD: what they change.
#[test]
fn commands_of_relays() {
    transcript(
        everything(),
        Channel::Clear,
        &["S: 220 mx
           E: greeting 220 mx
           C: XCLIENT NAME=a LOGIN=b
           S: 220 mx again
           E: XClient 220 mx again
           C: XFORWARD NAME=a
           E: NotNow
           C: EHLO c
           S: 250-mx
           S: 250 AUTH PLAIN
           E: Ehlo 250 mx AUTH PLAIN
           C: XFORWARD NAME=a
           S: 250 OK
           E: XForward 250 OK
           C: ETRN #queue
           S: 253 five messages
           E: Etrn 253 five messages
           C: ATRN
           E: NotNow
           C: XCLIENT NAME=a
           S: 550 you are not trusted
           E: XClient 550 you are not trusted
           C: XCLIENT NAME=a
           S: 220 mx again
           E: XClient 220 mx again
           C: MAIL FROM:<a@b>
           E: NotNow
           C: EHLO c
           S: 250-mx
           S: 250 AUTH PLAIN
           E: Ehlo 250 mx AUTH PLAIN
           C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
           S: 235 welcome
           E: Auth 235 welcome
           C: ATRN a.example
           S: 453 no mail
           E: Atrn 453 no mail
           C: ATRN
           S: 250 OK
           E: Atrn 250 OK
           E: closed"],
    );
}

/// RFC 5321 §4.1.4: what is out of order is not sent.
#[test]
fn out_of_order() {
    transcript(
        everything(),
        Channel::Clear,
        &["C: EHLO c
           E: NotNow
           C: QUIT
           E: NotNow
           S: 220 mx
           E: greeting 220 mx
           C: MAIL FROM:<a@b>
           E: NotNow
           C: AUTH PLAIN
           E: NotNow
           C: LHLO c
           E: NotNow
           C: EHLO c
           S: 502 what?
           E: Ehlo 502 what?
           C: MAIL FROM:<a@b>
           E: NotNow
           C: HELO c
           S: 250 mx
           E: Helo 250 mx
           C: RCPT TO:<a@b>
           E: NotNow
           C: DATA
           E: NotNow
           C: BDAT 1
           E: NotNow
           C: MAIL FROM:<a@b>
           S: 250 OK
           E: Mail 250 OK
           C: MAIL FROM:<a@b>
           E: NotNow
           C: AUTH PLAIN
           E: NotNow
           C: STARTTLS
           E: NotNow
           C: DATA
           E: NotNow
           C: TURN
           E: NotNow
           C: SAML FROM:<a@b>
           E: NotNow
           C: VRFY a
           S: 252 perhaps
           E: Vrfy 252 perhaps
           C: EXPN list
           S: 502 no
           E: Expn 502 no
           C: HELP
           S: 214 no
           E: Help 214 no
           C: NOOP
           S: 250
           E: Noop 250
           C: XCLIENT NAME=a
           E: NotNow
           C: ETRN c
           E: NotNow
           C: ATRN
           E: NotNow
           C: X-OURS
           S: 250
           E: Unknown 250
           C: EHLO c
           S: 250-mx
           S: 250 SIZE
           E: Ehlo 250 mx SIZE
           C: RCPT TO:<a@b>
           E: NotNow
           C: MAIL FROM:<a@b>
           S: 550 not you
           E: Mail 550 not you
           C: RCPT TO:<a@b>
           E: NotNow
           C: QUIT
           C: NOOP
           E: NotNow
           S: 221
           E: Quit 221
           E: closed
           C: NOOP
           E: Closed"],
    );
}

/// RFC 5321 §3.1, §4.2: greetings.
#[test]
fn greetings() {
    for (greeting, seen) in [
        ("220", "greeting 220"),
        ("220-mx\r\n220 ESMTP", "greeting 220 mx ESMTP"),
        ("220 \u{e9}", "greeting 220 \u{e9}"),
    ] {
        let mut client = Client::new(Config::default(), Channel::Tls);
        client.receive(format!("{greeting}\r\n").as_bytes());
        assert_eq!(client.seen, [seen]);
        assert_eq!(client.session.state(), State::Connected);
    }
}

/// RFC 8314 §3: what may be sent in clear text.
#[test]
fn clear_text() {
    let mut config = Config::default();
    for (allowed, mail, plain, cram) in [
        (ClearText::Nothing, false, false, false),
        (ClearText::NoPasswords, true, false, true),
        (ClearText::Everything, true, true, true),
    ] {
        config.clear_text = allowed;
        let may = |line: &str| {
            let mut client = Client::new(config, Channel::Clear);
            client.receive(b"220 mx\r\n");
            client.send(b"EHLO c");
            client.receive(b"250 mx\r\n");
            client.seen.clear();
            client.send(line.as_bytes());
            assert!(client.seen.is_empty() || client.seen == ["ClearText"], "{:?}", client.seen);
            client.seen.is_empty()
        };
        assert_eq!(may("MAIL FROM:<a@b>"), mail);
        assert_eq!(may("VRFY a"), mail);
        assert_eq!(may("AUTH PLAIN AAAA"), plain);
        assert_eq!(may("AUTH X-OURS"), plain);
        assert_eq!(may("AUTH CRAM-MD5"), cram);
        assert!(
            ["EHLO c", "HELO c", "STARTTLS", "RSET", "NOOP", "HELP", "QUIT"].into_iter().all(may)
        );
    }
}

/// RFC 5321 §4.5.3.1.4: a line has an end.
#[test]
fn lines_that_are_too_long() {
    let mut client = Client::greeted(everything(), &[]);
    let long = format!("NOOP {}", "x".repeat(506));
    client.send(long.as_bytes());
    assert_eq!((&client.seen[..], client.session.waiting()), (&["TooLong".to_owned()][..], 0));
    let sent = client.out.len();
    client.send(&long.as_bytes()[..510]);
    assert_eq!(client.out.len(), sent + 512);
}

/// RFC 5321 §4.5.3.2: how long to wait, in each state.
#[test]
fn timeouts() {
    let mut client = Client::new(everything(), Channel::Tls);
    let mut minutes = Vec::new();
    let mut note = |client: &Client| minutes.push(client.session.timeout().as_secs() / 60);
    note(&client);
    client.receive(b"220 mx\r\n");
    client.send(b"EHLO c");
    client.receive(b"250-mx\r\n250 CHUNKING\r\n");
    for (command, answer) in
        [("MAIL FROM:<a@b>", "250 OK"), ("RCPT TO:<a@b>", "250 OK"), ("DATA", "354 Go on")]
    {
        client.send(command.as_bytes());
        note(&client);
        client.receive(answer.as_bytes());
        client.receive(b"\r\n");
    }
    note(&client);
    client.send(b".");
    note(&client);
    client.receive(b"250 OK\r\n");
    note(&client);
    for command in ["MAIL FROM:<a@b>", "RCPT TO:<a@b>"] {
        client.send(command.as_bytes());
        client.receive(b"250 OK\r\n");
    }
    client.send(b"BDAT 3");
    note(&client);
    client.send(b"abc");
    note(&client);
    assert_eq!(minutes, [5, 5, 5, 2, 3, 10, 5, 3, 10]);
}

/// What a reply of the wrong kind leaves open is not found out.
#[test]
fn replies_of_the_wrong_kind() {
    for (before, command, reply) in [
        (&[][..], "MAIL FROM:<a@b>", "354 go on"),
        (&["MAIL FROM:<a@b>"], "RCPT TO:<a@b>", "354 go on"),
        (&["MAIL FROM:<a@b>", "RCPT TO:<a@b>"], "DATA", "250 what?"),
        (&["MAIL FROM:<a@b>"], "RSET", "500 no"),
        (&[], "NOOP", "334 "),
    ] {
        let mut client = Client::greeted(everything(), &[]);
        for line in before {
            client.send(line.as_bytes());
            client.receive(b"250 OK\r\n");
        }
        client.seen.clear();
        client.send(command.as_bytes());
        client.receive(format!("{reply}\r\n").as_bytes());
        assert_eq!(client.seen.len(), 2, "{:?}", client.seen);
        assert_eq!(client.seen[1], "closed");
        let reason = client.session.close_reason();
        assert_eq!(reason, Some(smtp_proto::CloseReason::OutOfStep), "{command}");
    }
}

/// What EHLO has said holds until the next that is accepted (RFC 5321 §4.1.4).
#[test]
fn what_is_kept_of_ehlo() {
    let lines = [
        "PIPELINING",
        "size 1000",
        "AUTH=LOGIN PLAIN",
        "AUTH SCRAM-SHA-256 X-OURS PLAIN",
        "SIZE many",
        "X-OURS a b",
        "?",
        "LIMITS RCPTMAX=3 MAILMAX=2 RCPTDOMAINMAX=1000",
        "8BITMIME",
    ];
    let mut client = Client::greeted(everything(), &lines);
    let check = |client: &Client| {
        let offered = client.session.extensions();
        assert!(offered.pipelining && offered.eight_bit_mime && offered.offers("Auth"));
        assert!(!offered.starttls && !offered.offers("X-OURS"));
        assert_eq!(offered.size_limit, Some(1000));
        let mechanisms: Vec<_> =
            offered.mechanisms.iter().map(|one| one.as_str().to_owned()).collect();
        assert_eq!(mechanisms, ["LOGIN", "PLAIN", "SCRAM-SHA-256", "X-OURS"]);
        assert_eq!((offered.rcpt_max, offered.mail_max), (Some(3), Some(2)));
        assert_eq!(offered.rcpt_domain_max, Some(100), "as many as are told apart");
    };
    check(&client);
    client.send(b"EHLO c");
    client.receive(b"501 not twice\r\n");
    check(&client);
    client.send(b"HELO c");
    client.receive(b"250-mx\r\n250 SIZE\r\n");
    assert!(!client.session.extensions().offers("SIZE"));
}

/// The lines of EHLO, those that are not known too, reach the driver.
#[test]
fn lines_of_ehlo() {
    use smtp_proto::client::{Event, Session};
    use smtp_proto::{Command, Extension, Hostname};
    let mut out = bytes::BytesMut::new();
    let mut session = Session::new(Config::default(), Channel::Tls);
    session.receive(&mut &b"220 mx\r\n"[..], &mut out).unwrap();
    for (command, offers) in
        [(Command::Ehlo(Hostname::parse(b"c").unwrap()), true), (Command::Noop(None), false)]
    {
        session.send(command, &mut out).unwrap();
        let mut input = &b"250-SIZE\r\n250-X-OURS a\r\n250-?\r\n250 DSN\r\n"[..];
        let Ok(Event::Answer(answer)) = session.receive(&mut input, &mut out) else { panic!() };
        let lines: Vec<_> = answer.extensions().collect();
        assert_eq!(lines.len(), if offers { 3 } else { 0 });
        if offers {
            assert!(matches!(lines[0], Ok(Extension::Other(other)) if other.keyword() == "X-OURS"));
            assert!(lines[1].is_err() && lines[2] == Ok(Extension::Dsn));
        }
    }
}

/// What is to be sent alone or not at all says so before it is sent.
#[test]
fn what_is_allowed_is_known_beforehand() {
    let client = Client::greeted(everything(), &[]);
    let chunk = smtp_proto::Command::Bdat { size: 1, last: false };
    assert_eq!(client.session.allows(chunk), Err(Misuse::NotNow));
    let mut lmtp = everything();
    lmtp.protocol = Protocol::Lmtp;
    let mut client = Client::new(lmtp, Channel::Tls);
    client.receive(b"220 mx\r\n");
    for hello in ["EHLO c", "HELO c"] {
        client.send(hello.as_bytes());
    }
    assert_eq!(client.seen[1..], ["NotNow", "NotNow"]);
}
