//! How much of a message a report returns (RFC 3461 §4.3).

use mail_wire::SyntaxError;

/// The value of `RET=`: how much of the message comes back in a report of its failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// `FULL`: all of it.
    Full,
    /// `HDRS`: its header.
    Headers,
}

impl Ret {
    /// Parses a value of `RET=`, in upper or lower case.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        let named = |ret: &Self| ret.as_str().as_bytes().eq_ignore_ascii_case(value);
        let expected = "FULL or HDRS";
        [Self::Full, Self::Headers]
            .into_iter()
            .find(named)
            .ok_or(SyntaxError { offset: 0, expected })
    }

    /// The value of `RET=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        }
    }
}
