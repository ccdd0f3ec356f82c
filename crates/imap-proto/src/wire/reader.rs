//! What every parser reads with.

use core::cell::Cell;

use mail_wire::parse::{Fault, Parsed, complete, fail};
use mail_wire::{LineEnding, SyntaxError};
use nom::Err;

use super::arena::Arena;
use super::literal::{LiteralHead, literal_announcement};
use super::raw::Raw;
use super::scan::{BadLines, Literal, Side, begins_string, find_literals};
use super::sign::after_space;

/// Reads one whole command or response: knows whose words they are, where the literals in
/// them are, and where to put lists.
///
/// No parser decides by itself where a literal is. None but [`Reader::literal`] and those that
/// skip a value step over the end of a line, and they over a literal as a whole: so no octet
/// of a literal is ever read as anything else.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) arena: &'a Arena,
    side: Side,
    whole: &'a [u8],
    literals: &'a [Literal],
    lost: Cell<usize>,
}

impl<'a> Reader<'a> {
    /// A reader of `whole`, which is without the end of its last line.
    pub(crate) fn new(whole: &'a [u8], side: Side, arena: &'a Arena) -> Result<Self, BadLines> {
        let literals = find_literals(whole, side, arena)?;
        Ok(Self { arena, side, whole, literals, lost: Cell::new(0) })
    }

    /// A reader of a line in which nothing is a literal.
    pub(crate) const fn of_line(line: &'a [u8], side: Side, arena: &'a Arena) -> Self {
        Self { arena, side, whole: line, literals: &[], lost: Cell::new(0) }
    }

    /// Whether it takes more than the grammar.
    pub(crate) fn is_forgiving(&self) -> bool {
        self.side == Side::Server
    }

    /// One space: never two, never a tab (RFC 9051 §9, rule 2). Servers have been seen to
    /// send none, or several.
    #[inline]
    pub(crate) fn space(&self, input: &'a [u8]) -> Parsed<'a, ()> {
        match (self.side, input) {
            (Side::Server, _) => Ok((self.skip_spaces(input), ())),
            (Side::Client, [b' ', rest @ ..]) => Ok((rest, ())),
            (Side::Client, _) => fail(input, "a space"),
        }
    }

    /// `input` after the spaces that only a server is forgiven.
    #[inline]
    pub(crate) fn skip_spaces(&self, mut input: &'a [u8]) -> &'a [u8] {
        if self.is_forgiving() {
            while let Some(rest) = after_space(input) {
                input = rest;
            }
        }
        input
    }

    /// Where the value after a name begins. The space may only be missing where it is clear
    /// that the name has ended.
    pub(crate) fn value_after(&self, input: &'a [u8]) -> Result<&'a [u8], Err<Fault<'a>>> {
        match input {
            [] | [b' ' | b'(' | b')', ..] => Ok(self.skip_spaces(input)),
            _ if self.literal_at(input).is_some() => Ok(input),
            _ => Err(Err::Error(Fault { rest: input, expected: "a space" })),
        }
    }

    /// A literal of either kind with its octets.
    pub(crate) fn literal(&self, input: &'a [u8]) -> Parsed<'a, (LiteralHead, &'a [u8])> {
        let (binary, start) = match input {
            [b'~', start @ ..] => (true, start),
            start => (false, start),
        };
        match self.literal_at(start) {
            Some(literal) if literal.ending == LineEnding::Crlf || self.is_forgiving() => {
                let head = LiteralHead { binary, ..literal.head };
                Ok((self.after(literal), (head, self.octets(literal))))
            }
            _ => no_literal(input),
        }
    }

    /// The literal whose `{` is the first octet of `input`.
    pub(crate) fn literal_at(&self, input: &[u8]) -> Option<&'a Literal> {
        match (input, self.literals) {
            ([b'{', ..], [_, ..]) => {
                let at = self.offset(input);
                let index = self.literals.binary_search_by_key(&at, |literal| literal.at).ok()?;
                self.literals.get(index)
            }
            _ => None,
        }
    }

    /// What comes after the octets of `literal`.
    pub(crate) fn after(&self, literal: &Literal) -> &'a [u8] {
        self.whole.get(literal.end..).unwrap_or_default()
    }

    fn octets(&self, literal: &Literal) -> &'a [u8] {
        self.whole.get(literal.start..literal.end).unwrap_or_default()
    }

    /// Whether a literal ends right before `input`.
    #[inline]
    fn is_after_literal(&self, input: &[u8]) -> bool {
        let at = self.offset(input);
        !self.literals.is_empty()
            && self.literals.binary_search_by_key(&at, |literal| literal.end).is_ok()
    }

    /// Whether a quote at `input` begins a string.
    #[inline]
    pub(crate) fn may_begin_string(&self, input: &[u8]) -> bool {
        let at = self.offset(input);
        let before = at.checked_sub(1).and_then(|at| self.whole.get(at)).copied();
        begins_string(before) || self.is_after_literal(input)
    }

    /// Whether it is clear that the value which began at `input` ends before `rest`.
    #[inline]
    pub(crate) fn ends(&self, input: &[u8], rest: &[u8]) -> bool {
        match rest {
            [] | [b' ' | b')', ..] => true,
            _ => {
                let used = input.len().saturating_sub(rest.len());
                let last = used.checked_sub(1).and_then(|last| input.get(last));
                self.is_after_literal(rest)
                    || matches!(last, Some(b')' | b'"'))
                    || matches!(rest, [b'(', ..])
                    || self.literal_at(rest).is_some()
                    || (matches!(rest, [b'"', ..]) && self.may_begin_string(rest))
            }
        }
    }

    /// Notes that something which was sent is not told: that it was bad, or missing.
    pub(crate) fn lose(&self) {
        self.lost.set(self.lost.get().saturating_add(1));
    }

    /// How many things were lost so far.
    pub(crate) fn lost(&self) -> usize {
        self.lost.get()
    }

    /// What there is of `input` before `rest`, if more than `lost` things were lost until now.
    pub(crate) fn unparsed_since(
        &self,
        lost: usize,
        input: &'a [u8],
        rest: &[u8],
    ) -> Option<Raw<'a>> {
        (self.lost() != lost).then(|| Raw::before(rest, input))
    }

    /// Where `input`, a tail of the whole, begins in it.
    #[inline]
    fn offset(&self, input: &[u8]) -> usize {
        self.whole.len().saturating_sub(input.len())
    }
}

/// Says why there is no literal.
#[cold]
fn no_literal<T>(input: &[u8]) -> Parsed<'_, T> {
    let (rest, _) = literal_announcement(input)?;
    fail(rest, "CRLF after a literal's size")
}

/// Reads all of `whole`, which stands for itself, as a value.
pub(crate) fn parse_whole<'a, T>(
    whole: &'a [u8],
    side: Side,
    arena: &'a Arena,
    parser: impl FnOnce(&'a [u8], &Reader<'a>) -> Parsed<'a, T>,
) -> Result<T, SyntaxError> {
    let reader = Reader::new(whole, side, arena).map_err(|bad| bad.error)?;
    complete(whole, |input| parser(input, &reader))
}

/// The error for what was met in `whole`.
pub(crate) fn syntax_error(whole: &[u8], error: &Err<Fault<'_>>) -> SyntaxError {
    match error {
        Err::Error(fault) | Err::Failure(fault) => SyntaxError::new(whole, *fault),
        Err::Incomplete(_) => SyntaxError { offset: whole.len(), expected: "more input" },
    }
}
