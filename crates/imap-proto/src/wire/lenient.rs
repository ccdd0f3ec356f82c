//! What servers are forgiven: the lexical level as responses are read.
//!
//! Commands are held to the grammar (see [the lexical level](super)); responses come
//! from servers as they are. Here a list may have too many spaces or too few,
//! and in a quoted string a quote that was not escaped, or a backslash that
//! escapes nothing, stands for itself. A quote begins a string only where a
//! value begins and ends it only where a value may end, which is what valid
//! strings do in any case.

use super::arena::Arena;
use super::atom::{Atom, atom, nil};
use super::class::ASTRING_CHAR;
use super::literal::literal;
use super::raw::Raw;
use super::sign::{after_space, at, close, open};
use super::string::{AString, IString, NString};
use mail_wire::parse::{Class, Parsed, byte, fail, run};

/// What a quoted string is searched for: its end, and what has to be unescaped.
static PLAIN: Class = Class::new().with_range(0x01, 0xff).without(b"\r\n\"\\");

/// `input` behind any spaces.
pub(crate) fn spaces(mut input: &[u8]) -> &[u8] {
    while let Some(rest) = after_space(input) {
        input = rest;
    }
    input
}

/// One space or more.
pub(crate) fn gap(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, ()) = byte(b' ', "a space")(input)?;
    Ok((spaces(rest), ()))
}

/// Whether a value may end before `input`.
pub(crate) fn value_ends(input: &[u8]) -> bool {
    matches!(input, [] | [b' ' | b')' | b']' | b'\r', ..])
}

/// `quoted`, unescaped; in the arena if anything in it was special.
pub(crate) fn quoted<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a [u8]> {
    let (start, ()) = byte(b'"', "a quoted string")(input)?;
    let (plain, mut rest) = run(&PLAIN, start);
    if let [b'"', behind @ ..] = rest {
        if value_ends(behind) {
            return Ok((behind, plain));
        }
    }
    let mut unescaped = arena.list();
    unescaped.extend_from_slice(plain);
    loop {
        let behind = match rest {
            [b'"', behind @ ..] if value_ends(behind) => {
                return Ok((behind, unescaped.into_bump_slice()));
            }
            [b'\\', special @ (b'"' | b'\\'), behind @ ..]
            | [special @ (b'"' | b'\\'), behind @ ..] => {
                unescaped.push(*special);
                behind
            }
            _ => return fail(rest, "the closing quote"),
        };
        let (plain, behind) = run(&PLAIN, behind);
        unescaped.extend_from_slice(plain);
        rest = behind;
    }
}

/// `string = quoted / literal`, whatever its octets.
pub(crate) fn string_octets<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a [u8]> {
    match input.first() {
        Some(b'"') => quoted(input, arena),
        Some(b'{' | b'~') => {
            let (rest, (_, octets)) = literal(input)?;
            Ok((rest, octets))
        }
        _ => fail(input, "a string"),
    }
}

/// `nstring = string / nil`, whatever its octets.
pub(crate) fn nstring_octets<'a>(
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, Option<&'a [u8]>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, octets) = string_octets(input, arena)?;
    Ok((rest, Some(octets)))
}

/// `string = quoted / literal`
pub(crate) fn string<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, IString<'a>> {
    let (rest, octets) = string_octets(input, arena)?;
    match IString::new(octets) {
        Ok(string) => Ok((rest, string)),
        Err(error) => fail(input, error.expected),
    }
}

/// `nstring = string / nil`
pub(crate) fn nstring<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, NString<'a>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, string) = string(input, arena)?;
    Ok((rest, Some(string)))
}

/// `astring = 1*ASTRING-CHAR / string`
pub(crate) fn astring<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, AString<'a>> {
    let (rest, octets) = match run(&ASTRING_CHAR, input) {
        (_, [b'{', ..]) | ([], _) => string_octets(input, arena)?,
        (octets, rest) => (rest, octets),
    };
    match AString::new(octets) {
        Ok(string) => Ok((rest, string)),
        Err(error) => fail(input, error.expected),
    }
}

/// An atom, which may be quoted.
pub(crate) fn atom_or_quoted<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, Atom<'a>> {
    if !at(b'"', input) {
        return match atom(input)? {
            (rest, atom) if value_ends(rest) => Ok((rest, atom)),
            (rest, _) => fail(rest, "the end of the atom"),
        };
    }
    let (rest, octets) = quoted(input, arena)?;
    match core::str::from_utf8(octets).ok().and_then(|text| Atom::new(text).ok()) {
        Some(atom) => Ok((rest, atom)),
        None => fail(input, "an atom"),
    }
}

