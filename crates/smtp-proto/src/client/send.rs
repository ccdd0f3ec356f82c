//! What a client sends, and when.

use bytes::{BufMut, BytesMut};
use mail_wire::{Auth, Caseless, Channel, ClientLine, Direction, Mechanism, Ticket, encode_base64};

use super::config::ClearText;
use super::error::Misuse;
use super::request;
use super::sent::Sent;
use super::session::{Session, Transaction, Waiting};
use super::state::State;
use crate::command::{Command, Rcpt};
use crate::parameter::BodyType;
use crate::protocol::{ENVELOPE, Protocol};

/// The most octets of a command with its CRLF (RFC 5321 §4.5.3.1.4).
const COMMAND: usize = 512;
/// How many chunks may wait for their answers, so that the next goes out while the last is being
/// stored, and what the server says fits what a connection holds on its way.
const CHUNKS: u32 = 2;

impl Session {
    /// Writes a command. Its answer comes from [`receive`](Self::receive). BDAT is followed by
    /// the octets that it announces: [`body`](Self::body), [`body_aside`](Self::body_aside).
    ///
    /// ```
    /// use smtp_proto::client::{Channel, Config, Event, Misuse, Session};
    /// use smtp_proto::{BytesMut, Command, Hostname};
    /// let mut out = BytesMut::new();
    /// let mut smtp = Session::new(Config::default(), Channel::Clear);
    /// let hello = Command::Ehlo(Hostname::parse(b"client.example.org")?);
    /// assert_eq!(smtp.send(hello, &mut out), Err(Misuse::NotNow));
    /// let mut input: &[u8] = b"220 mx.example.org\r\n";
    /// assert!(matches!(smtp.receive(&mut input, &mut out)?, Event::Greeting(_)));
    /// smtp.send(hello, &mut out)?;
    /// assert_eq!(&out[..], b"EHLO client.example.org\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What [`allows`](Self::allows) says, and [`Misuse::TooLong`].
    pub fn send(&mut self, command: Command<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        self.allows(command)?;
        let start = out.len();
        command.encode(out);
        let sent = Sent::new(command, self.transaction.recipients);
        let most = if sent.is_of_envelope() { ENVELOPE } else { COMMAND };
        let octets = out.len().saturating_sub(start);
        if octets > most {
            out.truncate(start);
            return Err(Misuse::TooLong);
        }
        self.log_command(command, out.get(start..).unwrap_or_default());
        match command {
            Command::Mail(mail) => {
                let binary = mail.parameters.body == Some(BodyType::BinaryMime);
                self.transaction = Transaction { binary, ..Transaction::default() };
                self.counted.mails = self.counted.mails.saturating_add(1);
                self.enter(State::Transaction);
            }
            Command::Rcpt(rcpt) => {
                self.transaction.recipients = self.transaction.recipients.saturating_add(1);
                self.count_domain(rcpt);
            }
            Command::Rset if self.state == State::Transaction => self.enter(State::Ready),
            Command::Auth(_) => self.enter(State::Authenticating),
            Command::Quit => self.enter(State::Closing),
            Command::Bdat { size, last } => {
                self.begin_chunk(size, last);
                return Ok(());
            }
            _ => {}
        }
        self.await_answer(sent, octets);
        Ok(())
    }

    pub(super) fn await_answer(&mut self, sent: Sent, octets: usize) {
        self.undecided = self.undecided.saturating_add(u32::from(sent.is_of_envelope()));
        self.on_its_way = self.on_its_way.saturating_add(octets);
        self.in_flight.sent(Waiting { sent, octets }, self.inbound.seen());
    }

