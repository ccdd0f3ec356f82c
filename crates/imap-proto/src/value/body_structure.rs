//! BODY and BODYSTRUCTURE: the MIME structure of a message.
//!
//! RFC 9051 §7.5.2 and §9: `body`.

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, fail};
use nom::Err;

use crate::value::envelope::{Envelope, envelope};
use crate::wire::{
    Arena, Depth, IString, NString, Raw, Reader, Side, Style, at, encode_list, encode_nstring, nil,
    number63, open, parse_whole, usual_nstring,
};

/// `body`: a body part, with the parts in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyStructure<'a> {
    /// A part without parts, or a message in a message.
    Single(&'a SinglePart<'a>),
    /// A part made of parts (`multipart/…`).
    Multi(&'a MultiPart<'a>),
    /// What a server sent for a part and is none, as it was written.
    Unparsed(Raw<'a>),
}

/// `body-type-1part`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SinglePart<'a> {
    /// What only some media types have.
    pub content: Content<'a>,
    /// The media subtype, such as `PLAIN`; `None` only from servers that leave it out.
    pub subtype: NString<'a>,
    /// The parameters of Content-Type.
    pub parameters: &'a [Parameter<'a>],
    /// Content-ID.
    pub id: NString<'a>,
    /// Content-Description.
    pub description: NString<'a>,
    /// Content-Transfer-Encoding; `None` only from servers that send NIL for it.
    pub encoding: NString<'a>,
    /// Octets of the part in its transfer encoding. The grammar has 32 bits for them, and
    /// RFC 9051 appendix D has clients expect 63. `None` only from servers that send something
    /// else.
    pub octets: Option<u64>,
    /// What BODYSTRUCTURE tells besides, and BODY does not.
    pub extension: Option<SingleExtension<'a>>,
    /// All of the part as a server sent it, if anything in it was bad or missing and so is not
    /// told above. It is then what is written.
    pub unparsed: Option<Raw<'a>>,
}

/// The media type of a part, and what only parts of that type have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content<'a> {
    /// `text/…`
    Text {
        /// Lines of the part; `None` only from servers that leave them out.
        lines: Option<u64>,
    },
    /// `message/rfc822` or `message/global`
    Message {
        /// The envelope of the message in it.
        envelope: &'a Envelope<'a>,
        /// The structure of the message in it; `None` only from servers that send something
        /// else.
        body: Option<BodyStructure<'a>>,
        /// Lines of the part; `None` only from servers that send something else.
        lines: Option<u64>,
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
    /// The media subtype, such as `MIXED`; `None` only from servers that leave it out.
    pub subtype: NString<'a>,
    /// What BODYSTRUCTURE tells besides, and BODY does not.
    pub extension: Option<MultiExtension<'a>>,
    /// All of the part as a server sent it, if anything in it was bad or missing and so is not
    /// told above. It is then what is written.
    pub unparsed: Option<Raw<'a>>,
}

/// `body-ext-1part`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SingleExtension<'a> {
    /// Content-MD5.
    pub md5: NString<'a>,
    /// The fields after it.
    pub tail: ExtensionTail<'a>,
}

/// `body-ext-mpart`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MultiExtension<'a> {
    /// The parameters of Content-Type.
    pub parameters: &'a [Parameter<'a>],
    /// The fields after them.
    pub tail: ExtensionTail<'a>,
}

/// What both kinds of extension data end with. A server may stop after any
/// field; that field and the next are then empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ExtensionTail<'a> {
    /// Content-Disposition.
    pub disposition: Option<Disposition<'a>>,
    /// Content-Language.
    pub languages: &'a [IString<'a>],
    /// Content-Location.
    pub location: NString<'a>,
    /// What comes after, as it was written (`body-extension`).
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

impl<'a> BodyStructure<'a> {
    /// Parses a body structure as servers send it, which stands for itself.
    ///
    /// # Errors
    /// Where it is none, and what was expected there.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, SyntaxError> {
        parse_whole(input, Side::Server, arena, |input, reader| body(input, reader, Depth::TOP))
    }
}

