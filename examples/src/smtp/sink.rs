//! Takes any mail for anybody and keeps nothing of it, for tests of clients.

use std::{
    fmt, io,
    num::NonZeroU64,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use smtp_proto::{
    BytesMut, EnhancedCode, Protocol, Text, Ticket, Tolerance,
    server::{Config, Event, Misuse, Rejection, Session, request},
};

use super::conversation;
use crate::{connection::Connection, server::Server};

/// What a sink does wrong, and what it has taken.
#[derive(Debug, Default)]
pub struct Sink {
    faults: Vec<(Fault, AtomicU64)>,
    messages: AtomicU64,
    recipients: AtomicU64,
    octets: AtomicU64,
}

impl Sink {
    /// One that makes these faults.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let faults = faults.into_iter().map(|fault| (fault, AtomicU64::new(0))).collect();
        Self { faults, ..Self::default() }
    }

    /// What is to be done wrong with this one, if anything is.
    fn fault(&self, step: Step) -> Option<Wrong> {
        let here = self.faults.iter().filter(|(fault, _)| fault.step == step);
        let mut due = here.filter(|(fault, count)| {
            (count.fetch_add(1, Ordering::Relaxed) + 1) % fault.every == 0
        });
        due.next().map(|(fault, _)| fault.wrong)
    }
}

impl Sink {
    /// Answers a message, in LMTP for each recipient. Returns for how many it was taken.
    fn answer(
        &self,
        message: Ticket<request::Message>,
        protocol: Protocol,
        recipients: u64,
        smtp: &mut Session,
        out: &mut BytesMut,
    ) -> io::Result<u64> {
        // An answer, and for how many it is.
        let (answers, each) = match protocol {
            Protocol::Smtp => (1, recipients),
            Protocol::Lmtp => (recipients, 1),
        };
        let (mut due, mut taken) = (Some(message), 0);
        for _ in 0..answers {
            let Some(message) = due.take() else { break };
            let outcome = match self.fault(Step::Message) {
                None => Ok(()),
                Some(Wrong::Reply(no)) => Err(no),
                Some(Wrong::Drop) => return Err(dropped()),
            };
            taken += if outcome.is_ok() { each } else { 0 };
            due = smtp.answer_recipient(message, outcome, out).map_err(io::Error::other)?;
        }
        Ok(taken)
    }
}

fn dropped() -> io::Error {
    io::Error::other("closed, as a fault of the sink")
}

/// What was taken.
impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [messages, recipients, octets] = [&self.messages, &self.recipients, &self.octets]
            .map(|count| count.load(Ordering::Relaxed));
        write!(f, "took {messages} messages for {recipients} recipients, {octets} octets")
    }
}

/// Something that a sink does wrong: `STEP=CODE` or `STEP=drop`, and `:N` for each Nth
/// time alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    step: Step,
    wrong: Wrong,
    every: NonZeroU64,
}

/// Where in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Hello,
    Mail,
    Rcpt,
    Data,
    Message,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Reply(Rejection<'static>),
    /// The connection is closed, without a word.
    Drop,
}

impl FromStr for Fault {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (step, wrong) = text.split_once('=').ok_or(EXPECTED)?;
        let (wrong, every) = wrong.split_once(':').unwrap_or((wrong, "1"));
        let step = match step {
            "ehlo" => Step::Hello,
            "mail" => Step::Mail,
            "rcpt" => Step::Rcpt,
            "data" => Step::Data,
            "message" => Step::Message,
            _ => return Err(EXPECTED),
        };
        let wrong = match wrong {
            "drop" => Wrong::Drop,
            code => Wrong::Reply(reply(code).ok_or(EXPECTED)?),
        };
        Ok(Self { step, wrong, every: every.parse().map_err(|_| EXPECTED)? })
    }
}

const EXPECTED: &str = "expected STEP=CODE or STEP=drop, perhaps with :N; STEP is ehlo, mail, rcpt, data or message, \
     CODE one from 400 to 599";

fn reply(code: &str) -> Option<Rejection<'static>> {
    let text = Text::new("As it was told to").ok()?;
    let code = code.parse().ok()?;
    let class = u8::try_from(code / 100).ok()?;
    Rejection::new(code, EnhancedCode::new(class, 0, 0), text)
}

