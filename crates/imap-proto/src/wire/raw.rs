//! What was not understood, as it was written.

use core::fmt;

use super::class::debug_octets;

/// A piece of a response as it was written, literals and all. Only parsers make
/// it, so that writing it again sends nothing that did not come from a server.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    /// Nothing.
    pub(crate) const EMPTY: Self = Self(b"");

    /// All of a response.
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// What there is of `input` before `rest`, which is its tail.
    pub(crate) fn before(rest: &[u8], input: &'a [u8]) -> Self {
        Self(input.get(..input.len().saturating_sub(rest.len())).unwrap_or_default())
    }

    /// Its octets.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.0, f)
    }
}
