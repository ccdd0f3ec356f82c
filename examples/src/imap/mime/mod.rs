//! MIME: from the octets of a message to what IMAP tells of it.
//!
//! Everything here takes octets and gives values or places in them; where a message is
//! kept is no matter. What is told is octets of the message, as they stand in it.
//! Encoded words, charsets and dates, which only SEARCH looks into, are read by the
//! `mail-parser` crate.
//!
//! | | |
//! |---|---|
//! | `parts`, `source` | which octets are which part |
//! | `section` | which octets a section is, and what is done to them |
//! | `transfer` | transfer encodings |
//! | `envelope`, `address` | ENVELOPE |
//! | `structure`, `parameters` | BODYSTRUCTURE |
//! | `allowance` | how much of a message is told |
//! | `strings`, `text` | SEARCH: strings in a message |
//! | `fields`, `scan` | header fields, and what they are made of |

mod address;
mod allowance;
mod envelope;
mod fields;
mod parameters;
mod parts;
mod scan;
mod section;
mod source;
mod strings;
mod structure;
mod text;
mod transfer;

pub use self::{
    section::{Filter, Piece, UnknownEncoding, window},
    strings::{Found, StringId, Strings},
    transfer::{Decoder, Encoding},
};

use std::io::{self, Read};

use imap_proto::{Arena, BodyStructure, Date, Envelope};

use self::{allowance::Allowance, parts::Part, structure::Builder};

/// Where the parts of a message are. It is small, whatever the message is.
#[derive(Debug)]
pub struct Layout {
    root: Part,
}

impl Layout {
    /// Finds the parts of a message, of whose octets no more than some ten thousand are
    /// held at a time. Every message has at least one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(octets: impl Read) -> io::Result<Self> {
        Ok(Self { root: parts::read(octets)? })
    }

    /// Finds the parts of a message that is in memory.
    pub fn parse(octets: &[u8]) -> Self {
        // Nothing keeps these from being read.
        Self::read(octets).unwrap_or_else(|_| Self::of_header(0, octets.len() as u64))
    }

    /// A message of so many octets of which only the header is looked at, which has so
    /// many: for the sections that are of no part.
    pub fn of_header(header: u64, octets: u64) -> Self {
        Self { root: parts::undivided(header, octets) }
    }

    /// BODYSTRUCTURE, or without extension data BODY (RFC 9051 §7.5.2), of the message
    /// that this is the layout of.
    ///
    /// What it tells is bounded: strings, parameters and addresses take 512 KiB at most,
    /// in which a parameter counts as its octets and 32 more, an address as its octets
    /// and 64 more. What comes after that is NIL, or not in its list.
    pub fn structure<'a>(
        &self,
        octets: &'a [u8],
        extended: bool,
        arena: &'a Arena,
    ) -> BodyStructure<'a> {
        Builder { octets, extended, allowance: Allowance::new(), arena }.structure(&self.root)
    }
}

/// ENVELOPE (RFC 9051 §7.5.2) of the message with this header. It is bounded as
/// [`Layout::structure`] is.
pub fn envelope<'a>(header: &'a [u8], arena: &'a Arena) -> Envelope<'a> {
    envelope::envelope(header, &mut Allowance::new(), arena)
}

/// The day of the Date field in this header, in its own zone.
pub fn sent(header: &[u8]) -> Option<Date> {
    text::sent(header)
}

/// Finds the end of a message's header in octets that come in pieces.
#[derive(Debug)]
pub struct HeaderEnd {
    octets: u64,
    line: Line,
}

/// What stands in the line so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Nothing,
    Cr,
    More,
}

impl HeaderEnd {
    /// At the beginning of a message.
    pub const fn new() -> Self {
        Self { octets: 0, line: Line::Nothing }
    }

