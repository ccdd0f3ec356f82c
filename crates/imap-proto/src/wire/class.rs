//! Classes of octets, and what is checked and shown with them.

use core::{fmt, str};

use mail_wire::SyntaxError;
use mail_wire::parse::Class;

/// ```abnf
/// ATOM-CHAR     = <any CHAR except atom-specials>
/// atom-specials = "(" / ")" / "{" / SP / CTL / list-wildcards /
///                 quoted-specials / resp-specials          ; RFC 9051 §9
/// ```
pub(crate) static ATOM_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\]");
/// `ASTRING-CHAR = ATOM-CHAR / resp-specials` (RFC 9051 §9).
pub(crate) static ASTRING_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\");
/// `tag = 1*<any ASTRING-CHAR except "+">` (RFC 9051 §9).
pub(super) static TAG_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\+");
/// `list-char = ATOM-CHAR / list-wildcards / resp-specials` (RFC 9051 §9).
pub(crate) static LIST_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){\"\\");
/// What the names of commands, items and codes are made of: an atom that ends
/// before `[` and `<`.
pub(crate) static KEYWORD_CHAR: Class =
    Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\][<>");
/// `TEXT-CHAR` (RFC 9051 §9) and whatever is past US-ASCII.
pub(crate) static TEXT_CHAR: Class = Class::new().with_range(0x01, 0xff).without(b"\r\n");
/// What stands for itself in a quoted string: no escape, no end.
pub(super) static PLAIN_QUOTED: Class = Class::new().with_range(0x01, 0xff).without(b"\r\n\"\\");
/// `CHAR8 = %x01-ff` (RFC 9051 §9).
pub(super) static CHAR8: Class = Class::new().with_range(0x01, 0xff);

/// Where the first octet outside `class` is.
pub(super) const fn first_outside(octets: &[u8], class: &Class) -> Option<usize> {
    let mut rest = octets;
    while let [first, behind @ ..] = rest {
        if !class.contains(*first) {
            return Some(octets.len() - rest.len());
        }
        rest = behind;
    }
    None
}

/// Whether `octets` are one or more of `class`.
pub(super) const fn check(
    octets: &[u8],
    class: &Class,
    expected: &'static str,
) -> Result<(), SyntaxError> {
    match first_outside(octets, class) {
        None if !octets.is_empty() => Ok(()),
        None => Err(SyntaxError { offset: 0, expected }),
        Some(offset) => Err(SyntaxError { offset, expected }),
    }
}

/// Prints `octets` as text if they are, else with escapes.
pub(crate) fn debug_octets(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match str::from_utf8(octets) {
        Ok(text) => fmt::Debug::fmt(text, f),
        Err(_) => write!(f, "b\"{}\"", octets.escape_ascii()),
    }
}
