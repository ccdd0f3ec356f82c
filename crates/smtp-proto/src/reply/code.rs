//! The codes of replies (RFC 5321 §4.2.1).

/// Three digits, of which the first is 2 to 5 (RFC 5321 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyCode(u16);

impl ReplyCode {
    /// The code of that number, where it can be one: 200 to 599.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        if code >= 200 && code < 600 { Some(Self(code)) } else { None }
    }

    /// The crate's own codes.
    pub(crate) const fn fixed(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// 2yz: the command was carried out.
    #[must_use]
    pub const fn is_completion(self) -> bool {
        self.0 / 100 == 2
    }

    /// 3yz: the server waits for more.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        self.0 / 100 == 3
    }

    /// 4yz: not now; the same may work later.
    #[must_use]
    pub const fn is_transient_failure(self) -> bool {
        self.0 / 100 == 4
    }

    /// 5yz: not so; the same will fail again.
    #[must_use]
    pub const fn is_permanent_failure(self) -> bool {
        self.0 / 100 == 5
    }

    /// The code of three digits.
    #[inline]
    pub(super) const fn of_digits(digits: [u8; 3]) -> Option<Self> {
        let [hundreds, tens, ones] = digits;
        match (hundreds, tens, ones) {
            (b'2'..=b'5', b'0'..=b'9', b'0'..=b'9') => {
                // The zeros of the three digits are taken off together.
                const ZEROS: u16 = 111 * b'0' as u16;
                let code = 100 * hundreds as u16 + 10 * tens as u16 + ones as u16;
                Some(Self(code - ZEROS))
            }
            _ => None,
        }
    }

    /// Its three digits.
    #[inline]
    pub(super) const fn digits(self) -> [u8; 3] {
        let [ones, tens, hundreds] = [self.0 % 10, self.0 / 10 % 10, self.0 / 100];
        [digit(hundreds), digit(tens), digit(ones)]
    }
}

/// A digit of a value below 10.
pub(super) const fn digit(value: u16) -> u8 {
    let [low, _] = value.to_le_bytes();
    b'0'.wrapping_add(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_digits() {
        for code in 0..1000 {
            let text = alloc::format!("{code:03}");
            let digits = *text.as_bytes().first_chunk().unwrap();
            assert_eq!(ReplyCode::of_digits(digits), ReplyCode::new(code));
            if let Some(code) = ReplyCode::new(code) {
                assert_eq!(code.digits(), digits);
            }
        }
        for odd in [*b" 50", *b"2 0", *b"25-", *b"650"] {
            assert_eq!(ReplyCode::of_digits(odd), None);
        }
    }
}
