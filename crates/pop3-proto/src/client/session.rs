//! The session.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use core::time::Duration;

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;
use mail_wire::{
    BodyPolicy, Channel, ClientLine, DotUnstuffer, Framed, LineFramer, Mechanism, SyntaxError,
    Ticket, TicketDesk, Unstuffed, encode_base64,
};

use super::capabilities::Capabilities;
use super::config::{ClearText, Config};
use super::error::{Error, Misuse, ProtocolError};
use super::event::{Answer, Event};
use super::request;
use super::sent::Sent;
use super::state::State;
use crate::capability::Capability;
use crate::command::Command;
use crate::language::LanguageListing;
use crate::listing::{ScanListing, UniqueIdListing, scan_line, unique_id_line};
use crate::response::{Response, multi_line};
use crate::sasl::ServerLine;
use crate::text::Text;

/// The most octets of a command with its CRLF (RFC 2449 §4).
const COMMAND: usize = 255;

/// The client's side of one connection. See the [module](super) for how its
/// commands are answered.
///
/// It reads no clock and keeps no message: besides this value it holds which
/// commands wait for their answers, and what it takes to look for the end of a
/// message while there is one.
#[derive(Debug)]
pub struct Session {
    config: Arc<Config>,
    framer: LineFramer,
    desk: TicketDesk,
    state: State,
    channel: Channel,
    capabilities: Capabilities,
    /// What waits for its answer, the oldest first.
    waiting: VecDeque<Sent>,
    behind: Behind,
    /// How many lines of a listing came so far.
    listed: u32,
    /// While a message is received. In a box, for it is larger than all else together.
    body: Option<Box<DotUnstuffer>>,
    failed: Option<ProtocolError>,
}

/// What stands behind the last status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behind {
    /// The next one.
    Nothing,
    /// The lines that it announced.
    Lines(Sent),
    /// It could not be read, and was to announce lines if it was a yes.
    Doubt(Sent),
    /// The same, and there are lines: they are passed over.
    Unwanted(Sent),
}

/// The server agreed to STLS: do the handshake, and bring this to
/// [`Session::upgraded`].
#[derive(Debug)]
#[must_use = "the session waits for the end of the handshake: bring it to `Session::upgraded`"]
pub struct Upgrade(Ticket<Upgrade>);

