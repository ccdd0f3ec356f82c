//! Parts of a message: the `[…]` of BODY and BINARY.
//!
//! RFC 9051 §6.4.5.1 and §9: `section`.

use core::num::{NonZeroU32, NonZeroU64};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, byte, fail, run};

use crate::wire::{
    AString, Arena, KEYWORD_CHAR, NonEmpty, Reader, Side, Style, close_bracket, encode_list,
    non_empty, number63, nz_number, parse_whole,
};

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
    /// `[TEXT]`: what comes after the header.
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

impl Partial {
    /// Writes it, as `<0.2048>`.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b'<');
        decimal(self.offset, out);
        out.put_u8(b'.');
        decimal(self.length.get(), out);
        out.put_u8(b'>');
    }
}

impl<'a> Section<'a> {
    /// Parses a section in its brackets, such as `[1.HEADER]`, which stands for itself.
    ///
    /// # Errors
    /// Where it is none, and what was expected there.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, SyntaxError> {
        parse_whole(input, Side::Client, arena, section)
    }
}

impl<'a> Section<'a> {
    /// The way to the part that this is, or is of; none is the message itself.
    #[must_use]
    pub const fn part(self) -> &'a [NonZeroU32] {
        match self {
            Self::Part(part)
            | Self::Mime(part)
            | Self::Header(Some(part))
            | Self::HeaderFields(Some(part), _)
            | Self::HeaderFieldsNot(Some(part), _)
            | Self::Text(Some(part)) => part.as_slice(),
            _ => &[],
        }
    }

    /// Writes it, in its brackets.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        let (text, fields): (&[u8], _) = match self {
            Self::Whole | Self::Part(_) => (b"", None),
            Self::Header(_) => (b"HEADER", None),
            Self::HeaderFields(_, fields) => (b"HEADER.FIELDS ", Some(fields)),
            Self::HeaderFieldsNot(_, fields) => (b"HEADER.FIELDS.NOT ", Some(fields)),
            Self::Text(_) => (b"TEXT", None),
            Self::Mime(_) => (b"MIME", None),
        };
        out.put_u8(b'[');
        encode_part(self.part(), out);
        if !self.part().is_empty() && !text.is_empty() {
            out.put_u8(b'.');
        }
        out.put_slice(text);
        if let Some(fields) = fields {
            encode_list(&fields, out, |name, out| name.encode(style, out));
        }
        out.put_u8(b']');
    }
}

/// Writes the numbers of `part` with dots between them.
fn encode_part(part: &[NonZeroU32], out: &mut BytesMut) {
    for (index, number) in part.iter().enumerate() {
        if index > 0 {
            out.put_u8(b'.');
        }
        decimal(number.get().into(), out);
    }
}

/// Writes the brackets of BINARY.
pub(crate) fn encode_section_binary(part: &[NonZeroU32], out: &mut BytesMut) {
    out.put_u8(b'[');
    encode_part(part, out);
    out.put_u8(b']');
}

/// ```abnf
/// section         = "[" [section-spec] "]"
/// section-spec    = section-msgtext / (section-part ["." section-text])
/// section-text    = section-msgtext / "MIME"
/// section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
/// header-list     = "(" header-fld-name *(SP header-fld-name) ")"
///                                                  ; RFC 9051 §9
/// ```
pub(crate) fn section<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Section<'a>> {
    let (start, ()) = byte(b'[', "\"[\"")(input)?;
    if let Ok((rest, ())) = close_bracket(start) {
        return Ok((rest, Section::Whole));
    }
    let (rest, part) = match start.first() {
        Some(b'0'..=b'9') => {
            let (rest, part) = part(start, reader)?;
            if let Ok((rest, ())) = close_bracket(rest) {
                return Ok((rest, Section::Part(part)));
            }
            let (rest, ()) = byte(b'.', "\".\" or \"]\"")(rest)?;
            (rest, Some(part))
        }
        _ => (start, None),
    };
    let (name, behind) = run(&KEYWORD_CHAR, rest);
    let (rest, section) = match (name.len(), part) {
        (6, _) if name.eq_ignore_ascii_case(b"HEADER") => (behind, Section::Header(part)),
        (4, _) if name.eq_ignore_ascii_case(b"TEXT") => (behind, Section::Text(part)),
        (4, Some(part)) if name.eq_ignore_ascii_case(b"MIME") => (behind, Section::Mime(part)),
        (13, _) if name.eq_ignore_ascii_case(b"HEADER.FIELDS") => {
            let (rest, fields) = header_list(behind, reader)?;
            (rest, Section::HeaderFields(part, fields))
        }
        (17, _) if name.eq_ignore_ascii_case(b"HEADER.FIELDS.NOT") => {
            let (rest, fields) = header_list(behind, reader)?;
            (rest, Section::HeaderFieldsNot(part, fields))
        }
        _ => return fail(rest, "a section of a message"),
    };
    let (rest, ()) = close_bracket(rest)?;
    Ok((rest, section))
}

