//! Extended response codes (RFC 2449 §8, RFC 3206, RFC 6856 §5).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Keyword, Parsed, byte, complete, fail, word};

/// What a response says to programs, in brackets before its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code<'a> {
    /// `IN-USE`: the maildrop is open in another session (RFC 2449 §8.1.2).
    InUse,
    /// `LOGIN-DELAY`: the last login was too short a while ago (RFC 2449 §8.1.1).
    LoginDelay,
    /// `SYS/TEMP`: the server is in trouble and may not be, later (RFC 3206 §4).
    SysTemp,
    /// `SYS/PERM`: the server is in trouble until someone helps it (RFC 3206 §4).
    SysPerm,
    /// `AUTH`: the credentials are at fault (RFC 3206 §5).
    Auth,
    /// `UTF8`: the message cannot be had before UTF8 was given (RFC 6856 §5).
    Utf8,
    /// Any other.
    Other(OtherCode<'a>),
}

impl<'a> Code<'a> {
    /// Takes what stands between the brackets, in upper or lower case.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is no code, or longer than 64 octets.
    pub fn parse(code: &'a [u8]) -> Result<Self, SyntaxError> {
        if code.len() > 64 {
            return Err(SyntaxError { offset: 64, expected: "the end of the code" });
        }
        complete(code, levels)
    }

    /// What stands between the brackets.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        match self {
            Self::InUse => "IN-USE",
            Self::LoginDelay => "LOGIN-DELAY",
            Self::SysTemp => "SYS/TEMP",
            Self::SysPerm => "SYS/PERM",
            Self::Auth => "AUTH",
            Self::Utf8 => "UTF8",
            Self::Other(code) => code.0,
        }
    }

    const fn keyword(self) -> Keyword {
        Keyword::new(self.as_str().as_bytes())
    }

    /// Whether it is `code`, or more detail on it: clients must pass over
    /// detail that they do not know (RFC 2449 §8).
    ///
    /// ```
    /// use pop3_proto::Code;
    /// assert!(Code::parse(b"SYS/TEMP/DISK")?.is(Code::SysTemp));
    /// assert!(!Code::parse(b"SYS/TEMPER")?.is(Code::SysTemp));
    /// # Ok::<(), pop3_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn is(self, code: Code<'_>) -> bool {
        let (ours, asked) = (self.as_str().as_bytes(), code.as_str().as_bytes());
        ours.split_at_checked(asked.len()).is_some_and(|(start, detail)| {
            start.eq_ignore_ascii_case(asked) && matches!(detail, [] | [b'/', ..])
        })
    }

    /// Writes the code in its brackets.
    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b'[');
        out.put_slice(self.as_str().as_bytes());
        out.put_u8(b']');
    }
}

/// A response code that [`Code`] does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OtherCode<'a>(&'a str);

impl<'a> OtherCode<'a> {
    /// The code as it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// `rchar`, the slash between levels, and the space, which is not of the
/// grammar but is seen in codes of no standard.
static CODE: Class = Class::new().with_range(0x20, 0x7e).without(b"[]");

const IN_USE: Keyword = Code::InUse.keyword();
const LOGIN_DELAY: Keyword = Code::LoginDelay.keyword();
const SYS_TEMP: Keyword = Code::SysTemp.keyword();
const SYS_PERM: Keyword = Code::SysPerm.keyword();
const AUTH: Keyword = Code::Auth.keyword();
const UTF8: Keyword = Code::Utf8.keyword();

/// RFC 2449 §3: `resp-code = "[" resp-level *("/" resp-level) "]"`
pub(crate) fn code(input: &[u8]) -> Parsed<'_, Code<'_>> {
    let (rest, ()) = byte(b'[', "\"[\"")(input)?;
    let (rest, code) = levels(rest)?;
    let (rest, ()) = byte(b']', "\"]\"")(rest)?;
    Ok((rest, code))
}

fn levels(input: &[u8]) -> Parsed<'_, Code<'_>> {
    let (rest, code) = word(&CODE, "a response code")(input)?;
    if code.split('/').any(str::is_empty) {
        return fail(input, "a response code");
    }
    let code = match Keyword::new(code.as_bytes()) {
        IN_USE => Code::InUse,
        LOGIN_DELAY => Code::LoginDelay,
        SYS_TEMP => Code::SysTemp,
        SYS_PERM => Code::SysPerm,
        AUTH => Code::Auth,
        UTF8 => Code::Utf8,
        _ => Code::Other(OtherCode(code)),
    };
    Ok((rest, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2449 §8.1, RFC 3206 §4 and §5, RFC 6856 §5.
    #[test]
    fn each_code_has_its_type() {
        for (written, code) in [
            ("IN-USE", Code::InUse),
            ("LOGIN-DELAY", Code::LoginDelay),
            ("SYS/TEMP", Code::SysTemp),
            ("SYS/PERM", Code::SysPerm),
            ("AUTH", Code::Auth),
            ("UTF8", Code::Utf8),
        ] {
            assert_eq!(Code::parse(written.as_bytes()), Ok(code));
            assert_eq!(code.as_str(), written);
        }
    }

    #[test]
    fn codes_in_any_case() {
        assert_eq!(Code::parse(b"in-use"), Ok(Code::InUse));
        assert_eq!(Code::parse(b"Sys/Perm"), Ok(Code::SysPerm));
        assert_eq!(Code::parse(b"SYS").unwrap().as_str(), "SYS");
        assert!(Code::parse(b"auth/expired").unwrap().is(Code::Auth));
        for bad in [&b""[..], b"/", b"A/", b"/A", b"A]", b"A\r", b"\xff"] {
            assert!(Code::parse(bad).is_err(), "{bad:?}");
        }
    }
}
