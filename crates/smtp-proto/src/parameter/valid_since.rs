//! Since when a recipient has to have been who it is (RFC 7293 §3.1).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

use super::date_time::DateTime;

/// The value of `RRVS=`: the mailbox must not have changed hands since.
///
/// ```
/// use smtp_proto::ValidSince;
/// let since = ValidSince::parse(b"2014-04-03T23:01:00Z;C")?;
/// assert!(since.passed_on_without);
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValidSince<'a> {
    /// Since when.
    pub since: DateTime<'a>,
    /// `C`: a server that does not know the parameter gets the message without it. Otherwise, and
    /// where `R` says so, it is rejected.
    pub passed_on_without: bool,
}

impl<'a> ValidSince<'a> {
    /// Parses a value of `RRVS=`.
    ///
    /// ```abnf
    /// rrvs-param = "RRVS=" date-time [ ";" ( "C" / "R" ) ]   ; RFC 7293 §3.1
    /// ```
    /// The time has no fractions of a second.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &'a [u8]) -> Result<Self, SyntaxError> {
        let (since, passed_on_without) = match value {
            [since @ .., b';', b'C' | b'c'] => (since, true),
            [since @ .., b';', b'R' | b'r'] => (since, false),
            since => (since, false),
        };
        let since = DateTime::parse(since)?;
        if since.as_str().contains('.') {
            return Err(SyntaxError { offset: 0, expected: "a time without fractions" });
        }
        Ok(Self { since, passed_on_without })
    }

    /// Writes the value of `RRVS=`. Fractions of a second are left out.
    pub fn encode(self, out: &mut BytesMut) {
        let time = self.since.as_str();
        let (whole, rest) = time.split_once('.').unwrap_or((time, ""));
        out.put_slice(whole.as_bytes());
        out.put_slice(rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).as_bytes());
        if self.passed_on_without {
            out.put_slice(b";C");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (wire, encoded) in [
            ("2014-04-03T23:01:00Z", "2014-04-03T23:01:00Z"),
            ("2014-04-03T23:01:00+01:00;r", "2014-04-03T23:01:00+01:00"),
            ("2014-04-03T23:01:00Z;c", "2014-04-03T23:01:00Z;C"),
        ] {
            let mut out = BytesMut::new();
            ValidSince::parse(wire.as_bytes()).unwrap().encode(&mut out);
            assert_eq!(out, encoded.as_bytes());
        }
        for odd in
            ["", ";C", "2014-04-03T23:01:00Z;X", "2014-04-03T23:01:00Z;", "2014-04-03T23:01:00.5Z"]
        {
            assert!(ValidSince::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
        let fraction = DateTime::parse(b"2014-04-03T23:01:00.25Z").unwrap();
        let mut out = BytesMut::new();
        ValidSince { since: fraction, passed_on_without: false }.encode(&mut out);
        assert_eq!(&out[..], b"2014-04-03T23:01:00Z");
    }
}