fn header_list<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, HeaderList<'a>> {
    let (rest, ()) = reader.space(input)?;
    reader.list1(rest, |input| reader.astring(input))
}

/// `section-binary = "[" [section-part] "]"`
pub(crate) fn section_binary<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, &'a [NonZeroU32]> {
    let (rest, ()) = byte(b'[', "\"[\"")(input)?;
    if let Ok((rest, ())) = close_bracket(rest) {
        return Ok((rest, &[]));
    }
    let (rest, part) = part(rest, reader)?;
    let (rest, ()) = close_bracket(rest)?;
    Ok((rest, part.as_slice()))
}

/// `section-part = nz-number *("." nz-number)`
fn part<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Part<'a>> {
    let mut list = reader.arena.list();
    let (mut rest, number) = nz_number(input)?;
    list.push(number);
    while let [b'.', behind @ ..] = rest {
        if !behind.first().is_some_and(u8::is_ascii_digit) {
            break;
        }
        let (behind, number) = nz_number(behind)?;
        list.push(number);
        rest = behind;
    }
    non_empty(rest, list)
}

/// ```abnf
/// partial = "<" number64 "." nz-number64 ">"       ; RFC 9051 §9
/// ```
/// `None` if there is none.
pub(crate) fn partial(input: &[u8]) -> Parsed<'_, Option<Partial>> {
    let [b'<', rest @ ..] = input else {
        return Ok((input, None));
    };
    let (rest, offset) = number63(rest)?;
    let (start, ()) = byte(b'.', "\".\"")(rest)?;
    let (rest, length) = number63(start)?;
    let Some(length) = NonZeroU64::new(length) else {
        return fail(start, "a number above 0");
    };
    let (rest, ()) = byte(b'>', "\">\"")(rest)?;
    Ok((rest, Some(Partial { offset, length })))
}

#[cfg(test)]
mod tests {
    use mail_wire::parse::complete;

    use super::*;
    use crate::wire::{Arena, Side, parse_whole};

    #[test]
    fn sections_are_read_and_written() {
        let arena = Arena::new();
        for wire in [
            "[]",
            "[HEADER]",
            "[TEXT]",
            "[1]",
            "[4.2.2.1]",
            "[3.HEADER]",
            "[3.TEXT]",
            "[4.1.MIME]",
            "[HEADER.FIELDS (DATE FROM)]",
            "[2.HEADER.FIELDS.NOT (\"a b\")]",
        ] {
            let lower = wire.to_ascii_lowercase().replace("date from", "DATE FROM");
            let section = parse_whole(lower.as_bytes(), Side::Client, &arena, section).unwrap();
            let mut out = BytesMut::new();
            section.encode(Style::PLAIN, &mut out);
            assert_eq!(&out[..], wire.as_bytes());
        }
        for wire in [
            "",
            "[",
            "[MIME]",
            "[0]",
            "[1.]",
            "[1..2]",
            "[.1]",
            "[1.0]",
            "[FOO]",
            "[HEADER",
            "[HEADER.FIELDS]",
            "[HEADER.FIELDS ()]",
            "[HEADER.FIELDS DATE]",
            "[1 ]",
        ] {
            let read = parse_whole(wire.as_bytes(), Side::Client, &arena, section);
            assert!(read.is_err(), "{wire}");
        }
    }

    #[test]
    fn partials() {
        let read = |wire: &'static str| complete(wire.as_bytes(), partial);
        let length = NonZeroU64::new(2048).unwrap();
        assert_eq!(read("<0.2048>"), Ok(Some(Partial { offset: 0, length })));
        assert_eq!(read(""), Ok(None));
        for wire in ["<0>", "<0.0>", "<.1>", "<1.1", "<9223372036854775808.1>"] {
            assert!(read(wire).is_err(), "{wire}");
        }
    }
}
