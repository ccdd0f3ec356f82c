//! Reading text: what was checked to be UTF-8 as a whole is cut where its octets say, and its
//! parts are not checked again.

use core::str;

use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Eight, Fault, Keyword};

use crate::name::Name;

/// What a parser of text returns: the rest and the value, or the place of the fault.
pub(crate) type Scanned<'a, T> = nom::IResult<&'a str, T, Fault<'a>>;

/// Fails at `rest`, saying what was expected there.
pub(crate) const fn fail<'a, T>(rest: &'a str, expected: &'static str) -> Scanned<'a, T> {
    Err(nom::Err::Error(Fault { rest: rest.as_bytes(), expected }))
}

/// `octets` as text; or the place where they are no UTF-8.
#[inline]
pub(crate) fn text(octets: &[u8]) -> Result<&str, nom::Err<Fault<'_>>> {
    str::from_utf8(octets).map_err(|error| {
        let rest = octets.get(error.valid_up_to()..).unwrap_or_default();
        nom::Err::Error(Fault { rest, expected: "UTF-8" })
    })
}

/// Runs `parser` over the whole of `whole`, which must be text.
///
/// # Errors
/// The [`SyntaxError`] of the parser, or one that expects UTF-8 or the end.
pub(crate) fn complete<'a, T>(
    whole: &'a [u8],
    parser: impl FnOnce(&'a str) -> Scanned<'a, T>,
) -> Result<T, SyntaxError> {
    mail_wire::parse::complete(whole, |octets| {
        parser(text(octets)?).map(|(rest, value)| (rest.as_bytes(), value))
    })
}

/// The first `end` octets of `text`, and the rest. All sets of octets here have all of those
/// that are past US-ASCII or none, so that no character is cut in two.
#[inline]
pub(crate) fn cut(text: &str, end: usize) -> (&str, &str) {
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Where the first octet is that may be a CR, an LF or a NUL: it is none above CR.
#[inline]
pub(crate) fn find_control(octets: &[u8]) -> Option<usize> {
    const ABOVE: u8 = b'\r' + 1;
    let (mut rest, mut before) = (octets, 0);
    while let Some((eight, after)) = rest.split_first_chunk() {
        if let Some(first) = Eight::new(*eight).below(ABOVE).first() {
            return Some(before + first);
        }
        (rest, before) = (after, before + eight.len());
    }
    Eight::filled(rest, ABOVE).below(ABOVE).first().map(|first| before + first)
}

/// The longest start of `text` that is all of `class` (perhaps empty), and the rest.
#[inline]
pub(crate) fn run<'a>(class: &Class, text: &'a str) -> (&'a str, &'a str) {
    let end = text.bytes().position(|octet| !class.contains(octet));
    cut(text, end.unwrap_or(text.len()))
}

/// The letters of `name`, in upper or lower case.
#[inline]
pub(crate) fn letters<'a>(name: Name, expected: &'static str, input: &'a str) -> Scanned<'a, ()> {
    if let Some(rest) = input.strip_prefix(name.as_str()) {
        return Ok((rest, ()));
    }
    match input.split_at_checked(name.as_str().len()) {
        Some((start, rest)) if name.is(Keyword::new(start.as_bytes())) => Ok((rest, ())),
        _ => fail(input, expected),
    }
}

/// The one octet `octet` of US-ASCII.
#[inline]
pub(crate) fn octet<'a>(octet: u8, expected: &'static str, input: &'a str) -> Scanned<'a, ()> {
    match input.as_bytes().first() {
        Some(&first) if first == octet => Ok((cut(input, 1).1, ())),
        _ => fail(input, expected),
    }
}

/// Words with dots between them, as a table of what each octet is: 0, if it is
/// neither of a word nor a dot. Else the lower four bits tell what it is to the octet after
/// it, and the upper what it is to the one before, so that one `&` finds two octets that may
/// not stand next to each other.
#[derive(Debug)]
pub(crate) struct Dotted([u8; 256]);

/// An octet of a word.
const INNER: u8 = 0b1000_0000;
/// One that no word begins or ends with: it may not stand beside a dot.
const EDGE: u8 = 0b1001_0010;
/// A dot: nor may another.
const DOT: u8 = 0b1011_0001;

impl Dotted {
    /// Words of letters, digits, hyphens, octets past US-ASCII, and `more`; they neither begin nor
    /// end with one of `edges`.
    #[allow(clippy::indexing_slicing, reason = "a u8 indexes 256 entries, i is below the length")]
    pub(crate) const fn new(more: &[u8], edges: &[u8]) -> Self {
        let class = Class::new()
            .with_range(b'0', b'9')
            .with_range(b'A', b'Z')
            .with_range(b'a', b'z')
            .with(b"-")
            .with_range(0x80, 0xff)
            .with(more);
        let mut kinds = [0; 256];
        let mut octet = 0;
        loop {
            if class.contains(octet) {
                kinds[octet as usize] = INNER;
            }
            if octet == u8::MAX {
                break;
            }
            octet += 1;
        }
        let mut i = 0;
        while i < edges.len() {
            kinds[edges[i] as usize] = EDGE;
            i += 1;
        }
        kinds[b'.' as usize] = DOT;
        Self(kinds)
    }

