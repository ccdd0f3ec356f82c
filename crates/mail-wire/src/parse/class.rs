//! Sets of octets, and the runs of them that a token is.

use super::Eight;

/// A set of octets, as a table: one look-up an octet.
///
/// ```
/// # use mail_wire::parse::Class;
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
    let mut rest = input;
    let mut length = 0;
    while let Some((eight, after)) = rest.split_first_chunk() {
        let octets = Eight::new(*eight);
        let others = octets.below(0x21).or(octets.equal(0x7f)).or(octets.past_ascii());
        if let Some(first) = others.first() {
            return input.split_at_checked(length + first).unwrap_or((input, &[]));
        }
        (rest, length) = (after, length + 8);
    }
    length += run(&VCHAR, rest).0.len();
    input.split_at_checked(length).unwrap_or((input, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_visible_is_vchar(input: [u8; 20], before in 0..20_usize, length in 0..20_usize) {
            let mut input = input;
            input[..before].fill(b'~');
            prop_assert_eq!(visible(&input[..length]), run(&VCHAR, &input[..length]));
        }
    }
}
