//! Where a unit of a protocol ends in a growing buffer: a command, a reply, a response.
//!
//! All of them are lines, and some have octets that are counted between their lines. The
//! search for the ends of lines, the limit, what becomes of a unit over the limit, and that
//! each octet is searched once are the same for all, and stand here. What follows a line is
//! the protocol's to say, by its [`Rule`].

use core::convert::Infallible;

use memchr::memchr;

/// What [`UnitFramer::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed<'b, A = Infallible> {
    /// A whole unit, consumed.
    Whole {
        /// Its octets, without the end of its last line.
        octets: &'b [u8],
        /// What ended that line.
        ending: LineEnding,
    },
    /// The unit goes on with something of which the caller decides: by
    /// [`keep`](UnitFramer::keep), [`release`](UnitFramer::release) or
    /// [`refuse`](UnitFramer::refuse). Nothing is consumed yet, and it is asked again until then.
    Ask {
        /// The unit up to the end of its last line, without that.
        octets: &'b [u8],
        /// What the rule asks.
        ask: A,
    },
    /// A unit that is longer than the limit; this is told once. The rest of it is consumed
    /// as it comes, and never taken for a unit of its own.
    TooLong {
        /// The start of it, as much as there is within the limit.
        start: &'b [u8],
    },
    /// No whole unit yet: call again with more input after the same octets.
    NeedInput,
}

/// What ended a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineEnding {
    /// CRLF, as every protocol here asks for.
    Crlf,
    /// LF without CR before it.
    Lf,
}

/// What follows a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<A> {
    /// Nothing: the unit is whole.
    End,
    /// One more line.
    Line,
    /// So many octets, whatever they are, and one more line.
    Octets(u64),
    /// That is the caller's to decide.
    Ask(A),
}

/// What a protocol knows of its lines.
///
/// Its default is the state at the start of a unit. It reads every octet of every line once
/// and in order, also of a unit that is too long to be kept, which comes in pieces.
pub trait Rule: Default {
    /// What is the caller's to decide.
    type Ask: Copy;

    /// Reads the next octets of a line, its end too.
    fn read(&mut self, octets: &[u8]);

    /// What follows the line that has ended.
    fn end_line(&mut self) -> Next<Self::Ask>;

    /// How many octets follow all the same where nobody keeps what was asked about, and
    /// then one more line; `None`, if the unit is over.
    fn refused(ask: Self::Ask) -> Option<u64>;
}

/// The rule of a protocol whose units are single lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct OneLine;

impl Rule for OneLine {
    type Ask = Infallible;

    #[inline]
    fn read(&mut self, _: &[u8]) {}

    #[inline]
    fn end_line(&mut self) -> Next<Infallible> {
        Next::End
    }

    fn refused(ask: Infallible) -> Option<u64> {
        match ask {}
    }
}

/// Finds the ends of lines.
///
/// A line ends at LF. Whether one without CR will do is the caller's to decide.
///
/// ```
/// # use mail_wire::{Framed, LineEnding, LineFramer};
/// let mut lines = LineFramer::new(512);
/// let mut input: &[u8] = b"NOOP\r\nQU";
/// let line = Framed::Whole { octets: b"NOOP", ending: LineEnding::Crlf };
/// assert_eq!(lines.next(&mut input), line);
/// assert_eq!(lines.next(&mut input), Framed::NeedInput);
/// assert_eq!(input, b"QU");
/// ```
pub type LineFramer = UnitFramer<OneLine>;

/// Finds the ends of units. It remembers how far it has looked, so that each octet is
/// searched once however the input is split.
///
/// No more than the limit is ever left in the input: the octets of a unit that is too long
/// are consumed as they come.
#[derive(Clone, Debug)]
pub struct UnitFramer<R: Rule> {
    limit: usize,
    /// Where the present line begins in the input.
    line: usize,
    /// How far the input was searched.
    scanned: usize,
    place: Place<R::Ask>,
    rule: R,
}

