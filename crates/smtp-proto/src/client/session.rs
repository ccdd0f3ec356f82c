//! The session.

use alloc::boxed::Box;
use core::time::Duration;

use bytes::BytesMut;
use mail_wire::{
    Channel, CloseReason, Desk, Direction, Framed, InFlight, Inbound, LineEnding, SyntaxError,
    Upgrade, WireLog,
};

use super::config::Config;
use super::error::{Error, Misuse, ProtocolError};
use super::event::{Answer, Event};
use super::extensions::Extensions;
use super::outgoing::Body;
use super::sent::Sent;
use super::state::State;
use crate::protocol::Protocol;
use crate::reply::{Reply, ReplyFramer};
use crate::server_line::ServerLine;

/// The client's side of one connection. See the [module](super) for how its
/// commands are answered.
///
/// It reads no clock and keeps no message: besides this value it holds which
/// commands wait for their answers, and what the server offers.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Config,
    pub(super) inbound: Inbound,
    framer: ReplyFramer,
    pub(super) desk: Desk<Pending>,
    pub(super) state: State,
    pub(super) channel: Channel,
    pub(super) extensions: Box<Extensions>,
    /// What waits for its answer.
    pub(super) in_flight: InFlight<Waiting>,
    /// How many octets that has.
    pub(super) on_its_way: usize,
    /// How many of [`Sent::is_of_envelope`] wait.
    pub(super) undecided: u32,
    /// How many chunks wait.
    pub(super) chunks: u32,
    pub(super) transaction: Transaction,
    pub(super) body: Body,
    /// What the server's limits count on a connection.
    pub(super) counted: Counted,
    pub(super) authenticated: bool,
    /// How many lines since the last answer could not be read.
    junk: u32,
    pub(super) closed: Option<CloseReason>,
    pub(super) failed: Option<ProtocolError>,
    pub(super) log: WireLog,
}

/// What was sent and waits for its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) sent: Sent,
    /// How long its line was.
    pub(super) octets: usize,
}

/// What is known of the message that is being sent.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// How many RCPT were sent.
    pub(super) recipients: u32,
    /// How many of them were accepted.
    pub(super) accepted: u32,
    /// Which, in LMTP.
    pub(super) deliveries: alloc::vec::Vec<u32>,
    /// MAIL has said BODY=BINARYMIME, with which DATA is not used (RFC 3030 §3).
    pub(super) binary: bool,
    /// A chunk was sent: DATA and RCPT are out of place.
    pub(super) chunked: bool,
    /// A chunk was refused: no more are sent (RFC 3030 §2).
    pub(super) refused: bool,
    /// All of the body has been written.
    pub(super) complete: bool,
}

/// What the server's limits count on a connection (RFC 9422 §4).
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// How many MAIL were sent.
    pub(super) mails: u32,
    /// The domains of recipients so far, where there is a limit.
    pub(super) domains: alloc::vec::Vec<Box<str>>,
}

/// What the session has asked of its driver.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pending {
    /// The answer to a challenge.
    Challenge,
    /// The TLS handshake.
    Handshake,
}

/// What was read up to the end of a reply or of a line that is none, and where it begins: how
/// many octets the server had sent before it.
#[derive(Clone, Copy)]
struct Unit<'b> {
    octets: &'b [u8],
    begins: u64,
}

impl Session {
    /// A session on a fresh connection. The server speaks first.
    #[must_use]
    pub fn new(config: Config, channel: Channel) -> Self {
        Self {
            config,
            inbound: Inbound::default(),
            framer: ReplyFramer::new(config.limits.buffer()),
            desk: Desk::new(),
            state: State::Greeting,
            channel,
            extensions: Box::default(),
            in_flight: InFlight::new(),
            on_its_way: 0,
            undecided: 0,
            chunks: 0,
            transaction: Transaction::default(),
            body: Body::default(),
            counted: Counted::default(),
            authenticated: false,
            junk: 0,
            closed: None,
            failed: None,
            log: WireLog::default(),
        }
    }

