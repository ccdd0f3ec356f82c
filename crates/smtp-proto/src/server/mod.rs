//! The server's side of a connection.

mod config;
mod event;
mod rejection;
pub mod request;

use alloc::format;
use alloc::sync::Arc;
use core::time::Duration;

use bytes::{BufMut, BytesMut};
use mail_wire::{
    Base64, DotUnstuffer, Framed, LineEnding, LineFramer, Ticket, TicketDesk, Unstuffed,
    encode_base64,
};

pub use config::{Config, Limits};
pub use event::{Event, Hello};
pub use rejection::Rejection;
use request::Request;

use crate::{
    Auth, Body, Command, CommandError, EnhancedCode, Error, Extension, Mail, Mechanisms, Misuse,
    ProtocolError, Rcpt, Reply, ReplyCode, Text,
};

/// Whether a connection began under TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// In clear text.
    Clear,
    /// Under TLS from its first octet (RFC 8314 §3.3).
    Tls,
}

/// Where a session stands.
///
/// ```text
///            EHLO, HELO             MAIL                   DATA
/// Greeted ──────────────▶ Ready ──────────▶ Transaction ──────────▶ Body
///    ▲                    │  ▲ ▲               │  (RCPT stays)       │
///    │ upgraded           │  │ └──── RSET, EHLO ┘                    │
///    │           STARTTLS │  └────────── the message is answered ────┘
/// Handshake ◀─────────────┤
///                         │ AUTH, challenge      response, cancel
///                         └──────────────▶ Authenticating ──▶ Ready
///
/// Any ── QUIT, too many bad commands, a 421, timed_out, shut_down ──▶ Closed
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The greeting is out; the client has not said hello.
    Greeted,
    /// Between transactions.
    Ready,
    /// A SASL challenge is out.
    Authenticating,
    /// MAIL was accepted.
    Transaction,
    /// The body is being received.
    Body,
    /// STARTTLS was accepted: the driver is shaking hands.
    Handshake,
    /// Over.
    Closed,
}

/// The server's side of one connection, without the connection.
///
/// Drive it with [`receive`](Self::receive), and answer the tickets that its
/// events carry; see the [front page](crate) for a whole server.
#[derive(Debug)]
pub struct Session {
    config: Arc<Config>,
    lines: LineFramer,
    body: DotUnstuffer,
    /// Octets of the body so far.
    body_octets: u64,
    desk: TicketDesk,
    state: State,
    tls: bool,
    /// The client said EHLO, not HELO.
    extended: bool,
    /// The hello that a ticket is out for is EHLO.
    hello_extended: bool,
    authenticated: bool,
    /// The MAIL of this transaction said SMTPUTF8.
    smtputf8: bool,
    recipients: u32,
    bad_commands: u32,
    failure: Option<ProtocolError>,
}

/// STARTTLS was accepted: send `out`, shake hands, and give this to
/// [`Session::upgraded`]. Where the handshake fails, close the connection.
#[derive(Debug)]
#[must_use = "shake hands, then call `upgraded`"]
pub struct Upgrade(());