#[derive(Clone, Copy, Debug)]
enum Place<A> {
    /// In a line.
    Line,
    /// After a line, of which the caller is to decide.
    Asked(A),
    /// In octets that are kept, and end here in the input.
    Octets { end: usize },
    /// After a line that so many octets follow, which do not fit the limit.
    TooManyOctets { octets: u64 },
    /// In octets that are not kept, of which so many are still to come.
    SkippedOctets { left: u64 },
    /// In a line that is not kept.
    SkippedLine,
}

/// What ended in a line that is kept.
enum Ended {
    /// The unit, here in the input.
    Unit(usize),
    /// A line, and what follows it is none.
    Line,
    /// Neither, within the limit.
    Not,
}

impl<R: Rule> UnitFramer<R> {
    /// A framer of units of at most `limit` octets, their line ends included.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, line: 0, scanned: 0, place: Place::Line, rule: R::default() }
    }

    /// The limit, in octets.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Sets another limit, for the unit that is being received too.
    pub const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Forgets a unit half received: after an upgrade, say.
    pub fn reset(&mut self) {
        *self = Self::new(self.limit);
    }

    /// Whether the start of a unit was received and its end was not.
    #[must_use]
    pub const fn is_mid_unit(&self) -> bool {
        self.scanned > 0 || !matches!(self.place, Place::Line)
    }

    /// How far the input was searched: where the line ended after which something was
    /// asked, while it is.
    #[must_use]
    pub const fn searched(&self) -> usize {
        self.scanned
    }

    /// Takes the next unit off the front of `input`, which must begin with what the last
    /// call left.
    #[inline]
    pub fn next<'b>(&mut self, input: &mut &'b [u8]) -> Framed<'b, R::Ask> {
        // Nearly always it is in a line, and the unit ends with that.
        if matches!(self.place, Place::Line) {
            match self.end_line(input) {
                Ended::Unit(end) => return self.whole(input, end),
                Ended::Not => return self.not_yet(input),
                Ended::Line => {}
            }
        }
        self.go_on(input)
    }

    /// The same, where the unit goes on after its line, or is not kept.
    #[inline(never)]
    fn go_on<'b>(&mut self, input: &mut &'b [u8]) -> Framed<'b, R::Ask> {
        loop {
            match self.place {
                Place::Line => match self.end_line(input) {
                    Ended::Unit(end) => return self.whole(input, end),
                    Ended::Not => return self.not_yet(input),
                    Ended::Line => {}
                },
                Place::Asked(ask) => {
                    return Framed::Ask { octets: without_end(until(input, self.scanned)).0, ask };
                }
                Place::Octets { end } if end <= input.len() => {
                    (self.line, self.scanned) = (end, end);
                    self.place = Place::Line;
                }
                Place::Octets { .. } => return Framed::NeedInput,
                Place::TooManyOctets { octets } => {
                    let (start, rest) =
                        input.split_at_checked(self.scanned).unwrap_or((input, &[]));
                    *input = rest;
                    self.skip(octets);
                    return Framed::TooLong { start };
                }
                Place::SkippedOctets { .. } | Place::SkippedLine => {
                    if !self.skip_on(input) {
                        return Framed::NeedInput;
                    }
                }
            }
        }
    }

    /// Looks for the end of lines that are kept, up to one that ends the unit or that something
    /// else follows.
    #[inline]
    fn end_line(&mut self, input: &[u8]) -> Ended {
        loop {
            let searched = self.scanned.min(input.len());
            let Some(found) = find_line_feed(input.get(searched..).unwrap_or_default()) else {
                return Ended::Not;
            };
            let end = searched + found + 1;
            if end > self.limit {
                return Ended::Not;
            }
            self.rule.read(input.get(self.line..end).unwrap_or_default());
            let next = self.rule.end_line();
            if let Next::End = next {
                return Ended::Unit(end);
            }
            self.scanned = end;
            match next {
                Next::End => {}
                Next::Line => {
                    self.line = end;
                    continue;
                }
                Next::Octets(octets) => {
                    if !self.keep(octets) {
                        self.place = Place::TooManyOctets { octets };
                    }
                }
                Next::Ask(ask) => self.place = Place::Asked(ask),
            }
            return Ended::Line;
        }
    }

    /// Consumes the unit that ends here, with its line.
    #[inline]
    fn whole<'b>(&mut self, input: &mut &'b [u8], end: usize) -> Framed<'b, R::Ask> {
        let (unit, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
        *input = rest;
        let (octets, ending) = match unit {
            // The CR before an empty line is no part of it, but the last of counted octets.
            [octets @ .., b'\r', _] if self.line + 1 != end => (octets, LineEnding::Crlf),
            [octets @ .., _] => (octets, LineEnding::Lf),
            [] => (unit, LineEnding::Lf),
        };
        (self.line, self.scanned) = (0, 0);
        self.rule = R::default();
        Framed::Whole { octets, ending }
    }

    /// A line that is kept has no end yet, or none within the limit.
    #[inline]
    fn not_yet<'b>(&mut self, input: &mut &'b [u8]) -> Framed<'b, R::Ask> {
        if input.len() >= self.limit {
            return self.too_long(input);
        }
        self.scanned = input.len();
        Framed::NeedInput
    }

    /// Gives up on a unit, in the line that begins at `self.line`.
    #[cold]
    fn too_long<'b>(&mut self, input: &mut &'b [u8]) -> Framed<'b, R::Ask> {
        let start = until(input, self.limit);
        *input = input.get(self.line..).unwrap_or_default();
        (self.line, self.scanned) = (0, 0);
        self.place = Place::SkippedLine;
        Framed::TooLong { start }
    }

    /// Consumes what there is of a unit that was too long or refused, and says whether that was
    /// all of it; `true` too where there is none. [`next`](Self::next) does so by itself: this
    /// is for who reads what follows with another framer.
    pub fn pass_over(&mut self, input: &mut &[u8]) -> bool {
        while matches!(self.place, Place::SkippedOctets { .. } | Place::SkippedLine) {
            if !self.skip_on(input) {
                return false;
            }
        }
        true
    }

    /// Consumes what there is of what is not kept, up to the end of a line; whether that was
    /// there.
    #[cold]
    fn skip_on(&mut self, input: &mut &[u8]) -> bool {
        if let Place::SkippedOctets { left } = self.place {
            let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
            *input = input.get(here..).unwrap_or_default();
            let left = left.saturating_sub(u64::try_from(here).unwrap_or(left));
            if left > 0 {
                self.place = Place::SkippedOctets { left };
                return false;
            }
            self.place = Place::SkippedLine;
        }
        let found = memchr(b'\n', input);
        let end = found.map_or(input.len(), |found| found + 1);
        let (line, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
        self.rule.read(line);
        *input = rest;
        if found.is_none() {
            return false;
        }
        let next = match self.rule.end_line() {
            Next::Ask(ask) => R::refused(ask).map_or(Next::End, Next::Octets),
            next => next,
        };
        match next {
            Next::End | Next::Ask(_) => self.start(),
            Next::Line => {}
            Next::Octets(left) => self.place = Place::SkippedOctets { left },
        }
        true
    }

    /// What comes next is a unit's start.
    #[inline]
    fn start(&mut self) {
        (self.line, self.scanned) = (0, 0);
        self.place = Place::Line;
        self.rule = R::default();
    }

    /// The next `octets` octets become part of the unit: they stay in the input until it is
    /// whole. Says whether they, and an end of a line after them, fit the limit; else nothing
    /// changes.
    pub fn keep(&mut self, octets: u64) -> bool {
        let end = usize::try_from(octets).ok().and_then(|octets| self.scanned.checked_add(octets));
        match end.filter(|&end| end.saturating_add(2) <= self.limit) {
            Some(end) => {
                self.place = Place::Octets { end };
                true
            }
            None => false,
        }
    }

    /// The unit so far, up to the line after which something was asked, is consumed. The
    /// caller takes the octets that follow off `input` itself; the line after those is the
    /// start of a unit.
    pub fn release(&mut self, input: &mut &[u8]) {
        *input = input.get(self.scanned..).unwrap_or_default();
        self.start();
    }

    /// The next `octets` octets and the rest of the unit are consumed as they come.
    pub fn skip(&mut self, octets: u64) {
        (self.line, self.scanned) = (0, 0);
        self.place = Place::SkippedOctets { left: octets };
    }

    /// What was asked about is not wanted, nor is its unit. What comes of it all the same,
    /// by [`Rule::refused`], is consumed.
    pub fn refuse(&mut self, input: &mut &[u8]) {
        if let Place::Asked(ask) = self.place {
            *input = input.get(self.scanned..).unwrap_or_default();
            match R::refused(ask) {
                Some(octets) => self.skip(octets),
                None => self.start(),
            }
        }
    }
}

