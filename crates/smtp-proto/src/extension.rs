//! What a server says in answer to EHLO (RFC 5321 §4.1.1.1).

use core::hash::{Hash, Hasher};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{ALPHANUMERIC, Class, Keyword, number64, run};

use crate::{Mechanisms, Text, case};

/// One line of the answer to EHLO: an extension that the server offers.
///
/// ```
/// use smtp_proto::{Extension, Reply};
/// let reply = Reply::parse(b"250-mx.example.org\r\n250-SIZE 1000\r\n250 8BITMIME\r\n")?;
/// let offered: Vec<_> = reply.lines().iter().skip(1).flat_map(Extension::parse).collect();
/// assert_eq!(offered, [Extension::Size(Some(1000)), Extension::EightBitMime]);
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extension<'a> {
    /// `PIPELINING` (RFC 2920)
    Pipelining,
    /// `SIZE`, with the most octets that a message may have; none or 0 says
    /// that there is no fixed limit (RFC 1870 §4).
    Size(Option<u64>),
    /// `8BITMIME` (RFC 6152)
    EightBitMime,
    /// `SMTPUTF8` (RFC 6531)
    SmtpUtf8,
    /// `ENHANCEDSTATUSCODES` (RFC 2034)
    EnhancedStatusCodes,
    /// `STARTTLS` (RFC 3207)
    StartTls,
    /// `AUTH`, with the mechanisms offered (RFC 4954 §3)
    Auth(Mechanisms<'a>),
    /// `HELP` (RFC 5321 §4.1.1.8)
    Help,
    /// `VRFY` (RFC 5321 §4.1.1.6)
    Vrfy,
    /// `EXPN` (RFC 5321 §4.1.1.7)
    Expn,
    /// One that this crate does not know.
    Other(OtherExtension<'a>),
}

/// An extension that [`Extension`] has not. It is made by [`Extension::parse`]. Two are
/// equal where their keywords are, in whichever case, and their parameters, letter by
/// letter.
#[derive(Clone, Copy, Debug)]
pub struct OtherExtension<'a> {
    keyword: Text<'a>,
    parameters: Text<'a>,
}

impl PartialEq for OtherExtension<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (keyword, others) = (self.keyword.as_bytes(), other.keyword.as_bytes());
        keyword.eq_ignore_ascii_case(others) && self.parameters == other.parameters
    }
}

impl Eq for OtherExtension<'_> {}

impl Hash for OtherExtension<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        case::hash(self.keyword.as_bytes(), state);
        self.parameters.hash(state);
    }
}

impl<'a> OtherExtension<'a> {
    /// Its keyword. Case does not matter.
    #[must_use]
    pub const fn keyword(self) -> Text<'a> {
        self.keyword
    }

    /// What stands behind it, without the space between.
    #[must_use]
    pub const fn parameters(self) -> Text<'a> {
        self.parameters
    }
}

/// The octets of an `ehlo-keyword`, and those that servers write all the same:
/// `AUTH=LOGIN`, of a draft before RFC 2554.
static KEYWORD: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-_.");

const PIPELINING: Keyword = Keyword::new(b"PIPELINING");
const SIZE: Keyword = Keyword::new(b"SIZE");
const EIGHT_BIT_MIME: Keyword = Keyword::new(b"8BITMIME");
const SMTPUTF8: Keyword = Keyword::new(b"SMTPUTF8");
/// `ENHANCEDSTATUSCODES` is longer than a [`Keyword`].
const ENHANCED_STATUS_CODES: &[u8] = b"ENHANCEDSTATUSCODES";
const STARTTLS: Keyword = Keyword::new(b"STARTTLS");
const AUTH: Keyword = Keyword::new(b"AUTH");
const HELP: Keyword = Keyword::new(b"HELP");
const VRFY: Keyword = Keyword::new(b"VRFY");
const EXPN: Keyword = Keyword::new(b"EXPN");

