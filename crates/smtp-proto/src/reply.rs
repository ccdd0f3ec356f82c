//! What a server answers (RFC 5321 §4.2).

use core::fmt;
use core::hash::{Hash, Hasher};

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::{Framed, LineFramer, SyntaxError};

use crate::code::number;
use crate::{EnhancedCode, ReplyCode, Text};

/// A whole reply: a code, and one line of text or more.
///
/// ```
/// use smtp_proto::{EnhancedCode, Reply};
/// let reply = Reply::parse(b"550-5.1.1 No such user.\r\n550 5.1.1 Sorry.\r\n")?;
/// assert_eq!(reply.code().get(), 550);
/// assert_eq!(reply.enhanced(), EnhancedCode::new(5, 1, 1));
/// let lines: Vec<String> = reply.lines().iter().map(|line| line.to_string()).collect();
/// assert_eq!(lines, ["No such user.", "Sorry."]);
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reply<'a> {
    pub(crate) code: ReplyCode,
    pub(crate) enhanced: Option<EnhancedCode>,
    pub(crate) lines: ReplyLines<'a>,
}

/// The lines of text of a reply, without codes: at least one, which may be empty.
#[derive(Clone, Copy)]
pub struct ReplyLines<'a>(Repr<'a>);

#[derive(Clone, Copy)]
enum Repr<'a> {
    One(Text<'a>),
    Many(&'a [Text<'a>]),
    /// As received, checked: each line with its code.
    Wire {
        octets: &'a [u8],
        enhanced: bool,
    },
}

impl<'a> ReplyLines<'a> {
    /// A reply of several lines; of one empty line where there are none.
    #[must_use]
    pub const fn new(lines: &'a [Text<'a>]) -> Self {
        if lines.is_empty() { Self(Repr::One(Text::EMPTY)) } else { Self(Repr::Many(lines)) }
    }

    /// The lines one by one.
    pub fn iter(self) -> impl Iterator<Item = Text<'a>> {
        let (one, many, wire, enhanced): (Option<Text<'a>>, &[Text<'a>], &[u8], bool) = match self.0
        {
            Repr::One(text) => (Some(text), &[], &[], false),
            Repr::Many(lines) => (None, lines, &[], false),
            Repr::Wire { octets, enhanced } => (None, &[], octets, enhanced),
        };
        let mut wire = wire;
        let wire = core::iter::from_fn(move || {
            let (line, rest) = split_line(wire)?;
            wire = rest;
            let text = line.get(4..).unwrap_or_default();
            let text = match EnhancedCode::parse(text) {
                Some((_, text)) if enhanced => text,
                _ => text,
            };
            Some(Text::received(text))
        });
        one.into_iter().chain(many.iter().copied()).chain(wire)
    }
}

impl<'a> From<Text<'a>> for ReplyLines<'a> {
    fn from(text: Text<'a>) -> Self {
        Self(Repr::One(text))
    }
}

impl PartialEq for ReplyLines<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for ReplyLines<'_> {}

impl Hash for ReplyLines<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|line| line.hash(state));
    }
}

impl fmt::Debug for ReplyLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The first line of `octets` without its end, and what stands behind it.
fn split_line(octets: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', octets)?;
    let (line, rest) = octets.split_at_checked(end + 1)?;
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    Some((line.strip_suffix(b"\r").unwrap_or(line), rest))
}

impl<'a> Reply<'a> {
    /// A reply of these codes and lines.
    ///
    /// Returns `None` where the class of the enhanced code is not that of the code
    /// (RFC 2034 §4); and where there is none, but the first line begins like one, as
    /// which it would be read.
    #[must_use]
    pub fn new(
        code: ReplyCode,
        enhanced: Option<EnhancedCode>,
        lines: ReplyLines<'a>,
    ) -> Option<Self> {
        let mut texts = lines.iter();
        let fits = match enhanced {
            Some(enhanced) => enhanced.agrees_with(code),
            None => texts.next().is_none_or(|text| enhanced_of(code, text.as_bytes()).is_none()),
        };
        fits.then_some(Self { code, enhanced, lines })
    }

