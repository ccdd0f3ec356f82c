//! When a sender wants to be told (RFC 3461 §4.1).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

/// The value of `NOTIFY=`: what the sender is told of a recipient.
///
/// ```
/// use smtp_proto::Notify;
/// assert_eq!(Notify::parse(b"failure,SUCCESS"), Ok(Notify::SUCCESS.and(Notify::FAILURE)));
/// assert!(Notify::parse(b"NEVER,SUCCESS").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notify(u8);

impl Notify {
    /// `NEVER`: of nothing.
    pub const NEVER: Self = Self(0);
    /// `SUCCESS`: that the message was delivered.
    pub const SUCCESS: Self = Self(1);
    /// `FAILURE`: that it will not be.
    pub const FAILURE: Self = Self(2);
    /// `DELAY`: that it takes long.
    pub const DELAY: Self = Self(4);

    const NAMED: [(Self, &'static str); 3] =
        [(Self::SUCCESS, "SUCCESS"), (Self::FAILURE, "FAILURE"), (Self::DELAY, "DELAY")];

    /// Both of what this and `other` say.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it says all that `other` does.
    #[must_use]
    pub const fn says(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Parses a value of `NOTIFY=`, in upper or lower case.
    ///
    /// ```abnf
    /// notify-esmtp-value  = "NEVER" / 1#notify-list-element  ; RFC 3461 §4.1
    /// notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none: NEVER stands alone.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        if value.eq_ignore_ascii_case(b"NEVER") {
            return Ok(Self::NEVER);
        }
        let mut offset = 0;
        value.split(|&octet| octet == b',').try_fold(Self::NEVER, |notify, word| {
            let named = |(_, name): &&(Self, &str)| name.as_bytes().eq_ignore_ascii_case(word);
            let expected = "NEVER, or SUCCESS, FAILURE and DELAY with commas between them";
            let at = SyntaxError { offset, expected };
            offset += word.len() + 1;
            Self::NAMED.iter().find(named).map(|&(one, _)| notify.and(one)).ok_or(at)
        })
    }

    /// Writes the value of `NOTIFY=`.
    pub fn encode(self, out: &mut BytesMut) {
        if self == Self::NEVER {
            return out.put_slice(b"NEVER");
        }
        let mut comma: &[u8] = b"";
        for (one, name) in Self::NAMED {
            if self.says(one) {
                out.put_slice(comma);
                out.put_slice(name.as_bytes());
                comma = b",";
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_wanted() {
        for wire in ["NEVER", "SUCCESS", "FAILURE,DELAY", "SUCCESS,FAILURE,DELAY"] {
            let mut out = BytesMut::new();
            Notify::parse(wire.to_ascii_lowercase().as_bytes()).unwrap().encode(&mut out);
            assert_eq!(out, wire.as_bytes());
        }
        for odd in ["", "NEVER,SUCCESS", "SUCCESS,NEVER", "SUCCESS,", ",SUCCESS", "ALWAYS", "A,,B"]
        {
            assert!(Notify::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
        assert_eq!(Notify::parse(b"DELAY,FAIL").unwrap_err().offset, 6);
    }
}
