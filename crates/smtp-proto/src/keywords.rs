//! What a configuration names of what this crate does not know.

use alloc::string::String;
use alloc::vec::Vec;

use mail_wire::parse::{ALPHANUMERIC, visible};
use mail_wire::{Caseless, SyntaxError};

use crate::parameter::KEYWORD;

/// Keywords of parameters that a driver knows.
#[derive(Clone, Debug, Default)]
pub struct Keywords(Vec<String>);

impl Keywords {
    /// Adds one more. To add it twice is to add it once. One that this crate can read is still
    /// held to its grammar.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not letters, digits and `-`, or begins with that
    /// (RFC 5321 §4.1.2).
    pub fn add(&mut self, keyword: &str) -> Result<(), SyntaxError> {
        check_keyword(keyword)?;
        if !self.contains(keyword) {
            self.0.push(keyword.into());
        }
        Ok(())
    }

    /// Whether it is one of them, in whichever case.
    #[must_use]
    pub fn contains(&self, keyword: &str) -> bool {
        self.0.iter().any(|known| Caseless(known) == Caseless(keyword))
    }
}

/// Lines of the answer to EHLO that a driver adds.
#[derive(Clone, Debug, Default)]
pub struct EhloLines(Vec<String>);

impl EhloLines {
    /// The most octets of one, so that it fits a line of 512 with its code and CRLF.
    pub const MAX: usize = 506;

    /// Adds one more, after those that the session writes itself. One with a keyword that is here
    /// already takes the place of that one; one of an extension that the session offers itself is
    /// not sent beside the session's own. To offer an extension that this crate has, switch it
    /// on in the [configuration](crate::server::Config) instead: a line switches on nothing.
    ///
    /// ```abnf
    /// ehlo-line    = ehlo-keyword *( SP ehlo-param )           ; RFC 5321 §4.1.1.1
    /// ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
    /// ehlo-param   = 1*(%d33-126)
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not of that grammar, or longer than [`MAX`](Self::MAX).
    pub fn add(&mut self, line: &str) -> Result<(), SyntaxError> {
        check_keyword(keyword_of(line))?;
        let mut offset = 0;
        for word in line.split(' ') {
            let (shown, odd) = visible(word.as_bytes());
            if shown.is_empty() || !odd.is_empty() {
                let offset = offset + shown.len();
                return Err(SyntaxError { offset, expected: "a parameter of visible US-ASCII" });
            }
            offset += word.len() + 1;
        }
        if line.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "a line of 506 octets" });
        }
        let keyword = keyword_of(line);
        self.0.retain(|other| Caseless(keyword_of(other)) != Caseless(keyword));
        self.0.push(line.into());
        Ok(())
    }

    /// The lines one by one.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// What a line of the answer to EHLO begins with.
pub(crate) fn keyword_of(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

fn check_keyword(keyword: &str) -> Result<(), SyntaxError> {
    let octets = keyword.as_bytes();
    let begins = octets.first().is_some_and(|&first| ALPHANUMERIC.contains(first));
    if begins && KEYWORD.contains_all(octets) {
        Ok(())
    } else {
        Err(SyntaxError { offset: 0, expected: "a keyword" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_of_the_grammar_is_added() {
        let mut keywords = Keywords::default();
        keywords.add("RET").unwrap();
        assert!(keywords.contains("ret") && !keywords.contains("RE"));
        for odd in ["", "-X", "X=Y", "X Y", "ü"] {
            assert!(keywords.add(odd).is_err(), "{odd:?}");
        }
        let mut lines = EhloLines::default();
        for line in ["DSN", "LIMITS RCPTMAX=1 MAILMAX=2"] {
            lines.add(line).unwrap();
        }
        assert!(lines.iter().eq(["DSN", "LIMITS RCPTMAX=1 MAILMAX=2"]));
        lines.add("dsn OF-OURS").unwrap();
        assert!(lines.iter().eq(["LIMITS RCPTMAX=1 MAILMAX=2", "dsn OF-OURS"]));
        for odd in ["", " DSN", "DSN ", "X  Y", "X\r\n250 Y", "X ü", "X_Y"] {
            assert!(lines.add(odd).is_err(), "{odd:?}");
        }
        assert!(lines.add(&"X".repeat(EhloLines::MAX + 1)).is_err());
        lines.add(&"X".repeat(EhloLines::MAX)).unwrap();
    }
}
