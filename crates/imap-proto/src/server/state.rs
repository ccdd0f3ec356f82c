//! The states of a session, and what moves it between them.

use crate::command::CommandKind;
use crate::command::fetch::Fetch;
use crate::command::search::Search;
use crate::command::store::Store;
use crate::response::code::Code;
use crate::response::status_line::{Completion, Outcome};
use crate::wire::LiteralHead;

/// Where a session stands (RFC 9051 section 3).
///
/// ```text
///            ┌───────────────────┐ STARTTLS
///            │ NotAuthenticated  │◄────────┐ (and TLS)
///            └─────────┬──┬──────┘─────────┘
///      LOGIN OK,       │  │
///      AUTHENTICATE OK │  │ LOGOUT, timed_out, shut_down,
///            ┌─────────▼──┴──────┐ too many bad commands
///            │   Authenticated   ├───────────────────────────┐
///            └───┬───────────▲───┘                           │
///     SELECT OK, │           │ CLOSE OK, UNSELECT OK,        │
///     EXAMINE OK │           │ SELECT or EXAMINE begins      │
///            ┌───▼───────────┴───┐                       ┌───▼────┐
///            │     Selected      ├──────────────────────►│ Logout │
///            └───────────────────┘                       └────────┘
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The client has not logged in.
    NotAuthenticated,
    /// The client has logged in and has no mailbox selected.
    Authenticated,
    /// A mailbox is selected.
    Selected {
        /// Whether it can only be read.
        read_only: bool,
    },
    /// The session is over.
    Logout,
}

impl State {
    /// Whether the client has logged in.
    #[must_use]
    pub const fn is_authenticated(self) -> bool {
        matches!(self, Self::Authenticated | Self::Selected { .. })
    }

    /// Whether `command` is valid here (RFC 9051 section 9: `command-any`,
    /// `command-auth`, `command-nonauth`, `command-select`).
    pub(super) const fn allows(self, command: &CommandKind<'_>) -> bool {
        match command {
            CommandKind::Capability
            | CommandKind::Noop
            | CommandKind::Logout
            | CommandKind::Id(_) => true,
            CommandKind::StartTls
            | CommandKind::Authenticate { .. }
            | CommandKind::Login { .. } => matches!(self, Self::NotAuthenticated),
            CommandKind::Check
            | CommandKind::Close
            | CommandKind::Unselect
            | CommandKind::Expunge { .. }
            | CommandKind::Search(_)
            | CommandKind::Fetch(_)
            | CommandKind::Store(_)
            | CommandKind::Copy { .. }
            | CommandKind::Move { .. } => matches!(self, Self::Selected { .. }),
            _ => self.is_authenticated(),
        }
    }

    /// The state after a command of this effect ended like that.
    pub(super) fn after(self, effect: Effect, end: &Completion<'_>) -> Self {
        match (effect, end.outcome) {
            (Effect::LogIn, Outcome::Ok) => Self::Authenticated,
            (Effect::Select { read_only }, Outcome::Ok) => {
                Self::Selected { read_only: read_only || end.code == Some(Code::ReadOnly) }
            }
            (Effect::Unselect, Outcome::Ok) => Self::Authenticated,
            _ => self,
        }
    }
}

/// What a command does to the session if it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// Nothing, and message numbers must not change on the way (RFC 9051
    /// section 7.5.1: FETCH, STORE and SEARCH, not their UID forms).
    KeepNumbers,
    /// LOGIN.
    LogIn,
    /// SELECT and EXAMINE.
    Select { read_only: bool },
    /// CLOSE and UNSELECT.
    Unselect,
}

impl Effect {
    pub(super) const fn of(command: &CommandKind<'_>) -> Self {
        match command {
            CommandKind::Login { .. } => Self::LogIn,
            CommandKind::Select(_) => Self::Select { read_only: false },
            CommandKind::Examine(_) => Self::Select { read_only: true },
            CommandKind::Close | CommandKind::Unselect => Self::Unselect,
            CommandKind::Fetch(Fetch { uid: false, .. })
            | CommandKind::Store(Store { uid: false, .. })
            | CommandKind::Search(Search { uid: false, .. }) => Self::KeepNumbers,
            _ => Self::None,
        }
    }
}

/// The message of APPEND, as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// So many octets are to come.
    pub(super) left: u64,
    /// Whether it may hold a NUL: it comes as a `literal8` (RFC 3516 section 4.4).
    pub(super) binary: bool,
    /// Why it is read to its end and not kept, if it is not.
    pub(super) refused: Option<Refusal>,
}

/// Why a message that was let come is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It holds a NUL, and must not.
    Nul,
    /// The server declined a piece of it.
    Declined,
}

/// What a session is in the middle of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    /// Nothing: it waits for a command, or has part of one.
    Idle,
    /// The server carries out a command; a ticket is out.
    Command(Effect),
    /// The server decides on STARTTLS; a ticket is out.
    StartTls,
    /// The TLS handshake.
    Upgrade,
    /// The server looks at SASL data, of which this many lines have come; a
    /// ticket is out.
    AuthenticateDecision(u16),
    /// The client is to send SASL data.
    AuthenticateResponse(u16),
    /// The server decides on APPEND with this literal; a ticket is out.
    AppendDecision(LiteralHead),
    /// The message of APPEND is coming.
    AppendMessage(Message),
    /// The end of the APPEND command is to come.
    AppendTail {
        /// Why its message is refused, if it is.
        refused: Option<Refusal>,
    },
    /// The server decides on IDLE; a ticket is out.
    IdleDecision,
    /// IDLE, until DONE.
    Idling,
    /// It is over.
    Closed,
    /// It is over, and by this fault.
    Failed(super::error::ProtocolError),
}
