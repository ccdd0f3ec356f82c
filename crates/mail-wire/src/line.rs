//! Lines in a growing buffer.

use memchr::memchr;

/// What [`LineFramer::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed<'b> {
    /// A whole line, without its end.
    Line {
        /// The octets before the line's end. They may hold anything but LF.
        line: &'b [u8],
        /// What ended it.
        ending: LineEnding,
    },
    /// The end of a line that was longer than the limit. All of it is consumed;
    /// it is told once.
    TooLong,
    /// No whole line yet: call again with more input behind the same octets.
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

/// Finds the ends of lines. It remembers how far it has looked, so that each
/// octet is looked at once however the input is split.
///
/// A line ends at LF. Whether one without CR will do is the caller's to decide.
///
/// ```
/// use mail_wire::{Framed, LineEnding, LineFramer};
/// let mut lines = LineFramer::new(512);
/// let mut input: &[u8] = b"NOOP\r\nQU";
/// let line = Framed::Line { line: b"NOOP", ending: LineEnding::Crlf };
/// assert_eq!(lines.next(&mut input), line);
/// assert_eq!(lines.next(&mut input), Framed::NeedInput);
/// assert_eq!(input, b"QU");
/// ```
#[derive(Clone, Debug)]
pub struct LineFramer {
    limit: usize,
    scanned: usize,
    discarding: bool,
}

impl LineFramer {
    /// A framer of lines of at most `limit` octets, their ends included.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, scanned: 0, discarding: false }
    }

    /// Sets another limit, for the line that is being received too.
    pub const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Forgets a line half received: after an upgrade, say.
    pub const fn reset(&mut self) {
        self.scanned = 0;
        self.discarding = false;
    }

    /// Whether the start of a line was received and its end was not.
    #[must_use]
    pub const fn is_mid_line(&self) -> bool {
        self.scanned > 0 || self.discarding
    }

    /// Takes the next line off the front of `input`, which must begin with what
    /// the last call left.
    ///
    /// No more than the limit is ever left behind: the octets of a line that is
    /// too long are consumed as they come, and its tail is never taken for a
    /// line of its own.
    #[inline]
    pub fn next<'b>(&mut self, input: &mut &'b [u8]) -> Framed<'b> {
        let searched = self.scanned.min(input.len());
        let Some(found) = find_line_feed(input.get(searched..).unwrap_or_default()) else {
            if self.discarding || input.len() >= self.limit {
                self.discarding = true;
                self.scanned = 0;
                *input = &[];
            } else {
                self.scanned = input.len();
            }
            return Framed::NeedInput;
        };
        let end = searched + found;
        let (line, rest) = input.split_at_checked(end + 1).unwrap_or((input, &[]));
        *input = rest;
        self.scanned = 0;
        if self.discarding || line.len() > self.limit {
            self.discarding = false;
            return Framed::TooLong;
        }
        match line {
            [line @ .., b'\r', b'\n'] => Framed::Line { line, ending: LineEnding::Crlf },
            [line @ .., _] => Framed::Line { line, ending: LineEnding::Lf },
            [] => Framed::NeedInput,
        }
    }
}

/// Where the first LF is. Lines are short: in the first octets it is sooner
/// found than a search for long ones is set up.
#[inline]
fn find_line_feed(octets: &[u8]) -> Option<usize> {
    const NEAR: usize = 16;
    const ONES: u128 = u128::from_le_bytes([1; NEAR]);
    let mut rest = octets;
    let mut before = 0;
    while let (Some((near, behind)), true) = (rest.split_first_chunk::<NEAR>(), before < 2 * NEAR) {
        // Where there is an LF there is a zero now, and the first zero is the
        // lowest octet from which taking one borrows.
        let zeroed = u128::from_le_bytes(*near) ^ (ONES * b'\n' as u128);
        let found = zeroed.wrapping_sub(ONES) & !zeroed & (ONES << 7);
        if found != 0 {
            return Some(before + found.trailing_zeros() as usize / 8);
        }
        (rest, before) = (behind, before + NEAR);
    }
    let found = match rest.len() {
        ..NEAR => rest.iter().position(|&octet| octet == b'\n'),
        _ => memchr(b'\n', rest),
    };
    found.map(|at| before + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// What a reader that gets `pieces` one after another sees.
    fn frame(limit: usize, pieces: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
        let mut framer = LineFramer::new(limit);
        let mut unread = Vec::new();
        let mut seen = Vec::new();
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            loop {
                match framer.next(&mut input) {
                    Framed::Line { line, .. } => seen.push(Some(line.to_vec())),
                    Framed::TooLong => seen.push(None),
                    Framed::NeedInput => break,
                }
            }
            assert!(input.len() < limit, "more left than the limit");
            unread = input.to_vec();
        }
        seen
    }

    #[test]
    fn one_limit_for_whole_and_split_input() {
        let input = b"12345678\r\n123456789\r\nQUIT\r\n\n12345678901234567890\r\na\r\r\n";
        let whole = frame(10, &[input]);
        let expected: Vec<Option<Vec<u8>>> =
            [Some(&b"12345678"[..]), None, Some(b"QUIT"), Some(b""), None, Some(b"a\r")]
                .map(|line| line.map(<[u8]>::to_vec))
                .to_vec();
        assert_eq!(whole, expected);
        for at in 0..=input.len() {
            assert_eq!(frame(10, &[&input[..at], &input[at..]]), expected, "split at {at}");
        }
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(frame(10, &octets), expected);
    }

    /// The lines of `input`, the plain way: none where one is too long.
    fn naive(limit: usize, input: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut lines: Vec<&[u8]> = input.split_inclusive(|&byte| byte == b'\n').collect();
        if lines.last().is_some_and(|last| !last.ends_with(b"\n")) {
            lines.pop();
        }
        let strip = |line: &[u8]| {
            let line = line.strip_suffix(b"\n").unwrap();
            line.strip_suffix(b"\r").unwrap_or(line).to_vec()
        };
        lines.into_iter().map(|line| (line.len() <= limit).then(|| strip(line))).collect()
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
            prop_assert_eq!(frame(limit, &pieces), naive(limit, input.as_bytes()));
        }
    }
}
