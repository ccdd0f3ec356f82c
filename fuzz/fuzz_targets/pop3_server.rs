//! The server's session over any input, cut anywhere: the same answers, the same
//! deletions, no limit passed, and nothing carried out that came after STLS in
//! clear text.

#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use pop3_proto::server::{
    Channel, Config, DeletionMarks, Event, Login, Proof, ProtocolError, Rejection, Session, State,
    UnknownCommands,
};
use pop3_proto::unstuff_line;
use pop3_proto::{Auth, Mechanism, Response, Status, Timestamp, Tolerance, UniqueId};

const BAD_COMMANDS: u32 = 10;
const LINE: usize = 100;
const MESSAGES: [(&str, &str); 3] = [
    ("a", "Subject: one\r\n\r\nHello.\r\n.\r\n..dots\r\n"),
    ("b", ".odd: two\n\nbare\rends\n.\n.no end"),
    ("c", ""),
];

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

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    out: BytesMut,
    deleted: Option<DeletionMarks>,
    closed: bool,
    /// Octets in clear text came after STLS.
    injected: bool,
}

fn config(case: &Case<'_>) -> Arc<Config> {
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
    config.limits.command_line = LINE - 20;
    config.limits.auth_line = LINE;
    config.limits.bad_commands = BAD_COMMANDS;
    Arc::new(config)
}

fn run(case: &Case<'_>, mut reads: impl Iterator<Item = usize>) -> Outcome {
    let mut outcome = Outcome::default();
    let out = &mut outcome.out;
    let timestamp = Timestamp::new("<1@example.org>").expect("a timestamp");
    let mut session = Session::with_timestamp(config(case), Channel::Clear, timestamp, out);
    let (mut start, mut end) = (0, 0);
    while end < case.input.len() {
        end = (end + reads.next().unwrap_or(1)).min(case.input.len());
        let mut input = &case.input[start..end];
        loop {
            let event = match session.receive(&mut input, out) {
                Ok(event) => event,
                Err(error) if error == ProtocolError::HttpRequest.into() => {
                    outcome.closed = true;
                    return outcome;
                }
                Err(error) => {
                    assert_eq!(error, ProtocolError::PlaintextAfterStartTls.into());
                    assert!(input.is_empty() && session.state() == State::Closed);
                    outcome.injected = true;
                    return outcome;
                }
            };
            let answered = match event {
                Event::NeedInput => break,
                Event::Closed => {
                    outcome.closed = true;
                    return outcome;
                }
                Event::Login(Login { proof: Proof::Password(_), .. }, _)
                | Event::Auth(Auth { mechanism: Mechanism::Plain, .. }, _)
                    if case.stls && session.channel() == Channel::Clear =>
                {
                    panic!("a password in clear text");
                }
                Event::StartTls(ticket) => {
                    assert!(input.is_empty() && session.channel() == Channel::Clear);
                    session.start_tls(ticket, out).and_then(|upgrade| session.upgraded(upgrade))
                }
                Event::Login(Login { proof: Proof::Password(password), .. }, ticket)
                    if password.reveal().starts_with(b"n") =>
                {
                    session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out)
                }
                Event::Login(_, ticket) => session.open(ticket, MESSAGES.len(), out),
                Event::Auth(Auth { initial_response: None, .. }, ticket) => {
                    session.challenge(ticket, b"?", out)
                }
                Event::Auth(Auth { initial_response: Some(response), .. }, ticket)
                | Event::AuthResponse(response, ticket) => match response.decode().len() {
                    0 => session.challenge(ticket, b"more", out),
                    1..4 => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
                    _ => session.open(ticket, MESSAGES.len(), out),
                },
                Event::Sizes(ticket) => {
                    let sizes = MESSAGES.map(|(_, text)| text.len() as u64);
                    session.sizes(ticket, sizes, out)
                }
                Event::UniqueIds(ticket) => {
                    let ids = MESSAGES.map(|(id, _)| UniqueId::new(id).expect("an id"));
                    session.unique_ids(ticket, ids, out)
                }
                Event::Retr(number, ticket) | Event::Top(number, _, ticket) => {
                    let text = MESSAGES[number.index()].1.as_bytes();
                    session.send_message(ticket, out).and_then(|mut body| {
                        for piece in text.chunks(usize::from(case.pieces).max(1)) {
                            body.push(piece, out);
                        }
                        session.finish(body, out)
                    })
                }
                Event::Update(deleted, ticket) => {
                    assert!(deleted.iter().all(|number| number.index() < MESSAGES.len()));
                    outcome.deleted = Some(deleted);
                    session.accept(ticket, out)
                }
                other => session.decline(other, out),
            };
            answered.expect("the ticket is of this session");
        }
        assert!(input.len() < LINE, "more is left unread than the limits say");
        start = end - input.len();
    }
    outcome
}

/// What is answered with `-ERR` and is no bad command.
const NO_FAULT: [&str; 3] = ["no such message", "the message is deleted", "I only speak English"];

/// Whole lines, each of them one that a client can make out, and no more bad
/// commands answered than the limit, since the last yes after the login.
fn check_answers(out: &[u8]) {
    let text = std::str::from_utf8(out).expect("UTF-8").strip_suffix("\r\n").expect("whole lines");
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

/// Whether `outcome` is what must come of the input that `octets` is the outcome
/// of, octet by octet, so that STLS is always alone in its read. Where it was not,
/// the session ends there.
fn check_cut(outcome: &Outcome, octets: &Outcome) {
    if !outcome.injected {
        return assert_eq!(outcome, octets);
    }
    assert!(outcome.deleted.is_none());
    let refused = b"-ERR octets in clear text after STLS: goodbye\r\n";
    let before = outcome.out.strip_suffix(refused).expect("the last answer");
    let after = octets.out.strip_prefix(before).expect("the same up to STLS");
    assert!(after.starts_with(b"+OK begin the TLS negotiation\r\n"));
}

fuzz_target!(|case: Case<'_>| {
    in_proportion(case.input, |input| {
        run(&Case { input, ..case }, std::iter::repeat(input.len()));
    });
    let octets = run(&case, std::iter::repeat(1));
    assert!(!octets.injected);
    check_answers(&octets.out);
    let reads = case.reads.map(|read| usize::from(read) + 1);
    for outcome in [
        run(&case, reads.into_iter().cycle()),
        run(&case, std::iter::repeat(case.input.len().max(1))),
    ] {
        check_cut(&outcome, &octets);
        check_answers(&outcome.out);
    }
});
