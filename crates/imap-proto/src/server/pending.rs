//! What a session has asked of its server, and waits to be told.

use crate::command::CommandKind;
use crate::command::fetch::Fetch;
use crate::command::search::Search;
use crate::command::store::Store;
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

/// What a command that the server carries out does to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Nothing, and message numbers must not change on the way (RFC 9051 §7.5.1: FETCH, STORE
    /// and SEARCH, not their UID forms).
    KeepNumbers,
    /// LOGIN: OK logs the client in.
    LogIn,
    /// CLOSE and UNSELECT: after OK no mailbox is selected.
    Unselect,
}

impl Effect {
    pub(super) const fn of(command: &CommandKind<'_>) -> Self {
        match command {
            CommandKind::Login { .. } => Self::LogIn,
            CommandKind::Close | CommandKind::Unselect => Self::Unselect,
            CommandKind::Fetch(Fetch { uid: false, .. })
            | CommandKind::Store(Store { uid: false, .. })
            | CommandKind::Search(Search { uid: false, .. }) => Self::KeepNumbers,
            CommandKind::Fetch(Fetch { uid: true, .. })
            | CommandKind::Store(Store { uid: true, .. })
            | CommandKind::Search(Search { uid: true, .. })
            | CommandKind::Capability
            | CommandKind::Noop
            | CommandKind::Logout
            | CommandKind::StartTls
            | CommandKind::Authenticate(_)
            | CommandKind::Enable(_)
            | CommandKind::Select(_)
            | CommandKind::Examine(_)
            | CommandKind::Create(_)
            | CommandKind::Delete(_)
            | CommandKind::Rename { .. }
            | CommandKind::Subscribe(_)
            | CommandKind::Unsubscribe(_)
            | CommandKind::List(_)
            | CommandKind::Lsub(_)
            | CommandKind::Namespace
            | CommandKind::Status(_)
            | CommandKind::Append(_)
            | CommandKind::Idle
            | CommandKind::Check
            | CommandKind::Expunge { .. }
            | CommandKind::Copy { .. }
            | CommandKind::Move { .. }
            | CommandKind::Id(_) => Self::None,
        }
    }
}
