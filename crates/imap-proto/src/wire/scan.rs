//! Where quoted strings and literals end.
//!
//! This file alone decides it. The framers read each line with a [`LineScan`], the parsers
//! read the [`Literal`]s that [`find_literals`] found with it, and the quoted strings that
//! [`string_ends`] ends; so they agree, whatever a peer sends. Who writes a mail picks what
//! stands in strings and literals, and must not be able to speak for the server.
//!
//! RFC 9051 §4.3 and §9, RFC 7888.

use mail_wire::parse::Eight;
use mail_wire::{LineEnding, SyntaxError, find_line_feed};
use memchr::{memchr, memchr2, memrchr};

use super::arena::Arena;
use super::literal::LiteralHead;

/// Whose words are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// A client's: they are held to the grammar.
    Client,
    /// A server's: they are taken as servers are known to send them. A quote that was not
    /// escaped is part of its string unless a value may end after it.
    Server,
}

/// A literal that a line announces with its last octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) head: LiteralHead,
    /// What ended the line.
    pub(crate) ending: LineEnding,
}

/// How a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Nothing follows it.
    Plain,
    /// A quoted string of a server began in it, or before it, and did not end.
    Quoted,
    /// The octets of a literal follow it.
    Literal(Announced),
}

/// Reads a line, in any pieces, and says how it ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LineScan {
    side: Side,
    quote: Quote,
    tail: Tail,
}

impl LineScan {
    pub(crate) const fn new(side: Side) -> Self {
        Self { side, quote: Quote::Start, tail: Tail::Other }
    }

    /// Reads the next octets of the line, its end too.
    #[inline]
    pub(crate) fn read(&mut self, octets: &[u8]) {
        if self.side == Side::Client && octets.ends_with(b"\n") && announces_nothing(octets) {
            // Then nothing follows it, whatever is quoted in it.
            *self = Self::new(Side::Client);
            return;
        }
        self.quote = self.quote.read(self.side, octets);
        self.tail = self.tail.read(octets);
    }

    /// Says how the line ended. The next one begins, or goes on in the string that did
    /// not end.
    ///
    /// No client has a string go on over the end of its line, so that one which is open there
    /// was never meant to be: the line ends plainly. If octets are announced that come unasked,
    /// they come.
    #[inline]
    pub(crate) fn end(&mut self) -> LineEnd {
        let quoted = matches!(self.quote, Quote::Inside | Quote::Escaped | Quote::EndedByList);
        let announced = core::mem::replace(&mut self.tail, Tail::Other).announced();
        match (self.side, announced) {
            (Side::Server, _) if quoted => LineEnd::Quoted,
            (_, Some(announced)) if !quoted || announced.head.non_synchronizing => {
                self.quote = Quote::Start;
                LineEnd::Literal(announced)
            }
            _ => {
                self.quote = Quote::Start;
                LineEnd::Plain
            }
        }
    }
}

/// What the last octet means for a quote that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    /// It begins a string: a value may begin.
    Start,
    /// It is nothing.
    Word,
    /// It ends the string, or may.
    Inside,
    /// It is escaped.
    Escaped,
    /// A quote in a server's string, which has ended if a value may end.
    Ended,
    /// The same and `(`: the string has ended if a list may begin like that.
    EndedByList,
}

impl Quote {
    #[inline]
    fn read(self, side: Side, octets: &[u8]) -> Self {
        let outside = matches!(self, Self::Start | Self::Word) && !octets.is_empty();
        if outside && octets.len() <= FEW && !contains(octets, b'"') {
            return Self::after(octets.last().copied());
        }
        // Most often the last quote tells: it begins no string, and would have ended any.
        match memrchr(b'"', octets).map(|at| octets.split_at_checked(at)) {
            None if outside => Self::after(octets.last().copied()),
            Some(Some(([.., before], [_, after @ ..])))
                if !begins_string(Some(*before))
                    && *before != b'\\'
                    && !after.is_empty()
                    && (side == Side::Client || string_ends(after)) =>
            {
                Self::after(octets.last().copied())
            }
            _ => self.read_each(side, octets),
        }
    }

