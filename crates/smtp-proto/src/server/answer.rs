//! The driver's answers.

use bytes::BytesMut;
use mail_wire::{Direction, Ticket, Upgrade, encode_challenge};

use super::error::Misuse;
use super::event::Event;
use super::manner::Manner;
use super::pending::Pending;
use super::reply::{RECIPIENT, SECURITY, SENDER, UNDEFINED};
use super::request::{self, Acceptable, Request};
use super::session::Session;
use super::state::State;
use crate::reply::{Rejection, Reply, ReplyLines};

impl Session {
    /// Says yes to a request, in the usual words.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the ticket is not of this session, or the
    /// session has been closed since. Nothing is written then.
    pub fn accept<R: Acceptable>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let pending = self.desk.redeem(ticket)?;
        self.say_yes(pending, None, out);
        Ok(())
    }

    /// Says yes to a request in words of your own, of one line or several: what the message is
    /// queued as, the mailbox that VRFY asked for, the members of the list of EXPN, one a line.
    /// Words that are past US-ASCII are sent in replies to VRFY and EXPN that may be UTF-8
    /// (RFC 6531 §3.7.4.2); in others, the usual ones are. Of words for EHLO and HELO the first
    /// line is sent, as much as fits: any other would be read as an extension.
    ///
    /// ```
    /// # use smtp_proto::server::{Misuse, Session, request};
    /// # use smtp_proto::{BytesMut, ReplyLines, SyntaxError, Text, Ticket};
    /// # fn answer(
    /// #     smtp: &mut Session,
    /// #     message: Ticket<request::Message>,
    /// #     expn: Ticket<request::Expn>,
    /// #     out: &mut BytesMut,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// smtp.accept_with(message, Text::new("Queued as 4TXyZ15")?, out)?;
    /// let members = [Text::new("<alice@example.org>")?, Text::new("<bob@example.org>")?];
    /// smtp.accept_with(expn, ReplyLines::new(&members), out)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    #[allow(single_use_lifetimes, reason = "`'_` in `impl Trait` is not stable")]
    pub fn accept_with<'t, R: Acceptable>(
        &mut self,
        ticket: Ticket<R>,
        words: impl Into<ReplyLines<'t>>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let pending = self.desk.redeem(ticket)?;
        self.say_yes(pending, Some(words.into()), out);
        Ok(())
    }

    fn say_yes(&mut self, pending: Pending, words: Option<ReplyLines<'_>>, out: &mut BytesMut) {
        let start = out.len();
        match pending {
            Pending::Hello(verb) => {
                self.hello = Some(verb);
                self.reset_due = self.state() == State::Transaction;
                self.enter(State::Ready);
                self.greet_back(words, out);
            }
            Pending::Auth => {
                self.authenticated = true;
                self.yes(235, SECURITY, words, "Authentication successful", out);
            }
            Pending::Mail { smtputf8 } => {
                self.enter(State::Transaction);
                self.transaction.smtputf8 = smtputf8;
                self.yes(250, SENDER, words, "OK", out);
            }
            Pending::Rcpt => {
                let recipients = self.transaction.recipients;
                self.transaction.recipients = recipients.saturating_add(1);
                self.yes(250, RECIPIENT, words, "OK", out);
            }
            Pending::Data => {
                self.enter(State::Body);
                self.yes(354, None, words, "End data with <CRLF>.<CRLF>", out);
            }
            Pending::Message => {
                self.enter(State::Ready);
                self.forgive();
                self.yes(250, UNDEFINED, words, "OK", out);
            }
            Pending::Query => self.show(words, out),
            Pending::Unknown => self.yes(250, UNDEFINED, words, "OK", out),
            // Their tickets have no plain yes.
            Pending::StartTls | Pending::Upgrade => {}
        }
        if self.authenticated {
            self.forgive();
        }
        self.answered(start, out);
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
        let start = out.len();
        let over = match self.desk.redeem(ticket)? {
            Pending::Auth => self.one_more_bad(out),
            // Whose message it is must be clear, whatever comes next.
            Pending::Message => None,
            Pending::Hello(_)
            | Pending::StartTls
            | Pending::Upgrade
            | Pending::Mail { .. }
            | Pending::Rcpt
            | Pending::Data
            | Pending::Query
            | Pending::Unknown => self.one_more_refused(out),
        };
        if over.is_none() {
            self.no(why, out);
        }
        if self.state() == State::Delivery {
            self.enter(State::Ready);
        }
        if why.code().get() == 421 {
            self.enter(State::Closed);
        }
        self.answered(start, out);
        Ok(())
    }

    /// Answers a command that this crate does not know with any reply, of one line or several,
    /// as it stands. 421 ends the session; one that asks for more (3yz) changes nothing: what
    /// comes next is read as a command.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn reply(
        &mut self,
        ticket: Ticket<request::Unknown>,
        reply: Reply<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.desk.redeem(ticket)?;
        let start = out.len();
        let code = reply.code();
        let is_no = code.is_transient_failure() || code.is_permanent_failure();
        let over = if is_no { self.one_more_refused(out) } else { None };
        if over.is_none() {
            reply.encode(out);
        }
        if code.get() == 421 {
            self.enter(State::Closed);
        }
        self.answered(start, out);
        Ok(())
    }

    /// Says yes to STARTTLS. Send `out`, shake hands, and bring the token to
    /// [`upgraded`](Self::upgraded). Accepting ends whatever transaction was open.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn start_tls(
        &mut self,
        ticket: Ticket<request::StartTls>,
        out: &mut BytesMut,
    ) -> Result<Upgrade, Misuse> {
        self.desk.redeem(ticket)?;
        let start = out.len();
        self.reset_due = self.state() == State::Transaction;
        self.enter(State::Handshake);
        self.yes(220, UNDEFINED, None, "Ready to start TLS", out);
        self.answered(start, out);
        Ok(self.desk.issue_upgrade(Pending::Upgrade))
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
        const CODE: &[u8] = b"334 ";
        self.desk.redeem(ticket)?;
        let start = out.len();
        self.enter(State::Authenticating);
        encode_challenge(CODE, challenge, out);
        let line = out.get(start..).unwrap_or_default();
        self.log.secret(Direction::Sent, line, CODE.len());
        self.manner = Manner::Plain;
        Ok(())
    }

    /// Answers an event that the driver has no use for: what it asks is refused, and
    /// what it tells is passed over. But EHLO and HELO are accepted, VRFY is answered 252,
    /// and a message of which a piece of the body is declined is refused: the session
    /// reads it to its end, answers 451 4.3.0, and gives [`Event::Reset`].
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn decline(&mut self, event: Event<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        match event {
            Event::Hello(_, ticket) => self.accept(ticket, out),
            Event::Auth(_, ticket) | Event::AuthResponse(_, ticket) => {
                self.reject(ticket, Rejection::AUTH_UNAVAILABLE, out)
            }
            Event::StartTls(ticket) => self.reject(ticket, Rejection::TLS_UNAVAILABLE, out),
            Event::Mail(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Rcpt(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Data(ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::BodyEnd(ticket) => self.reject(ticket, Rejection::UNAVAILABLE, out),
            Event::Vrfy(_, ticket) => self.accept(ticket, out),
            Event::Expn(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Unknown(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Body(_) => {
                self.body.declined = self.state() == State::Body;
                Ok(())
            }
            Event::NeedInput | Event::AuthCancelled | Event::Reset | Event::Closed => Ok(()),
        }
    }

    /// What follows every answer, written to `out` after its first `start` octets.
    fn answered(&mut self, start: usize, out: &mut BytesMut) {
        self.manner = Manner::Plain;
        self.take_leave(out);
        self.log_sent(start, out);
    }
}
