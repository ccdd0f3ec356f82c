//! By when mail is to be delivered (RFC 2852 §4).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::number32;

/// The value of `BY=`: within how many seconds the message is of use.
///
/// ```
/// use smtp_proto::{DeliverBy, IfLate};
/// let by = DeliverBy { seconds: 120, if_late: IfLate::Return, trace: false };
/// assert_eq!(DeliverBy::parse(b"120;R"), Ok(by));
/// assert!(DeliverBy::parse(b"120;;").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliverBy {
    /// The seconds from when the command came: no more than nine digits. Below zero where the
    /// time is over.
    pub seconds: i32,
    /// What happens then.
    pub if_late: IfLate,
    /// Whether relays report that they passed it on.
    pub trace: bool,
}

/// What happens to a message that is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IfLate {
    /// `R`: it comes back.
    Return,
    /// `N`: the sender is told, and it is delivered all the same.
    Notify,
}

impl DeliverBy {
    /// Parses a value of `BY=`.
    ///
    /// ```abnf
    /// by-value = by-time ";" by-mode [by-trace]              ; RFC 2852 §4
    /// by-time  = ["-" / "+"] 1*9DIGIT ; not zero or below with a by-mode of "R"
    /// by-mode  = "N" / "R"
    /// by-trace = "T"
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none.
    pub fn parse(value: &[u8]) -> Result<Self, SyntaxError> {
        let wrong = SyntaxError { offset: 0, expected: "seconds, \";\", N or R, and perhaps T" };
        let (sign, digits) = match value {
            [b'-', rest @ ..] => (-1, rest),
            [b'+', rest @ ..] => (1, rest),
            _ => (1, value),
        };
        let (mode, number) = number32(digits).map_err(|_| wrong)?;
        let nine = digits.len().saturating_sub(mode.len()) <= 9;
        let seconds = i32::try_from(number).ok().filter(|_| nine).ok_or(wrong)?;
        let (if_late, trace) = match mode {
            [b';', b'R' | b'r', trace @ ..] => (IfLate::Return, trace),
            [b';', b'N' | b'n', trace @ ..] => (IfLate::Notify, trace),
            _ => return Err(wrong),
        };
        let trace = match trace {
            [] => false,
            [b'T' | b't'] => true,
            _ => return Err(wrong),
        };
        let by = Self { seconds: sign * seconds, if_late, trace };
        if by.is_lawful() { Ok(by) } else { Err(wrong) }
    }

    /// Whether it has a wire form.
    pub(crate) fn is_lawful(self) -> bool {
        self.seconds.unsigned_abs() < 1_000_000_000
            && (self.seconds > 0 || self.if_late == IfLate::Notify)
    }

    /// Writes the value of `BY=`. Seconds of which there is no wire form become the nearest that
    /// has one.
    pub fn encode(self, out: &mut BytesMut) {
        let least = if self.if_late == IfLate::Return { 1 } else { -999_999_999 };
        let seconds = self.seconds.clamp(least, 999_999_999);
        if seconds < 0 {
            out.put_u8(b'-');
        }
        decimal(seconds.unsigned_abs().into(), out);
        out.put_slice(if self.if_late == IfLate::Return { b";R" } else { b";N" });
        if self.trace {
            out.put_u8(b'T');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (wire, encoded) in [
            ("120;R", "120;R"),
            ("+120;rt", "120;RT"),
            ("-999999999;NT", "-999999999;NT"),
            ("0;n", "0;N"),
        ] {
            let mut out = BytesMut::new();
            DeliverBy::parse(wire.as_bytes()).unwrap().encode(&mut out);
            assert_eq!(out, encoded.as_bytes());
        }
        for odd in
            ["", "120", "120;", "120;;", "120;RTT", "120;X", "0;R", "-1;R", "1234567890;N", "--1;N"]
        {
            assert!(DeliverBy::parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
    }
}
