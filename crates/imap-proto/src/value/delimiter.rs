//! What divides the levels of mailbox names.
//!
//! RFC 9051 §7.3.1.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Parsed, fail};

use crate::wire::{Reader, Style, at, encode_string, nil};

/// What divides the levels of mailbox names: one US-ASCII character that is not
/// NUL, CR or LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(u8);

impl Delimiter {
    /// `character` as a delimiter; `None` if it cannot be one.
    #[must_use]
    pub const fn new(character: u8) -> Option<Self> {
        match character {
            0 | b'\r' | b'\n' | 0x80.. => None,
            _ => Some(Self(character)),
        }
    }

    /// The character.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Writes a delimiter in quotes, or `NIL`.
pub(crate) fn encode_delimiter(delimiter: Option<Delimiter>, out: &mut BytesMut) {
    match delimiter {
        Some(delimiter) => encode_string(&[delimiter.get()], Style::PLAIN, out),
        None => out.put_slice(b"NIL"),
    }
}

/// `DQUOTE QUOTED-CHAR DQUOTE / nil`; `""` is taken for `NIL`.
pub(crate) fn delimiter<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Option<Delimiter>> {
    // Nearly always it is one character in quotes.
    if let [b'"', character, b'"', rest @ ..] = input {
        let plain = Delimiter::new(*character).filter(|_| !matches!(character, b'"' | b'\\'));
        if plain.is_some() && at(b' ', rest) && reader.may_begin_string(input) {
            return Ok((rest, plain));
        }
    }
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    match reader.string_octets(input)? {
        (rest, []) => Ok((rest, None)),
        (rest, [character]) if Delimiter::new(*character).is_some() => {
            Ok((rest, Delimiter::new(*character)))
        }
        _ => fail(input, "a delimiter"),
    }
}
