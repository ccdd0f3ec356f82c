//! APPEND (RFC 9051 §6.3.12): decided first, then streamed.

use std::sync::Arc;

use imap_proto::server::{Channel, Event, Session};
use imap_proto::{Arena, BytesMut, Capability};

use crate::transcript::{LOGIN, config, play};

#[test]
fn a_message() {
    let seen = play(
        config(),
        &[
            LOGIN,
            "
        C: a APPEND INBOX (\\\\Seen) \" 1-Feb-1994 21:52:25 -0800\" {17}
        S: + send the message
        C> a1 LOGOUT\\r\\n\\x01\\xff\\n.\\r\\n
        C:
        S: a OK done
        C: b APPEND {5}
        S: + send the literal
        C: INBOX {3+}
        C: abc
        S: b OK done
        C: c APPEND INBOX {0}
        S: + send the message
        C:
        S: c OK done
        ",
        ],
    );
    assert_eq!(seen.messages, [&b"a1 LOGOUT\r\n\x01\xff\n.\r\n"[..], b"abc", b""]);
}

/// A no leaves both sides in sync: a synchronising literal is not sent, any
/// other is read past.
#[test]
fn rejected() {
    let mut config = config();
    config.limits.message = 100;
    let seen = play(
        config,
        &[
            LOGIN,
            "
        C: a APPEND Missing {9}
        S: a NO [TRYCREATE] there is no such mailbox
        C> b APPEND Missing {18+}\\r\\n
        S: b NO [TRYCREATE] there is no such mailbox
        C: x LOGOUT
        C> y LOGOUT
        C:
        C: c NOOP
        S: c OK done
        C: d APPEND INBOX {101}
        S: d NO [TOOBIG] the message is too big
        C: e APPEND INBOX {99999999999999999999}
        S* e BAD
        C: f NOOP
        S: f OK done
        ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// What does not end after its message is not kept.
#[test]
fn more_after_the_message() {
    let seen = play(
        config(),
        &[
            LOGIN,
            "
        C: a APPEND INBOX {3+}
        C: abc more
        S: a BAD expected the end of the command after the message
        C: b APPEND INBOX {3+}
        C: abc {10+}
        S: b BAD expected the end of the command after the message
        C> c LOGOUT\\r\\n
        C:
        C: d NOOP
        S: d OK done
        ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// What ends after its message with LF alone is let pass only where that is.
#[test]
fn a_bare_lf_after_the_message() {
    let transcript = "C: a APPEND INBOX {3+}\nC> abc\\n\n";
    let end = "S: a BAD expected the end of the command after the message\n";
    let seen = play(config(), &[LOGIN, transcript, end, "C: b NOOP\nS: b OK done"]);
    assert!(seen.messages.is_empty());
    let mut lenient = config();
    lenient.tolerance.bare_lf = true;
    let seen = play(lenient, &[LOGIN, transcript, "S: a OK done"]);
    assert_eq!(seen.messages, [b"abc"]);
}

/// RFC 9051 §9: `literal` has no NUL. The message is read to its end,
/// wherever the NUL is, and nothing in it is taken for a command.
#[test]
fn a_nul_in_a_message() {
    for message in
        ["\\0a LOGOUT\\r\\n", "a LOGOUT\\r\\n\\0", "a\\0\\0LOGOUT\\r\\n", "a\\0LOGOUT\\r\\n\\0"]
    {
        let message = format!("C> {message}\n");
        let seen = play(
            config(),
            &[
                LOGIN,
                "C: a APPEND INBOX {11}\nS: + send the message\n",
                &message,
                "C:\nS: a BAD the message has a NUL, which may only come in ~{n}",
                "C: b APPEND INBOX {11+}\n",
                &message,
                "C> {5+}\\r\\nc NO\n",
                "S: b BAD the message has a NUL, which may only come in ~{n}",
                "C: \\r\\nd NOOP\nS: d OK done",
            ],
        );
        assert!(seen.messages.is_empty());
        let ends = seen.events.iter().filter(|event| event.starts_with("BodyEnd"));
        assert_eq!(ends.count(), 0);
    }
}

/// A driver that lets a message come and has no use for its pieces has kept nothing:
/// the client is told so, whatever the split, and what follows is in sync.
#[test]
fn a_message_whose_pieces_are_declined() {
    let input = b"a LOGIN u p\r\nb APPEND x {9+}\r\na LOGOUT\n\r\nc APPEND x {3}\r\nabc d\r\n\
        d APPEND x {0+}\r\n\r\ne NOOP\r\n";
    for split in 0..input.len() {
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let mut session = Session::new(Arc::new(config()), Channel::Tls, &mut out);
        out.clear();
        let (mut start, mut cancelled) = (0, 0);
        for end in [split, input.len()] {
            let mut unread = &input[start..end];
            loop {
                match session.receive(&mut unread, &arena, &mut out).unwrap() {
                    Event::NeedInput => break,
                    Event::Command(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                    Event::Append(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                    Event::BodyCancelled => cancelled += 1,
                    other => session.decline(other, &mut out).unwrap(),
                }
            }
            start = end - unread.len();
        }
        let written = String::from_utf8_lossy(&out);
        let (_, written) = written.split_once("done\r\n").unwrap();
        assert_eq!(
            written,
            "b NO [CANNOT] not supported here\r\n+ send the message\r\n\
             c BAD expected the end of the command after the message\r\n\
             d NO [CANNOT] not supported here\r\ne OK done\r\n"
        );
        assert_eq!(cancelled, 2);
    }
}

/// RFC 3516 §4.4: `literal8` may hold a NUL, and is BINARY's.
#[test]
fn a_binary_message() {
    let transcript = "C: a APPEND INBOX ~{4+}\nC> \\0a\\0b\nC:\n";
    let mut binary = config();
    binary.capabilities.push(Capability::Binary);
    let seen = play(binary, &[LOGIN, transcript, "S: a OK done"]);
    assert_eq!(seen.messages, [b"\0a\0b"]);
    let seen =
        play(config(), &[LOGIN, transcript, "S: a BAD not offered here\nC: b NOOP\nS: b OK done"]);
    assert!(seen.messages.is_empty());
}

/// `\\Recent` is no flag of APPEND, and no message is asked for with it.
#[test]
fn flags_that_are_not_the_clients() {
    play(
        config(),
        &[
            LOGIN,
            "
        C: a APPEND INBOX (\\\\Seen \\\\Recent) {3}
        S: a BAD expected the message after mailbox, flags and date
        C: b APPEND INBOX (\\\\*) {10+}
        S: b BAD expected the message after mailbox, flags and date
        C> c LOGOUT\\r\\n
        C:
        C: d NOOP
        S: d OK done
        ",
        ],
    );
}
