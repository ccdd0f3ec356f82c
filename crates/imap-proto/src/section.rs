//! Parts of a message: the `[…]` of BODY and BINARY.
//!
//! RFC 9051 sections 6.4.5.1 and 9: `section`.

use core::num::{NonZeroU32, NonZeroU64};

use crate::arena::NonEmpty;
use crate::lexical::AString;

/// `section-part`: the way to a body part, by the numbers of the parts on it,
/// the outermost first.
pub type Part<'a> = NonEmpty<'a, NonZeroU32>;

/// `header-list`: names of header fields.
pub type HeaderList<'a> = NonEmpty<'a, AString<'a>>;

/// `section`: a piece of a message.
///
/// The pieces with an optional [`Part`] are of the message itself, or of the
/// message that this part is (`message/rfc822` or `message/global`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section<'a> {
    /// `[]`: all of it.
    Whole,
    /// `[1.2]`: the content of a part, without its MIME header.
    Part(Part<'a>),
    /// `[HEADER]`: the whole header.
    Header(Option<Part<'a>>),
    /// `[HEADER.FIELDS (…)]`: the header fields with these names.
    HeaderFields(Option<Part<'a>>, HeaderList<'a>),
    /// `[HEADER.FIELDS.NOT (…)]`: the header fields with other names.
    HeaderFieldsNot(Option<Part<'a>>, HeaderList<'a>),
    /// `[TEXT]`: what comes behind the header.
    Text(Option<Part<'a>>),
    /// `[1.2.MIME]`: the MIME header of a part.
    Mime(Part<'a>),
}

/// `partial`: which octets of a section a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Partial {
    /// The first octet, counted from 0.
    pub offset: u64,
    /// How many octets at most: 1 or more.
    pub length: NonZeroU64,
}
