//! Sets of message numbers and of UIDs.
//!
//! RFC 9051 §9: `sequence-set`, `uid-set`. A set is kept as the ranges
//! that were written and never as the numbers in it: `1:4294967295` is one
//! range.

use core::num::NonZeroU32;
use core::ops::RangeInclusive;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::Parsed;

use crate::value::capability_set::CapabilitySet;
use crate::wire::{Arena, NonEmpty, Reader, Side, at, non_empty, nz_number, parse_whole};

/// A message number or UID, or `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeqNumber {
    /// This number.
    Number(NonZeroU32),
    /// `*`: the largest number in use.
    Largest,
}

/// `seq-range`, or a single number (then both ends are the same). The ends
/// stand in the order in which they were written; `4:2` means what `2:4` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeqRange {
    /// The end that is written first.
    pub first: SeqNumber,
    /// The end that is written last.
    pub last: SeqNumber,
}

/// `sequence-set`: the messages that a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SequenceSet<'a> {
    /// These numbers.
    Ranges(NonEmpty<'a, SeqRange>),
    /// `$`: what the last `SEARCH RETURN (SAVE)` found (RFC 9051
    /// §6.4.4.1).
    Saved,
}

/// `uid-range`, or a single UID (then both ends are the same). `4:2` means what
/// `2:4` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UidRange {
    /// The end that is written first.
    pub first: NonZeroU32,
    /// The end that is written last.
    pub last: NonZeroU32,
}

/// `uid-set` of APPENDUID and COPYUID (RFC 9051 §7.1), where the order
/// matters and there is no `*`.
pub type UidSet<'a> = NonEmpty<'a, UidRange>;

impl SeqNumber {
    /// The number, where `largest` is the largest in use.
    #[must_use]
    pub const fn resolve(self, largest: u32) -> u32 {
        match self {
            Self::Number(number) => number.get(),
            Self::Largest => largest,
        }
    }

    fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Number(number) => decimal(number.get().into(), out),
            Self::Largest => out.put_u8(b'*'),
        }
    }
}

impl SeqRange {
    /// The range of `number` alone.
    #[must_use]
    pub const fn one(number: NonZeroU32) -> Self {
        Self { first: SeqNumber::Number(number), last: SeqNumber::Number(number) }
    }

    /// The numbers from the smaller end to the larger, where `largest` is the
    /// largest in use. They may be past it: a message number past it is an
    /// error of the client (RFC 9051 §9), a UID past it means nothing.
    ///
    /// ```
    /// use imap_proto::{SeqNumber, SeqRange};
    /// let range = SeqRange {
    ///     first: SeqNumber::Number(9.try_into()?),
    ///     last: SeqNumber::Largest,
    /// };
    /// assert_eq!(range.resolve(12), 9..=12);
    /// assert_eq!(range.resolve(3), 3..=9);
    /// # Ok::<(), core::num::TryFromIntError>(())
    /// ```
    #[must_use]
    pub const fn resolve(self, largest: u32) -> RangeInclusive<u32> {
        let (first, last) = (self.first.resolve(largest), self.last.resolve(largest));
        if first <= last { first..=last } else { last..=first }
    }
}

impl<'a> SequenceSet<'a> {
    /// Parses a set such as `1:3,9:*`, which stands for itself.
    ///
    /// # Errors
    /// Where it is none, and what was expected there.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, SyntaxError> {
        parse_whole(input, Side::Client, arena, sequence_set)
    }
}

impl<'a> SequenceSet<'a> {
    /// What a client needs that names it: `$` is of SEARCHRES (RFC 5182).
    pub(crate) const fn needs(&self) -> CapabilitySet {
        match self {
            Self::Ranges(_) => CapabilitySet::NONE,
            Self::Saved => CapabilitySet::SEARCHRES,
        }
    }

    /// The ranges of the set, resolved as [`SeqRange::resolve`] does, in the
    /// order in which they were written; they may overlap. `None` for `$`.
    pub fn resolve(
        self,
        largest: u32,
    ) -> Option<impl Iterator<Item = RangeInclusive<u32>> + Clone + 'a> {
        match self {
            Self::Ranges(ranges) => {
                Some(ranges.into_iter().map(move |range| range.resolve(largest)))
            }
            Self::Saved => None,
        }
    }

    /// Whether `number` is in the set, where `largest` is the largest number in
    /// use. `None` for `$`. Takes a step for each range.
    #[must_use]
    pub fn contains(self, number: u32, largest: u32) -> Option<bool> {
        Some(self.resolve(largest)?.any(|range| range.contains(&number)))
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Ranges(ranges) => encode_ranges(out, ranges.iter().map(|r| (r.first, r.last))),
            Self::Saved => out.put_u8(b'$'),
        }
    }
}

impl UidRange {
    /// The range of `uid` alone.
    #[must_use]
    pub const fn one(uid: NonZeroU32) -> Self {
        Self { first: uid, last: uid }
    }

    /// The UIDs in it, from the smaller end to the larger.
    #[must_use]
    pub const fn uids(self) -> RangeInclusive<u32> {
        let (first, last) = (self.first.get(), self.last.get());
        if first <= last { first..=last } else { last..=first }
    }
}

