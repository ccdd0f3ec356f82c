//! BODY and BODYSTRUCTURE: the MIME structure of a message.
//!
//! RFC 9051 sections 7.5.2 and 9: `body`.

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::Parsed;

use crate::value::envelope::{Envelope, envelope};
use crate::wire::lenient::{gap, list, list_or_nil, nstring, spaces, string, values};
use crate::wire::{
    Arena, Depth, IString, NString, Raw, Style, at, close, encode_list, encode_nstring, nil,
    number63, open,
};

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
    /// Octets of the part in its transfer encoding. The grammar has 32 bits for them, and
    /// RFC 9051 appendix D has clients expect 63.
    pub octets: u64,
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
    fn encode(self, style: Style, out: &mut BytesMut) {
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
        decimal(self.octets, out);
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
    fn encode(self, style: Style, out: &mut BytesMut) {
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

/// ```abnf
/// body            = "(" (body-type-1part / body-type-mpart) ")"
/// body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
///                                                          ; RFC 9051 section 9
/// ```
/// A multipart that has no parts is taken: it begins with one string, and a
/// single part begins with two.
pub(crate) fn body<'a>(
    input: &'a [u8],
    arena: &'a Arena,
    depth: Depth,
) -> Parsed<'a, BodyStructure<'a>> {
    let depth = depth.down(input)?;
    let (rest, ()) = open(input)?;
    let mut rest = spaces(rest);
    let mut parts = arena.list();
    while at(b'(', rest) {
        let (behind, part) = body(rest, arena, depth)?;
        parts.push(part);
        rest = spaces(behind);
    }
    let (rest, media) = string(rest, arena)?;
    let behind = spaces(rest);
    let (rest, body) = if parts.is_empty() && matches!(behind, [b'"' | b'{', ..]) {
        let (rest, part) = single_part(media, behind, arena, depth)?;
        (rest, BodyStructure::Single(arena.alloc(part)))
    } else {
        let (rest, extension) = multi_extension(rest, arena)?;
        let part = MultiPart { parts: parts.into_bump_slice(), subtype: media, extension };
        (rest, BodyStructure::Multi(arena.alloc(part)))
    };
    let (rest, ()) = close(spaces(rest))?;
    Ok((rest, body))
}

/// What stands behind `media`, the first string.
///
/// ```abnf
/// body-type-1part = (body-type-basic / body-type-msg / body-type-text)
///                   [SP body-ext-1part]
/// body-type-basic = media-basic SP body-fields
/// body-type-msg   = media-message SP body-fields SP envelope SP body SP body-fld-lines
/// body-type-text  = media-text SP body-fields SP body-fld-lines
/// body-fields     = body-fld-param SP body-fld-id SP body-fld-desc SP
///                   body-fld-enc SP body-fld-octets
/// body-ext-1part  = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang
///                   [SP body-fld-loc *(SP body-extension)]]]
///                                                          ; RFC 9051 section 9
/// ```
/// Text without lines and messages without envelope are taken as they are.
fn single_part<'a>(
    media: IString<'a>,
    input: &'a [u8],
    arena: &'a Arena,
    depth: Depth,
) -> Parsed<'a, SinglePart<'a>> {
    let (rest, subtype) = string(input, arena)?;
    let (rest, parameters) = parameters(gap(rest)?.0, arena)?;
    let (rest, id) = nstring(gap(rest)?.0, arena)?;
    let (rest, description) = nstring(gap(rest)?.0, arena)?;
    let (rest, encoding) = nstring(gap(rest)?.0, arena)?;
    let (rest, octets) = number_or_nil(gap(rest)?.0)?;
    let is = |name: &[u8]| media.as_bytes().eq_ignore_ascii_case(name);
    let (rest, content) = match spaces(rest) {
        behind @ [b'0'..=b'9', ..] if is(b"TEXT") => {
            let (rest, lines) = number63(behind)?;
            (rest, Content::Text { lines })
        }
        behind @ [b'(', ..] if is(b"MESSAGE") => {
            let (rest, envelope) = envelope(behind, arena)?;
            let (rest, body) = body(spaces(rest), arena, depth)?;
            let (rest, lines) = number_or_nil(gap(rest)?.0)?;
            (rest, Content::Message { envelope, body, lines })
        }
        _ => (rest, Content::Basic { media }),
    };
    let (rest, extension) = match field(rest) {
        Some(rest) => {
            let (rest, md5) = nstring(rest, arena)?;
            let (rest, tail) = extension_tail(rest, arena)?;
            (rest, Some(SingleExtension { md5, tail }))
        }
        None => (rest, None),
    };
    let part =
        SinglePart { content, subtype, parameters, id, description, encoding, octets, extension };
    Ok((rest, part))
}

