//! Strings: quoted, as literals, and bare where the grammar lets them.

use core::{fmt, str};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Eight, Fault, Parsed, fail, run};
use memchr::memchr2;
use nom::Err;

use super::atom::{Atom, atom, nil};
use super::class::{ASTRING_CHAR, CHAR8, PLAIN_QUOTED, debug_octets, first_outside};
use super::literal::encode_literal;
use super::reader::Reader;
use super::scan::{UNCLOSED, string_ends};
use super::style::Style;

/// `string = quoted / literal` (RFC 9051 §9): any octets but NUL,
/// perhaps none.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IString<'a>(&'a [u8]);

/// `nstring = string / nil` (RFC 9051 §9): a string, or that there is
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

/// `astring = 1*ASTRING-CHAR / string` (RFC 9051 §9): any octets but
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
    let mut rest = octets;
    while let Some((eight, after)) = rest.split_first_chunk() {
        if Eight::new(*eight).equal(0).any() {
            break;
        }
        rest = after;
    }
    match first_outside(rest, &CHAR8) {
        None => Ok(()),
        Some(at) => Err(SyntaxError {
            offset: octets.len() - rest.len() + at,
            expected: "a string without NUL",
        }),
    }
}

impl<'a> Reader<'a> {
    /// ```abnf
    /// quoted      = DQUOTE *QUOTED-CHAR DQUOTE
    /// QUOTED-CHAR = <any TEXT-CHAR except quoted-specials> /
    ///               "\" quoted-specials / UTF8-2 / UTF8-3 / UTF8-4
    ///                                                          ; RFC 9051 §9
    /// ```
    /// Unescaped, in the arena if there was anything to unescape. In a server's string, a
    /// quote that was not escaped or a backslash that escapes nothing stands for itself.
    #[inline(always)]
    pub(crate) fn quoted(&self, input: &'a [u8]) -> Parsed<'a, &'a [u8]> {
        let [b'"', start @ ..] = input else { return fail(input, "a quoted string") };
        let (plain, rest) = plain_quoted(start);
        match rest {
            [b'"', after @ ..]
                if (!self.is_forgiving() || string_ends(after)) && self.may_begin_string(input) =>
            {
                Ok((after, plain))
            }
            _ => self.unescape(input, plain, rest),
        }
    }

    /// A quoted string at `input` that begins with `plain` and does not end at `rest`.
    #[inline(never)]
    fn unescape(&self, input: &'a [u8], plain: &[u8], mut rest: &'a [u8]) -> Parsed<'a, &'a [u8]> {
        if !self.may_begin_string(input) {
            return fail(input, "a space before the string");
        }
        let mut unescaped = self.arena.list();
        unescaped.extend_from_slice(plain);
        loop {
            let (special, after) = match rest {
                [b'"', after @ ..] if !self.is_forgiving() || string_ends(after) => {
                    return Ok((after, unescaped.end()));
                }
                [b'\\', special @ (b'"' | b'\\'), after @ ..] => (*special, after),
                [b'\\', ..] if !self.is_forgiving() => return fail(rest, "\\\" or \\\\"),
                [special @ (b'"' | b'\\'), after @ ..] => (*special, after),
                [] if self.is_forgiving() => {
                    return Err(Err::Failure(Fault { rest, expected: UNCLOSED }));
                }
                _ => return fail(rest, UNCLOSED),
            };
            unescaped.push(special);
            let (plain, after) = plain_quoted(after);
            unescaped.extend_from_slice(plain);
            rest = after;
        }
    }

    /// `string = quoted / literal`, whatever its octets. A `literal8` is no string
    /// (RFC 9051 §9), but servers send what they have.
    pub(crate) fn string_octets(&self, input: &'a [u8]) -> Parsed<'a, &'a [u8]> {
        match input {
            [b'"', ..] => self.quoted(input),
            [b'{', ..] => self.literal(input).map(|(rest, (_, octets))| (rest, octets)),
            [b'~', ..] if self.is_forgiving() => {
                self.literal(input).map(|(rest, (_, octets))| (rest, octets))
            }
            _ => fail(input, "a string"),
        }
    }

