//! The names of hosts, and address literals (RFC 5321 §4.1.2, §4.1.3).

use core::fmt;
use core::hash::{Hash, Hasher};
use core::net::{Ipv4Addr, Ipv6Addr};
use core::str;

use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHANUMERIC, Class, Parsed, byte, complete, fail, run};

use crate::{Tolerance, case};

/// `Let-dig`, and the octets of a U-label (RFC 5890 §2.3.2.1).
static LET_DIG: Class = Class::new()
    .with_range(b'0', b'9')
    .with_range(b'A', b'Z')
    .with_range(b'a', b'z')
    .with_range(0x80, 0xff);
/// The octets of a sub-domain; the tolerant set has `_` too.
static LDH: Class = Class::new()
    .with_range(b'0', b'9')
    .with_range(b'A', b'Z')
    .with_range(b'a', b'z')
    .with(b"-")
    .with_range(0x80, 0xff);
static LDH_UNDERSCORE: Class = Class::new()
    .with_range(b'0', b'9')
    .with_range(b'A', b'Z')
    .with_range(b'a', b'z')
    .with(b"-_")
    .with_range(0x80, 0xff);
/// `dcontent`: what may stand in a general address literal.
static DCONTENT: Class = Class::new().with_range(0x21, 0x7e).without(b"[\\]");

/// The name of a host, or an address literal in brackets, in its wire form. It is the
/// same in upper and lower case (RFC 5321 §2.4), of US-ASCII: U-labels have no upper case
/// (RFC 5890 §2.3.2.1).
#[derive(Clone, Copy, Debug)]
pub struct Domain<'a>(&'a str);

impl PartialEq for Domain<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Domain<'_> {}

impl Hash for Domain<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        case::hash(self.0.as_bytes(), state);
    }
}

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
    /// let domain = Domain::parse("[IPv6:2001:db8::1]")?;
    /// assert_eq!(domain.host(), Host::Ipv6("2001:db8::1".parse().unwrap()));
    /// assert!(Domain::parse("[999.1.1.1]").is_err());
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not, or is longer than 255 octets.
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        complete(text.as_bytes(), |input| domain(input, Tolerance::STRICT))
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether it is that domain, in whichever case.
    ///
    /// ```
    /// use smtp_proto::Domain;
    /// assert!(Domain::parse("MX.Example.org")?.is("mx.example.org"));
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn is(self, domain: &str) -> bool {
        self.0.eq_ignore_ascii_case(domain)
    }

    /// What it names.
    #[must_use]
    pub fn host(self) -> Host<'a> {
        let Some(content) = self.0.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
            return Host::Name(self.0);
        };
        literal(content).unwrap_or(Host::Name(self.0))
    }

    /// Whether it can be sent without SMTPUTF8.
    #[must_use]
    pub const fn is_ascii(self) -> bool {
        self.0.is_ascii()
    }
}

impl fmt::Display for Domain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The name that a client or a server goes by: a [`Domain`] of US-ASCII, since EHLO comes
/// before anybody knows of SMTPUTF8. A name past it is written in A-labels (RFC 6531
/// §3.7.1).
///
/// One that was received may be past US-ASCII all the same, where
/// [`Tolerance::utf8_in_hello`] let it pass. As a domain, it is the same in upper and lower
/// case.
///
/// ```
/// use smtp_proto::Hostname;
/// assert!(Hostname::parse("xn--mller-kva.example").is_ok());
/// assert!(Hostname::parse("müller.example").is_err());
/// assert!(Hostname::parse("[192.0.2.1]").is_ok());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Hostname<'a>(&'a str);

impl PartialEq for Hostname<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Hostname<'_> {}

impl Hash for Hostname<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        case::hash(self.0.as_bytes(), state);
    }
}

impl<'a> Hostname<'a> {
    /// Checks that `text` is a domain name of US-ASCII, or an address literal.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not, or is longer than 255 octets.
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        complete(text.as_bytes(), |input| hostname(input, Tolerance::STRICT))
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// As a domain, which says what it names.
    #[must_use]
    pub const fn domain(self) -> Domain<'a> {
        Domain(self.0)
    }
}

