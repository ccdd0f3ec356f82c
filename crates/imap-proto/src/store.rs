//! STORE and UID STORE: changing flags.
//!
//! RFC 9051 section 6.4.6.

use crate::flag::Flag;
use crate::sequence::SequenceSet;

/// STORE, or UID STORE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Store<'a> {
    /// Whether `messages` are UIDs.
    pub uid: bool,
    /// Whose flags.
    pub messages: SequenceSet<'a>,
    /// What is done with `flags`.
    pub action: StoreAction,
    /// `.SILENT`: the client does not want to be told the outcome.
    pub silent: bool,
    /// The flags, perhaps none.
    pub flags: &'a [Flag<'a>],
}

/// What STORE does with the flags it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreAction {
    /// `FLAGS`: the messages have these flags and no others.
    Replace,
    /// `+FLAGS`: the messages have these flags too.
    Add,
    /// `-FLAGS`: the messages no longer have these flags.
    Remove,
}
