//! MIME: from the octets of a message to what IMAP tells of it.
//!
//! The fields of headers, the transfer encodings and the charsets are read by
//! the `mail-parser` crate. Which octets are which part is found in `parts`:
//! IMAP wants them exactly, and a server wants a bound on how deep they nest.

mod envelope;
mod fields;
mod parts;
mod section;
mod structure;
mod text;

pub use self::{
    section::{UnknownEncoding, cut},
    text::Needle,
};

use bytes::Bytes;
use imap_proto::{Arena, BodyStructure, Envelope};

use self::parts::Part;

/// A message, with its parts found.
#[derive(Debug)]
pub struct Mime {
    octets: Bytes,
    root: Part,
}

impl Mime {
    /// Finds the parts of a message. Every message has at least one.
    pub fn parse(octets: Bytes) -> Self {
        let root = parts::parse(&octets);
        Self { octets, root }
    }

    /// ENVELOPE (RFC 9051 §7.5.2).
    pub fn envelope<'a>(&self, arena: &'a Arena) -> Envelope<'a> {
        envelope::envelope(self.header(&self.root), arena)
    }

    /// BODYSTRUCTURE, or without extension data BODY (RFC 9051 §7.5.2).
    pub fn structure<'a>(&self, extended: bool, arena: &'a Arena) -> BodyStructure<'a> {
        structure::Builder { mime: self, extended, arena }.structure(&self.root)
    }

    fn header(&self, part: &Part) -> &[u8] {
        self.octets.get(part.header.clone()).unwrap_or_default()
    }

    fn body(&self, part: &Part) -> &[u8] {
        self.octets.get(part.body.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use imap_proto::{AString, Content, NonEmpty, Parameter, Partial, Section};

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

    fn mime() -> Mime {
        Mime::parse(Bytes::from_static(MESSAGE.as_bytes()))
    }

    fn path(numbers: &[u32]) -> Vec<std::num::NonZeroU32> {
        numbers.iter().map(|&number| number.try_into().unwrap()).collect()
    }

    #[test]
    fn sections_are_octets_of_the_message() {
        let (mime, names) = (mime(), ["SUBJECT", "x"].map(|name| AString::new(name.as_bytes())));
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
            let found = mime.section(section);
            let found = found.as_deref().map(|octets| std::str::from_utf8(octets).unwrap());
            assert_eq!(found, octets, "{section:?}");
        }
    }

    #[test]
    fn a_part_of_a_section_ends_where_it_ends() {
        let octets = Bytes::from_static(b"0123456789");
        let some = |offset, length| {
            let length = NonZeroU64::new(length).unwrap();
            cut(&octets, Some(Partial { offset, length }))
        };
        assert_eq!(some(2, 3), "234");
        assert_eq!(some(8, u64::MAX), "89");
        assert_eq!(some(10, 1), "");
        assert_eq!(some(u64::MAX, 1), "");
        assert_eq!(cut(&octets, None), octets);
    }

    #[test]
    fn transfer_encodings_are_undone() {
        let mime = mime();
        assert_eq!(mime.binary(&path(&[1])).unwrap().unwrap(), &b"Sch\xf6ner Tag"[..]);
        assert_eq!(mime.binary(&path(&[2])).unwrap().unwrap(), &b"\0\x01\x02"[..]);
        assert_eq!(mime.binary(&path(&[4])), Err(UnknownEncoding));
        assert_eq!(mime.binary(&path(&[5])), Ok(None));
    }

    #[test]
    fn the_structure_tells_of_every_part() {
        let arena = Arena::new();
        let BodyStructure::Multi(all) = mime().structure(true, &arena) else { panic!("multipart") };
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

        let BodyStructure::Multi(body) = mime().structure(false, &arena) else { panic!("multi") };
        assert_eq!(body.extension, None);
        assert_eq!(single(body.parts[0]).extension, None);
    }

    #[test]
    fn what_has_no_readable_parts_is_octets() {
        for header in ["multipart/mixed", "multipart/mixed; boundary=b", "message/rfc822"] {
            let message =
                format!("Content-Type: {header}\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC");
            let arena = Arena::new();
            let structure = Mime::parse(message.into()).structure(true, &arena);
            let BodyStructure::Single(single) = structure else { panic!("{structure:?}") };
            assert!(matches!(single.content, Content::Basic { .. }), "{header}");
            assert_eq!(single.subtype.unwrap().as_bytes(), b"octet-stream");
        }
    }

    #[test]
    fn text_is_found_decoded_and_in_any_case() {
        let mime = mime();
        let needle = |text: &str| Needle::new(text.as_bytes());
        assert!(mime.field_has("subject", &needle("GRÜ")));
        assert!(mime.field_has("Subject", &needle("")));
        assert!(!mime.field_has("Reply-To", &needle("")));
        assert!(mime.header_has(&needle("from: A@EXAMPLE")));
        for (text, found) in
            [("SCHÖNER", true), ("inner", true), ("LINE", true), ("AAEC", false), ("grü", false)]
        {
            assert_eq!(mime.body_has(&needle(text)), found, "{text}");
        }
        let sent = mime.sent().unwrap();
        assert_eq!((sent.year(), sent.day()), (1996, 17));
    }
}
