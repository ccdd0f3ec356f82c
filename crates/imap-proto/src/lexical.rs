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

use core::fmt;
use core::num::NonZeroU32;
use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{
    Class, Fault, Keyword, Parsed, SyntaxError, byte, fail, number32, number64, run, word,
};
use nom::Err;

use crate::arena::{Arena, List, NonEmpty};

/// How deep lists and trees may nest: 64. One level more is a syntax error of
/// the item that holds it.
pub const MAX_DEPTH: u8 = 64;

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

/// How strings are written to one peer.
///
/// A string goes out in its shortest correct form: as an atom where the grammar
/// allows one, else quoted, else as a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Style {
    /// The form of literals.
    pub literal: LiteralStyle,
    /// Whether the peer takes UTF-8 in quoted strings: after
    /// `ENABLE IMAP4rev2` (RFC 9051) or `ENABLE UTF8=ACCEPT` (RFC 6855).
    pub utf8: bool,
}

impl Style {
    /// What every peer understands: synchronising literals, quoted US-ASCII.
    /// Servers send literals only in this form.
    pub const PLAIN: Self = Self { literal: LiteralStyle::Synchronizing, utf8: false };

    /// This style for a response, whose literals have one form.
    pub(crate) const fn of_response(self) -> Self {
        Self { literal: LiteralStyle::Synchronizing, ..self }
    }
}

/// Which literals a client may send without being asked for them (RFC 7888).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralStyle {
    /// `{n}`: the octets may be sent only after the server's `+`. This is also
    /// the form of a server's literals, which never wait.
    Synchronizing,
    /// `{n+}` up to 4096 octets, `{n}` above: the server offers `LITERAL-` or
    /// is IMAP4rev2.
    Minus,
    /// `{n+}` always: the server offers `LITERAL+`.
    Plus,
}

impl LiteralStyle {
    /// Whether a literal of `octets` octets is sent without being asked for.
    #[must_use]
    pub const fn is_non_synchronizing(self, octets: u64) -> bool {
        match self {
            Self::Synchronizing => false,
            Self::Minus => octets <= 4096,
            Self::Plus => true,
        }
    }
}

/// `atom = 1*ATOM-CHAR` (RFC 9051 section 9): US-ASCII letters, digits and the
/// signs that mean nothing to IMAP. It compares as it is written, case and all.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Atom<'a>(&'a str);

impl<'a> Atom<'a> {
    /// `text` as an atom.
    ///
    /// # Errors
    /// Where `text` is empty or the first octet that no atom has.
    pub const fn new(text: &'a str) -> Result<Self, SyntaxError> {
        match check(text.as_bytes(), &ATOM_CHAR, "an atom") {
            Ok(()) => Ok(Self(text)),
            Err(error) => Err(error),
        }
    }

    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether it is `other` but for upper and lower case.
    #[must_use]
    pub fn is(self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0.as_bytes());
    }
}

impl fmt::Debug for Atom<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `tag = 1*<any ASTRING-CHAR except "+">` (RFC 9051 section 9): what the
/// client calls a command, and the server the end of its answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag<'a>(&'a str);

impl<'a> Tag<'a> {
    /// `text` as a tag.
    ///
    /// # Errors
    /// Where `text` is empty or the first octet that no tag has.
    pub const fn new(text: &'a str) -> Result<Self, SyntaxError> {
        match check(text.as_bytes(), &TAG_CHAR, "a tag") {
            Ok(()) => Ok(Self(text)),
            Err(error) => Err(error),
        }
    }

    /// Its text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0.as_bytes());
    }
}

impl fmt::Debug for Tag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text for people behind a response: any octets but NUL, CR and LF,
/// perhaps none. It should be UTF-8, and old servers sent other things.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    /// No text.
    pub const EMPTY: Self = Self(b"");

    /// `text`, if it fits on a line.
    ///
    /// # Errors
    /// Where the first NUL, CR or LF is.
    pub const fn new(text: &'a str) -> Result<Self, SyntaxError> {
        Self::from_octets(text.as_bytes())
    }

    /// `octets`, if they fit on a line.
    ///
    /// # Errors
    /// Where the first NUL, CR or LF is.
    pub const fn from_octets(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        match first_outside(octets, &TEXT_CHAR) {
            None => Ok(Self(octets)),
            Some(offset) => Err(SyntaxError { offset, expected: "text of one line" }),
        }
    }

    /// `text` up to its first NUL, CR or LF, which no line holds.
    #[must_use]
    pub const fn first_line(text: &'a str) -> Self {
        match first_outside(text.as_bytes(), &TEXT_CHAR) {
            Some(end) => Self(text.as_bytes().split_at(end).0),
            None => Self(text.as_bytes()),
        }
    }

    /// Its octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        match str::from_utf8(self.0) {
            Ok(text) => Some(text),
            Err(_) => None,
        }
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}

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

/// How many levels a parser may still go down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Depth(u8);

