//! RFC 1985, RFC 2645: clients that ask for the mail that waits for them; and HELP.

use smtp_proto::server::{Channel, Config, Error, Event, Misuse, Session, State};
use smtp_proto::{BytesMut, client};

use crate::transcript::{EHLO, config, play, play_on};

fn turning() -> Config {
    let mut config = config();
    config.etrn = true;
    config.atrn = true;
    config.mechanisms.offer("PLAIN").unwrap();
    config
}

/// RFC 1985 §5: the driver answers with any of its replies, between transactions.
#[test]
fn etrn() {
    let seen = play(
        turning(),
        &["
        S: 220 mx.example.org ESMTP
        C: ETRN client.example.org
        S: 503 5.5.1 Send EHLO or HELO first
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250-ETRN
        S: 250-ATRN
        S: 250 HELP
        C: ETRN client.example.org
        S: 250 2.0.0 OK
        C: ETRN #uucp
        S: 252 2.0.0 OK, pending messages for the queue started
        C: ETRN @example.org
        S: 502 5.5.1 Command not implemented
        C: ETRN
        S* 501 5.5.4
        C: ETRN not_a_host
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: ETRN client.example.org
        S: 503 5.5.1 Not in a mail transaction
        "],
    );
    assert_eq!(seen.events.iter().filter(|event| event.starts_with("Etrn")).count(), 3);
    play(config(), &[EHLO, "C: ETRN a\nS: 502 5.5.1 Command not implemented\n"]);
}

/// RFC 2645 §5.2: for who has logged in; then the connection is a client session's.
#[test]
fn atrn() {
    let login = "
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S: 235 2.7.0 Authentication successful
    ";
    let seen = play_on(
        Channel::Tls,
        turning(),
        &[
            EHLO,
            "
            C: ATRN example.org
            S: 530 5.7.0 Authentication required
            ",
            login,
            "
            C: ATRN
            S: 453 4.2.1 You have no mail
            C: ATRN example.org,
            S* 501 5.5.4
            C: ATRN example.org,example.com
            S: 250 2.0.0 OK, now reversing the connection
            C: 220 customer.example.org ESMTP
            ",
        ],
    );
    assert!(seen.events.last().unwrap().starts_with("Atrn"), "{:?}", seen.events);
    play_on(Channel::Tls, config(), &[EHLO, "C: ATRN\nS: 502 5.5.1 Command not implemented\n"]);
}

/// What comes after ATRN is neither taken nor answered here.
#[test]
fn what_comes_after_atrn_is_left() {
    let mut config = turning();
    config.plaintext_auth = true;
    let mut out = BytesMut::new();
    let mut smtp = Session::new(config.into(), Channel::Clear, &mut out);
    let mut input = &b"EHLO c\r\nAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\nATRN\r\n220 customer\r\n"[..];
    loop {
        match smtp.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
            Event::Auth(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
            Event::Atrn(None, ticket) => break smtp.turn(ticket, &mut out).unwrap(),
            other => panic!("{other:?}"),
        }
    }
    let written = out.len();
    assert_eq!(smtp.state(), State::Turned);
    for _ in 0..2 {
        let turned = smtp.receive(&mut input, &mut out).unwrap_err();
        assert_eq!((turned, input), (Error::from(Misuse::Turned), &b"220 customer\r\n"[..]));
    }
    smtp.timed_out(&mut out);
    assert_eq!((out.len(), smtp.eof()), (written, Ok(())));
    // RFC 2645 §5.3: it is the greeting of who was the client.
    let mut client = client::Session::new(client::Config::default(), Channel::Clear);
    match client.receive(&mut input, &mut out) {
        Ok(client::Event::Greeting(greeting)) => assert_eq!(greeting.code().get(), 220),
        other => panic!("{other:?}"),
    }
    assert!(input.is_empty());
}

/// RFC 5321 §4.1.1.8.
#[test]
fn help() {
    let mut config = config();
    config.help = true;
    play(
        config,
        &[
            EHLO,
            "
            C: HELP
            S: 214 2.0.0 See RFC 5321 for the commands of SMTP
            C: HELP MAIL
            S: 214 2.0.0 MAIL
            ",
        ],
    );
}
