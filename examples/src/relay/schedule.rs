//! When mail is tried again, and for how long.

use std::{str::FromStr, time::Duration};

/// When mail that could not be sent is tried again, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long to wait after the first attempt, after the second, and so on; the last holds
    /// for all that follow. At least one.
    pub retry: Vec<Duration>,
    /// After how long the sender is told that it takes long.
    pub warn_after: Duration,
    /// After how long the mail comes back.
    pub give_up: Duration,
}

/// RFC 5321 §4.5.4.1 has a first retry after half an hour, and 4 to 5 days; a relay that is
/// known to be there is tried sooner.
impl Default for Schedule {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            retry: [5, 10, 20, 40, 80, 160, 240].map(minutes).to_vec(),
            warn_after: minutes(4 * 60),
            give_up: minutes(5 * 24 * 60),
        }
    }
}

impl Schedule {
    /// How long to wait after so many attempts.
    pub(super) fn wait(&self, attempts: u32) -> Duration {
        let last = self.retry.len().saturating_sub(1);
        let at = usize::try_from(attempts.saturating_sub(1)).unwrap_or(last);
        self.retry.get(at.min(last)).copied().unwrap_or(Duration::from_secs(5 * 60))
    }
}

/// A span of time: a number and `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let milliseconds: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(EXPECTED),
        };
        let number: u32 = number.parse().map_err(|_| EXPECTED)?;
        Ok(Self(Duration::from_millis(u64::from(number) * milliseconds)))
    }
}

const EXPECTED: &str = "expected a number and ms, s, m, h or d";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_units() {
        for (text, milliseconds) in
            [("0s", 0), ("200ms", 200), ("5m", 300_000), ("4h", 14_400_000), ("5d", 432_000_000)]
        {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.0.as_millis(), milliseconds, "{text}");
        }
        for text in ["", "5", "m", "-1s", "5 m", "5min", "99999999999s", "1.5h"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_wait_holds_for_all_that_follow() {
        let minutes = |attempts| Schedule::default().wait(attempts).as_secs() / 60;
        assert_eq!([1, 2, 3, 6, 7, 8, u32::MAX].map(minutes), [5, 10, 20, 160, 240, 240, 240]);
        assert_eq!(minutes(0), 5);
    }
}
