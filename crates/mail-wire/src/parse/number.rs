//! Numbers in decimal: checked for overflow, never wrapped.

use super::class::{DIGIT, run};
use super::{Eight, Parsed, fail};

/// `1*DIGIT` that fits 64 bits. Leading zeros are taken.
#[inline]
pub fn number64(input: &[u8]) -> Parsed<'_, u64> {
    match first_digits(input) {
        (0, _) => fail(input, "a number"),
        (length @ 1..8, value) => Ok((input.get(length..).unwrap_or_default(), value)),
        (_, first_eight) => long_number(input, first_eight),
    }
}

/// The number that `input` begins with and what comes after it, if it has up to seven digits:
/// [`number32`] for loops over many of them.
///
/// ```
/// # use mail_wire::parse::few_digits;
/// assert_eq!(few_digits(b"042 x"), Some((42, &b" x"[..])));
/// assert_eq!((few_digits(b"x"), few_digits(b"12345678")), (None, None));
/// ```
#[inline(always)]
#[must_use]
pub fn few_digits(input: &[u8]) -> Option<(u32, &[u8])> {
    match first_digits(input) {
        (length @ 1..8, value) => Some((u32::try_from(value).ok()?, input.get(length..)?)),
        _ => None,
    }
}

/// How many of the first eight octets are digits, up to the first that is none,
/// and what number they make. All at once: for a loop over a few digits, of which
/// each time there is another count, costs most by its end.
#[inline(always)]
fn first_digits(input: &[u8]) -> (usize, u64) {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    // What is not there is no digit.
    let octets = Eight::filled(input, 0).get();
    // A digit's value, or more than 9. The top bit tells where the first is that
    // is more: a carry goes only to octets after it.
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

/// A number of eight digits or more.
#[inline(never)]
fn long_number(input: &[u8], first_eight: u64) -> Parsed<'_, u64> {
    const POWERS: [u64; 8] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    let after = input.get(8..).unwrap_or_default();
    let (length, next) = first_digits(after);
    if let (Some(power), Some(rest)) = (POWERS.get(length), after.get(length..)) {
        return Ok((rest, first_eight.wrapping_mul(*power).wrapping_add(next)));
    }
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
    match first_digits(input) {
        (0, _) => fail(input, "a number"),
        (length @ 1..8, value) => {
            let value = u32::try_from(value).unwrap_or(u32::MAX);
            Ok((input.get(length..).unwrap_or_default(), value))
        }
        (_, first_eight) => {
            let (rest, value) = long_number(input, first_eight)?;
            match u32::try_from(value) {
                Ok(value) => Ok((rest, value)),
                Err(_) => fail(input, "a number below 2^32"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::str;
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
            let few = value.filter(|_| digits.len() < 8).and_then(|value| value.try_into().ok());
            prop_assert_eq!(few_digits(input), few.map(|value| (value, rest)));
            let value = value.and_then(|value| u32::try_from(value).ok());
            prop_assert_eq!(number32(input).ok(), value.map(|value| (rest, value)));
        }
    }
}
