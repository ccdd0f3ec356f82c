//! What a client sends, and when.

use bytes::{BufMut, BytesMut};
use mail_wire::{Auth, Channel, ClientLine, Direction, Mechanism, Ticket, encode_base64};

use super::config::ClearText;
use super::error::Misuse;
use super::request;
use super::sent::Sent;
use super::session::Session;
use super::state::State;
use crate::command::Command;
use crate::secrecy;

/// The most octets of a command with its CRLF (RFC 2449 §4).
const COMMAND: usize = 255;

impl Session {
    /// Writes a command. Its answer comes from [`receive`](Self::receive).
    ///
    /// ```
    /// use pop3_proto::client::{Channel, Config, Event, Misuse, Session};
    /// use pop3_proto::{BytesMut, Command};
    /// let mut out = BytesMut::new();
    /// let mut pop3 = Session::new(Config::default(), Channel::Clear);
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
        self.wait_for(command.into(), start, out)?;
        if self.log.is_on() {
            let line = out.get(start..).unwrap_or_default();
            secrecy::log_command(&mut self.log, Direction::Sent, line, Ok(command));
        }
        Ok(())
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
        self.allows(Command::Auth(Auth { mechanism, initial_response: None }))?;
        let start = out.len();
        out.put_slice(b"AUTH ");
        out.put_slice(mechanism.as_str().as_bytes());
        let shown = match initial_response {
            Some(response) => {
                out.put_u8(b' ');
                let shown = out.len().saturating_sub(start);
                match response {
                    [] => out.put_u8(b'='),
                    _ => encode_base64(response, out),
                }
                Some(shown)
            }
            None => None,
        };
        out.put_slice(b"\r\n");
        self.wait_for(Sent::Auth, start, out)?;
        match shown {
            Some(shown) => {
                let line = out.get(start..).unwrap_or_default();
                self.log.secret(Direction::Sent, line, shown);
            }
            None => self.log_sent(start, out),
        }
        Ok(())
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
        self.in_flight.sent(sent, self.inbound.seen());
        Ok(())
    }

    /// Whether `command` may be sent now.
    ///
    /// # Errors
    /// [`Misuse::Closed`], [`Misuse::NotNow`], [`Misuse::ClearText`], [`Misuse::Unread`],
    /// [`Misuse::AnswerPending`], [`Misuse::TooManyPipelined`].
    pub fn allows(&self, command: Command<'_>) -> Result<(), Misuse> {
        if self.closed.is_some() {
            return Err(Misuse::Closed);
        }
        if !self.is_for_now(command) {
            return Err(Misuse::NotNow);
        }
        if self.channel == Channel::Clear && !self.is_for_clear_text(command) {
            return Err(Misuse::ClearText);
        }
        let last = match (self.in_flight.newest(), self.lines) {
            (Some(last), _) => *last,
            (None, Some(to)) => to,
            (None, None) if self.inbound.unread() > 0 => return Err(Misuse::Unread),
            (None, None) => return Ok(()),
        };
        if last.is_last() || !self.capabilities.pipelining || matches!(command, Command::Stls) {
            Err(Misuse::AnswerPending)
        } else if self.in_flight.len() >= self.config.limits.pipelined {
            Err(Misuse::TooManyPipelined)
        } else {
            Ok(())
        }
    }

    const fn is_for_now(&self, command: Command<'_>) -> bool {
        match command {
            Command::Capa | Command::Lang(_) | Command::Quit | Command::Unknown(_) => {
                matches!(self.state, State::Authorization | State::Transaction)
            }
            Command::User(_)
            | Command::Pass(_)
            | Command::Apop { .. }
            | Command::Auth(_)
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
                Command::Auth(auth) => !auth.mechanism.shows_password(),
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
        let start = out.len();
        encode_base64(response, out);
        out.put_slice(b"\r\n");
        self.log.secret(Direction::Sent, out.get(start..).unwrap_or_default(), 0);
        self.wait_on();
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
        let start = out.len();
        ClientLine::Cancel.encode(out);
        self.log_sent(start, out);
        self.wait_on();
        Ok(())
    }

    /// AUTH, which waits alone once there was a challenge, is answered by nothing that lay
    /// there before this line of its exchange was sent.
    fn wait_on(&mut self) {
        self.in_flight.clear();
        self.in_flight.sent(Sent::Auth, self.inbound.seen());
    }
}
