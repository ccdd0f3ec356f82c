//! RFC 4954: AUTH.

use smtp_proto::server::{Channel, Config};

use crate::transcript::{EHLO, config, play, play_on};

fn offering(plaintext_auth: bool) -> Config {
    let mut config = config();
    config.starttls = false;
    config.plaintext_auth = plaintext_auth;
    config.mechanisms.offer("PLAIN").unwrap();
    config.mechanisms.offer("LOGIN").unwrap();
    config.mechanisms.offer("SCRAM-SHA-256").unwrap();
    config
}

/// RFC 4954 §4.1, RFC 4616 §4: PLAIN with an initial response.
#[test]
fn plain() {
    play(
        offering(true),
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.com
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-HELP
        S: 250 AUTH PLAIN LOGIN SCRAM-SHA-256
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S: 535 5.7.8 Authentication credentials invalid
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S: 235 2.7.0 Authentication successful
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S: 503 5.5.1 Authenticated already
        C: MAIL FROM:<alice@example.org>
        S: 250 2.1.0 OK
        "],
    );
}

/// RFC 4954 §4: challenges and responses.
#[test]
fn challenges() {
    play(
        offering(true),
        &[
            EHLO,
            "
        C: auth plain
        S: 334 
        C: AGFsaWNlAHdyb25n
        S: 535 5.7.8 Authentication credentials invalid
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWxpY2U=
        S: 334 UGFzc3dvcmQ6
        C: c2VjcmV0
        S: 235 2.7.0 Authentication successful
        C: NOOP
        S: 250 2.0.0 OK
        ",
        ],
    );
}

/// RFC 4954 §4: `*` cancels, `=` is an empty initial response and nothing else,
/// and what is not base64 is answered 501; after each the session is in sync.
#[test]
fn cancelled_and_malformed() {
    let seen = play(
        offering(true),
        &[
            EHLO,
            "
        C: AUTH PLAIN
        S: 334 
        C: *
        S: 501 5.0.0 Authentication cancelled
        C: AUTH PLAIN =
        S: 535 5.7.8 Authentication credentials invalid
        C: AUTH PLAIN
        S: 334 
        C: EHLO
        S: 535 5.7.8 Authentication credentials invalid
        C: AUTH PLAIN
        S: 334 
        C: 
        S: 535 5.7.8 Authentication credentials invalid
        C: AUTH PLAIN
        S: 334 
        C: =
        S: 501 5.5.2 Response is not base64
        C: AUTH PLAIN
        S: 334 
        C: not base64!
        S: 501 5.5.2 Response is not base64
        C: AUTH PLAIN
        S: 334 
        C> *\\n
        S: 500 5.5.2 Lines must end with CRLF
        C: QUITQUIT
        S* 500 5.5.1
        C: AUTH PLAIN AGFs*
        S: 501 5.5.2 Wrong argument: expected base64 at octet 15
        C: AUTH PLAIN AGFs AGFs
        S* 501 5.5.2
        C: AUTH
        S* 501 5.5.2
        C: *
        S* 500 5.5.2
        C: NOOP
        S: 250 2.0.0 OK
        ",
        ],
    );
    assert_eq!(seen.events.iter().filter(|event| *event == "AuthCancelled").count(), 4);
}

