//! AUTH: the mechanisms, and the lines of the exchange (RFC 5034 §4).

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Class, Keyword, Parsed, complete, fail, word};
use mail_wire::{Base64, SyntaxError, shows_password};

use crate::response::Response;
use crate::text::{Text, rest_of_line};

/// The name of a SASL mechanism (RFC 4422 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism<'a> {
    /// `PLAIN` (RFC 4616).
    Plain,
    /// `LOGIN`, which no RFC specifies and every client knows.
    Login,
    /// `EXTERNAL` (RFC 4422 appendix A): the certificate of TLS, say.
    External,
    /// `ANONYMOUS` (RFC 4505).
    Anonymous,
    /// `CRAM-MD5` (RFC 2195).
    CramMd5,
    /// `DIGEST-MD5` (RFC 2831).
    DigestMd5,
    /// `SCRAM-SHA-1` (RFC 5802).
    ScramSha1,
    /// `SCRAM-SHA-256` (RFC 7677).
    ScramSha256,
    /// `GSSAPI` (RFC 4752).
    Gssapi,
    /// `OAUTHBEARER` (RFC 7628).
    OAuthBearer,
    /// `XOAUTH2`, Google's.
    XOAuth2,
    /// Any other.
    Other(MechanismName<'a>),
}

impl<'a> Mechanism<'a> {
    /// Takes the name of a mechanism, in upper or lower case.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not 1 to 20 letters, digits, `-` and `_`.
    pub fn parse(name: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(name, mechanism)
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'a str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::External => "EXTERNAL",
            Self::Anonymous => "ANONYMOUS",
            Self::CramMd5 => "CRAM-MD5",
            Self::DigestMd5 => "DIGEST-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::Gssapi => "GSSAPI",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::Other(name) => name.0,
        }
    }

    /// Whether it shows the password, or a token as good as one, to whoever
    /// reads the connection. Such mechanisms are for TLS. One that is not known
    /// here is taken for one that does.
    #[must_use]
    pub fn is_clear_text(self) -> bool {
        shows_password(self.name())
    }
}

/// The name of a mechanism that [`Mechanism`] does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MechanismName<'a>(&'a str);

impl<'a> MechanismName<'a> {
    /// The name as it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// The list of mechanisms behind `SASL` in an answer to CAPA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mechanisms<'a>(Text<'a>);

impl<'a> Mechanisms<'a> {
    /// Takes names with spaces between them.
    ///
    /// # Errors
    /// [`SyntaxError`] where there is a CR, LF or NUL among them.
    pub fn parse(names: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(names, rest_of_line).map(Self)
    }

    /// The mechanisms. What is no name of one is passed over.
    pub fn iter(self) -> impl Iterator<Item = Mechanism<'a>> {
        self.0.as_bytes().split(|&byte| byte == b' ').filter_map(|name| Mechanism::parse(name).ok())
    }

    pub(crate) fn encode_after_space(self, out: &mut BytesMut) {
        self.0.encode_after_space(out);
    }
}

/// A client's line in the exchange after AUTH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientLine<'a> {
    /// The mechanism's data.
    Data(Base64<'a>),
    /// `*`: no more of this exchange.
    Cancel,
}

impl<'a> ClientLine<'a> {
    /// Parses one line, without its CRLF.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is neither base64 nor `*`.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        match line {
            b"*" => Ok(Self::Cancel),
            _ => Base64::parse(line).map(Self::Data),
        }
    }

    /// Writes the line, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Data(data) => out.put_slice(data.as_str().as_bytes()),
            Self::Cancel => out.put_u8(b'*'),
        }
        out.put_slice(b"\r\n");
    }
}

/// A server's line in the exchange after AUTH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerLine<'a> {
    /// `+ …`: a challenge, to be answered with a [`ClientLine`].
    Challenge(Base64<'a>),
    /// The end of the exchange.
    End(Response<'a>),
}

impl<'a> ServerLine<'a> {
    /// Parses one line, without its CRLF. A bare `+` is an empty challenge.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is neither a challenge nor a status.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        match line {
            b"+" => Ok(Self::Challenge(Base64::EMPTY)),
            [b'+', b' ', challenge @ ..] => match Base64::parse(challenge) {
                Ok(challenge) => Ok(Self::Challenge(challenge)),
                Err(error) => Err(SyntaxError { offset: error.offset + 2, ..error }),
            },
            _ => Response::parse(line).map(Self::End),
        }
    }

    /// Writes the line, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Challenge(challenge) => {
                out.put_slice(b"+ ");
                out.put_slice(challenge.as_str().as_bytes());
                out.put_slice(b"\r\n");
            }
            Self::End(response) => response.encode(out),
        }
    }
}

