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
pub fn decimal(value: u64, out: &mut BytesMut) {
    let mut digits = [0; 20];
    let mut rest = value;
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.put_slice(digits.get(20_usize.saturating_sub(used)..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_widths() {
        for value in [0, 9, 10, 99, 100, 4_294_967_296, u64::MAX] {
            let mut out = BytesMut::new();
            decimal(value, &mut out);
            assert_eq!(core::str::from_utf8(&out).unwrap().parse(), Ok(value));
        }
    }
}
