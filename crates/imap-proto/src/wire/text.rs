//! Text for people.

use alloc::string::String;
use core::{fmt, str};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, run};

use super::class::{TEXT_CHAR, debug_octets, first_outside};

/// The text for people after a response: any octets but NUL, CR and LF,
/// perhaps none. It should be UTF-8, and old servers sent other things.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// No text.
    pub const EMPTY: Self = Self(b"");

    /// `text`, if it fits on a line.
    ///
    /// # Errors
    /// Where the first NUL, CR or LF is.
    pub const fn new(text: &'a str) -> Result<Self, SyntaxError> {
        Self::from_octets(text.as_bytes())
    }

    /// `octets`, if they fit on a line.
    ///
    /// # Errors
    /// Where the first NUL, CR or LF is.
    pub const fn from_octets(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        match first_outside(octets, &TEXT_CHAR) {
            None => Ok(Self(octets)),
            Some(offset) => Err(SyntaxError { offset, expected: "text of one line" }),
        }
    }

    /// The crate's own texts.
    pub(crate) const fn fixed(text: &'static str) -> Self {
        Self(text.as_bytes())
    }

    /// `text` up to its first NUL, CR or LF, which no line holds.
    #[must_use]
    pub const fn truncated(text: &'a str) -> Self {
        match first_outside(text.as_bytes(), &TEXT_CHAR) {
            Some(end) => Self(text.as_bytes().split_at(end).0),
            None => Self(text.as_bytes()),
        }
    }

    /// Its octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

/// As text; what is not UTF-8 is shown as `U+FFFD`.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}

/// `text = 1*(TEXT-CHAR / UTF8-2 / UTF8-3 / UTF8-4)`, or none.
#[inline]
pub(crate) fn text(input: &[u8]) -> Parsed<'_, Text<'_>> {
    let (text, rest) = run(&TEXT_CHAR, input);
    Ok((rest, Text(text)))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn text_is_of_one_line() {
        assert!(Text::new("a\r\nb").is_err() && Text::new("grün").is_ok());
        assert_eq!(Text::truncated("a\r\nb").as_bytes(), b"a");
        assert_eq!(Text::from_octets(b"gr\xfcn").unwrap().to_string(), "gr\u{fffd}n");
    }
}
