//! The address that a sender used (RFC 3461 §4.2, RFC 6533 §3).

use alloc::string::String;
use core::fmt::Write as _;
use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::Class;

use super::xtext::{Xtext, encode_xtext};
use crate::address::Mailbox;

/// The value of `ORCPT=`: the recipient as the sender named it, whom reports name so. A relay
/// passes it on letter by letter.
///
/// ```
/// use smtp_proto::OriginalRecipient;
/// let original = OriginalRecipient::parse(b"rfc822;Bob+2Bhome@example.org")?;
/// assert_eq!(original.address_type(), "rfc822");
/// assert_eq!(original.decode(), "Bob+home@example.org");
/// let original = OriginalRecipient::parse("utf-8;\\x{e9}@exämple.org".as_bytes())?;
/// assert_eq!(original.decode(), "é@exämple.org");
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OriginalRecipient<'a>(&'a str);

/// `atom` (RFC 822 §3.3).
static ATOM: Class = Class::new().with_range(0x21, 0x7e).without(b"()<>@,;:\\\".[]=");

impl<'a> OriginalRecipient<'a> {
    /// The most octets of one (RFC 3461 §4.2).
    pub const MAX: usize = 500;

    /// Parses a value of `ORCPT=`.
    ///
    /// ```abnf
    /// original-recipient-address = addr-type ";" xtext       ; RFC 3461 §4.2
    /// original-recipient-address =/ "utf-8;" 1*(QUCHAR / EmbeddedUnicodeChar)
    ///                                                        ; RFC 6533 §3
    /// addr-type = atom
    /// EmbeddedUnicodeChar = "\x{" 1*6HEXDIG "}"
    /// ```
    ///
    /// A `+` in an address of `utf-8`, which should have been `\x{2B}`, stands for itself.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none, is too long, or stands for an address with control
    /// characters, which could end a line of a report.
    pub fn parse(value: &'a [u8]) -> Result<Self, SyntaxError> {
        let wrong = |offset, expected| Err(SyntaxError { offset, expected });
        if value.len() > Self::MAX {
            return wrong(Self::MAX, "at most 500 octets");
        }
        let Ok(text) = str::from_utf8(value) else { return wrong(0, "UTF-8") };
        let Some((address_type, address)) = text.split_once(';') else {
            return wrong(0, "a type of addresses and \";\"");
        };
        if address_type.is_empty() || !ATOM.contains_all(address_type.as_bytes()) {
            return wrong(0, "a type of addresses");
        }
        let original = Self(text);
        let fits = if original.is_utf8() {
            unitext(address).all(|found| found.is_some())
        } else {
            address.is_empty() || Xtext::parse(address.as_bytes()).is_ok_and(Xtext::is_printable)
        };
        if fits { Ok(original) } else { wrong(address_type.len() + 1, "an encoded address") }
    }

    /// Writes a mailbox as the value of `ORCPT=`, which `parse` takes: of type `utf-8` where it is
    /// past US-ASCII, in the form that a server takes that does not offer SMTPUTF8 too.
    pub fn encode_mailbox(mailbox: Mailbox<'_>, out: &mut BytesMut) {
        let mut address = BytesMut::new();
        mailbox.encode(&mut address);
        match str::from_utf8(&address) {
            Ok(address) if !mailbox.is_ascii() => {
                out.put_slice(b"utf-8;");
                address.chars().for_each(|character| put_unitext(character, out));
            }
            _ => {
                out.put_slice(b"rfc822;");
                encode_xtext(&address, out);
            }
        }
    }

    /// As it is on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The type of the address: `rfc822`, `utf-8` or another. Case does not matter.
    #[must_use]
    pub fn address_type(self) -> &'a str {
        self.parts().0
    }

    /// Whether its type is `utf-8`.
    #[must_use]
    pub fn is_utf8(self) -> bool {
        self.address_type().eq_ignore_ascii_case("utf-8")
    }

    /// The address that it stands for. It has no control characters.
    #[must_use]
    pub fn decode(self) -> String {
        self.characters().collect()
    }

    /// The characters of the address that it stands for.
    pub(crate) fn characters(self) -> impl Iterator<Item = char> {
        let (_, address) = self.parts();
        let (utf8, xtext) = if self.is_utf8() {
            (address, None)
        } else {
            ("", Xtext::parse(address.as_bytes()).ok())
        };
        // It stands for US-ASCII: `parse` saw to that.
        let octets = xtext.into_iter().flat_map(Xtext::octets);
        unitext(utf8).flatten().chain(octets.map(char::from))
    }

    fn parts(self) -> (&'a str, &'a str) {
        self.0.split_once(';').unwrap_or((self.0, ""))
    }
}

