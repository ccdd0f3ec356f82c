//! Which octets of a message a section is (RFC 9051 §6.4.5.1, RFC 3516).

use std::{collections::HashSet, num::NonZeroU32, ops::Range};

use imap_proto::{HeaderList, Partial, Section};

use super::{
    Layout,
    parts::Part,
    transfer::{Decoder, Encoding},
};

/// How the octets of a section come out of a message: which octets are to be read,
/// and what is done to them.
#[derive(Clone, Debug)]
pub struct Piece<'a> {
    /// Which octets of the message are read.
    pub octets: Range<u64>,
    how: How<'a>,
}

#[derive(Clone, Copy, Debug)]
enum How<'a> {
    /// They are the section.
    Plain,
    /// They are a header, of which those fields are the section that are, or are
    /// not, of these names.
    Fields(HeaderList<'a>, bool),
    /// They have a transfer encoding.
    Encoded(Encoding),
}

/// What makes a section of the octets that are read.
#[derive(Debug)]
pub struct Filter(Kind);

#[derive(Debug)]
enum Kind {
    Fields(Fields),
    Decoder(Decoder),
}

/// The transfer encoding of a part is not known: UNKNOWN-CTE (RFC 3516 §4.3).
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownEncoding;

impl Layout {
    /// The section of a message; `None` where the message has no such part.
    pub fn section<'a>(&self, section: Section<'a>) -> Option<Piece<'a>> {
        let path = section.part();
        let message = || self.root.message(path);
        Some(match section {
            Section::Whole => Piece::plain(&(0..self.root.body.end)),
            Section::Part(_) => Piece::plain(&self.root.find(path)?.body),
            Section::Mime(_) => Piece::plain(&self.root.find(path)?.header),
            Section::Header(_) => Piece::plain(&message()?.header),
            Section::Text(_) => Piece::plain(&message()?.body),
            Section::HeaderFields(_, names) => Piece::fields(message()?, names, true),
            Section::HeaderFieldsNot(_, names) => Piece::fields(message()?, names, false),
        })
    }

    /// A part without its transfer encoding (RFC 3516); `None` where the message has
    /// no such part.
    pub fn binary(&self, path: &[NonZeroU32]) -> Result<Option<Piece<'static>>, UnknownEncoding> {
        if path.is_empty() {
            return Ok(Some(Piece::plain(&(0..self.root.body.end))));
        }
        let Some(part) = self.root.find(path) else { return Ok(None) };
        let piece = Piece::plain(&part.body);
        match part.encoding {
            Encoding::Unknown => Err(UnknownEncoding),
            Encoding::Identity => Ok(Some(piece)),
            encoding => Ok(Some(Piece { how: How::Encoded(encoding), ..piece })),
        }
    }
}

impl<'a> Piece<'a> {
    /// All of a message of so many octets.
    pub fn whole(octets: u64) -> Self {
        Self { octets: 0..octets, how: How::Plain }
    }

    fn plain(octets: &Range<usize>) -> Self {
        Self { octets: octets.start as u64..octets.end as u64, how: How::Plain }
    }

    fn fields(message: &Part, names: HeaderList<'a>, these: bool) -> Self {
        Self { how: How::Fields(names, these), ..Self::plain(&message.header) }
    }

    /// What makes the section of the octets; `None` where they are the section.
    pub fn filter(&self) -> Option<Filter> {
        Some(Filter(match self.how {
            How::Plain => return None,
            How::Fields(names, these) => {
                Kind::Fields(Fields::new(names.iter().map(|name| name.as_bytes()), these))
            }
            How::Encoded(encoding) => Kind::Decoder(encoding.decoder()),
        }))
    }
}

impl Filter {
    /// Puts what comes of `octets` into `out`. They may be cut anywhere.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        match &mut self.0 {
            Kind::Fields(fields) => fields.push(octets, out),
            Kind::Decoder(decoder) => decoder.push(octets, out),
        }
    }

    /// Puts what is left at the end of the octets into `out`.
    pub fn finish(self, out: &mut Vec<u8>) {
        match self.0 {
            // The blank line that ends them.
            Kind::Fields(_) => out.extend_from_slice(b"\r\n"),
            Kind::Decoder(decoder) => decoder.finish(out),
        }
    }
}

/// The longest name of a field; a longer line could not be sent (RFC 5322 §2.1.1).
const MAX_FIELD_NAME: usize = 998;

/// Lets fields of a header through.
#[derive(Debug)]
pub(super) struct Fields {
    /// In lower case.
    names: HashSet<Vec<u8>>,
    /// Whether those of these names, or the others.
    these: bool,
    place: Place,
}

/// Where in a header the octets are.
#[derive(Debug)]
enum Place {
    /// In the name of a field, of which this was read.
    Name(Vec<u8>),
    /// In a line, of a field that is let through or not.
    Line(bool),
    /// At the start of a line, after a field that is let through or not.
    Start(bool),
}

impl Fields {
    pub(super) fn new<'n>(names: impl IntoIterator<Item = &'n [u8]>, these: bool) -> Self {
        let names = names.into_iter().map(<[u8]>::to_ascii_lowercase);
        Self { names: names.collect(), these, place: Place::Start(false) }
    }

    /// Puts what is let through of `octets` into `out`; they may be cut anywhere.
    pub(super) fn push(&mut self, mut octets: &[u8], out: &mut Vec<u8>) {
        while let Some(&first) = octets.first() {
            match &mut self.place {
                Place::Start(through) if matches!(first, b' ' | b'\t') => {
                    self.place = Place::Line(*through);
                }
                Place::Start(_) => self.place = Place::Name(Vec::new()),
                Place::Name(name) => {
                    let end = memchr::memchr2(b':', b'\n', octets);
                    let (more, rest) = octets.split_at(end.unwrap_or(octets.len()));
                    let fits = name.len() + more.len() <= MAX_FIELD_NAME;
                    name.extend_from_slice(if fits { more } else { &[] });
                    // A line without a colon is no field.
                    let is_field = fits && rest.first() == Some(&b':');
                    let is_named =
                        || self.names.contains(&name.trim_ascii_end().to_ascii_lowercase());
                    let through = is_field && is_named() == self.these;
                    if through {
                        out.extend_from_slice(name);
                    }
                    if end.is_some() || !fits {
                        self.place = Place::Line(through);
                    }
                    octets = rest;
                }
                Place::Line(through) => {
                    let end = memchr::memchr(b'\n', octets).map(|end| end + 1);
                    let (line, rest) = octets.split_at(end.unwrap_or(octets.len()));
                    if *through {
                        out.extend_from_slice(line);
                    }
                    if end.is_some() {
                        self.place = Place::Start(*through);
                    }
                    octets = rest;
                }
            }
        }
    }
}

/// The octets of a section that a client asks for, of as many as it has: past its
/// end there are none.
pub fn window(length: u64, partial: Option<Partial>) -> Range<u64> {
    match partial {
        None => 0..length,
        Some(Partial { offset, length: wanted }) => {
            offset.min(length)..offset.saturating_add(wanted.get()).min(length)
        }
    }
}
