//! RFC 5321 §4.5.3: lines that are too long, and too much of anything.

use crate::transcript::{EHLO, ENVELOPE, config, play};

/// One 500 for an overlong line, and its tail is never a command; with
/// one limit, however the line comes in.
#[test]
fn overlong_lines() {
    let mut config = config();
    config.limits.command_line = 40;
    config.limits.auth_line = 60;
    for padding in [1, 10, 11, 12, 30, 31, 32, 200] {
        let line = format!("NOOP {} MAIL FROM:<a@b> QUIT", "x".repeat(padding));
        let fits = line.len() + 2 <= 40;
        let reply = if fits { "250 2.0.0 OK" } else { "500 5.5.2 Line too long" };
        play(
            config.clone(),
            &[EHLO, &format!("C: {line}\nS: {reply}\nC: RSET\nS: 250 2.0.0 OK\n")],
        );
    }
}

/// The limit itself is of the default configuration: 2400 octets with CRLF.
#[test]
fn the_longest_line() {
    for (length, reply) in [(2400, "250 2.0.0 OK"), (2401, "500 5.5.2 Line too long")] {
        let line = "NOOP ".to_owned() + &"x".repeat(length - 7);
        play(config(), &[EHLO, &format!("C: {line}\nS: {reply}\nC: RSET\nS: 250 2.0.0 OK\n")]);
    }
}

/// Octets that no command has, and lines that do not end as lines do.
#[test]
fn odd_octets() {
    play(
        config(),
        &[
            EHLO,
            "
        C: MA\\rIL FROM:<a@b>
        S* 500 5.5.2
        C: NOOP\\0
        S* 500 5.5.2
        C: NO\\0OP
        S* 500 5.5.2
        C: \\xff\\xfe
        S* 500 5.5.2
        C: NOOP\\r
        S* 500 5.5.2
        C> NOOP\\n
        S: 500 5.5.2 Lines must end with CRLF
        C: NOOP
        S: 250 2.0.0 OK
        ",
        ],
    );
}

/// Too many bad commands end the session with 421.
#[test]
fn too_many_bad_commands() {
    let mut config = config();
    config.limits.bad_commands = 3;
    let seen = play(
        config,
        &[
            EHLO,
            "
        C: WHAT
        S* 500 5.5.1
        C: MAIL
        S* 501 5.5.4
        C: NOOP
        S: 250 2.0.0 OK
        C: DATA
        S* 503 5.5.1
        C: NOOP
        S: 250 2.0.0 OK
        C: WHAT
        S: 421 4.7.0 Too many bad commands, closing connection
        C: NOOP
        C: QUIT
        ",
        ],
    );
    assert_eq!(seen.events.last().unwrap(), "Closed");
}

/// Overlong lines count as bad commands.
#[test]
fn too_many_overlong_lines() {
    let mut config = config();
    config.limits.command_line = 32;
    config.limits.auth_line = 32;
    config.limits.bad_commands = 1;
    let line = "C: ".to_owned() + &"x".repeat(100);
    let text = format!("{line}\nS: 500 5.5.2 Line too long\n{line}\nS* 421 4.7.0\n");
    play(config, &[EHLO, &text]);
}

/// RFC 5321 §4.5.3.1.10: 452 for one recipient too many; those before it stay.
#[test]
fn too_many_recipients() {
    let mut config = config();
    config.limits.recipients = 2;
    let seen = play(
        config,
        &[
            ENVELOPE,
            "
        C: RCPT TO:<nobody@example.org>
        S* 550 5.1.1
        C: RCPT TO:<c@example.org>
        S: 250 2.1.5 OK
        C: RCPT TO:<d@example.org>
        S: 452 4.5.3 Too many recipients
        C: DATA
        S* 354
        C: .
        S: 250 2.0.0 Queued
        ",
        ],
    );
    assert_eq!(seen.messages[0].to, ["b@example.org", "c@example.org"]);
}

/// RFC 5321 §4.5.3.1.1 to §4.5.3.1.3.
#[test]
fn long_addresses() {
    for (local, domain, reply) in [
        (64, 189, "250 2.1.0"),
        (65, 9, "501 5.5.4"),
        (64, 191, "501 5.5.4"),
        (1, 257, "501 5.5.4"),
    ] {
        let domain = "d".to_owned() + &".d".repeat(domain / 2);
        let path = format!("<{}@{domain}>", "l".repeat(local));
        play(config(), &[EHLO, &format!("C: MAIL FROM:{path}\nS* {reply}\n")]);
        // A path without its brackets is as long as it would be with them.
        let mut lenient = config();
        lenient.tolerance.missing_brackets = true;
        let path = path.trim_matches(['<', '>']);
        play(lenient, &[EHLO, &format!("C: MAIL FROM:{path}\nS* {reply}\n")]);
    }
}
