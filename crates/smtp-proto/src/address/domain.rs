//! The names of hosts, and address literals (RFC 5321 §4.1.2, §4.1.3).

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use mail_wire::parse::{ALPHANUMERIC, Class, Fault};
use mail_wire::{Caseless, SyntaxError};

use crate::scan::{Dotted, Scanned, complete, cut, fail, octet, run};
use crate::tolerance::Tolerance;

/// The labels of a name, U-labels among them (RFC 5890 §2.3.2.1); and those that have an
/// underscore, or begin and end as they like.
static LABELS: Dotted = Dotted::new(b"", b"-");
static LABELS_UNDERSCORE: Dotted = Dotted::new(b"_", b"-");
static LOOSE_LABELS: Dotted = Dotted::new(b"", b"");
static LOOSE_LABELS_UNDERSCORE: Dotted = Dotted::new(b"_", b"");
/// `dcontent`: what may stand in a general address literal.
static DCONTENT: Class = Class::new().with_range(0x21, 0x7e).without(b"[\\]");

/// The name of a host, or an address literal in brackets, in its wire form. It is the
/// same in upper and lower case (RFC 5321 §2.4), of US-ASCII: U-labels have no upper case
/// (RFC 5890 §2.3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Domain<'a>(pub(super) Caseless<'a>);

/// What a [`Domain`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host<'a> {
    /// A domain name, of US-ASCII or of U-labels, as it was written: unlike a [`Domain`],
    /// it compares letter by letter.
    Name(&'a str),
    /// `[192.0.2.1]`
    Ipv4(Ipv4Addr),
    /// `[IPv6:2001:db8::1]`
    Ipv6(Ipv6Addr),
    /// `[tag:content]` with a tag that is not known here.
    Other {
        /// The standardized tag.
        tag: &'a str,
        /// What it tags.
        content: &'a str,
    },
}

impl<'a> Domain<'a> {
    /// The most octets of a domain (RFC 5321 §4.5.3.1.2).
    pub const MAX: usize = 255;

    /// Checks that `text` is a domain name or an address literal.
    ///
    /// ```
    /// use smtp_proto::{Domain, Host};
    /// let domain = Domain::parse(b"[IPv6:2001:db8::1]")?;
    /// assert_eq!(domain.host(), Host::Ipv6("2001:db8::1".parse().unwrap()));
    /// assert!(Domain::parse(b"[999.1.1.1]").is_err());
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not, or is longer than 255 octets.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(text, |input| domain(input, Tolerance::STRICT))
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0.as_str()
    }

    /// Whether it is that domain, in whichever case.
    ///
    /// ```
    /// use smtp_proto::Domain;
    /// assert!(Domain::parse(b"MX.Example.org")?.is("mx.example.org"));
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn is(self, domain: &str) -> bool {
        self.0 == Caseless(domain)
    }

    /// What it names.
    #[must_use]
    pub fn host(self) -> Host<'a> {
        let name = self.as_str();
        let Some(content) = name.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
            return Host::Name(name);
        };
        let untagged = || content.parse().ok().map(Host::Ipv6);
        literal(content).or_else(untagged).unwrap_or(Host::Name(name))
    }

    /// Whether it can be sent without SMTPUTF8.
    #[must_use]
    pub const fn is_ascii(self) -> bool {
        self.0.as_str().is_ascii()
    }
}

impl fmt::Display for Domain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// ```abnf
/// Domain          = sub-domain *("." sub-domain)            ; RFC 5321 §4.1.2
/// sub-domain      = Let-dig [Ldh-str] / U-label             ; RFC 6531 §3.3
/// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
///                   General-address-literal ) "]"           ; RFC 5321 §4.1.3
/// ```
#[inline]
pub(crate) fn domain(input: &str, tolerance: Tolerance) -> Scanned<'_, Domain<'_>> {
    let loose =
        Tolerance { underscore_in_domain: tolerance.underscore_in_domain, ..Tolerance::STRICT };
    any_domain(input, loose)
}

