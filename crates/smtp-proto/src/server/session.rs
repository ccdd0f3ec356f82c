//! The session.

use alloc::sync::Arc;
use core::mem::take;
use core::time::Duration;

use bytes::{BufMut, BytesMut};
use mail_wire::{
    Channel, DotUnstuffer, Framed, LineEnding, LineFramer, Ticket, TicketDesk, encode_base64,
};

use super::asked::Asked;
use super::config::Config;
use super::error::{Error, Misuse, ProtocolError};
use super::event::Event;
use super::rejection::Rejection;
use super::reply::{BARE_LF, SHUTTING_DOWN, TIMEOUT};
use super::request::{self, Request, sealed::Redeemed};
use super::state::State;
use crate::{ReplyCode, ReplyLines, Text};

/// The server's side of one connection, without the connection.
///
/// Drive it with [`receive`](Self::receive), and answer the tickets that its
/// events carry; see the [front page](crate) for a whole server.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    lines: LineFramer,
    /// The start of the line that is being received is gone: it is too long.
    overlong: bool,
    pub(super) asked: Asked,
    pub(super) body: DotUnstuffer,
    /// Octets of the body so far.
    pub(super) body_octets: u64,
    /// The driver has no use for the body.
    pub(super) body_declined: bool,
    pub(super) desk: TicketDesk,
    pub(super) state: State,
    pub(super) channel: Channel,
    /// The client said EHLO, not HELO.
    pub(super) extended: bool,
    pub(super) authenticated: bool,
    /// Responses in this AUTH exchange.
    pub(super) auth_rounds: u16,
    /// The MAIL of this transaction said SMTPUTF8.
    pub(super) smtputf8: bool,
    pub(super) recipients: u32,
    /// A hello or an upgrade has ended a transaction, which is to be told.
    pub(super) reset_due: bool,
    /// How the session ends once the message is answered, where it is to.
    leave: Option<Leave>,
    pub(super) bad_commands: u32,
    pub(super) failure: Option<ProtocolError>,
}

#[derive(Clone, Copy, Debug)]
enum Leave {
    Silently,
    Saying(Rejection<'static>),
}

/// STARTTLS was accepted: send `out`, shake hands, and give this to
/// [`Session::upgraded`]. Where the handshake fails, close the connection.
#[derive(Debug)]
#[must_use = "shake hands, then call `upgraded`"]
pub struct Upgrade(pub(super) Ticket<Upgrade>);

impl Session {
    /// Begins a session, and writes its greeting to `out`.
    #[must_use]
    pub fn new(config: Arc<Config>, channel: Channel, out: &mut BytesMut) -> Self {
        out.put_slice(b"220 ");
        out.put_slice(config.hostname().as_bytes());
        out.put_slice(b" ESMTP\r\n");
        Self {
            lines: LineFramer::new(config.limits.buffer()),
            overlong: false,
            asked: Asked::Plainly,
            body: DotUnstuffer::new(config.body_policy),
            body_octets: 0,
            body_declined: false,
            desk: TicketDesk::new(),
            state: State::Greeted,
            channel,
            extended: false,
            authenticated: false,
            auth_rounds: 0,
            smtputf8: false,
            recipients: 0,
            reset_due: false,
            leave: None,
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
    /// [`Error::Misuse`] while a ticket or an upgrade is out; nothing is taken. But
    /// octets that come before [`upgraded`](Self::upgraded) are the end of it.
    pub fn receive<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Result<Event<'b>, Error> {
        loop {
            if let Some(failure) = self.failure {
                return Err(failure.into());
            }
            match self.state {
                State::Handshake if input.is_empty() => {
                    return Err(Misuse::UpgradePending.into());
                }
                State::Handshake => {
                    self.clear_text_behind_starttls(input);
                    continue;
                }
                _ if self.desk.is_out() => return Err(Misuse::ReplyPending.into()),
                State::Body => return Ok(self.receive_body(input, out)),
                State::Closed => {
                    *input = &[];
                    return Ok(Event::Closed);
                }
                _ if take(&mut self.reset_due) => return Ok(Event::Reset),
                State::Greeted
                | State::Ready
                | State::Authenticating
                | State::Transaction
                | State::Delivery => {}
            }
            // The end of a line that is too long comes when its verb is gone.
            if !self.overlong {
                self.asked = match self.state {
                    State::Authenticating => Asked::Auth,
                    _ => Asked::by(input),
                };
            }
            let framed = self.lines.next(input);
            self.overlong = input.is_empty() && self.lines.is_mid_line();
            let event = match framed {
                Framed::NeedInput => return Ok(Event::NeedInput),
                Framed::TooLong => self.too_long(out),
                Framed::Line { ending: LineEnding::Lf, .. } if !self.config.tolerance.bare_lf => {
                    self.bad_line(BARE_LF, out)
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
    /// session has been closed since. Nothing is written then.
    pub fn accept<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        self.grant(ticket, None, out)
    }

    /// Says yes to a request with a text of your own: what the message is
    /// queued as, the mailbox that VRFY asked for. One that is past US-ASCII is sent in
    /// replies to VRFY and EXPN that may be UTF-8 (RFC 6531 §3.7.4.2); in others, the
    /// usual words are.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    pub fn accept_with<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        text: Text<'_>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        self.grant(ticket, Some(text), out)
    }

    fn grant<R: Request>(
        &mut self,
        ticket: Ticket<R>,
        text: Option<Text<'_>>,
        out: &mut BytesMut,
    ) -> Result<R::Granted, Misuse> {
        self.desk.redeem(ticket)?;
        let granted = R::grant(self, text, out, Redeemed(()));
        self.take_leave(out);
        Ok(granted)
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
        R::deny(self, Redeemed(()));
        if self.bad_commands > self.config.limits.bad_commands {
            self.too_many_bad_commands(out);
            return Ok(());
        }
        self.no(why, out);
        if why.code().get() == 421 {
            self.close();
        }
        self.take_leave(out);
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

    /// Answers EXPN with the members of the list, one a line; with 252 where there are
    /// none, and where one is past US-ASCII and the client did not say SMTPUTF8
    /// (RFC 6531 §3.7.4.2).
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
        } else if !members.iter().all(|&member| self.takes(member)) {
            self.cannot_show(out);
        } else {
            let lines = ReplyLines::new(members);
            self.reply(ReplyCode::fixed(250), request::RECIPIENT, lines, out);
        }
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
            Event::Auth(_, ticket) | Event::AuthResponse(_, ticket) => self.refuse(ticket, out),
            Event::StartTls(ticket) => self.refuse(ticket, out),
            Event::Mail(_, ticket) => self.refuse(ticket, out),
            Event::Rcpt(_, ticket) => self.refuse(ticket, out),
            Event::Data(ticket) => self.refuse(ticket, out),
            Event::BodyEnd(ticket) => self.refuse(ticket, out),
            Event::Vrfy(_, ticket) => self.accept(ticket, out),
            Event::Expn(_, ticket) => self.refuse(ticket, out),
            Event::Body(_) => {
                self.body_declined = self.state == State::Body;
                Ok(())
            }
            Event::NeedInput | Event::AuthCancelled | Event::Reset | Event::Closed => Ok(()),
        }
    }

    fn refuse<R: Request>(&mut self, ticket: Ticket<R>, out: &mut BytesMut) -> Result<(), Misuse> {
        self.reject(ticket, R::DECLINED, out)
    }

    /// Goes on under TLS, after the handshake. Everything that was learnt in
    /// clear text is forgotten (RFC 3207 §4.2): the client says EHLO again. So must
    /// be what the caller has read in clear text, and not used. Where a transaction was
    /// open, [`Event::Reset`] comes next.
    ///
    /// The upgrade of another session, or of one that was closed, changes nothing.
    pub fn upgraded(&mut self, upgrade: Upgrade) {
        if self.desk.redeem(upgrade.0).is_ok() {
            self.end_transaction();
            self.state = State::Greeted;
            self.channel = Channel::Tls;
            self.extended = false;
            self.authenticated = false;
        }
    }

    /// How long to wait for the client before [`timed_out`](Self::timed_out): the
    /// [`silence`](super::Limits::silence) of the configuration, in every state.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.config.limits.silence
    }

