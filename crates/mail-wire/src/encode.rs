//! What every encoder needs: numbers in decimal, without allocating.

use bytes::{BufMut, BytesMut};

/// Writes `value` in decimal.
///
/// ```
/// # use bytes::BytesMut;
/// let mut out = BytesMut::new();
/// mail_wire::encode::decimal(4096, &mut out);
/// assert_eq!(&out[..], b"4096");
/// ```
#[inline]
pub fn decimal(value: u64, out: &mut BytesMut) {
    if value < EIGHT_DIGITS {
        // Zeros that lead are not written; the last digit is, whatever it is.
        let digits = eight_digits(value);
        let zeros = (digits | (1 << 56)).trailing_zeros() / 8;
        let digits = (digits | ZEROS) >> (8 * zeros);
        // A slice of one length is written without a call, so what is too much goes after it.
        out.put_slice(&digits.to_le_bytes());
        out.truncate(out.len().saturating_sub(zeros as usize));
    } else {
        long_decimal(value, out);
    }
}

const EIGHT_DIGITS: u64 = 100_000_000;
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

#[inline(never)]
fn long_decimal(value: u64, out: &mut BytesMut) {
    decimal(value / EIGHT_DIGITS, out);
    out.put_slice(&(eight_digits(value % EIGHT_DIGITS) | ZEROS).to_le_bytes());
}

/// The values of the eight digits of a number that has no more, the first lowest: all at once,
/// halved into fours, pairs and digits. A multiplication and a shift divide, exactly for
/// numbers as small as these.
#[inline]
const fn eight_digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - tens * 10) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn assert_written(value: u64) {
        let mut out = BytesMut::from("x");
        decimal(value, &mut out);
        assert_eq!(core::str::from_utf8(&out).unwrap(), "x".to_string() + &value.to_string());
    }

    #[test]
    fn all_widths() {
        let mut power = 1_u64;
        for _ in 0..19 {
            power *= 10;
            for value in [power - 1, power, power + 1, power + power / 10] {
                assert_written(value);
            }
        }
        for value in [0, 9, u32::MAX.into(), u64::MAX - 1, u64::MAX] {
            assert_written(value);
        }
    }

    /// The quotients and remainders that [`eight_digits`] is made of.
    #[test]
    fn every_four_digits() {
        for four in 0..10_000_u64 {
            assert_written(four * 10_000 + four);
        }
    }

    proptest! {
        #[test]
        fn any_number(value: u64, shift in 0..64_u32) {
            assert_written(value >> shift);
        }
    }
}
