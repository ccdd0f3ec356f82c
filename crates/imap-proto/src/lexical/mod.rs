//! The lexical level: atoms, strings, literals, numbers, lists.
//!
//! RFC 9051 section 9 and RFC 3501 section 9, of which the second only allows
//! less. Every type here is checked when it is built, so that it can be written
//! whatever it holds; the parsers work on a *complete* command or response, in
//! which the octets of a literal stand behind its `{n}` CRLF.
//!
//! Quoted strings are taken with any octet but NUL, CR and LF: US-ASCII is all
//! that RFC 3501 allows, UTF-8 is what RFC 9051 does, and some peers send
//! neither. They are written as RFC 3501 wants them unless the [`Style`] says
//! that the peer takes UTF-8.

mod atom;
mod list;
mod literal;
mod string;
mod style;
mod text;

use core::num::NonZeroU32;
use core::{fmt, str};

use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, byte, fail, number32, number64};

pub use atom::{Atom, Tag};
pub(crate) use atom::{atom, keyword, nil, tag};
pub use list::MAX_DEPTH;
pub(crate) use list::{Depth, encode_list, encode_separated, list, list1, non_empty, separated};
pub use literal::LiteralHead;
pub(crate) use literal::{literal, literal_announcement};
pub use string::{AString, IString, NString};
pub(crate) use string::{
    astring, encode_nstring, encode_string, encode_string_or, nstring, string, string_or,
};
pub use style::{LiteralStyle, Style};
pub use text::Text;
pub(crate) use text::text;

/// ```abnf
/// ATOM-CHAR     = <any CHAR except atom-specials>
/// atom-specials = "(" / ")" / "{" / SP / CTL / list-wildcards /
///                 quoted-specials / resp-specials          ; RFC 9051 section 9
/// ```
pub(crate) static ATOM_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\]");
/// `ASTRING-CHAR = ATOM-CHAR / resp-specials` (RFC 9051 section 9).
pub(crate) static ASTRING_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\");
/// `tag = 1*<any ASTRING-CHAR except "+">` (RFC 9051 section 9).
static TAG_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\+");
/// `list-char = ATOM-CHAR / list-wildcards / resp-specials` (RFC 9051 section 9).
pub(crate) static LIST_CHAR: Class = Class::new().with_range(0x21, 0x7e).without(b"(){\"\\");
/// What the names of commands, items and codes are made of: an atom that ends
/// before `[` and `<`.
pub(crate) static KEYWORD_CHAR: Class =
    Class::new().with_range(0x21, 0x7e).without(b"(){%*\"\\][<>");
/// `TEXT-CHAR` (RFC 9051 section 9) and whatever is past US-ASCII.
pub(crate) static TEXT_CHAR: Class = Class::new().with_range(0x01, 0xff).without(b"\r\n");
/// What stands for itself in a quoted string: no escape, no end.
static PLAIN_QUOTED: Class = Class::new().with_range(0x01, 0xff).without(b"\r\n\"\\");
/// `CHAR8 = %x01-ff` (RFC 9051 section 9).
static CHAR8: Class = Class::new().with_range(0x01, 0xff);

/// One space: never two, never a tab (RFC 9051 section 9, rule 2).
#[inline]
pub(crate) fn space(input: &[u8]) -> Parsed<'_, ()> {
    byte(b' ', "a space")(input)
}

/// `"("`
#[inline]
pub(crate) fn open(input: &[u8]) -> Parsed<'_, ()> {
    byte(b'(', "\"(\"")(input)
}

/// `")"`
#[inline]
pub(crate) fn close(input: &[u8]) -> Parsed<'_, ()> {
    byte(b')', "\")\"")(input)
}

/// `"]"`
#[inline]
pub(crate) fn close_bracket(input: &[u8]) -> Parsed<'_, ()> {
    byte(b']', "\"]\"")(input)
}

/// Whether `input` goes on with `octet`.
#[inline]
pub(crate) fn at(octet: u8, input: &[u8]) -> bool {
    input.first() == Some(&octet)
}

/// `input` behind a space, if one comes next.
#[inline]
pub(crate) fn after_space(input: &[u8]) -> Option<&[u8]> {
    match input {
        [b' ', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// ```abnf
/// nz-number = digit-nz *DIGIT   ; Non-zero unsigned 32-bit integer
/// ```
/// Leading zeros are taken.
#[inline]
pub(crate) fn nz_number(input: &[u8]) -> Parsed<'_, NonZeroU32> {
    let (rest, number) = number32(input)?;
    match NonZeroU32::new(number) {
        Some(number) => Ok((rest, number)),
        None => fail(input, "a number above 0"),
    }
}

/// ```abnf
/// number64 = 1*DIGIT   ; Unsigned 63-bit integer
/// ```
#[inline]
pub(crate) fn number63(input: &[u8]) -> Parsed<'_, u64> {
    match number64(input)? {
        (rest, number) if number <= MAX_NUMBER64 => Ok((rest, number)),
        _ => fail(input, "a number below 2^63"),
    }
}

/// The largest `number64` (RFC 9051 section 9): 2^63 - 1.
pub const MAX_NUMBER64: u64 = u64::MAX >> 1;

/// Where the first octet outside `class` is.
const fn first_outside(octets: &[u8], class: &Class) -> Option<usize> {
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
const fn check(octets: &[u8], class: &Class, expected: &'static str) -> Result<(), SyntaxError> {
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
