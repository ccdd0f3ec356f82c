//! The parameters of MAIL and RCPT (RFC 5321 §4.1.2).

use core::fmt;
use core::hash::{Hash, Hasher};
use core::str;

use alloc::vec::Vec;
use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{
    ALPHANUMERIC, Class, Fault, Keyword, Parsed, byte, complete, fail, number64, word,
};

use crate::case;

/// The octets of a keyword: `ALPHA / DIGIT / "-"`.
static KEYWORD: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-");
/// `%d33-60 / %d62-126`, and UTF-8 where SMTPUTF8 is in use (RFC 6531 §3.3).
static VALUE: Class = Class::new().with_range(0x21, 0x7e).without(b"=").with_range(0x80, 0xff);

const SIZE: Keyword = Keyword::new(b"SIZE");
const BODY: Keyword = Keyword::new(b"BODY");
const SMTPUTF8: Keyword = Keyword::new(b"SMTPUTF8");
const AUTH: Keyword = Keyword::new(b"AUTH");

/// The parameters of MAIL that this crate knows, and the others as they came.
///
/// ```
/// use smtp_proto::{Body, MailParameters};
/// let parameters = MailParameters { size: Some(1024), body: Some(Body::EightBitMime), ..Default::default() };
/// assert!(!parameters.smtputf8);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MailParameters<'a> {
    /// `SIZE=`: the octets that the client expects the message to have (RFC 1870 §6.1).
    pub size: Option<u64>,
    /// `BODY=`: what the body may hold (RFC 6152 §3).
    pub body: Option<Body>,
    /// `SMTPUTF8`: addresses or headers may be UTF-8 (RFC 6531 §3.4).
    pub smtputf8: bool,
    /// `AUTH=`: who handed the message in first, as far as the client says (RFC 4954 §5).
    pub auth: Option<Xtext<'a>>,
    /// Those that have no field here.
    pub other: OtherParameters<'a>,
}

/// What a body may hold (RFC 6152 §3, RFC 3030 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// `7BIT`: lines of US-ASCII.
    SevenBit,
    /// `8BITMIME`: lines of any octets but NUL.
    EightBitMime,
    /// `BINARYMIME`: any octets, sent with BDAT.
    BinaryMime,
}

impl Body {
    /// The value of `BODY=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        }
    }
}

/// Text in `xtext`: what is no visible character stands as `+` and two
/// hexadecimal digits (RFC 3461 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Xtext<'a>(&'a str);

impl<'a> Xtext<'a> {
    /// Checks that `text` is xtext.
    ///
    /// # Errors
    /// [`SyntaxError`] where it has other characters, or a `+` without two
    /// upper-case hexadecimal digits behind it; where these stand for CR, LF or NUL,
    /// which could end a line of a report; and where it is empty, which no value of a
    /// parameter can be.
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        if text.is_empty() {
            return Err(SyntaxError { offset: 0, expected: "xtext" });
        }
        let mut rest = text.as_bytes();
        let at = |rest: &[u8], expected| SyntaxError {
            offset: text.len().saturating_sub(rest.len()),
            expected,
        };
        loop {
            rest = match rest {
                [] => return Ok(Self(text)),
                [b'+', b'0', b'0' | b'A' | b'D', ..] => {
                    return Err(at(rest, "xtext without CR, LF and NUL"));
                }
                [b'+', high, low, behind @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                    behind
                }
                [b'+', ..] => return Err(at(rest, "two hexadecimal digits behind \"+\"")),
                [b'!'..=b'<' | b'>'..=b'~', behind @ ..] => behind,
                _ => return Err(at(rest, "xtext")),
            };
        }
    }

    /// The wire form.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The octets that it stands for.
    #[must_use]
    pub fn decode(self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(self.0.len());
        let mut rest = self.0.as_bytes();
        loop {
            rest = match rest {
                [] => return octets,
                [b'+', high, low, behind @ ..] => {
                    octets.push(hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0));
                    behind
                }
                [octet, behind @ ..] => {
                    octets.push(*octet);
                    behind
                }
            };
        }
    }
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// One parameter. Two are equal where their keywords are, in whichever case, and their
/// values, letter by letter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'a> {
    /// Its keyword. Case does not matter.
    pub keyword: &'a str,
    /// Its value, where it has one.
    pub value: Option<&'a str>,
}

impl PartialEq for Parameter<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.keyword.eq_ignore_ascii_case(other.keyword) && self.value == other.value
    }
}

impl Eq for Parameter<'_> {}

impl Hash for Parameter<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        case::hash(self.keyword.as_bytes(), state);
        self.value.hash(state);
    }
}

impl Parameter<'_> {
    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_u8(b' ');
        out.put_slice(self.keyword.as_bytes());
        if let Some(value) = self.value {
            out.put_u8(b'=');
            out.put_slice(value.as_bytes());
        }
    }
}

/// Parameters as they stand on the wire, each with a space before it. One may stand there
/// twice: whether that is wrong is known to whoever knows the parameter.
#[derive(Clone, Copy, Default)]
pub struct Parameters<'a>(&'a str);

