//! Points in time as RFC 3339 writes them.

use core::str;

use mail_wire::SyntaxError;

/// A date and time of day (RFC 3339 §5.6): `2026-11-28T23:55:00Z`. Two are equal where they are
/// written alike; the [time](Self::unix_time) says whether they are the same.
///
/// ```
/// use smtp_proto::DateTime;
/// let release = DateTime::parse(b"2026-11-28T23:55:00+01:00")?;
/// assert_eq!(release.unix_time(), 1_795_906_500);
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime<'a>(&'a str);

impl<'a> DateTime<'a> {
    /// Parses a date and time.
    ///
    /// ```abnf
    /// full-date   = 4DIGIT "-" 2DIGIT "-" 2DIGIT             ; RFC 3339 §5.6
    /// full-time   = 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ] time-offset
    /// time-offset = "Z" / ( ("+" / "-") 2DIGIT ":" 2DIGIT )
    /// date-time   = full-date "T" full-time
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none, or no such day or time is.
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        let wrong = SyntaxError { offset: 0, expected: "a date and time of RFC 3339" };
        unix_time(text).ok_or(wrong)?;
        str::from_utf8(text).map(Self).map_err(|_| wrong)
    }

    /// One that was parsed before.
    pub(crate) const fn checked(text: &'a str) -> Self {
        Self(text)
    }

    /// As it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The seconds since the start of 1970 in UTC, without leap seconds and fractions.
    #[must_use]
    pub fn unix_time(self) -> i64 {
        unix_time(self.0.as_bytes()).unwrap_or_default()
    }

    /// Whether it is written in UTC, as `Z` says.
    #[must_use]
    pub fn is_utc(self) -> bool {
        self.0.ends_with(['Z', 'z'])
    }
}

fn unix_time(text: &[u8]) -> Option<i64> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix(b"-")?, 2)?;
    let (day, rest) = number(rest.strip_prefix(b"-")?, 2)?;
    let rest = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b"t"))?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = number(rest.strip_prefix(b":")?, 2)?;
    let ahead = offset(after_fraction(rest)?)?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_of_month = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > days_of_month || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years that begin in March end with the day that not all of them have.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = days + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute - ahead) * 60 + second)
}

fn after_fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = text.strip_prefix(b".") else { return Some(text) };
    let digits = fraction.iter().take_while(|octet| octet.is_ascii_digit()).count();
    if digits == 0 { None } else { fraction.get(digits..) }
}

/// How many minutes the place is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn number(text: &[u8], digits: usize) -> Option<(i64, &[u8])> {
    let (digits, rest) = text.split_at_checked(digits)?;
    let all = digits.iter().all(u8::is_ascii_digit);
    all.then(|| (digits.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Result<i64, SyntaxError> {
        DateTime::parse(text.as_bytes()).map(DateTime::unix_time)
    }

    #[test]
    fn times() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1985-04-12T23:20:50.52Z", 482_196_050),
            ("1996-12-19T16:39:57-08:00", 851_042_397),
            ("1990-12-31T23:59:60Z", 662_688_000),
            ("2000-02-29T00:00:00t00:00:00Z", -1),
            ("2024-02-29t12:00:00z", 1_709_208_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
        ] {
            assert_eq!(time(text).unwrap_or(-1), seconds, "{text}");
        }
        assert!(DateTime::parse(b"2024-02-29t12:00:00z").unwrap().is_utc());
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "XYZ",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024-01-00T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T00:00:61Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+1:00",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00Zx",
            "2024-01-01 00:00:00Z",
        ] {
            assert!(time(text).is_err(), "{text:?}");
        }
    }
}
