//! The answers to tickets, and the ends of commands.

use bytes::{BufMut, BytesMut};
use mail_wire::{Direction, Ticket, Upgrade, encode_challenge};

use super::error::Misuse;
use super::event::Event;
use super::pending::{Effect, Pending};
use super::rejection::Rejection;
use super::request::{self, Acceptable, Request};
use super::session::{DONE, Session};
use super::state::{Expected, Message, Refusal, State};
use super::tag::KeptTag;
use crate::response::code::Code;
use crate::response::status_line::{Completion, Outcome};
use crate::wire::{LiteralHead, Text};

impl Session {
    /// Says how a command ended, and moves the state by it. The session adds
    /// CAPABILITY after LOGIN where `end` has no code.
    ///
    /// A session that was ended meanwhile ends after this answer.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the ticket is another session's, [`Misuse::WriterOpen`]
    /// while a FETCH response is open.
    pub fn complete(
        &mut self,
        ticket: Ticket<request::Command>,
        end: Completion<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let pending = self.redeem(ticket)?;
        self.finish(effect(pending), end, out);
        Ok(())
    }

    /// Says yes to a request, in the usual words.
    ///
    /// # Errors
    /// As [`reject`](Self::reject).
    pub fn accept<R: Acceptable>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        match self.redeem(ticket)? {
            Pending::Command(effect) => self.finish(effect, DONE, out),
            Pending::Auth { .. } => {
                let end = Completion::ok(None, Text::fixed("logged in"));
                self.finish(Effect::LogIn, end, out);
            }
            Pending::Append(LiteralHead { octets, non_synchronizing, binary }) => {
                if !non_synchronizing {
                    self.send(out, |out| out.put_slice(b"+ send the message\r\n"));
                }
                let message = Message { octets, left: octets, binary, refused: None };
                self.expected = Expected::Message(message);
            }
            Pending::Idle => {
                self.send(out, |out| out.put_slice(b"+ idling\r\n"));
                self.expected = Expected::Done;
            }
            // Their tickets are not `Acceptable`.
            Pending::Select { .. } | Pending::StartTls | Pending::Upgrade => {}
        }
        Ok(())
    }

    /// Says no to a request.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the ticket is another session's, or was void when
    /// the session ended: all are but those of [`request::Command`] and [`request::Select`].
    /// [`Misuse::WriterOpen`] while a FETCH response is open.
    pub fn reject<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        why: Rejection<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let pending = self.redeem(ticket)?;
        if let Pending::Append(LiteralHead { octets, non_synchronizing: true, .. }) = pending {
            self.frames.skip(octets);
        }
        self.finish(effect(pending), why.completion(), out);
        Ok(())
    }

    /// Says yes to STARTTLS. Send `out`, do the handshake, and bring the [`Upgrade`] to
    /// [`upgraded`](Self::upgraded).
    ///
    /// # Errors
    /// As [`reject`](Self::reject).
    pub fn start_tls(
        &mut self,
        ticket: Ticket<request::StartTls>,
        out: &mut BytesMut,
    ) -> Result<Upgrade, Misuse> {
        self.redeem(ticket)?;
        let end = Completion::ok(None, Text::fixed("begin the TLS handshake"));
        self.finish(Effect::None, end, out);
        Ok(self.desk.issue_upgrade(Pending::Upgrade))
    }

    /// Asks the client for more, in an AUTHENTICATE exchange: `+` and the
    /// challenge in base64. The answer comes as [`Event::AuthResponse`].
    ///
    /// # Errors
    /// As [`reject`](Self::reject).
    pub fn challenge(
        &mut self,
        ticket: Ticket<request::Auth>,
        challenge: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        if let Pending::Auth { rounds } = self.redeem(ticket)? {
            self.expected = Expected::AuthResponse { rounds };
        }
        encode_challenge(b"+ ", challenge, out);
        self.log.secret(Direction::Sent, b"+ ", 2);
        Ok(())
    }

    /// Answers an event that the server has no use for: what it asks is refused
    /// (NOOP and CHECK are granted), what it tells is passed over. A piece of a message
    /// that is not wanted refuses the message: the rest of it is read past, the session
    /// answers, and [`Event::BodyCancelled`] follows.
    ///
    /// # Errors
    /// As [`reject`](Self::reject).
    pub fn decline(&mut self, event: Event<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        use crate::command::CommandKind::{Check, Noop};
        match event {
            Event::Command(command, ticket) if matches!(command.kind, Noop | Check) => {
                self.accept(ticket, out)
            }
            Event::Unknown(_, ticket) | Event::Command(_, ticket) | Event::BodyEnd(ticket) => {
                self.reject(ticket, Rejection::NOT_SUPPORTED, out)
            }
            Event::Select(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::StartTls(ticket) => self.reject(ticket, Rejection::TLS_UNAVAILABLE, out),
            Event::Auth(_, ticket) | Event::AuthResponse(_, ticket) => {
                self.reject(ticket, Rejection::AUTH_UNAVAILABLE, out)
            }
            Event::Append(_, ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Idle(ticket) => self.reject(ticket, Rejection::NOT_SUPPORTED, out),
            Event::Body(_) => {
                if let Expected::Message(message) = &mut self.expected {
                    message.refused = Some(Refusal::Declined);
                }
                Ok(())
            }
            Event::NeedInput
            | Event::AuthCancelled
            | Event::BodyCancelled
            | Event::IdleDone
            | Event::Closed => Ok(()),
        }
    }

    /// The ticket that is out, once more, if it is one for `R`: where a call that was
    /// [`Misuse`] has used it up, or it was lost. The one that was out before is void.
    pub fn reissue<R: Request>(&mut self) -> Option<Ticket<R>> {
        let pending = *self.desk.pending()?;
        R::is_asked(pending).then(|| self.desk.issue(pending))
    }

    /// Takes a ticket back, if anything can be answered now.
    pub(super) fn redeem<R: Request>(&mut self, ticket: Ticket<R>) -> Result<Pending, Misuse> {
        if self.writers.is_out() {
            return Err(Misuse::WriterOpen);
        }
        Ok(self.desk.redeem(ticket)?)
    }

    /// Ends the present command.
    pub(super) fn finish(&mut self, effect: Effect, end: Completion<'_>, out: &mut BytesMut) {
        self.expected = Expected::Command;
        self.carry_out(effect, end.outcome);
        if effect == Effect::LogIn && end.outcome == Outcome::Ok && end.code.is_none() {
            // RFC 9051 §6.2.2, §6.2.3: what the server can do may be another now.
            let config = self.config.clone();
            let capabilities = self.capabilities(&config);
            self.tagged(Completion { code: Some(Code::Capability(&capabilities)), ..end }, out);
        } else {
            self.tagged(end, out);
        }
        self.count(effect, end.outcome, out);
        self.leave_if_due(out);
    }

    /// What a command that ended so does to the state.
    fn carry_out(&mut self, effect: Effect, outcome: Outcome) {
        match (effect, outcome) {
            (Effect::LogIn | Effect::Unselect, Outcome::Ok) => self.enter(State::Authenticated),
            (Effect::LogIn | Effect::Unselect, Outcome::No | Outcome::Bad)
            | (Effect::None | Effect::KeepNumbers, _) => {}
        }
    }

    /// Counts a command as good or bad. One bad one too many ends the session.
    fn count(&mut self, effect: Effect, outcome: Outcome, out: &mut BytesMut) {
        let bad = match outcome {
            Outcome::Ok => false,
            Outcome::No => effect == Effect::LogIn,
            Outcome::Bad => true,
        };
        if bad {
            if self.bad_commands.one_more(self.config.limits.bad_commands) {
                self.say_goodbye(Text::fixed("too many bad commands"), out);
            }
        } else if outcome == Outcome::Ok && self.state.is_authenticated() {
            self.bad_commands.forgive();
        }
    }

    /// Refuses what is not of the protocol.
    pub(super) fn bad(&mut self, why: &str, out: &mut BytesMut) {
        self.finish(Effect::None, Completion::bad(None, Text::truncated(why)), out);
    }

    /// Writes the end of the present command; untagged if it has no tag.
    fn tagged(&mut self, end: Completion<'_>, out: &mut BytesMut) {
        let tag = core::mem::replace(&mut self.tag, KeptTag::NONE);
        let start = out.len();
        tag.encode(out);
        out.put_u8(b' ');
        end.encode(out);
        let line = out.get(start..).unwrap_or_default();
        if tag.is_secret() {
            self.log.secret(Direction::Sent, line, 0);
        } else {
            self.log.lines(Direction::Sent, line);
        }
    }

    /// Writes to `out`, and to the log.
    pub(super) fn send(&mut self, out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
        let start = out.len();
        write(out);
        self.log.lines(Direction::Sent, out.get(start..).unwrap_or_default());
    }
}

/// What an answer to this does to the session.
const fn effect(pending: Pending) -> Effect {
    match pending {
        Pending::Command(effect) => effect,
        Pending::Auth { .. } => Effect::LogIn,
        Pending::Select { .. }
        | Pending::StartTls
        | Pending::Upgrade
        | Pending::Append(_)
        | Pending::Idle => Effect::None,
    }
}
