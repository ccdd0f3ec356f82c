//! Dates of searches, and the date and time of INTERNALDATE and APPEND.
//!
//! RFC 9051 §9: `date`, `date-time`.

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{ALPHA, Parsed, byte, fail, run};

use crate::wire::Reader;

/// A month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the months' names say it")]
pub enum Month {
    January,
    February,
    March,
    April,
    May,
    June,
    July,
    August,
    September,
    October,
    November,
    December,
}

/// A day of the calendar, between the years 0 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: Month,
    day: u8,
}

impl Date {
    /// The `day` (from 1) of `month` in `year`; `None` if there is no such day
    /// or the year has more than four digits.
    #[must_use]
    pub const fn new(year: u16, month: Month, day: u8) -> Option<Self> {
        if year > 9999 || day == 0 || day > month.days(year) {
            return None;
        }
        Some(Self { year, month, day })
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month.
    #[must_use]
    pub const fn month(self) -> Month {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Writes it, as `1-Feb-1994`.
    pub fn encode(self, out: &mut BytesMut) {
        decimal(self.day.into(), out);
        self.encode_month_and_year(out);
    }

    fn encode_month_and_year(self, out: &mut BytesMut) {
        out.put_u8(b'-');
        out.put_slice(self.month.abbreviation().as_bytes());
        out.put_u8(b'-');
        let century = u8::try_from(self.year / 100).unwrap_or_default();
        let year = u8::try_from(self.year % 100).unwrap_or_default();
        two_digits(century, out);
        two_digits(year, out);
    }

    /// Days from 1 January 1970 to this one, by the rules of the calendar that
    /// is in use now.
    fn days_since_1970(self) -> i64 {
        let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
        // Whole years before this one, from the year 1; the year 0 is before.
        let years = i64::from(self.year) - 1;
        let whole_years = years * 365 + if years < 0 { -1 } else { leap_days(years) };
        let whole_months: i64 = Month::ALL
            .iter()
            .take_while(|&&month| month < self.month)
            .map(|month| i64::from(month.days(self.year)))
            .sum();
        let days_to_1970 = 1969 * 365 + leap_days(1969);
        whole_years + whole_months + i64::from(self.day) - 1 - days_to_1970
    }

    /// The day that is `days` after 1 January 1970, between the years 0 and
    /// 9999.
    fn from_days_since_1970(days: i64) -> Option<Self> {
        let starts_by = |year: i64| {
            let year = u16::try_from(year).ok()?;
            Some(Self::new(year, Month::January, 1)?.days_since_1970() <= days)
        };
        let (mut low, mut high) = (0, 9999);
        while low < high {
            let middle = (low + high + 1) / 2;
            if starts_by(middle)? { low = middle } else { high = middle - 1 }
        }
        let year = u16::try_from(low).ok()?;
        let mut left = days - Self::new(year, Month::January, 1)?.days_since_1970();
        for month in Month::ALL {
            let length = i64::from(month.days(year));
            if left < length {
                return Self::new(year, month, u8::try_from(left + 1).ok()?);
            }
            left -= length;
        }
        None
    }
}

impl Month {
    /// All months, in order.
    pub const ALL: [Self; 12] = [
        Self::January,
        Self::February,
        Self::March,
        Self::April,
        Self::May,
        Self::June,
        Self::July,
        Self::August,
        Self::September,
        Self::October,
        Self::November,
        Self::December,
    ];

    /// Its name in three letters, `Jan` to `Dec`.
    #[must_use]
    pub const fn abbreviation(self) -> &'static str {
        match self {
            Self::January => "Jan",
            Self::February => "Feb",
            Self::March => "Mar",
            Self::April => "Apr",
            Self::May => "May",
            Self::June => "Jun",
            Self::July => "Jul",
            Self::August => "Aug",
            Self::September => "Sep",
            Self::October => "Oct",
            Self::November => "Nov",
            Self::December => "Dec",
        }
    }

    /// How many days it has in `year`.
    #[must_use]
    pub const fn days(self, year: u16) -> u8 {
        match self {
            Self::February if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            Self::February => 28,
            Self::April | Self::June | Self::September | Self::November => 30,
            _ => 31,
        }
    }
}

/// A moment, as it was written: the time of the day and the offset of the zone
/// it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime {
    date: Date,
    hour: u8,
    minute: u8,
    second: u8,
    zone: i16,
}

