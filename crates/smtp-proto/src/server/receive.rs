//! Commands, AUTH's responses and bodies as they come: what is only protocol is
//! answered, the rest becomes an event.

use bytes::BytesMut;
use mail_wire::{DotUnstuffer, Unstuffed};

use super::asked::Asked;
use super::reply::{
    AUTH_CANCELLED, AUTH_IN_TRANSACTION, AUTH_TOO_LONG, AUTH_TOO_OFTEN, AUTH_TWICE, IRREGULAR_BODY,
    NEED_HELLO, NEED_MAIL, NEED_RCPT, NEEDS_SMTPUTF8, NESTED_MAIL, NOT_BASE64, PIPELINED_STARTTLS,
    TLS_ALREADY, TOO_MANY_RECIPIENTS, UNKNOWN_MECHANISM, UNKNOWN_PARAMETER,
    UNKNOWN_QUERY_PARAMETER,
};
use super::{Event, Hello, ProtocolError, Rejection, Session, State, request};
use crate::{Auth, Body, ClientLine, Command, Mail, Mailbox, Query, Rcpt, Text};

/// Commands.
impl Session {
    /// Carries out a command line, or hands it to the driver.
    pub(super) fn receive_command<'b>(
        &mut self,
        line: &'b [u8],
        behind: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let limits = self.config.limits;
        let limit = if self.asked == Asked::Auth { limits.auth_line } else { limits.command_line };
        if line.len() + 2 > limit {
            return self.too_long(out);
        }
        let command = match Command::parse_tolerant(line, self.config.tolerance) {
            Ok(command) => command,
            Err(error) => return self.bad_syntax(error, out),
        };
        match command {
            Command::Ehlo(name) => {
                Some(Event::Hello(Hello { name, extended: true }, self.desk.issue()))
            }
            Command::Helo(name) => {
                Some(Event::Hello(Hello { name, extended: false }, self.desk.issue()))
            }
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
                self.yes(250, request::UNDEFINED, Text::fixed("OK"), out);
                open.then_some(Event::Reset)
            }
            Command::Noop(_) => {
                self.yes(250, request::UNDEFINED, Text::fixed("OK"), out);
                None
            }
            Command::Help(_) => {
                let text = Text::fixed("See RFC 5321 for the commands of SMTP");
                self.yes(214, request::UNDEFINED, text, out);
                None
            }
            Command::Quit => {
                self.yes(221, request::UNDEFINED, Text::fixed("Bye"), out);
                self.close();
                Some(Event::Closed)
            }
            Command::Vrfy(query) => self.vrfy(query, out),
            Command::Expn(query) => self.expn(query, out),
            Command::StartTls if !self.config.starttls => self.bad(Rejection::NOT_IMPLEMENTED, out),
            Command::StartTls if self.channel.is_tls() => self.bad(TLS_ALREADY, out),
            Command::StartTls => self.start_tls(behind, out),
            Command::Auth(auth) => self.auth(auth, out),
            Command::Obsolete(..) => self.bad(Rejection::NOT_IMPLEMENTED, out),
        }
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
                || (parameters.smtputf8 && !self.config.offers_smtputf8())
                || (parameters.auth.is_some()
                    && self.config.mechanisms.iter(true).next().is_none()) =>
            {
                UNKNOWN_PARAMETER
            }
            _ if utf8_address && !parameters.smtputf8 => NEEDS_SMTPUTF8,
            _ if parameters.size > self.config.size_limit().or(Some(u64::MAX)) => {
                self.no(Rejection::TOO_BIG, out);
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
        let ascii = rcpt.to.mailbox().is_none_or(Mailbox::is_ascii);
        if self.state != State::Transaction {
            self.bad(NEED_MAIL, out)
        } else if !rcpt.parameters.is_empty() {
            self.bad(UNKNOWN_PARAMETER, out)
        } else if !ascii && !self.smtputf8 {
            self.bad(NEEDS_SMTPUTF8, out)
        } else if self.recipients >= self.config.limits.recipients {
            self.no(TOO_MANY_RECIPIENTS, out);
            None
        } else {
            Some(Event::Rcpt(rcpt, self.desk.issue()))
        }
    }

    fn vrfy<'b>(&mut self, query: Query<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        if let Some(fault) = self.look_at(query) {
            return self.bad(fault, out);
        }
        if !self.config.vrfy {
            self.cannot_verify(out);
            return None;
        }
        Some(Event::Vrfy(query, self.desk.issue()))
    }

    fn expn<'b>(&mut self, query: Query<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        if !self.config.expn {
            return self.bad(Rejection::NOT_IMPLEMENTED, out);
        }
        if let Some(fault) = self.look_at(query) {
            return self.bad(fault, out);
        }
        Some(Event::Expn(query, self.desk.issue()))
    }

    /// What is wrong with the query, if anything; and else, whether its reply may be
    /// UTF-8 (RFC 6531 §3.7.4.2).
    fn look_at(&mut self, query: Query<'_>) -> Option<Rejection<'static>> {
        if !query.smtputf8() {
            return (!query.string().is_ascii()).then_some(NEEDS_SMTPUTF8);
        }
        if !self.extended || !self.config.offers_smtputf8() {
            return Some(UNKNOWN_QUERY_PARAMETER);
        }
        self.asked = Asked::Utf8;
        None
    }

    /// What stands behind STARTTLS was sent in clear text and must not be taken
    /// for what comes under TLS.
    fn start_tls<'b>(&mut self, behind: &mut &'b [u8], out: &mut BytesMut) -> Option<Event<'b>> {
        if behind.is_empty() {
            return Some(Event::StartTls(self.desk.issue()));
        }
        self.no(PIPELINED_STARTTLS, out);
        self.clear_text_behind_starttls(behind);
        None
    }

    pub(super) fn clear_text_behind_starttls(&mut self, input: &mut &[u8]) {
        *input = &[];
        self.failure = Some(ProtocolError::PlaintextAfterStartTls);
        self.close();
    }

    fn auth<'b>(&mut self, auth: Auth<'b>, out: &mut BytesMut) -> Option<Event<'b>> {
        let offered = self.config.mechanisms_on(self.channel).any(|name| name == auth.mechanism);
        let fault = match self.state {
            _ if self.config.mechanisms.iter(true).next().is_none() => Rejection::NOT_IMPLEMENTED,
            State::Greeted => NEED_HELLO,
            State::Transaction => AUTH_IN_TRANSACTION,
            _ if self.authenticated => AUTH_TWICE,
            _ if offered => {
                self.auth_rounds = 0;
                return Some(Event::Auth(auth, self.desk.issue()));
            }
            _ => UNKNOWN_MECHANISM,
        };
        self.bad(fault, out)
    }

    /// A line in answer to a challenge (RFC 4954 §4).
    pub(super) fn receive_response<'b>(
        &mut self,
        line: &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        self.state = State::Ready;
        let fault = match ClientLine::parse(line) {
            Ok(ClientLine::Cancel) => AUTH_CANCELLED,
            _ if line.len() + 2 > self.config.limits.auth_line => AUTH_TOO_LONG,
            _ if self.auth_rounds >= self.config.limits.auth_rounds => AUTH_TOO_OFTEN,
            Ok(ClientLine::Data(response)) => {
                self.auth_rounds += 1;
                return Some(Event::AuthResponse(response, self.desk.issue()));
            }
            Err(_) => NOT_BASE64,
        };
        self.bad(fault, out).or(Some(Event::AuthCancelled))
    }
}

