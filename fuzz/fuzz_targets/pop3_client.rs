//! The client's session over whatever a server may send, cut anywhere: the same is
//! told, and no limit passed.

#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use pop3_proto::Command;
use pop3_proto::client::{Channel, ClearText, Config, Error, Event, Session, State};

const LINE: usize = 100;
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

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    /// Which commands are sent, each as soon as it may.
    commands: [u8; 16],
    secret: bool,
    /// How long the reads are, over and over.
    reads: [u8; 4],
    input: &'a [u8],
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    told: Vec<String>,
    body: Vec<u8>,
    out: BytesMut,
}

fn run(case: &Case<'_>, mut reads: impl Iterator<Item = usize>) -> Outcome {
    let mut config = Config::default();
    config.limits.line = LINE;
    config.limits.pipelined = 4;
    if !case.secret {
        config.clear_text = ClearText::Everything;
    }
    let mut session = Session::new(Arc::new(config), Channel::Clear);
    let Outcome { mut told, mut body, mut out } = Outcome::default();
    let mut commands = case.commands.iter().map(|at| COMMANDS[usize::from(*at) % COMMANDS.len()]);
    let mut next = commands.next();
    let (mut start, mut end) = (0, 0);
    'reading: while end < case.input.len() {
        end = (end + reads.next().unwrap_or(1)).min(case.input.len());
        let mut input = &case.input[start..end];
        loop {
            assert!(session.waiting() <= 5, "more waits than the limit says");
            match session.receive(&mut input, &mut out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Body(piece)) => {
                    body.extend_from_slice(piece);
                    continue;
                }
                Ok(Event::Challenge(challenge, ticket)) => {
                    let answered = match challenge.decode() {
                        octets if octets.is_empty() => session.cancel(ticket, &mut out),
                        octets => session.respond(ticket, &octets, &mut out),
                    };
                    answered.expect("the ticket is of this session");
                }
                Ok(Event::Stls(upgrade)) => {
                    assert_eq!(session.state(), State::Handshake);
                    session.upgraded(upgrade);
                    told.push("upgraded".into());
                }
                Ok(Event::Closed) => break 'reading,
                Ok(event) => told.push(format!("{event:?}")),
                Err(Error::Protocol(error)) => {
                    told.push(format!("{error:?}"));
                    assert!(input.is_empty() || session.state() == State::Closed);
                    break 'reading;
                }
                Err(Error::Misuse(misuse)) => panic!("{misuse}"),
            }
            while let Some(line) = next {
                let command = Command::parse(line).expect("a command");
                match session.allows(command) {
                    Ok(()) => session.send(command, &mut out).expect("it is allowed"),
                    // It may be, later.
                    Err(_) if session.waiting() > 0 => break,
                    Err(_) => {}
                }
                next = commands.next();
            }
        }
        assert!(input.len() < LINE, "more is left unread than the limits say");
        start = end - input.len();
    }
    Outcome { told, body, out }
}

fuzz_target!(|case: Case<'_>| {
    let whole = run(&case, std::iter::repeat(case.input.len().max(1)));
    let reads = case.reads.map(|read| usize::from(read) + 1);
    // STLS looks at what came along with its answer, which depends on the reads.
    if whole.told.iter().any(|told| told == "upgraded" || told == "PlaintextAfterStartTls") {
        run(&case, reads.into_iter().cycle());
        return;
    }
    assert_eq!(run(&case, reads.into_iter().cycle()), whole);
    assert_eq!(run(&case, std::iter::repeat(1)), whole);
});
