//! Capabilities: the lines behind the `+OK` of CAPA (RFC 2449 §5).

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, VCHAR, complete, number32, run};
use mail_wire::{Mechanisms, SyntaxError, encode::decimal};

use crate::text::{Text, rest_of_line};

/// One capability of a server.
///
/// ```
/// use pop3_proto::Capability;
/// use pop3_proto::Retention;
/// let expire = Capability::parse(b"EXPIRE 5 USER")?;
/// assert_eq!(expire, Capability::Expire { retention: Retention::Days(5), user: true });
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// `TOP` (RFC 2449 §6.1).
    Top,
    /// `USER`: USER and PASS (RFC 2449 §6.2).
    User,
    /// `SASL`: AUTH with these mechanisms (RFC 5034 §3).
    Sasl(Mechanisms<'a>),
    /// `RESP-CODES`: a text that begins with `[` is a code (RFC 2449 §6.4).
    RespCodes,
    /// `AUTH-RESP-CODE`: `[AUTH]` marks every fault of credentials (RFC 3206 §6).
    AuthRespCode,
    /// `LOGIN-DELAY` (RFC 2449 §6.5).
    LoginDelay {
        /// The least time between two logins.
        seconds: u32,
        /// It differs by user: ask again after login.
        user: bool,
    },
    /// `PIPELINING` (RFC 2449 §6.6).
    Pipelining,
    /// `EXPIRE` (RFC 2449 §6.7).
    Expire {
        /// How long messages are kept, at least.
        retention: Retention,
        /// It differs by user: ask again after login.
        user: bool,
    },
    /// `UIDL` (RFC 2449 §6.8).
    Uidl,
    /// `IMPLEMENTATION`: the server's name (RFC 2449 §6.9).
    Implementation(Text<'a>),
    /// `STLS` (RFC 2595 §4).
    Stls,
    /// `UTF8` (RFC 6856 §2).
    Utf8 {
        /// `USER`: names and passwords may be UTF-8 too.
        user: bool,
    },
    /// `LANG` (RFC 6856 §3).
    Lang,
    /// Any other line.
    Other(Text<'a>),
}

/// How long a server keeps messages (RFC 2449 §6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retention {
    /// `NEVER`: until they are deleted.
    Never,
    /// At least so many days; with 0 days, messages may not be left on the server.
    Days(u32),
}

const TOP: Keyword = Keyword::new(b"TOP");
const USER: Keyword = Keyword::new(b"USER");
const SASL: Keyword = Keyword::new(b"SASL");
const RESP_CODES: Keyword = Keyword::new(b"RESP-CODES");
const AUTH_RESP_CODE: Keyword = Keyword::new(b"AUTH-RESP-CODE");
const LOGIN_DELAY: Keyword = Keyword::new(b"LOGIN-DELAY");
const PIPELINING: Keyword = Keyword::new(b"PIPELINING");
const EXPIRE: Keyword = Keyword::new(b"EXPIRE");
const UIDL: Keyword = Keyword::new(b"UIDL");
const IMPLEMENTATION: Keyword = Keyword::new(b"IMPLEMENTATION");
const STLS: Keyword = Keyword::new(b"STLS");
const UTF8: Keyword = Keyword::new(b"UTF8");
const LANG: Keyword = Keyword::new(b"LANG");

impl<'a> Capability<'a> {
    /// Parses a line, without its CRLF and the dot that was stuffed. Arguments
    /// that do not belong to the capability make it an [`Other`](Self::Other).
    ///
    /// RFC 2449 §3:
    /// ```text
    /// capability   =  capa-tag *(SP param) CRLF   ;512 octets maximum
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where it is empty, or holds CR or NUL.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        let whole = complete(line, rest_of_line)?;
        if line.is_empty() {
            return Err(SyntaxError { offset: 0, expected: "a capability" });
        }
        let (tag, rest) = run(&VCHAR, line);
        let arguments = rest.trim_ascii();
        let known = match Keyword::new(tag) {
            SASL => Mechanisms::parse(arguments).ok().map(Self::Sasl),
            IMPLEMENTATION => {
                let name = rest.strip_prefix(b" ").unwrap_or(rest);
                complete(name, rest_of_line).ok().map(Self::Implementation)
            }
            LOGIN_DELAY => per_user(arguments).and_then(|(delay, user)| {
                complete(delay, number32).ok().map(|seconds| Self::LoginDelay { seconds, user })
            }),
            EXPIRE => per_user(arguments).and_then(|(retention, user)| {
                let retention = match retention {
                    never if never.eq_ignore_ascii_case(b"NEVER") => Retention::Never,
                    days => Retention::Days(complete(days, number32).ok()?),
                };
                Some(Self::Expire { retention, user })
            }),
            UTF8 if arguments.eq_ignore_ascii_case(b"USER") => Some(Self::Utf8 { user: true }),
            _ if !arguments.is_empty() => None,
            TOP => Some(Self::Top),
            USER => Some(Self::User),
            RESP_CODES => Some(Self::RespCodes),
            AUTH_RESP_CODE => Some(Self::AuthRespCode),
            PIPELINING => Some(Self::Pipelining),
            UIDL => Some(Self::Uidl),
            STLS => Some(Self::Stls),
            UTF8 => Some(Self::Utf8 { user: false }),
            LANG => Some(Self::Lang),
            _ => None,
        };
        Ok(known.unwrap_or(Self::Other(whole)))
    }

    /// Writes the line, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        let flag = |user: bool| if user { &b" USER"[..] } else { b"" };
        match self {
            Self::Top => out.put_slice(b"TOP"),
            Self::User => out.put_slice(b"USER"),
            Self::Sasl(mechanisms) => {
                out.put_slice(b"SASL");
                for mechanism in mechanisms.iter() {
                    out.put_u8(b' ');
                    out.put_slice(mechanism.as_str().as_bytes());
                }
            }
            Self::RespCodes => out.put_slice(b"RESP-CODES"),
            Self::AuthRespCode => out.put_slice(b"AUTH-RESP-CODE"),
            Self::LoginDelay { seconds, user } => {
                out.put_slice(b"LOGIN-DELAY ");
                decimal(seconds.into(), out);
                out.put_slice(flag(user));
            }
            Self::Pipelining => out.put_slice(b"PIPELINING"),
            Self::Expire { retention, user } => {
                out.put_slice(b"EXPIRE ");
                match retention {
                    Retention::Never => out.put_slice(b"NEVER"),
                    Retention::Days(days) => decimal(days.into(), out),
                }
                out.put_slice(flag(user));
            }
            Self::Uidl => out.put_slice(b"UIDL"),
            Self::Implementation(name) => {
                out.put_slice(b"IMPLEMENTATION");
                name.encode_after_space(out);
            }
            Self::Stls => out.put_slice(b"STLS"),
            Self::Utf8 { user } => {
                out.put_slice(b"UTF8");
                out.put_slice(flag(user));
            }
            Self::Lang => out.put_slice(b"LANG"),
            Self::Other(line) => {
                if line.as_bytes().starts_with(b".") {
                    out.put_u8(b'.');
                }
                out.put_slice(line.as_bytes());
            }
        }
        out.put_slice(b"\r\n");
    }
}

/// An argument, and whether `USER` follows it; `None` if anything else does.
fn per_user(arguments: &[u8]) -> Option<(&[u8], bool)> {
    let (argument, rest) = run(&VCHAR, arguments);
    match rest.trim_ascii_start() {
        [] => Some((argument, false)),
        user if user.eq_ignore_ascii_case(b"USER") => Some((argument, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_lines_are_kept() {
        for line in [
            "EXPIRE",
            "EXPIRE soon",
            "LOGIN-DELAY -1",
            "UTF8 X",
            "X-Y z",
            ".",
            "é",
            " TOP",
            "TOP x",
        ] {
            let parsed = Capability::parse(line.as_bytes());
            assert_eq!(parsed, Ok(Capability::Other(Text::new(line).unwrap())), "{line}");
        }
        assert!(Capability::parse(b"").is_err());
        assert!(Capability::parse(b"TOP\0").is_err());
        assert_eq!(Capability::parse(b"top "), Ok(Capability::Top));
        let delay = Capability::LoginDelay { seconds: 900, user: true };
        assert_eq!(Capability::parse(b"Login-Delay  900 user"), Ok(delay));
    }
}
