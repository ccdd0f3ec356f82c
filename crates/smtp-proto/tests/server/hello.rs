//! RFC 5321 §4.1.1.1 and §4.1.4: EHLO and HELO.

use crate::transcript::{EHLO, ENVELOPE, config, play};

/// RFC 5321 §3.1: a session that failed to say hello can say nothing else.
#[test]
fn hello_comes_first() {
    play(
        config(),
        &["
        S: 220 mx.example.org ESMTP
        C: MAIL FROM:<a@example.com>
        S: 503 5.5.1 Send EHLO or HELO first
        C: RCPT TO:<b@example.org>
        S* 503
        C: DATA
        S* 503
        C: EHLO
        S: 501 Wrong argument: expected an argument at octet 4
        C: EHLO not..a..domain
        S: 501 Wrong argument: expected a domain at octet 9
        C: MAIL FROM:<a@example.com>
        S* 503
        C: NOOP
        S: 250 2.0.0 OK
        C: EHLO [IPv6:2001:db8::1]
        S* 250 mx.example.org
        C: helo [192.0.2.1]
        S: 250 mx.example.org
        "],
    );
}

/// RFC 5321 §4.1.4: a second EHLO ends the transaction, as RSET does.
#[test]
fn hello_again_resets() {
    let seen = play(
        config(),
        &[
            ENVELOPE,
            "
        C: EHLO client.example.org
        S* 250 mx.example.org
        C: DATA
        S: 503 5.5.1 Send MAIL first
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: RSET
        S: 250 2.0.0 OK
        C: RCPT TO:<b@example.org>
        S: 503 5.5.1 Send MAIL first
        ",
        ],
    );
    let reset = |event: &String| event == "Reset";
    assert_eq!(seen.events.iter().filter(|event| reset(event)).count(), 2);
    let first = seen.events.iter().position(reset).unwrap();
    assert!(seen.events[first - 1].starts_with("Hello"), "{:?}", seen.events);
    assert!(seen.messages.is_empty());
}

/// RFC 5321 §4.1.1.1 and RFC 6531 §3.7.1: the client's name is a domain of ASCII or an
/// address literal; and RFC 2034 §4: no reply to EHLO or HELO has an enhanced code.
#[test]
fn names_in_hello() {
    let names = "
        C: EHLO h\\xc3\\xb4te
        S: 501 Wrong argument: expected a name of US-ASCII at octet 6
        C: HELO \\xff
        S* 501 Wrong argument: expected UTF-8
        C: EHLO foo_bar
        S: 501 Wrong argument: expected the end of the command at octet 8
        C: helo
        S: 501 Wrong argument: expected an argument at octet 4
        C> EHLO c\\n
        S: 500 Lines must end with CRLF
        C: NOOP x\\r
        S* 500 5.5.2
        C: EHLO localhost
        S* 250 mx.example.org
        C: HELO [127.0.0.1]
        S: 250 mx.example.org
        ";
    play(config(), &["S* 220 mx.example.org\n", names]);
    play(config(), &[EHLO, names, "C: RSET\nS: 250 2.0.0 OK\n"]);

    let mut lenient = config();
    lenient.tolerance.underscore_in_domain = true;
    lenient.tolerance.utf8_in_hello = true;
    let seen = play(
        lenient,
        &[
            "S* 220\nC: EHLO foo_bar\nS* 250 mx\nC: HELO h\\xc3\\xb4te\nS* 250 mx\nC: EHLO \\xff\nS* 501\n",
        ],
    );
    assert!(seen.events[1].contains("hôte"), "{:?}", seen.events);

    // Whatever is wrong with it, and however long it is.
    let mut small = config();
    (small.limits.command_line, small.limits.auth_line) = (100, 200);
    for length in [100, 400] {
        let long = format!("C: EHLO {}\nS: 500 Line too long\n", "c".repeat(length));
        play(small.clone(), &[EHLO, &long, "C: WHAT\nS* 500 5.5.1\n"]);
    }
    let mut strict = config();
    strict.limits.bad_commands = 0;
    let last = "C: EHLO -\nS: 421 Too many bad commands, closing connection\n";
    play(strict, &["S* 220\n", last]);
}
