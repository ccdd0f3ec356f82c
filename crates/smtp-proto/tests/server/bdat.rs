//! RFC 3030: bodies that come in chunks, of any octets.

use smtp_proto::server::{Config, ProtocolError, Rejection, Session, State};
use smtp_proto::{BytesMut, Channel, server::Event};

use crate::transcript::{EHLO, ENVELOPE, config, play};

fn chunking() -> Config {
    let mut config = config();
    config.chunking = true;
    config.binary_mime = true;
    config
}

/// RFC 3030 §2, §4.2: all of it, in the order of its chunks, as it came.
#[test]
fn chunks_make_a_message() {
    let seen = play(
        chunking(),
        &[
            ENVELOPE,
            r"
            C> BDAT 7\r\n\0.\r\n.\n\r
            S: 250 2.0.0 7 octets received
            C: NOOP
            S: 250 2.0.0 OK
            C> bdat 0\r\n
            S: 250 2.0.0 0 octets received
            C> BDAT 6 last\r\nQUIT\r\n
            S: 250 2.0.0 Queued
            C: QUIT
            S: 221 2.0.0 Bye
            ",
        ],
    );
    assert_eq!(seen.messages.len(), 1);
    assert_eq!(seen.messages[0].body, b"\0.\r\n.\n\rQUIT\r\n");
    assert!(seen.log.contains(&"< (7 octets)".to_owned()), "{:?}", seen.log);
}

/// RFC 3030 §2: the last may be empty; chunks come without waiting for the answer to any.
#[test]
fn pipelined_and_empty_chunks() {
    let seen = play(
        chunking(),
        &[
            EHLO,
            r"
            C: MAIL FROM:<a@example.com> BODY=BINARYMIME
            C: RCPT TO:<b@example.org>
            C> BDAT 3\r\nabcBDAT 2\r\n\r\nBDAT 0 LAST\r\n
            C: MAIL FROM:<a@example.com>
            C: RCPT TO:<c@example.org>
            C> BDAT 1 LAST\r\nx
            S: 250 2.1.0 OK
            S: 250 2.1.5 OK
            S: 250 2.0.0 3 octets received
            S: 250 2.0.0 2 octets received
            S: 250 2.0.0 Queued
            S: 250 2.1.0 OK
            S: 250 2.1.5 OK
            S: 250 2.0.0 Queued
            ",
        ],
    );
    let bodies: Vec<_> = seen.messages.iter().map(|message| &message.body[..]).collect();
    assert_eq!(bodies, [&b"abc\r\n"[..], b"x"]);
}

/// RFC 3030 §2: what follows a BDAT that is out of place is read past, and no command; the
/// chunks after it are, too, and are no more faults of the client.
#[test]
fn chunks_out_of_place_are_no_commands() {
    for start in ["", EHLO] {
        let start = if start.is_empty() { "S: 220 mx.example.org ESMTP\n" } else { start };
        let mut config = chunking();
        config.limits.bad_commands = 2;
        let seen = play(
            config,
            &[
                start,
                r"
                C> BDAT 6\r\nQUIT\r\n
                S: 503 5.5.1 Send MAIL first
                C> BDAT 6\r\nQUIT\r\nBDAT 0\r\nBDAT 6 LAST\r\nQUIT\r\n
                S: 503 5.5.1 Send MAIL first
                S: 503 5.5.1 Send MAIL first
                S: 503 5.5.1 Send MAIL first
                C: NOOP
                S: 250 2.0.0 OK
                ",
            ],
        );
        assert_eq!(seen.failure, None);
    }
    // Nor where BDAT is not offered.
    play(
        config(),
        &[
            ENVELOPE,
            r"
        C> BDAT 6 LAST\r\nQUIT\r\n
        S: 502 5.5.1 Command not implemented
        C: NOOP
        S: 250 2.0.0 OK
    ",
        ],
    );
}

