//! Mailboxes (RFC 5321 §4.1.2, RFC 6531 §3.3).

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::Class;

use super::domain::{Domain, domain};
use crate::scan::{Dotted, Scanned, complete, cut, fail, octet, run};
use crate::tolerance::Tolerance;

pub(super) const PATH_TOO_LONG: &str = "a path of at most 256 octets";

/// Atoms of `atext` (RFC 5322 §3.2.3) and `UTF8-non-ascii` (RFC 6531 §3.3), with dots between.
static ATOMS: Dotted = Dotted::new(b"!#$%&'*+/=?^_`{|}~", b"");
/// `qtextSMTP`: what needs no backslash between quotes.
static QTEXT: Class = Class::new().with_range(0x20, 0x7e).without(b"\"\\").with_range(0x80, 0xff);

/// What stands before the `@`, in its wire form: perhaps in quotes. It compares letter by
/// letter: case matters (RFC 5321 §2.4), and whoever takes `"a"` for `a` compares what is
/// [`unquoted`](Self::unquoted).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocalPart<'a>(&'a str);

impl<'a> LocalPart<'a> {
    /// The most octets of a local part (RFC 5321 §4.5.3.1.1).
    pub const MAX: usize = 64;

    /// Checks that `text` is a dot-string or a quoted string.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is neither, or is longer than 64 octets.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(text, |input| local_part(input, Tolerance::STRICT))
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// What it means: without quotes and backslashes. `"a\"b"` means `a"b`, and
    /// `"a"` the same as `a`.
    #[must_use]
    pub fn unquoted(self) -> Cow<'a, str> {
        let Some(quoted) = self.0.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
            return Cow::Borrowed(self.0);
        };
        if !quoted.contains('\\') {
            return Cow::Borrowed(quoted);
        }
        let mut meaning = String::with_capacity(quoted.len());
        let mut escaped = false;
        for letter in quoted.chars() {
            escaped = letter == '\\' && !escaped;
            if !escaped {
                meaning.push(letter);
            }
        }
        Cow::Owned(meaning)
    }
}

/// `local-part@domain`. Two are equal where their local parts are, letter by letter, and
/// their domains, in whichever case.
///
/// ```
/// use smtp_proto::Mailbox;
/// let mailbox = Mailbox::parse(b"\"a b\"@example.org")?;
/// assert_eq!(mailbox.local_part().as_str(), "\"a b\"");
/// assert_eq!(mailbox.local_part().unquoted(), "a b");
/// assert_eq!(mailbox.domain().as_str(), "example.org");
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox<'a> {
    local_part: LocalPart<'a>,
    domain: Domain<'a>,
}

impl<'a> Mailbox<'a> {
    /// The most octets of a mailbox: with its angle brackets it is a path of 256 (RFC 5321
    /// §4.5.3.1.3).
    pub const MAX: usize = 254;

    /// A mailbox of these two.
    ///
    /// # Errors
    /// [`SyntaxError`] where it would be longer than [`MAX`](Self::MAX).
    pub const fn new(local_part: LocalPart<'a>, domain: Domain<'a>) -> Result<Self, SyntaxError> {
        if local_part.0.len() + "@".len() + domain.as_str().len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: PATH_TOO_LONG });
        }
        Ok(Self { local_part, domain })
    }

    /// Checks that `text` is a mailbox.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not, or it or one of its parts is too long.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(text, |input| mailbox(input, Tolerance::STRICT))
    }

    /// What stands before the `@`.
    #[must_use]
    pub const fn local_part(self) -> LocalPart<'a> {
        self.local_part
    }

    /// What stands after it.
    #[must_use]
    pub const fn domain(self) -> Domain<'a> {
        self.domain
    }

    /// Whether it can be sent without SMTPUTF8.
    #[must_use]
    pub const fn is_ascii(self) -> bool {
        self.local_part.0.is_ascii() && self.domain.is_ascii()
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.local_part.0.as_bytes());
        out.put_u8(b'@');
        out.put_slice(self.domain.as_str().as_bytes());
    }
}

impl fmt::Display for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local_part.0, self.domain)
    }
}

/// ```abnf
/// Mailbox = Local-part "@" ( Domain / address-literal )     ; RFC 5321 §4.1.2
/// ```
#[inline]
pub(super) fn mailbox(input: &str, tolerance: Tolerance) -> Scanned<'_, Mailbox<'_>> {
    let (rest, local_part) = local_part(input, tolerance)?;
    let (rest, ()) = octet(b'@', "\"@\" and a domain", rest)?;
    let (rest, domain) = domain(rest, tolerance)?;
    match Mailbox::new(local_part, domain) {
        Ok(mailbox) => Ok((rest, mailbox)),
        Err(error) => fail(input, error.expected),
    }
}

/// ```abnf
/// Local-part = Dot-string / Quoted-string                   ; RFC 5321 §4.1.2
/// Dot-string = Atom *("."  Atom)
/// ```
#[inline]
fn local_part(input: &str, tolerance: Tolerance) -> Scanned<'_, LocalPart<'_>> {
    let end = if input.starts_with('"') {
        input.len().saturating_sub(quoted_string(input)?.0.len())
    } else {
        let (end, whole) = ATOMS.run(input.as_bytes());
        if !whole && (end == 0 || !tolerance.dots_in_local_part) {
            return fail(cut(input, ATOMS.fault(input.as_bytes())).1, "a local part");
        }
        end
    };
    match cut(input, end) {
        (text, rest) if text.len() <= LocalPart::MAX => Ok((rest, LocalPart(text))),
        _ => fail(input, "a local part of at most 64 octets"),
    }
}

/// ```abnf
/// Quoted-string = DQUOTE *QcontentSMTP DQUOTE               ; RFC 5321 §4.1.2
/// QcontentSMTP  = qtextSMTP / quoted-pairSMTP
/// ```
fn quoted_string(input: &str) -> Scanned<'_, ()> {
    let (mut rest, ()) = octet(b'"', "a quote", input)?;
    loop {
        (_, rest) = run(&QTEXT, rest);
        match rest.as_bytes() {
            [b'"', ..] => return Ok((cut(rest, 1).1, ())),
            [b'\\', 0x20..=0x7e, ..] => (_, rest) = cut(rest, 2),
            _ => return fail(rest, "a closing quote"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5321 §2.4.
    #[test]
    fn case_matters_before_the_at() {
        let mailbox = |text: &'static str| Mailbox::parse(text.as_bytes()).unwrap();
        assert_eq!(mailbox("Bob@Example.org"), mailbox("Bob@example.ORG"));
        assert_ne!(mailbox("Bob@example.org"), mailbox("bob@example.org"));
    }

    #[test]
    fn meanings() {
        let meaning = |text: &'static str| LocalPart::parse(text.as_bytes()).unwrap().unquoted();
        assert_eq!(meaning("\"a\""), meaning("a"));
        assert_eq!(meaning(r#""a\"\\b""#), r#"a"\b"#);
        assert_eq!(meaning("\"\""), "");
    }

    #[test]
    fn dots_are_let_pass_where_they_are_tolerated() {
        let tolerance = Tolerance { dots_in_local_part: true, ..Tolerance::STRICT };
        for text in ["da.me..@x", ".a@x", "a..b@x"] {
            assert!(Mailbox::parse(text.as_bytes()).is_err(), "{text}");
            let read = complete(text.as_bytes(), |input| mailbox(input, tolerance)).unwrap();
            assert_eq!(alloc::format!("{read}"), text);
        }
        assert!(complete(b"@x", |input| mailbox(input, tolerance)).is_err());
    }
}
