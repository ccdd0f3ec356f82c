//! How urgent mail is (RFC 6710 §5).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

/// The value of `MT-PRIORITY=`: from -9 to 9, and the more, the sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(i8);

impl Priority {
    /// The priority of that number, where there is one.
    #[must_use]
    pub const fn new(number: i8) -> Option<Self> {
        if number >= -9 && number <= 9 { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> i8 {
        self.0
    }

    /// Parses a value of `MT-PRIORITY=`.
    ///
    /// ```abnf
    /// priority-value = (["-"] NZDIGIT) / "0"                 ; RFC 6710 §7
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        let digit = |digit: u8| i8::try_from(digit.wrapping_sub(b'0')).unwrap_or_default();
        match *value {
            [one @ b'0'..=b'9'] => Ok(Self(digit(one))),
            [b'-', one @ b'1'..=b'9'] => Ok(Self(-digit(one))),
            _ => Err(SyntaxError { offset: 0, expected: "a number from -9 to 9" }),
        }
    }

    /// Writes the value of `MT-PRIORITY=`.
    pub fn encode(self, out: &mut BytesMut) {
        if self.0 < 0 {
            out.put_u8(b'-');
        }
        out.put_u8(b'0'.wrapping_add(self.0.unsigned_abs()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_priority_comes_back() {
        for number in -10..=10 {
            let Some(priority) = Priority::new(number) else { continue };
            let mut out = BytesMut::new();
            priority.encode(&mut out);
            assert_eq!(out, alloc::format!("{number}").as_bytes());
            assert_eq!(Priority::parse(&out), Ok(priority));
        }
        for odd in ["", "ab", "10", "-0", "+1", "01", "-", "1 "] {
            assert!(Priority::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
    }
}
