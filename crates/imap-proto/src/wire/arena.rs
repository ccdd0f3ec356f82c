//! Where parsed lists, trees and unescaped strings are kept.

use core::fmt;
use core::ops::Deref;

use bumpalo::Bump;
use bumpalo::collections::Vec;

/// Holds the lists and trees of what is parsed, and the strings that had to be
/// unescaped. Values borrow from it as they borrow from the input; it is
/// emptied, all at once, with [`Arena::reset`] when the input they were parsed
/// from is discarded.
///
/// What one command or response makes it hold is bounded by 128 times its octets and 4 KiB: a
/// list of tiny elements takes the most, for its memory doubles as it grows. A read may hold
/// thousands of commands: reset it after each.
///
/// ```
/// use imap_proto::Arena;
/// let mut arena = Arena::new();
/// assert_eq!(arena.collect("a b".split(' ')), ["a", "b"]);
/// arena.reset();
/// ```
#[derive(Debug, Default)]
pub struct Arena(Bump);

impl Arena {
    /// An empty arena. It takes no memory before something is put into it.
    #[must_use]
    pub fn new() -> Self {
        Self(Bump::new())
    }

    /// An arena with room for `octets` before it asks for memory again.
    #[must_use]
    pub fn with_capacity(octets: usize) -> Self {
        Self(Bump::with_capacity(octets))
    }

    /// Forgets everything in it and keeps its largest piece of memory for what
    /// comes. The compiler sees to it that nothing still borrows from it.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// The octets of memory it holds, used or not.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.allocated_bytes()
    }

    /// Puts `value` into the arena.
    pub fn alloc<T: Copy>(&self, value: T) -> &T {
        self.0.alloc(value)
    }

    /// Puts a copy of `values` into the arena.
    pub fn slice<T: Copy>(&self, values: &[T]) -> &[T] {
        self.0.alloc_slice_copy(values)
    }

    /// Puts a copy of `text` into the arena.
    pub fn str(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }

    /// Collects `values`, whose number is not known, into the arena.
    pub fn collect<T: Copy>(&self, values: impl IntoIterator<Item = T>) -> &[T] {
        let mut list = self.list();
        list.0.extend(values);
        list.end()
    }

    /// An empty list that grows in the arena; [`List::end`] ends it.
    pub(crate) fn list<T: Copy>(&self) -> List<'_, T> {
        List(Vec::new_in(&self.0))
    }
}

/// A list that is being built in an [`Arena`].
#[derive(Debug)]
pub(crate) struct List<'a, T>(Vec<'a, T>);

impl<'a, T: Copy> List<'a, T> {
    /// Adds an element.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        if self.0.len() == self.0.capacity() {
            self.grow();
        }
        self.0.push(value);
    }

    /// Makes room for four, which most have not, or for twice as many.
    #[inline(never)]
    fn grow(&mut self) {
        self.0.reserve_exact(self.0.capacity().max(4));
    }

    /// Adds a copy of all of `values`.
    pub(crate) fn extend_from_slice(&mut self, values: &[T]) {
        self.0.extend_from_slice_copy(values);
    }

    /// Takes the last element away.
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// The elements so far.
    pub(crate) fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Ends it.
    #[inline]
    pub(crate) fn end(self) -> &'a [T] {
        self.0.into_bump_slice()
    }
}

/// A list that the grammar wants to have at least one element (`1*x`).
///
/// ```
/// use imap_proto::NonEmpty;
/// let list = NonEmpty::new(&[1, 2]).expect("two elements");
/// assert_eq!(list.first(), &1);
/// assert!(NonEmpty::<u8>::new(&[]).is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NonEmpty<'a, T>(&'a T, &'a [T]);

impl<'a, T> NonEmpty<'a, T> {
    /// `elements` as such a list; `None` if there are none.
    #[must_use]
    pub const fn new(elements: &'a [T]) -> Option<Self> {
        match elements {
            [] => None,
            [first, ..] => Some(Self(first, elements)),
        }
    }

    /// The list of `element` alone.
    #[must_use]
    pub const fn one(element: &'a T) -> Self {
        Self(element, core::slice::from_ref(element))
    }

    /// The first element.
    #[must_use]
    pub const fn first(self) -> &'a T {
        self.0
    }

    /// All elements, as a slice.
    #[must_use]
    pub const fn as_slice(self) -> &'a [T] {
        self.1
    }
}

impl<T> Deref for NonEmpty<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.1
    }
}

impl<'a, T> IntoIterator for NonEmpty<'a, T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.1.iter()
    }
}

impl<T: fmt::Debug> fmt::Debug for NonEmpty<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_grows_to_any_length() {
        let mut arena = Arena::new();
        assert_eq!(arena.capacity(), 0);
        for length in [0, 1, 2, 3, 4, 5, 1000_u32] {
            // However its elements come.
            for ways in 0..8 {
                let mut list = arena.list();
                for value in 0..length {
                    match (ways >> value.min(2)) & 1 {
                        0 => list.push(value),
                        _ => list.extend_from_slice(&[value]),
                    }
                    assert!(list.as_slice().iter().copied().eq(0..=value));
                }
                assert!(list.end().iter().copied().eq(0..length));
            }
            assert!(arena.collect(0..length).iter().copied().eq(0..length));
        }
        arena.reset();
        assert!(arena.capacity() > 0);
    }
}
