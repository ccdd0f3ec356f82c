//! Keywords, folded into numbers.

use bytes::{BufMut, BytesMut};

use super::{Class, Eight, run};

/// A verb or other keyword of at most 23 octets, folded to upper case and into
/// three integers, so that a `match` finds it in a few comparisons. Two are equal
/// where their words are, in upper or lower case.
///
/// ```
/// # use mail_wire::parse::Keyword;
/// const NOOP: Keyword = Keyword::new(b"NOOP");
/// const QUIT: Keyword = Keyword::new(b"QUIT");
/// let name = match Keyword::new(b"Quit") {
///     NOOP => "nothing",
///     QUIT => "goodbye",
///     _ => "unknown",
/// };
/// assert_eq!(name, "goodbye");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Keyword {
    // Not an array, which is compared as one piece of memory: that has to be written first.
    first: u64,
    second: u64,
    /// With the length in the last octet, which no word reaches.
    third: u64,
}

impl Keyword {
    /// The longest word that can be a keyword, in octets.
    pub const MAX: usize = 23;

    /// What words that are empty or longer than [`MAX`](Self::MAX) fold to; equal to no
    /// keyword of the protocols.
    pub const NONE: Self = Self { first: 0, second: 0, third: 0 };

    /// Folds `word`.
    #[must_use]
    #[inline]
    pub const fn new(word: &[u8]) -> Self {
        let length = (word.len() as u64) << 56;
        let first = fold(Eight::filled(word, 0));
        let Some((_, rest)) = word.split_at_checked(8) else {
            return Self { first, second: 0, third: length };
        };
        let second = fold(Eight::filled(rest, 0));
        let Some((_, rest)) = rest.split_at_checked(8) else {
            return Self { first, second, third: length };
        };
        if rest.len() > Self::MAX - 16 {
            return Self::NONE;
        }
        Self { first, second, third: fold(Eight::filled(rest, 0)) | length }
    }

    /// Folds the longest start of `input` that is all of `class`, which has all letters; with
    /// what comes after it.
    ///
    /// ```
    /// # use mail_wire::parse::{ALPHA, Keyword};
    /// let (name, rest) = Keyword::read(&ALPHA, b"noop 1");
    /// assert_eq!((name, rest), (Keyword::new(b"NOOP"), &b" 1"[..]));
    /// ```
    #[must_use]
    #[inline]
    pub fn read<'a>(class: &Class, input: &'a [u8]) -> (Self, &'a [u8]) {
        // Most words are of letters alone and have fewer than sixteen.
        let (first, length) = letters(input);
        let (second, more) = match length {
            8 => letters(input.get(8..).unwrap_or_default()),
            _ => (0, 0),
        };
        let word = length + more;
        match input.get(word..) {
            Some([]) if word > 0 => (Self::of_letters(first, second, word), &[]),
            Some(rest @ [next, ..]) if more < 8 && word > 0 && !class.contains(*next) => {
                (Self::of_letters(first, second, word), rest)
            }
            _ => Self::read_any(class, input),
        }
    }

    #[inline(never)]
    fn read_any<'a>(class: &Class, input: &'a [u8]) -> (Self, &'a [u8]) {
        let (word, rest) = run(class, input);
        (Self::new(word), rest)
    }

    #[inline]
    const fn of_letters(first: u64, second: u64, length: usize) -> Self {
        Self { first, second, third: (length as u64) << 56 }
    }

    /// Writes the word, in upper case.
    #[inline]
    pub fn encode(self, out: &mut BytesMut) {
        let octets = [self.first, self.second, self.third].map(u64::to_le_bytes);
        let [.., [.., length]] = octets;
        out.put_slice(octets.as_flattened().get(..length.into()).unwrap_or_default());
    }

    /// Eight bits, other ones for most other words.
    #[inline]
    pub(super) const fn mixed(self) -> u8 {
        let Self { first, second, third } = self;
        let all = first ^ second.rotate_left(24) ^ third.rotate_left(11);
        all.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0]
    }
}

