//! SEARCH and UID SEARCH: which messages.
//!
//! RFC 9051 section 6.4.4, RFC 3501 section 6.4.4, RFC 4731.

use crate::arena::NonEmpty;
use crate::date::Date;
use crate::lexical::{AString, Atom};
use crate::sequence::SequenceSet;

/// SEARCH, or UID SEARCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Search<'a> {
    /// Whether UIDs are asked for, and not message numbers.
    pub uid: bool,
    /// `RETURN (…)`: what is asked for, to be answered with ESEARCH. `None` is
    /// a SEARCH without it; an empty list means `ALL`.
    pub returns: Option<&'a [SearchReturn]>,
    /// The charset of the strings in `keys`; without it, US-ASCII in IMAP4rev1
    /// and UTF-8 in IMAP4rev2.
    pub charset: Option<AString<'a>>,
    /// What a message must be, all of it.
    pub keys: NonEmpty<'a, SearchKey<'a>>,
}

/// `search-return-opt`: what SEARCH is to return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchReturn {
    /// `MIN`: the smallest number found.
    Min,
    /// `MAX`: the largest number found.
    Max,
    /// `ALL`: all numbers found.
    All,
    /// `COUNT`: how many were found.
    Count,
    /// `SAVE`: nothing, but remember what was found as `$`.
    Save,
}

/// `search-key`: what a message must be to be found.
///
/// Strings match anywhere in what they are looked for in, whatever their case.
/// Trees are at most [`MAX_DEPTH`](crate::lexical::MAX_DEPTH) deep when parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchKey<'a> {
    /// All messages.
    All,
    /// With `\Answered`.
    Answered,
    /// With this in the Bcc field.
    Bcc(AString<'a>),
    /// With an internal date before this day.
    Before(Date),
    /// With this in the body.
    Body(AString<'a>),
    /// With this in the Cc field.
    Cc(AString<'a>),
    /// With `\Deleted`.
    Deleted,
    /// With `\Draft`.
    Draft,
    /// With `\Flagged`.
    Flagged,
    /// With this in the From field.
    From(AString<'a>),
    /// With a header field of this name that has this in it; the empty string
    /// is in every field.
    Header(AString<'a>, AString<'a>),
    /// With this keyword.
    Keyword(Atom<'a>),
    /// With more octets than this.
    Larger(u64),
    /// `NEW` (RFC 3501): recent and not seen.
    New,
    /// All but those of this key.
    Not(&'a SearchKey<'a>),
    /// `OLD` (RFC 3501): not recent.
    Old,
    /// With an internal date on this day.
    On(Date),
    /// Those of either key.
    Or(&'a SearchKey<'a>, &'a SearchKey<'a>),
    /// `RECENT` (RFC 3501): with `\Recent`.
    Recent,
    /// With `\Seen`.
    Seen,
    /// With a Date field before this day.
    SentBefore(Date),
    /// With a Date field on this day.
    SentOn(Date),
    /// With a Date field on this day or later.
    SentSince(Date),
    /// With an internal date on this day or later.
    Since(Date),
    /// With fewer octets than this.
    Smaller(u64),
    /// With this in the Subject field.
    Subject(AString<'a>),
    /// With this in the header or the body.
    Text(AString<'a>),
    /// With this in the To field.
    To(AString<'a>),
    /// With one of these UIDs.
    Uid(SequenceSet<'a>),
    /// Without `\Answered`.
    Unanswered,
    /// Without `\Deleted`.
    Undeleted,
    /// Without `\Draft`.
    Undraft,
    /// Without `\Flagged`.
    Unflagged,
    /// Without this keyword.
    Unkeyword(Atom<'a>),
    /// Without `\Seen`.
    Unseen,
    /// With one of these message numbers.
    Messages(SequenceSet<'a>),
    /// `(…)`: those of all these keys.
    And(NonEmpty<'a, SearchKey<'a>>),
}