    /// Takes octets of the message. Once the header has ended, how many octets it has,
    /// the blank line with it, from the beginning of the message.
    pub fn push(&mut self, octets: &[u8]) -> Option<u64> {
        let mut rest = octets;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end + 1);
            self.octets += line.len() as u64;
            if matches!((self.line, line), (Line::Nothing, b"\n" | b"\r\n") | (Line::Cr, b"\n")) {
                return Some(self.octets);
            }
            (self.line, rest) = (Line::Nothing, after);
        }
        self.octets += rest.len() as u64;
        self.line = match (self.line, rest) {
            (line, b"") => line,
            (Line::Nothing, b"\r") => Line::Cr,
            _ => Line::More,
        };
        None
    }

    /// How many octets it has if the message ends here.
    pub fn end(self) -> u64 {
        self.octets
    }
}

impl Default for HeaderEnd {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use imap_proto::{AString, Content, IString, NonEmpty, Parameter, Partial, Section};

    use super::*;

    const MESSAGE: &str = "From: a@example.org\r\n\
        Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
        Date: Wed, 17 Jul 1996 23:30:00 -0700 (PDT)\r\n\
        Content-Type: multipart/mixed; boundary=\"b\"\r\n\
        \r\n\
        --b\r\n\
        Content-Type: text/plain; charset=iso-8859-1\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\
        \r\n\
        Sch=F6n=\r\n\
        er Tag\r\n\
        --b\r\n\
        Content-Type: application/x-y; name*=utf-8''%C3%A4.bin\r\n\
        Content-Disposition: attachment; filename=a.bin\r\n\
        Content-Transfer-Encoding: base64\r\n\
        \r\n\
        AAEC\r\n\
        --b\r\n\
        Content-Type: message/rfc822\r\n\
        \r\n\
        Subject: inner\r\n\
        \r\n\
        line\r\n\
        --b\r\n\
        Content-Transfer-Encoding: x-odd\r\n\
        \r\n\
        odd\r\n\
        --b--\r\n";

    fn layout() -> Layout {
        Layout::parse(MESSAGE.as_bytes())
    }

    /// The octets of a piece of a message, which are the same wherever they are cut.
    fn octets(piece: &Piece<'_>, message: &[u8]) -> Vec<u8> {
        let range = piece.octets.start as usize..piece.octets.end as usize;
        let raw = &message[range];
        let filtered = |cut: usize| match piece.filter() {
            None => raw.to_vec(),
            Some(mut filter) => {
                let mut out = Vec::new();
                filter.push(&raw[..cut], &mut out);
                filter.push(&raw[cut..], &mut out);
                filter.finish(&mut out);
                out
            }
        };
        let whole = filtered(0);
        (1..=raw.len()).for_each(|cut| assert_eq!(filtered(cut), whole, "cut at {cut}"));
        whole
    }

    fn path(numbers: &[u32]) -> Vec<std::num::NonZeroU32> {
        numbers.iter().map(|&number| number.try_into().unwrap()).collect()
    }

    #[test]
    fn sections_are_octets_of_the_message() {
        let (layout, names) =
            (layout(), ["SUBJECT", "x"].map(|name| AString::new(name.as_bytes())));
        let names = names.map(Result::unwrap);
        let names = NonEmpty::new(&names).unwrap();
        let (one, three) = (path(&[1]), path(&[3]));
        let (one, three) = (NonEmpty::new(&one).unwrap(), NonEmpty::new(&three).unwrap());
        let header = MESSAGE.split_inclusive("\r\n\r\n").next().unwrap();
        for (section, octets) in [
            (Section::Whole, Some(MESSAGE)),
            (Section::Header(None), Some(header)),
            (Section::Text(None), Some(&MESSAGE[header.len()..])),
            (Section::Part(one), Some("Sch=F6n=\r\ner Tag")),
            (Section::Header(Some(one)), None),
            (Section::Mime(three), Some("Content-Type: message/rfc822\r\n\r\n")),
            (Section::Header(Some(three)), Some("Subject: inner\r\n\r\n")),
            (Section::Text(Some(three)), Some("line")),
            (
                Section::HeaderFields(None, names),
                Some("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n"),
            ),
            (Section::HeaderFieldsNot(Some(three), names), Some("\r\n")),
        ] {
            let found = layout.section(section);
            let found = found.map(|piece| super::tests::octets(&piece, MESSAGE.as_bytes()));
            let found = found.map(|octets| String::from_utf8(octets).unwrap());
            assert_eq!(found.as_deref(), octets, "{section:?}");
        }
    }

