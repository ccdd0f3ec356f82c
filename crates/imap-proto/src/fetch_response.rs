//! The FETCH response: what a server tells of a message.
//!
//! RFC 9051 section 7.5.2, RFC 3501 section 7.4.2. What a client asks for is in
//! [`crate::fetch`].

use core::num::NonZeroU32;

use mail_wire::SyntaxError;

use crate::body_structure::BodyStructure;
use crate::date::DateTime;
use crate::envelope::Envelope;
use crate::flag::Flag;
use crate::response::Raw;
use crate::section::Section;

/// A FETCH response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FetchResponse<'a> {
    /// The message's number.
    pub message: NonZeroU32,
    /// What is told of it.
    pub data: &'a [FetchData<'a>],
}

/// `msg-att`: one thing told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchData<'a> {
    /// `ENVELOPE`.
    Envelope(&'a Envelope<'a>),
    /// `FLAGS`.
    Flags(&'a [Flag<'a>]),
    /// `INTERNALDATE`.
    InternalDate(DateTime),
    /// `RFC822` (RFC 3501).
    Rfc822(Option<&'a [u8]>),
    /// `RFC822.HEADER` (RFC 3501).
    Rfc822Header(Option<&'a [u8]>),
    /// `RFC822.SIZE`.
    Rfc822Size(u64),
    /// `RFC822.TEXT` (RFC 3501).
    Rfc822Text(Option<&'a [u8]>),
    /// `BODY`: the structure without extension data.
    Body(BodyStructure<'a>),
    /// `BODYSTRUCTURE`.
    BodyStructure(BodyStructure<'a>),
    /// `UID`.
    Uid(NonZeroU32),
    /// `BODY[…]`.
    BodySection {
        /// Which.
        section: Section<'a>,
        /// Where these octets begin in it, if only some were asked for.
        origin: Option<u64>,
        /// The octets; `None` is `NIL`.
        octets: Option<&'a [u8]>,
    },
    /// `BINARY[…]`.
    Binary {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
        /// Where these octets begin in it, if only some were asked for.
        origin: Option<u64>,
        /// The octets, without transfer encoding; `None` is `NIL`.
        octets: Option<&'a [u8]>,
    },
    /// `BINARY.SIZE[…]`.
    BinarySize {
        /// The way to the part; none is the whole message.
        part: &'a [NonZeroU32],
        /// Its octets, without transfer encoding.
        octets: u32,
    },
    /// An item that is not known, or is known and could not be parsed: as it
    /// was written, and why.
    Unparsed {
        /// Its name and value.
        raw: Raw<'a>,
        /// What was expected, and where in `raw`.
        error: SyntaxError,
    },
}
