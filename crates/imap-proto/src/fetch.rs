//! FETCH and UID FETCH: what of which messages.
//!
//! RFC 9051 section 6.4.5, RFC 3501 section 6.4.5. What the server sends back
//! is in [`crate::fetch_response`].

use core::num::NonZeroU32;

use crate::arena::NonEmpty;
use crate::section::{Partial, Section};
use crate::sequence::SequenceSet;

/// FETCH, or UID FETCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fetch<'a> {
    /// Whether `messages` are UIDs.
    pub uid: bool,
    /// Of which messages.
    pub messages: SequenceSet<'a>,
    /// What.
    pub items: FetchItems<'a>,
}

/// What FETCH asks for: items, or one of the three names for some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FetchItems<'a> {
    /// `ALL`: FLAGS, INTERNALDATE, RFC822.SIZE and ENVELOPE.
    All,
    /// `FAST`: FLAGS, INTERNALDATE and RFC822.SIZE.
    Fast,
    /// `FULL`: those of `ALL` and BODY.
    Full,
    /// These items.
    Items(NonEmpty<'a, FetchItem<'a>>),
}

/// `fetch-att`: one thing to be told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchItem<'a> {
    /// `ENVELOPE`: the header, taken apart.
    Envelope,
    /// `FLAGS`.
    Flags,
    /// `INTERNALDATE`: when the server got the message.
    InternalDate,
    /// `RFC822` (RFC 3501): as `BODY[]`.
    Rfc822,
    /// `RFC822.HEADER` (RFC 3501): as `BODY.PEEK[HEADER]`.
    Rfc822Header,
    /// `RFC822.SIZE`: octets of the message.
    Rfc822Size,
    /// `RFC822.TEXT` (RFC 3501): as `BODY[TEXT]`.
    Rfc822Text,
    /// `BODY`: the MIME structure without what extensions added.
    Body,
    /// `BODYSTRUCTURE`: the MIME structure.
    BodyStructure,
    /// `UID`.
    Uid,
    /// `BODY[…]` or `BODY.PEEK[…]`: octets of the message as they are.
    BodySection {
        /// Which.
        section: Section<'a>,
        /// Whether `\Seen` is left as it is.
        peek: bool,
        /// Only these octets of it.
        partial: Option<Partial>,
    },
    /// `BINARY[…]` or `BINARY.PEEK[…]`: a part without its transfer encoding.
    Binary {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
        /// Whether `\Seen` is left as it is.
        peek: bool,
        /// Only these octets of it.
        partial: Option<Partial>,
    },
    /// `BINARY.SIZE[…]`: octets of a part without its transfer encoding.
    BinarySize {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
    },
}