/// ```abnf
/// body-ext-mpart = body-fld-param [SP body-fld-dsp [SP body-fld-lang
///                  [SP body-fld-loc *(SP body-extension)]]]
///                                                          ; RFC 9051 section 9
/// ```
fn multi_extension<'a>(
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, Option<MultiExtension<'a>>> {
    let Some(rest) = field(input) else {
        return Ok((input, None));
    };
    let (rest, parameters) = parameters(rest, arena)?;
    let (rest, tail) = extension_tail(rest, arena)?;
    Ok((rest, Some(MultiExtension { parameters, tail })))
}

/// ```abnf
/// body-fld-dsp  = "(" string SP body-fld-param ")" / nil
/// body-fld-lang = nstring / "(" string *(SP string) ")"
/// body-fld-loc  = nstring                                  ; RFC 9051 section 9
/// ```
fn extension_tail<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, ExtensionTail<'a>> {
    let mut tail = ExtensionTail::default();
    let Some(rest) = field(input) else {
        return Ok((input, tail));
    };
    let (rest, disposition) = disposition(rest, arena)?;
    tail.disposition = disposition;
    let Some(behind) = field(rest) else {
        return Ok((rest, tail));
    };
    let (rest, languages) = match behind {
        [b'(', ..] => list(behind, arena, |input| string(input, arena))?,
        _ => {
            let (rest, language) = nstring(behind, arena)?;
            (rest, arena.collect(language))
        }
    };
    tail.languages = languages;
    let Some(behind) = field(rest) else {
        return Ok((rest, tail));
    };
    let (rest, location) = nstring(behind, arena)?;
    tail.location = location;
    let Some(behind) = field(rest) else {
        return Ok((rest, tail));
    };
    let (rest, more) = values(behind)?;
    tail.more = Some(more);
    Ok((rest, tail))
}

/// The next field, if there is another.
fn field(input: &[u8]) -> Option<&[u8]> {
    match spaces(input) {
        [] | [b')', ..] => None,
        field => Some(field),
    }
}

fn disposition<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Option<Disposition<'a>>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, ()) = open(input)?;
    let (rest, kind) = string(spaces(rest), arena)?;
    let (rest, parameters) = match field(rest) {
        Some(rest) => parameters(rest, arena)?,
        None => (rest, &[][..]),
    };
    let (rest, ()) = close(spaces(rest))?;
    Ok((rest, Some(Disposition { kind, parameters })))
}

/// ```abnf
/// body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
///                                                          ; RFC 9051 section 9
/// ```
fn parameters<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a [Parameter<'a>]> {
    list_or_nil(input, arena, |input| {
        let (rest, name) = string(input, arena)?;
        let (rest, value) = nstring(spaces(rest), arena)?;
        Ok((rest, Parameter { name, value }))
    })
}

/// A number; some servers send `NIL` for 0.
fn number_or_nil(input: &[u8]) -> Parsed<'_, u64> {
    match nil(input) {
        Ok((rest, ())) => Ok((rest, 0)),
        Err(_) => number63(input),
    }
}