impl Session {
    /// Begins a session, and writes its greeting to `out`.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        out.put_slice(b"220 ");
        out.put_slice(config.hostname().as_bytes());
        out.put_slice(b" ESMTP\r\n");
        Self {
            lines: LineFramer::new(config.limits.buffer()),
            body: DotUnstuffer::new(config.body_policy),
            body_octets: 0,
            desk: TicketDesk::new(),
            state: State::Greeted,
            tls: channel == Channel::Tls,
            extended: false,
            hello_extended: false,
            authenticated: false,
            smtputf8: false,
            recipients: 0,
            bad_commands: 0,
            failure: None,
            config,
        }
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
    /// [`Error::Misuse`] while a ticket or an upgrade is out; nothing is taken.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        loop {
            if let Some(failure) = self.failure {
                return Err(failure.into());
            }
            if self.desk.is_out() {
                return Err(Misuse::ReplyPending.into());
            }
            match self.state {
                State::Handshake => return Err(Misuse::UpgradePending.into()),
                State::Body => return Ok(self.receive_body(input, out)),
                State::Closed => {
                    *input = &[];
                    return Ok(Event::Closed);
                }
                State::Greeted | State::Ready | State::Authenticating | State::Transaction => {}
            }
            let event = match self.lines.next(input) {
                Framed::NeedInput => return Ok(Event::NeedInput),
                Framed::TooLong => self.too_long(out),
                Framed::Line { ending: LineEnding::Lf, .. } if !self.config.tolerance.bare_lf => {
                    self.bad(BARE_LF, out)
                }
                Framed::Line { line, .. } if self.state == State::Authenticating => {
                    self.receive_response(line, out)
                }
                Framed::Line { line, .. } => self.receive_command(line, input, out),
            };
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    /// Says yes to a request, in the usual words.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the ticket is not of this session, or the
    /// session has been closed since.
    pub fn accept<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        self.desk.redeem(ticket)?;
        Ok(R::grant(self, None, out))
    }

    /// Says yes to a request with a text of your own: what the message is
    /// queued as, the mailbox that VRFY asked for.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn accept_with<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        self.desk.redeem(ticket)?;
        Ok(R::grant(self, Some(text), out))
    }

    /// Says no to a request.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn reject<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        R::deny(self);
        if self.bad_commands > self.config.limits.bad_commands {
            self.too_many_bad_commands(out);
            return Ok(());
        }
        why.encode(self.extended, out);
        if why.code().get() == 421 {
            self.close();
        }
        Ok(())
    }

    /// Asks the client for more, in an AUTH exchange: 334 and the challenge in
    /// base64. The answer comes as [`Event::AuthResponse`].
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn challenge(
        &mut self,
        ticket: Ticket<request::Auth>,
        challenge: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        self.state = State::Authenticating;
        out.put_slice(b"334 ");
        encode_base64(challenge, out);
        out.put_slice(b"\r\n");
        Ok(())
    }

    /// Answers EXPN with the members of the list, one a line.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn expand(
        &mut self,
        ticket: Ticket<request::Expn>,
        members: &[Text<'_>],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        if members.is_empty() {
            self.cannot_verify(out);
            return Ok(());
        }
        let enhanced = request::RECIPIENT.filter(|_| self.extended);
        Reply { code: ReplyCode::fixed(250), enhanced, lines: crate::ReplyLines::new(members) }
            .encode(out);
        Ok(())
    }

    /// Answers an event that the driver has no use for: what it asks is
    /// refused, what it tells is passed over.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn decline(&mut self, event: Event<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        match event {
            Event::Hello(_, ticket) => self.accept(ticket, out),
            Event::Auth(_, ticket) | Event::AuthResponse(_, ticket) => self.refuse(ticket, out),
            Event::StartTls(ticket) => self.refuse(ticket, out),
            Event::Mail(_, ticket) => self.refuse(ticket, out),
            Event::Rcpt(_, ticket) => self.refuse(ticket, out),
            Event::Data(ticket) => self.refuse(ticket, out),
            Event::BodyEnd(ticket) => self.refuse(ticket, out),
            Event::Vrfy(_, ticket) => self.accept(ticket, out),
            Event::Expn(_, ticket) => self.refuse(ticket, out),
            Event::NeedInput
            | Event::AuthCancelled
            | Event::Body(_)
            | Event::Reset
            | Event::Closed => Ok(()),
        }
    }

    fn refuse<R: Request>(&mut self, ticket: Ticket<R>, out: &mut BytesMut) -> Result<(), Misuse> {
        self.reject(ticket, R::DECLINED, out)
    }

    /// Goes on under TLS, after the handshake. Everything that was learnt in
    /// clear text is forgotten (RFC 3207 §4.2): the client says EHLO again.
    #[allow(clippy::needless_pass_by_value, reason = "an upgrade is used up")]
    pub fn upgraded(&mut self, upgrade: Upgrade) {
        let Upgrade(()) = upgrade;
        if self.state == State::Handshake {
            self.state = State::Greeted;
            self.tls = true;
            self.extended = false;
            self.authenticated = false;
            self.recipients = 0;
            self.lines.reset();
        }
    }

    /// How long to wait for the client before [`timed_out`](Self::timed_out):
    /// five minutes, in every state (RFC 5321 §4.5.3.2.7).
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }

    /// The client was silent for too long: writes 421 and closes the session.
    pub fn timed_out(&mut self, out: &mut BytesMut) {
        self.farewell((4, 4, 2), "Timeout, closing connection", out);
    }

    /// The server goes down: writes 421 and closes the session.
    pub fn shut_down(&mut self, out: &mut BytesMut) {
        self.farewell((4, 3, 2), "Service shutting down", out);
    }

    fn farewell(&mut self, enhanced: (u8, u16, u16), text: &'static str, out: &mut BytesMut) {
        if self.state != State::Closed {
            Rejection::fixed(421, enhanced, text).encode(self.extended, out);
            self.close();
        }
    }

    /// The stream has ended. Call it once no more input can come and `receive`
    /// has said [`Event::NeedInput`].
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where a command or a message was cut off.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if self.state != State::Closed && (self.state == State::Body || self.lines.is_mid_line()) {
            self.failure = Some(ProtocolError::UnexpectedEnd);
        }
        self.state = State::Closed;
        self.failure.map_or(Ok(()), Err)
    }

    /// Where the session stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether the connection is under TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }

    /// Whether the client has logged in.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        self.authenticated
    }

    /// Whether the client said EHLO.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        self.extended
    }

    fn close(&mut self) {
        self.state = State::Closed;
        self.desk.void();
    }

    // ——— Commands ———

    /// Carries out a command line, or hands it to the driver.
    fn receive_command<'b>(
        &mut self,
        line: &'b [u8],
        behind: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let is_auth = line.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH "));
        let limits = self.config.limits;
        let limit = if is_auth { limits.auth_line } else { limits.command_line };
        if line.len() + 2 > limit {
            return self.too_long(out);
        }
        let command = match Command::parse_tolerant(line, self.config.tolerance) {
            Ok(command) => command,
            Err(error) => return self.bad_syntax(error, out),
        };
        match command {
            Command::Ehlo(name) => Some(self.hello(Hello { name, extended: true })),
            Command::Helo(name) => Some(self.hello(Hello { name, extended: false })),
            Command::Mail(mail) => self.mail(mail, out),
            Command::Rcpt(rcpt) => self.rcpt(rcpt, out),
            Command::Data if self.state != State::Transaction => self.bad(NEED_MAIL, out),
            Command::Data if self.recipients == 0 => self.bad(NEED_RCPT, out),
            Command::Data => Some(Event::Data(self.desk.issue())),
            Command::Rset => {
                let open = self.state == State::Transaction;
                if open {
                    self.end_transaction();
                }
                self.reply(250, request::UNDEFINED, Text::fixed("OK"), out);
                open.then_some(Event::Reset)
            }
            Command::Noop(_) => {
                self.reply(250, request::UNDEFINED, Text::fixed("OK"), out);
                None
            }
            Command::Help(_) => {
                let text = Text::fixed("See RFC 5321 for the commands of SMTP");
                self.reply(214, request::UNDEFINED, text, out);
                None
            }
            Command::Quit => {
                self.reply(221, request::UNDEFINED, Text::fixed("Bye"), out);
                self.close();
                Some(Event::Closed)
            }
            Command::Vrfy(user) if self.config.vrfy => Some(Event::Vrfy(user, self.desk.issue())),
            Command::Vrfy(_) => {
                self.cannot_verify(out);
                None
            }
            Command::Expn(list) if self.config.expn => Some(Event::Expn(list, self.desk.issue())),
            Command::Expn(_) => self.bad(Rejection::NOT_IMPLEMENTED, out),
            Command::StartTls if !self.config.starttls => self.bad(Rejection::NOT_IMPLEMENTED, out),
            Command::StartTls if self.tls => self.bad(TLS_ALREADY, out),
            Command::StartTls => self.start_tls(behind, out),
            Command::Auth(auth) => self.auth(auth, out),
        }
    }

    fn hello<'b>(&mut self, hello: Hello<'b>) -> Event<'b> {
        if self.state == State::Transaction {
            self.end_transaction();
        }
        self.hello_extended = hello.extended;
        Event::Hello(hello, self.desk.issue())
    }

    fn mail<'b>(&mut self, mail: Mail<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let parameters = mail.parameters;
        let utf8_address = mail.from.mailbox().is_some_and(|mailbox| !mailbox.is_ascii());
        let needs_extensions = parameters.size.is_some()
            || parameters.body.is_some()
            || parameters.smtputf8
            || parameters.auth.is_some();
        let fault = match self.state {
            State::Greeted => NEED_HELLO,
            State::Transaction => NESTED_MAIL,
            _ if !parameters.other.is_empty() || (needs_extensions && !self.extended) => {
                UNKNOWN_PARAMETER
            }
            _ if parameters.body == Some(Body::BinaryMime)
                || (parameters.body.is_some() && !self.config.eight_bit_mime)
                || (parameters.smtputf8 && !self.config.smtputf8)
                || (parameters.auth.is_some() && self.config.mechanisms(true).next().is_none()) =>
            {
                UNKNOWN_PARAMETER
            }
            _ if utf8_address && !parameters.smtputf8 => NEEDS_SMTPUTF8,
            _ if parameters.size > self.config.max_message_size.or(Some(u64::MAX)) => {
                Rejection::TOO_BIG.encode(self.extended, out);
                return None;
            }
            _ => {
                self.smtputf8 = parameters.smtputf8;
                return Some(Event::Mail(mail, self.desk.issue()));
            }
        };
        self.bad(fault, out)
    }

    fn rcpt<'b>(&mut self, rcpt: Rcpt<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let ascii = rcpt.to.mailbox().is_none_or(super::address::Mailbox::is_ascii);
        if self.state != State::Transaction {
            self.bad(NEED_MAIL, out)
        } else if !rcpt.parameters.is_empty() {
            self.bad(UNKNOWN_PARAMETER, out)
        } else if !ascii && !self.smtputf8 {
            self.bad(NEEDS_SMTPUTF8, out)
        } else if self.recipients >= self.config.limits.recipients {
            TOO_MANY_RECIPIENTS.encode(self.extended, out);
            None
        } else {
            Some(Event::Rcpt(rcpt, self.desk.issue()))
        }
    }

    /// What stands behind STARTTLS was sent in clear text and must not be taken
    /// for what comes under TLS.
    fn start_tls<'b>(&mut self, behind: &mut &'b [u8], out: &mut BytesMut) -> Option<Event<'b>> {
        if behind.is_empty() {
            if self.state == State::Transaction {
                self.end_transaction();
            }
            return Some(Event::StartTls(self.desk.issue()));
        }
        *behind = &[];
        PIPELINED_STARTTLS.encode(self.extended, out);
        self.failure = Some(ProtocolError::PlaintextAfterStartTls);
        self.close();
        None
    }

    fn auth<'b>(&mut self, auth: Auth<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let offered = self.config.mechanisms(self.tls).any(|name| auth.mechanism.is(name));
        let fault = match self.state {
            _ if self.config.mechanisms(true).next().is_none() => Rejection::NOT_IMPLEMENTED,
            State::Greeted => NEED_HELLO,
            State::Transaction => AUTH_IN_TRANSACTION,
            _ if self.authenticated => AUTH_TWICE,
            _ if offered => return Some(Event::Auth(auth, self.desk.issue())),
            _ if self.config.knows(auth.mechanism) => NEEDS_TLS,
            _ => UNKNOWN_MECHANISM,
        };
        self.bad(fault, out)
    }

    /// A line in answer to a challenge (RFC 4954 §4).
    fn receive_response<'b>(&mut self, line: &'b [u8], out: &mut BytesMut) -> Option<Event<'b>> {
        self.state = State::Ready;
        let fault = match line {
            b"*" => AUTH_CANCELLED,
            _ if line.len() + 2 > self.config.limits.auth_line => AUTH_TOO_LONG,
            _ => match Base64::parse(line) {
                Ok(response) => return Some(Event::AuthResponse(response, self.desk.issue())),
                Err(_) => NOT_BASE64,
            },
        };
        self.bad(fault, out).or(Some(Event::AuthCancelled))
    }

    // ——— Bodies ———

    fn begin_body(&mut self) {
        self.state = State::Body;
        self.body = DotUnstuffer::new(self.config.body_policy);
        self.body_octets = 0;
    }

    fn end_transaction(&mut self) {
        self.state = State::Ready;
        self.recipients = 0;
    }

    /// A body that is refused is read to its end all the same, so that what
    /// follows is in sync.
    fn receive_body<'b>(&mut self, input: &mut &'b [u8], out: &mut BytesMut) -> Event<'b> {
        let limit = self.config.max_message_size.unwrap_or(u64::MAX);
        loop {
            match self.body.next(input) {
                Unstuffed::NeedInput => return Event::NeedInput,
                Unstuffed::Piece(piece) => {
                    let octets = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    self.body_octets = self.body_octets.saturating_add(octets);
                    if self.body_octets <= limit {
                        return Event::Body(piece);
                    }
                }
                Unstuffed::End { refused } => {
                    let fault = if refused {
                        IRREGULAR_BODY
                    } else if self.body_octets > limit {
                        Rejection::TOO_BIG
                    } else {
                        self.state = State::Transaction;
                        return Event::BodyEnd(self.desk.issue());
                    };
                    fault.encode(self.extended, out);
                    self.end_transaction();
                    return Event::Reset;
                }
            }
        }
    }

    // ——— Replies ———

    /// The answer to EHLO or HELO.
    fn greet_back(&self, text: Option<Text<'_>>, out: &mut BytesMut) {
        let mut last = out.len();
        out.put_slice(b"250 ");
        out.put_slice(self.config.hostname().as_bytes());
        if let Some(text) = text {
            out.put_u8(b' ');
            out.put_slice(text.as_bytes());
        }
        out.put_slice(b"\r\n");
        if !self.extended {
            return;
        }
        let config = &*self.config;
        let offered = [
            (true, Extension::Pipelining),
            (true, Extension::Size(config.max_message_size)),
            (config.eight_bit_mime, Extension::EightBitMime),
            (config.smtputf8, Extension::SmtpUtf8),
            (true, Extension::EnhancedStatusCodes),
            (config.starttls && !self.tls, Extension::StartTls),
            (config.vrfy, Extension::Vrfy),
            (config.expn, Extension::Expn),
            (true, Extension::Help),
        ];
        let mut line = |write: &dyn Fn(&mut BytesMut)| {
            // What was the last line is not: its space becomes a dash.
            if let Some(separator) = out.get_mut(last + 3) {
                *separator = b'-';
            }
            last = out.len();
            out.put_slice(b"250 ");
            write(out);
            out.put_slice(b"\r\n");
        };
        for (_, extension) in offered.iter().filter(|(offered, _)| *offered) {
            line(&|out| extension.encode(out));
        }
        if config.mechanisms(self.tls).next().is_some() {
            line(&|out| {
                Extension::Auth(Mechanisms::new(Text::EMPTY)).encode(out);
                for name in config.mechanisms(self.tls) {
                    out.put_u8(b' ');
                    out.put_slice(name.as_bytes());
                }
            });
        }
    }

    fn reply(&self, code: u16, enhanced: Option<EnhancedCode>, text: Text<'_>, out: &mut BytesMut) {
        let enhanced = enhanced.filter(|_| self.extended);
        Reply { code: ReplyCode::fixed(code), enhanced, lines: text.into() }.encode(out);
    }

    fn cannot_verify(&self, out: &mut BytesMut) {
        let text = Text::fixed("Cannot VRFY user, but will accept message and attempt delivery");
        self.reply(252, Some(EnhancedCode::fixed(2, 5, 0)), text, out);
    }

    fn bad_syntax<'b>(&mut self, error: CommandError, out: &mut BytesMut) -> Option<Event<'b>> {
        let (fault, syntax) = match error {
            CommandError::UnknownVerb => return self.bad(UNKNOWN_VERB, out),
            CommandError::Malformed(syntax) => (MALFORMED, syntax),
            CommandError::Argument(syntax) => (WRONG_ARGUMENT, syntax),
        };
        let text = format!("{}: {syntax}", fault.text());
        self.bad(fault.with_text(Text::new(&text).unwrap_or(fault.text())), out)
    }

    fn too_long<'b>(&mut self, out: &mut BytesMut) -> Option<Event<'b>> {
        if self.state == State::Authenticating {
            self.state = State::Ready;
            return self.bad(AUTH_TOO_LONG, out).or(Some(Event::AuthCancelled));
        }
        self.bad(LINE_TOO_LONG, out)
    }

    /// Answers a bad command, and ends the session where it was one too many.
    fn bad<'b>(&mut self, fault: Rejection<'_>, out: &mut BytesMut) -> Option<Event<'b>> {
        self.bad_commands = self.bad_commands.saturating_add(1);
        if self.bad_commands > self.config.limits.bad_commands {
            self.too_many_bad_commands(out);
            return Some(Event::Closed);
        }
        fault.encode(self.extended, out);
        None
    }

    fn too_many_bad_commands(&mut self, out: &mut BytesMut) {
        self.farewell((4, 7, 0), "Too many bad commands, closing connection", out);
    }
}