    /// `nstring = string / nil`, whatever its octets.
    pub(crate) fn nstring_octets(&self, input: &'a [u8]) -> Parsed<'a, Option<&'a [u8]>> {
        match nil(input) {
            Ok((rest, ())) => Ok((rest, None)),
            Err(_) => self.string_octets(input).map(|(rest, octets)| (rest, Some(octets))),
        }
    }

    /// `string = quoted / literal`
    #[inline(never)]
    pub(crate) fn string(&self, input: &'a [u8]) -> Parsed<'a, IString<'a>> {
        if let [b'"', ..] = input {
            // In which there is no NUL.
            return self.quoted(input).map(|(rest, octets)| (rest, IString(octets)));
        }
        let (rest, octets) = self.string_octets(input)?;
        match IString::new(octets) {
            Ok(string) => Ok((rest, string)),
            Err(error) => fail(input, error.expected),
        }
    }

    /// `nstring = string / nil`
    #[inline(never)]
    pub(crate) fn nstring(&self, input: &'a [u8]) -> Parsed<'a, NString<'a>> {
        match input {
            // In which there is no NUL.
            [b'"', ..] => self.quoted(input).map(|(rest, octets)| (rest, Some(IString(octets)))),
            _ => match nil(input) {
                Ok((rest, ())) => Ok((rest, None)),
                Err(_) => self.string(input).map(|(rest, string)| (rest, Some(string))),
            },
        }
    }

    /// [`field`](Self::field) of an `nstring`.
    pub(crate) fn nstring_field(&self, input: &'a [u8]) -> Parsed<'a, Option<NString<'a>>> {
        match usual_nstring(input) {
            Some((rest, string)) => Ok((rest, Some(string))),
            None => self.field(input, |input| self.nstring(input)),
        }
    }

    /// `astring = 1*ASTRING-CHAR / string`
    pub(crate) fn astring(&self, input: &'a [u8]) -> Parsed<'a, AString<'a>> {
        self.string_or(&ASTRING_CHAR, input)
    }

    /// An atom, which may be quoted.
    pub(crate) fn atom_or_quoted(&self, input: &'a [u8]) -> Parsed<'a, Atom<'a>> {
        if !matches!(input, [b'"', ..]) {
            return atom(input);
        }
        let (rest, octets) = self.quoted(input)?;
        match Atom::from_octets(octets) {
            Some(atom) => Ok((rest, atom)),
            None => fail(input, "an atom"),
        }
    }

    /// One octet or more of `bare`, or a string.
    pub(crate) fn string_or(&self, bare: &Class, input: &'a [u8]) -> Parsed<'a, AString<'a>> {
        match run(bare, input) {
            ([], _) => {
                let (rest, string) = self.string(input)?;
                Ok((rest, AString(string.0)))
            }
            // A server may forget the space before a literal.
            (_, rest @ [b'{', ..]) if !self.is_forgiving() || self.literal_at(rest).is_none() => {
                fail(input, "a string")
            }
            (octets, rest) => Ok((rest, AString(octets))),
        }
    }
}

/// What stands before an `nstring` in a list, it, and the rest, if that is as in nearly all
/// lists: quoted without an escape or `NIL`, with one space or the end of the list after it.
/// What this takes, [`Reader::field`] takes as the same.
#[inline(always)]
pub(crate) fn usual_nstring(input: &[u8]) -> Option<(&[u8], NString<'_>)> {
    let (rest, string) = match input {
        [b' ' | b'(', b'"', inside @ ..] => match plain_quoted(inside) {
            (octets, [b'"', rest @ ..]) => (rest, Some(IString(octets))),
            _ => return None,
        },
        [b' ' | b'(', b'N', b'I', b'L', rest @ ..] => (rest, None),
        _ => return None,
    };
    matches!(rest, [b' ' | b')', ..]).then_some((rest, string))
}

/// The longest start of `input` that is all of [`PLAIN_QUOTED`] (perhaps empty), and the rest:
/// as [`run`], eight octets at a time.
#[inline]
fn plain_quoted(input: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = input;
    while let Some((eight, after)) = rest.split_first_chunk() {
        let octets = Eight::new(*eight);
        let special = octets.below(b' ').or(octets.equal(b'"')).or(octets.equal(b'\\'));
        if let Some(first) = special.first() {
            rest = rest.get(first..).unwrap_or_default();
            break;
        }
        rest = after;
    }
    // At the end of the string, or before a tab or the like, which is plain.
    let (_, rest) = run(&PLAIN_QUOTED, rest);
    input.split_at_checked(input.len().saturating_sub(rest.len())).unwrap_or((input, &[]))
}

