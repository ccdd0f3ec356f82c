//! A reply that is kept.

use alloc::vec::Vec;
use core::fmt;

use bytes::{Bytes, BytesMut};

use super::code::ReplyCode;
use super::enhanced::EnhancedCode;
use super::lines::ReplyLines;
use super::{Reply, encode_line};

/// A [`Reply`] of its own, to be kept: word for word. A clone shares its octets.
///
/// It prints as one line, with what could harm a terminal escaped.
///
/// ```
/// use smtp_proto::{Reply, ReplyBuf};
/// let said = ReplyBuf::from(Reply::parse(b"550-5.1.1 No such user.\r\n550 5.1.1 Sorry.")?);
/// assert_eq!(said.as_reply().lines().iter().count(), 2);
/// assert_eq!(said.to_string(), "550 5.1.1 No such user. Sorry.");
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReplyBuf {
    code: ReplyCode,
    enhanced: Option<EnhancedCode>,
    /// As a server writes it, without the end of the last line.
    octets: Bytes,
}

impl ReplyBuf {
    /// The reply.
    #[must_use]
    pub fn as_reply(&self) -> Reply<'_> {
        let lines = ReplyLines::received(&self.octets, self.enhanced.is_some());
        Reply { code: self.code, enhanced: self.enhanced, lines }
    }

    /// What happened, for programs.
    #[must_use]
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// What happened, more closely, where the reply says.
    #[must_use]
    pub const fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// The same with no more than about `octets` of it: the lines that fit, and of the first at
    /// least its start. Whoever keeps many replies decides how much that may be, for a server
    /// may say more of each of many recipients than anybody will read.
    ///
    /// ```
    /// use smtp_proto::{Reply, ReplyBuf};
    /// let said = ReplyBuf::from(Reply::parse(b"550-5.1.1 No such user.\r\n550 5.1.1 Sorry.")?);
    /// assert_eq!(said.truncated(24).to_string(), "550 5.1.1 No such user.");
    /// assert_eq!(said.truncated(10).to_string(), "550 5.1.1 No such");
    /// assert_eq!(said.truncated(512), said);
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn truncated(&self, octets: usize) -> Self {
        /// What a line has beside its text.
        const CODE: usize = "250 \r\n".len();
        if self.octets.len() <= octets {
            return self.clone();
        }
        let Reply { code, enhanced, lines } = self.as_reply();
        let (mut kept, mut left) = (Vec::new(), octets);
        for line in lines.iter() {
            let Some(rest) = left.checked_sub(line.as_bytes().len().saturating_add(CODE)) else {
                break;
            };
            kept.push(line);
            left = rest;
        }
        if kept.is_empty() {
            kept.push(lines.first().truncated(octets));
        }
        Self::from(Reply { code, enhanced, lines: ReplyLines::new(&kept) })
    }
}

impl From<Reply<'_>> for ReplyBuf {
    fn from(reply: Reply<'_>) -> Self {
        let Reply { code, enhanced, lines } = reply;
        let octets = match lines.wire() {
            Some(octets) => Bytes::copy_from_slice(octets),
            None => {
                let mut octets = BytesMut::new();
                let mut lines = lines.iter().peekable();
                while let Some(line) = lines.next() {
                    encode_line(code, lines.peek().is_some(), enhanced, line, &mut octets);
                }
                octets.truncate(octets.len().saturating_sub("\r\n".len()));
                octets.freeze()
            }
        };
        Self { code, enhanced, octets }
    }
}

impl fmt::Debug for ReplyBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_reply().fmt(f)
    }
}

impl fmt::Display for ReplyBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.get())?;
        if let Some(enhanced) = self.enhanced {
            write!(f, " {enhanced}")?;
        }
        for line in self.as_reply().lines().iter().filter(|line| !line.is_empty()) {
            f.write_str(" ")?;
            for piece in line.as_bytes().utf8_chunks() {
                for letter in piece.valid().chars() {
                    match letter.is_control() {
                        true => write!(f, "{}", letter.escape_default())?,
                        false => write!(f, "{letter}")?,
                    }
                }
                if !piece.invalid().is_empty() {
                    f.write_str("\u{fffd}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;
    use alloc::string::ToString;

    #[test]
    fn a_reply_is_kept_word_for_word() {
        let short = ReplyBuf::from(Reply::parse(b"250").unwrap());
        assert_eq!(&short.octets[..], b"250 ");
        for octets in [
            &b"250 "[..],
            b"250-\r\n250 ",
            b"550 5.1.1 No such user",
            b"550-5.1.1 No\n550 plain",
            b"451-x \xff\r\n451 4.3.0 y",
        ] {
            let reply = Reply::parse(octets).unwrap();
            let kept = ReplyBuf::from(reply);
            assert_eq!((kept.as_reply(), &kept.octets[..]), (reply, octets));
        }
        let lines = [Text::fixed("one"), Text::fixed("two")];
        let enhanced = EnhancedCode::new(5, 1, 1);
        let code = ReplyCode::fixed(550);
        let reply = Reply::new(code, enhanced, ReplyLines::new(&lines)).unwrap();
        let kept = ReplyBuf::from(reply);
        assert_eq!(kept.as_reply(), reply);
        assert_eq!(&kept.octets[..], b"550-5.1.1 one\r\n550 5.1.1 two");
    }

    /// Whether there is one long line, many short ones, or no text at all.
    #[test]
    fn a_reply_that_is_cut_is_short_and_a_reply() {
        let long = [&b"550 5.1.1 "[..], &"\u{e9}".repeat(30_000).into_bytes()].concat();
        let many = [&b"550-5.1.1 No\r\n".repeat(4000)[..], b"550 5.1.1 No"].concat();
        let empty = [&b"550-\r\n".repeat(10_000)[..], b"550 "].concat();
        for octets in [long, many, empty] {
            let kept = ReplyBuf::from(Reply::parse(&octets).unwrap());
            for most in [0, 1, 5, 511, 512, 2000] {
                let cut = kept.truncated(most);
                assert!(cut.octets.len() <= 2 * most + 20, "{most}: {}", cut.octets.len());
                assert_eq!(Reply::parse(&cut.octets), Ok(cut.as_reply()));
                assert_eq!((cut.code(), cut.enhanced()), (kept.code(), kept.enhanced()));
                let is_start = |(cut, whole): (Text<'_>, Text<'_>)| {
                    whole.as_bytes().starts_with(cut.as_bytes()) && cut.as_str().is_some()
                };
                let whole = kept.as_reply().lines();
                assert!(cut.as_reply().lines().iter().zip(whole.iter()).all(is_start));
            }
        }
    }

    #[test]
    fn nothing_harms_a_terminal() {
        let kept = ReplyBuf::from(Reply::parse(b"550-a\x1b[31m\xff\r\n550").unwrap());
        assert_eq!(kept.to_string(), "550 a\\u{1b}[31m\u{fffd}");
    }
}
