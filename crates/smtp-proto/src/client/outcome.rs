//! What became of a message, for each of its recipients.

use super::sent::Sent;
use crate::reply::ReplyBuf;

/// What became of a message for one of its recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The server has taken the message for this recipient: it is the server's now (RFC 5321
    /// §4.2.5).
    Accepted(ReplyBuf),
    /// The server has said no, in these words. The message is not delivered to this recipient.
    Rejected {
        /// To which command; `None`, where the server said it unasked.
        by: Option<Sent>,
        /// What it said. 421 says that it went away meanwhile: the same may work later.
        reply: ReplyBuf,
    },
    /// The message was not sent for this recipient: the connection ended before, the message was
    /// abandoned, or the server has said that it takes no more recipients (RFC 9422). Try it
    /// again, in another transaction.
    Unsent,
    /// The whole message was sent, and the server's answer never came. It may be delivered or
    /// not: who tries it again may deliver it twice (RFC 1047), who does not may lose it.
    Unknown,
}

impl Outcome {
    /// Whether the server has taken the message.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// Whether the same will fail again: the server has said so by 5yz (RFC 5321 §4.2.1).
    #[must_use]
    pub const fn is_permanent_failure(&self) -> bool {
        match self {
            Self::Rejected { reply, .. } => reply.code().is_permanent_failure(),
            Self::Accepted(_) | Self::Unsent | Self::Unknown => false,
        }
    }

    /// What the server said, where it did.
    #[must_use]
    pub const fn reply(&self) -> Option<&ReplyBuf> {
        match self {
            Self::Accepted(reply) | Self::Rejected { reply, .. } => Some(reply),
            Self::Unsent | Self::Unknown => None,
        }
    }
}