impl fmt::Display for Hostname<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// ```abnf
/// Domain          = sub-domain *("." sub-domain)            ; RFC 5321 §4.1.2
/// sub-domain      = Let-dig [Ldh-str] / U-label             ; RFC 6531 §3.3
/// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal /
///                   General-address-literal ) "]"           ; RFC 5321 §4.1.3
/// ```
pub(crate) fn domain(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Domain<'_>> {
    let mut rest = input;
    if let Some(inner) = input.strip_prefix(b"[") {
        let (content, behind) = run(&DCONTENT, inner);
        match str::from_utf8(content).ok().and_then(literal) {
            Some(_) => {}
            None => return fail(inner, "an address literal"),
        }
        (rest, ()) = byte(b']', "\"]\"")(behind)?;
    } else {
        let ldh = if tolerance.underscore_in_domain { &LDH_UNDERSCORE } else { &LDH };
        loop {
            let (label, behind) = run(ldh, rest);
            match (label.first(), label.last()) {
                (Some(&first), Some(&last))
                    if last != b'-' && (LET_DIG.contains(first) || first == b'_') => {}
                _ => return fail(rest, "a domain"),
            }
            match behind.strip_prefix(b".") {
                Some(next) => rest = next,
                None => {
                    rest = behind;
                    break;
                }
            }
        }
    }
    match text_before(input, rest) {
        Some(text) if text.len() <= Domain::MAX => Ok((rest, Domain(text))),
        Some(_) => fail(input, "a domain of at most 255 octets"),
        None => fail(input, "UTF-8"),
    }
}

/// ```abnf
/// Domain / address-literal                                  ; RFC 5321 §4.1.1.1
/// ```
pub(crate) fn hostname(input: &[u8], tolerance: Tolerance) -> Parsed<'_, Hostname<'_>> {
    let (rest, Domain(name)) = domain(input, tolerance)?;
    match name.bytes().position(|byte| !byte.is_ascii()) {
        Some(at) if !tolerance.utf8_in_hello => {
            fail(input.get(at..).unwrap_or_default(), "a name of US-ASCII")
        }
        _ => Ok((rest, Hostname(name))),
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

/// What was taken off `input` to leave `rest`, as text.
pub(crate) fn text_before<'a>(input: &'a [u8], rest: &[u8]) -> Option<&'a str> {
    let taken = input.get(..input.len().checked_sub(rest.len())?)?;
    str::from_utf8(taken).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::assert_same;

    #[test]
    fn hosts_are_typed() {
        let host = |text| Domain::parse(text).unwrap().host();
        assert_eq!(host("example.org"), Host::Name("example.org"));
        assert_eq!(host("[127.0.0.1]"), Host::Ipv4(Ipv4Addr::LOCALHOST));
        assert_eq!(host("[ipv6:::1]"), Host::Ipv6(Ipv6Addr::LOCALHOST));
        assert_eq!(host("[X-400:c=de]"), Host::Other { tag: "X-400", content: "c=de" });
    }

    /// RFC 5321 §2.4.
    #[test]
    fn upper_and_lower_case_are_the_same() {
        let domain = |text| Domain::parse(text).unwrap();
        assert_same(domain("MX.Example.org"), domain("mx.example.ORG"));
        assert_same(domain("[IPv6:2001:db8::A]"), domain("[ipv6:2001:DB8::a]"));
        assert_ne!(domain("mx.example.org"), domain("mx.example.or"));
        let hostname = |text| Hostname::parse(text).unwrap();
        assert_same(hostname("MX.Example.org"), hostname("mx.example.ORG"));
        assert_ne!(hostname("mx.example.org"), hostname("m.x.example.org"));
        assert!(domain("A.b").is("a.B") && !domain("A.b").is("a"));
    }

    #[test]
    fn limits() {
        let domain = alloc::format!("{}d", "d.".repeat(127));
        assert!(Domain::parse(&domain).is_ok());
        assert!(Domain::parse(&alloc::format!("d{domain}")).is_err());
    }

    /// RFC 6531 §3.7.1.
    #[test]
    fn hosts_go_by_names_of_ascii() {
        for text in ["a", "localhost", "a-b.example", "[127.0.0.1]", "[IPv6:::1]", "xn--4gbrim"] {
            assert_eq!(Hostname::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "ü", "a.ü", "a_b", "a b", "a.", ".a", "-a", "a\0", "[ü]", "127.0.0.1]"]
        {
            assert!(Hostname::parse(text).is_err(), "{text}");
        }
        assert_eq!(Hostname::parse("a.ü").unwrap_err().offset, 2);
        let lenient = |text: &'static str| {
            complete(text.as_bytes(), |input| hostname(input, Tolerance::LENIENT)).is_ok()
        };
        assert!(lenient("a.ü") && lenient("a_b") && !lenient("a.ü-"));
    }
}
