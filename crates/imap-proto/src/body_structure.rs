//! BODY and BODYSTRUCTURE: the MIME structure of a message.
//!
//! RFC 9051 sections 7.5.2 and 9: `body`.

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;

use crate::envelope::Envelope;
use crate::lexical::{IString, NString, Style, encode_list, encode_nstring};
use crate::response::Raw;

/// `body`: a body part, with the parts in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyStructure<'a> {
    /// A part without parts, or a message in a message.
    Single(&'a SinglePart<'a>),
    /// A part made of parts (`multipart/…`).
    Multi(&'a MultiPart<'a>),
}

/// `body-type-1part`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SinglePart<'a> {
    /// What only some media types have.
    pub content: Content<'a>,
    /// The media subtype, such as `PLAIN`.
    pub subtype: IString<'a>,
    /// The parameters of Content-Type.
    pub parameters: &'a [Parameter<'a>],
    /// Content-ID.
    pub id: NString<'a>,
    /// Content-Description.
    pub description: NString<'a>,
    /// Content-Transfer-Encoding; `None` only from servers that send NIL for it.
    pub encoding: NString<'a>,
    /// Octets of the part in its transfer encoding.
    pub octets: u32,
    /// What BODYSTRUCTURE tells besides, and BODY does not.
    pub extension: Option<SingleExtension<'a>>,
}

/// The media type of a part, and what only parts of that type have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content<'a> {
    /// `text/…`
    Text {
        /// Lines of the part.
        lines: u64,
    },
    /// `message/rfc822` or `message/global`
    Message {
        /// The envelope of the message in it.
        envelope: &'a Envelope<'a>,
        /// The structure of the message in it.
        body: BodyStructure<'a>,
        /// Lines of the part.
        lines: u64,
    },
    /// Any other.
    Basic {
        /// The media type, such as `IMAGE`.
        media: IString<'a>,
    },
}

/// `body-type-mpart`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MultiPart<'a> {
    /// The parts in it. Servers have been seen to send none.
    pub parts: &'a [BodyStructure<'a>],
    /// The media subtype, such as `MIXED`.
    pub subtype: IString<'a>,
    /// What BODYSTRUCTURE tells besides, and BODY does not.
    pub extension: Option<MultiExtension<'a>>,
}

/// `body-ext-1part`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SingleExtension<'a> {
    /// Content-MD5.
    pub md5: NString<'a>,
    /// The fields behind it.
    pub tail: ExtensionTail<'a>,
}

/// `body-ext-mpart`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MultiExtension<'a> {
    /// The parameters of Content-Type.
    pub parameters: &'a [Parameter<'a>],
    /// The fields behind them.
    pub tail: ExtensionTail<'a>,
}

/// What both kinds of extension data end with. A server may stop behind any
/// field; that field and the next are then empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExtensionTail<'a> {
    /// Content-Disposition.
    pub disposition: Option<Disposition<'a>>,
    /// Content-Language.
    pub languages: &'a [IString<'a>],
    /// Content-Location.
    pub location: NString<'a>,
    /// What comes behind, as it was written (`body-extension`).
    pub more: Option<Raw<'a>>,
}

/// Content-Disposition (RFC 2183).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Disposition<'a> {
    /// `attachment`, `inline` or another.
    pub kind: IString<'a>,
    /// Its parameters, such as the file's name.
    pub parameters: &'a [Parameter<'a>],
}

/// A parameter of Content-Type or Content-Disposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: IString<'a>,
    /// Its value; `None` only from servers that send NIL for it.
    pub value: NString<'a>,
}

impl BodyStructure<'_> {
    /// Writes it, in its parentheses.
    ///
    /// The grammar has no multipart without parts; one is written with an empty
    /// text in it.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b'(');
        match self {
            Self::Single(part) => part.encode(style, out),
            Self::Multi(part) => part.encode(style, out),
        }
        out.put_u8(b')');
    }
}

impl SinglePart<'_> {
    fn encode(&self, style: Style, out: &mut BytesMut) {
        match self.content {
            Content::Text { .. } => out.put_slice(b"\"TEXT\""),
            Content::Message { .. } => out.put_slice(b"\"MESSAGE\""),
            Content::Basic { media } => media.encode(style, out),
        }
        out.put_u8(b' ');
        self.subtype.encode(style, out);
        out.put_u8(b' ');
        encode_parameters(self.parameters, style, out);
        for field in [self.id, self.description, self.encoding] {
            out.put_u8(b' ');
            encode_nstring(field, style, out);
        }
        out.put_u8(b' ');
        decimal(self.octets.into(), out);
        let lines = match self.content {
            Content::Text { lines } => Some(lines),
            Content::Message { envelope, body, lines } => {
                out.put_u8(b' ');
                envelope.encode(style, out);
                out.put_u8(b' ');
                body.encode(style, out);
                Some(lines)
            }
            Content::Basic { .. } => None,
        };
        if let Some(lines) = lines {
            out.put_u8(b' ');
            decimal(lines, out);
        }
        if let Some(extension) = self.extension {
            out.put_u8(b' ');
            encode_nstring(extension.md5, style, out);
            extension.tail.encode(style, out);
        }
    }
}

impl MultiPart<'_> {
    fn encode(&self, style: Style, out: &mut BytesMut) {
        for part in self.parts {
            part.encode(style, out);
        }
        if self.parts.is_empty() {
            out.put_slice(b"(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 0 0)");
        }
        out.put_u8(b' ');
        self.subtype.encode(style, out);
        if let Some(extension) = self.extension {
            out.put_u8(b' ');
            encode_parameters(extension.parameters, style, out);
            extension.tail.encode(style, out);
        }
    }
}

impl ExtensionTail<'_> {
    fn encode(self, style: Style, out: &mut BytesMut) {
        out.put_u8(b' ');
        match self.disposition {
            Some(disposition) => {
                out.put_u8(b'(');
                disposition.kind.encode(style, out);
                out.put_u8(b' ');
                encode_parameters(disposition.parameters, style, out);
                out.put_u8(b')');
            }
            None => out.put_slice(b"NIL"),
        }
        out.put_u8(b' ');
        match self.languages {
            [] => out.put_slice(b"NIL"),
            languages => encode_list(languages, out, |language, out| language.encode(style, out)),
        }
        out.put_u8(b' ');
        encode_nstring(self.location, style, out);
        if let Some(more) = self.more {
            out.put_u8(b' ');
            out.put_slice(more.as_bytes());
        }
    }
}

/// Writes `parameters` in parentheses; none are `NIL`.
fn encode_parameters(parameters: &[Parameter<'_>], style: Style, out: &mut BytesMut) {
    if parameters.is_empty() {
        return out.put_slice(b"NIL");
    }
    encode_list(parameters, out, |parameter, out| {
        parameter.name.encode(style, out);
        out.put_u8(b' ');
        encode_nstring(parameter.value, style, out);
    });
}
