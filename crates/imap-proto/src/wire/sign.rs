//! The signs between values: spaces, parentheses, brackets.

use mail_wire::parse::{Parsed, byte};

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

/// `input` after a space, if one comes next.
#[inline]
pub(crate) fn after_space(input: &[u8]) -> Option<&[u8]> {
    match input {
        [b' ', rest @ ..] => Some(rest),
        _ => None,
    }
}