    fn read_each(mut self, side: Side, octets: &[u8]) -> Self {
        let mut rest = octets;
        while let [first, after @ ..] = rest {
            (self, rest) = match self {
                Self::Start | Self::Word => {
                    let Some(at) = memchr(b'"', rest) else {
                        return Self::after(octets.last().copied());
                    };
                    let (before, quote) = rest.split_at_checked(at).unwrap_or((rest, &[]));
                    let begins = match before.last() {
                        None => self == Self::Start,
                        last => Self::after(last.copied()) == Self::Start,
                    };
                    (if begins { Self::Inside } else { Self::Word }, quote.get(1..).unwrap_or(&[]))
                }
                Self::Inside => match memchr2(b'"', b'\\', rest) {
                    None => return Self::Inside,
                    Some(at) => {
                        let special = rest.get(at..).unwrap_or_default();
                        let state = match (special.first(), side) {
                            (Some(b'\\'), _) => Self::Escaped,
                            (_, Side::Client) => Self::Word,
                            (_, Side::Server) => Self::Ended,
                        };
                        (state, special.get(1..).unwrap_or_default())
                    }
                },
                Self::Escaped => (Self::Inside, after),
                Self::Ended => match first {
                    b'(' => (Self::EndedByList, after),
                    first if ends_value(*first) => (Self::after(Some(*first)), after),
                    _ => (Self::Inside, rest),
                },
                Self::EndedByList if begins_list(*first) => (Self::Start, rest),
                Self::EndedByList => (Self::Inside, rest),
            };
        }
        self
    }

    /// After this octet, outside strings.
    const fn after(octet: Option<u8>) -> Self {
        if begins_string(octet) { Self::Start } else { Self::Word }
    }
}

/// Whether a quote after this octet, or at the start of a line, begins a string: whether a
/// value may begin there. After a list or a section, servers may forget the space.
pub(crate) const fn begins_string(before: Option<u8>) -> bool {
    matches!(before, None | Some(b' ' | b'(' | b')' | b']'))
}

/// Whether a server's value may end before this octet, `(` aside.
const fn ends_value(octet: u8) -> bool {
    matches!(octet, b' ' | b')' | b']' | b'{' | b'\r' | b'\n')
}

/// Whether a server's list that begins without a space before it goes on like this.
const fn begins_list(octet: u8) -> bool {
    matches!(octet, b'(' | b'"')
}

/// Whether a server's quoted string ends with the quote before `rest`.
pub(crate) fn string_ends(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b'(', next, ..] => begins_list(*next),
        [next, ..] => ends_value(*next),
    }
}

/// What the last octets announce, if the line ends after them.
///
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET     ; RFC 9051 §9, RFC 7888 §6
/// ```
/// What stands before it is not looked at: `x{3}` is no grammar, but the octets will come.
#[derive(Clone, Copy, Debug)]
enum Tail {
    Other,
    Tilde,
    Open {
        binary: bool,
    },
    /// A size that does not fit a number is the largest.
    Size(LiteralHead),
    /// After the `+`.
    Plus(LiteralHead),
    /// After the `}`.
    Closed(LiteralHead),
    /// After the CR.
    Returned(LiteralHead),
    Ended(Announced),
}

impl Tail {
    #[inline]
    fn read(self, octets: &[u8]) -> Self {
        if announces_nothing(octets) {
            return Self::Other;
        }
        match announcement(octets) {
            Some(announced) => Self::Ended(announced),
            None => self.read_on(octets),
        }
    }

    #[inline(never)]
    fn read_on(mut self, octets: &[u8]) -> Self {
        let mut rest = octets;
        if let Some((before, after)) =
            memrchr(b'{', octets).and_then(|at| octets.split_at_checked(at))
        {
            let binary = before.last().map_or(matches!(self, Self::Tilde), |last| *last == b'~');
            (self, rest) = (Self::Open { binary }, after.get(1..).unwrap_or_default());
        }
        for octet in rest {
            if matches!(self, Self::Other | Self::Tilde) {
                return if octets.ends_with(b"~") { Self::Tilde } else { Self::Other };
            }
            self = self.step(*octet);
        }
        self
    }

