//! The session.

use alloc::boxed::Box;
use core::time::Duration;

use bytes::BytesMut;
use mail_wire::{
    Channel, ClientLine, CloseReason, Desk, Direction, DotUnstuffer, Framed, InFlight, Inbound,
    LineEnding, LineFramer, SyntaxError, Upgrade, WireLog,
};

use super::capabilities::Capabilities;
use super::config::Config;
use super::error::{Error, Misuse, ProtocolError};
use super::event::{Answer, Event};
use super::sent::Sent;
use super::state::State;
use crate::response::Response;
use crate::sasl::ServerLine;
use crate::text::Text;

/// The client's side of one connection. See the [module](super) for how its
/// commands are answered.
///
/// It reads no clock and keeps no message: besides this value it holds which
/// commands wait for their answers, what the server can do, and, after the first message, what
/// it takes to look for the end of one.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Config,
    pub(super) inbound: Inbound,
    pub(super) framer: LineFramer,
    pub(super) desk: Desk<Pending>,
    pub(super) state: State,
    pub(super) channel: Channel,
    pub(super) capabilities: Box<Capabilities>,
    /// What waits for its answer.
    pub(super) in_flight: InFlight<Sent>,
    /// The answer of which lines are still to come.
    pub(super) lines: Option<Sent>,
    /// How many lines of a listing came so far.
    pub(super) listed: u32,
    /// How many lines since the last answer could not be read.
    junk: u32,
    /// Kept from message to message. In a box, for it is larger than all else together.
    pub(super) body: Option<Box<DotUnstuffer>>,
    /// How many octets of a message came so far.
    pub(super) octets: u64,
    pub(super) closed: Option<CloseReason>,
    pub(super) failed: Option<ProtocolError>,
    pub(super) log: WireLog,
}

/// What the session has asked of its driver.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pending {
    /// The answer to a challenge.
    Challenge,
    /// The TLS handshake.
    Handshake,
}

