//! What brings a session to its end, and whether its connection can be used again.

use bytes::BytesMut;
use mail_wire::CloseReason;

use super::error::{Error, ProtocolError};
use super::event::Event;
use super::outgoing::Body;
use super::session::Session;
use super::state::State;

impl Session {
    /// Why nothing more is to be sent on this connection; `None` while it can be used. A pool
    /// needs nothing else.
    ///
    /// Once there is a reason other than [`Unread`](CloseReason::Unread) and
    /// [`LimitReached`](CloseReason::LimitReached), [`send`](Self::send) refuses every command.
    ///
    /// | reason | when |
    /// |---|---|
    /// | [`Finished`](CloseReason::Finished) | QUIT was answered (RFC 5321 §4.1.1.10) |
    /// | [`Goodbye`](CloseReason::Goodbye) | the greeting was a no (RFC 5321 §3.1), or 421 came, asked for or not (RFC 5321 §3.8) |
    /// | [`Unsolicited`](CloseReason::Unsolicited) | a reply came that answers nothing, or before its command was sent (RFC 5321 §4.2) |
    /// | [`Overdue`](CloseReason::Overdue) | [`timed_out`](Self::timed_out) was called (RFC 5321 §4.5.3.2) |
    /// | [`Abandoned`](CloseReason::Abandoned) | [`abandon`](Self::abandon) was called: what was sent is no whole message (RFC 5321 §4.1.1.4) |
    /// | [`Unread`](CloseReason::Unread) | for now only: the greeting, an answer, a handshake or the rest of a message is waited for, a transaction is open, or something is not read yet |
    /// | [`LimitReached`](CloseReason::LimitReached) | the server takes no more messages (RFC 9422 §4): say QUIT |
    /// | [`Ended`](CloseReason::Ended) | [`eof`](Self::eof) was called |
    /// | [`OutOfStep`](CloseReason::OutOfStep) | every other [`ProtocolError`]; RSET was refused; a reply was of a kind that its command does not have, as 354 to RCPT |
    /// | [`PlaintextAfterStartTls`](CloseReason::PlaintextAfterStartTls) | octets came before the handshake of STARTTLS (RFC 3207 §6) |
    ///
    /// ```
    /// use smtp_proto::{BytesMut, Command};
    /// use smtp_proto::client::{Channel, CloseReason, Config, Event, Misuse, Session};
    /// let mut out = BytesMut::new();
    /// let mut smtp = Session::new(Config::default(), Channel::Tls);
    /// smtp.receive(&mut &b"220 mx.example.org\r\n"[..], &mut out)?;
    /// assert_eq!(smtp.close_reason(), None);
    /// let event = smtp.receive(&mut &b"421 too long idle\r\n"[..], &mut out)?;
    /// assert!(matches!(event, Event::Unsolicited(_)));
    /// assert_eq!(smtp.close_reason(), Some(CloseReason::Goodbye));
    /// assert_eq!(smtp.send(Command::Quit, &mut out), Err(Misuse::Closed));
    /// # Ok::<(), smtp_proto::client::Error>(())
    /// ```
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        let busy = matches!(self.state, State::Greeting | State::Transaction | State::Body);
        let waits = busy || self.waiting() > 0 || self.desk.is_out() || self.inbound.unread() > 0;
        let full = self.extensions.mail_max.is_some_and(|most| self.counted.mails >= most);
        self.closed
            .or(waits.then_some(CloseReason::Unread))
            .or(full.then_some(CloseReason::LimitReached))
    }

    /// Gives up the message that is on its way out, and with it the connection, which must be
    /// closed: the server has not seen the end of the message, and delivers nothing. Between
    /// chunks RSET does that, and keeps the connection.
    pub fn abandon(&mut self) {
        if self.state != State::Closed {
            self.close(CloseReason::Abandoned);
        }
    }

    /// Says that the server was silent for too long. The session is over, for what comes late
    /// must not be taken for the answer to something else: close the connection. Nothing is
    /// written. Whether a message that waits for its answer is delivered is not known.
    pub fn timed_out(&mut self, _out: &mut BytesMut) {
        if self.state != State::Closed {
            self.close(CloseReason::Overdue);
        }
    }

    /// Says that the connection has ended.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where neither QUIT was answered nor the server has said
    /// that it goes.
    pub fn eof(&mut self) -> Result<(), ProtocolError> {
        if self.state != State::Closed {
            self.close(CloseReason::Ended);
        }
        match (self.failed, self.closed) {
            (Some(error), _) => Err(error),
            (None, Some(CloseReason::Finished | CloseReason::Goodbye)) => Ok(()),
            (None, _) => {
                self.failed = Some(ProtocolError::UnexpectedEnd);
                Err(ProtocolError::UnexpectedEnd)
            }
        }
    }

    /// The one place where the state changes.
    pub(super) const fn enter(&mut self, state: State) {
        self.state = state;
    }

    /// The session is over. The first reason counts.
    pub(super) fn close(&mut self, why: CloseReason) {
        self.enter(State::Closed);
        self.closed.get_or_insert(why);
        self.desk.revoke();
        self.in_flight.clear();
        self.body = Body::default();
    }

    pub(super) fn fail<'b>(&mut self, error: ProtocolError) -> Result<Event<'b>, Error> {
        self.close(match error {
            ProtocolError::PlaintextAfterStartTls => CloseReason::PlaintextAfterStartTls,
            ProtocolError::UnexpectedEnd => CloseReason::Ended,
            ProtocolError::Unsolicited => CloseReason::Unsolicited,
            ProtocolError::NoGreeting
            | ProtocolError::BrokenReply
            | ProtocolError::EndlessReply
            | ProtocolError::Junk => CloseReason::OutOfStep,
        });
        self.failed = Some(error);
        Err(error.into())
    }
}