    /// The client was silent for too long: writes 421 and closes the session. During
    /// the handshake of STARTTLS nothing is written.
    ///
    /// Where [`Event::BodyEnd`] waits for its answer, nothing changes yet: the answer is
    /// still to be given, and the session ends behind it. A 421 in its place would make
    /// the client send again what is perhaps stored already (RFC 1047).
    pub fn timed_out(&mut self, out: &mut BytesMut) {
        if !self.leave_later(Leave::Saying(TIMEOUT)) {
            self.farewell(TIMEOUT, out);
        }
    }

    /// The server ends, or has no more time for this client: writes 421, and says why,
    /// and closes the session. During the handshake of STARTTLS nothing is written.
    ///
    /// Where [`Event::BodyEnd`] waits for its answer, it is as with
    /// [`timed_out`](Self::timed_out); the 421 behind the answer is in words of the
    /// session's own.
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        if !self.leave_later(Leave::Saying(SHUTTING_DOWN)) {
            self.farewell(SHUTTING_DOWN.with_text(why), out);
        }
    }

    /// Puts the end off until the message is answered, if one waits for that: the answer
    /// says whose the message is.
    fn leave_later(&mut self, how: Leave) -> bool {
        let later = self.state == State::Delivery;
        if later {
            self.leave.get_or_insert(how);
        }
        later
    }

    fn take_leave(&mut self, out: &mut BytesMut) {
        match self.leave.take() {
            None => {}
            Some(Leave::Silently) => self.close(),
            Some(Leave::Saying(why)) => self.farewell(why, out),
        }
    }

    pub(super) fn farewell(&mut self, why: Rejection<'_>, out: &mut BytesMut) {
        if !matches!(self.state, State::Handshake | State::Closed) {
            self.no(why, out);
        }
        self.close();
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
        if self.leave_later(Leave::Silently) {
            return Ok(());
        }
        if self.state != State::Closed && (self.state == State::Body || self.lines.is_mid_line()) {
            self.failure = Some(ProtocolError::UnexpectedEnd);
        }
        self.close();
        self.failure.map_or(Ok(()), Err)
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

    /// Whether the client said EHLO.
    #[must_use]
    pub const fn is_extended(&self) -> bool {
        self.extended
    }

    pub(super) fn close(&mut self) {
        self.state = State::Closed;
        self.desk.void();
    }
}
