//! A client's commands that wait for their answers, and why a connection is not to be used again.

use alloc::collections::VecDeque;

/// The commands of a client that wait for their answers, the oldest first.
///
/// Each remembers how many octets the client had seen when it was sent: what lay there already
/// is no answer to it, whoever put it there.
#[derive(Clone, Debug)]
pub struct InFlight<C>(VecDeque<(C, u64)>);

impl<C> InFlight<C> {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// A command was sent, when `seen` octets had been seen
    /// ([`Inbound::seen`](crate::Inbound::seen)).
    pub fn sent(&mut self, command: C, seen: u64) {
        self.0.push_back((command, seen));
    }

    /// The command that is answered by what begins after `used` octets
    /// ([`Inbound::used_but`](crate::Inbound::used_but)): the oldest, unless it was sent when
    /// that had been seen. `None`, where it answers nothing.
    pub fn answered(&mut self, used: u64) -> Option<C> {
        match self.0.front() {
            Some((_, seen)) if *seen <= used => self.0.pop_front().map(|(command, _)| command),
            _ => None,
        }
    }

    /// The command that waits for the next answer.
    #[must_use]
    pub fn oldest(&self) -> Option<&C> {
        self.0.front().map(|(command, _)| command)
    }

    /// The command that was sent last.
    #[must_use]
    pub fn newest(&self) -> Option<&C> {
        self.0.back().map(|(command, _)| command)
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets them all: they are not answered any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<C> Default for InFlight<C> {
    fn default() -> Self {
        Self::new()
    }
}

/// Why a client's connection is not to be used again. Only a connection that has none is put
/// back into a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client said QUIT or LOGOUT, and that was answered (RFC 5321 §4.1.1.10, RFC 1939 §6,
    /// RFC 9051 §6.1.3).
    Finished,
    /// The server said that it ends the connection: 421 or a greeting that is a no (RFC 5321
    /// §3.8, §3.1), `-ERR` for a greeting (RFC 1939 §3), BYE (RFC 9051 §7.1.5).
    Goodbye,
    /// The server said something that it was not asked, or before it was asked: it is not known
    /// any more what answers what (RFC 5321 §4.2, RFC 1939 §3).
    Unsolicited,
    /// The server was silent for too long: an answer that comes late must not be taken for that
    /// to another command (RFC 5321 §4.5.3.2, RFC 1939 §3, RFC 9051 §5.4).
    Overdue,
    /// An answer, or a part of it, has not been read.
    Unread,
    /// The stream ended.
    Ended,
    /// What the server said cannot be told apart any more.
    OutOfStep,
    /// Clear text came where TLS was to begin (RFC 3207 §6, RFC 2595 §2.1, RFC 9051 §11.1).
    PlaintextAfterStartTls,
    /// The client has given up what it was sending, in the middle: what was sent must not pass
    /// for all of it (RFC 5321 §4.1.1.4).
    Abandoned,
    /// The server takes no more on this connection: `MAILMAX` of LIMITS (RFC 9422 §4.1).
    LimitReached,
    /// Server and client have changed their roles: the connection goes on with a server session
    /// (RFC 2645 §5.3).
    Turned,
}

impl CloseReason {
    /// Whether nothing went wrong.
    #[must_use]
    pub const fn is_orderly(self) -> bool {
        matches!(self, Self::Finished | Self::LimitReached | Self::Turned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lay_there_before_is_no_answer() {
        let mut waiting = InFlight::new();
        waiting.sent('a', 10);
        waiting.sent('b', 25);
        assert_eq!(waiting.answered(9), None);
        assert_eq!(waiting.answered(10), Some('a'));
        // It was seen before `b` was sent.
        assert_eq!(waiting.answered(20), None);
        assert_eq!((waiting.oldest(), waiting.len()), (Some(&'b'), 1));
        assert_eq!(waiting.answered(25), Some('b'));
        assert_eq!(waiting.answered(30), None);
    }
}
