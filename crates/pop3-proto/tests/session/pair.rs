//! A client and a server wired together in memory, over every fragmentation.

use super::server_side::{MESSAGES, Server, everything, received};
use super::wired::talk;
use pop3_proto::MessageNumber;
use pop3_proto::server::{Channel, Config};
use proptest::prelude::*;

fn play(config: Config, commands: &[&str], pieces: &[usize]) -> (Vec<String>, Vec<u32>) {
    let server = Server::new(config, Channel::Clear);
    let commands: Vec<String> = commands.iter().map(|&line| line.into()).collect();
    talk(server, Channel::Clear, &commands, pieces)
}

/// What the client must see of the message `number` of the server's.
fn body(number: usize) -> String {
    format!("body {}", received(MESSAGES[number - 1].1.as_bytes()).escape_ascii())
}

const FETCH: [&str; 13] = [
    "CAPA",
    "STLS",
    "CAPA",
    "UTF8",
    "USER mrose",
    "PASS tan staaf",
    "STAT",
    "UIDL",
    "LIST",
    "RETR 1",
    "RETR 2",
    "DELE 2",
    "QUIT",
];

#[test]
fn mail_is_fetched_over_every_fragmentation() {
    let whole = play(everything(), &FETCH, &[usize::MAX]);
    let (seen, deleted) = &whole;
    assert!(seen.contains(&body(1)) && seen.contains(&body(2)), "{seen:?}");
    assert!(seen.contains(&"handshake".to_owned()) && seen.contains(&"Stat +OK 2 73".to_owned()));
    assert!(seen.contains(&"scan 2 36".to_owned()));
    assert!(seen.contains(&format!("id 2 {}", MESSAGES[1].0)));
    assert_eq!(*deleted, [2]);
    for length in 1..200 {
        assert_eq!(play(everything(), &FETCH, &[length]), whole, "in pieces of {length}");
    }
}

/// RFC 5034 §6 and RFC 1939 §7: each way to log in, and a no before it.
#[test]
fn logins() {
    for commands in [
        &["AUTH PLAIN AAAA", "AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=", "NOOP", "QUIT"][..],
        &[
            "AUTH PLAIN",
            "AAAA",
            "AUTH PLAIN",
            "*",
            "AUTH PLAIN",
            "dGVzdAB0ZXN0AHRlc3Q=",
            "NOOP",
            "QUIT",
        ],
        &[
            "USER mrose",
            "PASS wrong",
            "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
            "NOOP",
            "QUIT",
        ],
    ] {
        let whole = play(everything(), commands, &[usize::MAX]);
        assert!(whole.0.contains(&"Noop +OK ".to_owned()), "{whole:?}");
        assert!(whole.0.iter().any(|seen| seen.contains("[AUTH]")), "{whole:?}");
        for length in 1..60 {
            assert_eq!(play(everything(), commands, &[length]), whole, "in pieces of {length}");
        }
    }
}

proptest! {
    #[test]
    fn any_commands_over_any_fragmentation(
        commands in prop::collection::vec(
            prop::sample::select(vec![
                "STAT", "LIST", "LIST 1", "LIST 3", "UIDL", "UIDL 2", "RETR 1", "RETR 2", "RETR 3",
                "TOP 2 0", "TOP 2 2", "DELE 1", "DELE 2", "RSET", "NOOP", "CAPA", "LANG", "XYZ",
            ]),
            0..30,
        ),
        pieces in prop::collection::vec(1_usize..40, 1..8),
    ) {
        let login = ["CAPA", "APOP mrose c4c9334bac560ecc979e58001b3e22fb"];
        let commands = [&login[..], &commands, &["QUIT"]].concat();
        let mut config = everything();
        config.limits.bad_commands = 100;
        let whole = play(config.clone(), &commands, &[usize::MAX]);
        prop_assert_eq!(play(config, &commands, &pieces), whole.clone());
        // Every command is answered, none is taken for another.
        let answers = whole.0.iter().filter(|seen| seen.contains("+OK") || seen.contains("-ERR"));
        prop_assert_eq!(answers.count(), commands.len() + 1);
        let marked = |number: u32| {
            let marks = commands.iter().rev().take_while(|command| **command != "RSET");
            marks.filter(|command| **command == format!("DELE {number}")).count() > 0
        };
        let deleted: Vec<u32> = [1, 2].into_iter().filter(|number| marked(*number)).collect();
        prop_assert_eq!(&whole.1, &deleted);
        prop_assert!(deleted.iter().all(|number| MessageNumber::new(*number).is_some()));
    }
}