    /// Shows `log` each line that goes over the wire from here on, and first what is in `out`
    /// already. What is secret is not shown: the initial response of AUTH, and its exchange
    /// but for the last answer. Messages are shown as the number of their octets.
    pub fn log_wire(&mut self, log: WireLog, out: &BytesMut) {
        self.log = log;
        self.log.lines(Direction::Sent, out);
    }

    /// Takes the next thing that the server says off the front of `input`. Call
    /// it again after each event; after [`Event::NeedInput`], once more has been read: `input`
    /// must then begin with what this call left of it. It may be called while a body goes out,
    /// to hear of a server that goes.
    ///
    /// It writes nothing to `out` but `*`, to end an exchange of SASL in which
    /// the server's challenge cannot be read.
    ///
    /// # Errors
    /// [`Misuse::ReplyPending`] while a challenge is not answered,
    /// [`Misuse::UpgradePending`] during the handshake, [`Misuse::InputLost`] where `input`
    /// is less than the last call left; and [`ProtocolError`], for good.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        self.inbound.shown(input)?;
        let event = self.next_event(input, out);
        // It is over: what lies there is nobody's.
        if let Err(Error::Protocol(_)) = event {
            *input = &[];
        }
        self.inbound.left(input);
        event
    }

    fn next_event<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        if let Some(error) = self.failed {
            *input = &[];
            return Err(error.into());
        }
        if self.state == State::Handshake {
            if input.is_empty() {
                return Err(Misuse::UpgradePending.into());
            }
            // It would be taken for what the server sent inside TLS.
            *input = &[];
            return self.fail(ProtocolError::PlaintextAfterStartTls);
        }
        if self.desk.is_out() {
            return Err(Misuse::ReplyPending.into());
        }
        if self.state == State::Closed {
            *input = &[];
            return Ok(Event::Closed);
        }
        let unit = match self.framer.next(input) {
            Framed::NeedInput => return Ok(Event::NeedInput),
            Framed::Ask { ask, .. } => match ask {},
            // Some servers end lines with LF alone.
            Framed::Whole { octets, ending } => {
                let end = if ending == LineEnding::Crlf { 2 } else { 1 };
                let length = u64::try_from(octets.len()).unwrap_or(u64::MAX).saturating_add(end);
                Unit { octets, begins: self.inbound.used_but(input).wrapping_sub(length) }
            }
            Framed::TooLong { start } => {
                *input = &[];
                self.log_received(start);
                return self.broken(start, self.too_long(), ProtocolError::EndlessReply);
            }
        };
        match self.state {
            State::Greeting => self.greeting(unit),
            // It goes alone: nothing else can be answered.
            State::Authenticating => self.auth_reply(unit, input, out),
            _ => {
                self.log_received(unit.octets);
                self.answer(unit, input)
            }
        }
    }

    fn greeting<'b>(&mut self, unit: Unit<'b>) -> Result<Event<'b>, Error> {
        self.log_received(unit.octets);
        match read(unit.octets) {
            Ok(greeting) if greeting.code().is_intermediate() => {
                let error = SyntaxError { offset: 0, expected: "a greeting" };
                self.broken(unit.octets, error, ProtocolError::NoGreeting)
            }
            Ok(greeting) => {
                match greeting.code().is_completion() {
                    true => self.enter(State::Connected),
                    false => self.close(CloseReason::Goodbye),
                }
                Ok(Event::Greeting(greeting))
            }
            Err(error) => self.broken(unit.octets, error, ProtocolError::NoGreeting),
        }
    }

    /// The reply that answers a command, if it does.
    fn answer<'b>(&mut self, unit: Unit<'b>, input: &mut &'b [u8]) -> Result<Event<'b>, Error> {
        let line = unit.octets;
        let reply = match read(line) {
            Ok(reply) => reply,
            // It was meant for an answer: the next is not to be taken for that.
            Err(error) if line.first().is_some_and(u8::is_ascii_digit) => {
                return self.broken(line, error, ProtocolError::BrokenReply);
            }
            // What is no reply answers nothing: the answer is still to come.
            Err(error) => {
                self.count_junk()?;
                return Ok(Event::Unparsed { to: None, line, error });
            }
        };
        match self.in_flight.answered(unit.begins) {
            Some(Waiting { sent, octets }) => {
                self.on_its_way = self.on_its_way.saturating_sub(octets);
                self.answered(Answer { to: sent, reply }, input)
            }
            None => Ok(self.unsolicited(reply)),
        }
    }

    fn unsolicited<'b>(&mut self, reply: Reply<'b>) -> Event<'b> {
        if reply.code().get() == 421 {
            self.close(CloseReason::Goodbye);
        } else {
            self.close(CloseReason::Unsolicited);
            self.failed = Some(ProtocolError::Unsolicited);
        }
        Event::Unsolicited(reply)
    }

    /// What an answer changes. The one place where an answer changes the state.
    fn answered<'b>(
        &mut self,
        answer: Answer<'b>,
        input: &mut &'b [u8],
    ) -> Result<Event<'b>, Error> {
        self.junk = 0;
        self.undecided = self.undecided.saturating_sub(u32::from(answer.to.is_of_envelope()));
        let code = answer.reply.code();
        // RFC 5321 §3.8: it is the last.
        if code.get() == 421 {
            self.close(CloseReason::Goodbye);
            return Ok(Event::Answer(answer));
        }
        match (answer.to, answer.is_ok()) {
            (Sent::StartTls, true) if !input.is_empty() => {
                *input = &[];
                return self.fail(ProtocolError::PlaintextAfterStartTls);
            }
            (Sent::StartTls, true) => {
                self.enter(State::Handshake);
                return Ok(Event::StartTls(self.desk.issue_upgrade(Pending::Handshake)));
            }
            (Sent::Ehlo | Sent::Helo | Sent::Lhlo, true) => {
                *self.extensions = Extensions::default();
                // One that cannot be read is not offered.
                answer.extensions().flatten().for_each(|offered| self.extensions.add(offered));
                self.enter(State::Ready);
            }
            (Sent::Auth, ok) => {
                self.authenticated = ok;
                self.enter(State::Ready);
            }
            (Sent::Mail, false) if self.state == State::Transaction => self.enter(State::Ready),
            (Sent::Rcpt(number), true) => {
                let accepted = self.transaction.accepted;
                self.transaction.accepted = accepted.saturating_add(1);
                if self.config.protocol == Protocol::Lmtp {
                    self.transaction.deliveries.push(number);
                }
            }
            (Sent::Data, true) => self.begin_text(),
            (Sent::Chunk, ok) => {
                self.chunks = self.chunks.saturating_sub(1);
                self.transaction.refused |= !ok;
            }
            // Postfix: the server greets anew, and knows nothing of what was said before.
            (Sent::XClient, true) => {
                *self.extensions = Extensions::default();
                self.authenticated = false;
                self.enter(State::Connected);
            }
            (Sent::Atrn, true) => self.close(CloseReason::Turned),
            (Sent::Quit, _) => self.close(CloseReason::Finished),
            // Whether a transaction is open is not known.
            (Sent::Rset, false) => self.close(CloseReason::OutOfStep),
            _ => {}
        }
        // Nothing has asked for a reply of this kind: what the server waits for is not known.
        let odd =
            if answer.to == Sent::Data { code.is_completion() } else { code.is_intermediate() };
        if odd {
            self.close(CloseReason::OutOfStep);
        }
        Ok(Event::Answer(answer))
    }

    /// A reply in the exchange that AUTH began (RFC 4954 §4).
    fn auth_reply<'b>(
        &mut self,
        unit: Unit<'b>,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        const CODE: usize = "334 ".len();
        match (ServerLine::parse(unit.octets), read(unit.octets)) {
            (parsed, Ok(reply)) if reply.code().get() == 334 => {
                self.log.secret(Direction::Received, unit.octets, CODE);
                if self.in_flight.answered(unit.begins).is_none() {
                    return Ok(self.unsolicited(reply));
                }
                if let Ok(ServerLine::Challenge(challenge)) = parsed {
                    return Ok(Event::Challenge(challenge, self.desk.issue(Pending::Challenge)));
                }
                self.count_junk()?;
                self.write_cancel(out);
                let error = parsed.err().unwrap_or(NO_CHALLENGE);
                Ok(Event::Unparsed { to: Some(Sent::Auth), line: unit.octets, error })
            }
            (_, Ok(_)) => {
                self.log_received(unit.octets);
                self.answer(unit, input)
            }
            (_, Err(_)) => {
                self.log.secret(Direction::Received, unit.octets, 0);
                self.answer(unit, input)
            }
        }
    }

    /// What cannot be read, and ends the session.
    fn broken<'b>(
        &mut self,
        line: &'b [u8],
        error: SyntaxError,
        why: ProtocolError,
    ) -> Result<Event<'b>, Error> {
        let to = self.in_flight.oldest().map(|waiting| waiting.sent);
        self.close(CloseReason::OutOfStep);
        self.failed = Some(why);
        Ok(Event::Unparsed { to, line, error })
    }

    fn count_junk(&mut self) -> Result<(), Error> {
        self.junk = self.junk.saturating_add(1);
        if self.junk > self.config.limits.junk_lines {
            self.fail(ProtocolError::Junk)?;
        }
        Ok(())
    }

    fn too_long(&self) -> SyntaxError {
        SyntaxError { offset: self.config.limits.buffer(), expected: "the end of the reply" }
    }

    /// Says that the handshake of STARTTLS is done. The session forgets everything that it learnt
    /// in clear text (RFC 3207 §4.2): say EHLO again. Forget what you have read in clear text and
    /// not used, too. If the handshake failed, close the connection instead.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the upgrade is another session's, or this one is over.
    pub fn upgraded(&mut self, upgrade: Upgrade) -> Result<(), Misuse> {
        self.desk.redeem_upgrade(upgrade)?;
        self.channel = Channel::Tls;
        *self.extensions = Extensions::default();
        self.authenticated = false;
        self.inbound.forget();
        self.framer.reset();
        self.enter(State::Connected);
        Ok(())
    }

    /// What the server offers, by its last answer to EHLO or LHLO; nothing, where it was not
    /// asked, or HELO was said.
    #[must_use]
    pub const fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// The state, as far as the client can know it.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What carries the connection.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// Whether the server has taken a login.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// How many answers are still to come.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether nothing lies there that was shown.
    pub(super) const fn has_read_all(&self) -> bool {
        self.inbound.unread() == 0
    }

    /// How long to wait for the server, in the present state, to say something, or to take some
    /// of what is sent; then call [`timed_out`](Self::timed_out).
    #[must_use]
    pub fn timeout(&self) -> Duration {
        let timeouts = &self.config.limits.timeouts;
        let waiting = self.in_flight.oldest().map(|waiting| waiting.sent);
        match (self.state, waiting) {
            (State::Greeting, _) => timeouts.greeting,
            (State::Body, _) => timeouts.block,
            (_, Some(Sent::Mail)) => timeouts.mail,
            (_, Some(Sent::Rcpt(_))) => timeouts.rcpt,
            (_, Some(Sent::Data)) => timeouts.data,
            (_, Some(Sent::Chunk | Sent::Message | Sent::Delivery(_))) => timeouts.message,
            _ => timeouts.other,
        }
    }

    /// Shows what came.
    fn log_received(&mut self, octets: &[u8]) {
        self.log.lines(Direction::Received, if octets.is_empty() { b"\n" } else { octets });
    }

    /// Shows what was written from `start` on.
    pub(super) fn log_sent(&mut self, start: usize, out: &BytesMut) {
        self.log.lines(Direction::Sent, out.get(start..).unwrap_or_default());
    }
}

const NO_CHALLENGE: SyntaxError = SyntaxError { offset: 0, expected: "a challenge" };

/// Reads a reply. A reply of one line with octets that stand in none ends before them.
fn read(octets: &[u8]) -> Result<Reply<'_>, SyntaxError> {
    Reply::parse(octets).or_else(|error| match memchr::memchr3(b'\r', b'\n', 0, octets) {
        Some(end) if octets.get(end) != Some(&b'\n') && !octets.contains(&b'\n') => {
            Reply::parse(octets.get(..end).unwrap_or_default())
        }
        _ => Err(error),
    })
}
