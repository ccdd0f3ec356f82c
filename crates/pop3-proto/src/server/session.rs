//! The session.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::time::Duration;

use bytes::{BufMut, BytesMut};
use mail_wire::{
    BadCommands, Channel, Desk, Direction, Framed, Inbound, LineEnding, LineFramer, Upgrade,
    WireLog, is_http_request, starts_http_request,
};

use super::config::Config;
use super::deletion_marks::DeletionMarks;
use super::error::{Error, Misuse, ProtocolError};
use super::event::Event;
use super::pending::Pending;
use super::rejection::Rejection;
use super::state::State;
use crate::command::Command;
use crate::response::Response;
use crate::secrecy;
use crate::timestamp::Timestamp;

/// The server's side of one connection. See the [module](super) for how its
/// events are answered.
///
/// It reads no clock and keeps no message: besides this value it holds the name
/// between USER and PASS, and one bit for each message once one is marked as
/// deleted.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    inbound: Inbound,
    pub(super) framer: LineFramer,
    pub(super) desk: Desk<Pending>,
    pub(super) state: State,
    pub(super) channel: Channel,
    /// The greeting had a timestamp.
    pub(super) apop: bool,
    pub(super) utf8: bool,
    /// The name that USER gave and PASS will use.
    pub(super) user: Option<Box<str>>,
    /// How many messages the maildrop had when it was opened.
    pub(super) messages: u32,
    pub(super) marks: DeletionMarks,
    /// The responses of the exchange that AUTH began.
    pub(super) auth_rounds: u16,
    pub(super) bad_commands: BadCommands,
    pub(super) failed: Option<ProtocolError>,
    pub(super) log: WireLog,
}