    fn step(self, octet: u8) -> Self {
        match (self, octet) {
            (Self::Open { binary }, b'0'..=b'9') => {
                let octets = u64::from(octet & 0xf);
                Self::Size(LiteralHead { octets, non_synchronizing: false, binary })
            }
            (Self::Size(head), b'0'..=b'9') => {
                let octets = head.octets.saturating_mul(10).saturating_add((octet & 0xf).into());
                Self::Size(LiteralHead { octets, ..head })
            }
            (Self::Size(head), b'+') => Self::Plus(LiteralHead { non_synchronizing: true, ..head }),
            (Self::Size(head) | Self::Plus(head), b'}') => Self::Closed(head),
            (Self::Closed(head), b'\r') => Self::Returned(head),
            (Self::Closed(head), b'\n') => Self::Ended(Announced { head, ending: LineEnding::Lf }),
            (Self::Returned(head), b'\n') => {
                Self::Ended(Announced { head, ending: LineEnding::Crlf })
            }
            (_, b'~') => Self::Tilde,
            _ => Self::Other,
        }
    }

    const fn announced(self) -> Option<Announced> {
        match self {
            Self::Ended(announced) => Some(announced),
            _ => None,
        }
    }
}

/// Whether a line that ends with `octets`, or goes on after them, has announced nothing until
/// there, as most tell at once.
#[inline]
fn announces_nothing(octets: &[u8]) -> bool {
    match octets {
        [.., b'}', b'\n'] | [.., b'}', b'\r', b'\n'] => false,
        [.., _, _, b'\n'] => true,
        [.., last] => !matches!(last, b'~' | b'{' | b'0'..=b'9' | b'+' | b'}' | b'\r' | b'\n'),
        [] => false,
    }
}

/// What a line announces that ends with `octets`, if it is all among them and as it always is:
/// read from its end, so that nothing before it is looked at.
#[inline]
fn announcement(octets: &[u8]) -> Option<Announced> {
    let (line, ending) = match octets {
        [line @ .., b'}', b'\r', b'\n'] => (line, LineEnding::Crlf),
        [line @ .., b'}', b'\n'] => (line, LineEnding::Lf),
        _ => return None,
    };
    let (size, non_synchronizing) = match line {
        [size @ .., b'+'] => (size, true),
        size => (size, false),
    };
    let (mut rest, mut octets, mut power) = (size, 0_u64, 1_u64);
    while let [before @ .., digit @ b'0'..=b'9'] = rest {
        octets = octets.checked_add(u64::from(digit & 0xf).checked_mul(power)?)?;
        power = power.checked_mul(10)?;
        rest = before;
    }
    match rest {
        [.., before, b'{'] if power > 1 => {
            let head = LiteralHead { octets, non_synchronizing, binary: *before == b'~' };
            Some(Announced { head, ending })
        }
        _ => None,
    }
}

/// Whether a line that is `octets` and ends announces a literal.
pub(crate) fn announces_literal(octets: &[u8]) -> bool {
    Tail::Other.read(octets).read(b"\r\n").announced().is_some()
}

/// A literal in a whole command or response: offsets in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal {
    /// What announced it.
    pub(crate) head: LiteralHead,
    /// Where its `{` is.
    pub(crate) at: usize,
    /// Where its octets begin.
    pub(crate) start: usize,
    /// Where they end.
    pub(crate) end: usize,
    /// What ended the line that announced it.
    pub(crate) ending: LineEnding,
}

/// Lines that are not all of one command or response, or do not go together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BadLines {
    pub(crate) error: SyntaxError,
    /// Whether it is one response all the same, of which only the framing is clear: a string in
    /// it goes on over the end of a line.
    pub(crate) is_one: bool,
}

/// Finds the literals of a whole command or response, in their order. There is nothing to do
/// for one that is a single line.
///
/// # Errors
/// Where a line ends that announces nothing, or in a quoted string, and at the octets of a
/// literal that are not all there.
pub(crate) fn find_literals<'a>(
    whole: &[u8],
    side: Side,
    arena: &'a Arena,
) -> Result<&'a [Literal], BadLines> {
    // A client's APPEND ends with the announcement of its message.
    let announces = side == Side::Server && whole.ends_with(b"}");
    if !announces && !contains(whole, b'\n') {
        return Ok(&[]);
    }
    scan_lines(whole, side, arena)
}

