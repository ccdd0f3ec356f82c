//! Addresses as the envelope carries them (RFC 5321 §4.1.2, RFC 6531 §3.3).
//!
//! An address keeps its wire form, since a relay must send what it got; the
//! accessors give its meaning.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, byte, complete, fail, run, word};

use crate::domain::{domain, text_before};
use crate::{Domain, Tolerance};

const PATH_TOO_LONG: &str = "a path of at most 256 octets";

/// `atext` of RFC 5322 §3.2.3, and `UTF8-non-ascii` (RFC 6531 §3.3).
static ATEXT: Class = Class::new()
    .with_range(b'0', b'9')
    .with_range(b'A', b'Z')
    .with_range(b'a', b'z')
    .with(b"!#$%&'*+-/=?^_`{|}~")
    .with_range(0x80, 0xff);
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
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        complete(text.as_bytes(), local_part)
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
/// let mailbox = Mailbox::parse("\"a b\"@example.org")?;
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
    /// Returns `None` where it would be longer than [`MAX`](Self::MAX).
    #[must_use]
    pub const fn new(local_part: LocalPart<'a>, domain: Domain<'a>) -> Option<Self> {
        if local_part.0.len() + "@".len() + domain.as_str().len() > Self::MAX {
            return None;
        }
        Some(Self { local_part, domain })
    }

    /// Checks that `text` is a mailbox.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not, or it or one of its parts is too long.
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        complete(text.as_bytes(), |input| mailbox(input, Tolerance::STRICT))
    }

    /// What stands before the `@`.
    #[must_use]
    pub const fn local_part(self) -> LocalPart<'a> {
        self.local_part
    }

    /// What stands behind it.
    #[must_use]
    pub const fn domain(self) -> Domain<'a> {
        self.domain
    }

    /// Whether it can be sent without SMTPUTF8.
    #[must_use]
    pub const fn is_ascii(self) -> bool {
        self.local_part.0.is_ascii() && self.domain.is_ascii()
    }

    fn encode(self, out: &mut BytesMut) {
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

/// Where a message comes from, and where reports of its failure go: the
/// argument of MAIL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath<'a> {
    /// `<>`: a report, to which nobody must answer (RFC 5321 §4.5.5).
    Null,
    /// A mailbox.
    Mailbox(Mailbox<'a>),
}

impl<'a> ReversePath<'a> {
    /// The mailbox, where it has one.
    #[must_use]
    pub const fn mailbox(self) -> Option<Mailbox<'a>> {
        match self {
            Self::Null => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b'<');
        if let Self::Mailbox(mailbox) = self {
            mailbox.encode(out);
        }
        out.put_u8(b'>');
    }
}

/// Where a message goes: the argument of RCPT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ForwardPath<'a> {
    /// `<Postmaster>`, without a domain: this host's own (RFC 5321 §4.5.1).
    Postmaster,
    /// A mailbox.
    Mailbox(Mailbox<'a>),
}

impl<'a> ForwardPath<'a> {
    /// The mailbox, where it has one.
    #[must_use]
    pub const fn mailbox(self) -> Option<Mailbox<'a>> {
        match self {
            Self::Postmaster => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b'<');
        match self {
            Self::Postmaster => out.put_slice(b"Postmaster"),
            Self::Mailbox(mailbox) => mailbox.encode(out),
        }
        out.put_u8(b'>');
    }
}

/// ```abnf
/// Reverse-path = Path / "<>"                                ; RFC 5321 §4.1.2
/// ```
pub(crate) fn reverse_path(input: &[u8], tolerance: Tolerance) -> Parsed<'_, ReversePath<'_>> {
    if let Some(rest) = input.strip_prefix(b"<>") {
        return Ok((rest, ReversePath::Null));
    }
    let (rest, mailbox) = path(input, tolerance)?;
    Ok((rest, ReversePath::Mailbox(mailbox)))
}

