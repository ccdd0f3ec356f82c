//! Message numbers.

use core::fmt;
use core::num::NonZeroU32;

use bytes::BytesMut;
use mail_wire::parse::{Parsed, fail, number32};

/// The number of a message in the maildrop, from 1 (RFC 1939 §4). It stays the
/// same for the whole session, whatever is deleted.
///
/// ```
/// use pop3_proto::MessageNumber;
/// let messages = ["first", "second"];
/// let number = MessageNumber::new(2).unwrap();
/// assert_eq!(messages[number.index()], "second");
/// assert_eq!(MessageNumber::new(0), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageNumber(NonZeroU32);

impl MessageNumber {
    /// The number `number`; there is no message 0.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        match NonZeroU32::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }

    /// The number less one: where the message is in a slice of all messages.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.get() - 1).unwrap_or(usize::MAX)
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        mail_wire::encode::decimal(self.get().into(), out);
    }
}

impl fmt::Display for MessageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[inline]
pub(crate) fn message_number(input: &[u8]) -> Parsed<'_, MessageNumber> {
    let (rest, number) = number32(input)?;
    match MessageNumber::new(number) {
        Some(number) => Ok((rest, number)),
        None => fail(input, "a message number from 1"),
    }
}
