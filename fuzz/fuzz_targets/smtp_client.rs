//! The client's session over whatever a server may send, cut anywhere: the same is
//! told, and no limit passed.

#![no_main]

use arbitrary::Arbitrary;
use client_side::Client;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::{in_proportion, lengths};
use mail_transcript::{Client as _, Cut, Peer};
use smtp_proto::client::{Channel, ClearText, CloseReason, Config, Protocol, State};
use smtp_proto::{BytesMut, Command};

#[path = "../../crates/smtp-proto/tests/client/client_side.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod client_side;

const COMMANDS: [&[u8]; 22] = [
    b"EHLO c",
    b"HELO c",
    b"LHLO c",
    b"STARTTLS",
    b"AUTH CRAM-MD5",
    b"AUTH PLAIN AAAA",
    b"MAIL FROM:<a@b>",
    b"MAIL FROM:<a@b> BODY=BINARYMIME",
    b"RCPT TO:<c@d>",
    b"RCPT TO:<e@f>",
    b"RCPT TO:<Postmaster>",
    b"DATA",
    b"BDAT 3",
    b"BDAT 0",
    b"BDAT 0 LAST",
    b"RSET",
    b"VRFY a",
    b"EXPN a",
    b"HELP",
    b"NOOP",
    b"XCLIENT NAME=a",
    b"QUIT",
];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    /// Which commands are sent, each as soon as it may.
    commands: [u8; 16],
    secret: bool,
    lmtp: bool,
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
    config.limits.reply = 100;
    config.limits.pipelined = 40;
    if !case.secret {
        config.clear_text = ClearText::Everything;
    }
    if case.lmtp {
        config.protocol = Protocol::Lmtp;
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
            if session.state() == State::Body {
                // It ends a body, or is the octets of a chunk.
                client.send(if turn % 2 == 0 { b"a" } else { b"." });
                if client.session.state() == State::Body {
                    break;
                }
                continue;
            }
            match session.allows(Command::parse(line).expect("a command")) {
                Ok(()) => {
                    let reason = session.close_reason();
                    assert!(reason.is_none_or(|why| {
                        matches!(why, CloseReason::Unread | CloseReason::LimitReached)
                    }));
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
            assert!(client.session.waiting() <= 16, "more waits than was sent");
        }
    }
    client.log();
    Outcome { reason: client.session.close_reason(), seen: client.seen, out: client.out }
}

fuzz_target!(|case: Case<'_>| {
    in_proportion(case.input, |input| {
        run(&case, input, Cut::Nowhere);
    });
    let whole = run(&case, case.input, Cut::Nowhere);
    let lengths = lengths(case.reads);
    let cut = run(&case, case.input, Cut::Lengths(&lengths));
    // STARTTLS looks at what came along with its answer, which depends on the reads.
    if whole.seen.iter().any(|seen| seen == "handshake" || seen == "PlaintextAfterStartTls") {
        return;
    }
    assert_eq!(cut, whole);
    assert_eq!(run(&case, case.input, Cut::Everywhere), whole);
});
