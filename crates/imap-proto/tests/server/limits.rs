//! What is past a limit (HOSTILE input), and the end that too much of it has.

use crate::transcript::{LOGIN, config, play};

/// One answer to a command that is too long, and its tail is never parsed.
#[test]
fn a_long_command() {
    let mut config = config();
    config.limits.command = 100;
    play(
        config,
        &[
            LOGIN,
            &format!("C: a SEARCH {} b LOGOUT\n", "x".repeat(90)),
            "S: a BAD [TOOBIG] the command is too long",
            &format!("C: c SEARCH {} {{10+}}\n", "x".repeat(90)),
            "S: c BAD [TOOBIG] the command is too long",
            "C> d LOGOUT\\r\\n\nC:\nC: e NOOP\nS: e OK done",
        ],
    );
}

#[test]
fn too_many_bad_commands() {
    let mut config = config();
    config.limits.bad_commands = 2;
    let seen = play(
        config,
        &["
        S* * OK
        C: a X
        S* a BAD
        C: b LOGIN alice wrong
        S* b NO
        C: c NOOP
        S: c OK done
        C: d X
        S* d BAD
        S: * BYE too many bad commands
        C: e NOOP
        "],
    );
    assert_eq!(seen.events.last().map(String::as_str), Some("Closed"));
    assert_eq!(seen.failure, None);
}

/// 10,000 parentheses are one bad command.
#[test]
fn deep_searches() {
    let arena = imap_proto::Arena::new();
    let deep = format!("a SEARCH {}ALL{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(imap_proto::Command::parse(deep.as_bytes(), &arena).is_err());
}
