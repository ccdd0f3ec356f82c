//! The server's session over any input, cut anywhere: the same answers, the same
//! deletions, no limit passed, and nothing carried out that came after STLS in
//! clear text.

#![no_main]

extern crate alloc;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::{in_proportion, lengths};
use mail_transcript::{Cut, replay};
use pop3_proto::server::{Channel, Config, ProtocolError, UnknownCommands};
use pop3_proto::{Response, Status, Tolerance, unstuff_line};
use server_side::{Outcome, Server};

#[path = "../../crates/pop3-proto/tests/session/server_side.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod server_side;

const BAD_COMMANDS: u32 = 10;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    lenient: bool,
    /// The driver gets unknown commands, and rejects them.
    unknown: bool,
    utf8: bool,
    /// STLS is offered, and passwords are taken inside TLS alone.
    stls: bool,
    /// How long the reads are, over and over.
    reads: [u8; 4],
    /// How long the pieces of a message are that are sent.
    pieces: u8,
    input: &'a [u8],
}

fn server(case: &Case<'_>) -> Server {
    let mut config = Config::default();
    config.plaintext_auth = !case.stls;
    config.stls = case.stls;
    for name in ["PLAIN", "CRAM-MD5"] {
        config.mechanisms.offer(name).unwrap();
    }
    config.utf8 = case.utf8;
    config.utf8_user = case.utf8;
    config.lang = case.utf8;
    if case.lenient {
        config.tolerance = Tolerance::LENIENT;
    }
    if case.unknown {
        config.unknown_commands = UnknownCommands::All;
    }
    config.limits.command_line = 80;
    config.limits.auth_line = 100;
    config.limits.bad_commands = BAD_COMMANDS;
    let mut server = Server::new(config, Channel::Clear);
    let odd = b"Subject: three\r\n\r\nHello.\r\n.\r\n..dots\r\n".to_vec();
    server.messages.extend([("c", odd), ("d", Vec::new())]);
    server.pieces = case.pieces.into();
    server
}

/// What is answered with `-ERR` and is no bad command.
const NO_FAULT: [&str; 3] = ["no such message", "the message is deleted", "I only speak English"];

/// Whole lines, each of them one that a client can make out, and no more bad
/// commands answered than the limit, since the last yes after the login.
fn check_answers(sent: &str) {
    let text = sent.strip_suffix("\r\n").expect("whole lines");
    let mut lines = text.split("\r\n");
    let (mut bad, mut logged_in) = (0, false);
    while let Some(line) = lines.next() {
        assert!(!line.contains(['\r', '\n', '\0']));
        if line.starts_with("+ ") {
            continue;
        }
        let response = Response::parse(line.as_bytes()).expect("an answer");
        let text = response.text.to_string();
        logged_in |= text.starts_with("the maildrop has ");
        if logged_in && response.is_ok() {
            bad = 0;
        }
        match response.status {
            Status::Ok if text.ends_with(" follow") || text.ends_with(" follows") => {
                while unstuff_line(lines.next().expect("the end").as_bytes()).is_some() {}
            }
            Status::Ok => {}
            Status::Err => bad += u32::from(!NO_FAULT.contains(&text.as_str())),
        }
    }
    // The one too many is answered with the goodbye.
    assert!(bad <= BAD_COMMANDS + 1);
}

/// Whether `outcome` is what must come of the input that `octets` is the outcome of, octet by
/// octet, so that STLS is always alone in its read. Where it was not, the session ends there.
fn check_cut(outcome: &Outcome, octets: &Outcome) {
    if outcome.error != Some(ProtocolError::PlaintextAfterStartTls.into()) {
        return assert_eq!(outcome, octets);
    }
    assert!(outcome.deleted.is_empty());
    let refused = "-ERR octets in clear text after STLS: goodbye\r\n";
    let before = outcome.sent.strip_suffix(refused).expect("the last answer");
    let after = octets.sent.strip_prefix(before).expect("the same up to STLS");
    assert!(after.starts_with("+OK begin the TLS negotiation\r\n"));
}

fuzz_target!(|case: Case<'_>| {
    let run = |input: &[u8], cut| replay(server(&case), &[input.to_vec()], cut);
    in_proportion(case.input, |input| {
        run(input, Cut::Nowhere);
    });
    let octets = run(case.input, Cut::Everywhere);
    assert_ne!(octets.error, Some(ProtocolError::PlaintextAfterStartTls.into()));
    check_answers(&octets.sent);
    for cut in [Cut::Lengths(&lengths(case.reads)), Cut::Nowhere] {
        let outcome = run(case.input, cut);
        check_cut(&outcome, &octets);
        check_answers(&outcome.sent);
    }
});
