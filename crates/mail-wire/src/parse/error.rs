//! What was expected, and where.

use super::Fault;

/// A command or reply that is not of the grammar: what was expected, and at
/// which octet of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("expected {expected} at octet {offset}")]
pub struct SyntaxError {
    /// Octets before the fault, counted from the start of what was parsed.
    pub offset: usize,
    /// What was expected there.
    pub expected: &'static str,
}

impl SyntaxError {
    /// The error for `fault`, met while parsing `whole`.
    #[must_use]
    pub fn new(whole: &[u8], fault: Fault<'_>) -> Self {
        Self { offset: whole.len().saturating_sub(fault.rest.len()), expected: fault.expected }
    }
}
