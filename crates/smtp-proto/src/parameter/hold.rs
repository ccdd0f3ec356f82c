//! Until when mail is held back (RFC 4865 §4).

use super::date_time::DateTime;

/// `HOLDFOR=` or `HOLDUNTIL=`: when the message is to be sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold<'a> {
    /// After so many seconds, from 1 to 999999999.
    For(u32),
    /// At that time, which is in UTC.
    Until(DateTime<'a>),
}