    /// What happened, for programs.
    #[must_use]
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// What happened, more closely (RFC 3463), where the reply says.
    #[must_use]
    pub const fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// What happened, for people; in the answer to EHLO, for programs.
    #[must_use]
    pub const fn lines(&self) -> ReplyLines<'a> {
        self.lines
    }

    /// Parses a whole reply, with the ends of its lines. LF alone will do as one.
    ///
    /// ```abnf
    /// Reply-line = *( Reply-code "-" [ textstring ] CRLF )
    ///              Reply-code [ SP textstring ] CRLF         ; RFC 5321 §4.2
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where a line does not begin with a code, the codes
    /// differ, or there are octets behind the last line.
    pub fn parse(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        let at = |rest: &[u8], expected| {
            Err(SyntaxError { offset: octets.len().saturating_sub(rest.len()), expected })
        };
        let mut rest = octets;
        let mut first: Option<(ReplyCode, Option<EnhancedCode>)> = None;
        loop {
            let Some((line, behind)) = split_line(rest) else {
                return at(&[], "the end of a line");
            };
            let Some((code, last)) = line_code(line) else {
                return at(rest, "a reply code and a space or \"-\"");
            };
            if memchr::memchr2(0, b'\r', line).is_some() {
                return at(rest, "text without CR and NUL");
            }
            let text = line.get(4..).unwrap_or_default();
            match first {
                None => {
                    first = Some((code, enhanced_of(code, text)));
                }
                Some((expected, _)) if expected != code => {
                    return at(rest, "the code of the lines before");
                }
                Some(_) => {}
            }
            if let (true, Some((code, enhanced))) = (last, first) {
                if !behind.is_empty() {
                    return at(behind, "the end of the reply");
                }
                let lines = ReplyLines(Repr::Wire { octets, enhanced: enhanced.is_some() });
                return Ok(Self { code, enhanced, lines });
            }
            rest = behind;
        }
    }

    /// Writes the reply: each line with its codes, and CRLF. A text longer than
    /// [`Text::MAX`], which only a peer can have sent, becomes several lines.
    pub fn encode(self, out: &mut BytesMut) {
        let mut lines = self.lines.iter().flat_map(Text::wrapped).peekable();
        while let Some(line) = lines.next() {
            decimal(self.code.get().into(), out);
            out.put_u8(if lines.peek().is_some() { b'-' } else { b' ' });
            if let Some(enhanced) = self.enhanced {
                enhanced.encode(out);
                out.put_u8(b' ');
            }
            out.put_slice(line.as_bytes());
            out.put_slice(b"\r\n");
        }
    }
}

/// The enhanced code that the first text of a reply begins with.
fn enhanced_of(code: ReplyCode, text: &[u8]) -> Option<EnhancedCode> {
    let (enhanced, _) = EnhancedCode::parse(text)?;
    enhanced.agrees_with(code).then_some(enhanced)
}

/// The code that a line begins with, and whether the line is the last.
fn line_code(line: &[u8]) -> Option<(ReplyCode, bool)> {
    let (code, rest) = number(line)?;
    let code = ReplyCode::new(code)?;
    match rest {
        [] | [b' ', ..] => Some((code, true)),
        [b'-', ..] => Some((code, false)),
        _ => None,
    }
}

/// Finds whole replies in what a client receives.
///
/// ```
/// use smtp_proto::ReplyFramer;
/// let mut framer = ReplyFramer::new(65_536);
/// assert_eq!(framer.next(b"250-mx\r\n250 SIZE\r\n221 by"), Ok(Some(18)));
/// assert_eq!(framer.next(b"221 by"), Ok(None));
/// ```
#[derive(Clone, Debug)]
pub struct ReplyFramer {
    limit: usize,
    lines: LineFramer,
    /// Octets of whole lines before the one that is being received.
    framed: usize,
}

/// A reply is longer than the limit, or has a line that does not begin with a
/// code. The connection cannot be used further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ReplyFramingError {
    /// All lines together are longer than the limit.
    #[error("a reply of more than {limit} octets")]
    TooLong {
        /// The limit, in octets.
        limit: usize,
    },
    /// A line does not begin with a code.
    #[error("a line that is no reply, at octet {offset}")]
    NotAReply {
        /// Octets of the reply before that line.
        offset: usize,
    },
}