impl Session {
    /// A session on a fresh connection. Writes the greeting.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        let session = Self::start(config, channel);
        session.greet(None, out);
        session
    }

    /// The same, with a timestamp in the greeting, so that APOP is taken. It
    /// must never have been used before (RFC 1939 §7).
    #[must_use]
    pub fn with_timestamp(
        config: Arc<Config>,
        channel: Channel,
        timestamp: Timestamp<'_>,
        out: &mut BytesMut,
    ) -> Self {
        let mut session = Self::start(config, channel);
        session.apop = true;
        session.greet(Some(timestamp), out);
        session
    }

    /// Turns a client away: the greeting is `-ERR` with the words of `why`, and the session
    /// is over.
    #[must_use]
    pub fn refuse(
        config: Arc<Config>,
        channel: Channel,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Self {
        let mut session = Self::start(config, channel);
        Response::from(why).encode(out);
        session.enter(State::Closed);
        session
    }

    fn start(config: Arc<Config>, channel: Channel) -> Self {
        Self {
            inbound: Inbound::default(),
            framer: LineFramer::new(config.limits.command_line),
            config,
            desk: Desk::new(),
            state: State::Authorization,
            channel,
            apop: false,
            utf8: false,
            user: None,
            messages: 0,
            marks: DeletionMarks::default(),
            auth_rounds: 0,
            bad_commands: BadCommands::default(),
            failed: None,
            log: WireLog::default(),
        }
    }

    fn greet(&self, timestamp: Option<Timestamp<'_>>, out: &mut BytesMut) {
        out.put_slice(b"+OK ");
        out.put_slice(self.config.greeting().as_bytes());
        if let Some(timestamp) = timestamp {
            out.put_u8(b' ');
            timestamp.encode(out);
        }
        out.put_slice(b"\r\n");
    }

    /// Shows `log` each line that goes over the wire from here on, and first what is in `out`
    /// already: the greeting. What is secret is not shown: what follows PASS and APOP, and the
    /// exchange of AUTH. Of a line that is no command only a known keyword is shown, or one of
    /// at most four octets, as POP3's are (RFC 2449 §3): it may be a password that went astray.
    pub fn log_wire(&mut self, log: WireLog, out: &BytesMut) {
        self.log = log;
        self.log.lines(Direction::Sent, out);
    }

    /// Takes commands off the front of `input`, and answers them, until there is one that the
    /// caller has to decide. Call it again after each event; after [`Event::NeedInput`], once
    /// more has been read: `input` must then begin with what this call left of it.
    ///
    /// What it answers itself is written to `out`: one line for each command, or for CAPA
    /// and LANG the lines that the configuration makes. One read may hold many
    /// commands: where `out` grows longer than you like, send it before you call
    /// this again.
    ///
    /// # Errors
    /// [`Misuse::ReplyPending`] while the last event is not answered,
    /// [`Misuse::UpgradePending`] during the handshake, [`Misuse::InputLost`] where `input`
    /// is less than the last call left; and [`ProtocolError`], for good.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        self.inbound.shown(input)?;
        let event = self.next_event(input, out);
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
            // It would be taken for what the client sent inside TLS.
            *input = &[];
            return Err(self.fail(ProtocolError::PlaintextAfterStartTls));
        }
        if self.desk.is_out() {
            return Err(Misuse::ReplyPending.into());
        }
        while self.state != State::Closed {
            let start = out.len();
            let event = match self.framer.next(input) {
                Framed::NeedInput => return Ok(Event::NeedInput),
                Framed::Ask { ask, .. } => match ask {},
                Framed::Whole { octets, ending } => self.line(octets, ending, input, out),
                Framed::TooLong { start } => self.too_long(start, out),
            };
            self.answered(start, out);
            if let Some(event) = event? {
                return Ok(event);
            }
        }
        *input = &[];
        Ok(Event::Closed)
    }

    fn line<'b>(
        &mut self,
        line: &'b [u8],
        ending: LineEnding,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, Error> {
        if ending == LineEnding::Lf && !self.config.tolerance.bare_lf {
            self.log_stray(line);
            if is_http_request(line) {
                return Err(self.fail(ProtocolError::HttpRequest));
            }
            return Ok(self.refuse_line("a line ends with CR LF", out));
        }
        if self.state == State::Authenticating {
            self.log.secret(Direction::Received, line, 0);
            return Ok(self.auth_line(line, out));
        }
        let command = Command::parse_tolerant(line, self.config.tolerance);
        if self.log.is_on() {
            secrecy::log_command(&mut self.log, Direction::Received, line, command);
        }
        match command {
            Ok(Command::Unknown(_)) | Err(_) if is_http_request(line) => {
                Err(self.fail(ProtocolError::HttpRequest))
            }
            Ok(command) => self.command(command, input, out),
            Err(error) => {
                self.refuse_syntax(error, out);
                Ok(None)
            }
        }
    }

    /// A line of which only `start` is within the limit.
    fn too_long<'b>(
        &mut self,
        start: &[u8],
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, Error> {
        self.log_stray(start);
        if starts_http_request(start) {
            return Err(self.fail(ProtocolError::HttpRequest));
        }
        Ok(self.refuse_line("the line is too long", out))
    }

    fn command<'b>(
        &mut self,
        command: Command<'b>,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, Error> {
        // RFC 1939 §7: PASS comes "immediately after a successful USER command".
        if !matches!(command, Command::Pass(_)) {
            self.user = None;
        }
        match (self.state, command) {
            (_, Command::Capa) => self.capa(out),
            (_, Command::Lang(language)) => self.lang(language, out),
            (_, Command::Unknown(unknown)) => {
                if self.config.unknown_commands.contains(unknown.keyword()) {
                    let ticket = self.desk.issue(Pending::Unknown);
                    return Ok(Some(Event::Unknown(unknown, ticket)));
                }
                self.say_no("unknown command", out);
            }
            (State::Transaction, command) => return Ok(self.transaction(command, out)),
            (_, Command::Stls) => return self.stls(input, out),
            (_, command) => return Ok(self.authorization(command, out)),
        }
        Ok(None)
    }

    /// Says that the handshake of STLS is done. The session forgets everything that it learnt
    /// in clear text; forget what you have read in clear text and not used, too
    /// (`ReceiveBuffer::keep_last(0)`). If the handshake failed, close the
    /// connection instead.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the upgrade is another session's, or this one is over.
    pub fn upgraded(&mut self, upgrade: Upgrade) -> Result<(), Misuse> {
        self.desk.redeem_upgrade(upgrade)?;
        self.channel = Channel::Tls;
        self.user = None;
        self.utf8 = false;
        self.inbound.forget();
        self.framer.reset();
        self.enter(State::Authorization);
        Ok(())
    }

    /// The state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether the client gave UTF8: messages may be sent with UTF-8 in their
    /// headers. A client that did not must be told [`Rejection::NEEDS_UTF8`], or get a
    /// message without them in its place (RFC 6856 §2.1).
    #[must_use]
    pub const fn is_utf8(&self) -> bool {
        self.utf8
    }

    /// The messages that are marked as deleted so far. They are to be deleted
    /// when [`Event::Update`] says so, and not before.
    #[must_use]
    pub const fn marks(&self) -> &DeletionMarks {
        &self.marks
    }

    /// What carries the connection.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.channel
    }

    /// How long the client may be silent from now on, before
    /// [`timed_out`](Self::timed_out) is to be called (RFC 1939 §3).
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.config.limits.idle_timeout
    }

    /// Takes note of the answer that was written from `start` on. A yes to somebody who has
    /// logged in makes up for bad commands.
    pub(super) fn answered(&mut self, start: usize, out: &BytesMut) {
        let answer = out.get(start..).unwrap_or_default();
        if self.state == State::Transaction && answer.starts_with(b"+") {
            self.bad_commands.forgive();
        }
        self.log.lines(Direction::Sent, answer);
    }

    /// Shows what may be shown of a line that is not read.
    fn log_stray(&mut self, line: &[u8]) {
        match self.state {
            State::Authenticating => self.log.secret(Direction::Received, line, 0),
            _ => self.log.secret(Direction::Received, line, secrecy::keyword(line)),
        }
    }
}
