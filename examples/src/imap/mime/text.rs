//! The text that octets of a message stand for: encoded words, charsets, dates.

use imap_proto::{Arena, Date, Month};
use mail_parser::{HeaderValue, decoders::charsets::map::charset_decoder, parsers::MessageStream};

use super::{fields, parameters::MediaType, parts::Part, transfer::Encoding};

/// A longer field is taken as it stands: nobody writes one with encoded words in good
/// faith.
const MAX_FIELD: usize = 64 * 1024;

/// The text of a field, with encoded words (RFC 2047) decoded.
pub(super) fn field(value: &[u8]) -> String {
    if value.len() > MAX_FIELD {
        return String::from_utf8_lossy(value).into_owned();
    }
    match MessageStream::new(&line(value)).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => String::new(),
    }
}

/// The day of the Date field, in its own zone.
pub(super) fn sent(header: &[u8]) -> Option<Date> {
    let [date] = fields::first(header, ["Date"]);
    let value = date.filter(|value| value.len() <= MAX_FIELD)?;
    let date = MessageStream::new(&line(value)).parse_date().into_datetime()?;
    let month = Month::ALL.get(usize::from(date.month).checked_sub(1)?)?;
    Date::new(date.year, *month, date.day)
}

/// The text of a part that is one, without its transfer encoding and charset. What
/// cannot be decoded is left as it is.
pub(super) fn part(octets: &[u8], part: &Part) -> Option<String> {
    let header = octets.get(part.header.clone()).unwrap_or_default();
    let body = octets.get(part.body.clone()).unwrap_or_default();
    let arena = Arena::new();
    let [media] = fields::first(header, ["Content-Type"]);
    let media = media.and_then(|value| MediaType::read(fields::unfolded(value, &arena)));
    if media.is_some_and(|media| !media.is_kind("text")) {
        return None;
    }
    let decoded;
    let octets = match part.encoding {
        Encoding::Identity | Encoding::Unknown => body,
        encoding => {
            decoded = encoding.decode(body);
            &decoded
        }
    };
    let charset = media.and_then(|media| media.parameter("charset"));
    let decode = charset.and_then(|charset| charset_decoder(&charset));
    Some(match decode {
        Some(decode) => decode(octets),
        None => String::from_utf8_lossy(octets).into_owned(),
    })
}

/// A value as one line, for `mail-parser`.
fn line(value: &[u8]) -> Vec<u8> {
    let keep = |octet: &u8| !matches!(octet, b'\r' | b'\n' | 0);
    value.trim_ascii().iter().copied().filter(keep).chain(*b"\r\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_are_decoded() {
        assert_eq!(
            field(b" =?iso-8859-1?Q?Keld_J=F8rn?=\r\n =?utf-8?b?w6Q=?= x\r\n"),
            "Keld Jørnä x"
        );
        assert_eq!(field("Grüße\r\n".as_bytes()), "Grüße");
    }

    #[test]
    fn a_monstrous_field_is_left_alone() {
        let value = "=?".repeat(MAX_FIELD);
        assert_eq!(field(value.as_bytes()), value);
    }
}
