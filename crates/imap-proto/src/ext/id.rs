//! ID: who a peer is (RFC 2971).

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Parsed, fail, token};

use crate::wire::{
    ASTRING_CHAR, IString, NString, Reader, Style, encode_list, encode_nstring, nil,
};

/// One field of ID (RFC 2971 §3.3): a name such as `version`, and its
/// value. A field has at most 30 octets, a value 1024; there are at most 30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdField<'a> {
    /// The name.
    pub name: IString<'a>,
    /// The value, if there is one to tell.
    pub value: NString<'a>,
}

/// Writes a space and the fields of ID, or `NIL`.
pub(crate) fn encode_id(fields: Option<&[IdField<'_>]>, style: Style, out: &mut BytesMut) {
    out.put_u8(b' ');
    match fields {
        Some(fields) => encode_list(fields, out, |field, out| {
            field.name.encode(style, out);
            out.put_u8(b' ');
            encode_nstring(field.value, style, out);
        }),
        None => out.put_slice(b"NIL"),
    }
}

/// ```abnf
/// id_params_list = "(" #(string SP nstring) ")" / nil      ; RFC 2971 §4
/// ```
pub(crate) fn id_fields<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, Option<&'a [IdField<'a>]>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, fields) = if reader.is_forgiving() {
        reader.each(input, |input| bare_field(input, reader), |_| None)?
    } else {
        reader.list(input, |input| {
            let (rest, name) = reader.string(input)?;
            let (rest, value) = reader.nstring(reader.space(rest)?.0)?;
            Ok((rest, IdField { name, value }))
        })?
    };
    Ok((rest, Some(fields)))
}

/// A field as servers send it, without quotes.
fn bare_field<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, IdField<'a>> {
    let string = |input: &'a [u8]| {
        let (rest, octets) = match input {
            [b'"' | b'{' | b'~', ..] => reader.string_octets(input)?,
            _ => token(&ASTRING_CHAR, "a string")(input)?,
        };
        match IString::new(octets) {
            Ok(string) => Ok((rest, string)),
            Err(error) => fail(input, error.expected),
        }
    };
    let (rest, name) = string(input)?;
    let start = reader.skip_spaces(rest);
    if let Ok((rest, ())) = nil(start) {
        return Ok((rest, IdField { name, value: None }));
    }
    let (rest, value) = string(start)?;
    Ok((rest, IdField { name, value: Some(value) }))
}