/// RFC 4422 §3.1, in either case:
/// ```text
/// sasl-mech      = 1*20mech-char
/// mech-char      = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE
/// ```
static MECH_CHAR: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-_");

const PLAIN: Keyword = Keyword::new(b"PLAIN");
const LOGIN: Keyword = Keyword::new(b"LOGIN");
const EXTERNAL: Keyword = Keyword::new(b"EXTERNAL");
const ANONYMOUS: Keyword = Keyword::new(b"ANONYMOUS");
const CRAM_MD5: Keyword = Keyword::new(b"CRAM-MD5");
const DIGEST_MD5: Keyword = Keyword::new(b"DIGEST-MD5");
const SCRAM_SHA_1: Keyword = Keyword::new(b"SCRAM-SHA-1");
const SCRAM_SHA_256: Keyword = Keyword::new(b"SCRAM-SHA-256");
const GSSAPI: Keyword = Keyword::new(b"GSSAPI");
const OAUTHBEARER: Keyword = Keyword::new(b"OAUTHBEARER");
const XOAUTH2: Keyword = Keyword::new(b"XOAUTH2");

pub(crate) fn mechanism(input: &[u8]) -> Parsed<'_, Mechanism<'_>> {
    let (rest, name) = word(&MECH_CHAR, "a mechanism")(input)?;
    if name.len() > 20 {
        return fail(input, "a mechanism of at most 20 characters");
    }
    let mechanism = match Keyword::new(name.as_bytes()) {
        PLAIN => Mechanism::Plain,
        LOGIN => Mechanism::Login,
        EXTERNAL => Mechanism::External,
        ANONYMOUS => Mechanism::Anonymous,
        CRAM_MD5 => Mechanism::CramMd5,
        DIGEST_MD5 => Mechanism::DigestMd5,
        SCRAM_SHA_1 => Mechanism::ScramSha1,
        SCRAM_SHA_256 => Mechanism::ScramSha256,
        GSSAPI => Mechanism::Gssapi,
        OAUTHBEARER => Mechanism::OAuthBearer,
        XOAUTH2 => Mechanism::XOAuth2,
        _ => Mechanism::Other(MechanismName(name)),
    };
    Ok((rest, mechanism))
}

/// RFC 5034 §5: `initial-response = base64 / "="`
pub(crate) fn initial_response(input: &[u8]) -> Parsed<'_, Base64<'_>> {
    let response = if input == b"=" { Ok(Base64::EMPTY) } else { Base64::parse(input) };
    match response {
        // Nothing at all is no response: an empty one is written "=".
        Ok(response) if !input.is_empty() => Ok((&[], response)),
        Ok(_) => fail(input, "base64 or \"=\""),
        Err(error) => fail(input.get(error.offset..).unwrap_or_default(), error.expected),
    }
}

/// Writes an initial response.
pub(crate) fn encode_initial_response(response: Base64<'_>, out: &mut BytesMut) {
    let text = if response.is_empty() { "=" } else { response.as_str() };
    out.put_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn mechanisms_in_any_case_keep_what_is_unknown() {
        assert_eq!(Mechanism::parse(b"plain"), Ok(Mechanism::Plain));
        assert_eq!(Mechanism::parse(b"KERBEROS_V4").unwrap().name(), "KERBEROS_V4");
        assert!(Mechanism::parse(b"SCRAM-SHA-256-PLUS-AB").is_err());
        assert!(Mechanism::parse(b"").is_err());
        let list = Mechanisms::parse(b"CRAM-MD5  PLAIN \xff X").unwrap();
        let names: Vec<_> = list.iter().map(Mechanism::name).collect();
        assert_eq!(names, ["CRAM-MD5", "PLAIN", "X"]);
    }

    /// RFC 5034 §4 and §6
    #[test]
    fn lines_of_the_exchange() {
        assert_eq!(ClientLine::parse(b"*"), Ok(ClientLine::Cancel));
        assert_eq!(ClientLine::parse(b""), Ok(ClientLine::Data(Base64::EMPTY)));
        for bad in [&b"=AAA"[..], b"AAA=BBB", b"**", b" ", b"AA A"] {
            assert!(ClientLine::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(ServerLine::parse(b"+ "), Ok(ServerLine::Challenge(Base64::EMPTY)));
        assert_eq!(ServerLine::parse(b"+"), Ok(ServerLine::Challenge(Base64::EMPTY)));
        assert_eq!(ServerLine::parse(b"+ AA*A").unwrap_err().offset, 4);
        assert!(matches!(ServerLine::parse(b"+OK"), Ok(ServerLine::End(_))));
    }
}
