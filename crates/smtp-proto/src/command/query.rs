//! The arguments of VRFY and EXPN (RFC 5321 §4.1.1.6, §4.1.1.7).

use core::str;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, fail};

use super::argument::{Argument, argument};

/// What VRFY and EXPN ask about: a user, a mailbox or a mailing list.
///
/// ```
/// use smtp_proto::{Argument, Query, Text};
/// let jose = Argument::new(Text::new("josé")?)?;
/// let query = Query::new(jose, true)?;
/// assert_eq!(query.string(), "josé");
/// assert!(query.smtputf8());
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Query<'a> {
    string: &'a str,
    smtputf8: bool,
}

const SMTPUTF8: &[u8] = b" SMTPUTF8";

impl<'a> Query<'a> {
    /// Asks about `string`, and says by `smtputf8` whether the reply may be UTF-8
    /// (RFC 6531 §3.7.4.2). A server refuses a string past US-ASCII without it.
    ///
    /// # Errors
    /// [`SyntaxError`] where the string is not UTF-8, or ends so that it would be read
    /// as one with the parameter.
    pub fn new(string: Argument<'a>, smtputf8: bool) -> Result<Self, SyntaxError> {
        let octets = string.text().as_bytes();
        let string = str::from_utf8(octets)
            .map_err(|error| SyntaxError { offset: error.valid_up_to(), expected: "UTF-8" })?;
        match without_parameter(octets) {
            Some(before) if !smtputf8 => {
                let expected = "a string that does not end with SMTPUTF8";
                Err(SyntaxError { offset: before.len(), expected })
            }
            _ => Ok(Self { string, smtputf8 }),
        }
    }

    /// Who or what is asked about.
    #[must_use]
    pub const fn string(self) -> &'a str {
        self.string
    }

    /// Whether the client takes UTF-8 in the reply.
    #[must_use]
    pub const fn smtputf8(self) -> bool {
        self.smtputf8
    }

    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b' ');
        out.put_slice(self.string.as_bytes());
        if self.smtputf8 {
            out.put_slice(SMTPUTF8);
        }
    }
}

/// ```abnf
/// SP String [ SP "SMTPUTF8" ]                                ; RFC 6531 §3.7.4.2
/// ```
pub(super) fn query(input: &[u8]) -> Parsed<'_, Query<'_>> {
    let (rest, Some(argument)) = argument(input)? else { return fail(input, "an argument") };
    let whole = argument.text().as_bytes();
    let (octets, smtputf8) = without_parameter(whole).map_or((whole, false), |left| (left, true));
    match str::from_utf8(octets) {
        Ok(string) => Ok((rest, Query { string, smtputf8 })),
        Err(error) => fail(whole.get(error.valid_up_to()..).unwrap_or_default(), "UTF-8"),
    }
}

/// The string before the parameter, where it has one and is not empty.
fn without_parameter(string: &[u8]) -> Option<&[u8]> {
    let at = string.len().checked_sub(SMTPUTF8.len())?;
    let (string, parameter) = string.split_at_checked(at)?;
    (!string.is_empty() && parameter.eq_ignore_ascii_case(SMTPUTF8)).then_some(string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;
    use mail_wire::parse::complete;

    #[test]
    fn the_parameter_is_told_from_the_string() {
        for (wire, string, smtputf8) in [
            (" alice", "alice", false),
            (" alice smtputf8", "alice", true),
            (" SMTPUTF8", "SMTPUTF8", false),
            ("  SMTPUTF8", " SMTPUTF8", false),
            (" SMTPUTF8 SMTPUTF8", "SMTPUTF8", true),
            (" aSMTPUTF8", "aSMTPUTF8", false),
            (" \"a SMTPUTF8\"", "\"a SMTPUTF8\"", false),
            (" 用户 SMTPUTF8", "用户", true),
        ] {
            assert_eq!(complete(wire.as_bytes(), query), Ok(Query { string, smtputf8 }), "{wire}");
        }
        for wire in [&b""[..], b" ", b" \xff", b" \xff SMTPUTF8"] {
            assert!(complete(wire, query).is_err(), "{wire:?}");
        }
    }

    #[test]
    fn what_would_be_read_otherwise_cannot_be_asked() {
        let query = |text: &'static [u8], smtputf8| {
            Query::new(Argument::new(Text::received(text)).unwrap(), smtputf8)
        };
        assert_eq!(query(b"a SmtpUtf8", false).unwrap_err().offset, 1);
        assert!(query(b"a SmtpUtf8", true).is_ok());
        assert_eq!(query(b"a\xff", true).unwrap_err().offset, 1);
    }
}
