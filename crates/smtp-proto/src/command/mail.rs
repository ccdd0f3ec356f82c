//! MAIL (RFC 5321 §4.1.1.2).

use core::fmt;
use core::hash::{Hash, Hasher};

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;

use crate::address::{ReversePath, reverse_path};
use crate::ext::{MailParameter, mail_row};
use crate::name::Name;
use crate::parameter::{BodyType, Parameter, Parameters, Xtext, parameter, parameters};
use crate::scan::{Scanned, fail, letters};
use crate::tolerance::Tolerance;

/// The arguments of `MAIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mail<'a> {
    /// Where reports of failure go.
    pub from: ReversePath<'a>,
    /// What stands after it.
    pub parameters: MailParameters<'a>,
}

/// The parameters of MAIL that this crate knows, and the others as they came.
///
/// ```
/// use smtp_proto::{BodyType, MailParameters};
/// let mut parameters = MailParameters::default();
/// parameters.size = Some(1024);
/// parameters.body = Some(BodyType::EightBitMime);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MailParameters<'a> {
    /// `SIZE=`: the octets that the client expects the message to have (RFC 1870 §6.1).
    pub size: Option<u64>,
    /// `BODY=`: what the body may hold (RFC 6152 §3).
    pub body: Option<BodyType>,
    /// `SMTPUTF8`: addresses or headers may be UTF-8 (RFC 6531 §3.4).
    pub smtputf8: bool,
    /// `AUTH=`: who handed the message in first, as far as the client says (RFC 4954 §5).
    pub auth: Option<Xtext<'a>>,
    /// Those that have no field here.
    pub other: OtherParameters<'a>,
}

impl<'a> MailParameters<'a> {
    /// Sets the field of a parameter; whether it was set already.
    fn set(&mut self, parameter: MailParameter<'a>) -> bool {
        match parameter {
            MailParameter::Size(size) => self.size.replace(size).is_some(),
            MailParameter::Body(body) => self.body.replace(body).is_some(),
            MailParameter::SmtpUtf8 => core::mem::replace(&mut self.smtputf8, true),
            MailParameter::Auth(by) => self.auth.replace(by).is_some(),
        }
    }

    /// Those that have a field here and are set.
    pub(crate) fn known(self) -> impl Iterator<Item = MailParameter<'a>> {
        let Self { size, body, smtputf8, auth, other: _ } = self;
        [
            size.map(MailParameter::Size),
            body.map(MailParameter::Body),
            smtputf8.then_some(MailParameter::SmtpUtf8),
            auth.map(MailParameter::Auth),
        ]
        .into_iter()
        .flatten()
    }

    fn encode(self, out: &mut BytesMut) {
        for parameter in self.known() {
            let row = parameter.row();
            out.put_u8(b' ');
            out.put_slice(row.keyword.as_str().as_bytes());
            (row.encode)(parameter, out);
        }
        self.other.iter().for_each(|other| other.encode(out));
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
    /// # Errors
    /// [`SyntaxError`] where one of them has.
    pub fn new(parameters: Parameters<'a>) -> Result<Self, SyntaxError> {
        if parameters.iter().all(is_other) {
            Ok(Self(parameters))
        } else {
            Err(SyntaxError { offset: 0, expected: "parameters without a field of their own" })
        }
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
    mail_row(parameter.keyword).is_none()
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

impl Mail<'_> {
    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_slice(b" FROM:");
        self.from.encode(out);
        self.parameters.encode(out);
    }
}

/// ```abnf
/// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF  ; RFC 5321 §4.1.1.2
/// ```
pub(super) fn mail(input: &str, tolerance: Tolerance) -> Scanned<'_, Mail<'_>> {
    const FROM: Name = Name::new(" FROM:");
    let (rest, ()) = letters(FROM, "\"FROM:\"", input)?;
    let (rest, from) = reverse_path(tolerance.after_blanks(rest), tolerance)?;
    let (rest, parameters) = mail_parameters(rest)?;
    Ok((rest, Mail { from, parameters }))
}

/// Everything after the path of MAIL.
fn mail_parameters(input: &str) -> Scanned<'_, MailParameters<'_>> {
    let mut known = MailParameters::default();
    let (mut rest, mut others) = (input, false);
    while !rest.is_empty() {
        let start = rest;
        let (next, Parameter { keyword, value }) = parameter(rest)?;
        rest = next;
        let Some(row) = mail_row(keyword) else {
            others = true;
            continue;
        };
        match (row.parse)(value) {
            Ok(parameter) if known.set(parameter) => return fail(start, "each parameter once"),
            Ok(_) => {}
            Err(expected) => return fail(start, expected),
        }
    }
    if others {
        let (_, all) = parameters(input)?;
        known.other = OtherParameters(all);
    }
    Ok((rest, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::complete;
    use alloc::vec::Vec;

    fn mail(text: &str) -> Result<MailParameters<'_>, SyntaxError> {
        complete(text.as_bytes(), mail_parameters)
    }

    fn all(text: &str) -> Parameters<'_> {
        Parameters::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn known_and_unknown() {
        let parameters = mail(" size=10 X-A=b body=8bitmime SMTPUTF8 RET AUTH=<x@y>").unwrap();
        assert_eq!(parameters.size, Some(10));
        assert_eq!(parameters.body, Some(BodyType::EightBitMime));
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
    fn the_order_does_not_matter() {
        assert_eq!(mail(" Ret=HDRS SIZE=1"), mail(" size=1 RET=HDRS"));
    }

    /// RFC 5321 §4.1.2 leaves that to whoever knows it.
    #[test]
    fn what_is_not_known_may_be_said_twice() {
        let other = OtherParameters::new(all(" X=1 X=2")).unwrap();
        assert_eq!(other.iter().count(), 2);
        assert_eq!(mail(" X=1 SIZE=1 X=2").unwrap().other, other);
    }

    #[test]
    fn no_parameter_is_said_twice() {
        let other = |text| OtherParameters::new(all(text));
        for text in [" SIZE=2", " X-A=b size=2", " BODY=7BIT", " smtputf8", " AUTH=<>"] {
            assert!(other(text).is_err(), "{text}");
        }
        assert_eq!(other(" X-A=b RET").unwrap().iter().count(), 2);
    }
}