impl<'a> Parameters<'a> {
    /// No parameters.
    pub const NONE: Self = Self("");

    /// Takes parameters as they stand on the wire, each with a space before it:
    /// `" NOTIFY=NEVER X-MARK"`.
    ///
    /// # Errors
    /// [`SyntaxError`] where they are not of the grammar.
    pub fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        complete(text.as_bytes(), |input| {
            let mut rest = input;
            while !rest.is_empty() {
                (rest, _) = parameter(rest)?;
            }
            Ok((rest, Self(text)))
        })
    }

    /// The parameters one by one.
    pub fn iter(self) -> impl Iterator<Item = Parameter<'a>> {
        let mut rest = self.0.as_bytes();
        core::iter::from_fn(move || {
            let (behind, parameter) = parameter(rest).ok()?;
            rest = behind;
            Some(parameter)
        })
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for Parameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Parameters<'_> {}

impl Hash for Parameters<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|parameter| parameter.hash(state));
    }
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The parameters of MAIL that have no field in [`MailParameters`]. As in [`Parameters`],
/// one may stand there twice; those with a field never do.
#[derive(Clone, Copy, Default)]
pub struct OtherParameters<'a>(
    /// All of them, for they need not stand together: those with fields are passed over.
    Parameters<'a>,
);

impl<'a> OtherParameters<'a> {
    /// No parameters.
    pub const NONE: Self = Self(Parameters::NONE);

    /// Takes parameters that have no field in [`MailParameters`].
    ///
    /// Returns `None` where one of them has.
    #[must_use]
    pub fn new(parameters: Parameters<'a>) -> Option<Self> {
        parameters.iter().all(is_other).then_some(Self(parameters))
    }

    /// The parameters one by one.
    pub fn iter(self) -> impl Iterator<Item = Parameter<'a>> {
        self.0.iter().filter(|&parameter| is_other(parameter))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

fn is_other(parameter: Parameter<'_>) -> bool {
    !matches!(Keyword::new(parameter.keyword.as_bytes()), SIZE | BODY | SMTPUTF8 | AUTH)
}

impl PartialEq for OtherParameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for OtherParameters<'_> {}

impl Hash for OtherParameters<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|parameter| parameter.hash(state));
    }
}

impl fmt::Debug for OtherParameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// ```abnf
/// esmtp-param   = esmtp-keyword ["=" esmtp-value]           ; RFC 5321 §4.1.2
/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// esmtp-value   = 1*(%d33-60 / %d62-126)
/// ```
fn parameter(input: &[u8]) -> Parsed<'_, Parameter<'_>> {
    let (rest, ()) = byte(b' ', "a space before a parameter")(input)?;
    let (rest, keyword) = match rest.first() {
        Some(&first) if ALPHANUMERIC.contains(first) => word(&KEYWORD, "a keyword")(rest)?,
        _ => return fail(rest, "a parameter"),
    };
    match rest.strip_prefix(b"=") {
        Some(rest) => {
            let (rest, value) = word(&VALUE, "the value of a parameter")(rest)?;
            Ok((rest, Parameter { keyword, value: Some(value) }))
        }
        None => Ok((rest, Parameter { keyword, value: None })),
    }
}

/// Everything behind the path of MAIL.
pub(crate) fn mail_parameters(input: &[u8]) -> Parsed<'_, MailParameters<'_>> {
    let mut parameters = MailParameters::default();
    let mut rest = input;
    while !rest.is_empty() {
        let start = rest;
        let (behind, Parameter { keyword, value }) = parameter(rest)?;
        rest = behind;
        let valued = value.ok_or(nom::Err::Error(Fault { rest, expected: "\"=\" and a value" }));
        let repeated = match Keyword::new(keyword.as_bytes()) {
            SIZE => {
                // RFC 1870 §3: up to 20 digits.
                match number64(valued?.as_bytes()) {
                    Ok(([], size)) => parameters.size.replace(size).is_some(),
                    _ => return fail(start, "SIZE= and a number below 2^64"),
                }
            }
            BODY => {
                let body = match valued? {
                    value if value.eq_ignore_ascii_case("7BIT") => Body::SevenBit,
                    value if value.eq_ignore_ascii_case("8BITMIME") => Body::EightBitMime,
                    value if value.eq_ignore_ascii_case("BINARYMIME") => Body::BinaryMime,
                    _ => return fail(start, "BODY=7BIT, BODY=8BITMIME or BODY=BINARYMIME"),
                };
                parameters.body.replace(body).is_some()
            }
            SMTPUTF8 => {
                if value.is_some() {
                    return fail(start, "SMTPUTF8 without a value");
                }
                core::mem::replace(&mut parameters.smtputf8, true)
            }
            AUTH => match Xtext::parse(valued?) {
                Ok(auth) => parameters.auth.replace(auth).is_some(),
                Err(error) => return fail(start, error.expected),
            },
            _ => false,
        };
        if repeated {
            return fail(start, "each parameter once");
        }
    }
    if let Ok(text) = str::from_utf8(input) {
        parameters.other = OtherParameters(Parameters(text));
    }
    Ok((rest, parameters))
}