const MALFORMED: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Syntax error");
const UNKNOWN_VERB: Rejection<'static> = Rejection::fixed(500, (5, 5, 1), "Command not recognized");
const WRONG_ARGUMENT: Rejection<'static> = Rejection::fixed(501, (5, 5, 4), "Wrong argument");
const BARE_LF: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Lines must end with CRLF");
const LINE_TOO_LONG: Rejection<'static> = Rejection::fixed(500, (5, 5, 2), "Line too long");
const UNKNOWN_PARAMETER: Rejection<'static> =
    Rejection::fixed(555, (5, 5, 4), "Parameter not recognized or not offered");
const NEED_HELLO: Rejection<'static> = Rejection::fixed(503, (5, 5, 1), "Send EHLO or HELO first");
const NEED_MAIL: Rejection<'static> = Rejection::fixed(503, (5, 5, 1), "Send MAIL first");
const NEED_RCPT: Rejection<'static> = Rejection::fixed(503, (5, 5, 1), "No valid recipients");
const NESTED_MAIL: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "A transaction is open already");
const NEEDS_SMTPUTF8: Rejection<'static> =
    Rejection::fixed(553, (5, 6, 7), "A non-ASCII address needs SMTPUTF8");
const TOO_MANY_RECIPIENTS: Rejection<'static> =
    Rejection::fixed(452, (4, 5, 3), "Too many recipients");
