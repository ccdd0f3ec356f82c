//! Commands: what a client sends.
//!
//! RFC 9051 section 6, RFC 3501 section 6; RFC 2971 (ID).

use core::fmt;

use crate::append::Append;
use crate::arena::NonEmpty;
use crate::capability::Capability;
use crate::fetch::Fetch;
use crate::lexical::{AString, Atom, IString, NString, Tag};
use crate::list::{List, Lsub};
use crate::mailbox::Mailbox;
use crate::search::Search;
use crate::sequence::SequenceSet;
use crate::status::StatusQuery;
use crate::store::Store;

use mail_wire::Base64;

/// A command with its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command<'a> {
    /// What its answer is called.
    pub tag: Tag<'a>,
    /// What is to be done.
    pub kind: CommandKind<'a>,
}

/// What a command wants done.
///
/// Where there is a UID form of a command, `uid` tells it from the one by
/// message number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandKind<'a> {
    /// CAPABILITY (RFC 9051 section 6.1.1): what can the server do?
    Capability,
    /// NOOP (section 6.1.2): nothing, but is there anything new?
    Noop,
    /// LOGOUT (section 6.1.3).
    Logout,
    /// STARTTLS (section 6.2.1).
    StartTls,
    /// AUTHENTICATE (section 6.2.2).
    Authenticate {
        /// The name of the SASL mechanism.
        mechanism: Atom<'a>,
        /// The client's first response, if it is sent at once (RFC 4959).
        initial_response: Option<Base64<'a>>,
    },
    /// LOGIN (section 6.2.3).
    Login {
        /// The user's name.
        user: AString<'a>,
        /// The user's password.
        password: Password<'a>,
    },
    /// ENABLE (section 6.3.1): these may change what the server sends.
    Enable(NonEmpty<'a, Capability<'a>>),
    /// SELECT (section 6.3.2).
    Select(Mailbox<'a>),
    /// EXAMINE (section 6.3.3): SELECT, but only to read.
    Examine(Mailbox<'a>),
    /// CREATE (section 6.3.4).
    Create(Mailbox<'a>),
    /// DELETE (section 6.3.5).
    Delete(Mailbox<'a>),
    /// RENAME (section 6.3.6).
    Rename {
        /// What it is called now.
        from: Mailbox<'a>,
        /// What it is to be called.
        to: Mailbox<'a>,
    },
    /// SUBSCRIBE (section 6.3.7).
    Subscribe(Mailbox<'a>),
    /// UNSUBSCRIBE (section 6.3.8).
    Unsubscribe(Mailbox<'a>),
    /// LIST (section 6.3.9).
    List(List<'a>),
    /// LSUB (RFC 3501 section 6.3.9): LIST of what is subscribed to.
    Lsub(Lsub<'a>),
    /// NAMESPACE (section 6.3.10): where are whose mailboxes?
    Namespace,
    /// STATUS (section 6.3.11).
    Status(StatusQuery<'a>),
    /// APPEND (section 6.3.12), up to its message.
    Append(Append<'a>),
    /// IDLE (section 6.3.13): tell what is new, until the client says `DONE`.
    Idle,
    /// CHECK (RFC 3501 section 6.4.1): NOOP, and put the mailbox in order.
    Check,
    /// CLOSE (section 6.4.1): EXPUNGE without telling, and UNSELECT.
    Close,
    /// UNSELECT (section 6.4.2).
    Unselect,
    /// EXPUNGE, or UID EXPUNGE of these (sections 6.4.3, 6.4.9).
    Expunge {
        /// Only messages with these UIDs.
        uids: Option<SequenceSet<'a>>,
    },
    /// SEARCH, or UID SEARCH (section 6.4.4).
    Search(Search<'a>),
    /// FETCH, or UID FETCH (section 6.4.5).
    Fetch(Fetch<'a>),
    /// STORE, or UID STORE (section 6.4.6).
    Store(Store<'a>),
    /// COPY, or UID COPY (section 6.4.7).
    Copy {
        /// Whether `messages` are UIDs.
        uid: bool,
        /// Which messages.
        messages: SequenceSet<'a>,
        /// Where to.
        mailbox: Mailbox<'a>,
    },
    /// MOVE, or UID MOVE (section 6.4.8).
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

/// One field of ID (RFC 2971 section 3.3): a name such as `version`, and its
/// value. A field has at most 30 octets, a value 1024; there are at most 30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdField<'a> {
    /// The name.
    pub name: IString<'a>,
    /// The value, if there is one to tell.
    pub value: NString<'a>,
}

/// The password of LOGIN. It prints as `…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Password<'a>(AString<'a>);

impl<'a> Password<'a> {
    /// `password`, which has no NUL in it and so can be sent.
    #[must_use]
    pub const fn new(password: AString<'a>) -> Self {
        Self(password)
    }

    /// The octets of the password.
    #[must_use]
    pub const fn reveal(self) -> &'a [u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
