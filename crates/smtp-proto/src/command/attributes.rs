//! XCLIENT and XFORWARD: what a trusted client says of the client before it. They are Postfix's,
//! which documents them in its XCLIENT and XFORWARD Howtos.

use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, complete, fail};

use super::argument::space;
use crate::parameter::Xtext;

/// Attributes of a client, each with its value: at least one.
///
/// ```
/// use smtp_proto::{Attributes, AttributeValue};
/// let attributes = Attributes::parse(b"NAME=[UNAVAILABLE] ADDR=192.0.2.1 HELO=a+20b")?;
/// assert_eq!(attributes.get("name"), Some(AttributeValue::Unavailable));
/// let Some(AttributeValue::Known(helo)) = attributes.get("HELO") else { panic!() };
/// assert_eq!(helo.decode(), b"a b");
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attributes<'a>(&'a str);

/// The value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeValue<'a> {
    /// `[UNAVAILABLE]`: there is none.
    Unavailable,
    /// `[TEMPUNAVAIL]`: it cannot be found out now.
    TemporarilyUnavailable,
    /// It is known.
    Known(Xtext<'a>),
}

impl<'a> AttributeValue<'a> {
    fn parse(value: &'a str) -> Result<Self, SyntaxError> {
        if value.eq_ignore_ascii_case("[UNAVAILABLE]") {
            Ok(Self::Unavailable)
        } else if value.eq_ignore_ascii_case("[TEMPUNAVAIL]") {
            Ok(Self::TemporarilyUnavailable)
        } else {
            Xtext::parse(value.as_bytes()).map(Self::Known)
        }
    }
}

impl<'a> Attributes<'a> {
    /// Parses attributes with a space between each two of them.
    ///
    /// # Errors
    /// [`SyntaxError`] where they are not of the grammar.
    pub fn parse(attributes: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(attributes, all)
    }

    /// The attributes one by one, with their names.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, AttributeValue<'a>)> {
        self.0.split(' ').filter_map(|attribute| {
            let (name, value) = attribute.split_once('=')?;
            Some((name, AttributeValue::parse(value).ok()?))
        })
    }

    /// The value of an attribute, by its name in whichever case. Of two, the last.
    #[must_use]
    pub fn get(self, name: &str) -> Option<AttributeValue<'a>> {
        let named = self.iter().filter(|(one, _)| one.eq_ignore_ascii_case(name));
        named.last().map(|(_, value)| value)
    }

    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b' ');
        out.put_slice(self.0.as_bytes());
    }
}

/// ```abnf
/// command   = ("XCLIENT" / "XFORWARD") 1*( SP name "=" value ) CRLF
/// name      = 1*(ALPHA / DIGIT / "_")
/// value     = xtext / "[UNAVAILABLE]" / "[TEMPUNAVAIL]"
/// ```
pub(super) fn attributes(input: &[u8]) -> Parsed<'_, Attributes<'_>> {
    let (rest, ()) = space(input)?;
    all(rest)
}

fn all(input: &[u8]) -> Parsed<'_, Attributes<'_>> {
    let is_name = |name: &str| {
        let of_name = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'_';
        !name.is_empty() && name.bytes().all(of_name)
    };
    let fits = |attribute: &str| {
        let parts = attribute.split_once('=');
        parts.is_some_and(|(name, value)| is_name(name) && AttributeValue::parse(value).is_ok())
    };
    match str::from_utf8(input) {
        Ok(text) if { text.split(' ') }.all(fits) => Ok((&[], Attributes(text))),
        _ => fail(input, "names and values of attributes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values() {
        let two = Attributes::parse(b"ADDR=IPV6:2001:db8::1 LOGIN=[tempunavail] addr=1").unwrap();
        assert_eq!(two.get("LOGIN"), Some(AttributeValue::TemporarilyUnavailable));
        assert_eq!(two.get("ADDR"), Some(AttributeValue::Known(Xtext::parse(b"1").unwrap())));
        assert_eq!((two.get("NAME"), two.iter().count()), (None, 3));
        for odd in
            ["", "NAME", "NAME=", "=x", "A B=c", "A=b  C=d", "A=b ", "A=+0D+0A", "A=é", "A-B=c"]
        {
            assert!(Attributes::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
        assert!(complete(b"NAME=x", attributes).is_err());
    }
}
