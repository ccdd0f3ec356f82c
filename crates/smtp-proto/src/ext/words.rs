//! Lists of words in the answer to EHLO.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::str;

use mail_wire::parse::{Class, run};
use mail_wire::{Caseless, SyntaxError};

/// Words with spaces between them, each of visible US-ASCII. Two lists are equal where their
/// words are, in whichever case.
#[derive(Clone, Copy, Default)]
pub struct Words<'a>(&'a str);

static WORDS: Class = Class::new().with_range(0x20, 0x7e);

impl<'a> Words<'a> {
    /// None at all.
    pub const NONE: Self = Self("");

    /// Takes words with spaces between them.
    ///
    /// # Errors
    /// [`SyntaxError`] where they have octets that are no visible US-ASCII.
    pub fn parse(words: &'a [u8]) -> Result<Self, SyntaxError> {
        let (fit, odd) = run(&WORDS, words);
        match (str::from_utf8(fit), odd) {
            (Ok(words), []) => Ok(Self(words)),
            _ => Err(SyntaxError { offset: fit.len(), expected: "words of visible US-ASCII" }),
        }
    }

    /// The words one by one.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        self.0.split(' ').filter(|word| !word.is_empty())
    }

    /// Whether `word` is one of them, in whichever case.
    #[must_use]
    pub fn contains(self, word: &str) -> bool {
        self.iter().any(|one| Caseless(one) == Caseless(word))
    }
}

impl PartialEq for Words<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(Caseless).eq(other.iter().map(Caseless))
    }
}

impl Eq for Words<'_> {}

impl Hash for Words<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|word| Caseless(word).hash(state));
    }
}

impl fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
