//! Flags and keywords of messages.
//!
//! RFC 9051 section 2.3.2, RFC 3501 section 2.3.2.

use crate::lexical::Atom;

/// A flag of a message.
///
/// Keywords compare as they are written; whether their case matters is the
/// server's to say (RFC 9051 section 2.3.2: it does not).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flag<'a> {
    /// `\Answered`: the message has been answered.
    Answered,
    /// `\Flagged`: the message wants attention.
    Flagged,
    /// `\Deleted`: the message goes with the next EXPUNGE.
    Deleted,
    /// `\Seen`: the message has been read.
    Seen,
    /// `\Draft`: the message is not finished.
    Draft,
    /// `\Recent`: this session is the first to be told of the message. Only
    /// servers set it, only in IMAP4rev1.
    Recent,
    /// A keyword that users and clients make up, such as `$Forwarded`.
    Keyword(Atom<'a>),
    /// A flag that begins with a backslash and is none of the above; the atom
    /// is what stands behind the backslash.
    Extension(Atom<'a>),
}

/// What PERMANENTFLAGS lists (`flag-perm`, RFC 9051 section 7.1): flags, and
/// whether new keywords can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PermanentFlag<'a> {
    /// A flag that can be changed for good.
    Flag(Flag<'a>),
    /// `\*`: keywords that do not exist yet are made by storing them.
    NewKeywords,
}