/// Serves one SMTP connection.
///
/// # Errors
/// When the connection breaks, or a fault wants it closed.
pub fn drive(server: &Server, connection: &mut Connection) -> io::Result<()> {
    serve(server, connection, Protocol::Smtp)
}

/// Serves one LMTP connection.
///
/// # Errors
/// As for [`drive`].
pub fn drive_lmtp(server: &Server, connection: &mut Connection) -> io::Result<()> {
    serve(server, connection, Protocol::Lmtp)
}

fn serve(server: &Server, connection: &mut Connection, protocol: Protocol) -> io::Result<()> {
    let mut config = Config::new(&server.hostname).map_err(io::Error::other)?;
    config.protocol = protocol;
    config.chunking = true;
    config.max_message_size = Some(server.max_message_size);
    config.starttls = true;
    config.tolerance = Tolerance::PUBLIC;
    conversation::hold(server, connection, config, |_| {
        let (mut recipients, mut octets) = (0, 0);
        move |event: Event<'_>, smtp: &mut Session, out: &mut BytesMut| {
            let sink = &server.sink;
            let fault = step(&event).and_then(|step| sink.fault(step));
            if fault == Some(Wrong::Drop) {
                return Err(dropped());
            }
            match &event {
                Event::Mail(..) => (recipients, octets) = (0, 0),
                Event::Rcpt(..) if fault.is_none() => recipients += 1,
                Event::Body(piece) => octets += piece.len() as u64,
                _ => {}
            }
            match event {
                Event::BodyEnd(message) => {
                    let taken = sink.answer(message, protocol, recipients, smtp, out)?;
                    if taken > 0 {
                        sink.messages.fetch_add(1, Ordering::Relaxed);
                        sink.recipients.fetch_add(taken, Ordering::Relaxed);
                        sink.octets.fetch_add(octets, Ordering::Relaxed);
                    }
                    Ok(())
                }
                event => answer(event, fault, smtp, out).map_err(io::Error::other),
            }
        }
    })
}

/// Where the session is.
fn step(event: &Event<'_>) -> Option<Step> {
    Some(match event {
        Event::Hello(..) => Step::Hello,
        Event::Mail(..) => Step::Mail,
        Event::Rcpt(..) => Step::Rcpt,
        Event::Data(_) => Step::Data,
        _ => return None,
    })
}

fn answer(
    event: Event<'_>,
    fault: Option<Wrong>,
    smtp: &mut Session,
    out: &mut BytesMut,
) -> Result<(), Misuse> {
    match (event, fault) {
        (Event::Hello(_, ticket), Some(Wrong::Reply(no))) => smtp.reject(ticket, no, out),
        (Event::Mail(_, ticket), Some(Wrong::Reply(no))) => smtp.reject(ticket, no, out),
        (Event::Rcpt(_, ticket), Some(Wrong::Reply(no))) => smtp.reject(ticket, no, out),
        (Event::Data(ticket), Some(Wrong::Reply(no))) => smtp.reject(ticket, no, out),
        (Event::Hello(_, ticket), _) => smtp.accept(ticket, out),
        (Event::Mail(_, ticket), _) => smtp.accept(ticket, out),
        (Event::Rcpt(_, ticket), _) => smtp.accept(ticket, out),
        (Event::Data(ticket), _) => smtp.accept(ticket, out),
        (Event::Body(_) | Event::Reset, _) => Ok(()),
        (other, _) => smtp.decline(other, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_by_step() {
        for text in ["rcpt=450", "mail=552:3", "ehlo=421", "data=drop", "message=drop:10"] {
            assert!(text.parse::<Fault>().is_ok(), "{text}");
        }
        for text in
            ["", "rcpt", "rcpt=", "rcpt=250", "rcpt=600", "x=450", "rcpt=450:0", "rcpt=450:x"]
        {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn each_nth_is_wrong() {
        let sink = Sink::new(["rcpt=450:3".parse().unwrap(), "mail=drop".parse().unwrap()]);
        let wrong: Vec<_> = (0..7).map(|_| sink.fault(Step::Rcpt).is_some()).collect();
        assert_eq!(wrong, [false, false, true, false, false, true, false]);
        assert_eq!(sink.fault(Step::Mail), Some(Wrong::Drop));
        assert_eq!(sink.fault(Step::Data), None);
    }
}
