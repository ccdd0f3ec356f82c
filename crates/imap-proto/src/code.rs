//! Response codes: what a server says to programs beside its text for people.
//!
//! RFC 9051 section 7.1, RFC 3501 section 7.1, RFC 5530.

use core::num::NonZeroU32;

use crate::capability::Capability;
use crate::flag::PermanentFlag;
use crate::lexical::{AString, Atom, Text};
use crate::sequence::UidSet;

/// `resp-text-code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code<'a> {
    /// The text must be shown to the user.
    Alert,
    /// There is a mailbox of that name already.
    AlreadyExists,
    /// The message has this UID, in a mailbox of this UIDVALIDITY.
    AppendUid {
        /// The mailbox's UIDVALIDITY.
        validity: NonZeroU32,
        /// The UIDs the messages got: one, unless several were appended.
        uids: UidSet<'a>,
    },
    /// The credentials are wrong.
    AuthenticationFailed,
    /// The user may not act as the one asked for.
    AuthorizationFailed,
    /// The charset of a search is not known; perhaps those that are.
    BadCharset(&'a [AString<'a>]),
    /// It can never be done.
    Cannot,
    /// What the server can do.
    Capability(&'a [Capability<'a>]),
    /// The client does something wrong.
    ClientBug,
    /// The mailbox that was selected no longer is.
    Closed,
    /// Call the administrator.
    ContactAdmin,
    /// Where copies went.
    CopyUid {
        /// The UIDVALIDITY of the mailbox they went to.
        validity: NonZeroU32,
        /// The UIDs of the messages that were copied.
        source: UidSet<'a>,
        /// The UIDs of the copies, in the same order.
        destination: UidSet<'a>,
    },
    /// Data is damaged.
    Corruption,
    /// The password has expired.
    Expired,
    /// Some of the messages are gone.
    ExpungeIssued,
    /// There are mailboxes below it.
    HasChildren,
    /// Something else uses it.
    InUse,
    /// A limit of the server was reached.
    Limit,
    /// There is no such thing.
    NonExistent,
    /// The user may not.
    NoPerm,
    /// What a search found was not saved.
    NotSaved,
    /// The user has no room left.
    OverQuota,
    /// A message could not be parsed.
    Parse,
    /// The flags that can be changed for good.
    PermanentFlags(&'a [PermanentFlag<'a>]),
    /// Only over TLS.
    PrivacyRequired,
    /// The mailbox can only be read.
    ReadOnly,
    /// The mailbox can be read and written.
    ReadWrite,
    /// The server does something wrong.
    ServerBug,
    /// The mailbox does not exist, but CREATE might help.
    TryCreate,
    /// A number that the next message's UID is not below.
    UidNext(NonZeroU32),
    /// The mailbox does not keep its UIDs.
    UidNotSticky,
    /// Changes when UIDs lose their meaning.
    UidValidity(NonZeroU32),
    /// Something the server needs is down.
    Unavailable,
    /// The transfer encoding of a part is not known.
    UnknownCte,
    /// The number of the first message without `\Seen` (RFC 3501).
    Unseen(NonZeroU32),
    /// Any other: its name, and what stands behind it, without `]`.
    Other(Atom<'a>, Option<Text<'a>>),
}
