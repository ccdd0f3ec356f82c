//! RFC 2920: commands in groups.

use crate::transcript::{EHLO, ENVELOPE, config, play};

/// RFC 2920 §4, the third example.
#[test]
fn a_group_of_commands() {
    let seen = play(
        config(),
        &[
            EHLO,
            "
        C: MAIL FROM:<mrose@dbc.mtview.ca.us>
        C: RCPT TO:<ned@innosoft.com>
        C: RCPT TO:<dan@innosoft.com>
        C: RCPT TO:<kvc@innosoft.com>
        C: DATA
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 354 End data with <CRLF>.<CRLF>
        C: hi
        C: .
        C: QUIT
        S: 250 2.0.0 Queued
        S: 221 2.0.0 Bye
        ",
        ],
    );
    assert_eq!(seen.messages[0].to.len(), 3);
}

/// Replies come in order, after failures too.
#[test]
fn failures_in_a_group() {
    let seen = play(
        config(),
        &[
            EHLO,
            "
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<nobody@example.org>
        C: RCPT TO:<full@example.org>
        C: RCPT TO:<b@example.org>
        C: NOOP
        C: WHAT
        C: DATA
        C: hi
        C: .
        C: RSET
        S: 250 2.1.0 OK
        S: 550 5.1.1 No such user here
        S: 452 4.2.2 Mailbox full
        S: 250 2.1.5 OK
        S: 250 2.0.0 OK
        S: 500 5.5.1 Command not recognized
        S* 354
        S: 250 2.0.0 Queued
        S: 250 2.0.0 OK
        ",
        ],
    );
    assert_eq!(seen.messages[0].to, ["b@example.org"]);
}

/// No recipient was good, so the body is taken for bad commands, and
/// nothing is delivered.
#[test]
fn a_body_that_was_not_asked_for() {
    let seen = play(
        config(),
        &[
            EHLO,
            "
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<nobody@example.org>
        C: DATA
        C: Subject: hi
        C: 
        C: x
        C: .
        C: QUIT
        S: 250 2.1.0 OK
        S: 550 5.1.1 No such user here
        S: 503 5.5.1 No valid recipients
        S* 500 5.5.2
        S* 500 5.5.2
        S* 500 5.5.1
        S* 500 5.5.2
        S: 221 2.0.0 Bye
        ",
        ],
    );
    assert!(seen.messages.is_empty());
}

/// DATA, the body, its end and QUIT in one read.
#[test]
fn data_to_quit_at_once() {
    let seen = play(
        config(),
        &[
            ENVELOPE,
            "
        C: DATA
        C: hi
        C: .
        C: QUIT
        S* 354
        S: 250 2.0.0 Queued
        S: 221 2.0.0 Bye
        ",
        ],
    );
    assert_eq!(seen.messages[0].body, b"hi\r\n");
}

/// RFC 5321 §4.1.1.10: nothing is carried out after QUIT.
#[test]
fn nothing_after_quit() {
    play(
        config(),
        &[
            EHLO,
            "
        C: QUIT
        C: NOOP
        C: WHAT
        S: 221 2.0.0 Bye
        ",
        ],
    );
}
