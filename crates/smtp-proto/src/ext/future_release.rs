//! FUTURERELEASE: mail that is to be held for some time (RFC 4865).

use bytes::BufMut;
use mail_wire::encode::decimal;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row, seconds};
use crate::name::Name;
use crate::parameter::DateTime;
use crate::reply::Rejection;

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
    is_offered: |config, _| config.future_release.is_some(),
    offer: |config, _, out| {
        if let Some(most) = &config.future_release {
            let (interval, until) = (most.interval(), most.until());
            (FUTURE_RELEASE.encode)(Extension::FutureRelease { interval, until }, out);
        }
    },
};

pub(super) static HOLDFOR: MailRow = MailRow {
    keyword: Name::new("HOLDFOR"),
    is_rare: true,
    parse: |value| match value.and_then(|value| seconds(value.as_bytes())) {
        Some(interval @ 1..) => Ok(MailParameter::HoldFor(interval)),
        _ => Err("HOLDFOR= and seconds, of at most nine digits"),
    },
    is_offered: |_, config, _| config.future_release.is_some(),
    refuse: |parameter, config| match (parameter, &config.future_release) {
        (MailParameter::HoldFor(interval), Some(most)) if interval > most.interval() => {
            Some(TOO_LONG)
        }
        _ => None,
    },
    ..MailRow::BARE
};

pub(super) static HOLDUNTIL: MailRow = MailRow {
    keyword: Name::new("HOLDUNTIL"),
    is_rare: true,
    parse: |value| match value.map(|value| DateTime::parse(value.as_bytes())) {
        Some(Ok(until)) => Ok(MailParameter::HoldUntil(until)),
        Some(Err(_)) | None => Err("HOLDUNTIL= and a date and time"),
    },
    is_offered: |_, config, _| config.future_release.is_some(),
    refuse: |parameter, config| match (parameter, &config.future_release) {
        (MailParameter::HoldUntil(until), Some(most))
            if until.unix_time() > most.until().unix_time() =>
        {
            Some(TOO_LONG)
        }
        _ => None,
    },
    ..MailRow::BARE
};

/// RFC 4865 §4.2.
const TOO_LONG: Rejection<'static> =
    Rejection::fixed(501, (5, 5, 4), "Mail is not held as long as that");

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
