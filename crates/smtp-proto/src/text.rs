//! The human text of replies.

use alloc::string::String;
use core::{fmt, iter, str};

/// A line of text without CR, LF and NUL, so that it can add no line of its own.
///
/// What a peer sent may be any octets, and longer than [`LIMIT`](Self::LIMIT). What is
/// written here is UTF-8, which should be US-ASCII unless SMTPUTF8 was asked for.
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

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether it can be sent to a client that has not asked for SMTPUTF8.
    #[must_use]
    pub const fn is_ascii(self) -> bool {
        self.0.is_ascii()
    }

    /// The text in lines of at most [`LIMIT`](Self::LIMIT) octets: one where it is no
    /// longer.
    pub(crate) fn wrapped(self) -> impl Iterator<Item = Self> {
        let first = Some(self.split(Self::LIMIT));
        iter::successors(first, |(_, rest)| rest.map(|rest| rest.split(Self::LIMIT)))
            .map(|(line, _)| line)
    }

    /// What of the text fits into `room` octets, and the rest, if any. It is parted at
    /// a space, which is left out; where there is none, between two characters.
    pub(crate) fn split(self, room: usize) -> (Self, Option<Self>) {
        let Some(start) = self.0.get(..=room) else { return (self, None) };
        let (end, next) = match memchr::memrchr(b' ', start) {
            Some(space @ 1..) => (space, space + 1),
            _ => {
                let begins = |&at: &usize| self.0.get(at).is_some_and(|byte| byte & 0xc0 != 0x80);
                let end = (room.saturating_sub(3)..=room).rev().find(begins).unwrap_or(room);
                (end, end)
            }
        };
        let line = self.0.get(..end).unwrap_or_default();
        (Self(line), self.0.get(next..).map(Self))
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn what_cannot_be_a_line() {
        for text in ["a\rb", "a\nb", "a\0b"] {
            assert_eq!(Text::new(text), Err(UnfitText), "{text:?}");
        }
        assert!(Text::new(&"x".repeat(Text::LIMIT)).is_ok());
        assert_eq!(Text::new(&"x".repeat(Text::LIMIT + 1)), Err(UnfitText));
    }

    #[test]
    fn long_texts_are_parted_where_it_does_no_harm() {
        let part = |text: &'static str, room| {
            let (line, rest) = Text::fixed(text).split(room);
            (line.as_str().unwrap(), rest.map(|rest| rest.as_str().unwrap()))
        };
        assert_eq!(part("one two", 7), ("one two", None));
        assert_eq!(part("one two", 6), ("one", Some("two")));
        assert_eq!(part("one two", 3), ("one", Some("two")));
        assert_eq!(part("onetwo", 5), ("onetw", Some("o")));
        assert_eq!(part("aéééé", 4), ("aé", Some("ééé")));
        assert_eq!(part(" onetwo", 5), (" onet", Some("wo")));
        assert_eq!(part("", 5), ("", None));
    }

    #[test]
    fn nothing_of_a_long_text_is_lost() {
        let long = "grüße ".repeat(300) + &"x".repeat(700);
        let lines: Vec<&str> =
            Text::received(long.as_bytes()).wrapped().map(|line| line.as_str().unwrap()).collect();
        assert!(lines.iter().all(|line| !line.is_empty() && line.len() <= Text::LIMIT));
        let letters = |text: &str| text.replace(' ', "");
        assert_eq!(letters(&lines.concat()), letters(&long));
        // Nor is there an end to wait for where the octets are no text.
        assert_eq!(Text::received(&[0x80; 1000]).wrapped().count(), 3);
    }
}
