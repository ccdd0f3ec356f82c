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
    letters: Vec<(bool, Vec<u8>, &'a str)>,
    /// How long the pieces are that go over, over and over.
    pieces: [u8; 4],
    tls: u8,
    login: bool,
    lmtp: bool,
    chunking: bool,
    fault: Option<(u8, Option<&'a str>)>,
}

const NAMES: [&str; 6] = ["c@d", "late@f", "nobody@d", "full@d", "g@h", "i@example.org"];

/// Lines as a message has them: with CRLF, and no other CR or LF.
fn lines(text: &str) -> String {
    text.lines().map(|line| line.replace('\r', "") + "\r\n").collect()
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
    let letter = |(spam, to, text): &(bool, Vec<u8>, &str)| Letter {
        from: if *spam { "spammer@b" } else { "a@b" },
        to: to.iter().take(8).map(|at| NAMES[usize::from(*at) % NAMES.len()]).collect(),
        body: lines(text),
    };
    let letters: Vec<_> = case.letters.iter().take(8).map(letter).collect();
    let letters: Vec<_> = letters.into_iter().filter(|letter| !letter.to.is_empty()).collect();
    let fault = match case.fault {
        None => Fault::None,
        Some((at, None)) => Fault::Lost(at.into()),
        // What is put into the place of a reply says no, or nothing.
        Some((at, Some(said))) => Fault::Replaced(
            at.into(),
            match said.len() % 5 {
                0 => "550 no\r\n",
                1 => "450 no\r\n",
                2 => "421 bye\r\n",
                3 => "junk\r\n",
                _ => "250-a\r\n550 b\r\n",
            },
        ),
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
