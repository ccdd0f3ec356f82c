//! What a server answers (RFC 5321 §4.2).

mod buf;
mod code;
mod enhanced;
mod frame;
mod lines;
mod rejection;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

use crate::text::Text;
use frame::line_code;
use lines::{split_line, split_text};

pub use buf::ReplyBuf;
pub use code::ReplyCode;
pub use enhanced::EnhancedCode;
pub use frame::{ReplyFramer, ReplyRule};
pub use lines::ReplyLines;
pub use rejection::Rejection;

/// A whole reply: a code, and one line of text or more.
///
/// ```
/// use smtp_proto::{EnhancedCode, Reply};
/// let reply = Reply::parse(b"550-5.1.1 No such user.\r\n550 5.1.1 Sorry.")?;
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

    /// Parses a whole reply, as [`ReplyFramer`] gives it: its lines with CRLF between them, or
    /// LF alone, and without the end of the last.
    ///
    /// ```abnf
    /// Reply-line = *( Reply-code "-" [ textstring ] CRLF )
    ///              Reply-code [ SP textstring ] CRLF         ; RFC 5321 §4.2
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where a line does not begin with a code, the codes
    /// differ, or there are octets after the last line.
    pub fn parse(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        let at = |rest: &[u8], expected| SyntaxError {
            offset: octets.len().saturating_sub(rest.len()),
            expected,
        };
        // What is wrong with the line that `rest` begins with.
        let wrong = |rest| match line_code(split_line(rest).0) {
            Some(_) => at(rest, TEXT),
            None => at(rest, CODE),
        };
        let (mut rest, mut first) = (octets, None);
        let (code, text) = loop {
            let Some((line, next)) = split_text(rest) else { return Err(wrong(rest)) };
            let start = line.first_chunk::<4>();
            let (code, text, more) = match first {
                // Most begin as the first did, which was not the last.
                Some((code, text, of_first)) if start.is_some() && start == of_first => {
                    (code, text, true)
                }
                _ => {
                    let Some((code, more)) = line_code(line) else { return Err(at(rest, CODE)) };
                    let text = line.get(4..).unwrap_or_default();
                    let (of_first, text, _) = *first.get_or_insert((code, text, start));
                    if code != of_first {
                        return Err(at(rest, "the code of the lines before"));
                    }
                    (code, text, more)
                }
            };
            rest = match next {
                None if more => return Err(at(&[], "one more line")),
                None => break (code, text),
                Some(after) if !more => return Err(at(after, "the end of the reply")),
                Some(after) => after,
            };
        };
        let (enhanced, text) = match enhanced_of(code, text) {
            Some((enhanced, text)) => (Some(enhanced), text),
            None => (None, text),
        };
        let lines = match rest.len() == octets.len() {
            true => ReplyLines::one(Text::received(text)),
            false => ReplyLines::received(octets, enhanced.is_some()),
        };
        Ok(Self { code, enhanced, lines })
    }

    /// Writes the reply: each line with its codes, and CRLF. A text longer than
    /// [`Text::MAX`], which only a peer can have sent, becomes several lines.
    pub fn encode(self, out: &mut BytesMut) {
        let mut lines = self.lines.iter();
        let mut next = lines.next();
        while let Some(line) = next {
            next = lines.next();
            let (mut text, mut rest) = line.split(Text::MAX);
            while let Some(more) = rest {
                encode_line(self.code, true, self.enhanced, text, out);
                (text, rest) = more.split(Text::MAX);
            }
            encode_line(self.code, next.is_some(), self.enhanced, text, out);
        }
    }
}

/// Writes a line of a reply, and CRLF.
#[inline]
fn encode_line(
    code: ReplyCode,
    more: bool,
    enhanced: Option<EnhancedCode>,
    line: Text<'_>,
    out: &mut BytesMut,
) {
    const CODES: usize = "250 2.999.999 \r\n".len();
    out.reserve(line.as_bytes().len() + CODES);
    encode_codes(code, more, enhanced, out);
    out.put_slice(line.as_bytes());
    out.put_slice(b"\r\n");
}

/// Writes what a line of a reply begins with.
#[inline]
pub(crate) fn encode_codes(
    code: ReplyCode,
    more: bool,
    enhanced: Option<EnhancedCode>,
    out: &mut BytesMut,
) {
    let [a, b, c] = code.digits();
    let dash = if more { b'-' } else { b' ' };
    match enhanced.map(EnhancedCode::digits) {
        None => out.put_slice(&[a, b, c, dash]),
        Some(Some([x, y, z])) => {
            out.put_slice(&[a, b, c, dash, x, b'.', y, b'.', z, b' ']);
        }
        // One of its numbers has more than one digit.
        Some(None) => {
            out.put_slice(&[a, b, c, dash]);
            if let Some(enhanced) = enhanced {
                enhanced.encode(out);
            }
            out.put_u8(b' ');
        }
    }
}

const CODE: &str = "a reply code and a space or \"-\"";
const TEXT: &str = "text without CR and NUL";

