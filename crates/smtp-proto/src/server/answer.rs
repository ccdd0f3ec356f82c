//! The driver's answers.

use bytes::BytesMut;
use mail_wire::{Direction, Ticket, Upgrade, encode_challenge};

use super::chunk::Bdat;
use super::error::Misuse;
use super::event::Event;
use super::manner::Manner;
use super::pending::Pending;
use super::reply::{HELP, RECIPIENT, SECURITY, SENDER, UNDEFINED};
use super::request::{self, Acceptable, Open, Request};
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
        self.say_yes_to(ticket, None, out)
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
        self.say_yes_to(ticket, Some(words.into()), out)
    }

    fn say_yes_to<R>(
        &mut self,
        ticket: Ticket<R>,
        words: Option<ReplyLines<'_>>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        if self.is_ahead(&ticket) {
            let yes = |session: &mut Self, out: &mut BytesMut| {
                session.say_yes(Pending::Rcpt, words, out);
            };
            return self.answer_ahead(ticket, out, yes);
        }
        let start = out.len();
        let pending = self.desk.redeem(ticket)?;
        self.say_yes(pending, words, out);
        self.answered(start, out);
        Ok(())
    }

    fn say_yes(&mut self, pending: Pending, words: Option<ReplyLines<'_>>, out: &mut BytesMut) {
        match pending {
            Pending::Hello(verb) => {
                self.hello = Some(verb);
                self.reset_due = self.in_transaction();
                self.enter(State::Ready);
                self.greet_back(words, out);
            }
            Pending::Auth => {
                self.authenticated = true;
                self.yes(235, SECURITY, words, "Authentication successful", out);
            }
            Pending::Mail { smtputf8, binary } => {
                self.enter(State::Transaction);
                self.transaction.smtputf8 = smtputf8;
                self.transaction.binary = binary;
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
            // RFC 3030 §2: what is answered is the chunk, at its end.
            Pending::Chunk { last } => self.begin_chunk(Bdat { size: self.body.wire, last }),
            Pending::Message => {
                for _ in 0..self.answers_due(true) {
                    self.yes(250, UNDEFINED, words, "OK", out);
                }
                self.enter(State::Ready);
                self.forgive();
            }
            Pending::Query => self.show(words, out),
            Pending::Help => self.yes(214, UNDEFINED, words, HELP, out),
            Pending::XClient { login } => self.begin_anew(login, out),
            Pending::Etrn | Pending::XForward | Pending::Unknown => {
                self.yes(250, UNDEFINED, words, "OK", out);
            }
            // Their tickets have no plain yes.
            Pending::StartTls | Pending::Upgrade | Pending::Atrn => {}
        }
        if self.authenticated {
            self.forgive();
        }
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
        if self.is_ahead(&ticket) {
            let no = |session: &mut Self, out: &mut BytesMut| {
                session.say_no(Pending::Rcpt, why, out);
            };
            return self.answer_ahead(ticket, out, no);
        }
        let start = out.len();
        let pending = self.desk.redeem(ticket)?;
        self.say_no(pending, why, out);
        self.answered(start, out);
        Ok(())
    }

    fn say_no(&mut self, pending: Pending, why: Rejection<'_>, out: &mut BytesMut) {
        let closes = why.code().get() == 421;
        let over = match pending {
            Pending::Auth => self.one_more_bad(out),
            // Whose message it is must be clear, whatever comes next.
            Pending::Message => None,
            Pending::Hello(_)
            | Pending::StartTls
            | Pending::Upgrade
            | Pending::Mail { .. }
            | Pending::Rcpt
            | Pending::Data
            | Pending::Chunk { .. }
            | Pending::Query
            | Pending::Help
            | Pending::Etrn
            | Pending::Atrn
            | Pending::XClient { .. }
            | Pending::XForward
            | Pending::Unknown => self.one_more_refused(out),
        };
        match pending {
            _ if over.is_some() => {}
            Pending::Chunk { last } if !closes => {
                self.refuse_chunk(Bdat { size: self.body.wire, last }, why);
            }
            Pending::Message => (0..self.answers_due(true)).for_each(|_| self.no(why, out)),
            _ => self.no(why, out),
        }
        if self.state() == State::Delivery {
            self.enter(State::Ready);
        }
        if closes {
            self.enter(State::Closed);
        }
    }

    /// Says whether a message is this server's for one of its recipients, the first that was not
    /// told yet, in the order in which they were accepted. Where there are more of them, the
    /// ticket comes back; [`accept`](Self::accept) and [`reject`](Self::reject) answer for all
    /// that are left. In SMTP, a message has one answer for all.
    ///
    /// ```
    /// # use smtp_proto::server::{Misuse, Rejection, Session, request};
    /// # use smtp_proto::{BytesMut, Ticket};
    /// # fn deliver(to: &str) -> Result<(), Rejection<'static>> { Ok(()) }
    /// # fn answer(
    /// #     lmtp: &mut Session,
    /// #     message: Ticket<request::Message>,
    /// #     recipients: &[String],
    /// #     out: &mut BytesMut,
    /// # ) -> Result<(), Misuse> {
    /// let mut due = Some(message);
    /// for to in recipients {
    ///     if let Some(ticket) = due {
    ///         due = lmtp.answer_recipient(ticket, deliver(to), out)?;
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn answer_recipient(
        &mut self,
        ticket: Ticket<request::Message>,
        outcome: Result<(), Rejection<'_>>,
        out: &mut BytesMut,
    ) -> Result<Option<Ticket<request::Message>>, Misuse> {
        let start = out.len();
        let pending = self.desk.redeem(ticket)?;
        let closes = outcome.is_err_and(|why| why.code().get() == 421);
        if self.answers_due(true) <= 1 || closes {
            self.transaction.recipients = 1;
            match outcome {
                Ok(()) => self.say_yes(pending, None, out),
                Err(why) => self.say_no(pending, why, out),
            }
            self.answered(start, out);
            return Ok(None);
        }
        match outcome {
            Ok(()) => {
                self.forgive();
                self.yes(250, UNDEFINED, None, "OK", out);
            }
            Err(why) => self.no(why, out),
        }
        self.log_sent(start, out);
        self.transaction.recipients = self.transaction.recipients.saturating_sub(1);
        Ok(Some(self.desk.issue(Pending::Message)))
    }

    /// Answers a command that this crate does not know, or ETRN, with any reply, of one line or several,
    /// as it stands. 421 ends the session; one that asks for more (3yz) changes nothing: what
    /// comes next is read as a command.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn reply<R: Open>(
        &mut self,
        ticket: Ticket<R>,
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
        self.reset_due = self.in_transaction();
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
    /// what it tells is passed over. But EHLO, HELO, LHLO and HELP are accepted, VRFY is answered
    /// 252, and a message of which a piece of the body is declined is refused: the session
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
            Event::Help(_, ticket) => self.accept(ticket, out),
            Event::Etrn(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Atrn(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::XClient(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::XForward(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Unknown(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Body(_) => {
                self.transaction.declined = self.state() == State::Body;
                Ok(())
            }
            Event::NeedInput
            | Event::AnswersDue
            | Event::AuthCancelled
            | Event::Reset
            | Event::Closed => Ok(()),
        }
    }

    /// What follows every answer, written to `out` after its first `start` octets.
    pub(super) fn answered(&mut self, start: usize, out: &mut BytesMut) {
        self.manner = Manner::Plain;
        self.take_leave(out);
        self.log_sent(start, out);
    }
}
