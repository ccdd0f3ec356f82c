//! What is past a limit (odd and hostile input), and the end that too much of it has.

use std::sync::Arc;

use imap_proto::server::{Channel, Event, Session};
use imap_proto::{Arena, BytesMut};

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

/// Nothing is parsed before it is whole, but an APPEND: however many literals a
/// command has, it takes a small multiple of its octets of the arena.
#[test]
fn many_literals() {
    let many = |start: &str, part: &str, end: &str| {
        let parts = part.repeat(60_000 / part.len());
        format!("{start}{parts}{end}")
    };
    for command in [
        many("a SEARCH ", "1 CC {0+}\r\n ", "ALL\r\n"),
        many("a APPEND ", "{0+}\r\n ", "\r\n"),
        many("a APPEND x (", "f f f {0+}\r\n ", ")\r\n"),
        many("a LOGIN ", "{0+}\r\n ", "\r\n"),
    ] {
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let mut config = config();
        config.plaintext_auth = true;
        let mut session = Session::new(Arc::new(config), Channel::Clear, &mut out);
        let mut input = command.as_bytes();
        loop {
            match session.receive(&mut input, &arena, &mut out).unwrap() {
                Event::NeedInput | Event::Closed => break,
                event => session.decline(event, &mut out).unwrap(),
            }
        }
        assert!(arena.capacity() < 5 << 20, "{} octets for {:.20}", arena.capacity(), command);
    }
}

/// 10,000 parentheses are one bad command.
#[test]
fn deep_searches() {
    let arena = Arena::new();
    let deep = format!("a SEARCH {}ALL{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(imap_proto::Command::parse(deep.as_bytes(), &arena).is_err());
}

/// A session that goes well may be as long as it likes: each OK begins the count
/// anew, but not before login.
#[test]
fn bad_commands_in_a_long_session() {
    let mut config = config();
    config.limits.bad_commands = 2;
    play(
        config,
        &[
            LOGIN,
            &"C: a X\nS* a BAD\nC: b X\nS* b BAD\nC: c NOOP\nS: c OK done\n".repeat(5),
            "C: d X\nS* d BAD\nC: e LIST \"\" *\nS* e NO\nC: f X\nS* f BAD\n",
            "C: g X\nS* g BAD\nS: * BYE too many bad commands",
        ],
    );
}