impl BodyStructure<'_> {
    /// Writes it, in its parentheses.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        let unparsed = match self {
            Self::Single(part) => part.unparsed,
            Self::Multi(part) => part.unparsed,
            Self::Unparsed(raw) => Some(raw),
        };
        if let Some(raw) = unparsed {
            return out.put_slice(raw.as_bytes());
        }
        out.put_u8(b'(');
        match self {
            Self::Single(part) => part.encode(style, out),
            Self::Multi(part) => part.encode(style, out),
            Self::Unparsed(_) => {}
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
        encode_nstring(self.subtype, style, out);
        out.put_u8(b' ');
        encode_parameters(self.parameters, style, out);
        for field in [self.id, self.description, self.encoding] {
            out.put_u8(b' ');
            encode_nstring(field, style, out);
        }
        encode_number(self.octets, out);
        match self.content {
            Content::Text { lines: lines @ Some(_) } => encode_number(lines, out),
            Content::Message { envelope, body, lines } => {
                out.put_u8(b' ');
                envelope.encode(style, out);
                out.put_u8(b' ');
                match body {
                    Some(body) => body.encode(style, out),
                    None => out.put_slice(b"NIL"),
                }
                encode_number(lines, out);
            }
            Content::Text { lines: None } | Content::Basic { .. } => {}
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
        if !self.parts.is_empty() {
            out.put_u8(b' ');
        }
        encode_nstring(self.subtype, style, out);
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

/// Writes a space and a number, or `NIL`.
fn encode_number(number: Option<u64>, out: &mut BytesMut) {
    out.put_u8(b' ');
    match number {
        Some(number) => decimal(number, out),
        None => out.put_slice(b"NIL"),
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
///                                                          ; RFC 9051 §9
/// ```
/// A multipart that has no parts is taken. A part that is bad is raw in its place; a field that
/// is bad is lost, and those beside it are what they are.
pub(crate) fn body<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
    depth: Depth,
) -> Parsed<'a, BodyStructure<'a>> {
    let depth = depth.down(input)?;
    let lost = reader.lost();
    let (rest, ()) = open(input)?;
    let start = reader.skip_spaces(rest);
    if at(b'(', start) {
        let (rest, parts) = parts(start, reader, depth)?;
        return multi_part(input, rest, parts, lost, reader);
    }
    let (rest, media) = match usual_nstring(input) {
        Some((rest, Some(media))) => (rest, media),
        _ => reader.string(start)?,
    };
    let next = reader.skip_spaces(rest);
    // What comes before the octets are parameters, ID, description and encoding, and before
    // those the subtype, if there is one.
    let has_subtype = match next {
        [b'"' | b'{' | b'~', ..] => true,
        _ => match values_before_number(next, reader) {
            4 => false,
            5 => true,
            _ => return multi_part(input, start, &[], lost, reader),
        },
    };
    let (rest, subtype) = match has_subtype {
        true => reader.nstring_field(rest)?,
        false => {
            reader.lose();
            (next, None)
        }
    };
    let (rest, mut part) = single_part(media, subtype.flatten(), rest, reader, depth)?;
    let (rest, ()) = reader.end_of_list(rest)?;
    part.unparsed = reader.unparsed_since(lost, input, rest);
    Ok((rest, BodyStructure::Single(reader.arena.alloc(part))))
}

/// `1*body`
fn parts<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
    depth: Depth,
) -> Parsed<'a, &'a [BodyStructure<'a>]> {
    let mut parts = reader.arena.list();
    let mut rest = input;
    while at(b'(', rest) {
        let (after, part) = match body(rest, reader, depth) {
            Err(Err::Error(_)) => {
                let (after, raw) = reader.value(rest)?;
                (after, BodyStructure::Unparsed(raw))
            }
            part => part?,
        };
        parts.push(part);
        rest = reader.skip_spaces(after);
    }
    if parts.as_slice().iter().all(|part| matches!(part, BodyStructure::Unparsed(_))) {
        return fail(input, "a body part");
    }
    Ok((rest, parts.end()))
}

/// What comes after the parts.
///
/// ```abnf
/// body-ext-mpart = body-fld-param [SP body-fld-dsp [SP body-fld-lang
///                  [SP body-fld-loc *(SP body-extension)]]]
///                                                          ; RFC 9051 §9
/// ```
fn multi_part<'a>(
    whole: &'a [u8],
    input: &'a [u8],
    parts: &'a [BodyStructure<'a>],
    lost: usize,
    reader: &Reader<'a>,
) -> Parsed<'a, BodyStructure<'a>> {
    let (rest, subtype) = reader.nstring_field(input)?;
    let (rest, extension) = match next_field(rest, reader) {
        Some(field) => {
            let (rest, parameters) = reader.field(field, |input| parameters(input, reader))?;
            let (rest, tail) = extension_tail(rest, reader)?;
            let parameters = parameters.unwrap_or_default();
            (rest, Some(MultiExtension { parameters, tail }))
        }
        None => (rest, None),
    };
    let (rest, ()) = reader.end_of_list(rest)?;
    let unparsed = reader.unparsed_since(lost, whole, rest);
    let part = MultiPart { parts, subtype: subtype.flatten(), extension, unparsed };
    Ok((rest, BodyStructure::Multi(reader.arena.alloc(part))))
}