/// The enhanced code that the first text of a reply begins with, and what stands after it.
#[inline]
fn enhanced_of(code: ReplyCode, text: &[u8]) -> Option<(EnhancedCode, &[u8])> {
    let (enhanced, rest) = EnhancedCode::parse(text)?;
    enhanced.agrees_with(code).then_some((enhanced, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// RFC 5321 §4.2.
    #[test]
    fn odd_replies() {
        for good in [
            &b"250"[..],
            b"250 ",
            b"250-\r\n250 ",
            "250 grüß".as_bytes(),
            b"250 \xff",
            b"250-a\n250 b",
        ] {
            assert!(Reply::parse(good).is_ok(), "{good:?}");
        }
        for (bad, offset) in [
            (&b"250-a\r\n550 b"[..], 7),
            (b"999 x", 0),
            (b"99 x", 0),
            (b"199 x", 0),
            (b"250x", 0),
            (b"250 a\0", 0),
            (b"250 a\r", 0),
            (b"", 0),
            (b"250-a", 5),
            (b"250-a\r\n", 7),
            (b"250 a\r\n", 7),
            (b"250 a\r\n250 b", 7),
            (b"2500 a", 0),
        ] {
            assert_eq!(Reply::parse(bad).unwrap_err().offset, offset, "{bad:?}");
        }
    }

    #[test]
    fn enhanced_codes_agree_with_the_code() {
        let reply = Reply::parse(b"250 5.1.1 x").unwrap();
        assert_eq!(reply.enhanced, None);
        assert_eq!(reply.lines.iter().next().unwrap().as_bytes(), b"5.1.1 x");
        let reply = Reply::parse(b"250 2.1.5").unwrap();
        assert_eq!(reply.enhanced, EnhancedCode::new(2, 1, 5));
        assert_eq!(Reply::parse(b"250 2.1.1000 x").unwrap().enhanced, None);
        assert_eq!(Reply::parse(b"250 2.01.1 x").unwrap().enhanced, None);
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

    /// The code of a reply, the enhanced one, and the texts.
    type Told<'a> = (ReplyCode, Option<EnhancedCode>, Vec<&'a [u8]>);

    /// What [`Reply::parse`] should find, the plain way.
    fn naive(octets: &[u8]) -> Option<Told<'_>> {
        let (mut seen, mut texts) = (None, Vec::new());
        let mut lines = octets.split(|&octet| octet == b'\n').peekable();
        while let Some(line) = lines.next() {
            let more = lines.peek().is_some();
            let line = if more { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            let digits = line.get(..3)?;
            let dash = [b' ', b'-'][usize::from(more)];
            let parted = line.get(3).map_or(!more, |&octet| octet == dash);
            if !digits.iter().all(u8::is_ascii_digit) || !parted {
                return None;
            }
            let code = ReplyCode::new(core::str::from_utf8(digits).unwrap().parse().unwrap())?;
            let text = line.get(4..).unwrap_or_default();
            if *seen.get_or_insert(code) != code || text.iter().any(|octet| b"\0\r".contains(octet))
            {
                return None;
            }
            texts.push(text);
        }
        let code = seen?;
        let enhanced = enhanced_of(code, texts.first()?).map(|(enhanced, _)| enhanced);
        let without = |text| EnhancedCode::parse(text).map_or(text, |(_, rest)| rest);
        if enhanced.is_some() {
            texts = texts.into_iter().map(without).collect();
        }
        Some((code, enhanced, texts))
    }

    proptest! {
        #[test]
        fn replies_are_those_of_the_plain_way(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "250-", "250 ", "550 ", "250", "2", "5.1.1 ", "2.0.0 ", "2.10.7", "a", "some words",
                    "\t", "ü", "\r\n", "\n", "\r", "\0", "\r\n250-", "\r\n250 ",
                ]),
                0..10,
            ),
        ) {
            let octets = parts.concat();
            let reply = Reply::parse(octets.as_bytes()).ok();
            let told = reply.map(|reply| {
                let texts = reply.lines().iter().map(Text::as_bytes).collect();
                (reply.code(), reply.enhanced(), texts)
            });
            prop_assert_eq!(told, naive(octets.as_bytes()));
        }
    }

    /// RFC 5321 §4.5.3.1.5.
    #[test]
    fn no_line_is_longer_than_512_octets() {
        for length in [496, 497, 992, 993, 5000] {
            let wire = [&b"550 "[..], &b"x".repeat(length)].concat();
            for enhanced in [None, EnhancedCode::new(5, 999, 999)] {
                let reply = Reply { enhanced, ..Reply::parse(&wire).unwrap() };
                let mut out = BytesMut::new();
                reply.encode(&mut out);
                let lines = out.split_inclusive(|&byte| byte == b'\n');
                assert_eq!(lines.clone().count(), length.div_ceil(Text::MAX));
                assert!(lines.map(<[u8]>::len).max() <= Some(512));
                let unit = out.strip_suffix(b"\r\n").unwrap();
                assert_eq!(Reply::parse(unit).unwrap().enhanced, enhanced);
            }
        }
    }
}
