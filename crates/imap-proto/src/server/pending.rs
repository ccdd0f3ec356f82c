//! What a session has asked of its server, and waits to be told.

pub(super) use crate::command::row::Effect;
use crate::wire::LiteralHead;

/// What the ticket that is out is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    /// A command that the server carries out.
    Command(Effect),
    /// SELECT or EXAMINE.
    Select {
        /// EXAMINE.
        read_only: bool,
    },
    /// STARTTLS.
    StartTls,
    /// The TLS handshake.
    Upgrade,
    /// AUTHENTICATE, of which so many responses have come.
    Auth {
        /// How many.
        rounds: u16,
    },
    /// APPEND, before its message, which this announces.
    Append(LiteralHead),
    /// IDLE.
    Idle,
}

impl Pending {
    /// Whether it may be done by now: the client has to learn of its end, or it would ask for
    /// it again.
    pub(super) const fn is_carried_out(self) -> bool {
        match self {
            Self::Command(_) | Self::Select { .. } => true,
            Self::StartTls | Self::Upgrade | Self::Auth { .. } | Self::Append(_) | Self::Idle => {
                false
            }
        }
    }
}
