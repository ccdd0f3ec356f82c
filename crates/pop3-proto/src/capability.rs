//! Capabilities: the lines after the `+OK` of CAPA (RFC 2449 §5).

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

/// The names of the capabilities that [`Capability`] knows: each stands here, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Top,
    User,
    Sasl,
    RespCodes,
    AuthRespCode,
    LoginDelay,
    Pipelining,
    Expire,
    Uidl,
    Implementation,
    Stls,
    Utf8,
    Lang,
}

impl Tag {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Top => "TOP",
            Self::User => "USER",
            Self::Sasl => "SASL",
            Self::RespCodes => "RESP-CODES",
            Self::AuthRespCode => "AUTH-RESP-CODE",
            Self::LoginDelay => "LOGIN-DELAY",
            Self::Pipelining => "PIPELINING",
            Self::Expire => "EXPIRE",
            Self::Uidl => "UIDL",
            Self::Implementation => "IMPLEMENTATION",
            Self::Stls => "STLS",
            Self::Utf8 => "UTF8",
            Self::Lang => "LANG",
        }
    }

    const fn keyword(self) -> Keyword {
        Keyword::new(self.as_str().as_bytes())
    }

    /// The capability of this name, in upper or lower case.
    fn find(word: &[u8]) -> Option<Self> {
        const TOP: Keyword = Tag::Top.keyword();
        const USER: Keyword = Tag::User.keyword();
        const SASL: Keyword = Tag::Sasl.keyword();
        const RESP_CODES: Keyword = Tag::RespCodes.keyword();
        const AUTH_RESP_CODE: Keyword = Tag::AuthRespCode.keyword();
        const LOGIN_DELAY: Keyword = Tag::LoginDelay.keyword();
        const PIPELINING: Keyword = Tag::Pipelining.keyword();
        const EXPIRE: Keyword = Tag::Expire.keyword();
        const UIDL: Keyword = Tag::Uidl.keyword();
        const IMPLEMENTATION: Keyword = Tag::Implementation.keyword();
        const STLS: Keyword = Tag::Stls.keyword();
        const UTF8: Keyword = Tag::Utf8.keyword();
        const LANG: Keyword = Tag::Lang.keyword();
        Some(match Keyword::new(word) {
            TOP => Self::Top,
            USER => Self::User,
            SASL => Self::Sasl,
            RESP_CODES => Self::RespCodes,
            AUTH_RESP_CODE => Self::AuthRespCode,
            LOGIN_DELAY => Self::LoginDelay,
            PIPELINING => Self::Pipelining,
            EXPIRE => Self::Expire,
            UIDL => Self::Uidl,
            IMPLEMENTATION => Self::Implementation,
            STLS => Self::Stls,
            UTF8 => Self::Utf8,
            LANG => Self::Lang,
            _ => return None,
        })
    }
}

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
        let known = Tag::find(tag).and_then(|tag| Self::with_arguments(tag, rest));
        Ok(known.unwrap_or(Self::Other(whole)))
    }

    /// The capability `tag` with what follows it; `None` where that does not belong to it.
    fn with_arguments(tag: Tag, rest: &'a [u8]) -> Option<Self> {
        let arguments = rest.trim_ascii();
        let plain = |capability| arguments.is_empty().then_some(capability);
        match tag {
            Tag::Sasl => Mechanisms::parse(arguments).ok().map(Self::Sasl),
            Tag::Implementation => {
                let name = rest.strip_prefix(b" ").unwrap_or(rest);
                complete(name, rest_of_line).ok().map(Self::Implementation)
            }
            Tag::LoginDelay => {
                let (delay, user) = per_user(arguments)?;
                let seconds = complete(delay, number32).ok()?;
                Some(Self::LoginDelay { seconds, user })
            }
            Tag::Expire => {
                let (retention, user) = per_user(arguments)?;
                let retention = match retention {
                    never if never.eq_ignore_ascii_case(b"NEVER") => Retention::Never,
                    days => Retention::Days(complete(days, number32).ok()?),
                };
                Some(Self::Expire { retention, user })
            }
            Tag::Utf8 if arguments.eq_ignore_ascii_case(b"USER") => Some(Self::Utf8 { user: true }),
            Tag::Utf8 => plain(Self::Utf8 { user: false }),
            Tag::Top => plain(Self::Top),
            Tag::User => plain(Self::User),
            Tag::RespCodes => plain(Self::RespCodes),
            Tag::AuthRespCode => plain(Self::AuthRespCode),
            Tag::Pipelining => plain(Self::Pipelining),
            Tag::Uidl => plain(Self::Uidl),
            Tag::Stls => plain(Self::Stls),
            Tag::Lang => plain(Self::Lang),
        }
    }

    /// Writes the line, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        let flag = |user: bool| if user { &b" USER"[..] } else { b"" };
        match self {
            Self::Top => encode_tag(Tag::Top, out),
            Self::User => encode_tag(Tag::User, out),
            Self::Sasl(mechanisms) => {
                encode_tag(Tag::Sasl, out);
                for mechanism in mechanisms.iter() {
                    out.put_u8(b' ');
                    out.put_slice(mechanism.as_str().as_bytes());
                }
            }
            Self::RespCodes => encode_tag(Tag::RespCodes, out),
            Self::AuthRespCode => encode_tag(Tag::AuthRespCode, out),
            Self::LoginDelay { seconds, user } => {
                encode_tag(Tag::LoginDelay, out);
                out.put_u8(b' ');
                decimal(seconds.into(), out);
                out.put_slice(flag(user));
            }
            Self::Pipelining => encode_tag(Tag::Pipelining, out),
            Self::Expire { retention, user } => {
                encode_tag(Tag::Expire, out);
                out.put_u8(b' ');
                match retention {
                    Retention::Never => out.put_slice(b"NEVER"),
                    Retention::Days(days) => decimal(days.into(), out),
                }
                out.put_slice(flag(user));
            }
            Self::Uidl => encode_tag(Tag::Uidl, out),
            Self::Implementation(name) => {
                encode_tag(Tag::Implementation, out);
                name.encode_after_space(out);
            }
            Self::Stls => encode_tag(Tag::Stls, out),
            Self::Utf8 { user } => {
                encode_tag(Tag::Utf8, out);
                out.put_slice(flag(user));
            }
            Self::Lang => encode_tag(Tag::Lang, out),
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

fn encode_tag(tag: Tag, out: &mut BytesMut) {
    out.put_slice(tag.as_str().as_bytes());
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
