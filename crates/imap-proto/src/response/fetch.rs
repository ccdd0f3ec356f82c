//! The FETCH response: what a server tells of a message.
//!
//! RFC 9051 §7.5.2, RFC 3501 §7.4.2. What a client asks for is in
//! [`crate::command::fetch`].

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Fault, Keyword, Parsed, byte, fail, number64};
use memchr::memchr;
use nom::Err;

use super::FETCH;
use super::body::Body;
use crate::command::fetch::{
    BINARY, BINARY_SIZE, BODY, BODYSTRUCTURE, ENVELOPE, FLAGS, FetchItem, INTERNALDATE, RFC822,
    RFC822_HEADER, RFC822_SIZE, RFC822_TEXT, UID,
};
use crate::value::body_structure::{BodyStructure, body};
use crate::value::date::{DateTime, date_time};
use crate::value::envelope::{Envelope, envelope};
use crate::value::flag::{Flag, encode_flags, flags_fetch};
use crate::value::section::{Section, encode_section_binary, section, section_binary};
use crate::wire::{
    Arena, Depth, List, Raw, Reader, Side, Style, UNCLOSED_LIST, at, encode_separated, keyword,
    number63, nz_number, open, syntax_error,
};

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
        out.put_u8(b' ');
        FETCH.encode(out);
        out.put_u8(b' ');
        out.put_u8(b'(');
        encode_separated(self.data, out, |data, out| data.encode(style, out));
        match self.data.last() {
            Some(FetchData::Unparsed { raw, .. }) if is_open(*raw) => {}
            _ => out.put_u8(b')'),
        }
    }
}

impl FetchData<'_> {
    /// Writes it: its name and its value.
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
        let style = style.of_response();
        match *self {
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
            Self::Rfc822Size(octets) => {
                out.put_slice(b"RFC822.SIZE ");
                decimal(octets, out);
            }
            Self::Rfc822Text(octets) => Body::Rfc822Text.encode_whole(octets, style, out),
            Self::Body(body) => {
                out.put_slice(b"BODY ");
                body.encode(style, out);
            }
            Self::BodyStructure(body) => {
                out.put_slice(b"BODYSTRUCTURE ");
                body.encode(style, out);
            }
            Self::Uid(uid) => {
                out.put_slice(b"UID ");
                decimal(uid.get().into(), out);
            }
            Self::BodySection { section, origin, octets } => {
                Body::Section { section, origin }.encode_whole(octets, style, out);
            }
            Self::Binary { part, origin, octets } => {
                let nul = octets.is_some_and(|octets| memchr(0, octets).is_some());
                Body::Binary { part, origin, nul }.encode_whole(octets, style, out);
            }
            Self::BinarySize { part, octets } => {
                out.put_slice(FetchItem::BinarySize { part }.name().as_bytes());
                encode_section_binary(part, out);
                out.put_u8(b' ');
                decimal(octets, out);
            }
            Self::Unparsed { raw, .. } => out.put_slice(raw.as_bytes()),
        }
    }
}

/// What comes after `FETCH` in a response.
///
/// ```abnf
/// msg-att = "(" (msg-att-dynamic / msg-att-static)
///           *(SP (msg-att-dynamic / msg-att-static)) ")"   ; RFC 9051 §9
/// ```
/// After the first parenthesis nothing is an error, unless the string that begins last has no
/// end: what is none of these is delivered as [`FetchData::Unparsed`].
pub(crate) fn fetch_response<'a>(
    message: NonZeroU32,
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, FetchResponse<'a>> {
    let (rest, ()) = open(reader.space(input)?.0)?;
    let mut rest = reader.skip_spaces(rest);
    let mut data = reader.arena.list();
    loop {
        rest = match rest {
            [] => break,
            [b')', after @ ..] => {
                let after = reader.skip_spaces(after);
                if !after.is_empty() {
                    data.push(trailing(rest, after, reader)?);
                }
                break;
            }
            _ => {
                let after = fetch_data(rest, &mut data, reader)?;
                reader.skip_spaces(after)
            }
        };
    }
    Ok((&[], FetchResponse { message, data: data.end() }))
}