impl Session {
    /// A session on a fresh connection. The server speaks first.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel) -> Self {
        Self {
            framer: LineFramer::new(config.limits.line),
            config,
            desk: TicketDesk::new(),
            state: State::Greeting,
            channel,
            capabilities: Capabilities::default(),
            waiting: VecDeque::new(),
            behind: Behind::Nothing,
            listed: 0,
            body: None,
            failed: None,
        }
    }

    /// Takes the next thing that the server says off the front of `input`. Call
    /// it again after each event; after [`Event::NeedInput`], once more was read
    /// behind what it left of `input`.
    ///
    /// It writes nothing to `out` but `*`, to end an exchange of SASL in which
    /// the server's line cannot be read.
    ///
    /// # Errors
    /// [`Misuse::ReplyPending`] while a challenge is not answered,
    /// [`Misuse::UpgradePending`] during the handshake; and [`ProtocolError`], for
    /// good.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        // Nothing else can be the case behind an answer that has more.
        match self.behind {
            Behind::Lines(to) if to.is_message() => Ok(self.message(to, input)),
            Behind::Lines(to) => self.counted_listing(to, input),
            Behind::Nothing => self.status(input, out),
            Behind::Doubt(to) | Behind::Unwanted(to) => self.doubt(to, input, out),
        }
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
        // Some servers end lines with LF alone.
        let line = match self.framer.next(input) {
            Framed::NeedInput => return Ok(Event::NeedInput),
            Framed::Line { line, .. } => Ok(line),
            Framed::TooLong => Err(self.too_long()),
        };
        match self.state {
            State::Greeting => self.greeting(line),
            State::Authenticating => self.auth_line(line, input, out),
            _ => self.answer(line, input),
        }
    }

    /// What comes behind a status that cannot be read: lines, or the next status.
    ///
    /// The first octet tells. A line of a listing never begins as a status does,
    /// and a message begins with the name of a field.
    fn doubt<'b>(
        &mut self,
        to: Sent,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        if self.behind == Behind::Doubt(to) {
            self.behind = match input.first() {
                None => return Ok(Event::NeedInput),
                Some(b'+' | b'-') => Behind::Nothing,
                Some(_) => Behind::Unwanted(to),
            };
        }
        if self.behind == Behind::Unwanted(to) && !self.pass_over(to, input) {
            return Ok(Event::NeedInput);
        }
        self.status(input, out)
    }

    /// Drops the lines of a listing or a message; says whether their end was there.
    fn pass_over(&mut self, to: Sent, input: &mut &[u8]) -> bool {
        loop {
            let event = if to.is_message() {
                self.message(to, input)
            } else {
                match self.framer.next(input) {
                    Framed::NeedInput => Event::NeedInput,
                    Framed::Line { line: b".", .. } => self.end(to),
                    Framed::Line { .. } | Framed::TooLong => continue,
                }
            };
            match event {
                Event::NeedInput => return false,
                Event::End(_) => return true,
                _ => {}
            }
        }
    }

    /// The next octets of the message behind an answer.
    fn message<'b>(&mut self, to: Sent, input: &mut &'b [u8]) -> Event<'b> {
        // What a message holds is the caller's to judge.
        let body = self.body.get_or_insert_with(|| Box::new(DotUnstuffer::new(BodyPolicy::Keep)));
        match body.next(input) {
            Unstuffed::Piece(piece) => Event::Body(piece),
            Unstuffed::End { .. } => self.end(to),
            Unstuffed::NeedInput => Event::NeedInput,
        }
    }

    /// The same of a listing, unless it has more lines than it may.
    #[inline]
    fn counted_listing<'b>(&mut self, to: Sent, input: &mut &'b [u8]) -> Result<Event<'b>, Error> {
        let event = self.listing(to, input);
        if matches!(event, Event::NeedInput | Event::End(_)) {
            return Ok(event);
        }
        self.listed = self.listed.saturating_add(1);
        if self.listed > self.config.limits.listing {
            return self.fail(ProtocolError::EndlessListing);
        }
        Ok(event)
    }

    /// The next line of the listing behind an answer.
    fn listing<'b>(&mut self, to: Sent, input: &mut &'b [u8]) -> Event<'b> {
        match to {
            Sent::List(_) => {
                if let Some(listing) = self.plain_line(scan_line, input) {
                    return Event::Scan(listing);
                }
            }
            Sent::Uidl(_) => {
                if let Some(listing) = self.plain_line(unique_id_line, input) {
                    return Event::UniqueId(listing);
                }
            }
            _ => {}
        }
        let line = match self.framer.next(input) {
            Framed::NeedInput => return Event::NeedInput,
            Framed::Line { line, .. } => line,
            Framed::TooLong => return Event::Unparsed { to, line: &[], error: self.too_long() },
        };
        let Some(line) = multi_line(line) else { return self.end(to) };
        let error = match to {
            Sent::List(_) => match ScanListing::parse(line) {
                Ok(listing) => return Event::Scan(listing),
                Err(error) => error,
            },
            Sent::Uidl(_) => match UniqueIdListing::parse(line) {
                Ok(listing) => return Event::UniqueId(listing),
                Err(error) => error,
            },
            Sent::Languages => match LanguageListing::parse(line) {
                Ok(listing) => return Event::Language(listing),
                Err(error) => error,
            },
            _ => match Capability::parse(line) {
                Ok(capability) => {
                    self.capabilities.add(capability);
                    return Event::Capability(capability);
                }
                Err(error) => error,
            },
        };
        Event::Unparsed { to, line, error }
    }

    /// A line that is just as it should be: read in one go, for its end need not
    /// be searched for first.
    #[inline]
    fn plain_line<'b, T>(
        &self,
        line: impl FnOnce(&'b [u8]) -> Parsed<'b, T>,
        input: &mut &'b [u8],
    ) -> Option<T> {
        if self.framer.is_mid_line() {
            return None;
        }
        let (rest, listing) = line(input).ok()?;
        if input.len() - rest.len() > self.config.limits.line {
            return None;
        }
        *input = rest;
        Some(listing)
    }

    fn end<'b>(&mut self, to: Sent) -> Event<'b> {
        self.behind = Behind::Nothing;
        self.body = None;
        Event::End(to)
    }

    fn too_long(&self) -> SyntaxError {
        SyntaxError { offset: self.config.limits.line, expected: "the end of the line" }
    }

    fn greeting<'b>(&mut self, line: Result<&'b [u8], SyntaxError>) -> Result<Event<'b>, Error> {
        let Ok(greeting) = line.and_then(Response::parse) else {
            return self.fail(ProtocolError::NoGreeting);
        };
        self.enter(if greeting.is_ok() { State::Authorization } else { State::Closed });
        Ok(Event::Greeting(greeting))
    }

    /// The status line that answers a command.
    fn answer<'b>(
        &mut self,
        line: Result<&'b [u8], SyntaxError>,
        input: &mut &'b [u8],
    ) -> Result<Event<'b>, Error> {
        let (response, fault) = match line.and_then(Response::parse) {
            Ok(response) => (response, None),
            Err(fault) => (Response::err(Text::start_of(line.unwrap_or_default())), Some(fault)),
        };
        match self.waiting.pop_front() {
            Some(to) => self.answered(Answer { to, response, fault }, input),
            None => Ok(Event::Notice(response)),
        }
    }

    /// What an answer changes. The one place where an answer changes the state.
    fn answered<'b>(
        &mut self,
        answer: Answer<'b>,
        input: &mut &'b [u8],
    ) -> Result<Event<'b>, Error> {
        match (answer.to, answer.is_ok()) {
            (Sent::Stls, true) if !input.is_empty() => {
                *input = &[];
                return self.fail(ProtocolError::PlaintextAfterStartTls);
            }
            (Sent::Stls, true) => {
                self.enter(State::Handshake);
                return Ok(Event::Stls(Upgrade(self.desk.issue())));
            }
            (Sent::Pass | Sent::Apop | Sent::Auth, true) => self.enter(State::Transaction),
            (Sent::Auth, false) => self.enter(State::Authorization),
            (Sent::Quit, _) => self.enter(State::Closed),
            (Sent::Capa, _) => self.capabilities = Capabilities::default(),
            _ => {}
        }
        if answer.more() {
            self.behind = Behind::Lines(answer.to);
            self.listed = 0;
        } else if answer.fault.is_some() && answer.to.is_multi_line() {
            self.behind = Behind::Doubt(answer.to);
        }
        Ok(Event::Answer(answer))
    }

    /// A line of the exchange that AUTH began (RFC 5034 §4).
    fn auth_line<'b>(
        &mut self,
        line: Result<&'b [u8], SyntaxError>,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        // Answers to what was sent before AUTH come first.
        if self.waiting.front() != Some(&Sent::Auth) {
            return self.answer(line, input);
        }
        match line.and_then(ServerLine::parse) {
            Ok(ServerLine::Challenge(challenge)) => {
                Ok(Event::Challenge(challenge, self.desk.issue()))
            }
            Ok(ServerLine::End(_)) => self.answer(line, input),
            // Where the server has ended the exchange with it, it says no to this.
            Err(error) => {
                ClientLine::Cancel.encode(out);
                Ok(Event::Unparsed { to: Sent::Auth, line: line.unwrap_or_default(), error })
            }
        }
    }

    /// Writes a command. Its answer comes from [`receive`](Self::receive).
    ///
    /// ```
    /// use bytes::BytesMut;
    /// use pop3_proto::client::{Channel, Config, Event, Misuse, Session};
    /// use pop3_proto::Command;
    /// let mut out = BytesMut::new();
    /// let mut pop3 = Session::new(Config::default().into(), Channel::Clear);
    /// assert_eq!(pop3.send(Command::Capa, &mut out), Err(Misuse::NotNow));
    /// let mut input: &[u8] = b"+OK ready\r\n";
    /// assert!(matches!(pop3.receive(&mut input, &mut out)?, Event::Greeting(_)));
    /// pop3.send(Command::Capa, &mut out)?;
    /// assert_eq!(&out[..], b"CAPA\r\n");
    /// # Ok::<(), pop3_proto::client::Error>(())
    /// ```
    ///
    /// # Errors
    /// What [`allows`](Self::allows) says, and [`Misuse::TooLong`].
    pub fn send(&mut self, command: Command<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        self.allows(command)?;
        let start = out.len();
        command.encode(out);
        self.wait_for(command.into(), start, out)
    }

    /// Writes AUTH, with the mechanism's `initial_response`, if it has one, in
    /// base64 (RFC 5034 §4). Challenges come from [`receive`](Self::receive).
    ///
    /// # Errors
    /// As for [`send`](Self::send). After [`Misuse::TooLong`], send it without
    /// the initial response, and that when the first challenge comes.
    pub fn authenticate(
        &mut self,
        mechanism: Mechanism<'_>,
        initial_response: Option<&[u8]>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.allows(Command::Auth { mechanism, initial_response: None })?;
        let start = out.len();
        out.put_slice(b"AUTH ");
        out.put_slice(mechanism.as_str().as_bytes());
        match initial_response {
            Some([]) => out.put_slice(b" ="),
            Some(response) => {
                out.put_u8(b' ');
                encode_base64(response, out);
            }
            None => {}
        }
        out.put_slice(b"\r\n");
        self.wait_for(Sent::Auth, start, out)
    }

    /// Takes note of a command that was written from `start` on; takes it back
    /// where it is too long.
    fn wait_for(&mut self, sent: Sent, start: usize, out: &mut BytesMut) -> Result<(), Misuse> {
        if out.len() - start > COMMAND {
            out.truncate(start);
            return Err(Misuse::TooLong);
        }
        match sent {
            Sent::Auth => self.enter(State::Authenticating),
            Sent::Quit => self.enter(State::Closing),
            _ => {}
        }
        self.waiting.push_back(sent);
        Ok(())
    }

    /// Whether `command` may be sent now.
    ///
    /// # Errors
    /// [`Misuse::NotNow`], [`Misuse::ClearText`], [`Misuse::AnswerPending`],
    /// [`Misuse::TooManyPipelined`].
    pub fn allows(&self, command: Command<'_>) -> Result<(), Misuse> {
        if !self.is_for_now(command) {
            return Err(Misuse::NotNow);
        }
        if self.channel == Channel::Clear && !self.is_for_clear_text(command) {
            return Err(Misuse::ClearText);
        }
        let last = match (self.waiting.back(), self.behind) {
            (Some(last), _) => *last,
            (None, Behind::Lines(to)) => to,
            (None, _) => return Ok(()),
        };
        if last.is_last() || !self.capabilities.pipelining || matches!(command, Command::Stls) {
            Err(Misuse::AnswerPending)
        } else if self.waiting.len() >= self.config.limits.pipelined {
            Err(Misuse::TooManyPipelined)
        } else {
            Ok(())
        }
    }

    const fn is_for_now(&self, command: Command<'_>) -> bool {
        match command {
            Command::Capa | Command::Lang(_) | Command::Quit | Command::Other(_) => {
                matches!(self.state, State::Authorization | State::Transaction)
            }
            Command::User(_)
            | Command::Pass(_)
            | Command::Apop { .. }
            | Command::Auth { .. }
            | Command::Utf8 => matches!(self.state, State::Authorization),
            Command::Stls => {
                matches!((self.state, self.channel), (State::Authorization, Channel::Clear))
            }
            Command::Stat
            | Command::List(_)
            | Command::Retr(_)
            | Command::Dele(_)
            | Command::Noop
            | Command::Rset
            | Command::Top { .. }
            | Command::Uidl(_) => matches!(self.state, State::Transaction),
        }
    }

    fn is_for_clear_text(&self, command: Command<'_>) -> bool {
        match self.config.clear_text {
            ClearText::Everything => true,
            ClearText::NoPasswords => match command {
                Command::Pass(_) => false,
                Command::Auth { mechanism, .. } => !mechanism.shows_password(),
                _ => true,
            },
            ClearText::Nothing => {
                matches!(command, Command::Capa | Command::Lang(_) | Command::Stls | Command::Quit)
            }
        }
    }

    /// Answers a challenge with the mechanism's `response`, which is sent in base64.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn respond(
        &mut self,
        ticket: Ticket<request::Challenge>,
        response: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        encode_base64(response, out);
        out.put_slice(b"\r\n");
        Ok(())
    }

    /// Ends the exchange of AUTH. The server's `-ERR` will answer AUTH.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn cancel(
        &mut self,
        ticket: Ticket<request::Challenge>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        ClientLine::Cancel.encode(out);
        Ok(())
    }

    /// Says that the handshake of STLS is done. Everything that was learnt in
    /// clear text is forgotten: ask for the capabilities again. So must be what the
    /// caller has read in clear text, and not used, and the timestamp of the
    /// greeting. Where the handshake failed, close the connection instead.
    ///
    /// The upgrade of another session changes nothing.
    pub fn upgraded(&mut self, upgrade: Upgrade) {
        if self.desk.redeem(upgrade.0).is_ok() {
            self.channel = Channel::Tls;
            self.capabilities = Capabilities::default();
            self.framer.reset();
            self.enter(State::Authorization);
        }
    }

    /// What the server can do, by its last answer to CAPA; nothing, where it
    /// was not asked. Ask again behind STLS, and behind the login, where servers
    /// may say more (RFC 2449 §5).
    #[must_use]
    pub const fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Where the session stands.
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
        self.waiting.len() + usize::from(matches!(self.behind, Behind::Lines(_)))
    }

    /// How long the server may be silent while it is waited for.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.config.limits.silence
    }

    /// Says that the connection has ended.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where QUIT was not answered.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if self.state != State::Closed {
            self.enter(State::Closed);
            self.failed = Some(ProtocolError::UnexpectedEnd);
        }
        self.failed.map_or(Ok(()), Err)
    }

    fn enter(&mut self, state: State) {
        self.state = state;
        if state == State::Closed {
            self.desk.void();
            self.waiting.clear();
            self.behind = Behind::Nothing;
        }
    }

    fn fail<'b>(&mut self, error: ProtocolError) -> Result<Event<'b>, Error> {
        self.enter(State::Closed);
        self.failed = Some(error);
        Err(error.into())
    }
}