/// How many octets are so few that to call a search would take longer than the search.
const FEW: usize = 32;

/// Whether `octet` is one of `octets`, of which there are most often few.
#[inline]
fn contains(octets: &[u8], octet: u8) -> bool {
    if octets.len() > FEW {
        return memchr(octet, octets).is_some();
    }
    let mut rest = octets;
    while let Some((eight, after)) = rest.split_first_chunk() {
        if Eight::new(*eight).equal(octet).any() {
            return true;
        }
        rest = after;
    }
    Eight::filled(rest, !octet).equal(octet).any()
}

/// What [`find_literals`] does, also for a single line.
#[cold]
pub(crate) fn scan_lines<'a>(
    whole: &[u8],
    side: Side,
    arena: &'a Arena,
) -> Result<&'a [Literal], BadLines> {
    let bad =
        |offset, expected, is_one| BadLines { error: SyntaxError { offset, expected }, is_one };
    let mut literals = arena.list();
    let mut scan = LineScan::new(side);
    let mut unclosed = None;
    let mut line = 0;
    loop {
        let rest = whole.get(line..).unwrap_or_default();
        let Some(length) = find_line_feed(rest) else {
            // Most often not much comes after the last literal, and no string begins in it.
            if rest.len() <= FEW
                && scan.quote == Quote::Start
                && !contains(rest, b'"')
                && !rest.ends_with(b"}")
            {
                break;
            }
            scan.read(rest);
            if rest.ends_with(b"}") {
                scan.read(b"\r\n");
            }
            break;
        };
        let (octets, after) =
            rest.split_at_checked(length.saturating_add(1)).unwrap_or((rest, &[]));
        let start = whole.len().saturating_sub(after.len());
        scan.read(octets);
        match scan.end() {
            LineEnd::Literal(Announced { head, ending }) => {
                let end = usize::try_from(head.octets).ok().and_then(|n| start.checked_add(n));
                let Some(end) = end.filter(|&end| end <= whole.len()) else {
                    return Err(bad(start, "all octets of the literal", false));
                };
                let at = line.saturating_add(memrchr(b'{', octets).unwrap_or_default());
                literals.push(Literal { head, at, start, end, ending });
                line = end;
            }
            LineEnd::Quoted if side == Side::Server => {
                unclosed = unclosed.or(Some(start));
                line = start;
            }
            LineEnd::Quoted | LineEnd::Plain => {
                let quote = Quote::Start.read_each(side, octets);
                let expected = match quote {
                    Quote::Inside | Quote::Escaped => UNCLOSED,
                    _ => "a literal announced at the end of a line",
                };
                return Err(bad(start, expected, false));
            }
        }
    }
    match (side, scan.end()) {
        (Side::Server, LineEnd::Quoted) => Err(bad(whole.len(), UNCLOSED, false)),
        (Side::Server, LineEnd::Literal(_)) => {
            Err(bad(whole.len(), "all octets of the literal", false))
        }
        _ => match unclosed {
            Some(offset) => Err(bad(offset, UNCLOSED, true)),
            None => Ok(literals.end()),
        },
    }
}