/// Writes `octets` quoted, or as a literal where they cannot be quoted.
pub(crate) fn encode_string(octets: &[u8], style: Style, out: &mut BytesMut) {
    if !stands_for_itself(octets) {
        return encode_unusual(octets, style, out);
    }
    out.put_u8(b'"');
    out.put_slice(octets);
    out.put_u8(b'"');
}

/// What [`encode_string`] does, whatever there is in the string.
#[inline(never)]
fn encode_unusual(octets: &[u8], style: Style, out: &mut BytesMut) {
    if is_quotable(octets, style) {
        encode_quoted(octets, out);
    } else {
        encode_literal(octets, style, out);
    }
}

/// Whether `octets` are visible US-ASCII and spaces of which none is escaped, or DEL.
#[inline]
fn stands_for_itself(octets: &[u8]) -> bool {
    let others = |eight: Eight| {
        let special = eight.equal(b'"').or(eight.equal(b'\\'));
        eight.below(b' ').or(eight.past_ascii()).or(special)
    };
    let mut found = others(Eight::filled(octets, b' '));
    let mut rest = octets.get(8..).unwrap_or_default();
    while let Some((eight, after)) = rest.split_first_chunk() {
        found = found.or(others(Eight::new(*eight)));
        rest = after;
    }
    if let (Some(last), false) = (octets.last_chunk(), rest.is_empty()) {
        // Some of them were looked at already.
        found = found.or(others(Eight::new(*last)));
    }
    !found.any()
}

/// Whether `octets` can stand in quotes.
fn is_quotable(octets: &[u8], style: Style) -> bool {
    octets
        .iter()
        .all(|&octet| !matches!(octet, 0 | b'\r' | b'\n') && (style.utf8 || octet.is_ascii()))
        && (!style.utf8 || str::from_utf8(octets).is_ok())
}

