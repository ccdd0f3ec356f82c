//! Postfix's XCLIENT and XFORWARD.

use smtp_proto::server::Config;

use crate::transcript::{EHLO, config, play};

fn trusting() -> Config {
    let mut config = config();
    config.starttls = false;
    config.xclient = true;
    config.xforward = true;
    config
}

/// XCLIENT begins the session anew, with a greeting; XFORWARD tells, before MAIL.
#[test]
fn a_proxy() {
    let seen = play(
        trusting(),
        &["
        S: 220 mx.example.org ESMTP
        C: XFORWARD NAME=spike.example.com
        S: 503 5.5.1 Send EHLO or HELO first
        C: EHLO proxy.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME
        S: 250-XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE
        S: 250 HELP
        C: XCLIENT NAME=spike.example.com ADDR=192.0.2.1
        S: 220 mx.example.org ESMTP
        C: MAIL FROM:<a@example.com>
        S: 503 5.5.1 Send EHLO or HELO first
        C: EHLO spike.example.com
        S* 250 mx.example.org
        C: XFORWARD NAME=spike.example.com ADDR=IPV6:2001:db8::1 PROTO=ESMTP
        S: 250 2.0.0 OK
        C: XFORWARD HELO=[UNAVAILABLE]
        S: 250 2.0.0 OK
        C: XCLIENT
        S* 501 5.5.4
        C: XCLIENT NAME=+0D+0A
        S* 501 5.5.4
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: XCLIENT NAME=x
        S: 503 5.5.1 Not in a mail transaction
        C: XFORWARD NAME=x
        S: 503 5.5.1 Not in a mail transaction
        "],
    );
    assert!(seen.events.iter().any(|event| event.contains("spike.example.com")));
    let no = "S: 502 5.5.1 Command not implemented\n";
    for line in ["C: XCLIENT NAME=x\n", "C: XFORWARD NAME=x\n"] {
        play(config(), &[EHLO, line, no]);
    }
}

/// Whether the client before the proxy has logged in is what LOGIN says.
#[test]
fn login_is_passed_on() {
    let mut config = trusting();
    config.atrn = true;
    for (attributes, reply) in [
        ("LOGIN=alice", "453 4.2.1 You have no mail"),
        ("LOGIN=[UNAVAILABLE]", "530 5.7.0 Authentication required"),
        ("NAME=x", "530 5.7.0 Authentication required"),
    ] {
        let script = format!(
            "C: XCLIENT {attributes}\nS: 220 mx.example.org ESMTP\n\
            C: EHLO c\nS* 250\nC: ATRN\nS: {reply}\n"
        );
        play(config.clone(), &[EHLO, &script]);
    }
}