/// RFC 4954 §4: 504 for a mechanism that is not offered, 503 before EHLO and in
/// a transaction.
#[test]
fn refused() {
    play(
        offering(true),
        &["
        S: 220 mx.example.org ESMTP
        C: AUTH PLAIN
        S* 503 5.5.1 Send EHLO
        C: EHLO client.example.org
        S* 250 mx.example.org
        C: AUTH CRAM-MD5
        S: 504 5.5.4 Mechanism not offered
        C: MAIL FROM:<a@example.com>
        S: 250 2.1.0 OK
        C: AUTH PLAIN
        S: 503 5.5.1 No AUTH in a mail transaction
        C: RCPT TO:<b@example.org>
        S: 250 2.1.5 OK
        "],
    );
    play(config(), &[EHLO, "C: AUTH PLAIN\nS: 502 5.5.1 Command not implemented\n"]);
}

/// RFC 4954 §4 and §6: mechanisms that show the password are not offered in clear text, and
/// are answered 538 there.
#[test]
fn no_passwords_in_clear_text() {
    play(
        offering(false),
        &["
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-HELP
        S: 250 AUTH SCRAM-SHA-256
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        S: 538 5.7.11 Encryption required for this mechanism
        C: AUTH login
        S: 538 5.7.11 Encryption required for this mechanism
        C: AUTH CRAM-MD5
        S: 504 5.5.4 Mechanism not offered
        "],
    );
    play_on(
        Channel::Tls,
        offering(false),
        &[EHLO, "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS* 235 2.7.0\n"],
    );
    let mut clear = config();
    clear.starttls = false;
    clear.mechanisms.offer("PLAIN").unwrap();
    let seen = play(clear, &[EHLO]);
    assert!(!seen.replies.contains("AUTH"), "no AUTH line without a mechanism");
}

/// RFC 4954 §4: too long a line of an exchange is answered 500 5.5.6, its command too
/// though its start is gone when its end comes; other commands as ever.
#[test]
fn too_long() {
    let mut config = offering(true);
    config.limits.auth_line = 200;
    config.limits.command_line = 100;
    for length in [180, 184, 188, 192, 400] {
        let response = "A".repeat(length);
        let line = "AUTH PLAIN ".len() + length + 2;
        let reply = if line <= 200 { "S* 535 5.7.8" } else { "S* 500 5.5.6" };
        let text = format!("C: AUTH PLAIN {response}\n{reply}\nC: NOOP\nS: 250 2.0.0 OK\n");
        play(config.clone(), &[EHLO, &text]);
    }
    for length in [196, 200, 400] {
        let response = "A".repeat(length);
        let reply = if length + 2 <= 200 { "S* 535 5.7.8" } else { "S* 500 5.5.6" };
        let text =
            format!("C: AUTH PLAIN\nS: 334 \nC: {response}\n{reply}\nC: NOOP\nS: 250 2.0.0 OK\n");
        play(config.clone(), &[EHLO, &text]);
    }
    let response = "A".repeat(400);
    for (line, code) in [
        (format!("auth PLAIN {response}"), "5.5.6"),
        (format!("AUTHPLAIN {response}"), "5.5.2"),
        (format!("NOOP AUTH PLAIN {response}"), "5.5.2"),
        (format!("NOOP {response}\nS* 500 5.5.2\nC: AUTH PLAIN {response}"), "5.5.6"),
        (format!("AUTH PLAIN {response}\nS* 500 5.5.6\nC: NOOP {response}"), "5.5.2"),
    ] {
        play(config.clone(), &[EHLO, &format!("C: {line}\nS* 500 {code}\n")]);
    }
    // The limit of AUTH holds where that of commands is higher.
    config.limits.command_line = 400;
    let response = "A".repeat(240);
    let text = format!(
        "C: AUTH PLAIN {response}\nS* 500 5.5.6\nC: AUTH PLAIN\nS: 334 \nC: {response}\n\
         S* 500 5.5.6\n"
    );
    play(config, &[EHLO, &text]);
}

/// An exchange that goes on and on is cancelled, and counts as a bad command; the
/// next one has as many responses again.
#[test]
fn endless() {
    let mut config = offering(true);
    config.limits.auth_rounds = 1;
    play(
        config.clone(),
        &[
            EHLO,
            "
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWxpY2U=
        S: 334 UGFzc3dvcmQ6
        C: c2VjcmV0
        S: 501 5.5.0 Too many responses: authentication cancelled
        C: AUTH PLAIN
        S: 334 
        C: AGFsaWNlAHNlY3JldA==
        S: 235 2.7.0 Authentication successful
        ",
        ],
    );
    config.limits.auth_rounds = 2;
    config.limits.bad_commands = 0;
    play(
        config.clone(),
        &[
            EHLO,
            "
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWxpY2U=
        S: 334 UGFzc3dvcmQ6
        C: c2VjcmV0
        S: 235 2.7.0 Authentication successful
        ",
        ],
    );
    // Each response counts.
    let alice = "C: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\n";
    let third = "C: YWxpY2U=\nS* 421 4.7.0\n";
    play(config.clone(), &[EHLO, "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n", alice, alice, third]);
    config.limits.auth_rounds = 1;
    play(
        config,
        &[
            EHLO,
            "
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: YWxpY2U=
        S: 334 UGFzc3dvcmQ6
        C: c2VjcmV0
        S* 421 4.7.0
        ",
        ],
    );
}

/// RFC 5321 §4.5.3.1.5: the mechanisms are one line of the answer to EHLO, and it holds
/// no more than 512 octets.
#[test]
fn many_mechanisms() {
    let mut config = config();
    config.starttls = false;
    let mut offered = String::new();
    for number in 0..60 {
        let name = format!("SCRAM-{number:0>14}");
        if config.mechanisms.offer(&name).is_ok() {
            offered += &format!(" {name}");
        }
    }
    assert_eq!(offered.len(), 23 * 21);
    // 17 more fit with their space.
    config.mechanisms.offer(&"X".repeat(17)).unwrap_err();
    config.mechanisms.offer(&"X".repeat(16)).unwrap();
    let seen = play_on(Channel::Tls, config, &[EHLO]);
    let line = seen.replies.lines().last().unwrap();
    assert_eq!(line, format!("250 AUTH{offered} {}", "X".repeat(16)));
    assert_eq!(line.len() + 2, 510);
}

/// Guesses count as bad commands, and with one too many the session ends.
#[test]
fn too_many_guesses() {
    let mut config = offering(true);
    config.limits.bad_commands = 2;
    play(
        config,
        &[
            EHLO,
            "
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S* 535 5.7.8
        C: AUTH PLAIN
        S: 334 
        C: AGFsaWNlAHdyb25n
        S* 535 5.7.8
        C: AUTH PLAIN AGFsaWNlAHdyb25n
        S* 421 4.7.0
        C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
        ",
        ],
    );
}
