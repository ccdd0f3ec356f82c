//! The free-form arguments of HELP and NOOP (RFC 5321 §4.1.1.8, §4.1.1.9), and of commands
//! that are not known.

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, complete, fail, run};

use crate::text::{TEXTSTRING, Text};

/// A `String` argument of any text but an empty one: clients send more than the
/// `Atom / Quoted-string` of RFC 5321 §4.1.2. It has no control characters but tabs, and no
/// blank at its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Argument<'a>(Text<'a>);

impl<'a> Argument<'a> {
    /// Takes a text as an argument.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is empty, has a control character, or ends with a blank, which
    /// a server does not take for part of it.
    pub fn new(text: Text<'a>) -> Result<Self, SyntaxError> {
        complete(text.as_bytes(), whole)
    }

    /// The text.
    #[must_use]
    pub const fn text(self) -> Text<'a> {
        self.0
    }
}

impl fmt::Debug for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Writes a space and the argument, if there is one.
pub(super) fn encode(argument: Option<Argument<'_>>, out: &mut BytesMut) {
    if let Some(Argument(text)) = argument {
        out.put_u8(b' ');
        out.put_slice(text.as_bytes());
    }
}

/// ```abnf
/// [ SP String ]                                    ; RFC 5321 §4.1.1.8, §4.1.1.9
/// ```
pub(super) fn argument(input: &[u8]) -> Parsed<'_, Option<Argument<'_>>> {
    if input.is_empty() {
        return Ok((input, None));
    }
    let (text, ()) = space(input)?;
    whole(text).map(|(rest, argument)| (rest, Some(argument)))
}

/// The space before an argument.
pub(super) fn space(input: &[u8]) -> Parsed<'_, ()> {
    match input {
        [b' ', rest @ ..] => Ok((rest, ())),
        _ => fail(input, "an argument"),
    }
}

fn whole(input: &[u8]) -> Parsed<'_, Argument<'_>> {
    match run(&TEXTSTRING, input) {
        ([], _) => fail(input, "an argument"),
        ([.., b' ' | b'\t'], []) => fail(&[], "no blank at the end"),
        (text, []) => Ok((&[], Argument(Text::received(text)))),
        (_, rest) => fail(rest, "an argument without control characters"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_an_argument() {
        for wire in [&b" a"[..], b"  a\tb", " ü".as_bytes(), b" \xff"] {
            let argument = complete(wire, argument).unwrap().unwrap();
            assert_eq!(Argument::new(argument.text()), Ok(argument));
            let mut out = BytesMut::new();
            encode(Some(argument), &mut out);
            assert_eq!(out, wire);
        }
        for (wire, offset) in [(&b" "[..], 1), (b"a", 0), (b" a\x01", 2), (b" a ", 3), (b" \t", 2)]
        {
            assert_eq!(complete(wire, argument).unwrap_err().offset, offset, "{wire:?}");
        }
        assert!(Argument::new(Text::EMPTY).is_err());
    }
}