impl Depth {
    /// At the top.
    pub(crate) const TOP: Self = Self(MAX_DEPTH);

    /// One level down from here, at `input`.
    pub(crate) const fn down(self, input: &[u8]) -> Result<Self, Err<Fault<'_>>> {
        match self.0.checked_sub(1) {
            Some(left) => Ok(Self(left)),
            None => Err(Err::Failure(Fault { rest: input, expected: "at most 64 levels" })),
        }
    }
}

/// What announces a literal.
///
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET     ; RFC 9051 section 9, RFC 7888
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LiteralHead {
    /// How many octets it has.
    pub octets: u64,
    /// Whether they follow unasked (`{n+}`).
    pub non_synchronizing: bool,
    /// Whether NUL may be among them (`~{n}`).
    pub binary: bool,
}

impl LiteralHead {
    /// Writes it, with the CRLF behind which the octets follow.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(if self.binary { b"~{" } else { b"{" });
        decimal(self.octets, out);
        out.put_slice(if self.non_synchronizing { b"+}\r\n" } else { b"}\r\n" });
    }
}

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

/// The name of a command, an item or a code, folded; the parser says of what
/// it was expected.
#[inline]
pub(crate) fn keyword<'a>(expected: &'static str) -> impl Fn(&'a [u8]) -> Parsed<'a, Keyword> {
    move |input| match run(&KEYWORD_CHAR, input) {
        ([], rest) => fail(rest, expected),
        (name, rest) => Ok((rest, Keyword::new(name))),
    }
}

/// `atom = 1*ATOM-CHAR`
#[inline]
pub(crate) fn atom(input: &[u8]) -> Parsed<'_, Atom<'_>> {
    let (rest, text) = word(&ATOM_CHAR, "an atom")(input)?;
    Ok((rest, Atom(text)))
}

/// `tag = 1*<any ASTRING-CHAR except "+">`
#[inline]
pub(crate) fn tag(input: &[u8]) -> Parsed<'_, Tag<'_>> {
    let (rest, text) = word(&TAG_CHAR, "a tag")(input)?;
    Ok((rest, Tag(text)))
}

/// `text = 1*(TEXT-CHAR / UTF8-2 / UTF8-3 / UTF8-4)`, or none.
#[inline]
pub(crate) fn text(input: &[u8]) -> Parsed<'_, Text<'_>> {
    let (text, rest) = run(&TEXT_CHAR, input);
    Ok((rest, Text(text)))
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

/// `nil = "NIL"`, not followed by more of an atom.
#[inline]
pub(crate) fn nil(input: &[u8]) -> Parsed<'_, ()> {
    match input.split_at_checked(3) {
        Some((word, rest))
            if word.eq_ignore_ascii_case(b"NIL")
                && !rest.first().is_some_and(|&next| ATOM_CHAR.contains(next)) =>
        {
            Ok((rest, ()))
        }
        _ => fail(input, "NIL"),
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

/// [`LiteralHead`], and the CRLF behind it.
pub(crate) fn literal_head(input: &[u8]) -> Parsed<'_, LiteralHead> {
    let (rest, head) = literal_announcement(input)?;
    match rest {
        [b'\r', b'\n', rest @ ..] => Ok((rest, head)),
        _ => fail(rest, "CRLF behind a literal's size"),
    }
}

/// [`LiteralHead`] without the CRLF behind it.
pub(crate) fn literal_announcement(input: &[u8]) -> Parsed<'_, LiteralHead> {
    let (binary, rest) = match input {
        [b'~', rest @ ..] => (true, rest),
        _ => (false, input),
    };
    let (rest, ()) = match byte(b'{', "a literal")(rest) {
        Ok(done) => done,
        Err(_) => return fail(input, "a literal"),
    };
    let (rest, octets) = number63(rest)?;
    let (non_synchronizing, rest) = match rest {
        [b'+', rest @ ..] => (true, rest),
        _ => (false, rest),
    };
    let (rest, ()) = byte(b'}', "\"}\"")(rest)?;
    Ok((rest, LiteralHead { octets, non_synchronizing, binary }))
}

/// A literal of either kind with its octets, which stand in `input`.
pub(crate) fn literal(input: &[u8]) -> Parsed<'_, (LiteralHead, &[u8])> {
    let (rest, head) = literal_head(input)?;
    let octets = usize::try_from(head.octets).ok();
    match octets.and_then(|octets| rest.split_at_checked(octets)) {
        Some((octets, rest)) => Ok((rest, (head, octets))),
        None => fail(rest, "all octets of the literal"),
    }
}

/// `string = quoted / literal`, whatever its octets.
pub(crate) fn string_octets<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, &'a [u8]> {
    match input.first() {
        Some(b'"') => quoted(input, arena),
        Some(b'{' | b'~') => {
            let (rest, (_, octets)) = literal(input)?;
            Ok((rest, octets))
        }
        _ => fail(input, "a string"),
    }
}

