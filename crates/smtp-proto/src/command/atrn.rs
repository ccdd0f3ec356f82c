//! ATRN: server and client change their roles (RFC 2645).

use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, complete, fail};

use super::argument::space;
use crate::address::Hostname;

/// The domains whose mail `ATRN` asks for: one at least.
///
/// ```
/// use smtp_proto::Domains;
/// let domains = Domains::parse(b"example.org,example.com")?;
/// assert!(domains.iter().map(|domain| domain.as_str()).eq(["example.org", "example.com"]));
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Domains<'a>(&'a str);

impl<'a> Domains<'a> {
    /// Parses domains with commas between them.
    ///
    /// # Errors
    /// [`SyntaxError`] where one is none.
    pub fn parse(domains: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(domains, all)
    }

    /// The domains one by one.
    pub fn iter(self) -> impl Iterator<Item = Hostname<'a>> {
        self.0.split(',').filter_map(|domain| Hostname::parse(domain.as_bytes()).ok())
    }
}

pub(super) fn encode(domains: Option<Domains<'_>>, out: &mut BytesMut) {
    if let Some(Domains(domains)) = domains {
        out.put_u8(b' ');
        out.put_slice(domains.as_bytes());
    }
}

/// ```abnf
/// atrn = "ATRN" [SP domain *("," domain)]                    ; RFC 2645 §5.2.1
/// ```
pub(super) fn atrn(input: &[u8]) -> Parsed<'_, Option<Domains<'_>>> {
    if input.is_empty() {
        return Ok((input, None));
    }
    let (rest, ()) = space(input)?;
    all(rest).map(|(rest, domains)| (rest, Some(domains)))
}

fn all(input: &[u8]) -> Parsed<'_, Domains<'_>> {
    let mut domains = input.split(|&octet| octet == b',');
    match str::from_utf8(input) {
        Ok(text) if domains.all(|domain| Hostname::parse(domain).is_ok()) => {
            Ok((&[], Domains(text)))
        }
        _ => fail(input, "domains with commas between them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains() {
        assert_eq!(complete(b"", atrn), Ok(None));
        let both = complete(b" a.example,b.example", atrn).unwrap();
        assert_eq!(both.unwrap().iter().count(), 2);
        for odd in [" ", " a,", " ,a", " a b", " a,,b", " é"] {
            assert!(complete(odd.as_bytes(), atrn).is_err(), "{odd:?}");
        }
    }
}
