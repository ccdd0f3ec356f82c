//! RFC 5321 §4.1.2 and RFC 6531: the paths of MAIL and RCPT, as a session
//! answers them.

use smtp_proto::Tolerance;

use crate::transcript::{EHLO, config, play};

/// Addresses that are no addresses, and those that only look so.
#[test]
fn paths() {
    for (path, reply) in [
        ("<>", "250 2.1.0"),
        ("<a@b>", "250 2.1.0"),
        ("<@x,@y:a@b>", "250 2.1.0"),
        ("<\"a b\"@c>", "250 2.1.0"),
        ("<\"a\\\\\"b\"@c>", "250 2.1.0"),
        ("<\">\"@b>", "250 2.1.0"),
        ("<a@[IPv6:::1]>", "250 2.1.0"),
        ("<a@[1.2.3.4]>", "250 2.1.0"),
        (" <a@b>", "501 5.5.4"),
        ("<a@b> ", "250 2.1.0"),
        ("<a@b>\\t", "250 2.1.0"),
        ("a@b", "501 5.5.4"),
        ("< >", "501 5.5.4"),
        ("<a@[999.1.1.1]>", "501 5.5.4"),
        ("<a@b@c>", "501 5.5.4"),
        ("<a@b", "501 5.5.4"),
        ("<Postmaster>", "501 5.5.4"),
        ("<\\xff@b>", "501 5.5.4"),
        ("<a\\0@b>", "500 5.5.2"),
        ("<\\xc3\\xbc@b>", "553 5.6.7"),
        ("<\\xc3\\xbc@b> SMTPUTF8", "250 2.1.0"),
    ] {
        play(config(), &[EHLO, &format!("C: MAIL FROM:{path}\nS* {reply}\n")]);
    }
}

/// `<Postmaster>` is not `<>`.
#[test]
fn recipients() {
    let text = "
        C: MAIL FROM:<a@b>
        S: 250 2.1.0 OK
        C: RCPT TO:<>
        S* 501 5.5.4
        C: RCPT TO:<pOSTMASTER>
        S: 250 2.1.5 OK
        C: RCPT TO:<@x:\"b c\"@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S* 354
        C: .
        S: 250 2.0.0 Queued
        ";
    let seen = play(config(), &[EHLO, text]);
    assert_eq!(seen.messages[0].to, ["Postmaster", "\"b c\"@example.org"]);
}

/// RFC 6531 §3.4: a recipient that is not ASCII needs a MAIL with SMTPUTF8.
#[test]
fn recipients_past_ascii() {
    play(
        config(),
        &[
            EHLO,
            "
        C: MAIL FROM:<a@b>
        S: 250 2.1.0 OK
        C: RCPT TO:<\\xc3\\xbc@b>
        S: 553 5.6.7 A non-ASCII address needs SMTPUTF8
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@b> SMTPUTF8
        S: 250 2.1.0 OK
        C: RCPT TO:<\\xc3\\xbc@b>
        S: 250 2.1.5 OK
        ",
        ],
    );
}

/// What each tolerance lets pass, and what it does not.
#[test]
fn tolerated() {
    let mut config = config();
    config.tolerance = Tolerance::LENIENT;
    for path in [" <a@b>", "<a@b> ", "\\t<a@b>", "<a@b>\\t", "a@b", "<a@b_c>", "a@b SIZE=1"] {
        play(config.clone(), &[EHLO, &format!("C: MAIL FROM:{path}\nS: 250 2.1.0 OK\n")]);
    }
    for path in ["<a@b", "a@b>", "< >", "", "<a b@c>", "<a\\x0b@b>", "\\x0c<a@b>", "<a@b>\\x0c"] {
        play(config.clone(), &[EHLO, &format!("C: MAIL FROM:{path}\nS* 501 5.5.4\n")]);
    }
    play(config, &[EHLO, "C> NOOP\\n\nS: 250 2.0.0 OK\n"]);
}
