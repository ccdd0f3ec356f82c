//! Sets of message numbers and of UIDs.
//!
//! RFC 9051 section 9: `sequence-set`, `uid-set`. A set is kept as the ranges
//! that were written and never as the numbers in it: `1:4294967295` is one
//! range.

use core::num::NonZeroU32;

use crate::arena::NonEmpty;

/// A message number or UID, or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeqNumber {
    /// This number.
    Number(NonZeroU32),
    /// `*`: the largest number in use.
    Largest,
}

/// `seq-range`, or a single number (then both ends are the same). The ends
/// stand in the order in which they were written; `4:2` means what `2:4` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeqRange {
    /// The end that is written first.
    pub first: SeqNumber,
    /// The end that is written last.
    pub last: SeqNumber,
}

/// `sequence-set`: the messages that a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequenceSet<'a> {
    /// These numbers.
    Ranges(NonEmpty<'a, SeqRange>),
    /// `$`: what the last `SEARCH RETURN (SAVE)` found (RFC 9051 section
    /// 6.4.4.1).
    Saved,
}

/// `uid-range`, or a single UID (then both ends are the same). `4:2` means what
/// `2:4` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UidRange {
    /// The end that is written first.
    pub first: NonZeroU32,
    /// The end that is written last.
    pub last: NonZeroU32,
}

/// `uid-set` of APPENDUID and COPYUID (RFC 9051 section 7.1), where the order
/// matters and there is no `*`.
pub type UidSet<'a> = NonEmpty<'a, UidRange>;
