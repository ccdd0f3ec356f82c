//! Dates of searches, and the date and time of INTERNALDATE and APPEND.
//!
//! RFC 9051 section 9: `date`, `date-time`.

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
}
