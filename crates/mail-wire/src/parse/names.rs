//! What is called how, to be looked up.

use super::Keyword;

/// Values by their names, of which each is a [`Keyword`]: one comparison finds a value most
/// often, however many there are. It is made when the program is compiled. There must be more
/// `SLOTS` than values, a power of two of them; twice as many is well.
///
/// ```
/// # use mail_wire::parse::{Keyword, Names};
/// static NUMBERS: Names<u32, 4> = Names::new().with("ONE", 1).with("TWO", 2);
/// assert_eq!(NUMBERS.get(Keyword::new(b"two")), Some(2));
/// assert_eq!(NUMBERS.get(Keyword::new(b"three")), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Names<T, const SLOTS: usize>([Option<(Keyword, T)>; SLOTS]);

impl<T: Copy, const SLOTS: usize> Names<T, SLOTS> {
    /// No values yet.
    #[must_use]
    pub const fn new() -> Self {
        assert!(SLOTS.is_power_of_two(), "the number of slots is a power of two");
        Self([None; SLOTS])
    }

    /// These and `value`, which is called `name`.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "the slot is below their number")]
    pub const fn with(mut self, name: &str, value: T) -> Self {
        let name = Keyword::new(name.as_bytes());
        let mut slot = Self::first_slot(name);
        while self.0[slot].is_some() {
            slot = (slot + 1) % SLOTS;
        }
        self.0[slot] = Some((name, value));
        let mut end = slot;
        while self.0[end].is_some() {
            end = (end + 1) % SLOTS;
            assert!(end != slot, "there are more slots than values");
        }
        self
    }

    /// The value that is called so.
    #[must_use]
    #[inline]
    pub fn get(&self, name: Keyword) -> Option<T> {
        let mut slot = Self::first_slot(name);
        // There is always an empty one.
        while let Some(Some((known, value))) = self.0.get(slot) {
            if *known == name {
                return Some(*value);
            }
            slot = (slot + 1) % SLOTS;
        }
        None
    }

    #[inline]
    const fn first_slot(name: Keyword) -> usize {
        name.mixed() as usize % SLOTS
    }
}

impl<T: Copy, const SLOTS: usize> Default for Names<T, SLOTS> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_found_though_they_share_slots() {
        const WORDS: [&str; 7] = ["a", "bc", "def", "ghij", "klmnopqrs", "t", "uvwxyz0123456789-"];
        let mut names = Names::<_, 8>::new();
        for word in WORDS {
            names = names.with(word, word);
        }
        for word in WORDS {
            let upper = word.to_ascii_uppercase();
            assert_eq!(names.get(Keyword::new(upper.as_bytes())), Some(word));
        }
        for other in ["", "b", "klmnopqr", "uvwxyz0123456789_"] {
            assert_eq!(names.get(Keyword::new(other.as_bytes())), None, "{other}");
        }
    }

    #[test]
    #[should_panic(expected = "more slots than values")]
    fn one_slot_stays_empty() {
        let _ = Names::<_, 2>::new().with("a", 1).with("b", 2);
    }
}
