//! What extensions add to commands: parameters of SELECT, EXAMINE and CREATE, modifiers of
//! FETCH and STORE, return options of SEARCH, data of APPEND (RFC 4466 §2), options of LIST
//! (RFC 9051 §9).

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, fail, token};
use memchr::memchr;

use crate::wire::{
    Arena, Atom, Depth, Reader, Side, after_space, at, atom, close, debug_octets, encode_list,
    open, parse_whole,
};

/// A parameter or modifier of a command: its name, and its value if it has one, which means what
/// its extension says. A server is told of those that are
/// [let through](crate::server::Config::modifiers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Modifier<'a> {
    /// Its name; compare it with [`Atom::is`].
    pub name: Atom<'a>,
    /// Its value.
    pub value: Option<ModifierValue<'a>>,
}

/// The value of a [`Modifier`], as it stands on the wire: a number or a set, or a list in
/// parentheses.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModifierValue<'a>(&'a [u8]);

impl<'a> ModifierValue<'a> {
    /// `octets`, if they are such a value, without literals: those would have to be waited for.
    ///
    /// ```
    /// use imap_proto::{Atom, Modifier, ModifierValue};
    /// let value = Some(ModifierValue::new(b"12345")?);
    /// let changed = Modifier { name: Atom::new("CHANGEDSINCE")?, value };
    /// # for no in [&b""[..], b"(a", b"a", b"1 2", b"({1}\r\na)", b"(a)\r\nb LOGOUT"] {
    /// #     assert!(ModifierValue::new(no).is_err());
    /// # }
    /// # Ok::<(), imap_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// Where they are none, and what was expected there.
    pub fn new(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        let arena = Arena::new();
        parse_whole(octets, Side::Client, &arena, |input, reader| {
            let (rest, value) = value(input, reader)?;
            match memchr(b'\n', value.0) {
                Some(_) => fail(input, "a value without literals"),
                None => Ok((rest, ())),
            }
        })?;
        Ok(Self(octets))
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for ModifierValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}

impl Modifier<'_> {
    /// Writes it.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        self.name.encode(out);
        if let Some(value) = self.value {
            out.put_u8(b' ');
            out.put_slice(value.0);
        }
    }
}

/// Writes a space and `modifiers` in parentheses, or nothing where there are none.
pub(crate) fn encode_modifiers(modifiers: &[Modifier<'_>], out: &mut BytesMut) {
    if !modifiers.is_empty() {
        out.put_u8(b' ');
        encode_list(modifiers, out, |modifier, out| modifier.encode(out));
    }
}

/// What numbers and sets are made of (`tagged-ext-simple`, RFC 4466 §6; RFC 9394 §4 has
/// negative numbers).
static SIMPLE: Class = Class::new().with_range(b'0', b'9').with(b":,*-");

/// Modifiers after a space, if there are any.
///
/// ```abnf
/// SP "(" modifier *(SP modifier) ")"
/// ```
pub(crate) fn modifiers<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, &'a [Modifier<'a>]> {
    match after_space(input) {
        Some(start) if at(b'(', start) => {
            let (rest, modifiers) = reader.list1(start, |input| modifier(input, reader))?;
            Ok((rest, modifiers.as_slice()))
        }
        _ => Ok((input, &[])),
    }
}

/// ```abnf
/// modifier       = tagged-ext-label [SP tagged-ext-val]
/// tagged-ext-val = tagged-ext-simple / "(" [tagged-ext-comp] ")"   ; RFC 4466 §6
/// ```
pub(crate) fn modifier<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Modifier<'a>> {
    if input.first().is_some_and(u8::is_ascii_digit) {
        return fail(input, "the name of a modifier");
    }
    let (rest, name) = atom(input)?;
    match after_space(rest) {
        Some(start @ ([b'(' | b'*' | b'0'..=b'9', ..] | [b'-', b'0'..=b'9', ..])) => {
            let (rest, value) = value(start, reader)?;
            Ok((rest, Modifier { name, value: Some(value) }))
        }
        _ => Ok((rest, Modifier { name, value: None })),
    }
}

fn value<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, ModifierValue<'a>> {
    let rest = if at(b'(', input) {
        comp(input, reader, Depth::TOP)?.0
    } else {
        token(&SIMPLE, "a number, a set or a list")(input)?.0
    };
    let length = input.len().saturating_sub(rest.len());
    Ok((rest, ModifierValue(input.get(..length).unwrap_or_default())))
}

/// ```abnf
/// tagged-ext-comp = astring / tagged-ext-comp *(SP tagged-ext-comp) /
///                   "(" tagged-ext-comp ")"                ; RFC 4466 §6
/// use-attr        = "\" atom                              ; RFC 6154 §6
/// ```
fn comp<'a>(input: &'a [u8], reader: &Reader<'a>, depth: Depth) -> Parsed<'a, ()> {
    let (mut rest, ()) = open(input)?;
    let depth = depth.down(input)?;
    if !at(b')', rest) {
        loop {
            rest = match rest {
                [b'(', ..] => comp(rest, reader, depth)?.0,
                [b'\\', name @ ..] => atom(name)?.0,
                _ => reader.astring(rest)?.0,
            };
            match after_space(rest) {
                Some(next) => rest = next,
                None => break,
            }
        }
    }
    close(rest)
}
