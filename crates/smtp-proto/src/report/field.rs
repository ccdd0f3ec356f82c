//! Fields of a report, of which no text can make two.

use bytes::{BufMut, BytesMut};

use super::date::put_date;
use crate::text::Text;

/// Which characters a report may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Ascii,
    /// RFC 6533 §4.
    Utf8,
}

/// Writes a field whose value is `text`.
pub(super) fn put_field(name: &str, text: &str, charset: Charset, out: &mut BytesMut) {
    put_name(name, out);
    put_folded(text.as_bytes(), charset, out);
    out.put_slice(b"\r\n");
}

/// Writes a field whose value is a time.
pub(super) fn put_date_field(name: &str, unix_time: i64, out: &mut BytesMut) {
    put_name(name, out);
    put_date(unix_time, out);
    out.put_slice(b"\r\n");
}

pub(super) fn put_name(name: &str, out: &mut BytesMut) {
    out.put_slice(name.as_bytes());
    out.put_slice(b": ");
}

/// Writes text in lines of at most 500 octets, each but the first after a fold.
pub(super) fn put_folded(text: &[u8], charset: Charset, out: &mut BytesMut) {
    let lines = Text::received(text).wrapped().filter(|line| !line.is_empty());
    for (number, line) in lines.enumerate() {
        if number > 0 {
            out.put_slice(b"\r\n ");
        }
        put_text(line.as_bytes(), charset, out);
    }
}

/// Writes text, whatever it holds: a space in the place of a control character, and `?` in that
/// of what is no text, or none of the charset.
pub(super) fn put_text(text: &[u8], charset: Charset, out: &mut BytesMut) {
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            put_character(character, charset, out);
        }
        if !chunk.invalid().is_empty() {
            out.put_u8(b'?');
        }
    }
}

/// The same for one character.
pub(super) fn put_character(character: char, charset: Charset, out: &mut BytesMut) {
    match character {
        _ if character.is_control() => out.put_u8(b' '),
        _ if character.is_ascii() || charset == Charset::Utf8 => {
            out.put_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        _ => out.put_u8(b'?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_one() {
        let mut out = BytesMut::new();
        put_field("X", "a\r\nBcc: b\u{85}\u{1b}[0mü", Charset::Ascii, &mut out);
        assert_eq!(&out[..], b"X: a  Bcc: b  [0m?\r\n");
        out.clear();
        put_text("ü\u{ff}".as_bytes(), Charset::Utf8, &mut out);
        put_text(b"\xff\xfe", Charset::Utf8, &mut out);
        assert_eq!(&out[..], "üÿ??".as_bytes());
        out.clear();
        put_field("X", &"word ".repeat(300), Charset::Ascii, &mut out);
        assert!(out[..].split(|&octet| octet == b'\n').all(|line| line.len() <= 502));
        assert!(out.windows(3).filter(|end| *end == b"\r\n ").count() == 3);
    }
}
