//! Strings: quoted, as literals, and bare where the grammar lets them.

use core::{fmt, str};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, byte, fail, run};

use super::arena::Arena;
use super::atom::nil;
use super::class::{ASTRING_CHAR, CHAR8, PLAIN_QUOTED, debug_octets, first_outside};
use super::literal::{encode_literal, literal};
use super::style::Style;

/// `string = quoted / literal` (RFC 9051 section 9): any octets but NUL,
/// perhaps none.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IString<'a>(&'a [u8]);

/// `nstring = string / nil` (RFC 9051 section 9): a string, or that there is
/// none.
pub type NString<'a> = Option<IString<'a>>;

impl<'a> IString<'a> {
    /// `octets` as a string.
    ///
    /// # Errors
    /// Where the first NUL is.
    pub const fn new(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        match check_char8(octets) {
            Ok(()) => Ok(Self(octets)),
            Err(error) => Err(error),
        }
    }

    /// Its octets, unescaped.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Its text, if it is UTF-8.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Writes it, quoted or as a literal.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        encode_string(self.0, style, out);
    }
}

impl fmt::Debug for IString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}

/// `astring = 1*ASTRING-CHAR / string` (RFC 9051 section 9): any octets but
/// NUL, perhaps none, which go out bare where the grammar lets them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AString<'a>(&'a [u8]);

impl<'a> AString<'a> {
    /// No octets at all.
    pub const EMPTY: AString<'static> = AString(b"");

    /// `octets` as a string.
    ///
    /// # Errors
    /// Where the first NUL is.
    pub const fn new(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        match check_char8(octets) {
            Ok(()) => Ok(Self(octets)),
            Err(error) => Err(error),
        }
    }

    /// Its octets, unescaped.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Its text, if it is UTF-8.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Writes it, bare, quoted or as a literal.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        encode_string_or(&ASTRING_CHAR, self.0, style, out);
    }
}

impl fmt::Debug for AString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}

/// Whether `octets` are `*CHAR8`.
const fn check_char8(octets: &[u8]) -> Result<(), SyntaxError> {
    match first_outside(octets, &CHAR8) {
        None => Ok(()),
        Some(offset) => Err(SyntaxError { offset, expected: "a string without NUL" }),
    }
}

/// ```abnf
/// quoted      = DQUOTE *QUOTED-CHAR DQUOTE
/// QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> /
///               "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
/// ```
/// Unescaped, in the arena if there was anything to unescape.
pub(crate) fn quoted<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a [u8]> {
    let (start, ()) = byte(b'"', "a quoted string")(input)?;
    let (plain, mut rest) = run(&PLAIN_QUOTED, start);
    if let [b'"', rest @ ..] = rest {
        return Ok((rest, plain));
    }
    let mut unescaped = arena.list();
    unescaped.extend_from_slice(plain);
    loop {
        match rest {
            [b'"', rest @ ..] => return Ok((rest, unescaped.into_bump_slice())),
            [b'\\', special @ (b'"' | b'\\'), behind @ ..] => {
                unescaped.push(*special);
                let (plain, behind) = run(&PLAIN_QUOTED, behind);
                unescaped.extend_from_slice(plain);
                rest = behind;
            }
            [b'\\', ..] => return fail(rest, "\\\" or \\\\"),
            _ => return fail(rest, "the closing quote"),
        }
    }
}

/// `string = quoted / literal`, which a `literal8` is not (RFC 9051 section 9).
pub(crate) fn string<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, IString<'a>> {
    let (rest, octets) = match input {
        [b'"', ..] => quoted(input, arena)?,
        [b'{', ..] => {
            let (rest, (_, octets)) = literal(input)?;
            (rest, octets)
        }
        _ => return fail(input, "a string"),
    };
    match IString::new(octets) {
        Ok(string) => Ok((rest, string)),
        Err(error) => fail(input, error.expected),
    }
}

/// `nstring = string / nil`
pub(crate) fn nstring<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, NString<'a>> {
    if let Ok((rest, ())) = nil(input) {
        return Ok((rest, None));
    }
    let (rest, string) = string(input, arena)?;
    Ok((rest, Some(string)))
}

/// `astring = 1*ASTRING-CHAR / string`
pub(crate) fn astring<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, AString<'a>> {
    string_or(&ASTRING_CHAR, input, arena)
}

/// One octet or more of `bare`, or a string.
pub(crate) fn string_or<'a>(
    bare: &Class,
    input: &'a [u8],
    arena: &'a Arena,
) -> Parsed<'a, AString<'a>> {
    match run(bare, input) {
        (_, [b'{', ..]) | ([], _) => {
            let (rest, string) = string(input, arena)?;
            Ok((rest, AString(string.0)))
        }
        (octets, rest) => Ok((rest, AString(octets))),
    }
}

