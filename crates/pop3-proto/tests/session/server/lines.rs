//! Lines that are too long, odd or too many.

use crate::server_side::{every_split, everything, transcript, with};
use pop3_proto::Tolerance;
use pop3_proto::server::{Channel, Limits};

/// One limit for whole and split input, and the tail of a line that is
/// too long is never a command.
#[test]
fn lines_that_are_too_long() {
    let line = |length: usize, tail: &str| {
        let mut line = "X".repeat(length - 2 - tail.len()) + tail;
        line += "\r\n";
        line
    };
    let config = everything();
    let sent = |input: &str| {
        let outcome = every_split(&config, Channel::Clear, input.as_bytes());
        outcome.sent.split_once("\r\n").unwrap().1.to_owned()
    };
    assert_eq!(sent(&line(255, "")), "-ERR unknown command\r\n");
    let too_long = "-ERR the line is too long\r\n";
    assert_eq!(sent(&line(256, "")), too_long);
    assert_eq!(sent(&(line(600, " QUIT") + "UTF8\r\n")), format!("{too_long}+OK UTF8 enabled\r\n"));
    let name = "n".repeat(245);
    assert_eq!(sent(&format!("USER {name}\r\n")), "+OK send the password\r\n");
}

/// Bare LF, NUL and a CR in a command.
#[test]
fn odd_octets_in_commands() {
    let input = b"CAPA\nNO\rOP\r\nNOOP\0\r\n\r\nQUIT\r\n";
    let sent = every_split(&everything(), Channel::Clear, input).sent;
    let sent: Vec<&str> = sent.lines().skip(1).collect();
    assert_eq!(
        sent,
        [
            "-ERR a line ends with CR LF",
            "-ERR expected a space at octet 2",
            "-ERR expected the end at octet 4",
            "-ERR expected a command at octet 0",
            "+OK goodbye",
        ]
    );
    let tolerance = with(Tolerance::default(), |tolerance| tolerance.bare_lf = true);
    let config = with(everything(), |config| config.tolerance = tolerance);
    let sent = every_split(&config, Channel::Clear, b"UTF8\nQUIT\n").sent;
    assert!(sent.ends_with("+OK UTF8 enabled\r\n+OK goodbye\r\n"));
}

/// Too much of it ends the session politely; rejected logins count.
#[test]
fn bad_commands_are_counted() {
    let limits = with(Limits::default(), |limits| limits.bad_commands = 3);
    let config = with(everything(), |config| config.limits = limits);
    let outcome = transcript(
        &config,
        Channel::Clear,
        "C: X
         S: -ERR unknown command
         C: USER a b
         S: -ERR expected the end at octet 6
         C: AUTH PLAIN AAAA
         S: -ERR [AUTH] invalid name or password
         C: CAPAX
         S: -ERR too many bad commands: goodbye
         C: CAPA",
    );
    assert!(outcome.closed);
    let outcome = transcript(
        &with(config, |config| {
            config.limits = limits;
            config.limits.bad_commands = 1;
        }),
        Channel::Clear,
        "C: X
         S: -ERR unknown command
         C: APOP mrose 00000000000000000000000000000000
         S: -ERR too many bad commands: goodbye
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb",
    );
    assert!(outcome.closed);
}

/// A login, and each yes after it, makes up for bad commands; what costs a stranger nothing
/// does not.
#[test]
fn bad_commands_are_forgiven_who_has_logged_in() {
    let config = with(everything(), |config| config.limits.bad_commands = 2);
    transcript(
        &config,
        Channel::Clear,
        "C: X
         S: -ERR unknown command
         C: X
         S: -ERR unknown command
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK the maildrop has 2 messages
         C: X
         C: X
         S: -ERR unknown command
         S: -ERR unknown command
         C: NOOP
         S: +OK
         C: X
         C: X
         S: -ERR unknown command
         S: -ERR unknown command
         C: LIST 3
         S: -ERR no such message
         C: X
         S: -ERR too many bad commands: goodbye",
    );
    let outcome = transcript(
        &config,
        Channel::Clear,
        "C: X
         C: CAPAX
         S: -ERR unknown command
         S: -ERR unknown command
         C: USER mrose
         S: +OK send the password
         C: LANG en
         S: +OK en I speak English
         C: UTF8
         S: +OK UTF8 enabled
         C: X
         S: -ERR too many bad commands: goodbye",
    );
    assert!(outcome.closed);
}

/// The level for a server on the Internet forgives what does no harm.
#[test]
fn a_public_server_takes_no_bare_lf() {
    let config = with(everything(), |config| config.tolerance = Tolerance::PUBLIC);
    let sent = every_split(&config, Channel::Clear, b"UTF8 \r\nLANG  en\r\nUTF8\nQUIT\r\n").sent;
    let sent: Vec<&str> = sent.lines().skip(1).collect();
    let en = "+OK en I speak English";
    assert_eq!(sent, ["+OK UTF8 enabled", en, "-ERR a line ends with CR LF", "+OK goodbye"]);
}
