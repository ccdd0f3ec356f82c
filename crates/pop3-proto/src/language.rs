//! Languages, for LANG (RFC 6856 §3).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHA, ALPHANUMERIC, Class, Parsed, byte, complete, fail, word};

use crate::text::{Text, rest_of_line};

/// A language tag or basic language range (RFC 4647 §2.1): `en`, `en-boont`, `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Language<'a>(&'a str);

impl<'a> Language<'a> {
    /// `*`: the language that the server likes best.
    pub const ANY: Self = Self("*");

    /// Takes a language range.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn new(language: &'a str) -> Result<Self, SyntaxError> {
        if language.len() > Text::MAX / 2 {
            return Err(SyntaxError { offset: Text::MAX / 2, expected: "the end of the tag" });
        }
        complete(language.as_bytes(), self::language)
    }

    /// The tag or range as it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether a server that speaks the language `tag` serves this range: it
    /// is `*`, or `tag`, or one more special than `tag`.
    ///
    /// ```
    /// use pop3_proto::Language;
    /// assert!(Language::new("en-GB")?.is_served_by("en"));
    /// assert!(!Language::new("eng")?.is_served_by("en"));
    /// # Ok::<(), pop3_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn is_served_by(self, tag: &str) -> bool {
        let range = self.0.as_bytes();
        let Some((start, more)) = range.split_at_checked(tag.len()) else {
            return self == Self::ANY;
        };
        self == Self::ANY
            || start.eq_ignore_ascii_case(tag.as_bytes()) && matches!(more, [] | [b'-', ..])
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0.as_bytes());
    }
}

/// One line of the answer to LANG without an argument (RFC 6856 §3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LanguageListing<'a> {
    /// The language's tag.
    pub language: Language<'a>,
    /// Its name in the language itself, or nothing.
    pub description: Text<'a>,
}

impl<'a> LanguageListing<'a> {
    /// Parses one line, without its CRLF.
    ///
    /// # Errors
    /// [`SyntaxError`] where it does not begin with a language tag.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(line, |line| {
            let (rest, language) = language(line)?;
            let (rest, description) = rest_of_line(rest.strip_prefix(b" ").unwrap_or(rest))?;
            Ok((rest, Self { language, description }))
        })
    }

    /// Writes the line, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        self.language.encode(out);
        self.description.encode_after_space(out);
        out.put_slice(b"\r\n");
    }
}

static TAG: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-*");

/// RFC 4647 §2.1:
/// ```text
/// language-range = (1*8ALPHA *("-" 1*8alphanum)) / "*"
/// ```
pub(crate) fn language(input: &[u8]) -> Parsed<'_, Language<'_>> {
    let (rest, range) = word(&TAG, "a language tag")(input)?;
    let well_formed = range == "*"
        || range.split('-').enumerate().all(|(at, subtag)| {
            let class = if at == 0 { &ALPHA } else { &ALPHANUMERIC };
            (1..=8).contains(&subtag.len()) && class.contains_all(subtag.as_bytes())
        });
    if !well_formed {
        return fail(input, "a language tag");
    }
    // What ends the tag is the end or a space, whoever reads it.
    if !rest.is_empty() {
        byte(b' ', "a space or the end")(rest)?;
    }
    Ok((rest, Language(range)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for good in ["en", "EN-boont", "de-CH-1996", "*", "zh-hans"] {
            assert!(Language::new(good).is_ok(), "{good}");
        }
        for bad in ["", "e n", "1e", "en-", "-en", "toolongsub", "en-*", "**", "é"] {
            assert!(Language::new(bad).is_err(), "{bad}");
        }
        assert!(Language::ANY.is_served_by("en"));
        assert!(!Language::new("e").unwrap().is_served_by("en"));
    }

    /// RFC 6856 §3.3
    #[test]
    fn listings() {
        let listing = LanguageListing::parse(b"en-boont English Boontling dialect").unwrap();
        assert_eq!(listing.language.as_str(), "en-boont");
        assert_eq!(listing.description.as_bytes(), b"English Boontling dialect");
        assert!(LanguageListing::parse(b"en").unwrap().description.is_empty());
    }
}