impl DateTime {
    /// `hour`:`minute`:`second` of `date`, in a zone that is `zone` minutes
    /// ahead of Universal Time. `None` if there is no such time (a second 60
    /// is taken, for leap seconds) or the zone is a hundred hours off.
    #[must_use]
    pub const fn new(date: Date, hour: u8, minute: u8, second: u8, zone: i16) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 60 || zone <= -6000 || zone >= 6000 {
            return None;
        }
        Some(Self { date, hour, minute, second, zone })
    }

    /// The day, in its own zone.
    #[must_use]
    pub const fn date(self) -> Date {
        self.date
    }

    /// The hour, in its own zone.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The second, up to 60.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }

    /// Minutes that its zone is ahead of Universal Time.
    #[must_use]
    pub const fn zone(self) -> i16 {
        self.zone
    }

    /// The moment `seconds` after the start of 1970 in Universal Time, written
    /// in a zone `zone` minutes ahead of that. `None` if that is not between
    /// the years 0 and 9999, or there is no such zone.
    ///
    /// ```
    /// use imap_proto::DateTime;
    /// let moment = DateTime::from_unix(761_003_545, -8 * 60).expect("in range");
    /// assert_eq!((moment.date().day(), moment.hour()), (11, 13));
    /// assert_eq!(moment.unix(), 761_003_545);
    /// ```
    #[must_use]
    pub fn from_unix(seconds: i64, zone: i16) -> Option<Self> {
        let local = seconds.checked_add(i64::from(zone) * 60)?;
        let date = Date::from_days_since_1970(local.div_euclid(86_400))?;
        let second = local.rem_euclid(86_400);
        Self::new(
            date,
            u8::try_from(second / 3600).ok()?,
            u8::try_from(second / 60 % 60).ok()?,
            u8::try_from(second % 60).ok()?,
            zone,
        )
    }

    /// Seconds from the start of 1970 in Universal Time to this moment.
    #[must_use]
    pub fn unix(self) -> i64 {
        let minutes = i64::from(self.hour) * 60 + i64::from(self.minute) - i64::from(self.zone);
        self.date.days_since_1970() * 86_400 + minutes * 60 + i64::from(self.second)
    }

    /// Writes it, as `" 1-Feb-1994 21:52:25 -0800"` with its quotes.
    pub fn encode(self, out: &mut BytesMut) {
        if self.date.day < 10 {
            out.put_slice(b"\" ");
            out.put_u8(b'0'.wrapping_add(self.date.day));
        } else {
            out.put_u8(b'"');
            two_digits(self.date.day, out);
        }
        self.date.encode_month_and_year(out);
        for (before, value) in [(b' ', self.hour), (b':', self.minute), (b':', self.second)] {
            out.put_u8(before);
            two_digits(value, out);
        }
        out.put_slice(if self.zone < 0 { b" -" } else { b" +" });
        let zone = self.zone.unsigned_abs();
        two_digits(u8::try_from(zone / 60).unwrap_or_default(), out);
        two_digits(u8::try_from(zone % 60).unwrap_or_default(), out);
        out.put_u8(b'"');
    }
}

/// Writes `value`, below 100, in two digits.
fn two_digits(value: u8, out: &mut BytesMut) {
    let digit = |value: u8| b'0'.wrapping_add(value % 10);
    out.put_slice(&[digit(value / 10), digit(value)]);
}

