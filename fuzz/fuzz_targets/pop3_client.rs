//! The client's session over whatever a server may send, cut anywhere: the same is
//! told, and no limit passed.

#![no_main]

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use pop3_proto::Command;
use pop3_proto::client::{Channel, ClearText, CloseReason, Config, Error, Event, Session, State};

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

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    told: Vec<String>,
    body: Vec<u8>,
    out: BytesMut,
    reason: Option<CloseReason>,
}

/// By turns, commands are sent and the server is heard: what lies there before a command is
/// sent depends on the turns then, and not on the reads.
fn run(case: &Case<'_>, mut reads: impl Iterator<Item = usize>) -> Outcome {
    let mut config = Config::default();
    config.limits.line = LINE;
    config.limits.pipelined = 4;
    if !case.secret {
        config.clear_text = ClearText::Everything;
    }
    let mut session = Session::new(config, Channel::Clear);
    let Outcome { mut told, mut body, mut out, .. } = Outcome::default();
    let mut commands = case.commands.iter().map(|at| COMMANDS[usize::from(*at) % COMMANDS.len()]);
    let mut next = commands.next();
    let (mut start, mut end, mut rest) = (0, 0, case.input.len());
    let mut challenge = None;
    'talking: for (at, turn) in case.turns.iter().enumerate() {
        if let Some((ticket, octets)) = challenge.take() {
            let octets: Vec<u8> = octets;
            let answered = match octets.is_empty() {
                true => session.cancel(ticket, &mut out),
                false => session.respond(ticket, &octets, &mut out),
            };
            answered.expect("the ticket is of this session");
        }
        while let Some(line) = next {
            let command = Command::parse(line).expect("a command");
            match session.allows(command) {
                Ok(()) => {
                    assert!(session.close_reason().is_none_or(|why| why == CloseReason::Unread));
                    session.send(command, &mut out).expect("it is allowed");
                }
                // It may be, later.
                Err(_) if session.waiting() > 0 => break,
                Err(_) => {}
            }
            next = commands.next();
        }
        let last = at + 1 == case.turns.len();
        let turn = if last { rest } else { usize::from(*turn).min(rest) };
        let until = end + turn;
        rest -= turn;
        loop {
            end = (end + reads.next().unwrap_or(1)).min(until);
            let mut input = &case.input[start..end];
            while challenge.is_none() {
                assert!(session.waiting() <= 5, "more waits than the limit says");
                match session.receive(&mut input, &mut out) {
                    Ok(Event::NeedInput) => break,
                    Ok(Event::Body(piece)) => body.extend_from_slice(piece),
                    Ok(Event::Challenge(octets, ticket)) => {
                        challenge = Some((ticket, octets.decode()));
                    }
                    Ok(Event::StartTls(upgrade)) => {
                        assert_eq!(session.state(), State::Handshake);
                        session.upgraded(upgrade).expect("it is of this session");
                        told.push("upgraded".into());
                    }
                    Ok(Event::Closed) => break 'talking,
                    Ok(event) => told.push(format!("{event:?}")),
                    Err(Error::Protocol(error)) => {
                        told.push(format!("{error:?}"));
                        assert!(input.is_empty() || session.state() == State::Closed);
                        break 'talking;
                    }
                    Err(Error::Misuse(misuse)) => panic!("{misuse}"),
                }
            }
            assert!(
                challenge.is_some() || input.len() < LINE,
                "more is left unread than the limits say"
            );
            start = end - input.len();
            if end == until {
                break;
            }
        }
    }
    Outcome { told, body, out, reason: session.close_reason() }
}

fuzz_target!(|case: Case<'_>| {
    in_proportion(case.input, |input| {
        run(&Case { input, ..case }, std::iter::repeat(input.len()));
    });
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