/// Writes `octets` quoted, or as a literal where they cannot be quoted.
pub(crate) fn encode_string(octets: &[u8], style: Style, out: &mut BytesMut) {
    let quotable = octets
        .iter()
        .all(|&octet| !matches!(octet, 0 | b'\r' | b'\n') && (style.utf8 || octet.is_ascii()));
    if !quotable || (style.utf8 && str::from_utf8(octets).is_err()) {
        return encode_literal(octets, style, out);
    }
    out.put_u8(b'"');
    for &octet in octets {
        if matches!(octet, b'"' | b'\\') {
            out.put_u8(b'\\');
        }
        out.put_u8(octet);
    }
    out.put_u8(b'"');
}

/// Writes `octets` bare if they are all of `bare`, else as [`encode_string`]
/// does. `NIL` is quoted, for it means something else to many parsers.
pub(crate) fn encode_string_or(bare: &Class, octets: &[u8], style: Style, out: &mut BytesMut) {
    if octets.is_empty() || !bare.contains_all(octets) || octets.eq_ignore_ascii_case(b"NIL") {
        encode_string(octets, style, out);
    } else {
        out.put_slice(octets);
    }
}

/// Writes a string, or `NIL`.
pub(crate) fn encode_nstring(string: NString<'_>, style: Style, out: &mut BytesMut) {
    match string {
        Some(string) => string.encode(style, out),
        None => out.put_slice(b"NIL"),
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use mail_wire::parse::complete;

    use super::super::style::LiteralStyle;
    use super::*;

    fn written(encode: impl FnOnce(&mut BytesMut)) -> String {
        let mut out = BytesMut::new();
        encode(&mut out);
        format!("{}", out.escape_ascii())
    }

    #[test]
    fn strings_are_read_in_every_form() {
        let arena = Arena::new();
        for (wire, value) in [
            (&b"INBOX"[..], &b"INBOX"[..]),
            (b"a]", b"a]"),
            (b"\"\"", b""),
            (b"\"a b\"", b"a b"),
            (b"\"\\\"\\\\x\"", b"\"\\x"),
            (b"{3}\r\na\r\n", b"a\r\n"),
            (b"{0+}\r\n", b""),
            (b"\"gr\xc3\xbc\xc3\x9fe\"", "grüße".as_bytes()),
            (b"\"\xff\"", b"\xff"),
        ] {
            let parsed = complete(wire, |input| astring(input, &arena));
            assert_eq!(parsed.unwrap().as_bytes(), value, "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_string_says_where() {
        let arena = Arena::new();
        for (wire, offset, expected) in [
            (&b""[..], 0, "a string"),
            (b"\"a", 2, "the closing quote"),
            (b"\"a\\n\"", 2, "\\\" or \\\\"),
            (b"\"a\r\nb\"", 2, "the closing quote"),
            (b"\"a\0b\"", 2, "the closing quote"),
            (b"{3}\r\nab", 5, "all octets of the literal"),
            (b"{3}ab", 3, "CRLF behind a literal's size"),
            (b"{-1}\r\n", 1, "a number"),
            (b"{99999999999999999999}\r\n", 1, "a number below 2^64"),
            (b"{9223372036854775808}\r\n", 1, "a number below 2^63"),
            (b"{1}\r\n\0", 0, "a string without NUL"),
            (b"~{1}\r\na", 0, "a string"),
        ] {
            let error = complete(wire, |input| astring(input, &arena)).unwrap_err();
            assert_eq!(error, SyntaxError { offset, expected }, "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn no_string_has_a_nul() {
        assert_eq!(AString::new(b"a\0").unwrap_err().offset, 1);
        assert!(IString::new(b"\0").is_err() && IString::new(b"\r\n").is_ok());
    }

    #[test]
    fn strings_are_written_in_the_shortest_correct_form() {
        let astring =
            |value: &[u8], style| written(|out| AString::new(value).unwrap().encode(style, out));
        assert_eq!(astring(b"INBOX", Style::PLAIN), "INBOX");
        assert_eq!(astring(b"", Style::PLAIN), "\\\"\\\"");
        assert_eq!(astring(b"nil", Style::PLAIN), "\\\"nil\\\"");
        assert_eq!(astring(b"a b", Style::PLAIN), "\\\"a b\\\"");
        assert_eq!(astring(b"a\r\nb", Style::PLAIN), "{4}\\r\\na\\r\\nb");
        let plus = Style { literal: LiteralStyle::Plus, utf8: true };
        assert_eq!(astring(b"a\nb", plus), "{3+}\\r\\na\\nb");
        assert_eq!(astring("ü".as_bytes(), plus), "\\\"\\xc3\\xbc\\\"");
        assert_eq!(astring("ü".as_bytes(), Style::PLAIN), "{2}\\r\\n\\xc3\\xbc");
        assert_eq!(astring(b"\xff", plus), "{1+}\\r\\n\\xff");
    }
}
