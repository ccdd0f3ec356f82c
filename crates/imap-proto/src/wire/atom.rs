//! Words: atoms, tags, keywords, and `NIL`.

use core::{fmt, str};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Keyword, Parsed, fail, token};

use super::class::{ATOM_CHAR, KEYWORD_CHAR, TAG_CHAR, check};

/// `atom = 1*ATOM-CHAR` (RFC 9051 §9): US-ASCII letters, digits and the
/// signs that mean nothing to IMAP. It compares as it is written, case and all.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Atom<'a>(&'a [u8]);

impl<'a> Atom<'a> {
    /// `text` as an atom.
    ///
    /// # Errors
    /// Where `text` is empty or the first octet that no atom has.
    pub const fn new(text: &'a str) -> Result<Self, SyntaxError> {
        match check(text.as_bytes(), &ATOM_CHAR, "an atom") {
            Ok(()) => Ok(Self(text.as_bytes())),
            Err(error) => Err(error),
        }
    }

    /// `octets` as an atom, if they are one.
    pub(crate) fn from_octets(octets: &'a [u8]) -> Option<Self> {
        check(octets, &ATOM_CHAR, "an atom").ok().map(|()| Self(octets))
    }

    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        ascii(self.0)
    }

    /// Whether it is `other` but for upper and lower case.
    #[must_use]
    pub fn is(self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other.as_bytes())
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl fmt::Debug for Atom<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// `tag = 1*<any ASTRING-CHAR except "+">` (RFC 9051 §9): what the
/// client calls a command, and the server the end of its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag<'a>(&'a [u8]);

impl<'a> Tag<'a> {
    /// `text` as a tag.
    ///
    /// # Errors
    /// Where `text` is empty or the first octet that no tag has.
    pub const fn new(text: &'a str) -> Result<Self, SyntaxError> {
        match check(text.as_bytes(), &TAG_CHAR, "a tag") {
            Ok(()) => Ok(Self(text.as_bytes())),
            Err(error) => Err(error),
        }
    }

    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        ascii(self.0)
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl fmt::Debug for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// `octets`, which are of US-ASCII, as text. They are checked to be that when it is asked for,
/// and not while they are parsed: few are.
const fn ascii(octets: &[u8]) -> &str {
    match str::from_utf8(octets) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// The name of a command, an item or a code, folded; the parser says of what
/// it was expected.
#[inline]
pub(crate) fn keyword<'a>(expected: &'static str) -> impl Fn(&'a [u8]) -> Parsed<'a, Keyword> {
    move |input| match Keyword::read(&KEYWORD_CHAR, input) {
        (_, rest) if rest.len() == input.len() => fail(rest, expected),
        (name, rest) => Ok((rest, name)),
    }
}

/// The one of `values` that is called so, in upper or lower case. Each says its own name.
#[inline]
pub(crate) fn named<T: Copy>(
    values: &[T],
    name_of: impl Fn(T) -> &'static str,
    name: &[u8],
) -> Option<T> {
    let is_it = |value: &T| name_of(*value).as_bytes().eq_ignore_ascii_case(name);
    values.iter().copied().find(is_it)
}

/// `atom = 1*ATOM-CHAR`
#[inline]
pub(crate) fn atom(input: &[u8]) -> Parsed<'_, Atom<'_>> {
    let (rest, octets) = token(&ATOM_CHAR, "an atom")(input)?;
    Ok((rest, Atom(octets)))
}

/// `tag = 1*<any ASTRING-CHAR except "+">`
#[inline]
pub(crate) fn tag(input: &[u8]) -> Parsed<'_, Tag<'_>> {
    let (rest, octets) = token(&TAG_CHAR, "a tag")(input)?;
    Ok((rest, Tag(octets)))
}

/// `nil = "NIL"`, not followed by more of an atom.
#[inline(always)]
pub(crate) fn nil(input: &[u8]) -> Parsed<'_, ()> {
    match input {
        [b'N' | b'n', b'I' | b'i', b'L' | b'l', rest @ ..]
            if !rest.first().is_some_and(|&next| next == b'"' || ATOM_CHAR.contains(next)) =>
        {
            Ok((rest, ()))
        }
        _ => fail(input, "NIL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nil_is_a_word_of_its_own() {
        assert!(nil(b"NIL)").is_ok() && nil(b"nil").is_ok());
        assert!(nil(b"NILS").is_err() && nil(b"NI").is_err());
    }

    #[test]
    fn what_cannot_be_written_cannot_be_built() {
        assert_eq!(Atom::new("a b").unwrap_err().offset, 1);
        assert!(Atom::new("").is_err() && Atom::new("a\r\n").is_err() && Atom::new("ü").is_err());
        assert!(Tag::new("a+").is_err() && Tag::new("a]").is_ok());
    }
}
