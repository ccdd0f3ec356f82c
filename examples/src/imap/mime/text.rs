//! What a message says, for SEARCH (RFC 9051 §6.4.4).

use imap_proto::{Date, Month};
use mail_parser::decoders::charsets::map::charset_decoder;

use super::{
    Mime, fields,
    parts::{Inside, Part},
};

/// A string that is looked for, whatever its case.
#[derive(Clone, Debug)]
pub struct Needle(String);

impl Needle {
    /// `text`, which is UTF-8; octets that are not match nothing.
    pub fn new(text: &[u8]) -> Self {
        Self(String::from_utf8_lossy(text).to_lowercase())
    }

    /// Whether the string is in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.0.is_empty() || text.to_lowercase().contains(&self.0)
    }
}

impl Mime {
    /// Whether a header field of this name has the string in it, encoded words
    /// decoded.
    pub fn field_has(&self, name: &str, needle: &Needle) -> bool {
        fields::named(self.header(&self.root), name)
            .any(|field| needle.is_in(&fields::text(field.value)))
    }

    /// Whether the header has the string in it.
    pub fn header_has(&self, needle: &Needle) -> bool {
        self.in_header(&self.root, needle)
    }

    /// Whether the body has the string in it: a text, without its transfer
    /// encoding and charset, or the header of a message in the message.
    pub fn body_has(&self, needle: &Needle) -> bool {
        self.in_body(&self.root, needle)
    }

    /// The day of the Date field, in its own zone.
    pub fn sent(&self) -> Option<Date> {
        let field = fields::named(self.header(&self.root), "Date").next()?;
        let date = fields::date(field.value)?;
        let month = Month::ALL.get(usize::from(date.month).checked_sub(1)?)?;
        Date::new(date.year, *month, date.day)
    }

    fn in_header(&self, part: &Part, needle: &Needle) -> bool {
        fields::fields(self.header(part)).any(|field| {
            let name = String::from_utf8_lossy(field.name);
            needle.is_in(&format!("{name}: {}", fields::text(field.value)))
        })
    }

    fn in_body(&self, part: &Part, needle: &Needle) -> bool {
        match &part.inside {
            Inside::Parts(parts) => parts.iter().any(|part| self.in_body(part, needle)),
            Inside::Message(message) => {
                self.in_header(message, needle) || self.in_body(message, needle)
            }
            Inside::Nothing => self.text(part).is_some_and(|text| needle.is_in(&text)),
        }
    }

    /// The text of a part that is one. What cannot be decoded is left as it is.
    fn text(&self, part: &Part) -> Option<String> {
        let content = fields::content_type(self.header(part), "Content-Type");
        if content.as_ref().is_some_and(|content| content.ctype() != "text") {
            return None;
        }
        let decoded = self.decoded(part);
        let octets = decoded.as_deref().unwrap_or(self.body(part));
        let charset = content.as_ref().and_then(|content| content.attribute("charset"));
        let decode = charset.and_then(|charset| charset_decoder(charset.as_bytes()));
        Some(match decode {
            Some(decode) => decode(octets),
            None => String::from_utf8_lossy(octets).into_owned(),
        })
    }
}
