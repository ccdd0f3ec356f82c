//! How a session ends, and whether its connection can be used again.

use crate::client_side::{Client, everything};
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::{Channel, CloseReason, ProtocolError, Session};

/// A connection that ends early is told of.
#[test]
fn the_end_of_the_stream() {
    let mut client = Client::greeted(everything(), &[]);
    client.send(b"MAIL FROM:<a@b>");
    client.receive(b"250 O");
    assert_eq!(client.session.waiting(), 1);
    for _ in 0..2 {
        assert_eq!(client.session.eof(), Err(ProtocolError::UnexpectedEnd));
    }
    assert_eq!(client.session.waiting(), 0);
    assert_eq!(client.session.close_reason(), Some(CloseReason::Ended));

    for (command, said) in [("QUIT", "221 bye"), ("NOOP", "421 going down")] {
        let mut client = Client::greeted(everything(), &[]);
        client.send(command.as_bytes());
        client.receive(format!("{said}\r\n").as_bytes());
        assert_eq!(client.session.eof(), Ok(()));
    }
}

/// RFC 5321 §3.8: 421 is the last answer, to whatever it is.
#[test]
fn goodbyes() {
    for said in ["421 bye", "421-a\r\n421 b"] {
        let mut client = Client::greeted(everything(), &["PIPELINING"]);
        client.send(b"MAIL FROM:<a@b>");
        client.send(b"RCPT TO:<a@b>");
        client.receive(format!("{said}\r\n250 OK\r\n").as_bytes());
        assert!(client.seen[0].starts_with("Mail 421"), "{:?}", client.seen);
        assert_eq!(client.seen[1..], ["closed"]);
        client.send(b"QUIT");
        assert_eq!(client.seen[2..], ["Closed"]);
    }
    let mut client = Client::greeted(everything(), &[]);
    client.receive(b"421 too long idle\r\n");
    assert_eq!(client.seen, ["unsolicited 421 too long idle", "closed"]);
    assert_eq!(client.session.close_reason(), Some(CloseReason::Goodbye));
    assert!(!CloseReason::Goodbye.is_orderly());
}

/// Each state in which a connection must not go back into a pool, and those in which it may.
#[test]
fn what_a_pool_asks() {
    use CloseReason::{Finished, Goodbye, OutOfStep, Unread, Unsolicited};
    let reasons = |steps: &[&str]| {
        let mut client = Client::new(everything(), Channel::Tls);
        let play = |step: &&str| {
            match step.strip_prefix("C: ") {
                Some(line) => client.send(line.as_bytes()),
                None => client.receive(format!("{step}\r\n").as_bytes()),
            }
            client.session.close_reason()
        };
        steps.iter().map(play).collect::<Vec<_>>()
    };
    let unread = Some(Unread);
    assert_eq!(Client::new(everything(), Channel::Tls).session.close_reason(), unread);
    assert_eq!(reasons(&["220 a", "C: EHLO c", "250 a"]), [None, unread, None]);
    assert_eq!(
        reasons(&[
            "220 a",
            "C: EHLO c",
            "250 a",
            "C: MAIL FROM:<a@b>",
            "250 a",
            "C: RSET",
            "250 a"
        ])[3..],
        [unread, unread, unread, None]
    );
    assert_eq!(reasons(&["554 no"]), [Some(Goodbye)]);
    assert_eq!(reasons(&["421 busy"]), [Some(Goodbye)]);
    assert_eq!(reasons(&["* OK IMAP"]), [Some(OutOfStep)]);
    assert_eq!(reasons(&["220 a\r\n220 a"]), [Some(Unsolicited)]);
    assert_eq!(reasons(&["220 a", "C: QUIT", "221 a"]), [None, unread, Some(Finished)]);
    let mut client = Client::greeted(everything(), &[]);
    client.receive(b"2");
    assert_eq!(client.session.close_reason(), unread);
}

/// An idle session is small: a relay to many servers has many.
#[test]
fn an_idle_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= 512, "{size} octets");
}
