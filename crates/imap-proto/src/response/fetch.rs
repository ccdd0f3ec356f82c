//! The FETCH response: what a server tells of a message.
//!
//! RFC 9051 section 7.5.2, RFC 3501 section 7.4.2. What a client asks for is in
//! [`crate::fetch`].

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Fault, Keyword, Parsed, fail, number64};
use memchr::memchr;
use nom::Err;

use super::body::Body;
use crate::value::body_structure::{BodyStructure, body};
use crate::value::date::{DateTime, date_time};
use crate::value::envelope::{Envelope, envelope};
use crate::value::flag::{Flag, encode_flags, flag_fetch};
use crate::value::section::{Section, encode_section_binary, section, section_binary};
use crate::wire::lenient::{extent, gap, list, nstring_octets, spaces, value_ends};
use crate::wire::{Arena, Depth, Raw, Style, at, encode_list, keyword, number63, nz_number, open};

/// A FETCH response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FetchResponse<'a> {
    /// The message's number.
    pub message: NonZeroU32,
    /// What is told of it.
    pub data: &'a [FetchData<'a>],
}

/// `msg-att`: one thing told of a message. Octets of the message are written as
/// they are: what they may be, see [`Body`].
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
    /// `RFC822.SIZE`: octets of the message.
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
        /// Its octets, without transfer encoding; 63 bits, as in RFC 9051 appendix D.
        octets: u64,
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

impl FetchResponse<'_> {
    /// Writes it, from the message's number to the last parenthesis.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        decimal(self.message.get().into(), out);
        out.put_slice(b" FETCH ");
        encode_list(self.data, out, |data, out| data.encode(style, out));
    }
}

impl FetchData<'_> {
    /// Writes it: its name and its value.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        let style = style.of_response();
        let number = |name: &[u8], number: u64, out: &mut BytesMut| {
            out.put_slice(name);
            decimal(number, out);
        };
        match self {
            Self::Envelope(envelope) => {
                out.put_slice(b"ENVELOPE ");
                envelope.encode(style, out);
            }
            Self::Flags(flags) => {
                out.put_slice(b"FLAGS ");
                encode_flags(flags, out);
            }
            Self::InternalDate(date) => {
                out.put_slice(b"INTERNALDATE ");
                date.encode(out);
            }
            Self::Rfc822(octets) => Body::Rfc822.encode_whole(octets, style, out),
            Self::Rfc822Header(octets) => Body::Rfc822Header.encode_whole(octets, style, out),
            Self::Rfc822Size(octets) => number(b"RFC822.SIZE ", octets, out),
            Self::Rfc822Text(octets) => Body::Rfc822Text.encode_whole(octets, style, out),
            Self::Body(body) => {
                out.put_slice(b"BODY ");
                body.encode(style, out);
            }
            Self::BodyStructure(body) => {
                out.put_slice(b"BODYSTRUCTURE ");
                body.encode(style, out);
            }
            Self::Uid(uid) => number(b"UID ", uid.get().into(), out),
            Self::BodySection { section, origin, octets } => {
                Body::Section { section, origin }.encode_whole(octets, style, out);
            }
            Self::Binary { part, origin, octets } => {
                let nul = octets.is_some_and(|octets| memchr(0, octets).is_some());
                Body::Binary { part, origin, nul }.encode_whole(octets, style, out);
            }
            Self::BinarySize { part, octets } => {
                out.put_slice(b"BINARY.SIZE");
                encode_section_binary(part, out);
                number(b" ", octets, out);
            }
            Self::Unparsed { raw, .. } => out.put_slice(raw.as_bytes()),
        }
    }
}

/// What stands behind `FETCH` in a response.
///
/// ```abnf
/// msg-att = "(" (msg-att-dynamic / msg-att-static)
///           *(SP (msg-att-dynamic / msg-att-static)) ")"   ; RFC 9051 section 9
/// ```
/// Behind the first parenthesis nothing is an error: what is none of these is
/// delivered as [`FetchData::Unparsed`].
pub(crate) fn fetch_response<'a>(
    message: NonZeroU32,
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, FetchResponse<'a>> {
    let (rest, ()) = open(gap(input)?.0)?;
    let mut rest = spaces(rest);
    let mut data = arena.list();
    loop {
        rest = match rest {
            [] => break,
            [b')', behind @ ..] => match spaces(behind) {
                [] => break,
                behind => {
                    // With the parenthesis before it, so that a quote behind
                    // it opens no string when this is written again.
                    let used = rest.strip_suffix(b")").unwrap_or(rest).len();
                    data.push(unparsed(rest, used, Fault { rest: behind, expected: END }));
                    break;
                }
            },
            _ => {
                let (behind, item) = fetch_data(rest, arena);
                data.push(item);
                spaces(behind)
            }
        };
    }
    Ok((&[], FetchResponse { message, data: data.into_bump_slice() }))
}

const END: &str = "the end of the response";

/// One item, known or not, and what stands behind it.
fn fetch_data<'a>(input: &'a [u8], arena: &'a Arena) -> (&'a [u8], FetchData<'a>) {
    let fault = match known_fetch_data(input, arena) {
        Ok((rest, data)) if value_ends(rest) => return (rest, data),
        Ok((rest, _)) => Fault { rest, expected: "the end of the item" },
        Err(Err::Error(fault) | Err::Failure(fault)) => fault,
        Err(Err::Incomplete(_)) => Fault { rest: &[], expected: "more input" },
    };
    let mut used = extent(input, true);
    let behind = spaces(input.get(used..).unwrap_or_default());
    if !matches!(behind, [] | [b')', ..]) {
        used = input.len().saturating_sub(behind.len()).saturating_add(extent(behind, false));
    }
    let looked_at = input.len().saturating_sub(fault.rest.len());
    if used == 0 || looked_at > used {
        // It is not clear where it ends. To try again within what was looked at
        // already would take long, if a server wants it to.
        used = input.len();
    }
    (input.get(used..).unwrap_or_default(), unparsed(input, used, fault))
}

