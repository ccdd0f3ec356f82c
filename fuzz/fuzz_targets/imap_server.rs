//! The server's session over any input, cut anywhere: the same events, the same
//! answers, the same messages, and no limit passed.

#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use imap_proto::server::{Channel, Config, UnknownCommands};
use imap_proto::{Capability, Tolerance};
use libfuzzer_sys::fuzz_target;
use mail_fuzz::{in_proportion, lengths};
use mail_transcript::{Cut, however_cut, replay};

#[path = "../../crates/imap-proto/tests/server/transcript.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod transcript;

const BAD_COMMANDS: u32 = 10;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    lenient: bool,
    rev2: bool,
    /// How long the reads are, over and over.
    reads: [u8; 4],
    input: &'a [u8],
}

fn config(case: &Case<'_>) -> Arc<Config> {
    let mut config = Config::default();
    config.plaintext_auth = true;
    if case.rev2 {
        config.capabilities = vec![
            Capability::Imap4Rev1,
            Capability::Imap4Rev2,
            Capability::LiteralMinus,
            Capability::SaslIr,
            Capability::Id,
            Capability::Binary,
        ];
        config.enable = vec![Capability::Imap4Rev2];
    } else {
        config.capabilities.extend([Capability::Idle, Capability::UidPlus, Capability::Unselect]);
    }
    if case.lenient {
        config.tolerance = Tolerance::LENIENT;
    }
    config.unknown_commands = UnknownCommands::Of(vec!["X".into()]);
    config.limits.command = 200;
    config.limits.literal = 60;
    config.limits.literal_before_login = 20;
    config.limits.message = 64;
    config.limits.auth_line = 100;
    config.limits.auth_rounds = 3;
    config.limits.bad_commands = BAD_COMMANDS;
    config.mechanisms.offer("PLAIN").expect("a mechanism");
    Arc::new(config)
}

fuzz_target!(|case: Case<'_>| {
    let config = config(&case);
    let new = || transcript::Server::new(Channel::Clear, config.clone());
    in_proportion(case.input, |input| {
        replay(new(), &[input.to_vec()], Cut::Nowhere);
    });
    let outcome = however_cut(&new, case.input, &lengths(case.reads));
    assert!(outcome.written.ends_with("\r\n"), "whole lines");
    if outcome.events.iter().any(|event| event.starts_with("Unknown")) {
        return; // its arguments are in what was written
    }
    // Each OK of one that has logged in begins the count anew.
    let between = outcome.written.split(" OK ");
    let most = between.map(|between| between.matches(" BAD ").count()).max();
    assert!(most <= Some(BAD_COMMANDS as usize + 1));
});