/// All recipients were refused, in one write with the chunks (RFC 2920 §3.1).
#[test]
fn no_recipients() {
    let seen = play(
        chunking(),
        &[
            EHLO,
            r"
            C: MAIL FROM:<a@example.com>
            C: RCPT TO:<nobody@example.org>
            C> BDAT 4\r\nDATABDAT 6 LAST\r\nQUIT\r\n
            C: MAIL FROM:<b@example.com>
            S: 250 2.1.0 OK
            S: 550 5.1.1 No such user here
            S: 503 5.5.1 No valid recipients
            S: 503 5.5.1 Send MAIL first
            S: 250 2.1.0 OK
            ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// RFC 3030 §2: between MAIL and RCPT, too, the octets are read past.
#[test]
fn before_rcpt() {
    let seen = play(
        chunking(),
        &[
            EHLO,
            r"
            C: MAIL FROM:<a@example.com>
            S: 250 2.1.0 OK
            C> BDAT 6\r\nQUIT\r\n
            S: 503 5.5.1 No valid recipients
            C: NOOP
            S: 250 2.0.0 OK
            ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// RFC 3030 §2: a line of a chunk may have any length.
#[test]
fn long_lines() {
    let text = "x".repeat(2000);
    let chunk = format!("C> BDAT 2000 LAST\\r\\n{text}\n");
    let seen = play(chunking(), &[ENVELOPE, &chunk, "S: 250 2.0.0 Queued\nC: NOOP\nS* 250\n"]);
    assert_eq!(seen.messages[0].body, text.as_bytes());
}

/// RFC 3030 §2: RSET between the chunks forgets them.
#[test]
fn reset_half_way() {
    let seen = play(
        chunking(),
        &[
            ENVELOPE,
            r"
            C> BDAT 4\r\nhalf
            S: 250 2.0.0 4 octets received
            C: RSET
            S: 250 2.0.0 OK
            C> BDAT 1 LAST\r\nx
            S: 503 5.5.1 Send MAIL first
            C: MAIL FROM:<a@example.com>
            S: 250 2.1.0 OK
            C: RCPT TO:<b@example.org>
            S: 250 2.1.5 OK
            C> BDAT 4\r\nmore
            S: 250 2.0.0 4 octets received
            C: EHLO client.example.org
            S* 250 mx.example.org
            C: MAIL FROM:<a@example.com>
            S: 250 2.1.0 OK
            C: RCPT TO:<b@example.org>
            S: 250 2.1.5 OK
            C: DATA
            S* 354
            C: text
            C: .
            S: 250 2.0.0 Queued
            ",
        ],
    );
    assert_eq!(seen.messages.len(), 1);
    assert_eq!(seen.messages[0].body, b"text\r\n");
    assert_eq!(seen.events.iter().filter(|event| *event == "Reset").count(), 2);
}

/// RFC 3030 §2, §3: DATA and BDAT are not mixed, nor is there another MAIL or RCPT among the
/// chunks; and binary mail has no DATA.
#[test]
fn what_is_not_for_between_chunks() {
    let seen = play(
        chunking(),
        &[
            ENVELOPE,
            r"
            C> BDAT 2\r\nab
            S: 250 2.0.0 2 octets received
            C: DATA
            S: 503 5.5.1 No DATA after BDAT
            C: MAIL FROM:<c@example.com>
            S: 503 5.5.1 A transaction is open already
            C: RCPT TO:<c@example.com>
            S: 503 5.5.1 No more recipients: the body has begun
            C: AUTH PLAIN
            S: 502 5.5.1 Command not implemented
            C> BDAT 2 LAST\r\ncd
            S: 250 2.0.0 Queued
            C: MAIL FROM:<a@example.com> BODY=BINARYMIME
            S: 250 2.1.0 OK
            C: RCPT TO:<b@example.org>
            S: 250 2.1.5 OK
            C: DATA
            S: 503 5.5.1 BODY=BINARYMIME needs BDAT
            C> BDAT 1 LAST\r\n\0
            S: 250 2.0.0 Queued
            ",
        ],
    );
    assert_eq!(seen.messages.len(), 2);
    let mut without = config();
    without.binary_mime = true;
    play(without, &[EHLO, "C: MAIL FROM:<a@b> BODY=BINARYMIME\nS* 555 5.5.4\n"]);
}

/// RFC 1870 §6.3: chunks that are too big together are read past. No later one is taken for
/// the whole of the message.
#[test]
fn too_big() {
    let mut config = chunking();
    config.max_message_size = Some(10);
    for chunks in [r"BDAT 11 LAST\r\n12345678\r\nX", r"BDAT 18446744073709551615 LAST\r\n12"] {
        let whole = chunks.contains("11");
        let script = format!("C> {chunks}\n");
        let answer = "S: 552 5.3.4 Message too big for this server\nC: QUIT\nS: 221 2.0.0 Bye\n";
        let seen = play(config.clone(), &[ENVELOPE, &script, if whole { answer } else { "" }]);
        assert!(seen.messages.is_empty());
        assert_eq!(seen.events.last().unwrap(), if whole { "Closed" } else { "Reset" });
    }
    let seen = play(
        config,
        &[
            ENVELOPE,
            r"
            C> BDAT 8\r\n12345678
            S: 250 2.0.0 8 octets received
            C> BDAT 3\r\n123BDAT 1 LAST\r\nxNOOP\r\n
            S: 552 5.3.4 Message too big for this server
            S: 503 5.5.1 Send MAIL first
            S: 250 2.0.0 OK
            ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// RFC 3030 §2: a message that is refused, or of which nothing was looked at.
#[test]
fn refused_messages() {
    let seen = play(
        chunking(),
        &[
            ENVELOPE,
            r"
            C> BDAT 6 LAST\r\nREFUSE
            S: 554 5.7.1 Refused
            C: MAIL FROM:<blind@example.com>
            S: 250 2.1.0 OK
            C: RCPT TO:<b@example.org>
            S: 250 2.1.5 OK
            C> BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n
            S: 451 4.3.0 Local error, try again later
            S: 503 5.5.1 Send MAIL first
            ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// A size that cannot be read leaves no way to tell the chunk from what follows it.
#[test]
fn sizes_that_cannot_be_read_end_the_session() {
    for line in [
        "BDAT",
        "BDAT ",
        "BDAT -1",
        "BDAT 5LAST",
        "BDAT 5 FIRST",
        "BDAT LAST",
        "BDAT 99999999999999999999999",
    ] {
        let script = format!("C> {line}\\r\\nQUIT\\r\\n\nS* 501 5.5.4\n");
        for config in [chunking(), config()] {
            let seen = play(config, &[ENVELOPE, &script]);
            assert_eq!(seen.failure, Some(ProtocolError::UnreadableBdat), "{line}");
            assert!(!seen.replies.contains("221"));
        }
    }
    let long = format!("C> BDAT 5 {}\\r\\nQUIT\\r\\n\nS* 500 5.5.2\n", " ".repeat(20_000));
    for odd in [&long, "C> BDAT 6\\nQUIT\\r\\n\nS* 500 5.5.2\n"] {
        let seen = play(chunking(), &[ENVELOPE, odd]);
        assert_eq!(seen.failure, Some(ProtocolError::UnreadableBdat));
    }
}

/// RFC 3030 §2: the first chunk asks the driver, whose no is said after it.
#[test]
fn the_driver_says_no() {
    let mut out = BytesMut::new();
    let mut smtp = Session::new(chunking().into(), Channel::Clear, &mut out);
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 6\r\nQUI"[..];
    loop {
        match smtp.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
            Event::Mail(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
            Event::Data(ticket) => {
                out.clear();
                smtp.reject(ticket, Rejection::MAILBOX_FULL, &mut out).unwrap();
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(smtp.receive(&mut input, &mut out), Ok(Event::Reset)));
    assert!(matches!(smtp.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    assert_eq!((smtp.state(), &out[..]), (State::Ready, &b""[..]));
    let mut input = &b"T\r\nBDAT 1 LAST\r\nxQUIT\r\n"[..];
    assert!(matches!(smtp.receive(&mut input, &mut out), Ok(Event::Closed)));
    let replies =
        "452 4.2.2 Mailbox full\r\n503 5.5.1 Send MAIL first\r\n221 2.0.0 Bye\r\n".as_bytes();
    assert_eq!(&out[..], replies);
}

/// RFC 5321 §3.1, RFC 3030 §2: nor is a chunk run by a server that has refused its client.
#[test]
fn a_greeting_that_refuses() {
    let mut out = BytesMut::new();
    let mut smtp = Session::refuse(chunking().into(), Channel::Clear, Rejection::REFUSED, &mut out);
    out.clear();
    let mut input = &b"BDAT 6\r\nQUIT\r\nNOOP\r\n"[..];
    assert!(matches!(smtp.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    let no = "503 5.5.1 No service here: send QUIT\r\n";
    assert_eq!(out, no.repeat(2).as_bytes());
    let unreadable = smtp.receive(&mut &b"BDAT x\r\nQUIT\r\n"[..], &mut out).unwrap_err();
    assert_eq!(unreadable, ProtocolError::UnreadableBdat.into());
}

/// RFC 5321 §4.2.5, RFC 1047: a message of which the last chunk has not come is none.
#[test]
fn a_stream_that_ends_among_chunks() {
    for (sent, cut) in [
        ("BDAT 2\r\na", true),
        ("BDAT 2\r\nab", true),
        ("BDAT 2\r\nabBDAT 0 LAST\r\n", false),
        ("RSET\r\nBDAT 2\r\na", true),
        ("RSET\r\nBDAT 2\r\nab", false),
    ] {
        let mut out = BytesMut::new();
        let mut smtp = Session::new(chunking().into(), Channel::Clear, &mut out);
        let wire = format!("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n{sent}");
        let mut input = wire.as_bytes();
        let delivered = loop {
            match smtp.receive(&mut input, &mut out).unwrap() {
                Event::Hello(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
                Event::Mail(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
                Event::Rcpt(_, ticket) => smtp.accept(ticket, &mut out).unwrap(),
                Event::Data(ticket) => smtp.accept(ticket, &mut out).unwrap(),
                Event::Body(_) | Event::Reset => {}
                Event::BodyEnd(_) => break true,
                Event::NeedInput => break false,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(smtp.eof().is_err(), cut, "{sent:?}");
        assert_eq!(delivered, sent.contains("LAST"));
    }
}
