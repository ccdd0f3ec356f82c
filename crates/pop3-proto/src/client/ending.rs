//! What brings a session to its end, and whether its connection can be used again.

use bytes::BytesMut;
use mail_wire::CloseReason;

use super::error::{Error, ProtocolError};
use super::event::Event;
use super::session::Session;
use super::state::State;

impl Session {
    /// Why nothing more is to be sent on this connection; `None` while it can be used. A pool
    /// needs nothing else.
    ///
    /// Once there is a reason, [`send`](Self::send) refuses every command, QUIT too: QUIT
    /// carries out deletions (RFC 1939 §6), which are not to rest on answers that are not
    /// understood. A connection that is closed without it deletes nothing.
    ///
    /// | reason | when |
    /// |---|---|
    /// | [`Finished`](CloseReason::Finished) | QUIT was answered (RFC 1939 §6) |
    /// | [`Goodbye`](CloseReason::Goodbye) | the greeting was `-ERR` (RFC 1939 §3) |
    /// | [`Unsolicited`](CloseReason::Unsolicited) | a status came that answers nothing, or before its command was sent (RFC 1939 §3) |
    /// | [`Overdue`](CloseReason::Overdue) | [`timed_out`](Self::timed_out) was called (RFC 1939 §3) |
    /// | [`Unread`](CloseReason::Unread) | for now only: the greeting, an answer, the rest of one or a handshake is waited for, or something is not read yet |
    /// | [`Ended`](CloseReason::Ended) | [`eof`](Self::eof) was called |
    /// | [`OutOfStep`](CloseReason::OutOfStep) | every other [`ProtocolError`] |
    /// | [`PlaintextAfterStartTls`](CloseReason::PlaintextAfterStartTls) | octets came before the handshake of STLS (RFC 2595 §2.1) |
    ///
    /// ```
    /// use pop3_proto::{BytesMut, Command};
    /// use pop3_proto::client::{Channel, CloseReason, Config, Event, Misuse, Session};
    /// let mut out = BytesMut::new();
    /// let mut pop3 = Session::new(Config::default(), Channel::Tls);
    /// pop3.receive(&mut &b"+OK ready\r\n"[..], &mut out)?;
    /// assert_eq!(pop3.close_reason(), None);
    /// let event = pop3.receive(&mut &b"-ERR too long idle\r\n"[..], &mut out)?;
    /// assert!(matches!(event, Event::Unsolicited(_)));
    /// assert_eq!(pop3.close_reason(), Some(CloseReason::Unsolicited));
    /// assert_eq!(pop3.send(Command::Quit, &mut out), Err(Misuse::Closed));
    /// # Ok::<(), pop3_proto::client::Error>(())
    /// ```
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        let waits = self.waiting() > 0
            || self.desk.is_out()
            || self.inbound.unread() > 0
            || self.state == State::Greeting;
        self.closed.or(waits.then_some(CloseReason::Unread))
    }

    /// Says that the server was silent for too long. The session is over, for what comes late
    /// must not be taken for the answer to something else: close the connection. Nothing is
    /// written, and nothing is deleted.
    pub fn timed_out(&mut self, _out: &mut BytesMut) {
        if self.state != State::Closed {
            self.close(CloseReason::Overdue);
        }
    }

    /// Says that the connection has ended.
    ///
    /// # Errors
    /// [`ProtocolError::UnexpectedEnd`] where QUIT was not answered.
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
        self.lines = None;
    }

    pub(super) fn fail<'b>(&mut self, error: ProtocolError) -> Result<Event<'b>, Error> {
        self.close(match error {
            ProtocolError::PlaintextAfterStartTls => CloseReason::PlaintextAfterStartTls,
            ProtocolError::UnexpectedEnd => CloseReason::Ended,
            ProtocolError::Unsolicited => CloseReason::Unsolicited,
            ProtocolError::NoGreeting | ProtocolError::EndlessListing | ProtocolError::Junk => {
                CloseReason::OutOfStep
            }
        });
        self.failed = Some(error);
        Err(error.into())
    }
}