    #[test]
    fn a_part_of_a_section_ends_where_it_ends() {
        let some = |offset, length| {
            let length = NonZeroU64::new(length).unwrap();
            window(10, Some(Partial { offset, length }))
        };
        assert_eq!(some(2, 3), 2..5);
        assert_eq!(some(8, u64::MAX), 8..10);
        assert_eq!(some(10, 1), 10..10);
        assert_eq!(some(u64::MAX, 1), 10..10);
        assert_eq!(window(10, None), 0..10);
    }

    #[test]
    fn the_header_ends_with_the_blank_line_wherever_it_is_cut() {
        for (message, end) in [
            ("A: b\r\n\r\nc\r\n\r\n", Ok(8)),
            ("A: b\n\nc", Ok(6)),
            ("\r\nc", Ok(2)),
            ("A: b\r\n \r\nc", Err(10)),
            ("\r\r\n", Err(3)),
            ("", Err(0)),
        ] {
            for cut in 0..=message.len() {
                let mut header = HeaderEnd::new();
                let (one, two) = message.as_bytes().split_at(cut);
                let found = header.push(one).or_else(|| header.push(two));
                assert_eq!(found.ok_or(header.end()), end, "{message:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn transfer_encodings_are_undone() {
        let layout = layout();
        let binary = |part: &[u32]| {
            let piece = layout.binary(&path(part))?;
            Ok(piece.map(|piece| octets(&piece, MESSAGE.as_bytes())))
        };
        assert_eq!(binary(&[1]).unwrap().unwrap(), b"Sch\xf6ner Tag");
        assert_eq!(binary(&[2]).unwrap().unwrap(), b"\0\x01\x02");
        assert_eq!(binary(&[4]), Err(UnknownEncoding));
        assert_eq!(binary(&[5]), Ok(None));
    }

    #[test]
    fn the_structure_tells_of_every_part() {
        let arena = Arena::new();
        let all = layout().structure(MESSAGE.as_bytes(), true, &arena);
        let BodyStructure::Multi(all) = all else { panic!("multipart") };
        assert_eq!((all.subtype.unwrap().as_bytes(), all.parts.len()), (&b"mixed"[..], 4));
        let single = |part| match part {
            BodyStructure::Single(single) => *single,
            _ => panic!("{part:?}"),
        };
        let text = single(all.parts[0]);
        assert_eq!(text.content, Content::Text { lines: Some(2) });
        assert_eq!(text.octets, Some(16));
        assert_eq!(text.encoding.unwrap().as_bytes(), b"quoted-printable");
        let binary = single(all.parts[1]);
        let parameter = |parameter: &Parameter<'_>| {
            let value = parameter.value.unwrap().as_str().unwrap().to_owned();
            (parameter.name.as_str().unwrap().to_owned(), value)
        };
        let named = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let parameters: Vec<_> = binary.parameters.iter().map(parameter).collect();
        assert_eq!(parameters, named("name*", "utf-8''%C3%A4.bin"));
        let disposition = binary.extension.unwrap().tail.disposition.unwrap();
        assert_eq!(disposition.kind.as_bytes(), b"attachment");
        let parameters: Vec<_> = disposition.parameters.iter().map(parameter).collect();
        assert_eq!(parameters, named("filename", "a.bin"));
        let Content::Message { envelope, body: Some(body), lines: Some(3) } =
            single(all.parts[2]).content
        else {
            panic!("a message of 3 lines: {:?}", all.parts[2]);
        };
        assert_eq!(envelope.subject.unwrap().as_bytes(), b"inner");
        assert_eq!(single(body).content, Content::Text { lines: Some(1) });

        let body = layout().structure(MESSAGE.as_bytes(), false, &arena);
        let BodyStructure::Multi(body) = body else { panic!("multi") };
        assert_eq!(body.extension, None);
        assert_eq!(single(body.parts[0]).extension, None);
    }

    #[test]
    fn what_has_no_readable_parts_is_octets() {
        for header in ["multipart/mixed", "multipart/mixed; boundary=b", "message/rfc822"] {
            let message =
                format!("Content-Type: {header}\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC");
            let arena = Arena::new();
            let octets = message.as_bytes();
            let structure = Layout::parse(octets).structure(octets, true, &arena);
            let BodyStructure::Single(single) = structure else { panic!("{structure:?}") };
            assert!(matches!(single.content, Content::Basic { .. }), "{header}");
            assert_eq!(single.subtype.unwrap().as_bytes(), b"octet-stream");
        }
    }

    /// What is told of a message whose octets are past US-ASCII, or encoded after
    /// RFC 2231, is what stands in it.
    #[test]
    fn the_structure_changes_no_octet() {
        let message = b"Content-Type: Application/X-Y; Name*0*=utf-8''%e4; name*1=\"J\xf8\"\r\n\
            Content-Disposition: Attachment; filename=\"=?utf-8?q?=C3=A4?=\"; what\r\n\
            Content-Description: \xe9t\xe9\r\n\r\n";
        let arena = Arena::new();
        let structure = Layout::parse(message).structure(message, true, &arena);
        let BodyStructure::Single(single) = structure else { panic!("{structure:?}") };
        let show = |parameters: &[Parameter<'_>]| -> Vec<String> {
            let show = |string: IString<'_>| string.as_bytes().escape_ascii().to_string();
            parameters.iter().map(|p| [p.name, p.value.unwrap()].map(show).join("=")).collect()
        };
        assert_eq!(single.subtype.unwrap().as_bytes(), b"X-Y");
        assert_eq!(show(single.parameters), ["Name*0*=utf-8\\'\\'%e4", "name*1=J\\xf8"]);
        assert_eq!(single.description.unwrap().as_bytes(), b"\xe9t\xe9");
        let disposition = single.extension.unwrap().tail.disposition.unwrap();
        assert_eq!(disposition.kind.as_bytes(), b"Attachment");
        assert_eq!(show(disposition.parameters), ["filename==?utf-8?q?=C3=A4?="]);
    }

    #[test]
    fn text_is_found_decoded_and_in_any_case() {
        let header = MESSAGE.split_inclusive("\r\n\r\n").next().unwrap();
        let find = |add: &dyn Fn(&mut Strings) -> StringId| {
            let mut strings = Strings::default();
            let id = add(&mut strings);
            strings.prepare().unwrap();
            let in_header = strings.find_in_header(header.as_bytes());
            let in_body = strings.find_in_body(MESSAGE.as_bytes(), &layout());
            in_header.contains(id) || in_body.contains(id)
        };
        let field = |name: &str, text: &str| {
            find(&|strings| strings.in_field(name.as_bytes(), text.as_bytes()))
        };
        assert!(field("subject", "GRÜ") && field("Subject", "") && !field("Reply-To", ""));
        assert!(find(&|strings| strings.in_header(b"from: A@EXAMPLE")));
        for (text, found) in
            [("SCHÖNER", true), ("inner", true), ("LINE", true), ("AAEC", false), ("grü", false)]
        {
            assert_eq!(find(&|strings| strings.in_body(text.as_bytes())), found, "{text}");
        }
        let sent = sent(header.as_bytes()).unwrap();
        assert_eq!((sent.year(), sent.day()), (1996, 17));
    }

    /// RFC 9051 §6.4.4: "the envelope structure's FROM field".
    #[test]
    fn addresses_are_found_as_the_envelope_tells_them() {
        let header =
            b"From: Ann (of X) =?utf-8?q?M=C3=BCller?= <\"ann\" (x) @ example . org>\r\n\r\n";
        let mut strings = Strings::default();
        let texts = ["ann@example.org", "müller", "(of x)", "\"ann\"", "bob@"];
        let ids = texts.map(|text| strings.in_field(b"from", text.as_bytes()));
        strings.prepare().unwrap();
        let found = strings.find_in_header(header);
        assert_eq!(ids.map(|id| found.contains(id)), [true, true, true, true, false]);
    }
}
