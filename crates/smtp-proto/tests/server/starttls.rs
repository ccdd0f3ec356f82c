//! RFC 3207: STARTTLS, and what must not survive it.

use std::sync::Arc;

use smtp_proto::server::{Channel, Error, Event, Misuse, ProtocolError, Session, State, Upgrade};
use smtp_proto::{BytesMut, Text, WrongTicket};

use crate::transcript::{EHLO, ENVELOPE, config, play, play_on};

/// RFC 3207 §5, and §4.2: the client starts again.
#[test]
fn a_message_under_tls() {
    let seen = play(
        config(),
        &[
            EHLO,
            "
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
        --- TLS ---
        C: MAIL FROM:<a@example.com>
        S: 503 5.5.1 Send EHLO or HELO first
        C: VRFY a SMTPUTF8
        S: 504 5.5.4 Parameter not offered
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250 HELP
        C: STARTTLS
        S: 503 5.5.1 TLS is active already
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: hi
        C: .
        S: 250 2.0.0 Queued
        C: QUIT
        S: 221 2.0.0 Bye
        ",
        ],
    );
    assert_eq!(seen.messages.len(), 1);
}

/// RFC 3207 §4.2: the transaction and the login of the clear text are forgotten.
#[test]
fn what_was_learnt_in_clear_text_is_forgotten() {
    let mut config = config();
    config.plaintext_auth = true;
    config.mechanisms.offer("PLAIN").unwrap();
    let seen = play(
        config,
        &[
            EHLO,
            "
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S* 235 2.7.0
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
        --- TLS ---
        C: EHLO client.example.org
        S* 250 mx.example.org
        C: DATA
        S: 503 5.5.1 Send MAIL first
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S* 235 2.7.0
        ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// RFC 3207 §4: 501 for an argument; and RFC 8314 §3.3: none of it under TLS.
#[test]
fn refused() {
    play(
        config(),
        &[
            EHLO,
            "
        C: STARTTLS x
        S* 501 5.5.4
        ",
        ],
    );
    play_on(
        Channel::Tls,
        config(),
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250 HELP
        C: STARTTLS
        S: 503 5.5.1 TLS is active already
        "],
    );
}

/// What stands after STARTTLS in the same read is never carried out:
/// not before the handshake, and not after it.
#[test]
fn injected_commands() {
    for injected in ["NOOP\r\n", "EHLO x\r\nMAIL FROM:<evil@example.com>\r\n", "N", "\r\n", "\n"] {
        let input = ["EHLO client.example.org\r\nSTARTTLS\r\n", injected].concat();
        for split in 0..=input.find("TLS\r\n").unwrap() + 4 {
            let mut out = BytesMut::new();
            let mut session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
            let mut unread = Vec::new();
            let mut failure = None;
            for piece in [&input[..split], &input[split..]] {
                unread.extend_from_slice(piece.as_bytes());
                let mut input = &unread[..];
                failure = loop {
                    match session.receive(&mut input, &mut out) {
                        Ok(Event::NeedInput) => break None,
                        Ok(Event::Hello(_, ticket)) => session.accept(ticket, &mut out).unwrap(),
                        Ok(event) => panic!("{event:?}"),
                        Err(error) => break Some(error),
                    }
                };
                unread = input.to_vec();
            }
            assert_eq!(failure, Some(Error::Protocol(ProtocolError::PlaintextAfterStartTls)));
            assert!(unread.is_empty(), "{unread:?}");
            let text = String::from_utf8_lossy(&out);
            assert!(text.ends_with("HELP\r\n554 5.5.1 Nothing may be sent after STARTTLS\r\n"));
            assert_eq!(session.state(), State::Closed);
            // Sticky.
            let again = session.receive(&mut &b"NOOP\r\n"[..], &mut out).unwrap_err();
            assert_eq!(again, ProtocolError::PlaintextAfterStartTls.into());
        }
    }
}

/// Between the 220 and the handshake nothing is read, and what comes is not taken
/// for what comes under TLS.
#[test]
fn clear_text_during_the_handshake() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    let Event::StartTls(ticket) = session.receive(&mut &b"STARTTLS\r\n"[..], &mut out).unwrap()
    else {
        panic!("no STARTTLS");
    };
    let upgrade = session.start_tls(ticket, &mut out).unwrap();
    let early = session.receive(&mut &b""[..], &mut out).unwrap_err();
    assert_eq!(early, Misuse::UpgradePending.into());
    let written = out.len();
    let mut input = &b"NOOP\r\n"[..];
    let refused = session.receive(&mut input, &mut out).unwrap_err();
    assert_eq!(refused, ProtocolError::PlaintextAfterStartTls.into());
    assert!(input.is_empty() && out.len() == written);
    assert_eq!(session.upgraded(upgrade), Err(WrongTicket.into()));
    assert!(session.state() == State::Closed && !session.channel().is_tls());
}

/// A server that cannot, just now, says 454 and goes on in clear text.
#[test]
fn declined() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    out.clear();
    let event = session.receive(&mut &b"STARTTLS\r\n"[..], &mut out).unwrap();
    session.decline(event, &mut out).unwrap();
    assert_eq!(&out[..], b"454 4.7.0 TLS not available due to temporary reason\r\n");
    assert!(matches!(session.receive(&mut &b"NOOP\r\n"[..], &mut out), Ok(Event::NeedInput)));
    assert!(!session.channel().is_tls());
}

/// RFC 3207 §4: "TLS not available" leaves everything as it was.
#[test]
fn declined_in_a_transaction() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    for line in ["EHLO c\r\n", "MAIL FROM:<a@b>\r\n", "STARTTLS\r\n", "RCPT TO:<c@d>\r\n"] {
        out.clear();
        match session.receive(&mut line.as_bytes(), &mut out).unwrap() {
            Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            event => session.decline(event, &mut out).unwrap(),
        }
    }
    assert_eq!(&out[..], b"250 2.1.5 OK\r\n");
}

