//! The server's session over any input, cut anywhere: the same replies, the same
//! messages, and no limit passed.

#![no_main]

use std::mem::take;
use std::sync::Arc;

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use smtp_proto::server::{
    Channel, Config, Error, Event, ProtocolError, Rejection, Session, UnknownCommands,
};
use smtp_proto::{BodyPolicy, Framed, Reply, ReplyFramer, Tolerance};

const MESSAGE: u64 = 64;
const RECIPIENTS: usize = 3;
const BAD_COMMANDS: u32 = 10;
const REFUSALS: u32 = 20;
const LINE: usize = 100;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Case<'a> {
    tolerance: u8,
    policy: u8,
    /// How long the reads are, over and over.
    reads: [u8; 4],
    input: &'a [u8],
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    out: BytesMut,
    messages: Vec<(Vec<String>, Vec<u8>)>,
    failure: Option<ProtocolError>,
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
    config.max_message_size = Some(MESSAGE);
    config.vrfy = true;
    config.expn = true;
    config.plaintext_auth = true;
    config.limits.command_line = LINE - 20;
    config.limits.auth_line = LINE;
    config.limits.recipients = RECIPIENTS as u32;
    config.limits.bad_commands = BAD_COMMANDS;
    config.limits.refusals = REFUSALS;
    config.mechanisms.offer("PLAIN").expect("a mechanism");
    config.unknown_commands = UnknownCommands::Of(vec!["XWHO".into()]);
    Arc::new(config)
}

fn run(case: &Case<'_>, mut reads: impl Iterator<Item = usize>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut session = Session::new(config(case), Channel::Clear, &mut outcome.out);
    let out = &mut outcome.out;
    let (mut start, mut end) = (0, 0);
    let (mut recipients, mut body) = (Vec::new(), Vec::new());
    while end < case.input.len() {
        end = (end + reads.next().unwrap_or(1)).min(case.input.len());
        let mut input = &case.input[start..end];
        loop {
            let answered = match session.receive(&mut input, out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Closed) => return outcome,
                Ok(Event::Hello(_, ticket)) => session.accept(ticket, out),
                Ok(Event::Mail(_, ticket)) => {
                    assert!(recipients.is_empty() && body.is_empty(), "no Reset came");
                    session.accept(ticket, out)
                }
                Ok(Event::Reset) => {
                    (recipients, body) = (Vec::new(), Vec::new());
                    Ok(())
                }
                Ok(Event::Rcpt(rcpt, ticket)) => match rcpt.to.mailbox() {
                    Some(to) if to.local_part().as_str().starts_with('n') => {
                        session.reject(ticket, Rejection::NO_SUCH_USER, out)
                    }
                    to => {
                        recipients.push(to.map(|to| to.to_string()).unwrap_or_default());
                        session.accept(ticket, out)
                    }
                },
                Ok(Event::Data(ticket)) => session.accept(ticket, out),
                Ok(Event::Body(piece)) => {
                    assert!(!piece.is_empty());
                    body.extend_from_slice(piece);
                    assert!(body.len() as u64 <= MESSAGE);
                    Ok(())
                }
                Ok(Event::BodyEnd(ticket)) => {
                    assert!((1..=RECIPIENTS).contains(&recipients.len()));
                    outcome.messages.push((take(&mut recipients), take(&mut body)));
                    session.accept(ticket, out)
                }
                Ok(Event::Auth(auth, ticket)) => match auth.initial_response {
                    None => session.challenge(ticket, b"?", out),
                    Some(response) if response.is_empty() => session.accept(ticket, out),
                    Some(_) => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
                },
                Ok(Event::AuthResponse(response, ticket)) if response.decode().len() > 3 => {
                    session.accept(ticket, out)
                }
                Ok(Event::Expn(_, ticket)) => session.accept(ticket, out),
                Ok(Event::Unknown(_, ticket)) => session.accept(ticket, out),
                Ok(other) => session.decline(other, out),
                Err(Error::Protocol(failure)) => {
                    outcome.failure = Some(failure);
                    return outcome;
                }
                Err(Error::Misuse(misuse)) => panic!("{misuse}"),
            };
            answered.expect("the ticket is of this session");
        }
        assert!(input.len() < LINE, "more is left unread than the limits say");
        start = end - input.len();
    }
    outcome.failure = session.eof().err();
    outcome
}

/// Replies all of the grammar, and no more noes than the limits between two that make up for
/// those before.
fn check_replies(mut out: &[u8]) {
    let mut framer = ReplyFramer::new(65_536);
    let mut noes = 0;
    while let Framed::Whole { octets, .. } = framer.next(&mut out) {
        let reply = Reply::parse(octets).expect("a reply");
        match reply.code().get() {
            235 | 250 => noes = 0,
            400.. => noes += 1,
            _ => {}
        }
        assert!(noes <= BAD_COMMANDS + REFUSALS + 1);
    }
    assert!(out.is_empty());
}

fuzz_target!(|case: Case<'_>| {
    in_proportion(case.input, |input| {
        run(&Case { input, ..case }, std::iter::repeat(input.len()));
    });
    let whole = run(&case, std::iter::repeat(case.input.len().max(1)));
    let reads = case.reads.map(|read| usize::from(read) + 1);
    assert_eq!(run(&case, reads.into_iter().cycle()), whole);
    assert_eq!(run(&case, std::iter::repeat(1)), whole);
    check_replies(&whole.out);
});
