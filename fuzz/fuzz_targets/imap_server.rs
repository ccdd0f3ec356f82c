//! The server's session over any input, cut anywhere: the same events, the same
//! answers, the same messages, and no limit passed.

#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use bytes::BytesMut;
use imap_proto::server::{
    Channel, Config, Error, Event, Misuse, ProtocolError, Rejection, Selected, Session,
    UnknownCommands, request,
};
use imap_proto::{
    Arena, Auth, Body, Capability, Command, CommandKind, Data, FetchData, Listed, Mailbox, Section,
    Ticket, Tolerance,
};
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;

const COMMAND: usize = 200;
const MESSAGE: u64 = 64;
const BAD_COMMANDS: u32 = 10;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    lenient: bool,
    rev2: bool,
    /// How long the reads are, over and over.
    reads: [u8; 4],
    input: &'a [u8],
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    out: BytesMut,
    /// As they print, but for the pieces of messages.
    events: Vec<String>,
    messages: Vec<Vec<u8>>,
    failure: Option<ProtocolError>,
}

fn config(case: &Case<'_>) -> Arc<Config> {
    let mut config = Config::new("imap.example.org");
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
    config.limits.command = COMMAND;
    config.limits.literal = 60;
    config.limits.literal_before_login = 20;
    config.limits.message = MESSAGE;
    config.limits.auth_line = 100;
    config.limits.auth_rounds = 3;
    config.limits.bad_commands = BAD_COMMANDS;
    config.mechanisms.offer("PLAIN").expect("a mechanism");
    Arc::new(config)
}

fn run(case: &Case<'_>, mut reads: impl Iterator<Item = usize>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut session = Session::new(config(case), Channel::Clear, &mut outcome.out);
    let (mut arena, mut message, mut binary) = (Arena::new(), Vec::new(), false);
    let (mut declined, mut messages) = (false, 0);
    let (mut start, mut end) = (0, 0);
    while end < case.input.len() {
        end = (end + reads.next().unwrap_or(1)).min(case.input.len());
        let mut input = &case.input[start..end];
        loop {
            let event = match session.receive(&mut input, &arena, &mut outcome.out) {
                Ok(Event::NeedInput) => break,
                Ok(event) => event,
                Err(Error::Protocol(failure)) => {
                    outcome.failure = Some(failure);
                    return outcome;
                }
                Err(Error::Misuse(misuse)) => panic!("{misuse}"),
            };
            if !matches!(event, Event::Body(_)) {
                outcome.events.push(format!("{event:?}"));
            }
            let out = &mut outcome.out;
            let answered = match event {
                Event::Closed => return outcome,
                Event::Command(command, ticket) => {
                    carry_out(&mut session, command, &mut messages, ticket, out)
                }
                Event::Select(_, ticket) => {
                    let listed = Listed {
                        attributes: &[],
                        delimiter: None,
                        mailbox: Mailbox::INBOX,
                        extended: &[],
                    };
                    messages = 3;
                    session.select(ticket, &Selected::new(listed, messages, ONE, ONE), out)
                }
                Event::Unknown(command, ticket) => {
                    // One response, or none.
                    let line = [b"X-SAID ", command.arguments].concat();
                    let start = out.len();
                    match session.raw_data(&line, out) {
                        Ok(()) => assert_eq!(out[start..], [b"* ", &line[..], b"\r\n"].concat()),
                        Err(_) => assert_eq!(out.len(), start),
                    }
                    session.accept(ticket, out)
                }
                Event::Auth(Auth { initial_response: None, .. }, ticket) => {
                    session.challenge(ticket, b"?", out)
                }
                Event::Auth(Auth { initial_response: Some(response), .. }, ticket)
                | Event::AuthResponse(response, ticket) => match response.decode().len() {
                    0 => session.challenge(ticket, b"more", out),
                    1..4 => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
                    _ => session.accept(ticket, out),
                },
                Event::Append(append, ticket) if append.flags.is_empty() => {
                    assert!(append.message.octets <= MESSAGE);
                    message.clear();
                    declined = false;
                    binary = append.message.binary;
                    session.accept(ticket, out)
                }
                Event::Append(_, ticket) => session.reject(ticket, Rejection::TRY_CREATE, out),
                event @ Event::Body([b'!', ..]) if message.is_empty() => {
                    declined = true;
                    session.decline(event, out)
                }
                Event::Body(piece) => {
                    assert!(!declined, "a message is declined as a whole");
                    assert!(!piece.is_empty());
                    assert!(binary || !piece.contains(&0), "only a literal8 holds a NUL");
                    message.extend_from_slice(piece);
                    assert!(message.len() as u64 <= MESSAGE);
                    Ok(())
                }
                Event::BodyEnd(ticket) => {
                    assert!(!declined, "a declined message is not kept");
                    outcome.messages.push(std::mem::take(&mut message));
                    session.accept(ticket, out)
                }
                Event::Idle(ticket) => session.accept(ticket, out).and_then(|()| {
                    if !session.state().is_selected() {
                        return Ok(());
                    }
                    messages += 1;
                    session.data(&Data::Exists(messages), out)?;
                    messages -= 1;
                    session.data(&Data::Expunge(ONE), out)
                }),
                other => session.decline(other, out),
            };
            answered.expect("the ticket is of this session");
            arena.reset();
        }
        assert!(input.len() < COMMAND, "more is left unread than the limits say");
        start = end - input.len();
    }
    outcome.failure = session.eof().err();
    outcome
}