/// What comes after the media type.
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
///                                                          ; RFC 9051 §9
/// ```
/// Text without lines and messages without envelope are taken as they are.
fn single_part<'a>(
    media: IString<'a>,
    subtype: NString<'a>,
    input: &'a [u8],
    reader: &Reader<'a>,
    depth: Depth,
) -> Parsed<'a, SinglePart<'a>> {
    let text = |input| reader.nstring_field(input);
    let (rest, parameters) = reader.field(input, |input| parameters(input, reader))?;
    let (rest, id) = text(rest)?;
    let (rest, description) = text(rest)?;
    let (rest, encoding) = text(rest)?;
    let Some(field) = next_field(rest, reader) else { return fail(rest, "octets of the part") };
    let (rest, octets) = reader.field(field, number_or_nil)?;
    let is = |name: &[u8]| media.as_bytes().eq_ignore_ascii_case(name);
    let (rest, content) = match next_field(rest, reader) {
        Some(field @ [b'(', ..]) if is(b"MESSAGE") => {
            let (rest, envelope) = envelope(field, reader)?;
            let (rest, body) = reader.field(rest, |input| body(input, reader, depth))?;
            let (rest, lines) = reader.field(rest, number_or_nil)?;
            (rest, Content::Message { envelope, body, lines: lines.flatten() })
        }
        // What is neither a number nor what comes after it.
        Some(field) if is(b"TEXT") && !matches!(field, [b'"' | b'(' | b'{' | b'~', ..]) => {
            match nil(field) {
                Ok(_) => (rest, Content::Text { lines: None }),
                Err(_) => {
                    let (rest, lines) = reader.field(field, number63)?;
                    (rest, Content::Text { lines })
                }
            }
        }
        _ if is(b"TEXT") => (rest, Content::Text { lines: None }),
        _ => (rest, Content::Basic { media }),
    };
    let (rest, extension) = match next_field(rest, reader) {
        Some(_) => {
            let (rest, md5) = text(rest)?;
            let (rest, tail) = extension_tail(rest, reader)?;
            (rest, Some(SingleExtension { md5: md5.flatten(), tail }))
        }
        None => (rest, None),
    };
    let part = SinglePart {
        content,
        subtype,
        parameters: parameters.unwrap_or_default(),
        id: id.flatten(),
        description: description.flatten(),
        encoding: encoding.flatten(),
        octets: octets.flatten(),
        extension,
        unparsed: None,
    };
    Ok((rest, part))
}

