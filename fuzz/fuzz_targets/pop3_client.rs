//! The client's session over whatever a server may send, cut anywhere: the same is
//! told, and no limit passed.

#![no_main]

use arbitrary::Arbitrary;
use client_side::Client;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::{in_proportion, lengths};
use mail_transcript::{Client as _, Cut, Peer};
use pop3_proto::client::{Channel, ClearText, CloseReason, Config};
use pop3_proto::{BytesMut, Command};

#[path = "../../crates/pop3-proto/tests/session/client_side.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod client_side;

const COMMANDS: [&[u8]; 20] = [
    b"CAPA",
    b"STLS",
    b"AUTH CRAM-MD5",
    b"AUTH PLAIN AAAA",
    b"USER mrose",
    b"PASS secret",
    b"APOP mrose c4c9334bac560ecc979e58001b3e22fb",
    b"LANG",
    b"UTF8",
    b"STAT",
    b"LIST",
    b"LIST 1",
    b"UIDL",
    b"RETR 1",
    b"TOP 2 3",
    b"DELE 1",
    b"NOOP",
    b"RSET",
    b"XYZ",
    b"QUIT",
];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    /// Which commands are sent, each as soon as it may.
    commands: [u8; 16],
    secret: bool,
    /// How much the server says in its turns; all that is left in the last.
    turns: [u8; 8],
    /// How long the reads are, over and over.
    reads: [u8; 4],
    input: &'a [u8],
}

#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    seen: Vec<String>,
    out: BytesMut,
    reason: Option<CloseReason>,
}

/// By turns, commands are sent and the server is heard: what lies there before a command is
/// sent depends on the turns then, and not on the reads.
fn run(case: &Case<'_>, mut input: &[u8], cut: Cut<'_>) -> Outcome {
    let mut config = Config::default();
    config.limits.line = 100;
    config.limits.pipelined = 4;
    if !case.secret {
        config.clear_text = ClearText::Everything;
    }
    let mut client = Client::new(config, Channel::Clear);
    let mut commands = case.commands.iter().map(|at| COMMANDS[usize::from(*at) % COMMANDS.len()]);
    let mut next = commands.next();
    for (at, turn) in case.turns.iter().enumerate() {
        if client.awaits_response() {
            client.send(if turn % 2 == 0 { b"*" } else { b"AAAA" });
        }
        while let Some(line) = next {
            let session = &client.session;
            match session.allows(Command::parse(line).expect("a command")) {
                Ok(()) => {
                    assert!(session.close_reason().is_none_or(|why| why == CloseReason::Unread));
                    client.send(line);
                }
                // It may be, later.
                Err(_) if session.waiting() > 0 => break,
                Err(_) => {}
            }
            next = commands.next();
        }
        let last = at + 1 == case.turns.len();
        let turn = if last { input.len() } else { usize::from(*turn).min(input.len()) };
        let (heard, rest) = input.split_at(turn);
        input = rest;
        for piece in cut.pieces(heard) {
            client.receive(piece);
            assert!(client.session.waiting() <= 5, "more waits than the limit says");
        }
    }
    Outcome { reason: client.session.close_reason(), seen: client.seen, out: client.out }
}

fuzz_target!(|case: Case<'_>| {
    in_proportion(case.input, |input| {
        run(&case, input, Cut::Nowhere);
    });
    let whole = run(&case, case.input, Cut::Nowhere);
    let lengths = lengths(case.reads);
    let cut = run(&case, case.input, Cut::Lengths(&lengths));
    // STLS looks at what came along with its answer, which depends on the reads.
    if whole.seen.iter().any(|seen| seen == "handshake" || seen == "PlaintextAfterStartTls") {
        return;
    }
    assert_eq!(cut, whole);
    assert_eq!(run(&case, case.input, Cut::Everywhere), whole);
});
