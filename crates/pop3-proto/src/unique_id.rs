//! Unique-ids.

use alloc::boxed::Box;
use core::{fmt, str};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, complete, fail, visible};

/// The unique-id of a message (RFC 1939 §7, UIDL): the same in every session,
/// and never given to another message of the maildrop.
///
/// ```
/// use pop3_proto::UniqueId;
/// assert_eq!(UniqueId::new("QhdPYR:00WBw1Ph7x7")?.as_str(), "QhdPYR:00WBw1Ph7x7");
/// assert!(UniqueId::new("has a space").is_err());
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UniqueId<'a>(&'a [u8]);

impl<'a> UniqueId<'a> {
    /// The most octets a unique-id may have. One that was parsed may have
    /// more: some servers do not count.
    pub const MAX: usize = 70;

    /// Takes a unique-id of 1 to 70 visible US-ASCII characters.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not.
    pub fn new(id: &'a str) -> Result<Self, SyntaxError> {
        if id.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "the end of the unique-id" });
        }
        complete(id.as_bytes(), unique_id)
    }

    /// The unique-id.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        match str::from_utf8(self.0) {
            Ok(id) => id,
            // It is US-ASCII.
            Err(_) => "",
        }
    }

    /// The octets of the unique-id: to look it up takes no more.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0);
    }
}

impl fmt::Debug for UniqueId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UniqueId").field(&self.as_str()).finish()
    }
}

/// A [`UniqueId`] of one's own, checked once and kept with its message.
///
/// ```
/// use pop3_proto::{UniqueId, UniqueIdBuf};
/// let (uid_validity, uid) = (1_700_000_000, 17);
/// let id = UniqueIdBuf::from(UniqueId::new(&format!("{uid_validity}.{uid}"))?);
/// assert_eq!(id.as_unique_id().as_str(), "1700000000.17");
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UniqueIdBuf(Box<str>);

impl UniqueIdBuf {
    /// The unique-id.
    #[must_use]
    pub fn as_unique_id(&self) -> UniqueId<'_> {
        UniqueId(self.0.as_bytes())
    }
}

impl From<UniqueId<'_>> for UniqueIdBuf {
    fn from(id: UniqueId<'_>) -> Self {
        Self(id.as_str().into())
    }
}

/// RFC 1939 §7: "one to 70 characters in the range 0x21 to 0x7E". How many is
/// checked where one is built.
#[inline]
pub(crate) fn unique_id(input: &[u8]) -> Parsed<'_, UniqueId<'_>> {
    match visible(input) {
        ([], rest) => fail(rest, "a unique-id of visible characters"),
        (id, rest) => Ok((rest, UniqueId(id))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UIDL over 70.
    #[test]
    fn seventy_octets_and_no_more_can_be_built() {
        assert!(UniqueId::new(&"u".repeat(70)).is_ok());
        let id = "u".repeat(71);
        assert_eq!(UniqueId::new(&id).unwrap_err().offset, 70);
        assert_eq!(complete(id.as_bytes(), unique_id).unwrap().as_str(), id);
        for odd in ["", "a b", "a\r", "ü", "\0"] {
            assert!(UniqueId::new(odd).is_err(), "{odd:?}");
        }
    }
}
