//! Addresses in an envelope.
//!
//! RFC 9051 §7.5.2 and §9: `address`.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::Parsed;

use crate::wire::{NString, Reader, Style, close, encode_nstring, open, usual_nstring};

/// An address, or one end of a group of them.
///
/// A group begins with an address that has no `host` and its name for
/// `mailbox`, and ends with one that has neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address<'a> {
    /// `addr-name`: the name for people, as it is in the header (RFC 2047).
    pub name: NString<'a>,
    /// `addr-adl`: the route of RFC 822's times.
    pub route: NString<'a>,
    /// `addr-mailbox`: the local part, unquoted, or the name of a group.
    pub mailbox: NString<'a>,
    /// `addr-host`: the domain.
    pub host: NString<'a>,
}

impl Address<'_> {
    /// Writes it.
    pub(crate) fn encode(self, style: Style, out: &mut BytesMut) {
        let fields =
            [(b'(', self.name), (b' ', self.route), (b' ', self.mailbox), (b' ', self.host)];
        for (before, field) in fields {
            out.put_u8(before);
            encode_nstring(field, style, out);
        }
        out.put_u8(b')');
    }
}

/// ```abnf
/// env-from = "(" 1*address ")" / nil
/// address  = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"
///                                                          ; RFC 9051 §9
/// ```
/// An address that is bad is lost, and those beside it are not.
pub(crate) fn addresses<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, &'a [Address<'a>]> {
    // Most lists have one.
    if let [b'(', inside @ ..] = input {
        if let Some(([b')', rest @ ..], one)) = usual_address(inside) {
            return Ok((rest, reader.arena.slice(&[one])));
        }
    }
    reader.each_or_nil(input, |input| address(input, reader), |_| None)
}

fn address<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Address<'a>> {
    if let Some(usual) = usual_address(input) {
        return Ok(usual);
    }
    let nstring = |input| reader.nstring(reader.skip_spaces(input));
    let (rest, ()) = open(input)?;
    let (rest, name) = nstring(rest)?;
    let (rest, route) = nstring(rest)?;
    let (rest, mailbox) = nstring(rest)?;
    let (rest, host) = nstring(rest)?;
    let (rest, ()) = close(reader.skip_spaces(rest))?;
    Ok((rest, Address { name, route, mailbox, host }))
}

/// One of which every field is a [`usual_nstring`].
#[inline]
fn usual_address(input: &[u8]) -> Option<(&[u8], Address<'_>)> {
    let mut fields = [None; 4];
    let mut rest = input.starts_with(b"(").then_some(input)?;
    for field in &mut fields {
        (rest, *field) = usual_nstring(rest)?;
    }
    let [name, route, mailbox, host] = fields;
    Some((rest.strip_prefix(b")")?, Address { name, route, mailbox, host }))
}
