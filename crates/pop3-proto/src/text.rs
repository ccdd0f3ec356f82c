//! The text of a line that is for people.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, fail, run};

/// Any octet but NUL and the two of a line's end.
pub(crate) static TEXT: Class = Class::new().with_range(1, 255).without(b"\r\n");

/// What follows the status and the code on a line (`text` of RFC 2449 §3, with
/// UTF-8 as RFC 6856 §3.2 allows).
///
/// One that was parsed may hold anything that is no line's end: servers write
/// in many character sets.
///
/// ```
/// use pop3_proto::Text;
/// let text = Text::new("no such message")?;
/// assert_eq!(text.to_string(), "no such message");
/// assert!(Text::new("two\r\nlines").is_err());
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// No text at all.
    pub const EMPTY: Self = Self(b"");

    /// The most octets that [`new`](Self::new) takes: with any status and code
    /// they fit the 512 octets of a response (RFC 2449 §4).
    pub const MAX: usize = 400;

    /// Takes a text to be sent.
    ///
    /// # Errors
    /// [`SyntaxError`] where it holds CR, LF or NUL, begins with `[`, which is
    /// for response codes (RFC 2449 §6.4), or is longer than [`MAX`](Self::MAX).
    pub fn new(text: &'a str) -> Result<Self, SyntaxError> {
        if text.starts_with('[') {
            return Err(SyntaxError {
                offset: 0,
                expected: "a text that does not begin with \"[\"",
            });
        }
        if text.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "the end of the text" });
        }
        mail_wire::parse::complete(text.as_bytes(), rest_of_line)
    }

    /// A text of this crate's own.
    pub(crate) const fn fixed(text: &'static str) -> Text<'static> {
        Text(text.as_bytes())
    }

    /// The start of a line, up to what no text can hold.
    pub(crate) fn truncated(line: &'a [u8]) -> Self {
        Self(run(&TEXT, line).0)
    }

    /// Its octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, where it is UTF-8. Printing it puts U+FFFD where it is not.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match core::str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Writes ` text`, or nothing where there is none.
    pub(crate) fn encode_after_space(self, out: &mut BytesMut) {
        if !self.is_empty() {
            out.put_u8(b' ');
            out.put_slice(self.0);
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.0))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// A [`Text`] of one's own, for a configuration.
///
/// ```
/// use pop3_proto::{Text, TextBuf};
/// let hostname = "pop.example.com";
/// let greeting = TextBuf::from(Text::new(&format!("{hostname} POP3 ready"))?);
/// assert_eq!(greeting.as_text().to_string(), "pop.example.com POP3 ready");
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TextBuf(Box<[u8]>);

impl TextBuf {
    /// The text.
    #[must_use]
    pub fn as_text(&self) -> Text<'_> {
        Text(&self.0)
    }
}

impl From<Text<'_>> for TextBuf {
    fn from(text: Text<'_>) -> Self {
        Self(text.0.into())
    }
}

impl fmt::Display for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_text().fmt(f)
    }
}

impl fmt::Debug for TextBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_text().fmt(f)
    }
}

/// Everything that is left of a line.
pub(crate) fn rest_of_line(input: &[u8]) -> Parsed<'_, Text<'_>> {
    match run(&TEXT, input) {
        (text, []) => Ok((&[], Text(text))),
        (_, rest) => fail(rest, "a text without CR, LF and NUL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use mail_wire::parse::complete;

    #[test]
    fn what_would_break_a_line_is_no_text() {
        for text in ["a\rb", "a\nb", "a\0b", "[IN-USE] b"] {
            assert!(Text::new(text).is_err(), "{text:?}");
        }
        assert!(Text::new(&"x".repeat(Text::MAX)).is_ok());
        assert!(Text::new(&"x".repeat(Text::MAX + 1)).is_err());
        assert_eq!(Text::new("a\rb").unwrap_err().offset, 1);
    }

    #[test]
    fn other_character_sets_are_kept() {
        let text = complete(b"gr\xfc\xdfe", rest_of_line).unwrap();
        assert_eq!(text.as_str(), None);
        assert_eq!(text.to_string(), "gr\u{fffd}\u{fffd}e");
        assert_eq!(text.as_bytes(), b"gr\xfc\xdfe");
    }
}