const IRREGULAR_BODY: Rejection<'static> =
    Rejection::fixed(554, (5, 6, 0), "Message has a bare CR, a bare LF or a NUL");
const TLS_ALREADY: Rejection<'static> = Rejection::fixed(503, (5, 5, 1), "TLS is active already");
const PIPELINED_STARTTLS: Rejection<'static> =
    Rejection::fixed(554, (5, 5, 1), "Nothing may be sent behind STARTTLS");
const AUTH_TWICE: Rejection<'static> = Rejection::fixed(503, (5, 5, 1), "Authenticated already");
const AUTH_IN_TRANSACTION: Rejection<'static> =
    Rejection::fixed(503, (5, 5, 1), "No AUTH in a mail transaction");
const UNKNOWN_MECHANISM: Rejection<'static> =
    Rejection::fixed(504, (5, 5, 4), "Mechanism not offered");
const NEEDS_TLS: Rejection<'static> =
    Rejection::fixed(538, (5, 7, 11), "Encryption required for this mechanism");
const AUTH_CANCELLED: Rejection<'static> =
    Rejection::fixed(501, (5, 0, 0), "Authentication cancelled");
const AUTH_TOO_LONG: Rejection<'static> =
    Rejection::fixed(500, (5, 5, 6), "Authentication exchange line is too long");
const NOT_BASE64: Rejection<'static> = Rejection::fixed(501, (5, 5, 2), "Response is not base64");