impl ReplyFramer {
    /// A framer of replies of at most `limit` octets, all lines together.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, lines: LineFramer::new(limit), framed: 0 }
    }

    /// The length of the reply that `input` begins with, once it is whole.
    /// Until then call again with more input behind the same octets; after it
    /// with what stands behind the reply.
    ///
    /// # Errors
    /// [`ReplyFramingError`]. The framer cannot be used further.
    pub fn next(&mut self, input: &[u8]) -> Result<Option<usize>, ReplyFramingError> {
        loop {
            let mut rest = input.get(self.framed..).unwrap_or_default();
            let before = rest.len();
            match self.lines.next(&mut rest) {
                Framed::NeedInput if self.framed.saturating_add(before) >= self.limit => {
                    return Err(ReplyFramingError::TooLong { limit: self.limit });
                }
                Framed::NeedInput => return Ok(None),
                Framed::TooLong => return Err(ReplyFramingError::TooLong { limit: self.limit }),
                Framed::Line { line, .. } => {
                    let offset = self.framed;
                    self.framed = input.len().saturating_sub(rest.len());
                    if self.framed > self.limit {
                        return Err(ReplyFramingError::TooLong { limit: self.limit });
                    }
                    match line_code(line) {
                        Some((_, true)) => return Ok(Some(core::mem::take(&mut self.framed))),
                        Some((_, false)) => {}
                        None => return Err(ReplyFramingError::NotAReply { offset }),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// HOSTILE: SMTP replies (client).
    #[test]
    fn odd_replies() {
        for good in [
            &b"250\r\n"[..],
            b"250 \r\n",
            b"250-\r\n250 \r\n",
            "250 grüß\r\n".as_bytes(),
            b"250 \xff\r\n",
            b"250 a\n",
        ] {
            assert!(Reply::parse(good).is_ok(), "{good:?}");
        }
        for bad in [
            &b"250-a\r\n550 b\r\n"[..],
            b"999 x\r\n",
            b"99 x\r\n",
            b"199 x\r\n",
            b"250x\r\n",
            b"250 a\0\r\n",
            b"",
            b"250-a\r\n",
            b"250 a\r\n250 b\r\n",
            b"250 a",
            b"2500 a\r\n",
        ] {
            assert!(Reply::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn enhanced_codes_agree_with_the_code() {
        let reply = Reply::parse(b"250 5.1.1 x\r\n").unwrap();
        assert_eq!(reply.enhanced, None);
        assert_eq!(reply.lines.iter().next().unwrap().as_bytes(), b"5.1.1 x");
        let reply = Reply::parse(b"250 2.1.5\r\n").unwrap();
        assert_eq!(reply.enhanced, EnhancedCode::new(2, 1, 5));
        assert_eq!(Reply::parse(b"250 2.1.1000 x\r\n").unwrap().enhanced, None);
        assert_eq!(Reply::parse(b"250 2.01.1 x\r\n").unwrap().enhanced, None);
    }

    #[test]
    fn codes_that_do_not_agree_make_no_reply() {
        let reply = |code, enhanced, text| {
            Reply::new(ReplyCode::fixed(code), enhanced, Text::fixed(text).into())
        };
        assert!(reply(250, EnhancedCode::new(2, 1, 5), "x").is_some());
        assert_eq!(reply(250, EnhancedCode::new(5, 1, 1), "x"), None);
        assert_eq!(reply(354, EnhancedCode::new(2, 0, 0), "x"), None);
        assert_eq!(reply(550, None, "5.1.1 x"), None);
        assert_eq!(reply(550, None, "5.1.1"), None);
        assert!(reply(550, None, "2.1.1 x").is_some());
        assert!(reply(550, None, "5.1.1x").is_some());
    }

    /// RFC 5321 §4.5.3.1.5.
    #[test]
    fn no_line_is_longer_than_512_octets() {
        for length in [496, 497, 992, 993, 5000] {
            let wire = [&b"550 "[..], &b"x".repeat(length), b"\r\n"].concat();
            for enhanced in [None, EnhancedCode::new(5, 999, 999)] {
                let reply = Reply { enhanced, ..Reply::parse(&wire).unwrap() };
                let mut out = BytesMut::new();
                reply.encode(&mut out);
                let lines = out.split_inclusive(|&byte| byte == b'\n');
                assert_eq!(lines.clone().count(), length.div_ceil(Text::MAX));
                assert!(lines.map(<[u8]>::len).max() <= Some(512));
                assert_eq!(Reply::parse(&out).unwrap().enhanced, enhanced);
            }
        }
    }

    #[test]
    fn framing_at_every_split() {
        let input = b"220 hi\r\n250-a\r\n250-b\r\n250\r\n221 bye\r\n";
        let frame = |pieces: &[&[u8]]| {
            let (mut framer, mut unread, mut seen) = (ReplyFramer::new(64), Vec::new(), Vec::new());
            for piece in pieces {
                unread.extend_from_slice(piece);
                while let Some(length) = framer.next(&unread).unwrap() {
                    seen.push(unread.drain(..length).collect::<Vec<u8>>());
                }
            }
            seen
        };
        let whole = frame(&[input]);
        assert_eq!(whole.iter().map(Vec::len).collect::<Vec<_>>(), [8, 19, 9]);
        for at in 0..input.len() {
            assert_eq!(frame(&[&input[..at], &input[at..]]), whole);
        }
        assert_eq!(frame(&input.chunks(1).collect::<Vec<_>>()), whole);
    }

    #[test]
    fn framing_has_one_limit_however_the_input_comes() {
        let long = [&b"250-"[..], &[b'x'; 40], b"\r\n250-", &[b'x'; 40], b"\r\n"].concat();
        let too_long = Err(ReplyFramingError::TooLong { limit: 64 });
        assert_eq!(ReplyFramer::new(64).next(&long), too_long);
        let mut framer = ReplyFramer::new(64);
        let first = (1..long.len()).find_map(|end| framer.next(&long[..end]).err());
        assert_eq!(first, too_long.err());
        let odd = Err(ReplyFramingError::NotAReply { offset: 8 });
        assert_eq!(ReplyFramer::new(64).next(b"250-ab\r\nxx\r\n"), odd);
    }
}
