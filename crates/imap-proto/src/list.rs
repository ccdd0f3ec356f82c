//! LIST and LSUB: which mailboxes there are.
//!
//! RFC 9051 sections 6.3.9 and 7.3.1, RFC 3501 sections 6.3.8 and 6.3.9,
//! RFC 5258, RFC 5819.

use crate::arena::NonEmpty;
use crate::lexical::Atom;
use crate::mailbox::{ListPattern, Mailbox};
use crate::response::Raw;
use crate::status::StatusItem;

/// The LIST command, with what RFC 5258 added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct List<'a> {
    /// Which kinds of mailboxes; none is every kind.
    pub select: &'a [ListSelect],
    /// What the patterns are relative to.
    pub reference: Mailbox<'a>,
    /// What the names look like: one of these patterns.
    pub patterns: NonEmpty<'a, ListPattern<'a>>,
    /// What to tell of each besides.
    pub returns: &'a [ListReturn<'a>],
}

/// `list-select-opt`: which kinds of mailboxes are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListSelect {
    /// `SUBSCRIBED`: those that the user is subscribed to, even if they no
    /// longer exist.
    Subscribed,
    /// `REMOTE`: those on other servers too.
    Remote,
    /// `RECURSIVEMATCH`: those with a match below them too.
    RecursiveMatch,
}

/// `list-return-opt`: what is told of each mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListReturn<'a> {
    /// `SUBSCRIBED`: whether the user is subscribed to it.
    Subscribed,
    /// `CHILDREN`: whether there are mailboxes below it.
    Children,
    /// `STATUS (…)`: a STATUS response for it (RFC 5819).
    Status(NonEmpty<'a, StatusItem>),
}

/// The LSUB command (RFC 3501 section 6.3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lsub<'a> {
    /// What the pattern is relative to.
    pub reference: Mailbox<'a>,
    /// What the names look like.
    pub pattern: ListPattern<'a>,
}

/// A LIST or LSUB response: one mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Listed<'a> {
    /// What kind of mailbox it is.
    pub attributes: &'a [Attribute<'a>],
    /// What divides the levels of its name; `None` if names have no levels.
    pub delimiter: Option<Delimiter>,
    /// Its name.
    pub mailbox: Mailbox<'a>,
    /// What extensions tell of it.
    pub extended: &'a [ListExtended<'a>],
}

/// What divides the levels of mailbox names: one US-ASCII character that is not
/// NUL, CR or LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(u8);

impl Delimiter {
    /// `character` as a delimiter; `None` if it cannot be one.
    #[must_use]
    pub const fn new(character: u8) -> Option<Self> {
        match character {
            0 | b'\r' | b'\n' | 0x80.. => None,
            _ => Some(Self(character)),
        }
    }

    /// The character.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// `mbx-list-flags`: what kind of mailbox it is (RFC 9051 section 7.3.1,
/// RFC 6154).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute<'a> {
    /// `\NonExistent`: there is no such mailbox.
    NonExistent,
    /// `\Noinferiors`: there can be no mailboxes below it.
    NoInferiors,
    /// `\Noselect`: it cannot be selected.
    NoSelect,
    /// `\HasChildren`: there are mailboxes below it.
    HasChildren,
    /// `\HasNoChildren`: there are no mailboxes below it.
    HasNoChildren,
    /// `\Marked`: the server thinks there is something new in it.
    Marked,
    /// `\Unmarked`: there is nothing new in it.
    Unmarked,
    /// `\Subscribed`: the user is subscribed to it.
    Subscribed,
    /// `\Remote`: it is on another server.
    Remote,
    /// `\All`: all messages are in it.
    All,
    /// `\Archive`: it holds old messages.
    Archive,
    /// `\Drafts`: it holds messages that are not finished.
    Drafts,
    /// `\Flagged`: all flagged messages are in it.
    Flagged,
    /// `\Junk`: it holds unwanted messages.
    Junk,
    /// `\Sent`: it holds messages that were sent.
    Sent,
    /// `\Trash`: it holds messages that were thrown away.
    Trash,
    /// Any other; the atom is what stands behind the backslash.
    Other(Atom<'a>),
}

/// `mbox-list-extended-item`: what an extension tells of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListExtended<'a> {
    /// `CHILDINFO`: mailboxes below it match these selection options
    /// (RFC 9051 section 6.3.9.6).
    ChildInfo(NonEmpty<'a, ListSelect>),
    /// `OLDNAME`: what it was called before (RFC 9051 section 6.3.9.7).
    OldName(Mailbox<'a>),
    /// Any other: its tag, and its value as it was written.
    Other(Atom<'a>, Raw<'a>),
}
