//! Octets as the values of parameters hold them (RFC 3461 §4).

use alloc::vec::Vec;
use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

/// Text in `xtext`: what is no visible character stands as `+` and two
/// hexadecimal digits (RFC 3461 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Xtext<'a>(&'a str);

impl<'a> Xtext<'a> {
    /// Checks that `text` is xtext.
    ///
    /// # Errors
    /// [`SyntaxError`] where it has other characters, or a `+` without two
    /// upper-case hexadecimal digits after it; where these stand for CR, LF or NUL,
    /// which could end a line of a report; and where it is empty, which no value of a
    /// parameter can be.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        let mut rest = text;
        let at = |rest: &[u8], expected| SyntaxError {
            offset: text.len().saturating_sub(rest.len()),
            expected,
        };
        loop {
            rest = match rest {
                [] => break,
                [b'+', b'0', b'0' | b'A' | b'D', ..] => {
                    return Err(at(rest, "xtext without CR, LF and NUL"));
                }
                [b'+', high, low, after @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                    after
                }
                [b'+', ..] => return Err(at(rest, "two hexadecimal digits after \"+\"")),
                [b'!'..=b'<' | b'>'..=b'~', after @ ..] => after,
                _ => return Err(at(rest, "xtext")),
            };
        }
        match str::from_utf8(text) {
            Ok(text) if !text.is_empty() => Ok(Self(text)),
            _ => Err(SyntaxError { offset: 0, expected: "xtext" }),
        }
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether all that it stands for is visible US-ASCII, a space or a tab.
    pub(crate) fn is_printable(self) -> bool {
        self.octets().all(|octet| matches!(octet, b'\t' | b' '..=b'~'))
    }

    /// The octets that it stands for.
    #[must_use]
    pub fn decode(self) -> Vec<u8> {
        self.octets().collect()
    }

    /// The octets that it stands for, one by one.
    pub(crate) fn octets(self) -> impl Iterator<Item = u8> {
        let mut octets = self.0.bytes();
        core::iter::from_fn(move || match octets.next()? {
            b'+' => {
                let high = octets.next().and_then(hex).unwrap_or(0);
                Some(high << 4 | octets.next().and_then(hex).unwrap_or(0))
            }
            octet => Some(octet),
        })
    }
}

/// Writes octets as xtext. It is read again where there is one, and none of them is CR, LF or NUL.
pub fn encode_xtext(octets: &[u8], out: &mut BytesMut) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &octet in octets {
        match octet {
            b'!'..=b'~' if octet != b'+' && octet != b'=' => out.put_u8(octet),
            _ => {
                let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
                out.put_slice(&[b'+', digit(octet >> 4), digit(octet & 15)]);
            }
        }
    }
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xtext() {
        assert!(Xtext::parse(b"").is_err());
        for odd in ["+0D+0A", "a+0A", "a+00b"] {
            assert!(Xtext::parse(odd.as_bytes()).is_err(), "{odd}");
        }
        assert_eq!(Xtext::parse(b"+09+2B").unwrap().decode(), b"\t+");
        assert_eq!(Xtext::parse(b"e+3Dmc2@example.com").unwrap().decode(), b"e=mc2@example.com");
        assert!(Xtext::parse(b"a b").is_err());
        assert!(Xtext::parse(b"a+3d").is_err());
        for octet in 0..=u8::MAX {
            let mut out = BytesMut::new();
            encode_xtext(&[octet], &mut out);
            let Ok(xtext) = Xtext::parse(&out) else {
                assert!(matches!(octet, 0 | b'\r' | b'\n'));
                continue;
            };
            assert_eq!(xtext.decode(), [octet]);
            assert_eq!(xtext.is_printable(), matches!(octet, b'\t' | b' '..=b'~'), "{octet}");
        }
    }
}
