//! The answers that say no.

use crate::code::Code;
use crate::response::{Response, Status};
use crate::text::Text;

/// Why a request is rejected. It is always an `-ERR`.
///
/// ```
/// use pop3_proto::server::Rejection;
/// use pop3_proto::{Code, Text};
/// let disk = Rejection::new(Text::new("the disk is full")?).with_code(Code::SysTemp);
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rejection<'a> {
    /// What it says to programs.
    pub code: Option<Code<'a>>,
    /// What it says to people.
    pub text: Text<'a>,
}

impl Rejection<'static> {
    /// `[AUTH]`: the name or the password is wrong; never say which (RFC 3206 §5).
    pub const AUTHENTICATION_FAILED: Self =
        Self::fixed(Some(Code::Auth), "invalid name or password");
    /// `[IN-USE]`: the maildrop is open in another session (RFC 2449 §8.1.2).
    pub const IN_USE: Self = Self::fixed(Some(Code::InUse), "the maildrop is in use");
    /// `[LOGIN-DELAY]`: the last login was too short a while ago (RFC 2449 §8.1.1).
    pub const TOO_EARLY: Self = Self::fixed(Some(Code::LoginDelay), "wait before the next login");
    /// `[SYS/TEMP]`: trouble of the server's own that may pass (RFC 3206 §4).
    pub const UNAVAILABLE: Self = Self::fixed(Some(Code::SysTemp), "try again later");
    /// `[SYS/TEMP]`: nobody can log in now (RFC 3206 §4).
    pub const AUTH_UNAVAILABLE: Self =
        Self::fixed(Some(Code::SysTemp), "nobody can log in now: try again later");
    /// `[SYS/TEMP]`: STLS cannot be done now.
    pub const TLS_UNAVAILABLE: Self = Self::fixed(Some(Code::SysTemp), "no TLS now");
    /// `[SYS/PERM]`: trouble that someone must see to (RFC 3206 §4).
    pub const PERMANENT: Self = Self::fixed(Some(Code::SysPerm), "ask the administrator");
    /// `[UTF8]`: the message can only be had after UTF8 (RFC 6856 §5).
    pub const NEEDS_UTF8: Self = Self::fixed(Some(Code::Utf8), "the message is for UTF8 mode");
    /// The message is gone: another session removed it.
    pub const NO_SUCH_MESSAGE: Self = Self::fixed(None, "no such message");
    /// The server does not do this.
    pub const NOT_SUPPORTED: Self = Self::fixed(None, "not supported");

    const fn fixed(code: Option<Code<'static>>, text: &'static str) -> Self {
        Self { code, text: Text::fixed(text) }
    }
}

impl<'a> Rejection<'a> {
    /// A no in words.
    #[must_use]
    pub const fn new(text: Text<'a>) -> Self {
        Self { code: None, text }
    }

    /// The same, with a code for programs.
    #[must_use]
    pub const fn with_code(self, code: Code<'a>) -> Self {
        Self { code: Some(code), ..self }
    }
}

impl<'a> From<Rejection<'a>> for Response<'a> {
    fn from(Rejection { code, text }: Rejection<'a>) -> Self {
        Self { status: Status::Err, code, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::BytesMut;

    /// RFC 2449 §8.1, RFC 3206 §4 and §5, RFC 6856 §5: what is written for each.
    #[test]
    fn each_no_has_its_code() {
        for (rejection, written) in [
            (Rejection::AUTHENTICATION_FAILED, "-ERR [AUTH] invalid name or password\r\n"),
            (Rejection::IN_USE, "-ERR [IN-USE] the maildrop is in use\r\n"),
            (Rejection::TOO_EARLY, "-ERR [LOGIN-DELAY] wait before the next login\r\n"),
            (Rejection::UNAVAILABLE, "-ERR [SYS/TEMP] try again later\r\n"),
            (
                Rejection::AUTH_UNAVAILABLE,
                "-ERR [SYS/TEMP] nobody can log in now: try again later\r\n",
            ),
            (Rejection::TLS_UNAVAILABLE, "-ERR [SYS/TEMP] no TLS now\r\n"),
            (Rejection::PERMANENT, "-ERR [SYS/PERM] ask the administrator\r\n"),
            (Rejection::NEEDS_UTF8, "-ERR [UTF8] the message is for UTF8 mode\r\n"),
            (Rejection::NO_SUCH_MESSAGE, "-ERR no such message\r\n"),
            (Rejection::NOT_SUPPORTED, "-ERR not supported\r\n"),
        ] {
            let mut out = BytesMut::new();
            Response::from(rejection).encode(&mut out);
            assert_eq!(&out[..], written.as_bytes());
        }
    }
}
