//! RFC 5321 §4.5.2: where a body ends, and what it may hold.

use smtp_proto::BodyPolicy;

use crate::transcript::{EHLO, ENVELOPE, config, play};

/// Only CRLF.CRLF ends a message. What looks like it to others, and
/// what they would carry out after it, is body.
#[test]
fn nothing_but_the_true_end_ends_a_message() {
    for odd in [
        r"\n.\r\n",
        r"\n.\n",
        r"\r.\r",
        r"\r.\r\n",
        r"\r\n.\n",
        r"\r\n.\r",
        r"\n.\r",
        r"\r.\n",
        r"\r\n.\r\r\n",
        r"\r\n.\0\r\n",
        r"\r\n\0.\r\n",
    ] {
        let body = format!("C: DATA\nS* 354\nC> hi{odd}MAIL FROM:<evil@example.com>\\r\\n");
        let end = "C> .\\r\\n\nC: NOOP\n";

        let rejected = "S: 554 5.6.0 Message has a bare CR, a bare LF or a NUL\nS: 250 2.0.0 OK";
        let seen = play(config(), &[ENVELOPE, &body, end, rejected]);
        assert!(seen.messages.is_empty(), "{odd}");
        assert_eq!(seen.events.last().unwrap(), "Reset");

        let mut keep = config();
        keep.body_policy = BodyPolicy::Keep;
        let seen = play(keep, &[ENVELOPE, &body, end, "S: 250 2.0.0 Queued\nS: 250 2.0.0 OK"]);
        assert_eq!(seen.messages.len(), 1, "{odd}");
        assert!(seen.messages[0].body.ends_with(b"MAIL FROM:<evil@example.com>\r\n"));
    }
}

/// The same where a long message follows, which is looked at in blocks; at every
/// split, the one before the LF among them.
#[test]
fn nothing_but_the_true_end_ends_a_long_message() {
    let long = "a".repeat(1100);
    for odd in [r"\n.\r\n", r"\r.\r\n", r"\r\n.\n", r"\r\n.\0\r\n"] {
        let body = format!("C: DATA\nS* 354\nC> {long}{odd}MAIL FROM:<e@c>\\r\\n{long}\\r\\n\n");
        let end = "C> .\\r\\n\nC: NOOP\nS* 554 5.6.0\nS: 250 2.0.0 OK";
        let seen = play(config(), &[ENVELOPE, &body, end]);
        assert!(seen.messages.is_empty(), "{odd}");
    }
}

/// Dots at the start of the first line, of others, and alone.
#[test]
fn dots() {
    for (wire, body) in [
        ("C: .", ""),
        ("C: ..x\nC: .", ".x\r\n"),
        ("C: .x\nC: .", "x\r\n"),
        ("C: hi\nC: .x\nC: .", "hi\r\nx\r\n"),
        ("C: ..\nC: .", ".\r\n"),
        ("C: a.b\nC: ....\nC: .", "a.b\r\n...\r\n"),
    ] {
        let text = format!("C: DATA\nS* 354\n{wire}\nS: 250 2.0.0 Queued\n");
        let seen = play(config(), &[ENVELOPE, &text, "C: QUIT\nS* 221 2.0.0\n"]);
        assert_eq!(seen.messages[0].body, body.as_bytes(), "{wire}");
    }
}

/// `\r\r\n.\r\n` ends the message.
#[test]
fn a_stray_cr_before_the_end() {
    let text = "C: DATA\nS* 354\nC> hi\\r\\r\\n.\\r\\n\n";
    let seen = play(config(), &[ENVELOPE, text, "S* 554 5.6.0\nC: NOOP\nS* 250 2.0.0\n"]);
    assert!(seen.messages.is_empty());
    let mut config = config();
    config.body_policy = BodyPolicy::Normalize;
    let seen = play(config, &[ENVELOPE, text, "S: 250 2.0.0 Queued\n"]);
    assert_eq!(seen.messages[0].body, b"hi\r\n\r\n");
}

/// A message that the driver refuses, and one after it.
#[test]
fn refused_by_the_driver() {
    let seen = play(
        config(),
        &[
            ENVELOPE,
            "
        C: DATA
        S* 354
        C: REFUSE this
        C: .
        S: 554 5.7.1 Refused
        C: DATA
        S: 503 5.5.1 Send MAIL first
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: hi
        C: .
        S: 250 2.0.0 Queued
        ",
        ],
    );
    assert_eq!(seen.messages.len(), 1);
}

/// A driver that passes over a body does not say yes to it: the session reads the message
/// to its end and says no, and the next one is good.
#[test]
fn declined_by_the_driver() {
    let blind = "
        C: MAIL FROM:<blind@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        ";
    let mut config = config();
    config.max_message_size = Some(40);
    let seen = play(
        config,
        &[
            EHLO,
            blind,
            "
        C: hi
        C: RSET
        C: ..
        C: .
        S: 451 4.3.0 Local error, try again later
        C: DATA
        S: 503 5.5.1 Send MAIL first
        ",
            blind,
            "
        C: a\\0b
        C: .
        S* 554 5.6.0
        ",
            blind,
            "
        C: 12345678901234567890
        C: 12345678901234567890
        C: .
        S* 552 5.3.4
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: hi
        C: .
        S: 250 2.0.0 Queued
        ",
        ],
    );
    assert_eq!(seen.events.iter().filter(|event| *event == "Reset").count(), 3);
    let [message] = &seen.messages[..] else { panic!("{:?}", seen.messages) };
    assert_eq!(message.body, b"hi\r\n");
}
