//! The value of BODY.

use mail_wire::SyntaxError;
use mail_wire::parse::Keyword;

/// What a body may hold (RFC 6152 §2, RFC 3030 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyType {
    /// `7BIT`: lines of US-ASCII.
    SevenBit,
    /// `8BITMIME`: lines of any octets but NUL.
    EightBitMime,
    /// `BINARYMIME`: any octets, sent with BDAT.
    BinaryMime,
}

impl BodyType {
    /// Parses a value of `BODY=`, in upper or lower case.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        const SEVEN_BIT: Keyword = BodyType::SevenBit.keyword();
        const EIGHT_BIT_MIME: Keyword = BodyType::EightBitMime.keyword();
        const BINARY_MIME: Keyword = BodyType::BinaryMime.keyword();
        match Keyword::new(value) {
            SEVEN_BIT => Ok(Self::SevenBit),
            EIGHT_BIT_MIME => Ok(Self::EightBitMime),
            BINARY_MIME => Ok(Self::BinaryMime),
            _ => Err(SyntaxError { offset: 0, expected: "7BIT, 8BITMIME or BINARYMIME" }),
        }
    }

    /// The value of `BODY=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        }
    }

    const fn keyword(self) -> Keyword {
        Keyword::new(self.as_str().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back() {
        // Whoever adds a variant is told here.
        let next = |body| match body {
            BodyType::SevenBit => Some(BodyType::EightBitMime),
            BodyType::EightBitMime => Some(BodyType::BinaryMime),
            BodyType::BinaryMime => None,
        };
        for body in core::iter::successors(Some(BodyType::SevenBit), |&body| next(body)) {
            assert_eq!(BodyType::parse(body.as_str().to_ascii_lowercase().as_bytes()), Ok(body));
        }
        assert!(BodyType::parse(b"9BIT").is_err());
    }
}
