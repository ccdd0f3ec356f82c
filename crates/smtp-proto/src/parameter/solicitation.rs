//! What kind of solicitation mail is (RFC 3865 §2.3).

use core::str;

use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHA, Class};

/// The value of `SOLICIT=`: classes of solicitation, such as `net.example:ADV`. Letters in upper
/// and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Solicitation<'a>(&'a str);

static WORD: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"._-:");

impl<'a> Solicitation<'a> {
    /// The most octets of one (RFC 3865 §2.4).
    pub const MAX: usize = 1000;

    /// Parses a value of `SOLICIT=`.
    ///
    /// ```abnf
    /// Solicitation-keywords = word 0*("," word)              ; RFC 3865 appendix A
    /// word     = ALPHA 0*(wordchar)
    /// wordchar = ("." / "-" / "_" / ":" / ALPHA / DIGIT)
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &'a [u8]) -> Result<Self, SyntaxError> {
        let is_word = |word: &[u8]| {
            word.first().is_some_and(|&first| ALPHA.contains(first)) && WORD.contains_all(word)
        };
        let fits = value.len() <= Self::MAX && value.split(|&octet| octet == b',').all(is_word);
        match str::from_utf8(value) {
            Ok(classes) if fits => Ok(Self(classes)),
            _ => Err(SyntaxError { offset: 0, expected: "classes of solicitation" }),
        }
    }

    /// As it is on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The classes one by one.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        self.0.split(',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let both = Solicitation::parse(b"net.example:ADV,org.example:ADV:ADLT").unwrap();
        assert!(both.iter().eq(["net.example:ADV", "org.example:ADV:ADLT"]));
        for odd in ["", ",", "a,", "1a", "a b", "a=b", "é"] {
            assert!(Solicitation::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
        assert!(Solicitation::parse(&[b'a'; 1001]).is_err());
    }
}
