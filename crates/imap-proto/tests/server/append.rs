//! APPEND (RFC 9051 section 6.3.12): decided first, then streamed.

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
        C> a1 LOGOUT\\r\\n\\0\\xff\\n.\\r\\n
        C:
        S: * 4 EXISTS
        S: a OK done
        C: b APPEND {5}
        S: + send the literal
        C: INBOX {3+}
        C: abc
        S: * 4 EXISTS
        S: b OK done
        C: c APPEND INBOX {0}
        S: + send the message
        C:
        S: * 4 EXISTS
        S: c OK done
        ",
        ],
    );
    assert_eq!(seen.messages, [&b"a1 LOGOUT\r\n\0\xff\n.\r\n"[..], b"abc", b""]);
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

/// What does not end behind its message is not kept.
#[test]
fn more_behind_the_message() {
    let seen = play(
        config(),
        &[
            LOGIN,
            "
        C: a APPEND INBOX {3+}
        C: abc more
        S: a BAD expected the end of the command behind the message
        C: b APPEND INBOX {3+}
        C: abc {10+}
        S: b BAD expected the end of the command behind the message
        C> c LOGOUT\\r\\n
        C:
        C: d NOOP
        S: d OK done
        ",
        ],
    );
    assert!(seen.messages.is_empty());
}
