//! The marks of deletion.

use alloc::vec::Vec;

use crate::message_number::MessageNumber;

/// The messages that are marked as deleted: one bit for each message up to the
/// last of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletionMarks {
    /// Message 1 is the lowest bit of the first word.
    words: Vec<u64>,
    count: u32,
}

impl DeletionMarks {
    /// Whether `message` is marked.
    #[must_use]
    pub fn contains(&self, message: MessageNumber) -> bool {
        let (word, bit) = place(message);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// The marked messages, in order.
    ///
    /// Backwards, they can be taken out of a `Vec` of all messages one by one.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = MessageNumber> {
        let last = u32::try_from(self.words.len().saturating_mul(64)).unwrap_or(u32::MAX);
        (1..=last).filter_map(MessageNumber::new).filter(|message| self.contains(*message))
    }

    /// How many are marked.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.count
    }

    /// Whether none is marked.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Marks `message`, which was not.
    pub(super) fn insert(&mut self, message: MessageNumber) {
        let (at, bit) = place(message);
        if at >= self.words.len() {
            self.words.resize(at.saturating_add(1), 0);
        }
        if let Some(word) = self.words.get_mut(at) {
            *word |= bit;
            self.count += 1;
        }
    }
}

/// In which word, and as which bit of it, a message is marked.
fn place(message: MessageNumber) -> (usize, u64) {
    let index = message.index();
    (index / 64, 1 << (index % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_out_in_order() {
        let mut marks = DeletionMarks::default();
        for number in [65, 1, 64, 1000, 128] {
            let message = MessageNumber::new(number).unwrap();
            assert!(!marks.contains(message));
            marks.insert(message);
            assert!(marks.contains(message));
        }
        let numbers: Vec<_> = marks.iter().map(MessageNumber::get).collect();
        assert_eq!(numbers, [1, 64, 65, 128, 1000]);
        assert_eq!(marks.len(), 5);
        assert!(!marks.contains(MessageNumber::new(u32::MAX).unwrap()));
    }
}
