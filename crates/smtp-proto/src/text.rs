//! The human text of replies.

use alloc::string::String;
use core::{fmt, iter, str};

use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Eight, run};

/// `textstring` (RFC 5321 §4.2): HT, SP and what is printable; and UTF-8 (RFC 6531 §3.7.4).
pub(crate) static TEXTSTRING: Class =
    Class::new().with_range(0x20, 0x7e).with(b"\t").with_range(0x80, 0xff);

/// A line of text without CR, LF and NUL, so that it can add no line of its own.
///
/// What is written here is UTF-8 without control characters but tabs, and should be
/// US-ASCII unless SMTPUTF8 was asked for. What a peer sent may be any other octets, and
/// longer than [`MAX`](Self::MAX): look at it before it goes to a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// No text.
    pub const EMPTY: Self = Self(b"");

    /// The most octets that [`new`](Self::new) takes: what fits a reply line of
    /// 512 octets beside its code, its enhanced code and CRLF (RFC 5321 §4.5.3.1.5).
    pub const MAX: usize = 496;

    /// Takes a text to be sent.
    ///
    /// # Errors
    /// [`SyntaxError`] where it has a control character that is no tab, or is longer than
    /// [`MAX`](Self::MAX): split it into lines, or shorten it.
    pub fn new(text: &'a str) -> Result<Self, SyntaxError> {
        let octets = text.as_bytes();
        let (fit, unfit) = match has_control(octets) {
            false => (octets, &[][..]),
            true => run(&TEXTSTRING, octets),
        };
        if !unfit.is_empty() {
            let expected = "a text without control characters";
            return Err(SyntaxError { offset: fit.len(), expected });
        }
        if fit.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "the end of the text" });
        }
        Ok(Self(fit))
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

    /// What of the text fits into `room` octets.
    pub(crate) fn truncated(self, room: usize) -> Self {
        self.split(room).0
    }

    /// The text in as many lines as it takes.
    pub(crate) fn wrapped(self) -> impl Iterator<Item = Self> {
        let first = Some(self.split(Self::MAX));
        iter::successors(first, |(_, rest)| rest.map(|rest| rest.split(Self::MAX)))
            .map(|(line, _)| line)
    }

    /// What of the text fits into `room` octets, and the rest, if any. It is parted at
    /// a space, which is left out; where there is none, between two characters.
    #[inline]
    pub(crate) fn split(self, room: usize) -> (Self, Option<Self>) {
        match self.0.get(..=room) {
            None => (self, None),
            Some(start) => self.split_in(start, room),
        }
    }

    /// The same, of a text that does not fit: as far as to `start` it could.
    fn split_in(self, start: &[u8], room: usize) -> (Self, Option<Self>) {
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

/// Whether there is a control character of US-ASCII, a tab too.
fn has_control(octets: &[u8]) -> bool {
    const DELETE: u8 = 0x7f;
    let is_control = |eight: Eight| eight.below(b' ').or(eight.equal(DELETE)).any();
    let mut rest = octets;
    while let Some((eight, after)) = rest.split_first_chunk() {
        if is_control(Eight::new(*eight)) {
            return true;
        }
        rest = after;
    }
    is_control(Eight::filled(rest, b' '))
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_those_of_the_plain_way(text in "[a-zé\t\u{0}-\u{20}\u{7f}]{0,4}[ -~]{0,20}[\t\u{1f}-\u{80}]?") {
            let unfit = |octet: u8| octet != b'\t' && octet.is_ascii_control();
            let offset = text.bytes().position(unfit);
            prop_assert_eq!(Text::new(&text).map_err(|error| error.offset).err(), offset);
        }
    }

    /// RFC 5321 §4.2: `textstring`.
    #[test]
    fn what_cannot_be_a_line() {
        for text in ["ab\rc", "ab\nc", "ab\0c", "ab\x1b[0m", "ab\x7f"] {
            assert_eq!(Text::new(text).unwrap_err().offset, 2, "{text:?}");
        }
        assert!(Text::new("a\tb ü~").is_ok());
        assert!(Text::new(&"x".repeat(Text::MAX)).is_ok());
        let long = Text::new(&"x".repeat(Text::MAX + 1)).unwrap_err();
        assert_eq!(long.offset, Text::MAX);
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
        let wrapped = |text| {
            let first = Some(Text::received(text).split(Text::MAX));
            iter::successors(first, |(_, rest)| rest.map(|rest| rest.split(Text::MAX)))
        };
        let lines: Vec<&str> =
            wrapped(long.as_bytes()).map(|(line, _)| line.as_str().unwrap()).collect();
        assert!(lines.iter().all(|line| !line.is_empty() && line.len() <= Text::MAX));
        let letters = |text: &str| text.replace(' ', "");
        assert_eq!(letters(&lines.concat()), letters(&long));
        // Nor is there an end to wait for where the octets are no text.
        assert_eq!(wrapped(&[0x80; 1000]).count(), 3);
    }
}
