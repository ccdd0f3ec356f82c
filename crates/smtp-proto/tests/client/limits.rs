//! How much a server takes (RFC 9422), and how much is taken of it.

use crate::client_side::{Client, everything};
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::{Channel, CloseReason, Config, Event, ProtocolError, Session};
use smtp_proto::{BytesMut, Command, Hostname, ReceiveBuffer};

/// RFC 9422 §4: MAILMAX, RCPTMAX and RCPTDOMAINMAX are kept to.
#[test]
fn limits_of_the_server() {
    let limits = "LIMITS MAILMAX=2 RCPTMAX=3 RCPTDOMAINMAX=2";
    let mut client = Client::greeted(everything(), &[limits]);
    let ok = |client: &mut Client, command: &str| {
        client.seen.clear();
        client.send(command.as_bytes());
        if client.seen.is_empty() {
            client.receive(b"250 OK\r\n");
            true
        } else {
            assert_eq!(client.seen, ["LimitReached"], "{command}");
            false
        }
    };
    assert!(ok(&mut client, "MAIL FROM:<a@b>"));
    assert!(ok(&mut client, "RCPT TO:<a@One.example>"));
    assert!(ok(&mut client, "RCPT TO:<a@two.example>"));
    assert!(!ok(&mut client, "RCPT TO:<a@three.example>"));
    assert!(ok(&mut client, "RCPT TO:<b@one.Example>"));
    assert!(!ok(&mut client, "RCPT TO:<c@one.example>"));
    assert!(!ok(&mut client, "RCPT TO:<Postmaster>"));
    assert!(ok(&mut client, "RSET"));
    assert_eq!(client.session.close_reason(), None);
    assert!(ok(&mut client, "MAIL FROM:<a@b>"));
    assert!(!ok(&mut client, "RCPT TO:<a@three.example>"), "the connection's, not the message's");
    assert!(ok(&mut client, "RCPT TO:<Postmaster>"));
    assert_eq!(client.session.close_reason(), Some(CloseReason::Unread), "a transaction is open");
    assert!(ok(&mut client, "RSET"));
    assert!(!ok(&mut client, "MAIL FROM:<a@b>"));
    assert_eq!(client.session.close_reason(), Some(CloseReason::LimitReached));
    assert!(CloseReason::LimitReached.is_orderly());
    client.send(b"QUIT");
    client.receive(b"221 bye\r\n");
    assert_eq!(client.session.close_reason(), Some(CloseReason::Finished));
}

/// A peer that never ends a line, or a reply, or its greeting, is given up at the limit.
#[test]
fn replies_without_end() {
    for start in ["", "220 mx\r\n"] {
        for octets in [&b"x"[..], b"250-a\r\n", b"2"] {
            let mut client = Client::new(everything(), Channel::Tls);
            client.receive(start.as_bytes());
            client.seen.clear();
            if !start.is_empty() {
                client.send(b"EHLO c");
            }
            for octet in octets.repeat(256 / octets.len() + 1).chunks(1) {
                client.receive(octet);
            }
            assert_eq!(client.seen.last().unwrap(), "EndlessReply", "{:?}", client.seen);
            assert_eq!(client.seen.len(), 2);
            assert_eq!(client.session.close_reason(), Some(CloseReason::OutOfStep));
        }
    }
}

/// Ten megabytes of an answer to EHLO, in one line or in many, are not kept: with the limits of
/// default it is given up after 64 KiB.
#[test]
fn an_answer_to_ehlo_of_ten_megabytes() {
    for line in ["250-X-EXTENSION\r\n".to_owned(), "250-".to_owned() + &"X".repeat(10_000_000)] {
        let mut session = Session::new(Config::default(), Channel::Tls);
        let (mut buffer, mut out) = (ReceiveBuffer::new(), BytesMut::new());
        session.receive(&mut &b"220 mx\r\n"[..], &mut out).unwrap();
        let hello = Command::Ehlo(Hostname::parse(b"c").unwrap());
        session.send(hello, &mut out).unwrap();
        let mut wire = line.bytes().cycle().take(10_000_000);
        let mut taken = 0;
        let error = loop {
            let space = buffer.space().unwrap();
            let count = space.len().min(4096);
            for (octet, next) in space[..count].iter_mut().zip(&mut wire) {
                *octet = next;
            }
            buffer.received(count);
            taken += count;
            let mut input = buffer.filled();
            let error = loop {
                match session.receive(&mut input, &mut out) {
                    Ok(Event::NeedInput) => break None,
                    // The start of it is told.
                    Ok(event) => assert!(matches!(event, Event::Unparsed { to: Some(_), .. })),
                    Err(error) => break Some(error),
                }
            };
            if let Some(error) = error {
                break error;
            }
            let unread = input.len();
            buffer.keep_last(unread);
        };
        assert_eq!(error, ProtocolError::EndlessReply.into());
        assert!((65_536..=65_536 + 4096).contains(&taken), "{taken}");
        assert_eq!(session.close_reason(), Some(CloseReason::OutOfStep));
    }
}

/// A server that never answers but talks on is given up.
#[test]
fn junk_without_end() {
    let mut client = Client::greeted(everything(), &[]);
    client.send(b"NOOP");
    client.receive(&b"\r\n".repeat(100));
    client.receive(b"250 OK\r\n");
    client.send(b"NOOP");
    client.receive(&b"?\r\n".repeat(101));
    assert_eq!(client.seen.last().unwrap(), "Junk");
    assert_eq!(client.session.close_reason(), Some(CloseReason::OutOfStep));
    assert_eq!(client.session.eof(), Err(ProtocolError::Junk));
    let mut client = Client::greeted(everything(), &["AUTH PLAIN"]);
    client.out.clear();
    client.send(b"AUTH PLAIN");
    for _ in 0..200 {
        client.receive(b"334 ?\r\n");
    }
    assert_eq!(client.seen.last().unwrap(), "Junk");
    assert_eq!(client.out.len(), "AUTH PLAIN\r\n".len() + 100 * "*\r\n".len());
}

/// Once it is over, what lies there is nobody's, and nothing of it is left.
#[test]
fn nothing_is_left_of_what_comes_after_the_end() {
    let mut client = Client::greeted(everything(), &[]);
    client.send(b"NOOP");
    let shown = [&b"?\r\n".repeat(101)[..], b"250 OK\r\n"].concat();
    let mut input = &shown[..];
    let error = loop {
        match client.session.receive(&mut input, &mut BytesMut::new()) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!((error, input), (ProtocolError::Junk.into(), &b""[..]));
}

/// What a session leaves unread fits the buffer that its limits name.
#[test]
fn what_is_left_unread() {
    let mut config = Config::default();
    config.limits.reply = 0;
    assert_eq!(config.limits.buffer(), 8);
    assert_eq!(Config::default().limits.buffer(), 65_536);
}