/// `string = quoted / literal`
pub(crate) fn string<'a>(input: &'a [u8], arena: &'a Arena) -> Parsed<'a, IString<'a>> {
    let (rest, octets) = string_octets(input, arena)?;
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

/// `element *(SP element)`, into the arena.
pub(crate) fn separated<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    mut element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, NonEmpty<'a, T>> {
    let (mut rest, first) = element(input)?;
    let mut list = arena.list();
    list.push(first);
    while let Some(next) = after_space(rest) {
        let (behind, value) = element(next)?;
        list.push(value);
        rest = behind;
    }
    non_empty(rest, list)
}

/// The elements that came before `rest`, of which there is at least one.
pub(crate) fn non_empty<'a, T>(rest: &'a [u8], list: List<'a, T>) -> Parsed<'a, NonEmpty<'a, T>> {
    match NonEmpty::new(list.into_bump_slice()) {
        Some(elements) => Ok((rest, elements)),
        None => fail(rest, "at least one element"),
    }
}

/// `"(" element *(SP element) ")"`, into the arena.
pub(crate) fn list1<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, NonEmpty<'a, T>> {
    let (rest, ()) = open(input)?;
    let (rest, elements) = separated(rest, arena, element)?;
    let (rest, ()) = close(rest)?;
    Ok((rest, elements))
}

/// `"(" [element *(SP element)] ")"`, into the arena.
pub(crate) fn list<'a, T: Copy>(
    input: &'a [u8],
    arena: &'a Arena,
    element: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
) -> Parsed<'a, &'a [T]> {
    let (rest, ()) = open(input)?;
    if let Ok((rest, ())) = close(rest) {
        return Ok((rest, &[]));
    }
    let (rest, elements) = separated(rest, arena, element)?;
    let (rest, ()) = close(rest)?;
    Ok((rest, elements.as_slice()))
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

/// Writes `octets` as a literal; as a `literal8` where there is a NUL in them.
pub(crate) fn encode_literal(octets: &[u8], style: Style, out: &mut BytesMut) {
    let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    LiteralHead {
        octets: size,
        non_synchronizing: style.literal.is_non_synchronizing(size),
        binary: octets.contains(&0),
    }
    .encode(out);
    out.put_slice(octets);
}

/// Writes a string, or `NIL`.
pub(crate) fn encode_nstring(string: NString<'_>, style: Style, out: &mut BytesMut) {
    match string {
        Some(string) => string.encode(style, out),
        None => out.put_slice(b"NIL"),
    }
}

/// Writes `elements` with a space between each two.
pub(crate) fn encode_separated<T>(
    elements: &[T],
    out: &mut BytesMut,
    mut encode: impl FnMut(&T, &mut BytesMut),
) {
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            out.put_u8(b' ');
        }
        encode(element, out);
    }
}

/// Writes `elements` in parentheses, with a space between each two.
pub(crate) fn encode_list<T>(
    elements: &[T],
    out: &mut BytesMut,
    encode: impl FnMut(&T, &mut BytesMut),
) {
    out.put_u8(b'(');
    encode_separated(elements, out, encode);
    out.put_u8(b')');
}

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

/// `CHAR8 = %x01-ff` (RFC 9051 section 9).
static CHAR8: Class = Class::new().with_range(0x01, 0xff);

/// Whether `octets` are `*CHAR8`.
const fn check_char8(octets: &[u8]) -> Result<(), SyntaxError> {
    match first_outside(octets, &CHAR8) {
        None => Ok(()),
        Some(offset) => Err(SyntaxError { offset, expected: "a string without NUL" }),
    }
}

/// Prints `octets` as text if they are, else with escapes.
pub(crate) fn debug_octets(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match str::from_utf8(octets) {
        Ok(text) => fmt::Debug::fmt(text, f),
        Err(_) => write!(f, "b\"{}\"", octets.escape_ascii()),
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use mail_wire::parse::complete;

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
        ] {
            let error = complete(wire, |input| astring(input, &arena)).unwrap_err();
            assert_eq!(error, SyntaxError { offset, expected }, "{}", wire.escape_ascii());
        }
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

    #[test]
    fn what_cannot_be_written_cannot_be_built() {
        assert_eq!(Atom::new("a b").unwrap_err().offset, 1);
        assert!(Atom::new("").is_err() && Atom::new("a\r\n").is_err() && Atom::new("ü").is_err());
        assert!(Tag::new("a+").is_err() && Tag::new("a]").is_ok());
        assert!(Text::new("a\r\nb").is_err() && Text::new("grün").is_ok());
        assert!(AString::new(b"\0").is_err() && IString::new(b"\r\n").is_ok());
    }

    #[test]
    fn nil_is_a_word_of_its_own() {
        assert!(nil(b"NIL)").is_ok() && nil(b"nil").is_ok());
        assert!(nil(b"NILS").is_err() && nil(b"NI").is_err());
    }
}