/// The letters that `input` begins with, up to eight, in upper case and with zeros after them;
/// and how many there are.
#[inline]
const fn letters(input: &[u8]) -> (u64, usize) {
    let octets = Eight::filled(input, 0).get();
    // As in `fold`, for letters of both cases.
    let seven = (octets | (ONES * 0x20)) & !TOP;
    let from_a = seven + ONES * (0x80 - b'a' as u64);
    let after_z = seven + ONES * (0x7f - b'z' as u64);
    let others = !(from_a & !after_z & !octets) & TOP;
    let upper = octets & !(ONES * 0x20);
    match others {
        0 => (upper, 8),
        // What is before the first of the others.
        _ => (
            upper & ((others & others.wrapping_neg()).wrapping_sub(1) >> 7),
            others.trailing_zeros() as usize / 8,
        ),
    }
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const TOP: u64 = ONES << 7;

/// Eight octets with the letters among them in upper case.
#[inline]
const fn fold(octets: Eight) -> u64 {
    let octets = octets.get();
    // Of the lower seven bits of each octet, which cannot carry into the next one, the
    // top bit tells whether they are at least `a`, and more than `z`.
    let seven = octets & !TOP;
    let from_a = seven + ONES * (0x80 - b'a' as u64);
    let after_z = seven + ONES * (0x7f - b'z' as u64);
    let lower = from_a & !after_z & !octets & TOP;
    octets ^ (lower >> 2)
}

#[cfg(test)]
mod tests {
    use super::super::ALPHA;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_that_are_too_long_are_none() {
        assert_eq!(Keyword::new(b"AuThenticate"), Keyword::new(b"AUTHENTICATE"));
        assert_eq!(Keyword::new(b""), Keyword::NONE);
        assert_eq!(Keyword::new(b"A_WORD_OF_24_CHARACTERS_"), Keyword::NONE);
        assert_ne!(Keyword::new(b"A_WORD_OF_23_CHARACTERS"), Keyword::NONE);
        assert_ne!(Keyword::new(b"\0QUIT"), Keyword::new(b"QUIT"));
        assert_ne!(Keyword::new(b"QUIT\0"), Keyword::new(b"QUIT"));
    }

    proptest! {
        /// What is read eight octets at a time is what it is one by one.
        #[test]
        fn they_are_read_as_words(input in "[a-zA-Z]{0,26}[@`\\[{0-9. \\x00\\x80-\\xff]{0,3}[a-z.]{0,9}") {
            static NAME: Class = Class::new().with_range(b'0', b'z').without(b"@[`").with(b".");
            for class in [&ALPHA, &NAME] {
                let (word, rest) = run(class, input.as_bytes());
                prop_assert_eq!(Keyword::read(class, input.as_bytes()), (Keyword::new(word), rest));
            }
        }

        /// They are equal where the words are, and nowhere else.
        #[test]
        fn they_are_compared_as_words(
            one in prop::collection::vec(any::<u8>(), 1..24),
            other in prop::collection::vec(any::<u8>(), 1..24),
            at in any::<prop::sample::Index>(),
            octet: u8,
        ) {
            let mut near = one.clone();
            *at.get_mut(&mut near) = octet;
            let mut longer = one.clone();
            longer.truncate(Keyword::MAX - 1);
            longer.push(octet);
            for word in [other, near, longer, one.to_ascii_lowercase(), one.to_ascii_uppercase()] {
                let same = one.eq_ignore_ascii_case(&word);
                prop_assert_eq!(Keyword::new(&one) == Keyword::new(&word), same);
            }
            let mut out = BytesMut::new();
            Keyword::new(&one).encode(&mut out);
            prop_assert_eq!(&out[..], one.to_ascii_uppercase());
        }
    }
}