/// ```abnf
/// date      = date-text / DQUOTE date-text DQUOTE
/// date-text = date-day "-" date-month "-" date-year
/// date-day  = 1*2DIGIT                              ; RFC 9051 §9
/// ```
pub(crate) fn date(input: &[u8]) -> Parsed<'_, Date> {
    if let [b'"', rest @ ..] = input {
        let (rest, date) = date_text(rest)?;
        let (rest, ()) = byte(b'"', "the closing quote")(rest)?;
        return Ok((rest, date));
    }
    date_text(input)
}

fn date_text(input: &[u8]) -> Parsed<'_, Date> {
    let (rest, day) = match digits(2, input) {
        Err(_) => digits(1, input)?,
        two => two?,
    };
    month_and_year(input, rest, day)
}

/// ```abnf
/// date-time      = DQUOTE date-day-fixed "-" date-month "-" date-year
///                  SP time SP zone DQUOTE
/// date-day-fixed = (SP DIGIT) / 2DIGIT
/// time           = 2DIGIT ":" 2DIGIT ":" 2DIGIT
/// zone           = ("+" / "-") 4DIGIT                ; RFC 9051 §9
/// ```
/// Servers have been seen to send a day of one digit, and the zone's name after it.
pub(crate) fn date_time<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, DateTime> {
    let (start, ()) = byte(b'"', "a date and time in quotes")(input)?;
    let (after, _) = reader.quoted(input)?;
    let (rest, day) = match start {
        [b' ', rest @ ..] => digits(1, rest)?,
        [_, b'-', ..] if reader.is_forgiving() => digits(1, start)?,
        _ => digits(2, start)?,
    };
    let (rest, date) = month_and_year(start, rest, day)?;
    let (time, ()) = byte(b' ', "a space")(rest)?;
    let (rest, hour) = digits(2, time)?;
    let (rest, ()) = byte(b':', "\":\"")(rest)?;
    let (rest, minute) = digits(2, rest)?;
    let (rest, ()) = byte(b':', "\":\"")(rest)?;
    let (rest, second) = digits(2, rest)?;
    let (zone, ()) = byte(b' ', "a space")(rest)?;
    let (negative, rest) = match zone {
        [b'+', rest @ ..] => (false, rest),
        [b'-', rest @ ..] => (true, rest),
        _ => return fail(zone, "+ or - and the hours and minutes of a zone"),
    };
    let (rest, hours) = digits(2, rest)?;
    let (rest, minutes) = digits(2, rest)?;
    if minutes > 59 {
        return fail(zone, "the hours and minutes of a zone");
    }
    let ahead = hours * 60 + minutes;
    let rest = match rest {
        [b' ', name @ ..] if reader.is_forgiving() => run(&ALPHA, name).1,
        _ => rest,
    };
    let (rest, ()) = byte(b'"', "the closing quote")(rest)?;
    if rest.len() != after.len() {
        return fail(rest, "the end of the string");
    }
    let small = |number: i16| u8::try_from(number).unwrap_or(u8::MAX);
    let ahead = if negative { -ahead } else { ahead };
    match DateTime::new(date, small(hour), small(minute), small(second), ahead) {
        Some(moment) => Ok((rest, moment)),
        None => fail(time, "a time of the day"),
    }
}

/// `"-" date-month "-" date-year` at `input`, and with `day`, which was read at
/// `start`, the date.
fn month_and_year<'a>(start: &'a [u8], input: &'a [u8], day: i16) -> Parsed<'a, Date> {
    let (rest, ()) = byte(b'-', "\"-\"")(input)?;
    let (rest, month) = month(rest)?;
    let (rest, ()) = byte(b'-', "\"-\"")(rest)?;
    let (rest, year) = digits(4, rest)?;
    let (year, day) = (u16::try_from(year).ok(), u8::try_from(day).ok());
    match year.zip(day).and_then(|(year, day)| Date::new(year, month, day)) {
        Some(date) => Ok((rest, date)),
        None => fail(start, "a day of the calendar"),
    }
}

fn month(input: &[u8]) -> Parsed<'_, Month> {
    let name = input.split_at_checked(3);
    let month = name.and_then(|(name, rest)| {
        let is = |month: &Month| name.eq_ignore_ascii_case(month.abbreviation().as_bytes());
        Some((rest, Month::ALL.into_iter().find(is)?))
    });
    match month {
        Some(month) => Ok(month),
        None => fail(input, "a month"),
    }
}