    /// Writes AUTH, with the mechanism's `initial_response`, if it has one, in
    /// base64 (RFC 4954 §4). Challenges come from [`receive`](Self::receive).
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
        self.allows(Command::Auth(Auth { mechanism, initial_response: None }))?;
        let start = out.len();
        out.put_slice(b"AUTH ");
        out.put_slice(mechanism.as_str().as_bytes());
        let mut shown = usize::MAX;
        if let Some(response) = initial_response {
            out.put_u8(b' ');
            shown = out.len().saturating_sub(start);
            match response {
                [] => out.put_u8(b'='),
                _ => encode_base64(response, out),
            }
        }
        out.put_slice(b"\r\n");
        let octets = out.len().saturating_sub(start);
        if octets > COMMAND {
            out.truncate(start);
            return Err(Misuse::TooLong);
        }
        let line = out.get(start..).unwrap_or_default();
        match initial_response {
            Some(_) => self.log.secret(Direction::Sent, line, shown),
            None => self.log.lines(Direction::Sent, line),
        }
        self.enter(State::Authenticating);
        self.await_answer(Sent::Auth, octets);
        Ok(())
    }

    /// Shows the log a command without what is secret in it: an initial response, and what is
    /// not known.
    fn log_command(&mut self, command: Command<'_>, line: &[u8]) {
        let shown = match command {
            Command::Auth(Auth { initial_response: Some(_), mechanism }) => {
                "AUTH ".len() + mechanism.as_str().len() + " ".len()
            }
            Command::Unknown(unknown) if unknown.argument().is_some() => {
                unknown.verb().len() + " ".len()
            }
            _ => return self.log.lines(Direction::Sent, line),
        };
        self.log.secret(Direction::Sent, line, shown);
    }

    /// Whether `command` may be sent now. Those that are obsolete never are (RFC 5321 appendix
    /// F): TURN and SEND would change what follows unseen.
    ///
    /// # Errors
    /// [`Misuse::Closed`], [`Misuse::BodyOpen`], [`Misuse::NotNow`], [`Misuse::ClearText`],
    /// [`Misuse::NotOffered`], [`Misuse::LimitReached`], [`Misuse::Unread`],
    /// [`Misuse::AnswerPending`], [`Misuse::TooManyPipelined`].
    pub fn allows(&self, command: Command<'_>) -> Result<(), Misuse> {
        if self.closed.is_some() {
            return Err(Misuse::Closed);
        }
        if self.state == State::Body {
            return Err(Misuse::BodyOpen);
        }
        if !self.is_for_now(command) {
            return Err(Misuse::NotNow);
        }
        if self.channel == Channel::Clear && !self.is_for_clear_text(command) {
            return Err(Misuse::ClearText);
        }
        let sent = Sent::new(command, 0);
        if matches!(command, Command::Bdat { .. }) && !self.extensions.chunking {
            return Err(Misuse::NotOffered);
        }
        if self.is_one_too_many(command) {
            return Err(Misuse::LimitReached);
        }
        let Some(last) = self.in_flight.newest() else {
            return if self.has_read_all() { Ok(()) } else { Err(Misuse::Unread) };
        };
        let depends = match command {
            // Answers to the envelope and the chunks before are not its own.
            Command::Mail(_) => self.undecided > 0 || self.chunks > 0,
            Command::Bdat { .. } => self.undecided > 0,
            _ => sent.is_alone(),
        };
        if depends || last.sent.is_last() || !self.extensions.pipelining {
            Err(Misuse::AnswerPending)
        } else if self.on_its_way >= self.config.limits.pipelined
            || (matches!(command, Command::Bdat { .. }) && self.chunks >= CHUNKS)
        {
            Err(Misuse::TooManyPipelined)
        } else {
            Ok(())
        }
    }

    fn is_for_now(&self, command: Command<'_>) -> bool {
        let Transaction { recipients, accepted, binary, chunked, refused, .. } = self.transaction;
        let is_greeted = matches!(self.state, State::Connected | State::Ready | State::Transaction);
        match command {
            Command::Ehlo(_) | Command::Helo(_) => {
                is_greeted && self.config.protocol == Protocol::Smtp
            }
            Command::Lhlo(_) => is_greeted && self.config.protocol == Protocol::Lmtp,
            Command::StartTls => {
                matches!(self.state, State::Connected | State::Ready)
                    && self.channel == Channel::Clear
            }
            Command::Auth(_) => self.state == State::Ready && !self.authenticated,
            Command::Mail(_) => self.state == State::Ready,
            Command::Rcpt(_) => self.state == State::Transaction && !chunked,
            Command::Data => {
                self.state == State::Transaction && recipients > 0 && !chunked && !binary
            }
            // What it answers must be known before its octets go out (RFC 3030 §2).
            Command::Bdat { .. } => {
                let decided = self.undecided > 0 || accepted > 0;
                self.state == State::Transaction && recipients > 0 && decided && !refused
            }
            Command::Etrn(_) | Command::XForward(_) => self.state == State::Ready,
            Command::Atrn(_) => self.state == State::Ready && self.authenticated,
            Command::XClient(_) => matches!(self.state, State::Connected | State::Ready),
            // This session does not follow what it does to a transaction.
            Command::Burl(_) => false,
            Command::Obsolete(..) => false,
            Command::Rset
            | Command::Vrfy(_)
            | Command::Expn(_)
            | Command::Help(_)
            | Command::Noop(_)
            | Command::Quit
            | Command::Unknown(_) => is_greeted,
        }
    }

    fn is_for_clear_text(&self, command: Command<'_>) -> bool {
        match self.config.clear_text {
            ClearText::Everything => true,
            ClearText::NoPasswords => match command {
                Command::Auth(auth) => !auth.mechanism.shows_password(),
                _ => true,
            },
            ClearText::Nothing => matches!(
                command,
                Command::Ehlo(_)
                    | Command::Helo(_)
                    | Command::Lhlo(_)
                    | Command::StartTls
                    | Command::Noop(_)
                    | Command::Rset
                    | Command::Help(_)
                    | Command::Quit
            ),
        }
    }

    /// Whether the server has said that it takes no more of these (RFC 9422 §4).
    fn is_one_too_many(&self, command: Command<'_>) -> bool {
        let reached = |most: Option<u32>, count: u32| most.is_some_and(|most| count >= most);
        match command {
            Command::Mail(_) => reached(self.extensions.mail_max, self.counted.mails),
            Command::Rcpt(rcpt) => {
                let domains = u32::try_from(self.counted.domains.len()).unwrap_or(u32::MAX);
                reached(self.extensions.rcpt_max, self.transaction.recipients)
                    || (reached(self.extensions.rcpt_domain_max, domains)
                        && self.is_new_domain(rcpt))
            }
            _ => false,
        }
    }

    fn is_new_domain(&self, rcpt: Rcpt<'_>) -> bool {
        let known = |domain: &str| {
            self.counted.domains.iter().any(|known| Caseless(known) == Caseless(domain))
        };
        rcpt.to.mailbox().is_some_and(|mailbox| !known(mailbox.domain().as_str()))
    }

    fn count_domain(&mut self, rcpt: Rcpt<'_>) {
        if self.extensions.rcpt_domain_max.is_some() && self.is_new_domain(rcpt) {
            let domain = rcpt.to.mailbox().map(|mailbox| mailbox.domain().as_str().into());
            self.counted.domains.extend(domain);
        }
    }

    /// Answers a challenge with the mechanism's `response`, which is sent in base64. A server
    /// takes lines of 12288 octets (RFC 4954 §4).
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
        let start = out.len();
        encode_base64(response, out);
        out.put_slice(b"\r\n");
        self.log.secret(Direction::Sent, out.get(start..).unwrap_or_default(), 0);
        self.wait_on();
        Ok(())
    }

    /// Ends the exchange of AUTH. The server's no will answer AUTH.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn cancel(
        &mut self,
        ticket: Ticket<request::Challenge>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        self.write_cancel(out);
        Ok(())
    }

    pub(super) fn write_cancel(&mut self, out: &mut BytesMut) {
        let start = out.len();
        ClientLine::Cancel.encode(out);
        self.log_sent(start, out);
        self.wait_on();
    }

    /// AUTH, which waits alone, is answered by nothing that lay there before this line of its
    /// exchange was sent.
    fn wait_on(&mut self) {
        self.in_flight.clear();
        self.on_its_way = 0;
        self.await_answer(Sent::Auth, 0);
    }
}
