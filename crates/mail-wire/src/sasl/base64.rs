//! SASL data as the mail protocols carry it: base64, on a line of its own or
//! after a mechanism's name (RFC 4648 §4, RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2).

use alloc::vec::Vec;
use core::fmt;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;

use crate::parse::SyntaxError;

/// Octets in base64, checked when built. It prints as `…`: SASL data holds secrets.
///
/// ```
/// # use mail_wire::Base64;
/// let response = Base64::parse(b"AGFsaWNlAHNlY3JldA==")?;
/// assert_eq!(response.decode(), b"\0alice\0secret");
/// assert!(Base64::parse(b"AGFs*").is_err());
/// # Ok::<(), mail_wire::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Base64<'a>(&'a str);

impl<'a> Base64<'a> {
    /// No octets at all. As an initial response it is written `=`.
    pub const EMPTY: Self = Self("");

    /// Checks that `text` is base64 with its padding, and nothing else.
    ///
    /// # Errors
    /// [`SyntaxError`] with the place of the first octet that does not belong.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        let padding = match text {
            [.., b'=', b'='] => 2,
            [.., b'='] => 1,
            _ => 0,
        };
        let digits = text.len().saturating_sub(padding);
        // Without a branch an octet: where one is odd is asked only if one is.
        let all = text.get(..digits).unwrap_or_default();
        if all.iter().fold(false, |odd, &byte| odd | !is_digit(byte)) {
            let offset = all.iter().position(|&byte| !is_digit(byte)).unwrap_or_default();
            return Err(SyntaxError { offset, expected: "base64" });
        }
        if text.len() % 4 != 0 {
            return Err(SyntaxError { offset: text.len(), expected: "base64 in groups of four" });
        }
        // The last digit before padding may not hold bits that are lost.
        let lost: u8 = match padding {
            1 => 0b11,
            2 => 0b1111,
            _ => 0,
        };
        let last = digits.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(b'A');
        if value(last) & lost != 0 {
            return Err(SyntaxError { offset: digits, expected: "base64 with no stray bits" });
        }
        match core::str::from_utf8(text) {
            Ok(text) => Ok(Self(text)),
            Err(_) => Err(SyntaxError { offset: 0, expected: "base64" }),
        }
    }

    /// The base64 text itself.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether it stands for no octets.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The octets it stands for.
    #[must_use]
    pub fn decode(self) -> Vec<u8> {
        STANDARD.decode(self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Base64<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase()
        | byte.is_ascii_lowercase()
        | byte.is_ascii_digit()
        | (byte == b'+')
        | (byte == b'/')
}

/// The six bits of a digit that [`is_digit`].
const fn value(digit: u8) -> u8 {
    match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        _ => 63,
    }
}

/// Writes `octets` in base64, with padding and without line breaks.
pub fn encode_base64(octets: &[u8], out: &mut BytesMut) {
    let start = out.len();
    out.resize(start + octets.len().div_ceil(3) * 4, 0);
    if let Some(space) = out.get_mut(start..) {
        // The space is what base64 says it needs: this cannot fail.
        let written = STANDARD.encode_slice(octets, space).unwrap_or_default();
        out.truncate(start + written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_base64_is_refused_with_its_place() {
        let at = |text: &[u8]| Base64::parse(text).map(|_| ()).unwrap_err().offset;
        assert_eq!(at(b"A"), 1);
        assert_eq!(at(b"AAAA AAA"), 4);
        assert_eq!(at(b"=AAA"), 0);
        assert_eq!(at(b"A==="), 1);
        assert_eq!(at(b"===="), 0);
        assert_eq!(at(b"AB=="), 2);
        assert_eq!(at(b"\xc3\xa9AA"), 0);
    }

    proptest! {
        #[test]
        fn round_trip(octets: Vec<u8>) {
            let mut out = BytesMut::new();
            encode_base64(&octets, &mut out);
            prop_assert_eq!(Base64::parse(&out).unwrap().decode(), octets);
        }

        #[test]
        fn takes_exactly_what_the_base64_crate_takes(text in "[A-Ca-c0-1+/=]{0,9}") {
            let ours = Base64::parse(text.as_bytes()).is_ok();
            prop_assert_eq!(ours, STANDARD.decode(&text).is_ok());
        }
    }
}
