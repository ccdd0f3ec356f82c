//! What client and server send in an exchange of SASL.

use bytes::{BufMut, BytesMut};

use super::base64::{Base64, encode_base64};
use super::mechanism::{Mechanism, mechanism};
use crate::parse::{Parsed, SyntaxError, byte, fail, visible};

/// What stands after AUTH or AUTHENTICATE (RFC 4954 §4, RFC 5034 §4, RFC 9051 §6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Auth<'a> {
    /// How the client wants to log in.
    pub mechanism: Mechanism<'a>,
    /// The mechanism's first data, where the client sends it along.
    pub initial_response: Option<Base64<'a>>,
}

impl Auth<'_> {
    /// Writes the mechanism and the response, with a space between them.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.mechanism.as_str().as_bytes());
        if let Some(response) = self.initial_response {
            let text = if response.is_empty() { "=" } else { response.as_str() };
            out.put_u8(b' ');
            out.put_slice(text.as_bytes());
        }
    }
}

/// ```abnf
/// sasl-mech [SP initial-response]                  ; RFC 4954 §8, RFC 5034 §5, RFC 9051 §9
/// initial-response = base64 / "="
/// ```
///
/// # Errors
/// Where there is no mechanism, or its response is neither base64 nor `=`.
#[inline]
pub fn auth(input: &[u8]) -> Parsed<'_, Auth<'_>> {
    let (rest, mechanism) = mechanism(input)?;
    if rest.first() != Some(&b' ') {
        return Ok((rest, Auth { mechanism, initial_response: None }));
    }
    let (rest, ()) = byte(b' ', "a space")(rest)?;
    let (rest, response) = initial_response(rest)?;
    Ok((rest, Auth { mechanism, initial_response: Some(response) }))
}

/// `initial-response = base64 / "="`. Nothing at all is none: an empty one is written `=`.
fn initial_response(input: &[u8]) -> Parsed<'_, Base64<'_>> {
    // Nearly always it is all that is left.
    if let ([_, ..], Ok(response)) = (input, Base64::parse(input)) {
        return Ok((&[], response));
    }
    let (text, rest) = visible(input);
    match text {
        b"=" => Ok((rest, Base64::EMPTY)),
        b"" => fail(input, "base64 or \"=\""),
        text => match Base64::parse(text) {
            Ok(response) => Ok((rest, response)),
            Err(error) => fail(input.get(error.offset..).unwrap_or_default(), error.expected),
        },
    }
}

/// Writes a server's challenge after `start`, which is `334 ` or `+ `, and CRLF.
pub fn encode_challenge(start: &[u8], challenge: &[u8], out: &mut BytesMut) {
    out.put_slice(start);
    encode_base64(challenge, out);
    out.put_slice(b"\r\n");
}

/// A client's line in the exchange after AUTH or AUTHENTICATE (RFC 4954 §4, RFC 5034
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::complete;

    #[test]
    fn mechanisms_with_and_without_a_response() {
        for line in ["PLAIN", "EXTERNAL =", "PLAIN AGEAYg=="] {
            let parsed = complete(line.as_bytes(), auth).unwrap();
            let mut out = BytesMut::new();
            parsed.encode(&mut out);
            assert_eq!(out, line.as_bytes());
        }
        for (line, offset) in [("", 0), ("PLAIN ", 6), ("PLAIN AA=A", 8), ("PLAIN A A", 7)] {
            assert_eq!(complete(line.as_bytes(), auth).unwrap_err().offset, offset, "{line}");
        }
    }

    /// RFC 4954 §4.
    #[test]
    fn the_lines_of_a_client() {
        assert_eq!(ClientLine::parse(b"*"), Ok(ClientLine::Cancel));
        assert_eq!(ClientLine::parse(b""), Ok(ClientLine::Data(Base64::EMPTY)));
        for bad in [&b"="[..], b"=AAA", b"**", b" ", b"AA A"] {
            assert!(ClientLine::parse(bad).is_err(), "{bad:?}");
        }
    }
}
