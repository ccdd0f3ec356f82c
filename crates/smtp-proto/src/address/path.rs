//! The paths of MAIL and RCPT (RFC 5321 §4.1.2).

use core::fmt;

use bytes::{BufMut, BytesMut};

use super::domain::domain;
use super::mailbox::{Mailbox, PATH_TOO_LONG, mailbox};
use crate::name::Name;
use crate::scan::{Scanned, fail, letters, octet};
use crate::tolerance::Tolerance;

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

/// As on the wire, and in the Return-Path field (RFC 5321 §4.4): `<a@example.org>`, `<>`.
impl fmt::Display for ReversePath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Mailbox(mailbox) => write!(f, "<{mailbox}>"),
        }
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

/// As on the wire: `<a@example.org>`, `<Postmaster>`.
impl fmt::Display for ForwardPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postmaster => f.write_str("<Postmaster>"),
            Self::Mailbox(mailbox) => write!(f, "<{mailbox}>"),
        }
    }
}

/// ```abnf
/// Reverse-path = Path / "<>"                                ; RFC 5321 §4.1.2
/// ```
#[inline]
pub(crate) fn reverse_path(input: &str, tolerance: Tolerance) -> Scanned<'_, ReversePath<'_>> {
    if let Some(rest) = input.strip_prefix("<>") {
        return Ok((rest, ReversePath::Null));
    }
    let (rest, mailbox) = path(input, tolerance)?;
    Ok((rest, ReversePath::Mailbox(mailbox)))
}

/// ```abnf
/// Forward-path = Path / "<Postmaster>"            ; RFC 5321 §4.1.1.3 and §4.5.1
/// ```
#[inline]
pub(crate) fn forward_path(input: &str, tolerance: Tolerance) -> Scanned<'_, ForwardPath<'_>> {
    const POSTMASTER: Name = Name::new("<Postmaster>");
    if let Ok((rest, ())) = letters(POSTMASTER, "\"<Postmaster>\"", input) {
        return Ok((rest, ForwardPath::Postmaster));
    }
    let (rest, mailbox) = path(input, tolerance)?;
    Ok((rest, ForwardPath::Mailbox(mailbox)))
}

/// ```abnf
/// Path  = "<" [ A-d-l ":" ] Mailbox ">"                     ; RFC 5321 §4.1.2
/// ```
fn path(input: &str, tolerance: Tolerance) -> Scanned<'_, Mailbox<'_>> {
    let Some(inner) = input.strip_prefix('<') else {
        if !tolerance.missing_brackets {
            return fail(input, "\"<\"");
        }
        return mailbox(input, tolerance);
    };
    let rest = if inner.starts_with('@') { route(inner, tolerance)?.0 } else { inner };
    let (rest, mailbox) = mailbox(rest, tolerance)?;
    let (rest, ()) = octet(b'>', "\">\" or \"@\"", rest)?;
    if input.len().saturating_sub(rest.len()) > Mailbox::MAX + "<>".len() {
        return fail(input, PATH_TOO_LONG);
    }
    Ok((rest, mailbox))
}

/// ```abnf
/// A-d-l ":"                                                 ; RFC 5321 §4.1.2
/// A-d-l = At-domain *( "," At-domain )
/// ```
/// The route is read and dropped, as §4.1.2 asks.
fn route(input: &str, tolerance: Tolerance) -> Scanned<'_, ()> {
    let mut rest = input;
    loop {
        let (after, ()) = octet(b'@', "\"@\" of a route", rest)?;
        let (after, _) = domain(after, tolerance)?;
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return octet(b':', "\":\" after a route", after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{Domain, LocalPart};
    use crate::scan::complete;
    use alloc::string::ToString;
    use mail_wire::SyntaxError;

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
            assert_eq!(reverse(text).unwrap().to_string(), text);
        }
        assert_eq!(forward("<postmaster>").unwrap().to_string(), "<Postmaster>");
        assert_eq!(forward("<a@b>").unwrap().to_string(), "<a@b>");
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
        assert!(Mailbox::parse(alloc::format!("{local}@b").as_bytes()).is_ok());
        assert!(Mailbox::parse(alloc::format!("{local}l@b").as_bytes()).is_err());
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
        let local_part = LocalPart::parse(b"aaa").unwrap();
        let domain = Domain::parse(domain.get(4..).unwrap().as_bytes()).unwrap();
        assert_eq!(Mailbox::new(local_part, domain).unwrap_err().offset, Mailbox::MAX);
    }
}
