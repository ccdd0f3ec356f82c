//! The few parsers and tables that the grammars of all three protocols are
//! built from.
//!
//! They are plain nom 8 parsers over `&[u8]`, run with `parse_complete`: a
//! command or reply is framed first (see [`LineFramer`](crate::LineFramer)) and parsed once,
//! whole. The error is [`Fault`], two words that are copied, never boxed.

use core::str;

use nom::error::{ErrorKind, ParseError};
use nom::{Err, IResult};

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

/// A command or reply that is not of the grammar: what was expected, and at
/// which octet of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("expected {expected} at octet {offset}")]
pub struct SyntaxError {
    /// Octets before the fault, counted from the start of what was parsed.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl SyntaxError {
    /// The error for `fault`, met while parsing `whole`.
    #[must_use]
    pub fn new(whole: &[u8], fault: Fault<'_>) -> Self {
        Self { offset: whole.len().saturating_sub(fault.rest.len()), expected: fault.expected }
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

/// A set of octets, as a table: one look-up an octet.
///
/// ```
/// use mail_wire::parse::Class;
/// const VOWEL: Class = Class::new().with(b"aeiou");
/// assert!(VOWEL.contains(b'e') && !VOWEL.contains(b'x'));
/// ```
#[derive(Clone, Debug)]
pub struct Class([bool; 256]);

impl Class {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self([false; 256])
    }

    /// This set and the octets of `bytes`.
    #[must_use]
    pub const fn with(self, bytes: &[u8]) -> Self {
        self.set(bytes, true)
    }

    /// This set without the octets of `bytes`.
    #[must_use]
    pub const fn without(self, bytes: &[u8]) -> Self {
        self.set(bytes, false)
    }

    /// This set and the octets from `first` to `last`, both included.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "a u8 indexes 256 entries; const fn has no get_mut")]
    pub const fn with_range(mut self, first: u8, last: u8) -> Self {
        let mut byte = first;
        while byte <= last {
            self.0[byte as usize] = true;
            if byte == u8::MAX {
                break;
            }
            byte += 1;
        }
        self
    }

    #[allow(clippy::indexing_slicing, reason = "a u8 indexes 256 entries, i is below the length")]
    const fn set(mut self, bytes: &[u8], to: bool) -> Self {
        let mut i = 0;
        while i < bytes.len() {
            self.0[bytes[i] as usize] = to;
            i += 1;
        }
        self
    }

    /// Whether `byte` is in the set.
    #[must_use]
    #[inline]
    #[allow(clippy::indexing_slicing, reason = "a u8 indexes 256 entries")]
    pub const fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Whether every octet of `bytes` is in the set.
    #[must_use]
    pub fn contains_all(&self, bytes: &[u8]) -> bool {
        bytes.iter().all(|&byte| self.contains(byte))
    }
}

impl Default for Class {
    fn default() -> Self {
        Self::new()
    }
}

/// `DIGIT` of RFC 5234 appendix B.1.
pub static DIGIT: Class = Class::new().with_range(b'0', b'9');
/// `ALPHA` of RFC 5234 appendix B.1.
pub static ALPHA: Class = Class::new().with_range(b'A', b'Z').with_range(b'a', b'z');
/// `ALPHA / DIGIT`.
pub static ALPHANUMERIC: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z');
/// `VCHAR` of RFC 5234 appendix B.1: the visible characters of US-ASCII.
pub static VCHAR: Class = Class::new().with_range(0x21, 0x7e);

/// The longest start of `input` that is all of `class` (perhaps empty), and the rest.
#[inline]
#[must_use]
pub fn run<'a>(class: &Class, input: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let end = input.iter().position(|&byte| !class.contains(byte)).unwrap_or(input.len());
    input.split_at_checked(end).unwrap_or((input, &[]))
}

/// The longest start of `input` that is all of [`VCHAR`] (perhaps empty), and the
/// rest: as [`run`], eight octets at a time.
#[inline]
#[must_use]
pub fn visible(input: &[u8]) -> (&[u8], &[u8]) {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let mut rest = input;
    let mut length = 0;
    while let Some((eight, behind)) = rest.split_first_chunk() {
        // The lowest top bit is that of the first octet from which 0x21 cannot be
        // taken, or which is 0x7f or more: what is borrowed or carried changes
        // only octets behind it.
        let octets = u64::from_le_bytes(*eight);
        let below = octets.wrapping_sub(ONES * 0x21);
        let above = octets.wrapping_add(ONES) | octets;
        let others = (below | above) & (ONES << 7);
        if others != 0 {
            length += others.trailing_zeros() as usize / 8;
            return input.split_at_checked(length).unwrap_or((input, &[]));
        }
        (rest, length) = (behind, length + 8);
    }
    length += run(&VCHAR, rest).0.len();
    input.split_at_checked(length).unwrap_or((input, &[]))
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

/// `1*DIGIT` that fits 64 bits. Leading zeros are taken.
#[inline]
pub fn number64(input: &[u8]) -> Parsed<'_, u64> {
    match first_digits(input) {
        (0, _) => fail(input, "a number"),
        (length @ 1..8, value) => Ok((input.get(length..).unwrap_or_default(), value)),
        _ => long_number(input),
    }
}

