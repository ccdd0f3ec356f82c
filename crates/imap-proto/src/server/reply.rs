//! What the server writes: untagged data, and the ends of commands.

use alloc::vec::Vec;
use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::{Ticket, WrongTicket, encode_base64};

use super::error::Misuse;
use super::event::Event;
use super::rejection::Rejection;
use super::request::{self, Request, sealed::Redeemed};
use super::session::Session;
use super::state::{Effect, Refusal, State, Task};
use super::tag::KeptTag;
use crate::response::Data;
use crate::response::code::Code;
use crate::response::fetch_writer::FetchWriter;
use crate::response::status_line::{Completion, Condition, Notice, Outcome};
use crate::value::capability::Capability;
use crate::wire::Text;

impl Session {
    /// Writes untagged data: as often as there is something to tell, in answer
    /// to a command, while IDLE, or between commands.
    ///
    /// ```text
    /// * 172 EXISTS
    /// ```
    ///
    /// # Errors
    /// [`Misuse::ExpungeNow`] for an EXPUNGE where message numbers must not
    /// change, [`Misuse::SessionWritesThis`], [`Misuse::UpgradePending`],
    /// [`Misuse::Closed`].
    pub fn data(&mut self, data: &Data<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        self.may_write()?;
        match data {
            Data::Expunge(_) if !self.numbers_may_change() => Err(Misuse::ExpungeNow),
            Data::Notice(Notice { condition: Condition::Bye | Condition::PreAuth, .. }) => {
                Err(Misuse::SessionWritesThis)
            }
            data => {
                data.encode(self.style, out);
                Ok(())
            }
        }
    }

    /// Begins a FETCH response about `message`, which is then written item by
    /// item; bodies go out in pieces. End it before anything else is written.
    ///
    /// # Errors
    /// As [`data`](Self::data).
    pub fn fetch(
        &mut self,
        message: NonZeroU32,
        out: &mut BytesMut,
    ) -> Result<FetchWriter, Misuse> {
        self.may_write()?;
        Ok(FetchWriter::begin(message, self.style, out))
    }

    /// Says how a command ended, and moves the state by it. The session adds
    /// the code that belongs there where `end` has none: READ-WRITE or READ-ONLY
    /// after SELECT and EXAMINE, CAPABILITY after LOGIN. READ-ONLY in the OK of
    /// a SELECT makes the mailbox read-only.
    ///
    /// A session that was ended meanwhile ends behind this answer.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the ticket is another session's.
    pub fn complete(
        &mut self,
        ticket: Ticket<request::Command>,
        end: Completion<'_>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.redeem(ticket)?;
        self.finish(self.effect(), end, out);
        Ok(())
    }

