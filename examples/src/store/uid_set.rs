//! Sets of unique identifiers.

use std::ops::RangeInclusive;

/// A set of UIDs as ranges: `1:4294967295` takes no more room than `7`.
///
/// Ranges may be given in any order, may overlap, and may run backwards (`9:3`
/// is `3:9`, RFC 9051 §9 `seq-range`).
///
/// ```
/// use mail_examples::store::UidSet;
///
/// let set: UidSet = [7..=9, 5..=3, 8..=12].into_iter().collect();
/// assert_eq!(set.ranges(), [3..=5, 7..=12]);
/// assert!(set.contains(4) && !set.contains(6));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UidSet {
    /// In rising order, with gaps between them.
    ranges: Vec<RangeInclusive<u32>>,
}

impl UidSet {
    /// Every UID there can be.
    pub fn all() -> Self {
        Self { ranges: vec![1..=u32::MAX] }
    }

    /// The ranges, in rising order; no two touch.
    pub fn ranges(&self) -> &[RangeInclusive<u32>] {
        &self.ranges
    }

    /// How many UIDs there are in it.
    pub fn count(&self) -> u64 {
        let count = |range: &RangeInclusive<u32>| u64::from(*range.end() - *range.start()) + 1;
        self.ranges().iter().map(count).sum()
    }

    /// Whether a UID is in the set.
    pub fn contains(&self, uid: u32) -> bool {
        let after = self.ranges.partition_point(|range| *range.end() < uid);
        self.ranges.get(after).is_some_and(|range| range.contains(&uid))
    }
}

impl FromIterator<RangeInclusive<u32>> for UidSet {
    fn from_iter<I: IntoIterator<Item = RangeInclusive<u32>>>(ranges: I) -> Self {
        let forwards = |range: RangeInclusive<u32>| {
            let (start, end) = range.into_inner();
            (start.min(end), start.max(end))
        };
        let mut sorted: Vec<(u32, u32)> = ranges.into_iter().map(forwards).collect();
        sorted.sort_unstable();
        let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
        for (start, end) in sorted {
            match ranges.last_mut() {
                Some(last) if start <= last.end().saturating_add(1) => {
                    *last = *last.start()..=end.max(*last.end());
                }
                _ => ranges.push(start..=end),
            }
        }
        Self { ranges }
    }
}

impl FromIterator<u32> for UidSet {
    fn from_iter<I: IntoIterator<Item = u32>>(uids: I) -> Self {
        uids.into_iter().map(|uid| uid..=uid).collect()
    }
}

impl From<u32> for UidSet {
    fn from(uid: u32) -> Self {
        Self { ranges: vec![uid..=uid] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_merged() {
        let set: UidSet = [1, 2, 3, 5, 4, 9, 9].into_iter().collect();
        assert_eq!(set.ranges(), [1..=5, 9..=9]);
    }

    #[test]
    fn the_whole_range_swallows_the_rest() {
        let set: UidSet = [5..=6, 1..=u32::MAX, u32::MAX..=u32::MAX].into_iter().collect();
        assert_eq!(set, UidSet::all());
        assert!(set.contains(1) && set.contains(u32::MAX) && !set.contains(0));
    }
}
