//! STATUS: what is known of a mailbox without selecting it.
//!
//! RFC 9051 sections 6.3.11 and 7.3.4.

use core::num::NonZeroU32;

use crate::arena::NonEmpty;
use crate::lexical::Atom;
use crate::mailbox::Mailbox;

/// The STATUS command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusQuery<'a> {
    /// Which mailbox.
    pub mailbox: Mailbox<'a>,
    /// What is asked about it.
    pub items: NonEmpty<'a, StatusItem>,
}

/// `status-att`: something to be told of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusItem {
    /// `MESSAGES`: how many messages there are.
    Messages,
    /// `RECENT` (RFC 3501): how many have `\Recent`.
    Recent,
    /// `UIDNEXT`: a number that the next message's UID is not below.
    UidNext,
    /// `UIDVALIDITY`: changes when UIDs lose their meaning.
    UidValidity,
    /// `UNSEEN`: how many have no `\Seen`.
    Unseen,
    /// `DELETED`: how many have `\Deleted`.
    Deleted,
    /// `SIZE`: octets of all messages together.
    Size,
}

/// The STATUS response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MailboxStatus<'a> {
    /// Which mailbox.
    pub mailbox: Mailbox<'a>,
    /// What there is to tell.
    pub values: &'a [StatusValue<'a>],
}

/// `status-att-val`: something told of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusValue<'a> {
    /// How many messages there are.
    Messages(u32),
    /// How many have `\Recent`.
    Recent(u32),
    /// A number that the next message's UID is not below.
    UidNext(NonZeroU32),
    /// Changes when UIDs lose their meaning.
    UidValidity(NonZeroU32),
    /// How many have no `\Seen`.
    Unseen(u32),
    /// How many have `\Deleted`.
    Deleted(u32),
    /// Octets of all messages together.
    Size(u64),
    /// The number of an item that this crate does not know.
    Other(Atom<'a>, u64),
}