/// The first `used` octets of `input`, with what was wrong about them.
fn unparsed<'a>(input: &'a [u8], used: usize, fault: Fault<'a>) -> FetchData<'a> {
    let raw = Raw::new(input.get(..used).unwrap_or(input));
    FetchData::Unparsed { raw, error: SyntaxError::new(input, fault) }
}

/// ```abnf
/// msg-att-dynamic = "FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")"
/// msg-att-static  = "ENVELOPE" SP envelope / "INTERNALDATE" SP date-time /
///                   "RFC822.SIZE" SP number64 /
///                   "BODY" ["STRUCTURE"] SP body /
///                   "BODY" section ["<" number ">"] SP nstring /
///                   "BINARY" section-binary SP (nstring / literal8) /
///                   "BINARY.SIZE" section-binary SP number /
///                   "UID" SP uniqueid                      ; RFC 9051 section 9
/// msg-att-static  = … "RFC822" [".HEADER" / ".TEXT"] SP nstring …
///                                                          ; RFC 3501 section 9
/// ```
fn known_fetch_data<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, FetchData<'a>> {
    const ENVELOPE: Keyword = Keyword::new(b"ENVELOPE");
    const FLAGS: Keyword = Keyword::new(b"FLAGS");
    const INTERNALDATE: Keyword = Keyword::new(b"INTERNALDATE");
    const RFC822: Keyword = Keyword::new(b"RFC822");
    const RFC822_HEADER: Keyword = Keyword::new(b"RFC822.HEADER");
    const RFC822_SIZE: Keyword = Keyword::new(b"RFC822.SIZE");
    const RFC822_TEXT: Keyword = Keyword::new(b"RFC822.TEXT");
    const BODY: Keyword = Keyword::new(b"BODY");
    const BODYSTRUCTURE: Keyword = Keyword::new(b"BODYSTRUCTURE");
    const UID: Keyword = Keyword::new(b"UID");
    const BINARY: Keyword = Keyword::new(b"BINARY");
    const BINARY_SIZE: Keyword = Keyword::new(b"BINARY.SIZE");
    let octets = |input: &'a [u8], data: fn(Option<&'a [u8]>) -> FetchData<'a>| {
        let (rest, octets) = nstring_octets(gap(input)?.0, arena)?;
        Ok((rest, data(octets)))
    };
    let (rest, name) = keyword("an item of FETCH")(input)?;
    let (rest, data) = match name {
        ENVELOPE => {
            let (rest, envelope) = envelope(gap(rest)?.0, arena)?;
            (rest, FetchData::Envelope(envelope))
        }
        FLAGS => {
            let (rest, flags) = list(gap(rest)?.0, arena, flag_fetch)?;
            (rest, FetchData::Flags(flags))
        }
        INTERNALDATE => {
            let (rest, date) = date_time(gap(rest)?.0)?;
            (rest, FetchData::InternalDate(date))
        }
        RFC822 => return octets(rest, FetchData::Rfc822),
        RFC822_HEADER => return octets(rest, FetchData::Rfc822Header),
        RFC822_TEXT => return octets(rest, FetchData::Rfc822Text),
        RFC822_SIZE => {
            let (rest, octets) = number64(gap(rest)?.0)?;
            (rest, FetchData::Rfc822Size(octets))
        }
        BODY if at(b'[', rest) => {
            let (rest, section) = section(rest, arena)?;
            let (rest, origin) = origin(rest)?;
            let (rest, octets) = nstring_octets(gap(rest)?.0, arena)?;
            (rest, FetchData::BodySection { section, origin, octets })
        }
        BODY => {
            let (rest, body) = body(gap(rest)?.0, arena, Depth::TOP)?;
            (rest, FetchData::Body(body))
        }
        BODYSTRUCTURE => {
            let (rest, body) = body(gap(rest)?.0, arena, Depth::TOP)?;
            (rest, FetchData::BodyStructure(body))
        }
        UID => {
            let (rest, uid) = nz_number(gap(rest)?.0)?;
            (rest, FetchData::Uid(uid))
        }
        BINARY => {
            let (rest, part) = section_binary(rest, arena)?;
            let (rest, origin) = origin(rest)?;
            let (rest, octets) = nstring_octets(gap(rest)?.0, arena)?;
            (rest, FetchData::Binary { part, origin, octets })
        }
        BINARY_SIZE => {
            let (rest, part) = section_binary(rest, arena)?;
            let (rest, octets) = number63(gap(rest)?.0)?;
            (rest, FetchData::BinarySize { part, octets })
        }
        _ => return fail(input, "an item of FETCH that is known"),
    };
    Ok((rest, data))
}

/// `["<" number ">"]`
fn origin(input: &[u8]) -> Parsed<'_, Option<u64>> {
    let [b'<', rest @ ..] = input else {
        return Ok((input, None));
    };
    match number63(rest)? {
        ([b'>', rest @ ..], origin) => Ok((rest, Some(origin))),
        (rest, _) => fail(rest, "\">\""),
    }
}
