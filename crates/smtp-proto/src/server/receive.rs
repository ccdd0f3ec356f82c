//! Command lines as they come: what is only protocol is answered, the rest becomes an event.

use bytes::BytesMut;
use mail_wire::Direction;

use super::chunk::Bdat;
use super::error::ProtocolError;
use super::event::{Event, Hello, HelloVerb};
use super::faults::{HTTP, NO_SERVICE, PIPELINED_STARTTLS, TLS_ALREADY, UNKNOWN_VERB};
use super::manner::{Manner, known_verb};
use super::pending::Pending;
use super::reply::{HELP, UNDEFINED};
use super::session::Session;
use super::state::State;
use super::transaction::Transaction;
use crate::address::Hostname;
use crate::command::{Command, CommandError};
use crate::protocol::Protocol;
use crate::reply::Rejection;

impl Session {
    /// Carries out a command line, or hands it to the driver.
    pub(super) fn receive_command<'b>(
        &mut self,
        line: &'b [u8],
        rest: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let parsed = Command::parse_tolerant(line, self.config.tolerance);
        self.log_command(line, parsed);
        self.manner = match parsed {
            Ok(command) => Manner::of_verb(command.known_verb().ok()),
            Err(_) => Manner::of(line),
        };
        let limits = &self.config.limits;
        let auth = self.manner == Manner::Auth;
        if line.len() + 2 > if auth { limits.auth_line } else { limits.command_line } {
            return self.too_long(out);
        }
        if self.state() == State::Refused {
            return match parsed {
                Ok(Command::Quit) => Some(self.quit(out)),
                Ok(Command::Bdat { size, last }) => self.bdat(Bdat { size, last }, out),
                Err(error) if self.manner == Manner::Bdat => self.bad_syntax(error, out),
                _ => self.bad(NO_SERVICE, out),
            };
        }
        match parsed {
            Ok(command) => self.carry_out(command, rest, out),
            Err(error) => self.bad_syntax(error, out),
        }
    }

    /// Ends the session by a request of HTTP, of which this is the line, or its start.
    pub(super) fn end_by_http(&mut self, line: &[u8], out: &mut BytesMut) {
        self.log_bad_line(line);
        self.no(HTTP, out);
        self.fail(ProtocolError::HttpRequest);
    }

    fn carry_out<'b>(
        &mut self,
        command: Command<'b>,
        rest: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if self.transaction.chunk_refused && !matches!(command, Command::Bdat { .. }) {
            self.transaction = Transaction::default();
        }
        let waits = matches!(
            command,
            Command::Ehlo(_) | Command::Helo(_) | Command::Lhlo(_) | Command::Data
        );
        self.spoke_early |= !rest.is_empty() && (waits || !self.is_extended());
        match command {
            Command::Ehlo(name) => self.hello(name, HelloVerb::Ehlo, out),
            Command::Helo(name) => self.hello(name, HelloVerb::Helo, out),
            Command::Lhlo(name) => self.hello(name, HelloVerb::Lhlo, out),
            Command::Mail(mail) => self.mail(mail, out),
            Command::Rcpt(rcpt) => self.rcpt(rcpt, out),
            Command::Data => self.data(out),
            Command::Bdat { size, last } => self.bdat(Bdat { size, last }, out),
            Command::Rset => self.rset(out),
            Command::Vrfy(query) => self.vrfy(query, out),
            Command::Expn(query) => self.expn(query, out),
            Command::Noop(_) => {
                self.yes(250, UNDEFINED, None, "OK", out);
                None
            }
            Command::Help(topic) if self.config.help => {
                Some(Event::Help(topic, self.desk.issue(Pending::Help)))
            }
            Command::Help(_) => {
                self.yes(214, UNDEFINED, None, HELP, out);
                None
            }
            Command::Quit => Some(self.quit(out)),
            Command::StartTls => self.tls(rest, out),
            Command::Auth(auth) => self.auth(auth, out),
            Command::Etrn(etrn) => self.etrn(etrn, out),
            Command::Atrn(domains) => self.atrn(domains, out),
            Command::XClient(attributes) => self.xclient(attributes, out),
            Command::XForward(attributes) => self.xforward(attributes, out),
            Command::Burl(_) => self.bad(Rejection::NOT_SUPPORTED, out),
            Command::Obsolete(..) => self.bad(Rejection::NOT_SUPPORTED, out),
            Command::Unknown(unknown)
                if self.config.unknown_commands.contains(unknown.verb().as_bytes()) =>
            {
                Some(Event::Unknown(unknown, self.desk.issue(Pending::Unknown)))
            }
            Command::Unknown(_) => self.bad(UNKNOWN_VERB, out),
        }
    }

    fn hello<'b>(
        &mut self,
        name: Hostname<'b>,
        verb: HelloVerb,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        // RFC 2033 §4.1: no client is to take the one protocol for the other.
        if (verb == HelloVerb::Lhlo) != (self.config.protocol == Protocol::Lmtp) {
            return self.bad(UNKNOWN_VERB, out);
        }
        Some(Event::Hello(Hello { name, verb }, self.desk.issue(Pending::Hello(verb))))
    }

    fn quit<'b>(&mut self, out: &mut BytesMut) -> Event<'b> {
        self.yes(221, UNDEFINED, None, "Bye", out);
        self.enter(State::Closed);
        Event::Closed
    }

    /// What stands after STARTTLS was sent in clear text and must not be taken
    /// for what comes under TLS.
    fn tls<'b>(&mut self, rest: &mut &'b [u8], out: &mut BytesMut) -> Option<Event<'b>> {
        if !self.config.starttls {
            return self.bad(Rejection::NOT_SUPPORTED, out);
        }
        if self.channel().is_tls() {
            return self.bad(TLS_ALREADY, out);
        }
        if rest.is_empty() {
            return Some(Event::StartTls(self.desk.issue(Pending::StartTls)));
        }
        self.no(PIPELINED_STARTTLS, out);
        self.fail(ProtocolError::PlaintextAfterStartTls);
        None
    }

    /// Shows a line to the log: whole, if it is a command without a secret; the start of AUTH;
    /// and of all others the verb, if it is one that is known: a client that guesses wrong what it
    /// was answered sends its password as a command.
    fn log_command(&mut self, line: &[u8], parsed: Result<Command<'_>, CommandError>) {
        if !self.log.is_on() {
            return;
        }
        let shown = match parsed {
            Ok(Command::Auth(auth))
                if self.config.mechanisms.iter().any(|it| it == auth.mechanism) =>
            {
                match auth.initial_response {
                    Some(_) => "AUTH ".len() + auth.mechanism.as_str().len() + " ".len(),
                    None => line.len(),
                }
            }
            Ok(Command::Unknown(unknown))
                if self.config.unknown_commands.names(unknown.verb().as_bytes()) =>
            {
                unknown.verb().len()
            }
            Ok(Command::Auth(_) | Command::Unknown(_)) | Err(_) => verb_length(line),
            Ok(_) => line.len(),
        };
        if shown < line.len() {
            self.log.secret(Direction::Received, line, shown);
        } else {
            self.log.lines(Direction::Received, line);
        }
    }

    /// The same for a line that is too long, or does not end with CRLF.
    pub(super) fn log_bad_line(&mut self, start: &[u8]) {
        let secret = self.state() == State::Authenticating;
        let shown = if secret { 0 } else { verb_length(start) };
        self.log.secret(Direction::Received, start, shown);
    }
}

fn verb_length(line: &[u8]) -> usize {
    known_verb(line).map_or(0, |verb| verb.as_str().len())
}