/// How many of the first eight octets are digits, up to the first that is none,
/// and what number they make. All at once: for a loop over a few digits, of which
/// each time there is another count, costs most by its end.
#[inline]
fn first_digits(input: &[u8]) -> (usize, u64) {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // What is not there is no digit.
    let octets = match (input.first_chunk(), input.first_chunk(), input.last_chunk()) {
        (Some(eight), _, _) => u64::from_le_bytes(*eight),
        (_, Some(first), Some(last)) => {
            let behind = 8 * (input.len() - 4);
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << behind
        }
        _ => input.iter().rev().fold(0, |octets, &octet| octets << 8 | u64::from(octet)),
    };
    // A digit's value, or more than 9. The top bit tells where the first is that
    // is more: a carry goes only to octets behind it.
    let values = octets ^ (ONES * u64::from(b'0'));
    let others = (values.wrapping_add(ONES * 0x76) | values) & (ONES << 7);
    let length = others.trailing_zeros() / 8;
    // Zeros before them, and neighbours put together: pairs, fours, eight.
    let digits = values.checked_shl(64 - 8 * length).unwrap_or(0);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0x0000_ffff_0000_ffff;
    let eight = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    (length as usize, eight)
}

#[inline(never)]
fn long_number(input: &[u8]) -> Parsed<'_, u64> {
    let (digits, rest) = run(&DIGIT, input);
    let value = digits.iter().try_fold(0_u64, |value, digit| {
        value.checked_mul(10)?.checked_add(digit.wrapping_sub(b'0').into())
    });
    match value {
        Some(value) => Ok((rest, value)),
        None => fail(input, "a number below 2^64"),
    }
}

/// `1*DIGIT` that fits 32 bits. Leading zeros are taken.
#[inline]
pub fn number32(input: &[u8]) -> Parsed<'_, u32> {
    let (rest, value) = number64(input)?;
    match u32::try_from(value) {
        Ok(value) => Ok((rest, value)),
        Err(_) => fail(input, "a number below 2^32"),
    }
}

/// A verb or other keyword of at most 16 octets, folded to upper case and into
/// one integer, so that a `match` finds it in a few comparisons.
///
/// ```
/// use mail_wire::parse::Keyword;
/// const NOOP: Keyword = Keyword::new(b"NOOP");
/// const QUIT: Keyword = Keyword::new(b"QUIT");
/// let name = match Keyword::new(b"Quit") {
///     NOOP => "nothing",
///     QUIT => "goodbye",
///     _ => "unknown",
/// };
/// assert_eq!(name, "goodbye");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keyword(u128);

impl Keyword {
    /// What words that are empty or longer than 16 octets fold to; equal to no
    /// keyword of the protocols.
    pub const NONE: Self = Self(0);

    /// Folds `word`.
    #[must_use]
    #[inline]
    #[allow(clippy::indexing_slicing, reason = "i is below the length; const fn has no iterators")]
    pub const fn new(word: &[u8]) -> Self {
        if word.len() > 16 {
            return Self::NONE;
        }
        let mut folded = 0;
        let mut i = 0;
        while i < word.len() {
            folded = folded << 8 | word[i].to_ascii_uppercase() as u128;
            i += 1;
        }
        Self(folded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_never_wrapped() {
        assert_eq!(number64(b"18446744073709551615 x"), Ok((&b" x"[..], u64::MAX)));
        assert!(number64(b"18446744073709551616").is_err());
        assert_eq!(number64(b"0018446744073709551615"), Ok((&b""[..], u64::MAX)));
        assert_eq!(number64(b"9999999999999999999"), Ok((&b""[..], 9_999_999_999_999_999_999)));
        assert_eq!(number32(b"004294967295"), Ok((&b""[..], u32::MAX)));
        assert!(number32(b"4294967296").is_err());
        assert!(number32(b"99999999999999999999999").is_err());
        assert!(number32(b"-1").is_err());
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_the_plain_way(input in "[0-9]{0,22}[0-9/:a\\x00\\xff ]{0,9}") {
            let input = input.as_bytes();
            let (digits, rest) = run(&DIGIT, input);
            let value = str::from_utf8(digits).unwrap().parse().ok();
            prop_assert_eq!(number64(input).ok(), value.map(|value| (rest, value)));
        }

        #[test]
        fn what_is_visible_is_vchar(input: [u8; 20], before in 0..20_usize, length in 0..20_usize) {
            let mut input = input;
            input[..before].fill(b'~');
            prop_assert_eq!(visible(&input[..length]), run(&VCHAR, &input[..length]));
        }
    }

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

    #[test]
    fn keywords_fold_case_and_keep_length_apart() {
        assert_eq!(Keyword::new(b"AuThenticate"), Keyword::new(b"AUTHENTICATE"));
        assert_ne!(Keyword::new(b"RSE"), Keyword::new(b"RSET"));
        assert_ne!(Keyword::new(b"\0QUIT"), Keyword::NONE);
        assert_eq!(Keyword::new(b"A_WORD_OF_17_CHAR"), Keyword::NONE);
    }
}