/// ```abnf
/// body-fld-dsp  = "(" string SP body-fld-param ")" / nil
/// body-fld-lang = nstring / "(" string *(SP string) ")"
/// body-fld-loc  = nstring                                  ; RFC 9051 §9
/// ```
fn extension_tail<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ExtensionTail<'a>> {
    let mut tail = ExtensionTail::default();
    if let Some(rest @ [b')', ..]) = input.strip_prefix(b" NIL NIL NIL") {
        return Ok((rest, tail));
    }
    let Some(field) = next_field(input, reader) else {
        return Ok((input, tail));
    };
    let (rest, found) = reader.field(field, |input| disposition(input, reader))?;
    tail.disposition = found.flatten();
    let Some(field) = next_field(rest, reader) else {
        return Ok((rest, tail));
    };
    let (rest, found) = reader.field(field, |input| languages(input, reader))?;
    tail.languages = found.unwrap_or_default();
    let Some(field) = next_field(rest, reader) else {
        return Ok((rest, tail));
    };
    let (rest, found) = reader.nstring_field(field)?;
    tail.location = found.flatten();
    let Some(field) = next_field(rest, reader) else {
        return Ok((rest, tail));
    };
    let (rest, more) = reader.values(field)?;
    tail.more = Some(more);
    Ok((rest, tail))
}

/// The next field, if there is another.
fn next_field<'a>(input: &'a [u8], reader: &Reader<'a>) -> Option<&'a [u8]> {
    match reader.skip_spaces(input) {
        [] | [b')', ..] => None,
        field => Some(field),
    }
}

/// How many values come before one that begins like a number: 6 if more.
fn values_before_number<'a>(input: &'a [u8], reader: &Reader<'a>) -> usize {
    let mut rest = input;
    for before in 0..6 {
        rest = match (rest.first(), reader.value(rest)) {
            (Some(b'0'..=b'9' | b'-'), _) => return before,
            (_, Ok((rest, _))) => reader.skip_spaces(rest),
            (_, Err(_)) => break,
        };
    }
    6
}

/// A kind without parameters may stand for itself.
fn disposition<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Option<Disposition<'a>>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    if !at(b'(', input) {
        let (rest, kind) = reader.string(input)?;
        return Ok((rest, Some(Disposition { kind, parameters: &[] })));
    }
    let (rest, ()) = open(input)?;
    let (rest, kind) = reader.string(reader.skip_spaces(rest))?;
    let (rest, parameters) = match next_field(rest, reader) {
        Some(field) => reader.field(field, |input| parameters(input, reader))?,
        None => (rest, None),
    };
    let (rest, ()) = reader.end_of_list(rest)?;
    Ok((rest, Some(Disposition { kind, parameters: parameters.unwrap_or_default() })))
}

fn languages<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, &'a [IString<'a>]> {
    if at(b'(', input) {
        return reader.each(input, |input| reader.string(input), |_| None);
    }
    let (rest, language) = reader.nstring(input)?;
    Ok((rest, reader.arena.collect(language)))
}

/// ```abnf
/// body-fld-param = "(" string SP string *(SP string SP string) ")" / nil
///                                                          ; RFC 9051 §9
/// ```
fn parameters<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, &'a [Parameter<'a>]> {
    // Most lists have one.
    if let Some((rest, Some(name))) = usual_nstring(input) {
        if let Some(([b')', rest @ ..], value)) = usual_nstring(rest) {
            return Ok((rest, reader.arena.slice(&[Parameter { name, value }])));
        }
    }
    let parameter = |input| {
        let (rest, name) = reader.string(input)?;
        let (rest, value) = reader.nstring(reader.skip_spaces(rest))?;
        Ok((rest, Parameter { name, value }))
    };
    reader.each_or_nil(input, parameter, |_| None)
}

/// A number; some servers send `NIL` for one.
fn number_or_nil(input: &[u8]) -> Parsed<'_, Option<u64>> {
    match nil(input) {
        Ok((rest, ())) => Ok((rest, None)),
        Err(_) => number63(input).map(|(rest, number)| (rest, Some(number))),
    }
}