/// A domain, with what `loose` lets pass in the name of a client itself.
#[inline]
pub(super) fn any_domain(input: &str, loose: Tolerance) -> Scanned<'_, Domain<'_>> {
    let end = match input.strip_prefix('[') {
        Some(inner) => input.len().saturating_sub(address_literal(inner, loose)?.0.len()),
        None => labels(input, loose)?,
    };
    match cut(input, end) {
        (text, rest) if text.len() <= Domain::MAX => Ok((rest, Domain(Caseless(text)))),
        _ => fail(input, "a domain of at most 255 octets"),
    }
}

/// What stands in brackets, and the closing one.
fn address_literal(inner: &str, loose: Tolerance) -> Scanned<'_, ()> {
    let (content, rest) = run(&DCONTENT, inner);
    let untagged = loose.untagged_ipv6_in_hello && content.parse::<Ipv6Addr>().is_ok();
    if !untagged && literal(content).is_none() {
        return fail(inner, "an address literal");
    }
    octet(b']', "\"]\"", rest)
}

/// How long the name is that `input` begins with.
#[inline]
fn labels(input: &str, loose: Tolerance) -> Result<usize, nom::Err<Fault<'_>>> {
    let labels = match (loose.hyphen_in_hello, loose.underscore_in_domain) {
        (false, false) => &LABELS,
        (false, true) => &LABELS_UNDERSCORE,
        (true, false) => &LOOSE_LABELS,
        (true, true) => &LOOSE_LABELS_UNDERSCORE,
    };
    let name = match input.strip_suffix('.') {
        Some(name) if loose.dot_after_hello => name,
        _ => input,
    };
    match labels.run(name.as_bytes()) {
        (end, true) if end == name.len() => Ok(input.len()),
        (end, true) => Ok(end),
        (_, false) => {
            let (_, rest) = cut(input, labels.fault(name.as_bytes()));
            Err(nom::Err::Error(Fault { rest: rest.as_bytes(), expected: "a domain" }))
        }
    }
}

/// What stands between the brackets of an address literal.
fn literal(content: &str) -> Option<Host<'_>> {
    match content.split_once(':') {
        None => content.parse().ok().map(Host::Ipv4),
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6") => {
            address.parse().ok().map(Host::Ipv6)
        }
        Some((tag, content)) => {
            let ends = tag.as_bytes().last().is_some_and(|&last| ALPHANUMERIC.contains(last));
            let ldh = tag.bytes().all(|byte| byte == b'-' || ALPHANUMERIC.contains(byte));
            (ends && ldh && !content.is_empty()).then_some(Host::Other { tag, content })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_typed() {
        let host = |text: &'static str| Domain::parse(text.as_bytes()).unwrap().host();
        assert_eq!(host("example.org"), Host::Name("example.org"));
        assert_eq!(host("[127.0.0.1]"), Host::Ipv4(Ipv4Addr::LOCALHOST));
        assert_eq!(host("[ipv6:::1]"), Host::Ipv6(Ipv6Addr::LOCALHOST));
        assert_eq!(host("[X-400:c=de]"), Host::Other { tag: "X-400", content: "c=de" });
    }

    /// RFC 5321 §2.4.
    #[test]
    fn upper_and_lower_case_are_the_same() {
        let domain = |text: &'static str| Domain::parse(text.as_bytes()).unwrap();
        assert_eq!(domain("MX.Example.org"), domain("mx.example.ORG"));
        assert_eq!(domain("[IPv6:2001:db8::A]"), domain("[ipv6:2001:DB8::a]"));
        assert_ne!(domain("mx.example.org"), domain("mx.example.or"));
        assert!(domain("A.b").is("a.B") && !domain("A.b").is("a"));
    }

    #[test]
    fn limits() {
        let domain = alloc::format!("{}d", "d.".repeat(127));
        assert!(Domain::parse(domain.as_bytes()).is_ok());
        assert!(Domain::parse(alloc::format!("d{domain}").as_bytes()).is_err());
    }
}
