//! Lists, and how deep they may nest.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Fault, Parsed, fail};
use nom::Err;

use super::arena::{Arena, List, NonEmpty};
use super::sign::{after_space, close, open};

/// How deep lists and trees may nest: 64. One level more is a syntax error of
/// the item that holds it.
pub const MAX_DEPTH: u8 = 64;

/// How many levels a parser may still go down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depth(u8);

impl Depth {
    /// At the top.
    pub(crate) const TOP: Self = Self(MAX_DEPTH);

    /// One level down from here, at `input`.
    pub(crate) const fn down(self, input: &[u8]) -> Result<Self, Err<Fault<'_>>> {
        match self.0.checked_sub(1) {
            Some(left) => Ok(Self(left)),
            None => Err(Err::Failure(Fault { rest: input, expected: "at most 64 levels" })),
        }
    }
}

/// `element *(SP element)`, into the arena.
pub(crate) fn separated<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    mut element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, NonEmpty<'a, T>> {
    let (mut rest, first) = element(input)?;
    let mut list = arena.list();
    list.push(first);
    while let Some(next) = after_space(rest) {
        let (behind, value) = element(next)?;
        list.push(value);
        rest = behind;
    }
    non_empty(rest, list)
}

/// The elements that came before `rest`, of which there is at least one.
pub(crate) fn non_empty<'a, T>(rest: &'a [u8], list: List<'a, T>) -> Parsed<'a, NonEmpty<'a, T>> {
    match NonEmpty::new(list.into_bump_slice()) {
        Some(elements) => Ok((rest, elements)),
        None => fail(rest, "at least one element"),
    }
}

/// `"(" element *(SP element) ")"`, into the arena.
pub(crate) fn list1<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, NonEmpty<'a, T>> {
    let (rest, ()) = open(input)?;
    let (rest, elements) = separated(rest, arena, element)?;
    let (rest, ()) = close(rest)?;
    Ok((rest, elements))
}

/// `"(" [element *(SP element)] ")"`, into the arena.
pub(crate) fn list<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, &'a [T]> {
    let (rest, ()) = open(input)?;
    if let Ok((rest, ())) = close(rest) {
        return Ok((rest, &[]));
    }
    let (rest, elements) = separated(rest, arena, element)?;
    let (rest, ()) = close(rest)?;
    Ok((rest, elements.as_slice()))
}

/// Writes `elements` with a space between each two.
pub(crate) fn encode_separated<T>(
    elements: &[T],
    out: &mut BytesMut,
    mut encode: impl FnMut(&T, &mut BytesMut),
) {
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.put_u8(b' ');
        }
        encode(element, out);
    }
}

/// Writes `elements` in parentheses, with a space between each two.
pub(crate) fn encode_list<T>(
    elements: &[T],
    out: &mut BytesMut,
    encode: impl FnMut(&T, &mut BytesMut),
) {
    out.put_u8(b'(');
    encode_separated(elements, out, encode);
    out.put_u8(b')');
}