/// What comes after the last parenthesis, with it: so that a quote there begins no other string
/// when this is written again. What may be meant to be the last parenthesis is not part of it.
fn trailing<'a>(
    input: &'a [u8],
    after: &'a [u8],
    reader: &Reader<'a>,
) -> Result<FetchData<'a>, Err<Fault<'a>>> {
    let rest = or_end(after_trailing(after, reader))?;
    let fault = Fault { rest: after, expected: "the end of the response" };
    let error = SyntaxError::new(input, fault);
    Ok(FetchData::Unparsed { raw: Raw::before(rest, input), error })
}

fn after_trailing<'a>(input: &'a [u8], reader: &Reader<'a>) -> Result<&'a [u8], Err<Fault<'a>>> {
    let mut end = input;
    loop {
        end = match reader.skip_spaces(end) {
            [] | [b')'] => return Ok(end),
            [b')', after @ ..] => after,
            start => reader.value(start)?.0,
        };
    }
}

/// The end, where a list has none. A string without an end is an error of the response.
fn or_end<'a>(after: Result<&'a [u8], Err<Fault<'a>>>) -> Result<&'a [u8], Err<Fault<'a>>> {
    match after {
        Err(Err::Failure(Fault { expected: UNCLOSED_LIST, .. })) => Ok(&[]),
        after => after,
    }
}

/// Whether what was not understood is a list without an end, in which all is that comes after.
fn is_open(raw: Raw<'_>) -> bool {
    let arena = Arena::new();
    let Ok(reader) = Reader::new(raw.as_bytes(), Side::Server, &arena) else { return false };
    let rest = match raw.as_bytes() {
        [b')', after @ ..] => after_trailing(after, &reader),
        item => after_item(item, &reader),
    };
    rest.is_err()
}

/// Reads one item, known or not, into `data`; what comes after it.
fn fetch_data<'a>(
    input: &'a [u8],
    data: &mut List<'a, FetchData<'a>>,
    reader: &Reader<'a>,
) -> Result<&'a [u8], Err<Fault<'a>>> {
    match known_fetch_data(input, data, reader) {
        Ok(rest) if reader.ends(input, rest) => return Ok(rest),
        Ok(_) => data.pop(),
        Err(_) => {}
    }
    let rest = or_end(after_item(input, reader))?;
    let raw = Raw::before(rest, input);
    data.push(FetchData::Unparsed { raw, error: error_of(raw, reader.arena) });
    Ok(rest)
}

/// What is wrong about an item, whatever stands beside it.
fn error_of(item: Raw<'_>, arena: &Arena) -> SyntaxError {
    let item = item.as_bytes();
    let reader = match Reader::new(item, Side::Server, arena) {
        Ok(reader) => reader,
        Err(bad) => return bad.error,
    };
    match known_fetch_data(item, &mut arena.list(), &reader) {
        Ok(rest) => SyntaxError::new(item, Fault { rest, expected: "the end of the item" }),
        Err(error) => syntax_error(item, &error),
    }
}

/// What comes after an item that is not known, or is bad: a name and its value, unless that is
/// missing, or a value that has no name.
fn after_item<'a>(input: &'a [u8], reader: &Reader<'a>) -> Result<&'a [u8], Err<Fault<'a>>> {
    let rest = match reader.name(input) {
        Err(Err::Error(_)) => return Ok(reader.value(input)?.0),
        name => name?.0,
    };
    let value = reader.skip_spaces(rest);
    if matches!(value, [] | [b')', ..]) || is_item(value) {
        return Ok(rest);
    }
    Ok(reader.value(value)?.0)
}

/// Whether the name of an item stands here, and no value.
fn is_item(input: &[u8]) -> bool {
    keyword("an item of FETCH")(input).is_ok_and(|(_, name)| ITEMS.contains(&name))
}

const ITEMS: [Keyword; 12] = [
    ENVELOPE,
    FLAGS,
    INTERNALDATE,
    RFC822,
    RFC822_HEADER,
    RFC822_SIZE,
    RFC822_TEXT,
    BODY,
    BODYSTRUCTURE,
    UID,
    BINARY,
    BINARY_SIZE,
];

