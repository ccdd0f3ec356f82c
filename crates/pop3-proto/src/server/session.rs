//! The session.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::time::Duration;

use bytes::{BufMut, BytesMut};
use mail_wire::{
    Channel, Framed, LineEnding, LineFramer, SyntaxError, Ticket, TicketDesk, encode::decimal,
    encode_base64,
};

use super::asked::Asked;
use super::body::{Body, Streaming};
use super::config::Config;
use super::deleted::Deleted;
use super::error::{Error, Misuse, ProtocolError};
use super::event::Event;
use super::rejection::Rejection;
use super::request::{self, Acceptable, LogIn, Request, sealed::Redeemed};
use super::state::State;
use crate::code::Code;
use crate::command::Command;
use crate::response::Response;
use crate::text::Text;
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
    framer: LineFramer,
    pub(super) desk: TicketDesk,
    state: State,
    pub(super) channel: Channel,
    /// The greeting had a timestamp.
    pub(super) apop: bool,
    pub(super) utf8: bool,
    /// The name that USER gave and PASS will use.
    pub(super) user: Option<Box<str>>,
    /// How many messages the maildrop had when it was opened.
    pub(super) messages: u32,
    pub(super) deleted: Deleted,
    pub(super) asked: Asked,
    /// The responses of the exchange that AUTH began.
    pub(super) auth_rounds: u16,
    bad_commands: u32,
    failed: Option<ProtocolError>,
}

/// STLS was accepted: send what was written, do the handshake, and bring this
/// to [`Session::upgraded`].
#[derive(Debug)]
#[must_use = "the session waits for the end of the handshake: bring it to `Session::upgraded`"]
pub struct Upgrade(Ticket<Upgrade>);

