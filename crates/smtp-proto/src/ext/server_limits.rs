//! The limits that a server names (RFC 9422 §4).

use super::words::Words;

/// The limits that a server names, which its clients keep to (RFC 9422 §4).
///
/// ```
/// use smtp_proto::Extension;
/// let Extension::Limits(limits) = Extension::parse(b"LIMITS RCPTMAX=20 X-NOISE=1 MAILMAX=0")?
/// else { panic!() };
/// assert_eq!((limits.recipients(), limits.messages()), (Some(20), None));
/// assert_eq!(limits.get("x-noise"), Some("1"));
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerLimits<'a>(pub(super) Words<'a>);

impl<'a> ServerLimits<'a> {
    /// `RCPTMAX`: the most RCPT commands of one transaction. One that is no number from 1 to
    /// 999999 says nothing, here and below.
    #[must_use]
    pub fn recipients(self) -> Option<u32> {
        self.number("RCPTMAX")
    }

    /// `MAILMAX`: the most MAIL commands of one connection.
    #[must_use]
    pub fn messages(self) -> Option<u32> {
        self.number("MAILMAX")
    }

    /// `RCPTDOMAINMAX`: the most domains of recipients on one connection.
    #[must_use]
    pub fn recipient_domains(self) -> Option<u32> {
        self.number("RCPTDOMAINMAX")
    }

    /// The value of a limit, by its name in whichever case; empty where it has none. Of two, the
    /// first.
    #[must_use]
    pub fn get(self, name: &str) -> Option<&'a str> {
        let mut all = self.iter();
        all.find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All of them, as names and values.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().map(|limit| limit.split_once('=').unwrap_or((limit, "")))
    }

    /// ```abnf
    /// limit-value = 1*6DIGIT                                   ; RFC 9422 §4
    /// ```
    fn number(self, name: &str) -> Option<u32> {
        let digits = self.get(name)?;
        let fits = digits.len() <= 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse().ok().filter(|&number| fits && number > 0)
    }
}