/// Writes `octets`, in which there is no NUL, CR or LF, quoted.
pub(crate) fn encode_quoted(octets: &[u8], out: &mut BytesMut) {
    out.put_u8(b'"');
    let mut rest = octets;
    while let Some((plain, [special, after @ ..])) =
        memchr2(b'"', b'\\', rest).and_then(|at| rest.split_at_checked(at))
    {
        out.put_slice(plain);
        out.put_slice(&[b'\\', *special]);
        rest = after;
    }
    out.put_slice(rest);
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
#[inline]
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

    use proptest::prelude::*;

    use super::super::arena::Arena;
    use super::super::reader::parse_whole;
    use super::super::scan::Side;
    use super::super::style::LiteralStyle;
    use super::*;

    fn astring<'a>(wire: &'a [u8], arena: &'a Arena) -> Result<AString<'a>, SyntaxError> {
        parse_whole(wire, Side::Client, arena, |input, reader| reader.astring(input))
    }

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
            assert_eq!(astring(wire, &arena).unwrap().as_bytes(), value, "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_string_says_where() {
        let arena = Arena::new();
        for (wire, offset, expected) in [
            (&b""[..], 0, "a string"),
            (b"\"a", 2, "the closing quote"),
            (b"\"a\\n\"", 2, "\\\" or \\\\"),
            (b"\"a\r\nb\"", 4, "the closing quote"),
            (b"\"a\0b\"", 2, "the closing quote"),
            (b"{3}\r\nab", 5, "all octets of the literal"),
            (b"{3}\nabc", 3, "CRLF after a literal's size"),
            (b"{3}ab", 3, "CRLF after a literal's size"),
            (b"{-1}\r\n", 6, "a literal announced at the end of a line"),
            (b"{-1}", 1, "a number"),
            (b"{99999999999999999999}\r\n", 24, "all octets of the literal"),
            (b"{99999999999999999999}", 1, "a number below 2^64"),
            (b"{9223372036854775808}", 1, "a number below 2^63"),
            (b"{1}\r\n\0", 0, "a string without NUL"),
            (b"~{1}\r\na", 0, "a string"),
        ] {
            let error = astring(wire, &arena).unwrap_err();
            assert_eq!(error, SyntaxError { offset, expected }, "{}", wire.escape_ascii());
        }
    }

    /// What servers send: a quote begins a string where a value begins, and ends it where
    /// one may end.
    #[test]
    fn servers_are_forgiven_what_they_do_not_escape() {
        let arena = Arena::new();
        let read = |wire: &'static str| {
            let reader = Reader::of_line(wire.as_bytes(), Side::Server, &arena);
            reader.quoted(wire.as_bytes()).map(|(rest, octets)| (octets, rest)).ok()
        };
        for (wire, octets, rest) in [
            ("\"a\" b", "a", " b"),
            ("\"\" b", "", " b"),
            ("\"Re: \"foo\"\" NIL", "Re: \"foo\"", " NIL"),
            ("\"5\"x\")", "5\"x", ")"),
            ("\"a\\\"b\\\\\"", "a\"b\\", ""),
            ("\"C:\\dir\"", "C:\\dir", ""),
            ("\"s\"((\"a\"", "s", "((\"a\""),
        ] {
            assert_eq!(read(wire), Some((octets.as_bytes(), rest.as_bytes())), "{wire}");
        }
        for wire in ["", "\"", "\"a", "\"a\"b", "\"a\r\n\"", "\"\0\"", "\"\\\""] {
            assert_eq!(read(wire), None, "{wire:?}");
        }
    }

    proptest! {
        /// What is looked at eight octets at a time is what it is one by one.
        #[test]
        fn strings_are_the_same_in_eights(
            octets in prop::collection::vec(
                prop_oneof![
                    9 => any::<u8>(),
                    1 => prop::sample::select(&[0, b'\t', b'\r', b'\n', b'"', b'\\', b' ', 0x80][..]),
                    9 => b' '..=b'~',
                ],
                0..40,
            ),
            utf8: bool,
        ) {
            prop_assert_eq!(plain_quoted(&octets), run(&PLAIN_QUOTED, &octets));
            let plain = octets.iter().all(|&octet| {
                matches!(octet, b' '..=0x7f) && !matches!(octet, b'"' | b'\\')
            });
            prop_assert_eq!(stands_for_itself(&octets), plain);
            let nul = octets.iter().position(|&octet| octet == 0);
            prop_assert_eq!(check_char8(&octets).map_err(|error| error.offset).err(), nul);

            let style = Style { utf8, ..Style::PLAIN };
            let (mut out, mut plain) = (BytesMut::new(), BytesMut::new());
            encode_string(&octets, style, &mut out);
            if is_quotable(&octets, style) {
                plain.put_u8(b'"');
                for &octet in &octets {
                    if matches!(octet, b'"' | b'\\') {
                        plain.put_u8(b'\\');
                    }
                    plain.put_u8(octet);
                }
                plain.put_u8(b'"');
            } else {
                encode_literal(&octets, style, &mut plain);
            }
            prop_assert_eq!(out, plain);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// What is usual is taken as everything is.
        #[test]
        fn usual_strings_are_those_of_the_plain_way(wire in "[( ]?(NIL|nil|\"[a-z \"\\\\()\t]{0,12}\"?)[ )x(]{0,3}") {
            let arena = Arena::new();
            let whole = format!("({wire}");
            let reader = Reader::of_line(whole.as_bytes(), Side::Server, &arena);
            let input = whole.as_bytes().get(1..).unwrap();
            if let Some((rest, string)) = usual_nstring(input) {
                // As a field of a list, which may have begun with its parenthesis.
                let start = input.strip_prefix(b"(").unwrap_or(input);
                let field = reader.field(start, |input| reader.nstring(input));
                prop_assert_eq!(field.ok(), Some((rest, Some(string))));
                prop_assert_eq!(reader.lost(), 0);
            }
        }
    }

    #[test]
    fn usual_strings() {
        let octets = |wire: &'static [u8]| {
            usual_nstring(wire).map(|(rest, string)| (rest, string.map(IString::as_bytes)))
        };
        assert_eq!(octets(b" \"a b\" c"), Some((&b" c"[..], Some(&b"a b"[..]))));
        assert_eq!(octets(b"(NIL)"), Some((&b")"[..], None)));
        for wire in [&b"\"a\" "[..], b" \"a\"", b" \"a\\\"\" ", b" NILS ", b" \"a\"x", b""] {
            assert_eq!(octets(wire), None, "{}", wire.escape_ascii());
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
