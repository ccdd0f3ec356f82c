//! The server's lines in the exchange of AUTH (RFC 5034 §4).

use bytes::{BufMut, BytesMut};
use mail_wire::{Base64, SyntaxError};

use crate::response::Response;

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

#[cfg(test)]
mod tests {
    use super::*;
    use mail_wire::ClientLine;

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
