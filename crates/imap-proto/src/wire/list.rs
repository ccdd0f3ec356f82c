//! Lists, and how deep they may nest.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Fault, Parsed, fail};
use nom::Err;

use super::arena::{List, NonEmpty};
use super::atom::nil;
use super::raw::Raw;
use super::reader::Reader;
use super::sign::{after_space, at, close, open};

/// How deep lists and trees may nest: 64. One level more is a syntax error of
/// the item that holds it.
pub const MAX_DEPTH: u8 = 64;

/// Where no sign ends a list.
pub(crate) const LINE_END: u8 = b'\n';

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

impl<'a> Reader<'a> {
    /// `element *(SP element)`, into the arena. A server may forget the space where it is clear
    /// that the element has ended, and have one after the last.
    pub(crate) fn separated<T: Copy>(
        &self,
        input: &'a [u8],
        mut element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
    ) -> Parsed<'a, NonEmpty<'a, T>> {
        let (mut rest, first) = element(input)?;
        if matches!(rest, [] | [b')', ..]) {
            return Ok((rest, NonEmpty::one(self.arena.alloc(first))));
        }
        let mut start = input;
        let mut list = self.arena.list();
        list.push(first);
        loop {
            let next = match after_space(rest) {
                Some(next) => self.skip_spaces(next),
                None if self.is_forgiving() && self.ends(start, rest) => rest,
                None => break,
            };
            if self.is_forgiving() && matches!(next, [] | [b')', ..]) {
                rest = next;
                break;
            }
            let (after, value) = element(next)?;
            list.push(value);
            (start, rest) = (next, after);
        }
        non_empty(rest, list)
    }

    /// `"(" element *(SP element) ")"`, into the arena. A bad element spoils the list.
    pub(crate) fn list1<T: Copy>(
        &self,
        input: &'a [u8],
        element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
    ) -> Parsed<'a, NonEmpty<'a, T>> {
        let (rest, ()) = open(input)?;
        let (rest, elements) = self.separated(self.skip_spaces(rest), element)?;
        let (rest, ()) = close(self.skip_spaces(rest))?;
        Ok((rest, elements))
    }

    /// `"(" [element *(SP element)] ")"`, into the arena. A bad element spoils the list.
    pub(crate) fn list<T: Copy>(
        &self,
        input: &'a [u8],
        element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
    ) -> Parsed<'a, &'a [T]> {
        let (rest, ()) = open(input)?;
        if let Ok((rest, ())) = close(self.skip_spaces(rest)) {
            return Ok((rest, &[]));
        }
        let (rest, elements) = self.separated(self.skip_spaces(rest), element)?;
        let (rest, ()) = close(self.skip_spaces(rest))?;
        Ok((rest, elements.as_slice()))
    }

    /// `values` without those that came before: what is asked for twice is told once. That takes
    /// a step for each value and each kind of them, of which `has_kind` says that there are few;
    /// the others stay as they are.
    pub(crate) fn once<T: Copy + PartialEq>(
        &self,
        values: &'a [T],
        has_kind: impl Fn(&T) -> bool,
    ) -> &'a [T] {
        // Up to the first that came before there are no more than there are kinds.
        let came_before = |(index, value): (usize, &T)| {
            has_kind(value) && values.get(..index).unwrap_or_default().contains(value)
        };
        if !values.iter().enumerate().any(came_before) {
            return values;
        }
        let mut kinds = self.arena.list();
        let mut kept = self.arena.list();
        for value in values {
            if has_kind(value) {
                if kinds.as_slice().contains(value) {
                    continue;
                }
                kinds.push(*value);
            }
            kept.push(*value);
        }
        kept.end()
    }

    /// The same of a server, element by element: one that is bad is skipped to its end, and
    /// kept where `unparsed` has room for it.
    pub(crate) fn each<T: Copy>(
        &self,
        input: &'a [u8],
        element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
        unparsed: impl Fn(Raw<'a>) -> Option<T>,
    ) -> Parsed<'a, &'a [T]> {
        let (rest, ()) = open(input)?;
        let (rest, elements) = self.each_until(rest, b')', element, unparsed)?;
        let (rest, ()) = close(rest)?;
        Ok((rest, elements))
    }

    /// `each / nil`; `NIL` is an empty list.
    pub(crate) fn each_or_nil<T: Copy>(
        &self,
        input: &'a [u8],
        element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
        unparsed: impl Fn(Raw<'a>) -> Option<T>,
    ) -> Parsed<'a, &'a [T]> {
        match nil(input) {
            Ok((rest, ())) => Ok((rest, &[])),
            Err(_) => self.each(input, element, unparsed),
        }
    }

    /// The elements up to `last`, or to the end ([`LINE_END`]).
    pub(crate) fn each_until<T: Copy>(
        &self,
        input: &'a [u8],
        last: u8,
        mut element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
        unparsed: impl Fn(Raw<'a>) -> Option<T>,
    ) -> Parsed<'a, &'a [T]> {
        let mut elements = self.arena.list();
        let mut rest = self.skip_spaces(input);
        while rest.first().is_some_and(|&next| next != last) {
            let after = match element(rest) {
                Ok((after, value)) if self.ends(rest, after) || at(last, after) => {
                    elements.push(value);
                    after
                }
                Err(Err::Failure(fault)) => return Err(Err::Failure(fault)),
                _ => {
                    let (after, raw) = self.value_until(rest, last)?;
                    match unparsed(raw) {
                        Some(value) => elements.push(value),
                        None => self.lose(),
                    }
                    after
                }
            };
            rest = self.skip_spaces(after);
        }
        Ok((rest, elements.end()))
    }

    /// One field of a server's list: `None` if it is bad or missing, and those after it are
    /// unharmed.
    #[inline]
    pub(crate) fn field<T>(
        &self,
        input: &'a [u8],
        parser: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
    ) -> Parsed<'a, Option<T>> {
        let start = self.skip_spaces(input);
        if matches!(start, [] | [b')', ..]) {
            self.lose();
            return Ok((start, None));
        }
        match parser(start) {
            Ok((rest, value)) if self.ends(start, rest) => Ok((rest, Some(value))),
            Err(Err::Failure(fault)) => Err(Err::Failure(fault)),
            _ => {
                self.lose();
                let (rest, _) = self.value(start)?;
                Ok((rest, None))
            }
        }
    }

    /// The end of a server's list, after whatever else is in it.
    pub(crate) fn end_of_list(&self, input: &'a [u8]) -> Parsed<'a, ()> {
        let start = self.skip_spaces(input);
        let (rest, more) = self.values(start)?;
        if !more.as_bytes().is_empty() {
            self.lose();
        }
        close(rest)
    }
}

/// The elements that came before `rest`, of which there is at least one.
pub(crate) fn non_empty<'a, T: Copy>(
    rest: &'a [u8],
    list: List<'a, T>,
) -> Parsed<'a, NonEmpty<'a, T>> {
    match NonEmpty::new(list.end()) {
        Some(elements) => Ok((rest, elements)),
        None => fail(rest, "at least one element"),
    }
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
