//! The value of BODY.

use mail_wire::SyntaxError;

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
    const ALL: [Self; 3] = [Self::SevenBit, Self::EightBitMime, Self::BinaryMime];

    /// Parses a value of `BODY=`, in upper or lower case.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        let named = |body: &Self| body.as_str().as_bytes().eq_ignore_ascii_case(value);
        let expected = "7BIT, 8BITMIME or BINARYMIME";
        Self::ALL.into_iter().find(named).ok_or(SyntaxError { offset: 0, expected })
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back() {
        for body in BodyType::ALL {
            assert_eq!(BodyType::parse(body.as_str().to_ascii_lowercase().as_bytes()), Ok(body));
        }
        // Whoever adds a variant is told here, and adds it to `ALL`.
        let next = |body| match body {
            BodyType::SevenBit => Some(BodyType::EightBitMime),
            BodyType::EightBitMime => Some(BodyType::BinaryMime),
            BodyType::BinaryMime => None,
        };
        assert!(
            core::iter::successors(Some(BodyType::SevenBit), |&body| next(body)).eq(BodyType::ALL)
        );
        assert!(BodyType::parse(b"9BIT").is_err());
    }
}
