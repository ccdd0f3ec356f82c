//! The body after DATA (RFC 5321 §4.5.2).

use crate::client_side::{Client, everything};
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::{CloseReason, Config, Misuse, ProtocolError, State};
use smtp_proto::{IrregularLineEnding, SendPolicy};

/// A client to which DATA was answered 354.
fn asked_for_body(config: Config) -> Client {
    let mut client = Client::greeted(config, &[]);
    for (command, answer) in
        [("MAIL FROM:<a@b>", "250 OK"), ("RCPT TO:<a@b>", "250 OK"), ("DATA", "354 Go on")]
    {
        client.send(command.as_bytes());
        client.receive(format!("{answer}\r\n").as_bytes());
    }
    client.seen.clear();
    client.out.clear();
    client
}

/// Only what the session stuffs goes out, and only it ends the body.
#[test]
fn bodies_on_the_wire() {
    for (pieces, wire) in [
        (&[][..], ".\r\n"),
        (&["."], "..\r\n.\r\n"),
        (&[".\r\n", ".x", "\r", "\n.", "\r\n"], "..\r\n..x\r\n..\r\n.\r\n"),
        (&["no end"], "no end\r\n.\r\n"),
        (&["a\r\n.\r\nRSET\r\n"], "a\r\n..\r\nRSET\r\n.\r\n"),
    ] {
        let mut client = asked_for_body(everything());
        for piece in pieces {
            client.session.body(piece.as_bytes(), &mut client.out).unwrap();
        }
        client.session.end_body(&mut client.out).unwrap();
        let shown = |octets: &[u8]| octets.escape_ascii().to_string();
        assert_eq!(shown(&client.out), shown(wire.as_bytes()));
        let whole = pieces.concat();
        for at in 0..=whole.len() {
            let mut client = asked_for_body(everything());
            for piece in [&whole[..at], &whole[at..]] {
                client.session.body(piece.as_bytes(), &mut client.out).unwrap();
            }
            client.session.end_body(&mut client.out).unwrap();
            assert_eq!(shown(&client.out), shown(wire.as_bytes()), "{at}");
        }
        assert_eq!((client.session.state(), client.session.waiting()), (State::Ready, 1));
        client.receive(b"250 OK\r\n");
        assert_eq!(client.seen, ["Message 250 OK"]);
    }
}

/// A bare CR or LF is never sent: it is an error, or becomes CRLF.
#[test]
fn line_ends() {
    for piece in ["a\n.\n", "a\r.\r", "\n"] {
        let mut client = asked_for_body(everything());
        let irregular = Err(Misuse::IrregularBody(IrregularLineEnding));
        assert_eq!(
            client
                .session
                .body(piece.as_bytes(), &mut client.out)
                .and_then(|()| client.session.end_body(&mut client.out)),
            irregular
        );
        assert_eq!(client.session.end_body(&mut client.out), irregular);
        assert!(!client.out.windows(3).any(|end| end == b".\r\n"));
        client.session.abandon();
        assert_eq!(client.session.close_reason(), Some(CloseReason::Abandoned));
        assert_eq!(client.session.body(b"x", &mut client.out), Err(Misuse::NotNow));
        assert_eq!(client.session.eof(), Err(ProtocolError::UnexpectedEnd));

        let mut config = everything();
        config.body_policy = SendPolicy::Normalize;
        let mut client = asked_for_body(config);
        client.session.body(piece.as_bytes(), &mut client.out).unwrap();
        client.session.end_body(&mut client.out).unwrap();
        assert!(client.out.ends_with(b"\r\n.\r\n"));
    }
}

/// While a body goes out, nothing else does; and there is a way out.
#[test]
fn a_body_is_a_duty() {
    let mut client = Client::greeted(everything(), &[]);
    assert_eq!(client.session.body(b"x", &mut client.out), Err(Misuse::NotNow));
    assert_eq!(client.session.end_body(&mut client.out), Err(Misuse::NotNow));
    let mut client = asked_for_body(everything());
    assert_eq!(client.session.close_reason(), Some(CloseReason::Unread));
    for command in ["NOOP", "RSET", "QUIT", "MAIL FROM:<a@b>"] {
        let command = smtp_proto::Command::parse(command.as_bytes()).unwrap();
        assert_eq!(client.session.send(command, &mut client.out), Err(Misuse::BodyOpen));
    }
    assert_eq!(client.session.body_aside(1), Err(Misuse::NotNow));
    client.session.body(b"half a mes", &mut client.out).unwrap();
    client.session.abandon();
    client.receive(b"");
    assert_eq!(client.seen, ["closed"]);
    assert_eq!(&client.out[..], b"half a mes");
    assert_eq!(client.session.close_reason(), Some(CloseReason::Abandoned));
}

/// RFC 5321 §3.8: a server may go in the middle of it.
#[test]
fn a_server_that_goes_meanwhile() {
    for (said, seen, reason) in [
        ("421 too slow", &["unsolicited 421 too slow", "closed"], CloseReason::Goodbye),
        ("552 too big", &["unsolicited 552 too big", "Unsolicited"], CloseReason::Unsolicited),
    ] {
        let mut client = asked_for_body(everything());
        client.session.body(b"x", &mut client.out).unwrap();
        client.receive(format!("{said}\r\n").as_bytes());
        assert_eq!(client.seen, seen);
        assert_eq!(client.session.close_reason(), Some(reason));
        assert_eq!(client.session.end_body(&mut client.out), Err(Misuse::NotNow));
    }
}

/// RFC 5321 §4.1.1.4: DATA is refused, and RSET ends what is open.
#[test]
fn data_is_refused() {
    let mut client = Client::greeted(everything(), &[]);
    for (command, answer) in [
        ("MAIL FROM:<a@b>", "250 OK"),
        ("RCPT TO:<a@b>", "250 OK"),
        ("DATA", "451 no space"),
        ("RSET", "250 OK"),
        ("MAIL FROM:<a@b>", "250 OK"),
    ] {
        client.send(command.as_bytes());
        client.receive(format!("{answer}\r\n").as_bytes());
    }
    assert_eq!(client.seen[2..4], ["Data 451 no space", "Rset 250 OK"]);
}