/// A line, and where it begins: how many octets the server had sent before it.
#[derive(Clone, Copy)]
struct Line<'b> {
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
            framer: LineFramer::new(config.limits.line),
            desk: Desk::new(),
            state: State::Greeting,
            channel,
            capabilities: Box::default(),
            in_flight: InFlight::new(),
            lines: None,
            listed: 0,
            junk: 0,
            body: None,
            octets: 0,
            closed: None,
            failed: None,
            log: WireLog::default(),
        }
    }

    /// Shows `log` each line that goes over the wire from here on, and first what is in `out`
    /// already. What is secret is not shown: what follows PASS and APOP, and the exchange of
    /// AUTH but for its last answer. Messages are shown as the number of their octets.
    pub fn log_wire(&mut self, log: WireLog, out: &BytesMut) {
        self.log = log;
        self.log.lines(Direction::Sent, out);
    }

    /// Takes the next thing that the server says off the front of `input`. Call
    /// it again after each event; after [`Event::NeedInput`], once more has been read: `input`
    /// must then begin with what this call left of it.
    ///
    /// It writes nothing to `out` but `*`, to end an exchange of SASL in which
    /// the server's line cannot be read.
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
        // Nothing else can be the case while lines of an answer are to come.
        let event = match self.lines {
            Some(to) if to.is_message() => Ok(self.message(to, input)),
            Some(to) => self.counted_listing(to, input),
            None => self.status(input, out),
        };
        // It is over: what lies there is nobody's.
        if let Err(Error::Protocol(_)) = event {
            *input = &[];
        }
        self.inbound.left(input);
        event
    }

    /// What comes where no answer has more: a greeting, an answer, a challenge.
    fn status<'b>(&mut self, input: &mut &'b [u8], out: &mut BytesMut) -> Result<Event<'b>, Error> {
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
        let line = match self.framer.next(input) {
            Framed::NeedInput => return Ok(Event::NeedInput),
            Framed::Ask { ask, .. } => match ask {},
            // Some servers end lines with LF alone.
            Framed::Whole { octets, ending } => {
                let end = if ending == LineEnding::Crlf { 2 } else { 1 };
                let length = u64::try_from(octets.len()).unwrap_or(u64::MAX).saturating_add(end);
                Line { octets, begins: self.inbound.used_but(input).wrapping_sub(length) }
            }
            Framed::TooLong { start } => {
                let begins = self.inbound.used_but(input);
                self.framer.pass_over(input);
                Line { octets: start, begins }
            }
        };
        match self.state {
            State::Greeting => Ok(self.greeting(line)),
            // Answers to what was sent before AUTH come first.
            State::Authenticating if self.in_flight.oldest() == Some(&Sent::Auth) => {
                self.auth_line(line, input, out)
            }
            _ => {
                self.log_received(line.octets);
                self.answer(line, input)
            }
        }
    }

    fn greeting<'b>(&mut self, line: Line<'b>) -> Event<'b> {
        self.log_received(line.octets);
        match read(line.octets) {
            Ok(greeting) => {
                match greeting.is_ok() {
                    true => self.enter(State::Authorization),
                    false => self.close(CloseReason::Goodbye),
                }
                Event::Greeting(greeting)
            }
            Err(error) => {
                self.close(CloseReason::OutOfStep);
                self.failed = Some(ProtocolError::NoGreeting);
                Event::Unparsed { to: None, line: line.octets, error }
            }
        }
    }

    /// The status line that answers a command, if it does.
    fn answer<'b>(&mut self, line: Line<'b>, input: &mut &'b [u8]) -> Result<Event<'b>, Error> {
        let response = match read(line.octets) {
            Ok(response) => response,
            // What is no status answers nothing: the answer is still to come.
            Err(error) => {
                self.count_junk()?;
                return Ok(Event::Unparsed { to: None, line: line.octets, error });
            }
        };
        match self.in_flight.answered(line.begins) {
            Some(to) => self.answered(Answer { to, response }, input),
            None => {
                self.close(CloseReason::Unsolicited);
                self.failed = Some(ProtocolError::Unsolicited);
                Ok(Event::Unsolicited(response))
            }
        }
    }

    /// What an answer changes. The one place where an answer changes the state.
    fn answered<'b>(
        &mut self,
        answer: Answer<'b>,
        input: &mut &'b [u8],
    ) -> Result<Event<'b>, Error> {
        self.junk = 0;
        match (answer.to, answer.is_ok()) {
            (Sent::Stls, true) if !input.is_empty() => {
                *input = &[];
                return self.fail(ProtocolError::PlaintextAfterStartTls);
            }
            (Sent::Stls, true) => {
                self.enter(State::Handshake);
                return Ok(Event::StartTls(self.desk.issue_upgrade(Pending::Handshake)));
            }
            (Sent::Pass | Sent::Apop | Sent::Auth, true) => self.enter(State::Transaction),
            (Sent::Auth, false) => self.enter(State::Authorization),
            (Sent::Quit, _) => self.close(CloseReason::Finished),
            (Sent::Capa, _) => *self.capabilities = Capabilities::default(),
            _ => {}
        }
        if answer.more() {
            self.lines = Some(answer.to);
            self.listed = 0;
        }
        Ok(Event::Answer(answer))
    }

    /// A line of the exchange that AUTH began (RFC 5034 §4).
    fn auth_line<'b>(
        &mut self,
        line: Line<'b>,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        match ServerLine::parse(line.octets) {
            Ok(ServerLine::Challenge(challenge)) => {
                self.log.secret(Direction::Received, line.octets, 2);
                if self.in_flight.answered(line.begins).is_none() {
                    self.close(CloseReason::Unsolicited);
                    self.failed = Some(ProtocolError::Unsolicited);
                    let error = SyntaxError { offset: 0, expected: "nothing unasked" };
                    return Ok(Event::Unparsed { to: None, line: line.octets, error });
                }
                Ok(Event::Challenge(challenge, self.desk.issue(Pending::Challenge)))
            }
            Err(error) if read(line.octets).is_err() => {
                self.log.secret(Direction::Received, line.octets, 0);
                self.count_junk()?;
                if line.octets.is_empty() {
                    return Ok(Event::Unparsed { to: None, line: line.octets, error });
                }
                // Where the server has ended the exchange with it, it says no to this.
                let start = out.len();
                ClientLine::Cancel.encode(out);
                self.log_sent(start, out);
                Ok(Event::Unparsed { to: Some(Sent::Auth), line: line.octets, error })
            }
            _ => {
                self.log_received(line.octets);
                self.answer(line, input)
            }
        }
    }

    fn count_junk(&mut self) -> Result<(), Error> {
        self.junk = self.junk.saturating_add(1);
        if self.junk > self.config.limits.junk_lines {
            self.fail(ProtocolError::Junk)?;
        }
        Ok(())
    }

    /// Says that the handshake of STLS is done. The session forgets everything that it learnt
    /// in clear text: ask for the capabilities again. Forget the timestamp of the greeting, and
    /// what you have read in clear text and not used, too. If the handshake failed, close the
    /// connection instead.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the upgrade is another session's, or this one is over.
    pub fn upgraded(&mut self, upgrade: Upgrade) -> Result<(), Misuse> {
        self.desk.redeem_upgrade(upgrade)?;
        self.channel = Channel::Tls;
        *self.capabilities = Capabilities::default();
        self.inbound.forget();
        self.framer.reset();
        self.enter(State::Authorization);
        Ok(())
    }

    /// What the server can do, by its last answer to CAPA; nothing, where it
    /// was not asked. Ask again after STLS, and after the login, where servers
    /// may say more (RFC 2449 §5).
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities {
        &self.capabilities
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

    /// How many commands wait for their answers, or for the end of them.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.in_flight.len() + usize::from(self.lines.is_some())
    }

    /// Whether nothing lies there that was shown.
    pub(super) const fn has_read_all(&self) -> bool {
        self.inbound.unread() == 0
    }

    /// How long to wait for the server to say something; then call
    /// [`timed_out`](Self::timed_out).
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.config.limits.idle_timeout
    }

    /// Shows a line that came.
    pub(super) fn log_received(&mut self, line: &[u8]) {
        self.log.lines(Direction::Received, if line.is_empty() { b"\n" } else { line });
    }

    /// Shows what was written from `start` on.
    pub(super) fn log_sent(&mut self, start: usize, out: &BytesMut) {
        self.log.lines(Direction::Sent, out.get(start..).unwrap_or_default());
    }
}

/// Reads a status. A line with octets that stand in none ends before them.
fn read(line: &[u8]) -> Result<Response<'_>, SyntaxError> {
    Response::parse(Text::truncated(line).as_bytes())
}