/// ```abnf
/// Forward-path = Path / "<Postmaster>"            ; RFC 5321 §4.1.1.3 and §4.5.1
/// ```
pub(crate) fn forward_path(input: &[u8], tolerance: Tolerance) -> Parsed<'_, ForwardPath<'_>> {
    const POSTMASTER: &[u8] = b"<postmaster>";
    match input.split_at_checked(POSTMASTER.len()) {
        Some((start, rest)) if start.eq_ignore_ascii_case(POSTMASTER) => {
            return Ok((rest, ForwardPath::Postmaster));
        }
        _ => {}
    }
    let (rest, mailbox) = path(input, tolerance)?;
    Ok((rest, ForwardPath::Mailbox(mailbox)))
}

/// ```abnf
/// Path  = "<" [ A-d-l ":" ] Mailbox ">"                     ; RFC 5321 §4.1.2
/// A-d-l = At-domain *( "," At-domain )
/// ```
/// The route is read and dropped, as §4.1.2 asks.
fn path(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Mailbox<'_>> {
    let Some(inner) = input.strip_prefix(b"<") else {
        if !tolerance.missing_brackets {
            return fail(input, "\"<\"");
        }
        return mailbox(input, tolerance);
    };
    let mut rest = inner;
    let mut more = inner.starts_with(b"@");
    while more {
        let (behind, ()) = byte(b'@', "\"@\" of a route")(rest)?;
        let (behind, _) = domain(behind, tolerance)?;
        more = behind.starts_with(b",");
        (rest, ()) =
            if more { byte(b',', "\",\"") } else { byte(b':', "\":\" behind a route") }(behind)?;
    }
    let (rest, mailbox) = mailbox(rest, tolerance)?;
    let (rest, ()) = byte(b'>', "\">\" or \"@\"")(rest)?;
    if input.len().saturating_sub(rest.len()) > Mailbox::MAX + "<>".len() {
        return fail(input, PATH_TOO_LONG);
    }
    Ok((rest, mailbox))
}

/// ```abnf
/// Mailbox = Local-part "@" ( Domain / address-literal )     ; RFC 5321 §4.1.2
/// ```
fn mailbox(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Mailbox<'_>> {
    let (rest, local_part) = local_part(input)?;
    let (rest, ()) = byte(b'@', "\"@\" and a domain")(rest)?;
    let (rest, domain) = domain(rest, tolerance)?;
    match Mailbox::new(local_part, domain) {
        Some(mailbox) => Ok((rest, mailbox)),
        None => fail(input, PATH_TOO_LONG),
    }
}

