//! The server's session over any input, cut anywhere: the same replies, the same
//! messages, and no limit passed.

#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::{in_proportion, lengths};
use mail_transcript::{Cut, however_cut, replay};
use smtp_proto::server::{Channel, Config, Protocol, UnknownCommands};
use smtp_proto::{BodyPolicy, Framed, Reply, ReplyFramer, Tolerance};

#[path = "../../crates/smtp-proto/tests/server/transcript.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod transcript;

const BAD_COMMANDS: u32 = 10;
const REFUSALS: u32 = 20;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    /// What is let pass, and in the upper bits what is offered.
    tolerance: u8,
    policy: u8,
    /// How long the reads are, over and over.
    reads: [u8; 4],
    input: &'a [u8],
}

fn config(case: &Case<'_>) -> Arc<Config> {
    let mut config = Config::new("mx.example.org").expect("a domain");
    config.body_policy = match case.policy % 3 {
        0 => BodyPolicy::Reject,
        1 => BodyPolicy::Keep,
        _ => BodyPolicy::Normalize,
    };
    config.tolerance = match case.tolerance % 4 {
        0 => Tolerance::STRICT,
        1 => Tolerance::default(),
        2 => Tolerance::PUBLIC,
        _ => Tolerance::LENIENT,
    };
    config.max_message_size = Some(64);
    config.vrfy = true;
    config.expn = true;
    config.plaintext_auth = true;
    config.limits.command_line = 80;
    config.limits.auth_line = 100;
    config.limits.recipients = 3;
    config.limits.bad_commands = BAD_COMMANDS;
    config.limits.refusals = REFUSALS;
    for mechanism in ["PLAIN", "LOGIN"] {
        config.mechanisms.offer(mechanism).expect("a mechanism");
    }
    let features = case.tolerance / 4;
    config.protocol = if features & 1 == 0 { Protocol::Smtp } else { Protocol::Lmtp };
    config.chunking = features & 2 != 0;
    config.binary_mime = true;
    config.limits.recipients_ahead = if features & 4 == 0 { 1 } else { 2 };
    let offered = features & 8 != 0;
    for switch in [
        &mut config.dsn,
        &mut config.help,
        &mut config.etrn,
        &mut config.atrn,
        &mut config.xclient,
        &mut config.xforward,
        &mut config.mt_priority,
        &mut config.rrvs,
        &mut config.advertise_limits,
    ] {
        *switch = offered;
    }
    config.deliver_by = offered.then_some(60);
    config.unknown_commands = UnknownCommands::Of(vec!["XWHO".into()]);
    Arc::new(config)
}

/// No more noes than the limits between two replies that make up for those before.
fn check_replies(mut replies: &[u8]) {
    let mut framer = ReplyFramer::new(65_536);
    let mut noes = 0;
    while let Framed::Whole { octets, .. } = framer.next(&mut replies) {
        match Reply::parse(octets).expect("a reply").code().get() {
            235 | 250 => noes = 0,
            // The chunks after one that was refused are no new fault of the client.
            503 if noes > 0 => {}
            400.. => noes += 1,
            _ => {}
        }
        assert!(noes <= BAD_COMMANDS + REFUSALS + 1);
    }
    assert!(replies.is_empty());
}

fuzz_target!(|case: Case<'_>| {
    let config = config(&case);
    let new = || transcript::Server::new(Channel::Clear, config.clone());
    in_proportion(case.input, |input| {
        replay(new(), &[input.to_vec()], Cut::Nowhere);
    });
    check_replies(however_cut(&new, case.input, &lengths(case.reads)).replies.as_bytes());
});
