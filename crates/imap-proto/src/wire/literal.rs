//! Literals, and what announces them.

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, byte, fail};

use super::number::number63;
use super::style::Style;

/// What announces a literal.
///
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET     ; RFC 9051 §9, RFC 7888
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LiteralHead {
    /// How many octets it has.
    pub octets: u64,
    /// Whether they follow unasked (`{n+}`).
    pub non_synchronizing: bool,
    /// Whether NUL may be among them (`~{n}`).
    pub binary: bool,
}

impl LiteralHead {
    /// Writes it, with the CRLF after which the octets follow.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(if self.binary { b"~{" } else { b"{" });
        decimal(self.octets, out);
        out.put_slice(if self.non_synchronizing { b"+}\r\n" } else { b"}\r\n" });
    }
}

/// [`LiteralHead`] without the CRLF after it.
pub(crate) fn literal_announcement(input: &[u8]) -> Parsed<'_, LiteralHead> {
    let (binary, rest) = match input {
        [b'~', rest @ ..] => (true, rest),
        _ => (false, input),
    };
    let (rest, ()) = match byte(b'{', "a literal")(rest) {
        Ok(done) => done,
        Err(_) => return fail(input, "a literal"),
    };
    let (rest, octets) = number63(rest)?;
    let (non_synchronizing, rest) = match rest {
        [b'+', rest @ ..] => (true, rest),
        _ => (false, rest),
    };
    let (rest, ()) = byte(b'}', "\"}\"")(rest)?;
    Ok((rest, LiteralHead { octets, non_synchronizing, binary }))
}

/// Writes `octets`, in which there is no NUL, as a literal.
pub(crate) fn encode_literal(octets: &[u8], style: Style, out: &mut BytesMut) {
    let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    LiteralHead {
        octets: size,
        non_synchronizing: style.literal.is_non_synchronizing(size),
        binary: false,
    }
    .encode(out);
    out.put_slice(octets);
}
