//! How much is told of one message at a time.

/// What ENVELOPE or BODYSTRUCTURE may take of a message: 512 KiB, in which each
/// address counts as its octets and 64 more, each parameter as its octets and 32
/// more. It is enough for 5,000 addresses.
///
/// What comes after that is left out: addresses and parameters are not in their
/// lists, strings are NIL. Whoever sends a message picks what is in it, and a
/// header of 50 MiB would else become an answer of a gigabyte.
#[derive(Debug)]
pub(super) struct Allowance {
    left: usize,
}

impl Allowance {
    /// The octets that an address counts besides its own.
    pub(super) const ADDRESS: usize = 64;
    /// The octets that a parameter counts besides its own.
    pub(super) const PARAMETER: usize = 32;

    /// For one message.
    pub(super) const fn new() -> Self {
        Self { left: 512 * 1024 }
    }

    /// Takes so many octets; whether there were as many.
    pub(super) fn take(&mut self, octets: usize) -> bool {
        let left = self.left.checked_sub(octets);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// How many octets are left.
    pub(super) fn left(&self) -> usize {
        self.left
    }
}
