//! What the wire log shows of a session. That it shows no secret, and every reply, is checked of
//! all transcripts: see `transcript.rs`.

use smtp_proto::server::Channel;

use crate::transcript::{config, play, play_on};

fn offering() -> smtp_proto::server::Config {
    let mut config = config();
    config.mechanisms.offer("PLAIN").unwrap();
    config.mechanisms.offer("LOGIN").unwrap();
    config
}

/// A login, a message and goodbye, with every line of both directions.
#[test]
fn a_session() {
    let seen = play_on(
        Channel::Tls,
        offering(),
        &["
        S: 220 mx.example.org ESMTP
        C: HELO client.example.org
        S: 250 mx.example.org
        C: auth LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWxpY2U=
        S: 334 UGFzc3dvcmQ6
        C: c2VjcmV0
        S: 235 2.7.0 Authentication successful
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        C: DATA
        S: 354 End data with <CRLF>.<CRLF>
        C: secret
        C: ..
        C: .
        S: 250 2.0.0 Queued
        C: NOOP gr\\xc3\\xbc\\xc3\\x9fe\\t
        S: 250 2.0.0 OK
        C: QUIT
        S: 221 2.0.0 Bye
        "],
    );
    let expected = [
        "> 220 mx.example.org ESMTP",
        "< HELO client.example.org",
        "> 250 mx.example.org",
        "< auth LOGIN",
        "> 334 …",
        "< …",
        "> 334 …",
        "< …",
        "> 235 2.7.0 Authentication successful",
        "< MAIL FROM:<a@example.com>",
        "> 250 2.1.0 OK",
        "< RCPT TO:<b@example.org>",
        "> 250 2.1.5 OK",
        "< DATA",
        "> 354 End data with <CRLF>.<CRLF>",
        "< (15 octets)",
        "> 250 2.0.0 Queued",
        "< NOOP gr\\xc3\\xbc\\xc3\\x9fe\\x09",
        "> 250 2.0.0 OK",
        "< QUIT",
        "> 221 2.0.0 Bye",
    ];
    assert_eq!(seen.log, expected);
}

/// A password may stand where none belongs: after an AUTH that was refused, in one with a
/// fault, in a line too long to be read, or in the place of a mechanism.
#[test]
fn passwords_in_the_wrong_place() {
    let mut config = offering();
    (config.limits.command_line, config.limits.auth_line) = (60, 60);
    let long = "AGFsaWNlAHNlY3JldA==".repeat(5);
    let seen = play(
        config,
        &[&format!(
            "
        S: 220 mx.example.org ESMTP
        C: HELO c
        S: 250 mx.example.org
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S* 538 5.7.11
        C: AGFsaWNlAHNlY3JldA==
        S* 500
        C: c2VjcmV0
        S* 500
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA
        S* 501
        C: AUTH c2VjcmV0
        S* 504
        C: AUTH PLAIN {long}
        S* 500 5.5.6
        C: {long}
        S* 500 5.5.2
        C: NOOPE c2VjcmV0
        S* 500
        C> c2VjcmV0\\n
        S* 500
        C: rset c2VjcmV0
        S* 501
        "
        )],
    );
    let received: Vec<&str> = seen.log.iter().filter_map(|line| line.strip_prefix("< ")).collect();
    let expected =
        ["HELO c", "AUTH PLAIN …", "…", "…", "AUTH…", "AUTH…", "AUTH…", "…", "…", "…", "rset…"];
    assert_eq!(received, expected);
}

/// RFC 3207: under TLS the log goes on.
#[test]
fn starttls() {
    let seen = play(
        config(),
        &["
        S: 220 mx.example.org ESMTP
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
        --- TLS ---
        C: NOOP
        S: 250 2.0.0 OK
        "],
    );
    assert_eq!(seen.log.last_chunk(), Some(&["< NOOP".into(), "> 250 2.0.0 OK".into()]));
}
