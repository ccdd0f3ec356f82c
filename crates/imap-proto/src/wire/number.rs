//! Numbers.

use core::num::NonZeroU32;

use mail_wire::parse::{Parsed, fail, number32, number64};

/// ```abnf
/// nz-number = digit-nz *DIGIT   ; Non-zero unsigned 32-bit integer
/// ```
/// Leading zeros are taken.
#[inline]
pub(crate) fn nz_number(input: &[u8]) -> Parsed<'_, NonZeroU32> {
    let (rest, number) = number32(input)?;
    match NonZeroU32::new(number) {
        Some(number) => Ok((rest, number)),
        None => fail(input, "a number above 0"),
    }
}

/// ```abnf
/// number64 = 1*DIGIT   ; Unsigned 63-bit integer
/// ```
#[inline]
pub(crate) fn number63(input: &[u8]) -> Parsed<'_, u64> {
    match number64(input)? {
        (rest, number) if number <= MAX_NUMBER64 => Ok((rest, number)),
        _ => fail(input, "a number below 2^63"),
    }
}

/// The largest `number64` (RFC 9051 §9): 2^63 - 1.
pub const MAX_NUMBER64: u64 = u64::MAX >> 1;