/// The first octets of `input`, `end` of them at the most.
fn until(input: &[u8], end: usize) -> &[u8] {
    input.get(..end).unwrap_or(input)
}

/// A line, or several, without the end of the last.
#[inline]
fn without_end(lines: &[u8]) -> (&[u8], LineEnding) {
    match lines {
        [octets @ .., b'\r', b'\n'] => (octets, LineEnding::Crlf),
        [octets @ .., b'\n'] | octets => (octets, LineEnding::Lf),
    }
}

/// Where the first LF is. Lines are short: in the first octets it is sooner
/// found than a search for long ones is set up.
///
/// ```
/// assert_eq!(mail_wire::find_line_feed(b"NOOP\r\nQUIT\r\n"), Some(5));
/// ```
#[inline]
#[must_use]
pub fn find_line_feed(octets: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const NEAR: usize = 80;
    let mut rest = octets;
    let mut before = 0;
    while let (Some((eight, after)), true) = (rest.split_first_chunk(), before < NEAR) {
        // Where there is an LF there is a zero now, and the first zero is the
        // lowest octet from which taking one borrows.
        let zeroed = u64::from_le_bytes(*eight) ^ (ONES * u64::from(b'\n'));
        let found = zeroed.wrapping_sub(ONES) & !zeroed & (ONES << 7);
        if found != 0 {
            return Some(before + found.trailing_zeros() as usize / 8);
        }
        (rest, before) = (after, before + 8);
    }
    let found = match rest.len() {
        ..8 => rest.iter().position(|&octet| octet == b'\n'),
        _ => memchr(b'\n', rest),
    };
    found.map(|at| before + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// What a reader that gets `pieces` one after another sees: a unit, or that it is too long.
    /// What is asked about is kept where it fits, and else refused.
    fn frame<R: Rule<Ask = u64>>(limit: usize, pieces: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
        let mut framer = UnitFramer::<R>::new(limit);
        let mut unread = Vec::new();
        let mut seen = Vec::new();
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            loop {
                match framer.next(&mut input) {
                    Framed::Whole { octets, .. } => seen.push(Some(octets.to_vec())),
                    Framed::TooLong { start } => {
                        assert!(start.len() <= limit);
                        seen.push(None);
                    }
                    Framed::Ask { octets, ask } => {
                        assert!(octets.contains(&b'?'));
                        if !framer.keep(ask) {
                            framer.refuse(&mut input);
                            seen.push(None);
                        }
                    }
                    Framed::NeedInput => break,
                }
            }
            assert!(input.len() < limit, "more left than the limit");
            unread = input.to_vec();
        }
        seen
    }

    /// Lines, and nothing between them.
    #[derive(Default)]
    struct Lines;

    impl Rule for Lines {
        type Ask = u64;
        fn read(&mut self, _: &[u8]) {}
        fn end_line(&mut self) -> Next<u64> {
            Next::End
        }
        fn refused(_: u64) -> Option<u64> {
            None
        }
    }

    /// A line that ends in `+` is followed by a line, in `3` by three octets, in `?` by two
    /// if the caller wants them, which come all the same.
    #[derive(Default)]
    struct Counted(u8);

    impl Rule for Counted {
        type Ask = u64;
        fn read(&mut self, octets: &[u8]) {
            let last = octets.iter().rfind(|octet| !b"\r\n".contains(octet));
            self.0 = last.copied().unwrap_or(self.0);
        }
        fn end_line(&mut self) -> Next<u64> {
            match core::mem::take(&mut self.0) {
                b'+' => Next::Line,
                b'3' => Next::Octets(3),
                b'?' => Next::Ask(2),
                _ => Next::End,
            }
        }
        fn refused(octets: u64) -> Option<u64> {
            Some(octets)
        }
    }

    #[test]
    fn one_limit_for_whole_and_split_input() {
        let input = b"12345678\r\n123456789\r\nQUIT\r\n\n12345678901234567890\r\na\r\r\n";
        let expected: Vec<Option<Vec<u8>>> =
            [Some(&b"12345678"[..]), None, Some(b"QUIT"), Some(b""), None, Some(b"a\r")]
                .map(|line| line.map(<[u8]>::to_vec))
                .to_vec();
        assert_eq!(frame::<Lines>(10, &[input]), expected);
        for at in 0..=input.len() {
            let split = frame::<Lines>(10, &[&input[..at], &input[at..]]);
            assert_eq!(split, expected, "split at {at}");
        }
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(frame::<Lines>(10, &octets), expected);
    }

    #[test]
    fn octets_between_lines_are_not_read() {
        let input = b"a3\r\n\n\n\nb\r\nc?\r\n\r\n\r\nd+\r\ne\r\nf\r\n";
        let expected = [&b"a3\r\n\n\n\nb"[..], b"c?\r\n\r\n", b"d+\r\ne", b"f"];
        let expected: Vec<_> = expected.iter().map(|unit| Some(unit.to_vec())).collect();
        assert_eq!(frame::<Counted>(32, &[input]), expected);
        // What is counted is not part of the end of the line after it.
        assert_eq!(frame::<Counted>(32, &[b"3\r\nab\r\n"]), [Some(b"3\r\nab\r".to_vec())]);
        // Of units that are too long, nothing is taken for another.
        let units = frame::<Counted>(8, &[b"123456783\r\nA\r\nb\r\n1\r\n12345?\r\n\r\n\r\n2\r\n"]);
        assert_eq!(units, [None, Some(b"1".to_vec()), None, Some(b"2".to_vec())]);
    }

    /// The lines of `input`, the plain way: none where one is too long.
    fn naive(limit: usize, input: &[u8]) -> Vec<Option<Vec<u8>>> {
        let strip = |line: &[u8]| {
            let line = line.strip_suffix(b"\n").unwrap_or_default();
            line.strip_suffix(b"\r").unwrap_or(line).to_vec()
        };
        let ended = |line: &&[u8]| line.ends_with(b"\n") || line.len() >= limit;
        let lines = input.split_inclusive(|&byte| byte == b'\n').filter(ended);
        lines
            .map(|line| (line.len() <= limit && line.ends_with(b"\n")).then(|| strip(line)))
            .collect()
    }

    /// The pieces of `input` between the places that `cuts` name.
    fn cut<'a>(mut input: &'a [u8], cuts: &[u8]) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        for cut in cuts {
            let (piece, rest) = input.split_at(usize::from(*cut) % (input.len() + 1));
            pieces.push(piece);
            input = rest;
        }
        pieces.push(input);
        pieces
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_plain_way(
            input in "[a\r\n]{0,40}",
            limit in 1_usize..12,
            cuts in prop::collection::vec(0_u8..8, 0..12),
        ) {
            let pieces = cut(input.as_bytes(), &cuts);
            prop_assert_eq!(frame::<Lines>(limit, &pieces), naive(limit, input.as_bytes()));
        }

        #[test]
        fn units_are_the_same_at_every_split(
            input in "[a3?+\r\n]{0,60}",
            limit in 1_usize..30,
            cuts in prop::collection::vec(0_u8..8, 0..12),
        ) {
            let pieces = cut(input.as_bytes(), &cuts);
            let whole = frame::<Counted>(limit, &[input.as_bytes()]);
            prop_assert_eq!(frame::<Counted>(limit, &pieces), whole);
        }
    }
}
