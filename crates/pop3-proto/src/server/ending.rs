//! What brings a session to its end, and the one place where its state changes.

use bytes::{BufMut, BytesMut};
use mail_wire::{SyntaxError, encode::decimal};

use super::deletion_marks::DeletionMarks;
use super::error::{Error, ProtocolError};
use super::event::Event;
use super::pending::Pending;
use super::rejection::Rejection;
use super::session::Session;
use super::state::State;
use crate::code::Code;
use crate::response::Response;
use crate::text::Text;

impl Session {
    /// Says that the client was silent for too long. Nothing is written and
    /// nothing deleted, as RFC 1939 §3 has it; close the connection. As with
    /// [`shut_down`](Self::shut_down), the deletions of QUIT are not cut off.
    pub fn timed_out(&mut self, _out: &mut BytesMut) {
        if self.state != State::Update {
            self.enter(State::Closed);
        }
    }

    /// Says that the server ends the session, and `why`. Writes that, except into a
    /// message that is being sent; send it and close the connection. Where QUIT
    /// came and its deletions are being carried out, nothing changes: the session
    /// ends with their answer, which is all that its client waits for.
    pub fn shut_down(&mut self, why: Text<'_>, out: &mut BytesMut) {
        if self.state == State::Update {
            return;
        }
        let silent = matches!(self.state, State::Closed | State::Handshake);
        if !silent && self.desk.pending() != Some(&Pending::Body) {
            self.answer(Rejection::new(why).with_code(Code::SysTemp).into(), out);
        }
        self.enter(State::Closed);
    }

    /// Says that the connection has ended. Where QUIT came and its deletions are
    /// being carried out, carry them out all the same (RFC 1939 §6).
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where the client had not given QUIT: no
    /// message is to be deleted.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if !matches!(self.state, State::Update | State::Closed) {
            self.enter(State::Closed);
            self.failed = Some(ProtocolError::UnexpectedEnd);
        }
        self.failed.map_or(Ok(()), Err)
    }

    /// The one place where the state changes.
    pub(super) fn enter(&mut self, state: State) {
        self.state = state;
        match state {
            State::Authorization | State::Transaction => {
                self.framer.set_limit(self.config.limits.command_line);
            }
            State::Authenticating => self.framer.set_limit(self.config.limits.auth_line),
            State::Closed => {
                self.desk.revoke();
                self.user = None;
                self.marks = DeletionMarks::default();
            }
            State::Handshake | State::Update => {}
        }
    }

    pub(super) fn fail(&mut self, error: ProtocolError) -> Error {
        self.enter(State::Closed);
        self.failed = Some(error);
        error.into()
    }

    /// Answers a command that the client should not have sent.
    pub(super) fn say_no(&mut self, why: &'static str, out: &mut BytesMut) {
        if self.takes_another(out) {
            err(why, out);
        }
    }

    /// The same, where it is a name or a password that cannot be right (RFC 3206 §6).
    pub(super) fn refuse_credentials(&mut self, why: &'static str, out: &mut BytesMut) {
        if self.takes_another(out) {
            Response::from(Rejection::new(Text::fixed(why)).with_code(Code::Auth)).encode(out);
        }
    }

    /// Counts a bad command; says goodbye where it was one too many.
    pub(super) fn takes_another(&mut self, out: &mut BytesMut) -> bool {
        let enough = self.bad_commands.one_more(self.config.limits.bad_commands);
        if enough {
            err("too many bad commands: goodbye", out);
            self.enter(State::Closed);
        }
        !enough
    }

    pub(super) fn refuse_syntax(&mut self, error: SyntaxError, out: &mut BytesMut) {
        if !self.takes_another(out) {
            return;
        }
        out.put_slice(b"-ERR expected ");
        out.put_slice(error.expected.as_bytes());
        out.put_slice(b" at octet ");
        decimal(u64::try_from(error.offset).unwrap_or(u64::MAX), out);
        out.put_slice(b"\r\n");
    }

    /// Answers a line that is no command. It ends the exchange of AUTH, too.
    pub(super) fn refuse_line<'b>(
        &mut self,
        why: &'static str,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        if self.state == State::Authenticating {
            return self.cancel_auth(why, out);
        }
        self.say_no(why, out);
        None
    }

    /// Ends the exchange of AUTH before there was anything to decide.
    pub(super) fn cancel_auth<'b>(
        &mut self,
        why: &'static str,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        self.enter(State::Authorization);
        self.say_no(why, out);
        Some(Event::AuthCancelled)
    }
}

pub(super) fn ok(text: &'static str, out: &mut BytesMut) {
    Response::ok(Text::fixed(text)).encode(out);
}

pub(super) fn err(text: &'static str, out: &mut BytesMut) {
    Response::err(Text::fixed(text)).encode(out);
}
