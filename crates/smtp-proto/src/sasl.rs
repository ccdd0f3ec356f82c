//! AUTH: the mechanisms offered, and the exchange behind the command (RFC 4954 §4).

use core::hash::{Hash, Hasher};

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Parsed, VCHAR, fail, run};
use mail_wire::{Base64, Mechanism, SyntaxError};

use crate::text::line;
use crate::{Reply, Text};

/// The SASL mechanisms that a server names behind `AUTH` in its answer to EHLO. They
/// compare name by name.
///
/// ```
/// use smtp_proto::{Mechanism, Mechanisms};
/// let mechanisms = Mechanisms::parse(b"SCRAM-SHA-256 PLAIN")?;
/// assert!(mechanisms.iter().eq([Mechanism::ScramSha256, Mechanism::Plain]));
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Mechanisms<'a>(Text<'a>);

impl<'a> Mechanisms<'a> {
    /// Takes names of mechanisms with spaces between them.
    ///
    /// # Errors
    /// [`SyntaxError`] where there is a CR, LF or NUL among them.
    pub fn parse(names: &'a [u8]) -> Result<Self, SyntaxError> {
        line(names).map(Self)
    }

    pub(crate) const fn received(names: Text<'a>) -> Self {
        Self(names)
    }

    /// The mechanisms one by one. What is no name of one is passed over.
    pub fn iter(self) -> impl Iterator<Item = Mechanism<'a>> {
        self.0.as_bytes().split(|&byte| byte == b' ').filter_map(|name| Mechanism::parse(name).ok())
    }
}

impl PartialEq for Mechanisms<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Mechanisms<'_> {}

impl Hash for Mechanisms<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|mechanism| mechanism.hash(state));
    }
}

/// What a server answers in the exchange behind AUTH.
///
/// ```
/// use smtp_proto::{Base64, ServerLine};
/// let ServerLine::Challenge(challenge) = ServerLine::parse(b"334 VXNlcm5hbWU6\r\n")? else {
///     panic!()
/// };
/// assert_eq!(challenge.decode(), b"Username:");
/// assert_eq!(ServerLine::parse(b"334 \r\n"), Ok(ServerLine::Challenge(Base64::EMPTY)));
/// assert!(matches!(ServerLine::parse(b"235 2.7.0 OK\r\n"), Ok(ServerLine::End(_))));
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
    /// Parses a whole reply, as [`Reply::parse`] does: with the end of its line, or
    /// lines.
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

/// ```abnf
/// [ SP initial-response ]                                    ; RFC 4954 §8
/// initial-response = base64 / "="
/// ```
pub(crate) fn initial_response(input: &[u8]) -> Parsed<'_, Option<Base64<'_>>> {
    let Some(response) = input.strip_prefix(b" ") else { return Ok((input, None)) };
    if response == b"=" {
        return Ok((&[], Some(Base64::EMPTY)));
    }
    let (text, rest) = run(&VCHAR, response);
    match Base64::parse(text) {
        Ok(Base64::EMPTY) => fail(response, "a response, or \"=\""),
        Ok(response) => Ok((rest, Some(response))),
        Err(error) => fail(response.get(error.offset..).unwrap_or_default(), error.expected),
    }
}

pub(crate) fn encode_initial_response(response: Option<Base64<'_>>, out: &mut BytesMut) {
    if let Some(response) = response {
        out.put_u8(b' ');
        let text = if response.is_empty() { "=" } else { response.as_str() };
        out.put_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_wire::ClientLine;

    #[test]
    fn lists_pass_over_what_is_no_name() {
        let list = Mechanisms::parse(b"CRAM-MD5  plain \xff X").unwrap();
        assert!(list.iter().map(Mechanism::as_str).eq(["CRAM-MD5", "PLAIN", "X"]));
        assert_eq!(list, Mechanisms::parse(b"cram-md5 PLAIN x").unwrap());
        assert!(Mechanisms::parse(b"PLAIN\r\nLOGIN").is_err());
    }

    /// RFC 4954 §4.
    #[test]
    fn the_exchange() {
        assert_eq!(ClientLine::parse(b"*"), Ok(ClientLine::Cancel));
        assert_eq!(ClientLine::parse(b""), Ok(ClientLine::Data(Base64::EMPTY)));
        for bad in [&b"="[..], b"=AAA", b"**", b" ", b"AA A"] {
            assert!(ClientLine::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(ServerLine::parse(b"334\r\n"), Ok(ServerLine::Challenge(Base64::EMPTY)));
        assert_eq!(ServerLine::parse(b"334 AA*A\r\n").unwrap_err().offset, 6);
        for bad in [&b"334 AAAA"[..], b"334-AAAA\r\n334 AAAA\r\n", b"AAAA\r\n"] {
            assert!(ServerLine::parse(bad).is_err(), "{bad:?}");
        }
        let end = ServerLine::parse(b"535-5.7.8 No.\r\n535 5.7.8 Not so.\r\n").unwrap();
        let mut out = BytesMut::new();
        for line in [end, ServerLine::Challenge(Base64::parse(b"AAAA").unwrap())] {
            line.encode(&mut out);
        }
        let wire = b"535-5.7.8 No.\r\n535 5.7.8 Not so.\r\n334 AAAA\r\n";
        assert_eq!(&out[..], wire);
    }
}
