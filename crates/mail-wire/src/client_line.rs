//! What a client sends in an exchange of SASL.

use bytes::{BufMut, BytesMut};

use crate::{Base64, SyntaxError};

/// A client's line in the exchange behind AUTH or AUTHENTICATE (RFC 4954 §4, RFC 5034
/// §4, RFC 9051 §6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientLine<'a> {
    /// The mechanism's data: the answer to a challenge.
    Data(Base64<'a>),
    /// `*`: no more of this exchange. The server says no to it.
    Cancel,
}

impl<'a> ClientLine<'a> {
    /// Parses a line, without its CRLF.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is neither base64 nor `*`.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        match line {
            b"*" => Ok(Self::Cancel),
            _ => Base64::parse(line).map(Self::Data),
        }
    }

    /// Writes the line and CRLF.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Data(data) => out.put_slice(data.as_str().as_bytes()),
            Self::Cancel => out.put_u8(b'*'),
        }
        out.put_slice(b"\r\n");
    }
}