impl<'a> Extension<'a> {
    /// Parses a line of the answer to EHLO, any but the first.
    ///
    /// # Errors
    /// [`SyntaxError`] where it does not begin with a keyword, or `SIZE` has a
    /// limit that is no number. The other lines are good all the same.
    pub fn parse(line: Text<'a>) -> Result<Self, SyntaxError> {
        let line = line.as_bytes().trim_ascii_end();
        let (keyword, rest) = run(&KEYWORD, line);
        if !keyword.first().is_some_and(|&first| ALPHANUMERIC.contains(first)) {
            return Err(SyntaxError { offset: 0, expected: "a keyword" });
        }
        let parameters = match rest {
            [] => rest,
            [b' ' | b'=', parameters @ ..] => parameters.trim_ascii_start(),
            _ => return Err(SyntaxError { offset: keyword.len(), expected: "a space" }),
        };
        Ok(match Keyword::new(keyword) {
            PIPELINING => Self::Pipelining,
            SIZE if parameters.is_empty() => Self::Size(None),
            SIZE => match number64(parameters) {
                Ok(([], limit)) => Self::Size(Some(limit)),
                _ => return Err(SyntaxError { offset: keyword.len() + 1, expected: "a number" }),
            },
            EIGHT_BIT_MIME => Self::EightBitMime,
            SMTPUTF8 => Self::SmtpUtf8,
            STARTTLS => Self::StartTls,
            AUTH => Self::Auth(Mechanisms::received(Text::received(parameters))),
            HELP => Self::Help,
            VRFY => Self::Vrfy,
            EXPN => Self::Expn,
            _ if keyword.eq_ignore_ascii_case(ENHANCED_STATUS_CODES) => Self::EnhancedStatusCodes,
            _ => Self::Other(OtherExtension {
                keyword: Text::received(keyword),
                parameters: Text::received(parameters),
            }),
        })
    }

    /// Writes the keyword and its parameters, without a reply code.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Pipelining => out.put_slice(b"PIPELINING"),
            Self::Size(limit) => {
                out.put_slice(b"SIZE");
                if let Some(limit) = limit {
                    out.put_u8(b' ');
                    decimal(limit, out);
                }
            }
            Self::EightBitMime => out.put_slice(b"8BITMIME"),
            Self::SmtpUtf8 => out.put_slice(b"SMTPUTF8"),
            Self::EnhancedStatusCodes => out.put_slice(ENHANCED_STATUS_CODES),
            Self::StartTls => out.put_slice(b"STARTTLS"),
            Self::Auth(mechanisms) => {
                out.put_slice(b"AUTH");
                for mechanism in mechanisms.iter() {
                    out.put_u8(b' ');
                    out.put_slice(mechanism.as_str().as_bytes());
                }
            }
            Self::Help => out.put_slice(b"HELP"),
            Self::Vrfy => out.put_slice(b"VRFY"),
            Self::Expn => out.put_slice(b"EXPN"),
            Self::Other(OtherExtension { keyword, parameters }) => {
                out.put_slice(keyword.as_bytes());
                if !parameters.is_empty() {
                    out.put_u8(b' ');
                    out.put_slice(parameters.as_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::assert_same;
    use mail_wire::Mechanism;

    fn parse(line: &str) -> Result<Extension<'_>, SyntaxError> {
        Extension::parse(Text::new(line).unwrap())
    }

    #[test]
    fn round_trips() {
        for line in [
            "PIPELINING",
            "SIZE",
            "SIZE 0",
            "SIZE 10240000",
            "8BITMIME",
            "SMTPUTF8",
            "STARTTLS",
            "HELP",
            "VRFY",
            "EXPN",
            "ENHANCEDSTATUSCODES",
            "AUTH PLAIN LOGIN",
            "X-MARK",
            "LIMITS RCPTMAX=1 MAILMAX=2",
        ] {
            let mut out = BytesMut::new();
            parse(line).unwrap().encode(&mut out);
            assert_eq!(out, line.as_bytes());
        }
    }

    #[test]
    fn what_servers_write() {
        assert_eq!(parse("size 12 "), Ok(Extension::Size(Some(12))));
        let Ok(Extension::Auth(mechanisms)) = parse("AUTH=LOGIN  PLAIN") else { panic!() };
        assert!(mechanisms.iter().map(Mechanism::as_str).eq(["LOGIN", "PLAIN"]));
        assert_same(parse("x-mark a").unwrap(), parse("X-Mark a").unwrap());
        assert_ne!(parse("X-MARK a"), parse("X-MARK A"));
        assert!(parse("SIZE many").is_err());
        assert!(parse("").is_err());
        assert!(parse("-x").is_err());
    }
}