/// Everything behind the path of RCPT.
pub(crate) fn rcpt_parameters(input: &[u8]) -> Parsed<'_, Parameters<'_>> {
    match str::from_utf8(input).map(Parameters::parse) {
        Ok(Ok(parameters)) => Ok((&[], parameters)),
        Ok(Err(error)) => fail(input.get(error.offset..).unwrap_or_default(), error.expected),
        Err(error) => fail(input.get(error.valid_up_to()..).unwrap_or_default(), "UTF-8"),
    }
}

impl MailParameters<'_> {
    pub(crate) fn encode(self, out: &mut BytesMut) {
        if let Some(size) = self.size {
            out.put_slice(b" SIZE=");
            decimal(size, out);
        }
        if let Some(body) = self.body {
            out.put_slice(b" BODY=");
            out.put_slice(body.as_str().as_bytes());
        }
        if self.smtputf8 {
            out.put_slice(b" SMTPUTF8");
        }
        if let Some(auth) = self.auth {
            out.put_slice(b" AUTH=");
            out.put_slice(auth.0.as_bytes());
        }
        self.other.iter().for_each(|other| other.encode(out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::assert_same;

    fn mail(text: &str) -> Result<MailParameters<'_>, SyntaxError> {
        complete(text.as_bytes(), mail_parameters)
    }

    #[test]
    fn known_and_unknown() {
        let parameters = mail(" size=10 X-A=b body=8bitmime SMTPUTF8 RET AUTH=<x@y>").unwrap();
        assert_eq!(parameters.size, Some(10));
        assert_eq!(parameters.body, Some(Body::EightBitMime));
        assert!(parameters.smtputf8);
        assert_eq!(parameters.auth.map(Xtext::as_str), Some("<x@y>"));
        let other: Vec<_> =
            parameters.other.iter().map(|other| (other.keyword, other.value)).collect();
        assert_eq!(other, [("X-A", Some("b")), ("RET", None)]);
    }

    #[test]
    fn what_is_refused() {
        for text in [
            "SIZE=1",
            " ",
            " SIZE",
            " SIZE=",
            " SIZE=x",
            " SIZE=1x",
            " SIZE=-1",
            " SIZE=1 SIZE=2",
            " SIZE=99999999999999999999999",
            " BODY=9BIT",
            " BODY=7BIT BODY=7BIT",
            " SMTPUTF8=1",
            " SMTPUTF8 SMTPUTF8",
            " AUTH",
            " AUTH=a+4z",
            " AUTH=+",
            " =x",
            " -a",
            " A==b",
            " A  B",
            " A ",
        ] {
            assert!(mail(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn faults_are_told_where_they_are() {
        let offset = |text| mail(text).unwrap_err().offset;
        assert_eq!(offset(" BODY=7BIT SIZE=1x SMTPUTF8"), 10);
        assert_eq!(offset(" SIZE=99999999999999999999999 SMTPUTF8"), 0);
        assert_eq!(offset(" SMTPUTF8 AUTH=+ SIZE=1"), 9);
    }

    #[test]
    fn keywords_are_the_same_in_any_case() {
        let all = |text| Parameters::parse(text).unwrap();
        assert_same(all(" NOTIFY=NEVER X-MARK"), all(" notify=NEVER x-Mark"));
        assert_ne!(all(" X=NEVER"), all(" X=never"));
        assert_ne!(all(" XA=B"), all(" X=AB"));
        assert_same(mail(" Ret=HDRS SIZE=1").unwrap(), mail(" size=1 RET=HDRS").unwrap());
    }

    /// RFC 5321 §4.1.2 leaves that to whoever knows it.
    #[test]
    fn what_is_not_known_may_be_said_twice() {
        let other = OtherParameters::new(Parameters::parse(" X=1 X=2").unwrap()).unwrap();
        assert_eq!(other.iter().count(), 2);
        assert_eq!(mail(" X=1 SIZE=1 X=2").unwrap().other, other);
    }

    #[test]
    fn no_parameter_is_said_twice() {
        let other = |text| OtherParameters::new(Parameters::parse(text).unwrap());
        for text in [" SIZE=2", " X-A=b size=2", " BODY=7BIT", " smtputf8", " AUTH=<>"] {
            assert_eq!(other(text), None, "{text}");
        }
        assert_eq!(other(" X-A=b RET").unwrap().iter().count(), 2);
    }

    #[test]
    fn xtext() {
        assert!(Xtext::parse("").is_err());
        for odd in ["+0D+0A", "a+0A", "a+00b"] {
            assert!(Xtext::parse(odd).is_err(), "{odd}");
        }
        assert_eq!(Xtext::parse("+09+2B").unwrap().decode(), b"\t+");
        assert_eq!(Xtext::parse("e+3Dmc2@example.com").unwrap().decode(), b"e=mc2@example.com");
        assert!(Xtext::parse("a b").is_err());
        assert!(Xtext::parse("a+3d").is_err());
    }
}
