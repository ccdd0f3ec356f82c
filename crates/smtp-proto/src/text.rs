//! The human text of replies, and free-form arguments.

use alloc::string::String;
use core::fmt;
use core::str;

/// A line of text without CR, LF and NUL, so that it can add no line of its own.
///
/// What a peer sent may be any octets; what is written here is UTF-8, which
/// should be US-ASCII unless SMTPUTF8 was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// No text.
    pub const EMPTY: Self = Self(b"");

    /// The most octets that [`new`](Self::new) takes: what fits a reply line of
    /// 512 octets beside its code, its enhanced code and CRLF (RFC 5321 §4.5.3.1.5).
    pub const LIMIT: usize = 496;

    /// Checks that `text` can go on the wire.
    ///
    /// # Errors
    /// [`UnfitText`] where it has a CR, LF or NUL, or is longer than
    /// [`LIMIT`](Self::LIMIT).
    pub fn new(text: &'a str) -> Result<Self, UnfitText> {
        if text.len() > Self::LIMIT || text.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return Err(UnfitText);
        }
        Ok(Self(text.as_bytes()))
    }

    /// The crate's own texts.
    pub(crate) const fn fixed(text: &'static str) -> Self {
        Self(text.as_bytes())
    }

    /// A line as it was received, without its end.
    pub(crate) const fn received(line: &'a [u8]) -> Self {
        Self(line)
    }

    /// The octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, where it is UTF-8.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
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
        fmt::Debug::fmt(&String::from_utf8_lossy(self.0), f)
    }
}

/// A text that cannot be one line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text holds no CR, LF or NUL and at most 496 octets: split it into lines or shorten it")]
pub struct UnfitText;