/// Bodies.
impl Session {
    pub(super) fn begin_body(&mut self) {
        self.state = State::Body;
        self.body = DotUnstuffer::new(self.config.body_policy);
        self.body_octets = 0;
        self.body_declined = false;
    }

    /// Whether UTF-8 may stand in a 551 (RFC 6531 §3.7.4.1).
    pub(super) fn in_utf8_transaction(&self) -> bool {
        self.state == State::Transaction && self.smtputf8
    }

    pub(super) fn end_transaction(&mut self) {
        self.state = State::Ready;
        self.recipients = 0;
    }

    /// A body that is refused is read to its end all the same, so that what
    /// follows is in sync.
    pub(super) fn receive_body<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Event<'b> {
        let limit = self.config.size_limit().unwrap_or(u64::MAX);
        loop {
            match self.body.next(input) {
                Unstuffed::NeedInput => return Event::NeedInput,
                Unstuffed::Piece(piece) => {
                    let octets = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                    self.body_octets = self.body_octets.saturating_add(octets);
                    if self.body_octets <= limit && !self.body_declined {
                        return Event::Body(piece);
                    }
                }
                Unstuffed::End { refused } => {
                    let fault = if refused {
                        IRREGULAR_BODY
                    } else if self.body_octets > limit {
                        Rejection::TOO_BIG
                    } else if self.body_declined {
                        Rejection::LOCAL_ERROR
                    } else {
                        self.state = State::Delivery;
                        return Event::BodyEnd(self.desk.issue());
                    };
                    self.no(fault, out);
                    self.end_transaction();
                    return Event::Reset;
                }
            }
        }
    }
}
