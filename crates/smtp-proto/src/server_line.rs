//! What a server says in the exchange after AUTH (RFC 4954 §4).

use bytes::{BufMut, BytesMut};
use mail_wire::{Base64, SyntaxError};

use crate::reply::Reply;
use crate::text::Text;

/// What a server answers in the exchange after AUTH.
///
/// ```
/// use smtp_proto::{Base64, ServerLine};
/// let ServerLine::Challenge(challenge) = ServerLine::parse(b"334 VXNlcm5hbWU6")? else {
///     panic!()
/// };
/// assert_eq!(challenge.decode(), b"Username:");
/// assert_eq!(ServerLine::parse(b"334 "), Ok(ServerLine::Challenge(Base64::EMPTY)));
/// assert!(matches!(ServerLine::parse(b"235 2.7.0 OK"), Ok(ServerLine::End(_))));
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerLine<'a> {
    /// `334`: a challenge, to be answered with a [`ClientLine`](crate::ClientLine).
    Challenge(Base64<'a>),
    /// The end of the exchange: 235 where the client is logged in.
    End(Reply<'a>),
}

impl<'a> ServerLine<'a> {
    /// Parses a whole reply, as [`Reply::parse`] does: without the end of its last line.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is no reply; and where it is a 334 that is not one line
    /// of base64, to which the client answers [`ClientLine::Cancel`](crate::ClientLine::Cancel) (RFC 4954 §4).
    pub fn parse(octets: &'a [u8]) -> Result<Self, SyntaxError> {
        let reply = Reply::parse(octets)?;
        if reply.code().get() != 334 {
            return Ok(Self::End(reply));
        }
        let mut lines = reply.lines().iter();
        let text = lines.next().unwrap_or(Text::EMPTY);
        if lines.next().is_some() {
            return Err(SyntaxError { offset: 0, expected: "a challenge of one line" });
        }
        match Base64::parse(text.as_bytes()) {
            Ok(challenge) => Ok(Self::Challenge(challenge)),
            Err(error) => Err(SyntaxError { offset: "334 ".len() + error.offset, ..error }),
        }
    }

    /// Writes the reply: each line with its code, and CRLF.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Challenge(challenge) => {
                out.put_slice(b"334 ");
                out.put_slice(challenge.as_str().as_bytes());
                out.put_slice(b"\r\n");
            }
            Self::End(reply) => reply.encode(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4954 §4.
    #[test]
    fn the_exchange() {
        assert_eq!(ServerLine::parse(b"334"), Ok(ServerLine::Challenge(Base64::EMPTY)));
        assert_eq!(ServerLine::parse(b"334 AA*A").unwrap_err().offset, 6);
        for bad in [&b"334 AAA"[..], b"334-AAAA\r\n334 AAAA", b"AAAA"] {
            assert!(ServerLine::parse(bad).is_err(), "{bad:?}");
        }
        let end = ServerLine::parse(b"535-5.7.8 No.\r\n535 5.7.8 Not so.").unwrap();
        let mut out = BytesMut::new();
        for line in [end, ServerLine::Challenge(Base64::parse(b"AAAA").unwrap())] {
            line.encode(&mut out);
        }
        let wire = b"535-5.7.8 No.\r\n535 5.7.8 Not so.\r\n334 AAAA\r\n";
        assert_eq!(&out[..], wire);
    }
}
