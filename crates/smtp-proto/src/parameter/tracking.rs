//! How a message can be tracked (RFC 3885 §4.1).

use core::str;

use mail_wire::SyntaxError;
use mail_wire::parse::{Class, DIGIT};

/// The value of `MTRK=`: what proves who may ask for a message's track, and how long it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tracking<'a>(&'a str);

static BASE64: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"+/");

impl<'a> Tracking<'a> {
    /// Parses a value of `MTRK=`.
    ///
    /// ```abnf
    /// mtrk-certifier = base64        ; authenticator            ; RFC 3885 §4.1
    /// mtrk-timeout   = 1*9DIGIT      ; seconds until timeout
    /// value          = mtrk-certifier [ ":" mtrk-timeout ]
    /// ```
    /// The base64 has no `=` at its end, which no value of a parameter can have.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &'a [u8]) -> Result<Self, SyntaxError> {
        let mut parts = value.splitn(2, |&octet| octet == b':');
        let certifier = parts.next().unwrap_or_default();
        let timeout = parts
            .next()
            .is_none_or(|timeout| (1..=9).contains(&timeout.len()) && DIGIT.contains_all(timeout));
        let fits = !certifier.is_empty() && BASE64.contains_all(certifier) && timeout;
        match str::from_utf8(value) {
            Ok(text) if fits => Ok(Self(text)),
            _ => Err(SyntaxError { offset: 0, expected: "base64, and perhaps \":\" and seconds" }),
        }
    }

    /// As it is on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// What proves it, in base64.
    #[must_use]
    pub fn certifier(self) -> &'a str {
        self.parts().0
    }

    /// For how many seconds the track is kept.
    #[must_use]
    pub fn timeout(self) -> Option<u32> {
        self.parts().1.and_then(|seconds| seconds.parse().ok())
    }

    fn parts(self) -> (&'a str, Option<&'a str>) {
        self.0.split_once(':').map_or((self.0, None), |(before, after)| (before, Some(after)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certifiers_and_times() {
        let both = Tracking::parse(b"mQzb/3+8rRs:86400").unwrap();
        assert_eq!((both.certifier(), both.timeout()), ("mQzb/3+8rRs", Some(86_400)));
        assert_eq!(Tracking::parse(b"AAAA").unwrap().timeout(), None);
        for odd in ["", ":", "AAAA:", ":1", "AA=", "AAAA:1:2", "AAAA:1234567890", "AAAA:x", "A A"] {
            assert!(Tracking::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
    }
}
