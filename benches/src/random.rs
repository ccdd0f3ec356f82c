//! Numbers that look random and are the same in every run.

/// A generator of the kind called xorshift, from a fixed seed.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed, which is not 0.
    pub const fn new(seed: u64) -> Self {
        assert!(seed != 0, "it would give nothing but 0");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        // The low bits of the generator are the weakest.
        (self.next() >> 16) % end
    }

    /// A number from `first` to `last`, of which small ones are as frequent as in sizes of
    /// messages: each doubling is as likely as the one before.
    pub fn size(&mut self, first: u64, last: u64) -> u64 {
        let doublings = u64::from((last / first).max(1).ilog2()) + 1;
        let low = first << self.below(doublings);
        (low + self.below(low)).min(last)
    }

    /// Whether something happens that does in so many of a hundred cases.
    pub fn in_a_hundred(&mut self, cases: u64) -> bool {
        self.below(100) < cases
    }

    /// One of `choices`.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// So many octets of `alphabet`.
    pub fn word(&mut self, length: u64, alphabet: &str) -> String {
        let alphabet = alphabet.as_bytes();
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len() as u64) as usize]))
            .collect()
    }
}