/// Exactly `count` digits, of which there are at most four.
fn digits(count: usize, input: &[u8]) -> Parsed<'_, i16> {
    match input.split_at_checked(count) {
        Some((digits, rest)) if digits.iter().all(u8::is_ascii_digit) => {
            Ok((rest, digits.iter().fold(0, |value, digit| value * 10 + i16::from(digit - b'0'))))
        }
        _ => fail(input, "digits"),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use mail_wire::parse::complete;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::{Arena, Side, parse_whole};

    fn read(wire: &str) -> Result<DateTime, mail_wire::SyntaxError> {
        parse_whole(wire.as_bytes(), Side::Client, &Arena::new(), date_time)
    }

    fn written(moment: DateTime) -> String {
        let mut out = BytesMut::new();
        moment.encode(&mut out);
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn dates_are_read_in_all_forms() {
        let expected = Date::new(1994, Month::February, 1).unwrap();
        for wire in ["1-Feb-1994", "01-feb-1994", "\"1-FEB-1994\""] {
            assert_eq!(complete(wire.as_bytes(), date), Ok(expected), "{wire}");
        }
        for wire in ["30-Feb-1994", "0-Feb-1994", "1-Fev-1994", "1-Feb-94", "\"1-Feb-1994", ""] {
            assert!(complete(wire.as_bytes(), date).is_err(), "{wire}");
        }
    }

    #[test]
    fn moments_are_read_and_written() {
        for wire in [
            "\"17-Jul-1996 02:44:25 -0700\"",
            "\" 7-Feb-1994 21:52:25 -0800\"",
            "\"29-Feb-2024 23:59:60 +1345\"",
            "\"01-Jan-0000 00:00:00 +0000\"",
        ] {
            let moment = read(wire).unwrap();
            assert_eq!(written(moment), wire.replace("\"0", "\" "));
        }
        for wire in [
            "\"7-Feb-1994 21:52:25 -0800\"",
            "\"17-Jul-1996 24:00:00 -0700\"",
            "\"17-Jul-1996 02:44:25 -0760\"",
            "\"17-Jul-1996 02:44:25 0700\"",
            "\"29-Feb-2023 02:44:25 +0000\"",
            "17-Jul-1996 02:44:25 -0700",
        ] {
            assert!(read(wire).is_err(), "{wire}");
        }
    }

    #[test]
    fn moments_count_from_1970() {
        for (wire, seconds) in [
            ("\" 1-Jan-1970 00:00:00 +0000\"", 0),
            ("\"31-Dec-1969 23:59:59 +0000\"", -1),
            ("\" 1-Mar-2000 00:00:00 +0100\"", 951_865_200),
            ("\" 1-Jan-0000 00:00:00 +0000\"", -62_167_219_200),
            ("\"31-Dec-9999 23:59:59 +0000\"", 253_402_300_799),
        ] {
            let moment = read(wire).unwrap();
            assert_eq!(moment.unix(), seconds, "{wire}");
            assert_eq!(DateTime::from_unix(seconds, moment.zone()), Some(moment));
        }
        assert_eq!(DateTime::from_unix(253_402_300_800, 0), None);
        assert_eq!(DateTime::from_unix(-62_167_219_201, 0), None);
        assert_eq!(DateTime::from_unix(i64::MAX, 1), None);
        assert_eq!(DateTime::from_unix(i64::MIN, 0), None);
    }

    proptest! {
        #[test]
        fn every_moment_comes_back(
            seconds in -62_000_000_000_i64..253_000_000_000,
            zone in -5999_i16..6000,
        ) {
            let moment = DateTime::from_unix(seconds, zone).unwrap();
            prop_assert_eq!(moment.unix(), seconds);
            prop_assert_eq!(read(&written(moment)), Ok(moment));
        }
    }
}
