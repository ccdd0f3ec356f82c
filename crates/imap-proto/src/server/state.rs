//! Where a session stands, and what is to come from the client.

use super::error::ProtocolError;
use crate::command::CommandKind;
use crate::command::row::States;

/// Where a session stands (RFC 9051 §3).
///
/// ```text
///            ┌───────────────────┐ STARTTLS
///   OK ─────►│ NotAuthenticated  │◄────────┐ (and TLS)
///            └─────────┬──┬──────┘─────────┘
///      LOGIN OK,       │  │
///      AUTHENTICATE OK │  │ LOGOUT, timed_out, shut_down,
///            ┌─────────▼──┴──────┐ too many bad commands
///  PREAUTH ─►│   Authenticated   ├───────────────────────────┐
///            └───┬───────────▲───┘                           │
///     SELECT OK, │           │ CLOSE OK, UNSELECT OK,        │
///     EXAMINE OK │           │ SELECT or EXAMINE begins      │
///            ┌───▼───────────┴───┐                       ┌───▼────┐
///            │     Selected      ├──────────────────────►│ Logout │◄─ BYE
///            └───────────────────┘                       └────────┘
/// ```
///
/// `OK`, `PREAUTH` and `BYE` are the greetings.
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

    /// Whether a mailbox is selected.
    #[must_use]
    pub const fn is_selected(self) -> bool {
        matches!(self, Self::Selected { .. })
    }

    /// Whether `command` is valid here (RFC 9051 §9: `command-any`, `command-auth`,
    /// `command-nonauth`, `command-select`).
    pub(super) const fn allows(self, command: &CommandKind<'_>) -> bool {
        match command.row().states {
            States::Any => true,
            States::NotAuthenticated => matches!(self, Self::NotAuthenticated),
            States::Authenticated => self.is_authenticated(),
            States::Selected => self.is_selected(),
        }
    }
}

/// What is to come from the client next, once no ticket is out.
///
/// ```text
///                 ┌────────────────────────────────────────────┐
///                 ▼                                            │
///  ┌─────► Command ── AUTHENTICATE, challenge ──► AuthResponse ┤
///  │         │  │ └── IDLE, accept ─────────────► Done ────────┤
///  │         │  └──── APPEND, accept ──► Message ► MessageEnd ─┘
///  │         ▼
///  │ Nothing, Failed
///  └── upgraded
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A command, of which a part may have come.
    Command,
    /// The response to a challenge, after so many.
    AuthResponse { rounds: u16 },
    /// The message of APPEND.
    Message(Message),
    /// The end of the APPEND command.
    MessageEnd {
        /// Why its message is refused, if it is.
        refused: Option<Refusal>,
    },
    /// DONE, the end of IDLE.
    Done,
    /// Nothing: the session is over.
    Nothing,
    /// Nothing: the session is over by this fault.
    Failed(ProtocolError),
}

/// The message of APPEND, as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// So many octets it has.
    pub(super) octets: u64,
    /// So many octets are to come.
    pub(super) left: u64,
    /// Whether it may hold a NUL: it comes as a `literal8` (RFC 3516 §4.4).
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
