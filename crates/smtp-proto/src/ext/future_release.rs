//! FUTURERELEASE: mail that is to be held for some time (RFC 4865).

use bytes::BufMut;
use mail_wire::encode::decimal;

use super::extension::Extension;
use super::row::{Row, seconds};
use crate::name::Name;
use crate::parameter::DateTime;

pub(super) static FUTURE_RELEASE: Row = Row {
    keyword: Name::new("FUTURERELEASE"),
    parse: most,
    encode: |extension, out| {
        if let Extension::FutureRelease { interval, until } = extension {
            out.put_u8(b' ');
            decimal(interval.into(), out);
            out.put_u8(b' ');
            out.put_slice(until.as_str().as_bytes());
        }
    },
    ..Row::BARE
};

/// ```abnf
/// "FUTURERELEASE" SP max-future-release-interval
///                 SP max-future-release-date-time           ; RFC 4865 §3
/// max-future-release-interval = %x31-39 *8DIGIT
/// ```
fn most(parameters: &[u8]) -> Result<Extension<'_>, &'static str> {
    let mut words = parameters.split(|&octet| octet == b' ').filter(|word| !word.is_empty());
    let interval = words.next().and_then(seconds).filter(|&interval| interval > 0);
    let until = words.next().and_then(|word| DateTime::parse(word).ok());
    match (interval, until, words.next()) {
        (Some(interval), Some(until), None) => Ok(Extension::FutureRelease { interval, until }),
        _ => Err("seconds, and a date and time"),
    }
}