    /// Says yes to a request, in the usual words.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`] where the ticket is another session's, or was void when
    /// the session ended: all are but that of a [`request::Command`].
    pub fn accept<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        let redeemed = self.redeem(ticket)?;
        Ok(R::grant(self, out, redeemed))
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
        let redeemed = self.redeem(ticket)?;
        R::deny(self, why, out, redeemed);
        Ok(())
    }

    /// Asks the client for more, in an AUTHENTICATE exchange: `+` and the
    /// challenge in base64. The answer comes as
    /// [`Event::AuthenticateResponse`].
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn challenge(
        &mut self,
        ticket: Ticket<request::Authenticate>,
        challenge: &[u8],
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        self.redeem(ticket)?;
        if let Task::AuthenticateDecision(rounds) = self.task {
            self.task = Task::AuthenticateResponse(rounds);
        }
        out.put_slice(b"+ ");
        encode_base64(challenge, out);
        out.put_slice(b"\r\n");
        Ok(())
    }

    /// Answers an event that the server has no use for: what it asks is refused
    /// (NOOP and CHECK are granted), what it tells is passed over. A piece of a message
    /// that is not wanted refuses the message: the rest of it is read past, the session
    /// answers, and [`Event::AppendCancelled`] follows.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn decline(&mut self, event: Event<'_>, out: &mut BytesMut) -> Result<(), Misuse> {
        use crate::command::CommandKind::{Check, Noop};
        match event {
            Event::Command(command, ticket) if matches!(command.kind, Noop | Check) => {
                self.accept(ticket, out)
            }
            Event::Command(_, ticket) | Event::AppendEnd(ticket) => {
                self.reject(ticket, Rejection::NOT_SERVED, out)
            }
            Event::StartTls(ticket) => self.reject(ticket, Rejection::UNAVAILABLE, out),
            Event::Authenticate { ticket, .. } | Event::AuthenticateResponse(_, ticket) => {
                self.reject(ticket, Rejection::UNAVAILABLE, out)
            }
            Event::Append(_, ticket) => self.reject(ticket, Rejection::NOT_SERVED, out),
            Event::Idle(ticket) => self.reject(ticket, Rejection::NOT_SERVED, out),
            Event::AppendPiece(_) => {
                if let Task::AppendMessage(message) = &mut self.task {
                    message.refused = Some(Refusal::Declined);
                }
                Ok(())
            }
            Event::NeedInput
            | Event::AuthenticateCancelled
            | Event::AppendCancelled
            | Event::IdleDone
            | Event::Closed => Ok(()),
        }
    }

    /// Takes a ticket back.
    fn redeem<R>(&mut self, ticket: Ticket<R>) -> Result<Redeemed, WrongTicket> {
        self.desk.redeem(ticket)?;
        Ok(Redeemed(()))
    }

    /// Whether an untagged response may begin here.
    pub(super) fn may_write(&self) -> Result<(), Misuse> {
        match self.task {
            Task::Upgrade => Err(Misuse::UpgradePending),
            _ if self.is_over() => Err(Misuse::Closed),
            _ => Ok(()),
        }
    }

    /// RFC 9051 section 7.5.1: only while a command is in progress, which it is not
    /// "until the complete command has been received", and not in answer to FETCH,
    /// STORE or SEARCH.
    const fn numbers_may_change(&self) -> bool {
        matches!(
            self.task,
            Task::Idling
                | Task::IdleDecision
                | Task::Command(Effect::None | Effect::Select { .. } | Effect::Unselect)
        )
    }

    /// What the command that is being carried out does if it succeeds.
    pub(super) const fn effect(&self) -> Effect {
        match self.task {
            Task::Command(effect) => effect,
            _ => Effect::None,
        }
    }

    /// Ends the present command: this is the one place where the outcome of a
    /// command moves the state.
    pub(super) fn finish(&mut self, effect: Effect, end: Completion<'_>, out: &mut BytesMut) {
        self.task = Task::Idle;
        self.state = self.state.after(effect, &end);
        let failed = match effect {
            Effect::LogIn => end.outcome != Outcome::Ok,
            _ => end.outcome == Outcome::Bad,
        };
        let config = self.config.clone();
        let capabilities;
        let code = match (effect, end.outcome, end.code) {
            (Effect::LogIn, Outcome::Ok, code) => {
                capabilities = self.capabilities(&config);
                code.or(Some(Code::Capability(&capabilities)))
            }
            (Effect::Select { .. }, Outcome::Ok, None) => match self.state {
                State::Selected { read_only: true } => Some(Code::ReadOnly),
                _ => Some(Code::ReadWrite),
            },
            (_, _, code) => code,
        };
        self.tagged(Completion { code, ..end }, out);
        if failed {
            self.count_bad_command(out);
        } else if end.outcome == Outcome::Ok && self.state.is_authenticated() {
            self.bad_commands = 0;
        }
        if let Some(why) = self.farewell.take() {
            self.say_goodbye(Text::from_octets(&why).unwrap_or(Text::EMPTY), out);
        }
    }

    /// Refuses what is not of the protocol, and counts it.
    pub(super) fn bad(&mut self, why: &str, out: &mut BytesMut) {
        self.finish(Effect::None, Completion::bad(None, Text::first_line(why)), out);
    }

    /// One command too many that made no sense ends the session.
    pub(super) fn count_bad_command(&mut self, out: &mut BytesMut) {
        self.bad_commands = self.bad_commands.saturating_add(1);
        if self.bad_commands > self.config.limits.bad_commands {
            self.say_goodbye(Text::first_line("too many bad commands"), out);
        }
    }

    /// What the server can do, here and now (RFC 9051 sections 6.1.1, 6.2.3).
    pub(super) fn capabilities<'c>(&self, config: &'c super::Config) -> Vec<Capability<'c>> {
        let mut capabilities: Vec<Capability<'c>> = config.capabilities.clone();
        if self.state == State::NotAuthenticated {
            if config.starttls && !self.channel.is_tls() {
                capabilities.push(Capability::StartTls);
            }
            if !config.offers_login(self.channel.is_tls()) {
                capabilities.push(Capability::LoginDisabled);
            }
            capabilities.extend(config.mechanisms(self.channel.is_tls()).map(Capability::Auth));
        }
        capabilities
    }

    /// Writes the greeting (RFC 9051 section 7.1.1).
    pub(super) fn greet(&self, out: &mut BytesMut) {
        let capabilities = self.capabilities(&self.config);
        let text = alloc::format!("{} is ready", self.config.hostname);
        let text = Text::first_line(&text);
        self.notice(Condition::Ok, Some(Code::Capability(&capabilities)), text, out);
    }

    /// Writes an untagged status.
    pub(super) fn notice(
        &self,
        condition: Condition,
        code: Option<Code<'_>>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) {
        Data::Notice(Notice { condition, code, text }).encode(self.style, out);
    }

    /// Writes the end of the present command; untagged if it has no tag.
    fn tagged(&mut self, end: Completion<'_>, out: &mut BytesMut) {
        self.tag.encode(out);
        self.tag = KeptTag::NONE;
        out.put_u8(b' ');
        end.encode(out);
    }
}
