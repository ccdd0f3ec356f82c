//! The free-form arguments of VRFY, EXPN, HELP and NOOP (RFC 5321 §4.1.1.6 to §4.1.1.9).

use core::{fmt, str};

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Parsed, fail};

use crate::Text;

/// A `String` argument of any text but an empty one: clients send more than the
/// `Atom / Quoted-string` of RFC 5321 §4.1.2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Argument<'a>(Text<'a>);

impl<'a> Argument<'a> {
    /// Takes a text as an argument.
    ///
    /// Returns `None` where it is empty.
    #[must_use]
    pub const fn new(text: Text<'a>) -> Option<Self> {
        if text.is_empty() { None } else { Some(Self(text)) }
    }

    /// The text.
    #[must_use]
    pub const fn text(self) -> Text<'a> {
        self.0
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b' ');
        out.put_slice(self.0.as_bytes());
    }
}

impl fmt::Debug for Argument<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// ```abnf
/// [ SP String ]                                    ; RFC 5321 §4.1.1.8, §4.1.1.9
/// ```
pub(crate) fn argument(input: &[u8]) -> Parsed<'_, Option<Argument<'_>>> {
    match input {
        [] => Ok((input, None)),
        [b' ', text @ ..] if !text.is_empty() => Ok((&[], Some(Argument(Text::received(text))))),
        _ => fail(input, "an argument"),
    }
}

/// What VRFY and EXPN ask about: a user, a mailbox or a mailing list.
///
/// ```
/// use smtp_proto::{Argument, Query, Text};
/// let jose = Argument::new(Text::new("josé")?).expect("it is not empty");
/// let query = Query::new(jose, true).expect("it is UTF-8");
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
    /// Returns `None` where the string is not UTF-8, or ends so that it would be read
    /// as one with the parameter.
    #[must_use]
    pub fn new(string: Argument<'a>, smtputf8: bool) -> Option<Self> {
        let string = string.text().as_str()?;
        let ambiguous = !smtputf8 && without_parameter(string.as_bytes()).is_some();
        (!ambiguous).then_some(Self { string, smtputf8 })
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

    pub(crate) fn encode(self, out: &mut BytesMut) {
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
pub(crate) fn query(input: &[u8]) -> Parsed<'_, Query<'_>> {
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
        let query =
            |text, smtputf8| Query::new(Argument::new(Text::fixed(text)).unwrap(), smtputf8);
        assert_eq!(query("a SmtpUtf8", false), None);
        assert!(query("a SmtpUtf8", true).is_some());
        assert_eq!(Query::new(Argument(Text::received(b"\xff")), true), None);
        assert_eq!(Argument::new(Text::EMPTY), None);
    }
}
