//! The octets of a section (RFC 9051 §6.4.5.1).

use std::num::NonZeroU32;

use bytes::Bytes;
use imap_proto::{HeaderList, Partial, Section};
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};

use super::{
    Mime, fields,
    parts::{Inside, Part},
};

/// The transfer encoding of a part is not known, or is broken: UNKNOWN-CTE
/// (RFC 3516 §4.3).
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownEncoding;

impl Mime {
    /// The octets of a section; `None` where the message has no such part.
    pub fn section(&self, section: Section<'_>) -> Option<Bytes> {
        let path = section.part();
        Some(match section {
            Section::Whole => self.octets.clone(),
            Section::Part(_) => self.octets.slice(self.root.find(path)?.body.clone()),
            Section::Mime(_) => self.octets.slice(self.root.find(path)?.header.clone()),
            Section::Header(_) => self.octets.slice(self.root.message(path)?.header.clone()),
            Section::Text(_) => self.octets.slice(self.root.message(path)?.body.clone()),
            Section::HeaderFields(_, names) => self.subset(self.root.message(path)?, names, true),
            Section::HeaderFieldsNot(_, names) => {
                self.subset(self.root.message(path)?, names, false)
            }
        })
    }

    /// The fields that are, or are not, of these names, and the blank line
    /// that ends them.
    fn subset(&self, message: &Part, names: HeaderList<'_>, these: bool) -> Bytes {
        let is_named = |field: &fields::Field<'_>| {
            names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(field.name))
        };
        let mut subset = Vec::new();
        for field in fields::fields(self.header(message)) {
            if is_named(&field) == these {
                subset.extend_from_slice(field.whole);
            }
        }
        subset.extend_from_slice(b"\r\n");
        subset.into()
    }

    /// The octets of a part without its transfer encoding (RFC 3516); `None`
    /// where the message has no such part.
    pub fn binary(&self, path: &[NonZeroU32]) -> Result<Option<Bytes>, UnknownEncoding> {
        if path.is_empty() {
            return Ok(Some(self.octets.clone()));
        }
        self.root.find(path).map(|part| self.decoded(part)).transpose()
    }

    /// The body of a part without its transfer encoding.
    pub(super) fn decoded(&self, part: &Part) -> Result<Bytes, UnknownEncoding> {
        let raw = || self.octets.slice(part.body.clone());
        // What is made of parts has none (RFC 2045 §6.4).
        let encoded = matches!(part.inside, Inside::Nothing);
        let field = fields::named(self.header(part), "Content-Transfer-Encoding").next();
        let Some(field) = field.filter(|_| encoded) else { return Ok(raw()) };
        let encoding = fields::unfolded(field.value).to_ascii_lowercase();
        let decoded = match encoding.as_slice() {
            b"7bit" | b"8bit" | b"binary" | b"" => return Ok(raw()),
            b"base64" => base64_decode(self.body(part)),
            b"quoted-printable" => quoted_printable_decode(self.body(part)),
            _ => None,
        };
        decoded.map(Bytes::from).ok_or(UnknownEncoding)
    }
}

/// The octets of a section that a client asks for; past its end there are none.
pub fn cut(octets: &Bytes, partial: Option<Partial>) -> Bytes {
    let Some(Partial { offset, length }) = partial else { return octets.clone() };
    let inside = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(octets.len());
    octets.slice(inside(offset)..inside(offset.saturating_add(length.get())))
}
