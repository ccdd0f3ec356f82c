//! Eight octets at a time.

const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOP: u64 = ONES << 7;

/// Eight octets in one integer, the first lowest: all are looked at together, without a branch
/// for each and without what a call costs, as suits words and short strings.
///
/// ```
/// # use mail_wire::parse::Eight;
/// let octets = Eight::new(*b"a \"b\" c\r");
/// assert_eq!(octets.equal(b'"').first(), Some(2));
/// assert_eq!(octets.below(b' ').first(), Some(7));
/// assert_eq!(octets.past_ascii().first(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Eight(u64);

/// Which of [`Eight`] octets were looked for. The first is right; those after it may be
/// others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found(u64);

impl Eight {
    /// These octets.
    #[must_use]
    #[inline]
    pub const fn new(octets: [u8; 8]) -> Self {
        Self(u64::from_le_bytes(octets))
    }

    /// Up to seven octets, and `filler` after them; of more, the first eight.
    #[must_use]
    #[inline]
    pub const fn filled(octets: &[u8], filler: u8) -> Self {
        if let Some(eight) = octets.first_chunk() {
            return Self::new(*eight);
        }
        let fill = (ONES * filler as u64) << (8 * octets.len());
        if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
            // Where the two overlap they say the same.
            let after = 8 * (octets.len() - 4);
            let octets =
                u32::from_le_bytes(*first) as u64 | (u32::from_le_bytes(*last) as u64) << after;
            return Self(octets | fill);
        }
        let octets = match *octets {
            [a, b, c] => a as u64 | (b as u64) << 8 | (c as u64) << 16,
            [a, b] => a as u64 | (b as u64) << 8,
            [a] => a as u64,
            _ => 0,
        };
        Self(octets | fill)
    }

    /// As one integer.
    #[must_use]
    #[inline]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Those that are `octet`.
    #[must_use]
    #[inline]
    pub const fn equal(self, octet: u8) -> Found {
        // What is borrowed changes only octets after the first that is zero here.
        let others = self.0 ^ (ONES * octet as u64);
        Found(others.wrapping_sub(ONES) & !others & TOP)
    }

    /// Those that are less than `octet`, which is of US-ASCII.
    #[must_use]
    #[inline]
    pub const fn below(self, octet: u8) -> Found {
        Found(self.0.wrapping_sub(ONES * octet as u64) & !self.0 & TOP)
    }

    /// Those that are past US-ASCII.
    #[must_use]
    #[inline]
    pub const fn past_ascii(self) -> Found {
        Found(self.0 & TOP)
    }
}

impl Found {
    /// None.
    pub const NONE: Self = Self(0);

    /// These and `others`.
    #[must_use]
    #[inline]
    pub const fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether there is one.
    #[must_use]
    #[inline]
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// How many octets are before the first, if there is one.
    #[must_use]
    #[inline]
    pub const fn first(self) -> Option<usize> {
        match self.0 {
            0 => None,
            found => Some(found.trailing_zeros() as usize / 8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// They are found as one by one.
        #[test]
        fn the_first_is_found(octets: [u8; 8], wanted: u8, at in 0..8_usize, limit in 0..=128_u8) {
            for put in [None, Some(wanted)] {
                let mut octets = octets;
                if let Some(put) = put {
                    octets[at] = put;
                }
                let eight = Eight::new(octets);
                let first = |is: &dyn Fn(u8) -> bool| octets.iter().position(|&octet| is(octet));
                prop_assert_eq!(eight.equal(wanted).first(), first(&|octet| octet == wanted));
                prop_assert_eq!(eight.below(limit).first(), first(&|octet| octet < limit));
                prop_assert_eq!(eight.past_ascii().first(), first(&|octet| octet >= 0x80));
                let either = eight.equal(wanted).or(eight.below(limit));
                prop_assert_eq!(either.first(), first(&|octet| octet == wanted || octet < limit));
                prop_assert_eq!(either.any(), either.first().is_some());
            }
        }

        #[test]
        fn what_is_missing_is_filled(octets in prop::collection::vec(any::<u8>(), 0..12), filler: u8) {
            let mut whole = [filler; 8];
            let length = octets.len().min(8);
            whole[..length].copy_from_slice(&octets[..length]);
            prop_assert_eq!(Eight::filled(&octets, filler), Eight::new(whole));
        }
    }
}
