//! ID: who a peer is (RFC 2971).

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;

use crate::wire::{
    Arena, IString, NString, Style, encode_list, encode_nstring, lenient, list, nil, nstring,
    space, string,
};

/// One field of ID (RFC 2971 section 3.3): a name such as `version`, and its
/// value. A field has at most 30 octets, a value 1024; there are at most 30.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdField<'a> {
    /// The name.
    pub name: IString<'a>,
    /// The value, if there is one to tell.
    pub value: NString<'a>,
}

/// Writes the fields of ID, or `NIL`.
pub(crate) fn encode_id(fields: Option<&[IdField<'_>]>, style: Style, out: &mut BytesMut) {
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
/// id_params_list = "(" #(string SP nstring) ")" / nil      ; RFC 2971 section 4
/// ```
pub(crate) fn id_fields<'a>(
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, Option<&'a [IdField<'a>]>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, fields) = list(input, arena, |input| {
        let (rest, name) = string(input, arena)?;
        let (rest, value) = nstring(space(rest)?.0, arena)?;
        Ok((rest, IdField { name, value }))
    })?;
    Ok((rest, Some(fields)))
}

/// `id_params_list`, as servers write it.
pub(crate) fn lenient_id_fields<'a>(
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, Option<&'a [IdField<'a>]>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, fields) = lenient::list(input, arena, |input| {
        let (rest, name) = lenient::string(input, arena)?;
        let (rest, value) = lenient::nstring(lenient::spaces(rest), arena)?;
        Ok((rest, IdField { name, value }))
    })?;
    Ok((rest, Some(fields)))
}