    /// How many octets at the start of `octets` are of words and dots; and whether they are
    /// words with a dot between each two, and nothing else.
    #[inline]
    pub(crate) fn run(&self, octets: &[u8]) -> (usize, bool) {
        // Nearly all are of letters, digits and hyphens.
        let (end, whole) = host_name(octets);
        if whole && octets.get(end).is_none_or(|&next| self.kind(next) == 0) {
            return (end, true);
        }
        self.run_plainly(octets)
    }

    /// The same, octet by octet, whatever the class and the edges are.
    #[inline(never)]
    fn run_plainly(&self, octets: &[u8]) -> (usize, bool) {
        // As if dots stood around them.
        let (mut before, mut torn) = (DOT, 0);
        let end = octets.iter().position(|&octet| {
            let kind = self.kind(octet);
            if kind != 0 {
                torn |= before & (kind >> 4);
                before = kind;
            }
            kind == 0
        });
        torn |= before & (DOT >> 4);
        (end.unwrap_or(octets.len()), torn == 0)
    }

    /// Where in `octets` the first dot stands that is not between two words.
    #[cold]
    pub(crate) fn fault(&self, octets: &[u8]) -> usize {
        let mut before = DOT;
        let torn = octets.iter().position(|&octet| {
            let kind = self.kind(octet);
            let after = if kind == 0 { DOT } else { kind };
            let torn = before & (after >> 4) != 0;
            before = after;
            torn
        });
        torn.unwrap_or(octets.len())
    }

    #[inline]
    #[allow(clippy::indexing_slicing, reason = "a u8 indexes 256 entries")]
    const fn kind(&self, octet: u8) -> u8 {
        self.0[octet as usize]
    }
}

/// How many octets at the start of `octets` are letters, digits, hyphens, dots or past US-ASCII,
/// eight at a time; and whether no two of them that are hyphens or dots stand side by side, nor
/// one at either end. It may say no where they do not, because of what comes after them.
#[inline]
fn host_name(octets: &[u8]) -> (usize, bool) {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOP: u64 = ONES << 7;
    // In each octet the top bit is the answer, and nothing is carried into the next: what is
    // added to are seven bits.
    let between = |octets: u64, first: u8, last: u8| {
        let from_first = octets + ONES * u64::from(0x80 - first);
        from_first & !(octets + ONES * u64::from(0x7f - last))
    };
    let (mut rest, mut length, mut marks_before, mut torn) = (octets, 0, 0, 0);
    loop {
        let (eight, after) = match rest.split_first_chunk() {
            Some((eight, after)) => (u64::from_le_bytes(*eight), after),
            // NUL is none of them: the end is found here.
            None => (Eight::filled(rest, 0).get(), &[][..]),
        };
        let seven = eight & !TOP;
        let letters = between(seven | (ONES << 5), b'a', b'z');
        let digits = between(seven, b'0', b'9');
        let marks = between(seven, b'-', b'.');
        torn |= marks & (marks << 8 | marks_before);
        let others = !(letters | digits | marks | eight) & TOP;
        if others != 0 {
            let end = length + others.trailing_zeros() as usize / 8;
            let mark = |octet: Option<&u8>| octet.is_none_or(|octet| matches!(octet, b'-' | b'.'));
            let last = end.checked_sub(1).and_then(|last| octets.get(last));
            return (end, torn & TOP == 0 && !mark(octets.first()) && !mark(last));
        }
        marks_before = marks >> 56;
        (rest, length) = (after, length + 8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static NAMES: Dotted = Dotted::new(b"", b"-");
    static ATOMS: Dotted = Dotted::new(b"+/", b"");

    /// Dots and words, the plain way.
    fn naive(octets: &[u8], more: &[u8], edges: &[u8]) -> (usize, bool) {
        let is_of =
            |octet: &u8| octet.is_ascii_alphanumeric() || *octet >= 0x80 || more.contains(octet);
        let end = octets.iter().position(|octet| !is_of(octet)).unwrap_or(octets.len());
        let whole = octets[..end].split(|&octet| octet == b'.').all(|word| {
            let edge = |octet: Option<&u8>| octet.is_none_or(|octet| edges.contains(octet));
            !edge(word.first()) && !edge(word.last())
        });
        (end, whole)
    }

    proptest! {
        #[test]
        fn the_first_control_character_is_found(
            before in "[ -~é]{0,20}",
            after in prop::collection::vec(any::<u8>(), 0..12),
        ) {
            let octets = &[before.as_bytes(), &after].concat();
            let first = octets.iter().position(|&octet| octet <= b'\r');
            prop_assert_eq!(find_control(octets), first);
        }

        #[test]
        fn words_are_those_of_the_plain_way(
            before in "[a9.-]{0,20}",
            after in prop::collection::vec(prop_oneof![Just(b'.'), Just(b'-'), any::<u8>()], 0..8),
        ) {
            let octets = &[before.as_bytes(), &after].concat();
            for (words, more, edges) in [(&NAMES, &b".-"[..], &b"-"[..]), (&ATOMS, b".-+/", b"")] {
                let (end, whole) = words.run(octets);
                prop_assert_eq!((end, whole), naive(octets, more, edges));
                prop_assert_eq!((end, whole), words.run_plainly(octets));
                if !whole {
                    let fault = words.fault(octets);
                    prop_assert!(fault <= end);
                    // Up to there all is well, but for what may follow.
                    let word = [&octets[..fault], b"a"].concat();
                    prop_assert!(edges == b"-" || naive(&word, more, edges).1);
                }
            }
        }
    }
}