/// ```abnf
/// Local-part    = Dot-string / Quoted-string                ; RFC 5321 §4.1.2
/// Dot-string    = Atom *("."  Atom)
/// Quoted-string = DQUOTE *QcontentSMTP DQUOTE
/// QcontentSMTP  = qtextSMTP / quoted-pairSMTP
/// ```
fn local_part(input: &[u8]) -> Parsed<'_, LocalPart<'_>> {
    let mut rest = input;
    if let Some(quoted) = input.strip_prefix(b"\"") {
        rest = quoted;
        loop {
            (_, rest) = run(&QTEXT, rest);
            match rest {
                [b'"', behind @ ..] => {
                    rest = behind;
                    break;
                }
                [b'\\', 0x20..=0x7e, behind @ ..] => rest = behind,
                _ => return fail(rest, "a closing quote"),
            }
        }
    } else {
        loop {
            (rest, _) = word(&ATEXT, "a local part")(rest)?;
            match rest.strip_prefix(b".") {
                Some(behind) => rest = behind,
                None => break,
            }
        }
    }
    match text_before(input, rest) {
        Some(text) if text.len() <= LocalPart::MAX => Ok((rest, LocalPart(text))),
        Some(_) => fail(input, "a local part of at most 64 octets"),
        None => fail(input, "UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::assert_same;
    use alloc::string::ToString;

    fn reverse(text: &str) -> Result<ReversePath<'_>, SyntaxError> {
        complete(text.as_bytes(), |input| reverse_path(input, Tolerance::STRICT))
    }

    fn forward(text: &str) -> Result<ForwardPath<'_>, SyntaxError> {
        complete(text.as_bytes(), |input| forward_path(input, Tolerance::STRICT))
    }

    #[test]
    fn wire_forms_are_kept() {
        for text in [
            "<a@b>",
            "<a.b+c@example.org>",
            "<\"a b\"@c>",
            "<\"a\\\"b\"@c>",
            "<\">\"@b>",
            "<\"@\"@b>",
            "<a@[IPv6:::1]>",
            "<a@[1.2.3.4]>",
            "<a@[x-tag:content]>",
            "<用户@例え.jp>",
            "<\"ü\"@b>",
            "<>",
        ] {
            let mut out = BytesMut::new();
            reverse(text).unwrap().encode(&mut out);
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn what_is_no_path() {
        for text in [
            "",
            "<",
            "< >",
            "<a>",
            "<a@>",
            "<@b>",
            "<a@b",
            "a@b",
            "<a@b@c>",
            "<a b@c>",
            "<.a@b>",
            "<a.@b>",
            "<a..b@c>",
            "<a@b.>",
            "<a@-b>",
            "<a@b->",
            "<a@b_c>",
            "<a@[999.1.1.1]>",
            "<a@[]>",
            "<a@[x:]>",
            "<a@[IPv6:zz]>",
            "<\"a@b>",
            "<a\0@b>",
            "<a@b\0>",
            "<@x:>",
            "<@x a@b>",
            "<>>",
            "<Postmaster>",
        ] {
            assert!(reverse(text).is_err(), "{text}");
        }
        assert!(complete(b"<\xff@b>", |input| reverse_path(input, Tolerance::STRICT)).is_err());
    }

    #[test]
    fn a_route_is_dropped() {
        let Ok(ReversePath::Mailbox(mailbox)) = reverse("<@x,@y.z:a@b>") else { panic!() };
        assert_eq!(mailbox.to_string(), "a@b");
    }

    #[test]
    fn postmaster_needs_no_domain_and_is_not_null() {
        assert_eq!(forward("<PostMaster>"), Ok(ForwardPath::Postmaster));
        assert!(forward("<>").is_err());
        assert!(matches!(forward("<postmaster@b>"), Ok(ForwardPath::Mailbox(_))));
    }

    #[test]
    fn limits() {
        let local = "l".repeat(64);
        assert!(Mailbox::parse(&alloc::format!("{local}@b")).is_ok());
        assert!(Mailbox::parse(&alloc::format!("{local}l@b")).is_err());
        let domain = alloc::format!("{}d", "d.".repeat(127));
        assert!(reverse(&alloc::format!("<aa@{}>", domain.get(4..).unwrap())).is_ok());
        assert!(reverse(&alloc::format!("<aaa@{}>", domain.get(4..).unwrap())).is_err());
        // A route counts, though it is dropped; brackets count where they are missing.
        let route = alloc::format!("<@x:aa@{}>", domain.get(6..).unwrap());
        assert!(reverse(&route).is_err());
        let bare = |text: &str| {
            let tolerance = Tolerance { missing_brackets: true, ..Tolerance::STRICT };
            complete(text.as_bytes(), |input| reverse_path(input, tolerance)).is_ok()
        };
        assert!(bare(&alloc::format!("aa@{}", domain.get(4..).unwrap())));
        assert!(!bare(&alloc::format!("aaa@{}", domain.get(4..).unwrap())));
        let local_part = LocalPart::parse("aaa").unwrap();
        assert_eq!(
            Mailbox::new(local_part, Domain::parse(domain.get(4..).unwrap()).unwrap()),
            None
        );
    }

    /// RFC 5321 §2.4.
    #[test]
    fn case_matters_before_the_at() {
        let mailbox = |text| Mailbox::parse(text).unwrap();
        assert_same(mailbox("Bob@Example.org"), mailbox("Bob@example.ORG"));
        assert_ne!(mailbox("Bob@example.org"), mailbox("bob@example.org"));
    }

    #[test]
    fn meanings() {
        let meaning = |text| LocalPart::parse(text).unwrap().unquoted();
        assert_eq!(meaning("\"a\""), meaning("a"));
        assert_eq!(meaning(r#""a\"\\b""#), r#"a"\b"#);
        assert_eq!(meaning("\"\""), "");
    }
}