/// `"(" *element ")"`, with or without spaces before, between and behind them.
pub(crate) fn list<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    mut element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, &'a [T]> {
    let (rest, ()) = open(input)?;
    let mut rest = spaces(rest);
    let mut elements = arena.list();
    while !at(b')', rest) {
        let (behind, value) = element(rest)?;
        elements.push(value);
        rest = spaces(behind);
    }
    let (rest, ()) = close(rest)?;
    Ok((rest, elements.into_bump_slice()))
}

/// `list / nil`; `NIL` is an empty list.
pub(crate) fn list_or_nil<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, &'a [T]> {
    match nil(input) {
        Ok((rest, ())) => Ok((rest, &[])),
        Err(_) => list(input, arena, element),
    }
}

/// One value of any kind, as it is written: a word, a string, or a list with
/// all that is in it.
pub(crate) fn value(input: &[u8]) -> Parsed<'_, Raw<'_>> {
    match input.split_at_checked(extent(input, false)) {
        Some((value @ [_, ..], rest)) => Ok((rest, Raw::new(value))),
        _ => fail(input, "a value"),
    }
}

/// Any values up to the end of the list they are in, as they are written.
pub(crate) fn values(input: &[u8]) -> Parsed<'_, Raw<'_>> {
    let mut rest = input;
    while !matches!(rest, [] | [b')', ..]) {
        let (behind, _) = value(rest)?;
        rest = spaces(behind);
    }
    let used = input.len().saturating_sub(rest.len());
    Ok((rest, Raw::new(input.get(..used).unwrap_or_default())))
}

/// How many octets the value has that `input` begins with: all of them where a
/// list or a string has no end, so that what was looked at to find out is never
/// looked at again. There is no depth that is too deep. With `brackets`, what stands
/// in brackets is part of the value, as in the names of sections.
pub(crate) fn extent(input: &[u8], brackets: bool) -> usize {
    let mut rest = input;
    let mut depth = 0_usize;
    let mut at_start = true;
    while let Some((&octet, behind)) = rest.split_first() {
        let mut next = behind;
        let was_start = core::mem::replace(&mut at_start, matches!(octet, b' ' | b'('));
        match octet {
            b' ' | b')' if depth == 0 => break,
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            b'[' if brackets => depth = depth.saturating_add(1),
            b']' if brackets => depth = depth.saturating_sub(1),
            b'"' if was_start => match behind_quoted(behind) {
                Some(behind) => next = behind,
                None => return input.len(),
            },
            b'{' => {
                if let Ok((behind, _)) = literal(rest) {
                    next = behind;
                }
            }
            _ => {}
        }
        rest = next;
    }
    input.len().saturating_sub(rest.len())
}

/// What stands behind the quoted string of which `input` is the inside.
fn behind_quoted(input: &[u8]) -> Option<&[u8]> {
    let mut rest = input;
    loop {
        rest = match run(&PLAIN, rest).1 {
            [b'"', behind @ ..] if value_ends(behind) => return Some(behind),
            [b'\\', b'"' | b'\\', behind @ ..] | [b'"' | b'\\', behind @ ..] => behind,
            _ => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_where_a_value_may_end() {
        let arena = Arena::new();
        for (wire, read, left) in [
            ("\"a\" b", "a", " b"),
            ("\"\" b", "", " b"),
            ("\"Re: \"foo\"\" NIL", "Re: \"foo\"", " NIL"),
            ("\"5\"x\")", "5\"x", ")"),
            ("\"a\\\"b\\\\\"", "a\"b\\", ""),
            ("\"C:\\dir\"", "C:\\dir", ""),
        ] {
            let (rest, octets) = quoted(wire.as_bytes(), &arena).unwrap();
            assert_eq!((octets, rest), (read.as_bytes(), left.as_bytes()), "{wire}");
        }
        for wire in ["", "\"", "\"a", "\"a\"b", "\"a\r\n\"", "\"\0\"", "\"\\\""] {
            assert!(quoted(wire.as_bytes(), &arena).is_err(), "{wire:?}");
        }
    }

    #[test]
    fn values_have_an_extent() {
        for (wire, left) in [
            ("a b", " b"),
            ("(a (b) c) d", " d"),
            ("\"a )\" b", " b"),
            ("(\"a)\" \"5\" disk\") b", " b"),
            ("{3}\r\n) ( b", " b"),
            ("({2}\r\n))) b", " b"),
            ("a)", ")"),
            (")", ")"),
            ("(a", ""),
            ("(\"a) \"b c) d", ""),
        ] {
            let (_, rest) = wire.as_bytes().split_at(extent(wire.as_bytes(), false));
            assert_eq!(rest, left.as_bytes(), "{wire}");
        }
        assert_eq!(extent(b"BODY[HEADER.FIELDS (\"a ]\" b)] x", true), 29);
    }
}