/// Writes a `uid-set`.
pub(crate) fn encode_uid_set(set: UidSet<'_>, out: &mut BytesMut) {
    let number = SeqNumber::Number;
    encode_ranges(out, set.iter().map(|range| (number(range.first), number(range.last))));
}

fn encode_ranges(out: &mut BytesMut, ranges: impl Iterator<Item = (SeqNumber, SeqNumber)>) {
    for (index, (first, last)) in ranges.enumerate() {
        if index > 0 {
            out.put_u8(b',');
        }
        first.encode(out);
        if first != last {
            out.put_u8(b':');
            last.encode(out);
        }
    }
}

/// ```abnf
/// sequence-set     = (seq-number / seq-range) ["," sequence-set]
/// sequence-set     =/ seq-last-command
/// seq-last-command = "$"
/// seq-range        = seq-number ":" seq-number
/// seq-number       = nz-number / "*"               ; RFC 9051 §9
/// ```
pub(crate) fn sequence_set<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, SequenceSet<'a>> {
    if let [b'$', rest @ ..] = input {
        return Ok((rest, SequenceSet::Saved));
    }
    let (rest, ranges) = ranges(input, reader, seq_number, |first, last| SeqRange { first, last })?;
    Ok((rest, SequenceSet::Ranges(ranges)))
}

/// ```abnf
/// uid-set   = (uniqueid / uid-range) *("," uid-set)
/// uid-range = (uniqueid ":" uniqueid)              ; RFC 9051 §9
/// ```
pub(crate) fn uid_set<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, UidSet<'a>> {
    ranges(input, reader, nz_number, |first, last| UidRange { first, last })
}

/// Ranges with commas between them; `range` makes one of its two ends.
fn ranges<'a, N: Copy, R: Copy>(
    input: &'a [u8],
    reader: &Reader<'a>,
    number: impl Fn(&'a [u8]) -> Parsed<'a, N>,
    range: impl Fn(N, N) -> R,
) -> Parsed<'a, NonEmpty<'a, R>> {
    let one = |input| {
        let (mut rest, first) = number(input)?;
        let mut last = first;
        if let [b':', behind @ ..] = rest {
            (rest, last) = number(behind)?;
        }
        Ok((rest, range(first, last)))
    };
    let (mut rest, first) = one(input)?;
    if !at(b',', rest) {
        return Ok((rest, NonEmpty::one(reader.arena.alloc(first))));
    }
    let mut list = reader.arena.list();
    list.push(first);
    while let [b',', next @ ..] = rest {
        let (after, range) = one(next)?;
        list.push(range);
        rest = after;
    }
    non_empty(rest, list)
}

/// `seq-number = nz-number / "*"`
fn seq_number(input: &[u8]) -> Parsed<'_, SeqNumber> {
    if let [b'*', rest @ ..] = input {
        return Ok((rest, SeqNumber::Largest));
    }
    let (rest, number) = nz_number(input)?;
    Ok((rest, SeqNumber::Number(number)))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::wire::{Arena, Side, parse_whole};

    #[test]
    fn sets_are_read_and_written() {
        let arena = Arena::new();
        for (wire, again) in [
            ("2,4:7,9,12:*", "2,4:7,9,12:*"),
            ("*:4,5:7", "*:4,5:7"),
            ("3:3", "3"),
            ("*", "*"),
            ("$", "$"),
            ("1:4294967295", "1:4294967295"),
        ] {
            let set = parse_whole(wire.as_bytes(), Side::Client, &arena, sequence_set).unwrap();
            let mut out = BytesMut::new();
            set.encode(&mut out);
            assert_eq!(&out[..], again.as_bytes());
        }
        for wire in ["0", "1:", ":1", "1,", ",1", "1,,2", "4294967296", "1:2:3", "-1", "", "$,1"] {
            assert!(
                parse_whole(wire.as_bytes(), Side::Client, &arena, sequence_set).is_err(),
                "{wire}"
            );
        }
        for wire in ["*", "1:*", "$", "0"] {
            assert!(parse_whole(wire.as_bytes(), Side::Client, &arena, uid_set).is_err(), "{wire}");
        }
    }

    /// RFC 9051 §9: the examples beside `sequence-set`.
    #[test]
    fn sets_resolve_to_ranges() {
        let arena = Arena::new();
        let set = parse_whole(b"2,4:7,9,12:*", Side::Client, &arena, sequence_set).unwrap();
        let numbers: Vec<u32> = set.resolve(15).unwrap().flatten().collect();
        assert_eq!(numbers, [2, 4, 5, 6, 7, 9, 12, 13, 14, 15]);
        let set = parse_whole(b"*:4,5:7", Side::Client, &arena, sequence_set).unwrap();
        assert_eq!(set.resolve(10).unwrap().collect::<Vec<_>>(), [4..=10, 5..=7]);
        assert_eq!(set.contains(8, 10), Some(true));
        assert_eq!(set.contains(11, 10), Some(false));
        assert_eq!(SequenceSet::Saved.contains(1, 1), None);
    }
}
