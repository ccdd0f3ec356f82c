//! Values that are not understood: where they end, so that those beside them are unharmed.

use mail_wire::parse::{Fault, Parsed, fail};
use memchr::{memchr, memchr3};
use nom::Err;

use super::raw::Raw;
use super::reader::Reader;
use super::scan::{UNCLOSED, begins_string, string_ends};

impl<'a> Reader<'a> {
    /// One value of any kind, as it is written: a word, a string, a literal, or a list with
    /// all that is in it. There is no depth that is too deep.
    ///
    /// A string or a list without an end is an error that no list around it recovers from.
    pub(crate) fn value(&self, input: &'a [u8]) -> Parsed<'a, Raw<'a>> {
        let rest = match input {
            [] | [b' ' | b')', ..] => return fail(input, "a value"),
            [b'(', inside @ ..] => self.after_list(inside, b')')?,
            [b'"', inside @ ..] if self.may_begin_string(input) => after_quoted(inside)?,
            [b'~', start @ ..] | start => match self.literal_at(start) {
                Some(literal) => self.after(literal),
                None => self.after_word(input),
            },
        };
        Ok((rest, Raw::before(rest, input)))
    }

    /// The same in what `last` ends: a word does not go over it.
    pub(crate) fn value_until(&self, input: &'a [u8], last: u8) -> Parsed<'a, Raw<'a>> {
        let (rest, raw) = self.value(input)?;
        let is_word = !matches!(input, [b'"' | b'(', ..]) && !raw.as_bytes().contains(&b'\n');
        match memchr(last, raw.as_bytes()) {
            Some(end @ 1..) if is_word => {
                let rest = input.get(end..).unwrap_or_default();
                Ok((rest, Raw::before(rest, input)))
            }
            _ => Ok((rest, raw)),
        }
    }

    /// The name of an item, which may have a section in brackets.
    pub(crate) fn name(&self, input: &'a [u8]) -> Parsed<'a, Raw<'a>> {
        let mut rest = match input {
            [b'"', ..] if self.may_begin_string(input) => return fail(input, "a name"),
            [b'~', start @ ..] if self.literal_at(start).is_some() => return fail(input, "a name"),
            _ => input,
        };
        loop {
            rest = match rest {
                [] | [b' ' | b'(' | b')', ..] => break,
                [b'"', ..] if rest.len() < input.len() && self.may_begin_string(rest) => break,
                [b'[', inside @ ..] => self.after_list(inside, b']')?,
                [b'{', ..] if self.literal_at(rest).is_some() => break,
                [_, after @ ..] => after,
            };
        }
        if rest.len() == input.len() {
            return fail(input, "a name");
        }
        Ok((rest, Raw::before(rest, input)))
    }

    /// Any values up to the end of the list they are in, as they are written.
    pub(crate) fn values(&self, input: &'a [u8]) -> Parsed<'a, Raw<'a>> {
        let (mut rest, mut end) = (input, input);
        while !matches!(rest, [] | [b')', ..]) {
            (end, _) = self.value(rest)?;
            rest = self.skip_spaces(end);
        }
        Ok((rest, Raw::before(end, input)))
    }

    /// What comes after a word.
    fn after_word(&self, input: &'a [u8]) -> &'a [u8] {
        let mut rest = input;
        while let [octet, after @ ..] = rest {
            let is_first = rest.len() == input.len();
            match octet {
                b' ' | b')' => break,
                b'(' if !is_first => break,
                b'"' if !is_first && self.may_begin_string(rest) => break,
                b'{' if self.literal_at(rest).is_some() => break,
                _ => rest = after,
            }
        }
        rest
    }

    /// What comes after a list, of which `input` is the inside and that `last` ends.
    fn after_list(&self, input: &'a [u8], last: u8) -> Result<&'a [u8], Err<Fault<'a>>> {
        let mut rest = input;
        let mut depth = 1_usize;
        // Whether a quote begins a string here.
        let mut start = true;
        while let [octet, after @ ..] = rest {
            let mut next = after;
            let begins = core::mem::replace(&mut start, begins_string(Some(*octet)));
            match octet {
                b'"' if begins => next = after_quoted(after)?,
                b'{' => {
                    if let Some(literal) = self.literal_at(rest) {
                        (next, start) = (self.after(literal), true);
                    }
                }
                b'(' if last == b')' => depth = depth.saturating_add(1),
                octet if *octet == last => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(after);
                    }
                }
                _ => {}
            }
            rest = next;
        }
        Err(Err::Failure(Fault { rest, expected: UNCLOSED_LIST }))
    }
}

/// What is expected where a list has no end.
pub(crate) const UNCLOSED_LIST: &str = "the closing parenthesis or bracket";

/// What comes after a server's quoted string, of which `input` is the inside.
fn after_quoted(input: &[u8]) -> Result<&[u8], Err<Fault<'_>>> {
    let mut rest = input;
    while let Some(at) = memchr3(b'"', b'\\', b'\n', rest) {
        rest = match rest.get(at..).unwrap_or_default() {
            [b'"', after @ ..] if string_ends(after) => return Ok(after),
            [b'\\', _, after @ ..] => after,
            [b'"', after @ ..] => after,
            _ => break,
        };
    }
    Err(Err::Failure(Fault { rest: input, expected: UNCLOSED }))
}

#[cfg(test)]
mod tests {
    use super::super::arena::Arena;
    use super::super::scan::Side;
    use super::*;

    #[test]
    fn values_end() {
        let arena = Arena::new();
        for (wire, left) in [
            ("a b", " b"),
            ("a(b) c", "(b) c"),
            ("a\"b c", " c"),
            ("[a] b", " b"),
            ("(a (b) c) d", " d"),
            ("(a)b", "b"),
            ("\"a )\" b", " b"),
            ("(\"a)\" \"5\" disk\") b", " b"),
            ("{3}\r\n) ( b", " b"),
            ("({2}\r\n))) b", " b"),
            ("a)", ")"),
        ] {
            let wire = wire.as_bytes();
            let reader = Reader::new(wire, Side::Server, &arena).unwrap();
            let (rest, raw) = reader.value(wire).unwrap();
            assert_eq!(rest, left.as_bytes(), "{}", wire.escape_ascii());
            assert_eq!([raw.as_bytes(), rest].concat(), wire);
        }
        let wire = b"BODY[HEADER.FIELDS (\"a ]\" b)] x";
        let (rest, _) = Reader::of_line(wire, Side::Server, &arena).name(wire).unwrap();
        assert_eq!(rest, b" x");
    }
}
