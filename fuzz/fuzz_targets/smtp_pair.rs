//! A client against a server, over any cut of what goes between them, and with a fault on the way
//! back: each recipient is told one outcome, and who is told that a message was taken has it.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::lengths;
use smtp_proto::Hostname;
use smtp_proto::client::{Login, Plan, Protocol, TlsPolicy};
use wired::{Fault, Letter, Scene, check, play};

#[path = "../../crates/smtp-proto/tests/client/wired.rs"]
#[allow(dead_code, reason = "some faults are for the tests")]
mod wired;

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    /// Who each letter is from and for: the first chooses among senders, and says how many of the
    /// others are recipients. One without recipients is not sent.
    letters: [[u8; 5]; 4],
    /// How long the pieces are that go over, over and over.
    pieces: [u8; 4],
    tls: u8,
    login: bool,
    lmtp: bool,
    chunking: bool,
    /// What is done to which reply.
    fault: [u8; 2],
    text: &'a [u8],
}

const NAMES: [&str; 6] = ["c@d", "late@f", "nobody@d", "full@d", "g@h", "i@example.org"];

/// What may stand in the place of a reply: it says no, or nothing.
const REPLIES: [&str; 6] =
    ["550 no\r\n", "450 no\r\n", "421 bye\r\n", "junk\r\n", "250-a\r\n550 b\r\n", "354 what\r\n"];

/// Lines as a message has them: with CRLF, and no other CR or LF.
fn lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().map(|line| line.replace('\r', "") + "\r\n").collect()
}

fn letter([of, to @ ..]: &[u8; 5], text: &[u8]) -> Letter {
    let recipients = usize::from(*of) % (to.len() + 1);
    Letter {
        from: if *of > 0x7f { "spammer@b" } else { "a@b" },
        to: to.iter().take(recipients).map(|at| NAMES[usize::from(*at) % NAMES.len()]).collect(),
        body: lines(text),
    }
}

fuzz_target!(|case: Case<'_>| {
    let mut plan = Plan::new(Hostname::parse(b"c.example").expect("a name"));
    plan.tls = match case.tls % 3 {
        0 => TlsPolicy::Required,
        1 => TlsPolicy::IfOffered,
        _ => TlsPolicy::Never,
    };
    // In clear text none is let through.
    if case.login && plan.tls != TlsPolicy::Never {
        plan.login = Some(Login::new("alice", b"secret"));
    }
    let protocol = if case.lmtp { Protocol::Lmtp } else { Protocol::Smtp };
    let scene = Scene { plan, protocol, chunking: case.chunking };
    let text = case.text.get(..2000).unwrap_or(case.text);
    let mut texts = text.chunks(text.len() / case.letters.len() + 1);
    let letters = case.letters.iter().map(|one| letter(one, texts.next().unwrap_or_default()));
    let letters: Vec<_> = letters.filter(|letter| !letter.to.is_empty()).collect();
    let [at, kind] = case.fault.map(usize::from);
    let fault = match kind % (REPLIES.len() + 2) {
        0 => Fault::None,
        1 => Fault::Lost(at),
        kind => Fault::Replaced(at, REPLIES[kind - 2]),
    };
    let result = play(scene, &letters, fault, &lengths(case.pieces));
    match fault {
        Fault::None => {
            check(scene, &letters, &result, true);
            assert_eq!(result.outcomes.len(), letters.len());
        }
        _ if protocol == Protocol::Smtp => check(scene, &letters, &result, false),
        _ => {}
    }
});