/// ```abnf
/// msg-att-dynamic = "FLAGS" SP "(" [flag-fetch *(SP flag-fetch)] ")"
/// msg-att-static  = "ENVELOPE" SP envelope / "INTERNALDATE" SP date-time /
///                   "RFC822.SIZE" SP number64 /
///                   "BODY" ["STRUCTURE"] SP body /
///                   "BODY" section ["<" number ">"] SP nstring /
///                   "BINARY" section-binary SP (nstring / literal8) /
///                   "BINARY.SIZE" section-binary SP number /
///                   "UID" SP uniqueid                      ; RFC 9051 §9
/// msg-att-static  = … "RFC822" [".HEADER" / ".TEXT"] SP nstring …
///                                                          ; RFC 3501 §9
/// ```
fn known_fetch_data<'a>(
    input: &'a [u8],
    data: &mut List<'a, FetchData<'a>>,
    reader: &Reader<'a>,
) -> Result<&'a [u8], Err<Fault<'a>>> {
    // Each arm puts its own item into the list, which is larger than most of them.
    let mut octets = |input: &'a [u8], item: fn(Option<&'a [u8]>) -> FetchData<'a>| {
        let (rest, octets) = reader.nstring_octets(reader.space(input)?.0)?;
        data.push(item(octets));
        Ok(rest)
    };
    let (rest, name) = keyword("an item of FETCH")(input)?;
    match name {
        ENVELOPE => {
            let (rest, envelope) = envelope(reader.space(rest)?.0, reader)?;
            data.push(FetchData::Envelope(envelope));
            Ok(rest)
        }
        FLAGS => {
            let (rest, flags) = flags_fetch(reader.space(rest)?.0, reader)?;
            data.push(FetchData::Flags(flags));
            Ok(rest)
        }
        INTERNALDATE => {
            let (rest, date) = date_time(reader.space(rest)?.0, reader)?;
            data.push(FetchData::InternalDate(date));
            Ok(rest)
        }
        RFC822 => octets(rest.strip_prefix(b"[]").unwrap_or(rest), FetchData::Rfc822),
        RFC822_HEADER => octets(rest, FetchData::Rfc822Header),
        RFC822_TEXT => octets(rest, FetchData::Rfc822Text),
        RFC822_SIZE => {
            let (rest, octets) = number64(reader.space(rest)?.0)?;
            data.push(FetchData::Rfc822Size(octets));
            Ok(rest)
        }
        BODY if at(b'[', rest) => {
            let (rest, section) = section(rest, reader)?;
            let (rest, origin) = origin(rest)?;
            let (rest, octets) = reader.nstring_octets(reader.space(rest)?.0)?;
            data.push(FetchData::BodySection { section, origin, octets });
            Ok(rest)
        }
        BODY => {
            let (rest, body) = body(reader.space(rest)?.0, reader, Depth::TOP)?;
            data.push(FetchData::Body(body));
            Ok(rest)
        }
        BODYSTRUCTURE => {
            let (rest, body) = body(reader.space(rest)?.0, reader, Depth::TOP)?;
            data.push(FetchData::BodyStructure(body));
            Ok(rest)
        }
        UID => {
            let (rest, uid) = nz_number(reader.space(rest)?.0)?;
            data.push(FetchData::Uid(uid));
            Ok(rest)
        }
        BINARY => {
            let (rest, part) = section_binary(rest, reader)?;
            let (rest, origin) = origin(rest)?;
            let (rest, octets) = reader.nstring_octets(reader.space(rest)?.0)?;
            data.push(FetchData::Binary { part, origin, octets });
            Ok(rest)
        }
        BINARY_SIZE => {
            let (rest, part) = section_binary(rest, reader)?;
            let (rest, octets) = number63(reader.space(rest)?.0)?;
            data.push(FetchData::BinarySize { part, octets });
            Ok(rest)
        }
        _ => fail(input, "an item of FETCH that is known").map(|(rest, ())| rest),
    }
}

/// `["<" number ">"]`; servers have been seen to send the length that was asked for too.
fn origin(input: &[u8]) -> Parsed<'_, Option<u64>> {
    let [b'<', rest @ ..] = input else {
        return Ok((input, None));
    };
    let (rest, origin) = number63(rest)?;
    let rest = match rest {
        [b'.', length @ ..] => number63(length)?.0,
        _ => rest,
    };
    let (rest, ()) = byte(b'>', "\">\"")(rest)?;
    Ok((rest, Some(origin)))
}
