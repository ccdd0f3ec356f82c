//! The session.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::mem::take;

use bytes::{BufMut, BytesMut};
use mail_wire::{
    BadCommands, Channel, Desk, Direction, DotUnstuffer, Farewell, Framed, Inbound, LineEnding,
    LineFramer, Upgrade, WireLog, is_http_request, starts_http_request,
};

use super::error::{Error, Misuse, ProtocolError};
use super::event::{Event, HelloVerb};
use super::faults::{BARE_LF, SHUTTING_DOWN, TIMEOUT};
use super::manner::Manner;
use super::pending::Pending;
use super::state::State;
use super::transaction::{Ahead, Body, Form, Refusal, Transaction};
use crate::config::Config;
use crate::reply::Rejection;
use crate::text::Text;

/// The server's side of one connection, without the connection.
///
/// Drive it with [`receive`](Self::receive), and answer the tickets that its
/// events carry; see the [front page](crate) for a whole server.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    lines: LineFramer,
    pub(super) inbound: Inbound,
    pub(super) log: WireLog,
    pub(super) manner: Manner,
    pub(super) unstuffer: DotUnstuffer,
    pub(super) body: Body,
    pub(super) desk: Desk<Pending>,
    /// RCPTs that wait for their answers, where there may be several.
    pub(super) ahead: Option<Box<Ahead>>,
    state: State,
    channel: Channel,
    /// How the client said hello, once it was accepted.
    pub(super) hello: Option<HelloVerb>,
    pub(super) authenticated: bool,
    /// Responses in this AUTH exchange.
    pub(super) auth_rounds: u16,
    pub(super) transaction: Transaction,
    /// A chunk is being read past, and what is said then.
    pub(super) refusal: Option<Box<Refusal>>,
    /// A hello or an upgrade has ended a transaction, which is to be told.
    pub(super) reset_due: bool,
    /// How the session ends once the message is answered, where it is to.
    farewell: Farewell,
    pub(super) bad_commands: BadCommands,
    pub(super) refusals: BadCommands,
    failure: Option<ProtocolError>,
    /// How long the session lasts, in milliseconds, as far as it was told.
    pub(super) age: u32,
    pub(super) spoke_early: bool,
}