const ONE: std::num::NonZeroU32 = std::num::NonZeroU32::MIN;

fn carry_out(
    session: &mut Session,
    command: Command<'_>,
    messages: &mut u32,
    ticket: Ticket<request::Command>,
    out: &mut BytesMut,
) -> Result<(), Misuse> {
    match command.kind {
        CommandKind::Login { user, .. } if user.as_bytes().starts_with(b"n") => {
            session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out)
        }
        CommandKind::Fetch(fetch) => {
            // RFC 9051 §7.5.1
            assert_eq!(session.may_expunge(), fetch.uid);
            if *messages > 0 && fetch.uid {
                session.data(&Data::Expunge(ONE), out)?;
                *messages -= 1;
            }
            if *messages == 0 {
                assert_eq!(session.fetch(ONE, out).map(drop), Err(Misuse::NoSuchMessage));
                return session.accept(ticket, out);
            }
            let mut response = session.fetch(ONE, out)?;
            response.item(&FetchData::Uid(ONE), out).expect("no octets");
            let mut body =
                response.body(Body::Section { section: Section::Whole, origin: None }, 5, out);
            body.write(b"hello", out).expect("five octets");
            session.end_fetch(body.end().expect("five octets"), out)?;
            session.accept(ticket, out)
        }
        CommandKind::Delete(_) => session.reject(ticket, Rejection::NOT_SUPPORTED, out),
        _ => session.accept(ticket, out),
    }
}

fuzz_target!(|case: Case<'_>| {
    in_proportion(case.input, |input| {
        run(&Case { input, ..case }, std::iter::repeat(input.len()));
    });
    let whole = run(&case, std::iter::repeat(case.input.len().max(1)));
    let reads = case.reads.map(|read| usize::from(read) + 1);
    assert_eq!(run(&case, reads.into_iter().cycle()), whole);
    assert_eq!(run(&case, std::iter::repeat(1)), whole);

    assert!(whole.out.ends_with(b"\r\n"), "whole lines");
    if whole.events.iter().any(|event| event.starts_with("Unknown")) {
        return; // its arguments are in `out`
    }
    // Each OK of one that has logged in begins the count anew.
    let out = whole.out.escape_ascii().to_string();
    let most = out.split(" OK ").map(|between| between.matches(" BAD ").count()).max();
    assert!(most <= Some(BAD_COMMANDS as usize + 1));
});
