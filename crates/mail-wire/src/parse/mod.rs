//! The few parsers and tables that the grammars of all three protocols are
//! built from.
//!
//! They are plain nom 8 parsers over `&[u8]`, run with `parse_complete`: a
//! command or reply is framed first (see [`UnitFramer`](crate::UnitFramer)) and parsed once,
//! whole. The error is [`Fault`], two words that are copied, never boxed.

mod class;
mod eight;
mod error;
mod keyword;
mod names;
mod number;

use core::str;

use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult};

pub use class::{ALPHA, ALPHANUMERIC, Class, DIGIT, VCHAR, run, visible};
pub use eight::{Eight, Found};
pub use error::SyntaxError;
pub use keyword::Keyword;
pub use names::Names;
pub use number::{few_digits, number32, number64};

/// What a parser over wire bytes returns: the rest and the value, or a [`Fault`].
pub type Parsed<'a, T> = IResult<&'a [u8], T, Fault<'a>>;

/// Where a parser stopped, and what it would have taken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault<'a> {
    /// What was left of the input at the place of the fault.
    pub rest: &'a [u8],
    /// What was expected there, to be read after "expected ".
    pub expected: &'static str,
}

impl<'a> ParseError<&'a [u8]> for Fault<'a> {
    /// nom's own combinators do not say what they wanted; ours do, through [`fail`].
    fn from_error_kind(rest: &'a [u8], _: ErrorKind) -> Self {
        Fault { rest, expected: "something else" }
    }

    fn append(_: &'a [u8], _: ErrorKind, other: Self) -> Self {
        other
    }

    /// Of two alternatives that both failed, the one that got further speaks.
    fn or(self, other: Self) -> Self {
        if other.rest.len() < self.rest.len() { other } else { self }
    }
}

/// Fails at `rest`, saying what was expected there; the alternatives around it
/// are still tried.
///
/// # Errors
/// Always.
pub const fn fail<'a, T>(rest: &'a [u8], expected: &'static str) -> Parsed<'a, T> {
    Err(Err::Error(Fault { rest, expected }))
}

/// Runs `parser` over the whole of `whole`, which it must use up.
///
/// # Errors
/// The [`SyntaxError`] of the parser, or one that expects the end.
#[inline]
pub fn complete<'a, T>(
    whole: &'a [u8],
    parser: impl FnOnce(&'a [u8]) -> Parsed<'a, T>,
) -> Result<T, SyntaxError> {
    match parser(whole) {
        Ok(([], value)) => Ok(value),
        Ok((rest, _)) => Err(SyntaxError::new(whole, Fault { rest, expected: "the end" })),
        Err(Err::Error(fault) | Err::Failure(fault)) => Err(SyntaxError::new(whole, fault)),
        Err(Err::Incomplete(_)) => {
            Err(SyntaxError::new(whole, Fault { rest: &[], expected: "more input" }))
        }
    }
}

/// One octet or more of `class`.
#[inline]
pub fn token<'a>(
    class: &'static Class,
    expected: &'static str,
) -> impl Fn(&'a [u8]) -> Parsed<'a, &'a [u8]> {
    move |input| match run(class, input) {
        ([], rest) => fail(rest, expected),
        (token, rest) => Ok((rest, token)),
    }
}

/// One octet or more of `class`, as text. Where the class has octets past
/// US-ASCII, they must be UTF-8.
#[inline]
pub fn word<'a>(
    class: &'static Class,
    expected: &'static str,
) -> impl Fn(&'a [u8]) -> Parsed<'a, &'a str> {
    move |input| match run(class, input) {
        ([], rest) => fail(rest, expected),
        (token, rest) => match str::from_utf8(token) {
            Ok(word) => Ok((rest, word)),
            Err(error) => fail(input.get(error.valid_up_to()..).unwrap_or(input), "UTF-8"),
        },
    }
}

/// The one octet `byte`.
#[inline]
pub fn byte<'a>(byte: u8, expected: &'static str) -> impl Fn(&'a [u8]) -> Parsed<'a, ()> {
    move |input| match input.split_first() {
        Some((&first, rest)) if first == byte => Ok((rest, ())),
        _ => fail(input, expected),
    }
}

/// The letters of `text`, in upper or lower case.
#[inline]
pub fn letters<'a>(
    text: &'static [u8],
    expected: &'static str,
) -> impl Fn(&'a [u8]) -> Parsed<'a, ()> {
    move |input| match input.split_at_checked(text.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(text) => Ok((rest, ())),
        _ => fail(input, expected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_says_where_it_stopped() {
        let error = complete(b"12x", number32).unwrap_err();
        assert_eq!(error, SyntaxError { offset: 2, expected: "the end" });
        let error = complete(b"x", number32).unwrap_err();
        assert_eq!(error, SyntaxError { offset: 0, expected: "a number" });
    }

    #[test]
    fn a_word_past_ascii_must_be_utf8() {
        static ANY: Class = Class::new().with_range(0x21, 0xff);
        assert_eq!(word(&ANY, "text")("grüße x".as_bytes()), Ok((&b" x"[..], "grüße")));
        let error = complete(b"a\xffb", word(&ANY, "text")).unwrap_err();
        assert_eq!(error, SyntaxError { offset: 1, expected: "UTF-8" });
    }
}