/// The characters that an address of type `utf-8` stands for; `None` in the place of what stands
/// for none, or for a control character.
fn unitext(address: &str) -> impl Iterator<Item = Option<char>> {
    let mut rest = address;
    core::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (character, after) = if first == '\\' {
            escaped(rest).map_or((None, ""), |(character, after)| (Some(character), after))
        } else {
            (Some(first), rest.get(first.len_utf8()..).unwrap_or_default())
        };
        rest = after;
        Some(character.filter(|character| !character.is_control()))
    })
}

fn escaped(text: &str) -> Option<(char, &str)> {
    let (point, after) = text.strip_prefix("\\x{")?.split_once('}')?;
    let digits = point.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u32::from_str_radix(point, 16).ok().filter(|_| digits && point.len() <= 6)?;
    Some((char::from_u32(number)?, after))
}

/// Writes a character of an address of type `utf-8`, in US-ASCII.
pub(crate) fn put_unitext(character: char, out: &mut BytesMut) {
    match u8::try_from(character) {
        Ok(octet @ b'!'..=b'~') if !b"\\+=".contains(&octet) => out.put_u8(octet),
        // It grows as it must: this cannot fail.
        _ => drop(write!(out, "\\x{{{:02X}}}", u32::from(character))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;

    /// RFC 3461 §4.2, RFC 6533 §3: of type `rfc822`, the three forms of `utf-8`, and others.
    #[test]
    fn addresses() {
        for (wire, address) in [
            ("rfc822;a@example.org", "a@example.org"),
            ("RFC822;a+2Bb+20@example.org", "a+b @example.org"),
            ("rfc822;", ""),
            ("x400;/G+3DA/S+3DB", "/G=A/S=B"),
            ("utf-8;\\x{4E2D}\\x{2B}\\x{5C}@example.org", "中+\\@example.org"),
            ("UTF-8;中@例え.jp", "中@例え.jp"),
            ("utf-8;a+b@example.org", "a+b@example.org"),
            ("utf-8;\\x{10FFFF}", "\u{10ffff}"),
        ] {
            let original = OriginalRecipient::parse(wire.as_bytes()).unwrap();
            assert_eq!((original.decode(), original.as_str()), (address.to_owned(), wire));
        }
    }

    #[test]
    fn what_is_no_address() {
        for wire in [
            "",
            "++",
            ";a@b",
            "rfc822",
            "rfc 822;a@b",
            "rfc822;+4Z",
            "rfc822;a+0D+0Ab",
            "rfc822;+1B[0m",
            "rfc822;+FF",
            "rfc822;é@b",
            "utf-8;\\",
            "utf-8;\\x{}",
            "utf-8;\\x{D800}",
            "utf-8;\\x{110000}",
            "utf-8;\\x{0000041}",
            "utf-8;\\x{0D}",
            "utf-8;\\x{85}",
            "utf-8;\\x{+1}",
            "utf-8;\\y",
        ] {
            assert!(OriginalRecipient::parse(wire.as_bytes()).is_err(), "{wire:?}");
        }
        assert!(OriginalRecipient::parse(b"utf-8;\xff").is_err());
        let long = "rfc822;".to_owned() + &"x".repeat(493);
        assert!(OriginalRecipient::parse(long.as_bytes()).is_ok());
        assert!(OriginalRecipient::parse((long + "x").as_bytes()).is_err());
    }

    #[test]
    fn mailboxes_are_encoded() {
        for (mailbox, wire) in [
            ("a+b=c@example.org", "rfc822;a+2Bb+3Dc@example.org"),
            ("\"a b\"@[192.0.2.1]", "rfc822;\"a+20b\"@[192.0.2.1]"),
            ("é+x@exämple.org", "utf-8;\\x{E9}\\x{2B}x@ex\\x{E4}mple.org"),
        ] {
            let mut out = BytesMut::new();
            OriginalRecipient::encode_mailbox(
                Mailbox::parse(mailbox.as_bytes()).unwrap(),
                &mut out,
            );
            assert_eq!(out, wire.as_bytes());
            assert_eq!(OriginalRecipient::parse(&out).unwrap().decode(), mailbox);
        }
    }
}