/// What is expected where a string has no end.
pub(crate) const UNCLOSED: &str = "the closing quote";

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn octets_are_found(octets in prop::collection::vec(any::<u8>(), 0..50), octet: u8) {
            prop_assert_eq!(contains(&octets, octet), octets.contains(&octet));
            prop_assert!(octets.iter().all(|octet| contains(&octets, *octet)));
        }

        /// What a line means does not depend on how it is cut.
        #[test]
        fn lines_mean_the_same_in_pieces(
            line in prop_oneof![
                r#"["\\ ()\]a{}3+~\r]{0,14}"#,
                r#"["\\ a~{]{0,4}\{[0-9]{0,24}[+]{0,2}\}"#,
                r#"[a-c"\\ ]{20,40}"#,
            ],
        ) {
            end(Side::Client, &line);
            end(Side::Server, &line);
        }
    }

    /// Reads `line` whole, at every split, and octet by octet.
    #[track_caller]
    fn end(side: Side, line: &str) -> LineEnd {
        let line = format!("{line}\r\n");
        let read = |pieces: &[&[u8]]| {
            let mut scan = LineScan::new(side);
            pieces.iter().for_each(|piece| scan.read(piece));
            scan.end()
        };
        let line = line.as_bytes();
        let whole = read(&[line]);
        for at in 0..=line.len() {
            let (one, other) = line.split_at(at);
            assert_eq!(read(&[one, other]), whole, "split at {at}");
        }
        let octets: alloc::vec::Vec<&[u8]> = line.chunks(1).collect();
        assert_eq!(read(&octets), whole);
        whole
    }

    fn literal(octets: u64, non_synchronizing: bool, binary: bool) -> LineEnd {
        let head = LiteralHead { octets, non_synchronizing, binary };
        LineEnd::Literal(Announced { head, ending: LineEnding::Crlf })
    }

    /// How a line ends in an open string.
    fn open(side: Side) -> LineEnd {
        if side == Side::Server { LineEnd::Quoted } else { LineEnd::Plain }
    }

    #[test]
    fn lines_announce_literals() {
        for side in [Side::Client, Side::Server] {
            for (line, expected) in [
                ("a X {3}", literal(3, false, false)),
                ("a X {3+}", literal(3, true, false)),
                ("a X ~{30}", literal(30, false, true)),
                ("a X x{3}", literal(3, false, false)),
                ("a X{{1+}", literal(1, true, false)),
                ("a X \"y\" {3}", literal(3, false, false)),
                ("a X \"\\\\\" {1}", literal(1, false, false)),
                ("a X {99999999999999999999}", literal(u64::MAX, false, false)),
                ("a X x\" {3}", literal(3, false, false)),
                ("a X (\"{2}\" {3}", literal(3, false, false)),
                ("a X {3} ", LineEnd::Plain),
                ("a X {}", LineEnd::Plain),
                ("a X {-1}", LineEnd::Plain),
                ("a X {3 }", LineEnd::Plain),
                ("a X {3++}", LineEnd::Plain),
                ("a X 3}", LineEnd::Plain),
                ("a X \"{3}\"", LineEnd::Plain),
                ("a X \"y", open(side)),
                ("a X \"{3}", open(side)),
                ("a X \"\\\"{3}", open(side)),
                ("{3}", literal(3, false, false)),
                ("a {0000000000000000000000000000012}", literal(12, false, false)),
                ("~{18446744073709551615+}", literal(u64::MAX, true, true)),
            ] {
                assert_eq!(end(side, line), expected, "{side:?} {line}");
            }
        }
    }

    /// RFC 9051 §4.3: what comes unasked comes, also after a quote that nobody closes.
    #[test]
    fn octets_that_come_unasked_are_announced_in_any_case() {
        assert_eq!(end(Side::Client, "c STATUS x\"{8+}"), literal(8, true, false));
        assert_eq!(end(Side::Client, "c LOGIN \"fo\\\" {8+}"), literal(8, true, false));
        assert_eq!(end(Side::Server, "* LIST () NIL \"a {8+}"), LineEnd::Quoted);
    }

    #[test]
    fn a_servers_string_ends_where_a_value_may_end() {
        for (line, expected) in [
            ("* LIST () \"/\"{16}", literal(16, false, false)),
            ("(\"5\" disk\" {3}", literal(3, false, false)),
            ("(\"d\" \"s\"((\"a\" NIL {3}", literal(3, false, false)),
            ("(\"d\" \"s\"(\"a\" {3}", literal(3, false, false)),
            ("(\"d\" \"see \"(x)\" {3}", literal(3, false, false)),
            ("(\"d\" \"see \"(x) {3}", LineEnd::Quoted),
            ("(\"d\" \"s\"(", LineEnd::Quoted),
            ("FLAGS (a)\"b {3}", LineEnd::Quoted),
        ] {
            assert_eq!(end(Side::Server, line), expected, "{line}");
        }
    }
}