fn handshake() -> (Session, Upgrade) {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    let Ok(Event::StartTls(ticket)) = session.receive(&mut &b"STARTTLS\r\n"[..], &mut out) else {
        panic!("no STARTTLS");
    };
    let upgrade = session.start_tls(ticket, &mut out).unwrap();
    (session, upgrade)
}

/// An upgrade is of one session.
#[test]
fn the_upgrade_of_another_session() {
    let ((mut first, of_first), (mut second, of_second)) = (handshake(), handshake());
    assert_eq!(first.upgraded(of_second), Err(WrongTicket.into()));
    assert!(first.state() == State::Handshake && !first.channel().is_tls());
    assert_eq!(second.upgraded(of_first), Err(WrongTicket.into()));
    assert!(second.state() == State::Handshake && !second.channel().is_tls());
    let (mut third, of_third) = handshake();
    third.upgraded(of_third).unwrap();
    assert!(third.state() == State::Greeted && third.channel().is_tls());
}

/// During the handshake nothing may be written in clear text, and a session that was
/// closed then stays closed.
#[test]
fn ends_during_the_handshake() {
    let ends: [fn(&mut Session, &mut BytesMut); 3] = [
        |session, out| session.timed_out(out),
        |session, out| session.shut_down(Text::EMPTY, out),
        |session, _| session.eof().unwrap(),
    ];
    for end in ends {
        let ((mut session, upgrade), mut out) = (handshake(), BytesMut::new());
        end(&mut session, &mut out);
        assert!(out.is_empty());
        assert_eq!(session.upgraded(upgrade), Err(WrongTicket.into()));
        assert!(session.state() == State::Closed && !session.channel().is_tls());
    }
}

/// An envelope of the clear text is void, which the first event under TLS tells.
#[test]
fn in_a_transaction() {
    let seen = play(
        config(),
        &[
            ENVELOPE,
            "
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
        --- TLS ---
        C: DATA
        S: 503 5.5.1 Send MAIL first
        C: EHLO client.example.org
        S* 250 mx.example.org
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: DATA
        S: 503 5.5.1 No valid recipients
        ",
        ],
    );
    let resets: Vec<usize> =
        (0..seen.events.len()).filter(|&at| seen.events[at] == "Reset").collect();
    let [reset] = resets[..] else { panic!("{:?}", seen.events) };
    assert!(seen.events[reset - 1].starts_with("StartTls"), "{:?}", seen.events);
}
