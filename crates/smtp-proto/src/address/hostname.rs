//! The names that hosts go by in EHLO and in the greeting (RFC 5321 §4.1.1.1).

use core::fmt;

use mail_wire::{Caseless, SyntaxError};

use super::domain::{Domain, any_domain};
use crate::scan::{Scanned, complete, cut, fail};
use crate::tolerance::Tolerance;

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
/// assert!(Hostname::parse(b"xn--mller-kva.example").is_ok());
/// assert!(Hostname::parse("müller.example".as_bytes()).is_err());
/// assert!(Hostname::parse(b"[192.0.2.1]").is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hostname<'a>(Caseless<'a>);

impl<'a> Hostname<'a> {
    /// Checks that `text` is a domain name of US-ASCII, or an address literal.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not, or is longer than 255 octets.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(text, |input| hostname(input, Tolerance::STRICT))
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0.as_str()
    }

    /// As a domain, which says what it names.
    #[must_use]
    pub const fn domain(self) -> Domain<'a> {
        Domain(self.0)
    }
}

impl fmt::Display for Hostname<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// ```abnf
/// Domain / address-literal                                  ; RFC 5321 §4.1.1.1
/// ```
#[inline]
pub(crate) fn hostname(input: &str, tolerance: Tolerance) -> Scanned<'_, Hostname<'_>> {
    let (rest, Domain(name)) = any_domain(input, tolerance)?;
    if name.as_str().is_ascii() || tolerance.utf8_in_hello {
        return Ok((rest, Hostname(name)));
    }
    let at = name.as_str().bytes().position(|octet| !octet.is_ascii()).unwrap_or_default();
    fail(cut(input, at).1, "a name of US-ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Host;
    use core::net::Ipv6Addr;

    /// RFC 6531 §3.7.1.
    #[test]
    fn hosts_go_by_names_of_ascii() {
        for text in ["a", "localhost", "a-b.example", "[127.0.0.1]", "[IPv6:::1]", "xn--4gbrim"] {
            assert_eq!(Hostname::parse(text.as_bytes()).unwrap().as_str(), text);
        }
        for text in ["", "ü", "a.ü", "a_b", "a b", "a.", ".a", "-a", "a\0", "[ü]", "127.0.0.1]"]
        {
            assert!(Hostname::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(Hostname::parse("a.ü".as_bytes()).unwrap_err().offset, 2);
        let lenient = |text: &'static str| {
            complete(text.as_bytes(), |input| hostname(input, Tolerance::LENIENT)).is_ok()
        };
        assert!(lenient("a.ü") && lenient("a_b") && !lenient("a..ü"));
    }

    /// One tolerance for each deviation, and no more than it says.
    #[test]
    fn names_that_are_nearly_ones() {
        let read = |text: &'static str, tolerance| {
            complete(text.as_bytes(), |input| hostname(input, tolerance))
        };
        let strict = Tolerance::STRICT;
        for (text, tolerance) in [
            ("mac.local.", Tolerance { dot_after_hello: true, ..strict }),
            ("a-.domain", Tolerance { hyphen_in_hello: true, ..strict }),
            ("-a", Tolerance { hyphen_in_hello: true, ..strict }),
            ("[::1]", Tolerance { untagged_ipv6_in_hello: true, ..strict }),
            ("my_host", Tolerance { underscore_in_domain: true, ..strict }),
        ] {
            assert!(read(text, strict).is_err(), "{text}");
            assert_eq!(read(text, tolerance).unwrap().as_str(), text);
            assert!(read(text, Tolerance::PUBLIC).is_ok(), "{text}");
        }
        let name = read("[::1]", Tolerance::PUBLIC).unwrap().domain();
        assert_eq!(name.host(), Host::Ipv6(Ipv6Addr::LOCALHOST));
        for text in [".", "a..", "[::g]", "[]", "[::1", "a. b", ""] {
            assert!(read(text, Tolerance::LENIENT).is_err(), "{text}");
        }
    }
}
