//! What a command wants done.
//!
//! RFC 9051 §6, RFC 3501 §6; RFC 2971 (ID).

use mail_wire::Auth;

use super::append::Append;
use super::create::Create;
use super::fetch::Fetch;
use super::list::{List, Lsub};
use super::login::Password;
use super::search::Search;
use super::select::Select;
use super::status::StatusQuery;
use super::store::Store;
use crate::ext::id::IdField;
use crate::value::capability::Capability;
use crate::value::mailbox::Mailbox;
use crate::value::sequence::SequenceSet;
use crate::wire::{AString, NonEmpty};

/// What a command wants done.
///
/// Where there is a UID form of a command, `uid` tells it from the one by
/// message number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandKind<'a> {
    /// CAPABILITY (RFC 9051 §6.1.1): what can the server do?
    Capability,
    /// NOOP (RFC 9051 §6.1.2): nothing, but is there anything new?
    Noop,
    /// LOGOUT (RFC 9051 §6.1.3).
    Logout,
    /// STARTTLS (RFC 9051 §6.2.1).
    StartTls,
    /// AUTHENTICATE (RFC 9051 §6.2.2).
    Authenticate(Auth<'a>),
    /// LOGIN (RFC 9051 §6.2.3).
    Login {
        /// The user's name.
        user: AString<'a>,
        /// The user's password.
        password: Password<'a>,
    },
    /// ENABLE (RFC 9051 §6.3.1): these may change what the server sends.
    Enable(NonEmpty<'a, Capability<'a>>),
    /// SELECT (RFC 9051 §6.3.2), or EXAMINE (RFC 9051 §6.3.3).
    Select(Select<'a>),
    /// CREATE (RFC 9051 §6.3.4).
    Create(Create<'a>),
    /// DELETE (RFC 9051 §6.3.5).
    Delete(Mailbox<'a>),
    /// RENAME (RFC 9051 §6.3.6).
    Rename {
        /// What it is called now.
        from: Mailbox<'a>,
        /// What it is to be called.
        to: Mailbox<'a>,
    },
    /// SUBSCRIBE (RFC 9051 §6.3.7).
    Subscribe(Mailbox<'a>),
    /// UNSUBSCRIBE (RFC 9051 §6.3.8).
    Unsubscribe(Mailbox<'a>),
    /// LIST (RFC 9051 §6.3.9).
    List(List<'a>),
    /// LSUB (RFC 3501 §6.3.9): LIST of what is subscribed to.
    Lsub(Lsub<'a>),
    /// NAMESPACE (RFC 9051 §6.3.10): where are whose mailboxes?
    Namespace,
    /// STATUS (RFC 9051 §6.3.11).
    Status(StatusQuery<'a>),
    /// APPEND (RFC 9051 §6.3.12), up to its message.
    Append(Append<'a>),
    /// IDLE (RFC 9051 §6.3.13): tell what is new, until the client says `DONE`.
    Idle,
    /// CHECK (RFC 3501 §6.4.1): NOOP, and put the mailbox in order.
    Check,
    /// CLOSE (RFC 9051 §6.4.1): EXPUNGE without telling, and UNSELECT.
    Close,
    /// UNSELECT (RFC 9051 §6.4.2).
    Unselect,
    /// EXPUNGE, or UID EXPUNGE of these (RFC 9051 §6.4.3, §6.4.9).
    Expunge {
        /// Only messages with these UIDs.
        uids: Option<SequenceSet<'a>>,
    },
    /// SEARCH, or UID SEARCH (RFC 9051 §6.4.4).
    Search(Search<'a>),
    /// FETCH, or UID FETCH (RFC 9051 §6.4.5).
    Fetch(Fetch<'a>),
    /// STORE, or UID STORE (RFC 9051 §6.4.6).
    Store(Store<'a>),
    /// COPY, or UID COPY (RFC 9051 §6.4.7).
    Copy {
        /// Whether `messages` are UIDs.
        uid: bool,
        /// Which messages.
        messages: SequenceSet<'a>,
        /// Where to.
        mailbox: Mailbox<'a>,
    },
    /// MOVE, or UID MOVE (RFC 9051 §6.4.8).
    Move {
        /// Whether `messages` are UIDs.
        uid: bool,
        /// Which messages.
        messages: SequenceSet<'a>,
        /// Where to.
        mailbox: Mailbox<'a>,
    },
    /// ID (RFC 2971): who is it? `None` is `NIL`.
    Id(Option<&'a [IdField<'a>]>),
}
