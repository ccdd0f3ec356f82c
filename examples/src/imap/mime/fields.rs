//! The fields of a header (RFC 5322 §2.2), and what `mail-parser` reads in them.

use imap_proto::{Arena, IString};
use mail_parser::{ContentType, HeaderValue, parsers::MessageStream};

/// A longer field is not looked into: nobody writes one in good faith.
const MAX_FIELD: usize = 64 * 1024;

/// Stands for the `?` of an encoded word (RFC 2047), which IMAP tells as it
/// is, and which `mail-parser` would decode.
const MASK: char = '\u{1a}';

/// A field of a header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'m> {
    /// Its name.
    pub(super) name: &'m [u8],
    /// What stands behind the colon, up to its last line end.
    pub(super) value: &'m [u8],
    /// All of it, from the name to the last line end.
    pub(super) whole: &'m [u8],
}

/// The fields of a header, in their order. Lines that are none are left out.
pub(super) fn fields(header: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (whole, behind) = rest.split_at(end_of_field(rest));
            rest = behind;
            if let Some(colon) = whole.iter().position(|&octet| octet == b':') {
                let (name, value) = (&whole[..colon], &whole[colon + 1..]);
                return Some(Field { name: name.trim_ascii_end(), value, whole });
            }
        }
        None
    })
}

/// Where the first field of `header` ends: behind the line that no folded
/// line follows.
fn end_of_field(header: &[u8]) -> usize {
    let mut end = 0;
    loop {
        match header[end..].iter().position(|&octet| octet == b'\n') {
            Some(line) => end += line + 1,
            None => return header.len(),
        }
        if !matches!(header.get(end), Some(b' ' | b'\t')) {
            return end;
        }
    }
}

/// The fields of this name.
pub(super) fn named<'m>(header: &'m [u8], name: &str) -> impl Iterator<Item = Field<'m>> {
    fields(header).filter(move |field| field.name.eq_ignore_ascii_case(name.as_bytes()))
}

/// The value of the first field of this name, unfolded; for IMAP, whose
/// strings have no NUL.
pub(super) fn string<'a>(header: &[u8], name: &str, arena: &'a Arena) -> Option<IString<'a>> {
    let field = named(header, name).next()?;
    istring(&unfolded(field.value), arena)
}

/// A string for IMAP; none if it has a NUL.
pub(super) fn istring<'a>(octets: &[u8], arena: &'a Arena) -> Option<IString<'a>> {
    IString::new(arena.slice(octets)).ok()
}

/// A value without the line ends that fold it, and without NULs.
pub(super) fn unfolded(value: &[u8]) -> Vec<u8> {
    let keep = |octet: &u8| !matches!(octet, b'\r' | b'\n' | 0);
    value.trim_ascii().iter().copied().filter(keep).collect()
}

/// Content-Type or Content-Disposition. Encoded words in it are [masked](unmask).
pub(super) fn content_type(header: &[u8], name: &str) -> Option<ContentType<'static>> {
    let field = named(header, name).next()?;
    let value = MessageStream::new(&masked(field.value)?).parse_content_type().into_owned();
    value.into_content_type()
}

/// A list of addresses. Encoded words in it are [masked](unmask).
pub(super) fn addresses(value: &[u8]) -> Option<mail_parser::Address<'static>> {
    MessageStream::new(&masked(value)?).parse_address().into_owned().into_address()
}

/// The date and time of a Date field.
pub(super) fn date(value: &[u8]) -> Option<mail_parser::DateTime> {
    MessageStream::new(&line(value)?).parse_date().into_datetime()
}

/// The text of a field, with encoded words (RFC 2047) decoded.
pub(super) fn text(value: &[u8]) -> String {
    let Some(line) = line(value) else {
        return String::from_utf8_lossy(value).into_owned();
    };
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => String::new(),
    }
}

/// Undoes what [`content_type`] and [`addresses`] did to encoded words.
pub(super) fn unmask(text: &str) -> String {
    text.replace(MASK, "?")
}

fn masked(value: &[u8]) -> Option<Vec<u8>> {
    let mut line = line(value)?;
    for at in 1..line.len() {
        if line[at] == b'?' && line[at - 1] == b'=' {
            line[at] = MASK as u8;
        }
    }
    Some(line)
}

/// A value as one line, for `mail-parser`.
fn line(value: &[u8]) -> Option<Vec<u8>> {
    let mut line = if value.len() > MAX_FIELD { return None } else { unfolded(value) };
    line.extend_from_slice(b"\r\n");
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_whole() {
        let header = b"Subject: a\r\n b\r\nno field\r\nX-Y : c\n\tc\nLast:\r\n\r\n";
        let found: Vec<_> = fields(header)
            .map(|field| {
                (
                    String::from_utf8_lossy(field.name).into_owned(),
                    unfolded(field.value),
                    field.whole.len(),
                )
            })
            .collect();
        let expected = [("Subject", "a b", 16), ("X-Y", "c\tc", 11), ("Last", "", 7)]
            .map(|(n, v, l)| (n.to_owned(), v.as_bytes().to_vec(), l));
        assert_eq!(found, expected);
    }

    #[test]
    fn encoded_words_are_decoded_for_text_alone() {
        assert_eq!(
            text(b" =?iso-8859-1?Q?Keld_J=F8rn?=\r\n =?utf-8?b?w6Q=?= x\r\n"),
            "Keld Jørnä x"
        );
        assert_eq!(text("Grüße\r\n".as_bytes()), "Grüße");
        let header = b"Content-Type: a/b; name=\"=?utf-8?q?=C3=A4?=\"\r\n";
        let value = content_type(header, "content-type").unwrap();
        assert_eq!(unmask(value.attribute("name").unwrap()), "=?utf-8?q?=C3=A4?=");
    }

    #[test]
    fn a_monstrous_field_is_left_alone() {
        let value = "=?".repeat(MAX_FIELD);
        assert_eq!(addresses(value.as_bytes()), None);
        assert_eq!(text(value.as_bytes()), value);
    }
}
