//! Dates as header fields have them (RFC 5322 §3.3).

use core::fmt::{self, Write as _};

use bytes::BytesMut;

/// Writes the time that is so many seconds from the start of 1970, in UTC:
/// `Sat, 28 Nov 2026 23:55:00 +0000`.
///
/// ```abnf
/// date-time = [ day-of-week "," ] date time                 ; RFC 5322 §3.3
/// ```
/// There is one for the years 1 to 9999; another time becomes the nearest of these.
pub(super) fn put_date(unix_time: i64, out: &mut BytesMut) {
    const DAY: i64 = 86_400;
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    let time = unix_time.clamp(FIRST, LAST);
    let (days, second) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    let (year, month, day) = date(days);
    let weekday = name(&["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"], days.rem_euclid(7));
    let month = name(
        &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        month,
    );
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    // It grows as it must: this cannot fail.
    let _: fmt::Result = write!(
        out,
        "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000"
    );
}

/// The year, the month from 0, and the day from 1, so many days after the start of 1970.
fn date(days: i64) -> (i64, i64, i64) {
    // Years that begin in March end with the day that not all of them have, and 400 of them
    // have always the same number of days.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + era * 400;
    if month < 10 { (year, month + 2, day) } else { (year + 1, month - 10, day) }
}

fn name(names: &[&'static str], number: i64) -> &'static str {
    usize::try_from(number).ok().and_then(|number| names.get(number)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::DateTime;

    fn written(time: i64) -> alloc::string::String {
        let mut out = BytesMut::new();
        put_date(time, &mut out);
        alloc::string::String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn dates() {
        for (time, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (1_795_910_100, "Sat, 28 Nov 2026 23:55:00 +0000"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
            (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (i64::MIN, "Mon, 01 Jan 0001 00:00:00 +0000"),
            (i64::MAX, "Fri, 31 Dec 9999 23:59:59 +0000"),
        ] {
            assert_eq!(written(time), text);
        }
    }

    /// The other way round it is what RFC 3339's dates say.
    #[test]
    fn every_day_is_that_of_rfc_3339() {
        for year in [1, 4, 100, 400, 1900, 1970, 2000, 2026, 2100, 9999] {
            for month in 1..=12 {
                for day in 1..=28 {
                    let text = alloc::format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
                    let time = DateTime::parse(text.as_bytes()).unwrap().unix_time();
                    let (wrote_year, wrote_month, wrote_day) = date(time / 86_400);
                    assert_eq!((wrote_year, wrote_month + 1, wrote_day), (year, month, day));
                }
            }
        }
    }
}