impl Session {
    /// A session on a fresh connection. Writes the greeting.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        Self::greet(config, channel, None, out)
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
        Self::greet(config, channel, Some(timestamp), out)
    }

    fn greet(
        config: Arc<Config>,
        channel: Channel,
        timestamp: Option<Timestamp<'_>>,
        out: &mut BytesMut,
    ) -> Self {
        out.put_slice(b"+OK");
        config.greeting.as_text().encode_after_space(out);
        if let Some(timestamp) = timestamp {
            out.put_u8(b' ');
            timestamp.encode(out);
        }
        out.put_slice(b"\r\n");
        Self {
            framer: LineFramer::new(config.limits.command_line),
            config,
            desk: TicketDesk::new(),
            state: State::Authorization,
            channel,
            apop: timestamp.is_some(),
            utf8: false,
            user: None,
            messages: 0,
            deleted: Deleted::default(),
            asked: Asked::Plainly,
            auth_rounds: 0,
            bad_commands: 0,
            failed: None,
        }
    }

    /// Takes commands off the front of `input` until one is the caller's to
    /// decide. Call it again after each event; after [`Event::NeedInput`], once
    /// more was read behind what it left of `input`.
    ///
    /// What it answers itself is written to `out`: a line a command, or for CAPA
    /// and LANG the lines that the configuration makes. One read may hold many
    /// commands: where `out` grows longer than you like, send it before you call
    /// this again.
    ///
    /// # Errors
    /// [`Misuse::ReplyPending`] while the last event is not answered,
    /// [`Misuse::UpgradePending`] during the handshake; and [`ProtocolError`],
    /// for good.
    pub fn receive<'b>(
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
            let event = match self.framer.next(input) {
                Framed::NeedInput => return Ok(Event::NeedInput),
                Framed::TooLong => self.refuse_line("the line is too long", out),
                Framed::Line { ending: LineEnding::Lf, .. } if !self.config.tolerance.bare_lf => {
                    self.refuse_line("a line ends with CR LF", out)
                }
                Framed::Line { line, .. } if self.state == State::Authenticating => {
                    self.auth_line(line, out)
                }
                Framed::Line { line, .. } => self.command(line, input, out)?,
            };
            if let Some(event) = event {
                return Ok(event);
            }
        }
        *input = &[];
        Ok(Event::Closed)
    }

    fn command<'b>(
        &mut self,
        line: &'b [u8],
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Option<Event<'b>>, Error> {
        let command = match Command::parse_tolerant(line, self.config.tolerance) {
            Ok(command) => command,
            Err(error) => {
                self.refuse_syntax(error, out);
                return Ok(None);
            }
        };
        // RFC 1939 §7: PASS comes "immediately after a successful USER command".
        if !matches!(command, Command::Pass(_)) {
            self.user = None;
        }
        match (self.state, command) {
            (_, Command::Capa) => self.capa(out),
            (_, Command::Lang(language)) => self.lang(language, out),
            (_, Command::Other(_)) => self.refuse("unknown command", out),
            (State::Transaction, command) => return Ok(self.transaction(command, out)),
            (_, Command::Stls) => return self.stls(input, out),
            (_, command) => return Ok(self.authorization(command, out)),
        }
        Ok(None)
    }

    /// Says yes: to STLS, RETR, TOP, and the deletions of QUIT.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn accept<R: Acceptable>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        self.desk.redeem(ticket)?;
        Ok(R::grant(self, out, Redeemed(())))
    }

    /// Says no, to anything.
    ///
    /// To reject a login counts as a bad command, and one too many is answered with a
    /// goodbye in place of `why`; to reject the deletions of
    /// QUIT says that some messages are left (RFC 1939 §6), and closes the
    /// connection as accepting them does.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn reject<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        let login = self.asked == Asked::Login || self.state == State::Authenticating;
        self.asked = Asked::Plainly;
        match self.state {
            State::Authenticating => self.enter(State::Authorization),
            State::Update => self.enter(State::Closed),
            _ => {}
        }
        if !login || self.takes_another(out) {
            Response::from(why).encode(out);
        }
        Ok(())
    }

    /// Says the fitting no to an event that the caller has no use for.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`], where the event is another session's.
    pub fn decline(&mut self, event: Event<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        let why = Rejection::NOT_SUPPORTED;
        match event {
            Event::NeedInput | Event::AuthCancelled | Event::Closed => Ok(()),
            Event::Login(_, ticket) => self.reject(ticket, why, out),
            Event::Auth { ticket, .. } => self.reject(ticket, why, out),
            Event::AuthResponse(_, ticket) => self.reject(ticket, why, out),
            Event::Stls(ticket) => self.reject(ticket, why, out),
            Event::Sizes(ticket) => self.reject(ticket, why, out),
            Event::UniqueIds(ticket) => self.reject(ticket, why, out),
            Event::Retr(_, ticket) | Event::Top(_, _, ticket) => self.reject(ticket, why, out),
            Event::Update(_, ticket) => self.reject(ticket, why, out),
        }
    }

    /// Says yes to a login, at the end of AUTH too: the maildrop is open and
    /// locked, and has so many messages.
    ///
    /// Their numbers are fixed from now on: look them up in a list that is taken now
    /// and does not change while the session lasts (RFC 1939 §8).
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn open<R: LogIn>(
        &mut self,
        ticket: Ticket<R>,
        messages: usize,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        self.asked = Asked::Plainly;
        self.messages = u32::try_from(messages).unwrap_or(u32::MAX);
        self.enter(State::Transaction);
        out.put_slice(b"+OK the maildrop has ");
        decimal(self.messages.into(), out);
        out.put_slice(if messages == 1 { b" message\r\n" } else { b" messages\r\n" });
        Ok(())
    }

    /// Answers AUTH, or a line of its exchange, with a challenge.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn challenge(
        &mut self,
        ticket: Ticket<request::Auth>,
        challenge: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        out.put_slice(b"+ ");
        encode_base64(challenge, out);
        out.put_slice(b"\r\n");
        Ok(())
    }

    /// Writes the end of a message.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn finish(&mut self, body: Body, out: &mut BytesMut) -> Result<(), Misuse> {
        let (ticket, write_end) = body.into_parts();
        self.desk.redeem(ticket)?;
        self.asked = Asked::Plainly;
        write_end(out);
        Ok(())
    }

    /// Says that the handshake of STLS is done. Everything that was learnt in
    /// clear text is forgotten; so must be what the caller has read in clear text,
    /// and not used (`ReceiveBuffer::keep_last(0)`). Where the handshake failed, close the connection instead.
    ///
    /// The upgrade of another session changes nothing.
    pub fn upgraded(&mut self, upgrade: Upgrade) {
        if self.desk.redeem(upgrade.0).is_ok() {
            self.channel = Channel::Tls;
            self.user = None;
            self.utf8 = false;
            self.framer.reset();
            self.enter(State::Authorization);
        }
    }

    /// Where the session stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether the client gave UTF8: messages may be sent with UTF-8 in their
    /// headers. Others must be told [`Rejection::NEEDS_UTF8`], or get something
    /// in its place (RFC 6856 §2.1).
    #[must_use]
    pub const fn is_utf8(&self) -> bool {
        self.utf8
    }

    /// The messages that are marked as deleted so far. They are to be deleted
    /// when [`Event::Update`] says so, and not before.
    #[must_use]
    pub const fn deleted(&self) -> &Deleted {
        &self.deleted
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
        self.config.limits.silence
    }

    /// Says that the client was silent for too long. Nothing is written and
    /// nothing deleted, as RFC 1939 §3 has it; close the connection. As with
    /// [`shut_down`](Self::shut_down), the deletions of QUIT are not cut off.
    pub fn timed_out(&mut self) {
        if self.state != State::Update {
            self.enter(State::Closed);
        }
    }

    /// Says that the server ends the session, and `why`. Writes that, except into a
    /// message that is being sent; send it and close the connection. Where QUIT
    /// came and its deletions are being carried out, nothing changes: the session
    /// ends with their answer.
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        if self.state == State::Update {
            return;
        }
        let silent = matches!(self.state, State::Closed | State::Handshake);
        if !silent && self.asked != Asked::Body {
            Response::from(Rejection::new(why).with_code(Code::SysTemp)).encode(out);
        }
        self.enter(State::Closed);
    }

    /// Says that the connection has ended. Where QUIT came and its deletions are
    /// being carried out, carry them out all the same (RFC 1939 §6).
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where the client had not given QUIT: no
    /// message is to be deleted.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if !matches!(self.state, State::Update | State::Closed) {
            self.enter(State::Closed);
            self.failed = Some(ProtocolError::UnexpectedEnd);
        }
        self.failed.map_or(Ok(()), Err)
    }

    /// The one place where the state changes.
    pub(super) fn enter(&mut self, state: State) {
        self.state = state;
        match state {
            State::Authorization => self.framer.set_limit(self.config.limits.command_line),
            State::Authenticating => self.framer.set_limit(self.config.limits.auth_line),
            State::Transaction => self.framer.set_limit(self.config.limits.command_line),
            State::Closed => {
                self.desk.void();
                self.user = None;
                self.deleted = Deleted::default();
            }
            State::Handshake | State::Update => {}
        }
    }

    pub(super) fn fail(&mut self, error: ProtocolError) -> Error {
        self.enter(State::Closed);
        self.failed = Some(error);
        error.into()
    }

    pub(super) fn grant_upgrade(&mut self, out: &mut BytesMut) -> Upgrade {
        ok("begin the TLS negotiation", out);
        self.enter(State::Handshake);
        Upgrade(self.desk.issue())
    }

    pub(super) fn grant_body(&mut self, out: &mut BytesMut) -> Body {
        ok("the message follows", out);
        let lines = match self.asked {
            Asked::Top(lines) => Some(lines),
            _ => None,
        };
        self.asked = Asked::Body;
        Body::new(self.desk.issue::<Streaming>(), lines)
    }

    pub(super) fn grant_update(&mut self, out: &mut BytesMut) {
        ok("goodbye", out);
        self.enter(State::Closed);
    }

    /// Answers a command that the client should not have sent.
    pub(super) fn refuse(&mut self, why: &'static str, out: &mut BytesMut) {
        if self.takes_another(out) {
            err(why, out);
        }
    }

    /// The same, where it is a name or a password that cannot be right (RFC 3206 §6).
    pub(super) fn refuse_credentials(&mut self, why: &'static str, out: &mut BytesMut) {
        if self.takes_another(out) {
            Response::from(Rejection::new(Text::literal(why)).with_code(Code::Auth)).encode(out);
        }
    }

    /// Counts a bad command; says goodbye where it was one too many.
    fn takes_another(&mut self, out: &mut BytesMut) -> bool {
        self.bad_commands = self.bad_commands.saturating_add(1);
        let enough = self.bad_commands > self.config.limits.bad_commands;
        if enough {
            err("too many bad commands: goodbye", out);
            self.enter(State::Closed);
        }
        !enough
    }

    fn refuse_syntax(&mut self, error: SyntaxError, out: &mut BytesMut) {
        if !self.takes_another(out) {
            return;
        }
        out.put_slice(b"-ERR expected ");
        out.put_slice(error.expected.as_bytes());
        out.put_slice(b" at octet ");
        decimal(u64::try_from(error.offset).unwrap_or(u64::MAX), out);
        out.put_slice(b"\r\n");
    }

    /// Answers a line that is none. It ends the exchange of AUTH, too.
    fn refuse_line<'b>(&mut self, why: &'static str, out: &mut BytesMut) -> Option<Event<'b>> {
        if self.state == State::Authenticating {
            return self.cancel_auth(why, out);
        }
        self.refuse(why, out);
        None
    }

    /// Ends the exchange of AUTH before there was anything to decide.
    pub(super) fn cancel_auth<'b>(
        &mut self,
        why: &'static str,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        self.enter(State::Authorization);
        self.refuse(why, out);
        Some(Event::AuthCancelled)
    }
}

pub(super) fn ok(text: &'static str, out: &mut BytesMut) {
    Response::ok(Text::literal(text)).encode(out);
}

pub(super) fn err(text: &'static str, out: &mut BytesMut) {
    Response::err(Text::literal(text)).encode(out);
}