impl Session {
    /// Begins a session, and writes its greeting to `out`: 220, the server's name, and
    /// [what it says](Config::set_greeting) after that.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        greet(&config, out);
        Self::begin(config, channel, State::Greeted)
    }

    /// Begins a session that has no service for this client, and says so in its greeting
    /// (RFC 5321 §3.1): 554, after which QUIT is answered 221 and all else 503; 521 in its place,
    /// where `why` has that code, for a host that takes mail from nobody (RFC 7504 §3); but 421,
    /// which ends the session, where `why` is something to be tried again. No enhanced code is
    /// written (RFC 2034 §4).
    ///
    /// ```
    /// use smtp_proto::BytesMut;
    /// use smtp_proto::server::{Channel, Config, Rejection, Session, State};
    /// let mut out = BytesMut::new();
    /// let config = Config::new("mx.example.org")?.into();
    /// let smtp = Session::refuse(config, Channel::Clear, Rejection::REFUSED, &mut out);
    /// assert_eq!(&out[..], b"554 Refused\r\n");
    /// assert_eq!(smtp.state(), State::Refused);
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn refuse(
        config: Arc<Config>,
        channel: Channel,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Self {
        let (code, state) = match why.code() {
            code if code.is_transient_failure() => (421, State::Closed),
            code if code.get() == 521 => (521, State::Refused),
            _ => (554, State::Refused),
        };
        let mut session = Self::begin(config, channel, state);
        session.manner = Manner::Hello;
        session.no(why.with_code(code), out);
        session.manner = Manner::Plain;
        session
    }

    fn begin(config: Arc<Config>, channel: Channel, state: State) -> Self {
        Self {
            lines: LineFramer::new(config.limits.buffer()),
            inbound: Inbound::default(),
            log: WireLog::default(),
            manner: Manner::Plain,
            unstuffer: DotUnstuffer::new(config.body_policy),
            body: Body::default(),
            desk: Desk::new(),
            ahead: None,
            state,
            channel,
            hello: None,
            authenticated: false,
            auth_rounds: 0,
            transaction: Transaction::default(),
            refusal: None,
            reset_due: false,
            farewell: Farewell::default(),
            bad_commands: BadCommands::default(),
            refusals: BadCommands::default(),
            failure: None,
            age: 0,
            spoke_early: false,
            config,
        }
    }

    /// Shows `log` what goes over the wire from now on: first what is in `out` already, the
    /// greeting, then every line of both directions, and never a secret: `…` stands in its place.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use smtp_proto::server::{Channel, Config, Session};
    /// use smtp_proto::{BytesMut, WireLog};
    /// let mut config = Config::new("mx.example.org")?;
    /// config.mechanisms.offer("PLAIN")?;
    /// let (lines, mut out) = (Arc::new(Mutex::new(Vec::new())), BytesMut::new());
    /// let mut smtp = Session::new(config.into(), Channel::Tls, &mut out);
    /// let to = lines.clone();
    /// smtp.log_wire(WireLog::new(move |line| to.lock().unwrap().push(line.to_string())), &out);
    /// smtp.receive(&mut &b"AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n"[..], &mut out)?;
    /// assert_eq!(lines.lock().unwrap()[..2], ["> 220 mx.example.org ESMTP", "< AUTH PLAIN …"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn log_wire(&mut self, log: WireLog, out: &BytesMut) {
        self.log = log;
        self.log_sent(0, out);
    }

    /// Shows the log what was written to `out` after its first `start` octets.
    pub(super) fn log_sent(&mut self, start: usize, out: &BytesMut) {
        self.log.lines(Direction::Sent, out.get(start..).unwrap_or_default());
    }

    /// Takes what it can off the front of `input`, which is all that was
    /// received and not yet used, and says what it found. Call it again until
    /// it says [`Event::NeedInput`] or [`Event::Closed`].
    ///
    /// Replies are written to `out`; send them before waiting for more input.
    /// While `out` is longer than you like, send it before you call this.
    ///
    /// # Errors
    /// [`Error::Protocol`] ends the session: send `out` and close.
    /// [`Error::Misuse`] where a ticket or an upgrade is out, or `input` is shorter than what the
    /// last call left unread; nothing is taken, and the session is unharmed. But octets that come
    /// between [`start_tls`](Self::start_tls) and [`upgraded`](Self::upgraded) end it.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        self.inbound.shown(input).map_err(Misuse::from)?;
        if self.hello.is_none() && !out.is_empty() && !input.is_empty() {
            self.spoke_early |= self.inbound.used_but(input) == 0;
        }
        let event = self.next_event(input, out);
        self.inbound.left(input);
        event
    }

    fn next_event<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        loop {
            if let Some(failure) = self.failure {
                *input = &[];
                return Err(failure.into());
            }
            match self.state {
                State::Closed => {
                    *input = &[];
                    return Ok(Event::Closed);
                }
                State::Turned => return Err(Misuse::Turned.into()),
                State::Handshake if input.is_empty() => return Err(Misuse::UpgradePending.into()),
                State::Handshake => {
                    self.fail(ProtocolError::PlaintextAfterStartTls);
                    continue;
                }
                _ => {}
            }
            if self.desk.is_out() {
                return Err(Misuse::ReplyPending.into());
            }
            if take(&mut self.reset_due) {
                return Ok(Event::Reset);
            }
            let start = out.len();
            let in_chunk = self.state == State::Body && self.transaction.form != Form::Dots;
            let event = if self.ahead.is_some() {
                self.receive_ahead(input, out)
            } else if in_chunk || self.refusal.is_some() {
                self.receive_chunk(input, out)
            } else if self.state == State::Body {
                Some(self.receive_body(input, out))
            } else {
                self.receive_line(input, out)
            };
            if !self.desk.is_out() {
                self.manner = Manner::Plain;
            }
            self.log_sent(start, out);
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    pub(super) fn receive_line<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let in_exchange = self.state == State::Authenticating;
        let (line, ending) = match self.lines.next(input) {
            Framed::Whole { octets, ending } => (octets, ending),
            Framed::TooLong { start } if !in_exchange && starts_http_request(start) => {
                self.end_by_http(start, out);
                return None;
            }
            Framed::TooLong { start } => {
                self.bad_line_begins(start);
                return self.too_long(out);
            }
            Framed::NeedInput => return Some(Event::NeedInput),
            Framed::Ask { ask, .. } => match ask {},
        };
        if !in_exchange && is_http_request(line) {
            self.end_by_http(line, out);
            return None;
        }
        if ending == LineEnding::Lf && !self.config.tolerance.bare_lf {
            self.bad_line_begins(line);
            return self.bad_line(BARE_LF, out);
        }
        if in_exchange {
            self.manner = Manner::Auth;
            return self.receive_response(line, out);
        }
        self.receive_command(line, input, out)
    }

    /// Takes note of a line that is none.
    fn bad_line_begins(&mut self, start: &[u8]) {
        self.log_bad_line(start);
        self.manner = match self.state {
            State::Authenticating => Manner::Auth,
            _ => Manner::of(start),
        };
    }

    /// Goes on under TLS, after the handshake. Everything that was learnt in
    /// clear text is forgotten (RFC 3207 §4.2): the client says EHLO again. So must
    /// be what the caller has read in clear text, and not used. Where a transaction was
    /// open, [`Event::Reset`] comes next.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the upgrade is another session's, or the session has been
    /// closed since. Nothing changes then.
    pub fn upgraded(&mut self, upgrade: Upgrade) -> Result<(), Misuse> {
        self.desk.redeem_upgrade(upgrade)?;
        self.channel = Channel::Tls;
        self.enter(State::Greeted);
        Ok(())
    }

    /// The client was silent for too long: writes 421 and closes the session. During
    /// the handshake of STARTTLS nothing is written.
    ///
    /// Where [`Event::BodyEnd`] waits for its answer, nothing changes yet: the answer is
    /// still to be given, and the session ends after it. A 421 in its place would make
    /// the client send again what is perhaps stored already (RFC 1047).
    pub fn timed_out(&mut self, out: &mut BytesMut) {
        self.end(TIMEOUT, out);
    }

    /// The server ends, or has no more time for this client: writes 421, and says why,
    /// and closes the session. During the handshake of STARTTLS nothing is written.
    ///
    /// Where [`Event::BodyEnd`] waits for its answer, it is as with
    /// [`timed_out`](Self::timed_out).
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        self.end(SHUTTING_DOWN.with_text(why), out);
    }

    /// Ends the session; but where a message waits for its answer, after that: the answer says
    /// whose the message is.
    fn end(&mut self, why: Rejection<'_>, out: &mut BytesMut) {
        if self.state == State::Delivery {
            let mut words = BytesMut::new();
            self.no(why, &mut words);
            self.farewell.defer(&words);
        } else {
            let start = out.len();
            self.say_goodbye(why, out);
            self.log_sent(start, out);
        }
    }

    /// Ends the session now, if it was to end.
    pub(super) fn take_leave(&mut self, out: &mut BytesMut) {
        if let Some(words) = self.farewell.take() {
            if self.state != State::Closed {
                out.put_slice(&words);
            }
            self.enter(State::Closed);
        }
    }

    pub(super) fn say_goodbye(&mut self, why: Rejection<'_>, out: &mut BytesMut) {
        if !matches!(self.state, State::Handshake | State::Turned | State::Closed) {
            self.no(why, out);
        }
        self.enter(State::Closed);
    }

    /// The stream has ended. Call it once no more input can come and `receive`
    /// has said [`Event::NeedInput`].
    ///
    /// Where [`Event::BodyEnd`] waits for its answer, the message is whole, and its ticket
    /// stays good: accept it where the message is kept, and the session ends. But the
    /// client may be gone without having read that, and send the message again (RFC 5321
    /// §6.1); one that is not kept yet may as well be dropped and its ticket rejected.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where a command or a message was cut off.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if self.state == State::Delivery {
            self.farewell.defer(b"");
            return Ok(());
        }
        let in_message = matches!(self.state, State::Body | State::Chunks);
        let cut_off = in_message || self.refusal.is_some() || self.lines.is_mid_unit();
        if self.state != State::Closed && cut_off {
            self.failure = Some(ProtocolError::UnexpectedEnd);
        }
        self.enter(State::Closed);
        self.failure.map_or(Ok(()), Err)
    }

    /// The peer broke the protocol: that is the end.
    pub(super) fn fail(&mut self, failure: ProtocolError) {
        self.failure = Some(failure);
        self.enter(State::Closed);
    }

    /// Where every change of the state is made, with what each state begins with. Which
    /// changes there are is drawn at [`State`].
    pub(super) fn enter(&mut self, state: State) {
        match state {
            // Under TLS, or for another client: nothing is known of it.
            State::Greeted => {
                self.inbound.forget();
                self.lines.reset();
                self.hello = None;
                self.authenticated = false;
                self.transaction = Transaction::default();
                self.body = Body::default();
            }
            State::Ready => {
                self.transaction = Transaction::default();
                self.body = Body::default();
            }
            // Nothing is read or answered any more.
            State::Closed => {
                self.inbound.forget();
                self.desk.revoke();
                self.refusal = None;
                self.ahead = None;
            }
            // What comes is not for this session.
            State::Turned => self.inbound.forget(),
            State::Refused
            | State::Authenticating
            | State::Transaction
            | State::Body
            | State::Chunks
            | State::Delivery
            | State::Handshake => {}
        }
        self.state = state;
    }

    /// Whether the client has said something before it can have read what it had to wait for: the
    /// greeting, where `out` still held that when the first octets came; the answer to EHLO, HELO or
    /// LHLO; the 354 to DATA; or, after HELO, any answer (RFC 5321 §4.3.1, RFC 2920 §3.1). Clients
    /// that send what nobody wants often do; those that send mail hardly ever.
    ///
    /// To see who speaks before the greeting, read for a moment before it is sent, and show what came
    /// to [`receive`](Self::receive).
    #[must_use]
    pub const fn spoke_early(&self) -> bool {
        self.spoke_early
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

    /// Whether the client has logged in.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.authenticated
    }
}

/// RFC 5321 §4.3.1.
pub(super) fn greet(config: &Config, out: &mut BytesMut) {
    out.put_slice(b"220 ");
    out.put_slice(config.hostname().as_bytes());
    out.put_u8(b' ');
    out.put_slice(config.greeting().as_bytes());
    out.put_slice(b"\r\n");
}
