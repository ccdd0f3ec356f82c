//! AUTH: the list of mechanisms, and the lines of the exchange (RFC 5034 §4).

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Parsed, complete, fail};
use mail_wire::{Base64, Mechanism, SyntaxError};

use crate::response::Response;
use crate::text::{Text, rest_of_line};

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

/// A server's line in the exchange after AUTH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerLine<'a> {
    /// `+ …`: a challenge, to be answered with a [`ClientLine`](crate::ClientLine).
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
    use mail_wire::ClientLine;

    #[test]
    fn lists_pass_over_what_is_no_name() {
        let list = Mechanisms::parse(b"CRAM-MD5  PLAIN \xff X").unwrap();
        let names: Vec<_> = list.iter().map(Mechanism::as_str).collect();
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
