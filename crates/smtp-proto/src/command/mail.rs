//! MAIL (RFC 5321 §4.1.1.2).

use core::mem::replace;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::Fault;

use crate::address::{ReversePath, reverse_path};
use crate::ext::{MailParameter, mail_row};
use crate::name::Name;
use crate::parameter::{
    BodyType, DeliverBy, Hold, OtherParameters, Parameter, Parameters, Priority, Ret, Solicitation,
    Tracking, Xtext, parameter, parameters,
};
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
    /// `RET=`: how much of the message comes back if it fails (RFC 3461 §4.3).
    pub ret: Option<Ret>,
    /// `ENVID=`: what the sender knows the message by, told in reports: at most 100 characters,
    /// which stand for printable US-ASCII (RFC 3461 §4.4).
    pub envelope_id: Option<Xtext<'a>>,
    /// `BY=`: by when the message is to be delivered (RFC 2852 §4).
    pub deliver_by: Option<DeliverBy>,
    /// `MT-PRIORITY=`: how urgent it is (RFC 6710 §3).
    pub priority: Option<Priority>,
    /// `REQUIRETLS`: it is sent on under TLS, or not at all (RFC 8689 §2).
    pub require_tls: bool,
    /// `CONPERM`: its content may be converted (RFC 4141 §4.2).
    pub conversion_permitted: bool,
    /// Those that have no field here: those that this crate does not know; and HOLDFOR, HOLDUNTIL,
    /// SOLICIT and MTRK, which few send, and methods read.
    pub other: OtherParameters<'a>,
}

impl<'a> MailParameters<'a> {
    /// `HOLDFOR=`, `HOLDUNTIL=`: until when the message is held back (RFC 4865 §3).
    #[must_use]
    pub fn hold(&self) -> Option<Hold<'a>> {
        self.rare().find_map(|rare| match rare {
            MailParameter::HoldFor(seconds) => Some(Hold::For(seconds)),
            MailParameter::HoldUntil(until) => Some(Hold::Until(until)),
            _ => None,
        })
    }

    /// `SOLICIT=`: what kind of solicitation it is (RFC 3865 §2.3).
    #[must_use]
    pub fn solicitation(&self) -> Option<Solicitation<'a>> {
        self.rare().find_map(|rare| match rare {
            MailParameter::Solicitation(classes) => Some(classes),
            _ => None,
        })
    }

    /// `MTRK=`: who may ask for its way (RFC 3885 §4.1).
    #[must_use]
    pub fn tracking(&self) -> Option<Tracking<'a>> {
        self.rare().find_map(|rare| match rare {
            MailParameter::Tracking(tracking) => Some(tracking),
            _ => None,
        })
    }

    /// Those that are known and have no field.
    fn rare(&self) -> impl Iterator<Item = MailParameter<'a>> {
        self.other.iter().filter_map(|other| (mail_row(other.keyword)?.parse)(other.value).ok())
    }

    /// Those that are not known.
    pub(crate) fn unknown(&self) -> impl Iterator<Item = Parameter<'a>> {
        self.other.iter().filter(|other| mail_row(other.keyword).is_none())
    }

    /// Sets the field of a parameter; whether it was set already. Of those that have none, `rare`
    /// has a bit for each that was there.
    fn set(&mut self, parameter: MailParameter<'a>, rare: &mut u8) -> bool {
        let mut note = |bit: u8| replace(rare, *rare | bit) & bit != 0;
        match parameter {
            MailParameter::Size(size) => self.size.replace(size).is_some(),
            MailParameter::Body(body) => self.body.replace(body).is_some(),
            MailParameter::SmtpUtf8 => replace(&mut self.smtputf8, true),
            MailParameter::Auth(by) => self.auth.replace(by).is_some(),
            MailParameter::Ret(ret) => self.ret.replace(ret).is_some(),
            MailParameter::EnvelopeId(id) => self.envelope_id.replace(id).is_some(),
            MailParameter::DeliverBy(by) => self.deliver_by.replace(by).is_some(),
            MailParameter::HoldFor(_) | MailParameter::HoldUntil(_) => note(1),
            MailParameter::Solicitation(_) => note(2),
            MailParameter::Tracking(_) => note(4),
            MailParameter::Priority(priority) => self.priority.replace(priority).is_some(),
            MailParameter::RequireTls => replace(&mut self.require_tls, true),
            MailParameter::ConversionPermitted => replace(&mut self.conversion_permitted, true),
        }
    }

    /// Shows `look` those that are known.
    pub(crate) fn for_each_known(&self, mut look: impl FnMut(MailParameter<'a>)) {
        self.for_each_field(&mut look);
        self.rare().for_each(look);
    }

    /// Shows `look` those that have a field here and are set.
    fn for_each_field(&self, mut look: impl FnMut(MailParameter<'a>)) {
        let mut look = |known: Option<MailParameter<'a>>| {
            if let Some(known) = known {
                look(known);
            }
        };
        look(self.size.map(MailParameter::Size));
        look(self.body.map(MailParameter::Body));
        look(self.smtputf8.then_some(MailParameter::SmtpUtf8));
        look(self.auth.map(MailParameter::Auth));
        look(self.ret.map(MailParameter::Ret));
        look(self.envelope_id.map(MailParameter::EnvelopeId));
        look(self.deliver_by.map(MailParameter::DeliverBy));
        look(self.priority.map(MailParameter::Priority));
        look(self.require_tls.then_some(MailParameter::RequireTls));
        look(self.conversion_permitted.then_some(MailParameter::ConversionPermitted));
    }

    fn encode(&self, out: &mut BytesMut) {
        self.for_each_field(|parameter| {
            let row = parameter.row();
            out.put_u8(b' ');
            out.put_slice(row.keyword.as_str().as_bytes());
            (row.encode)(parameter, out);
        });
        self.other.iter().for_each(|other| other.encode(out));
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
pub(super) fn mail(input: &str, tolerance: Tolerance) -> Result<Mail<'_>, nom::Err<Fault<'_>>> {
    const FROM: Name = Name::new(" FROM:");
    let (rest, ()) = letters(FROM, "\"FROM:\"", input)?;
    let (rest, from) = reverse_path(tolerance.after_blanks(rest), tolerance)?;
    // They are read to the end.
    let (_, parameters) = mail_parameters(rest)?;
    Ok(Mail { from, parameters })
}

impl<'a> OtherParameters<'a> {
    /// Takes parameters of MAIL that have no field in [`MailParameters`].
    ///
    /// ```
    /// use smtp_proto::{Hold, MailParameters, OtherParameters, Parameters};
    /// let mut parameters = MailParameters::default();
    /// parameters.other = OtherParameters::of_mail(Parameters::parse(b" HOLDFOR=3600 X-OURS")?)?;
    /// assert_eq!(parameters.hold(), Some(Hold::For(3600)));
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    ///
    /// # Errors
    /// [`SyntaxError`] where one of them has; or one that is known is not of its grammar, or
    /// stands there twice.
    pub fn of_mail(parameters: Parameters<'a>) -> Result<Self, SyntaxError> {
        let (mut fields, mut rare) = (MailParameters::default(), 0);
        for Parameter { keyword, value } in parameters.iter() {
            let Some(row) = mail_row(keyword) else { continue };
            let wrong = |expected| SyntaxError { offset: 0, expected };
            if has_field(keyword) {
                return Err(wrong("parameters without a field of their own"));
            }
            if fields.set((row.parse)(value).map_err(wrong)?, &mut rare) {
                return Err(wrong("each parameter once"));
            }
        }
        Ok(Self::received(parameters, has_field))
    }
}

/// Whether a parameter has a field in [`MailParameters`].
fn has_field(keyword: &str) -> bool {
    mail_row(keyword).is_some_and(|row| !row.is_rare)
}

/// Everything after the path of MAIL.
fn mail_parameters(input: &str) -> Scanned<'_, MailParameters<'_>> {
    let mut known = MailParameters::default();
    let (mut rest, mut others, mut rare) = (input, false, 0);
    while !rest.is_empty() {
        let start = rest;
        let (next, Parameter { keyword, value }) = parameter(rest)?;
        rest = next;
        let Some(row) = mail_row(keyword) else {
            others = true;
            continue;
        };
        match (row.parse)(value) {
            Ok(parameter) if known.set(parameter, &mut rare) => {
                return fail(start, "each parameter once");
            }
            Ok(_) => {}
            Err(expected) => return fail(start, expected),
        }
    }
    if others || rare != 0 {
        let (_, all) = parameters(input)?;
        known.other = OtherParameters::received(all, has_field);
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
        let parameters = mail(" size=10 X-A=b body=8bitmime SMTPUTF8 AUTH=<x@y> X-B").unwrap();
        assert_eq!(parameters.size, Some(10));
        assert_eq!(parameters.body, Some(BodyType::EightBitMime));
        assert!(parameters.smtputf8);
        assert_eq!(parameters.auth.map(Xtext::as_str), Some("<x@y>"));
        let other: Vec<_> =
            parameters.other.iter().map(|other| (other.keyword, other.value)).collect();
        assert_eq!(other, [("X-A", Some("b")), ("X-B", None)]);
    }

    /// RFC 3461, RFC 2852, RFC 4865, RFC 6710, RFC 8689, RFC 3865, RFC 3885, RFC 4141.
    #[test]
    fn all_that_are_known() {
        let text = " SIZE=10 BODY=BINARYMIME SMTPUTF8 AUTH=<> RET=HDRS ENVID=QQ+2B314159 BY=-3;NT \
            MT-PRIORITY=-4 REQUIRETLS CONPERM HOLDUNTIL=2026-11-28T23:55:00Z SOLICIT=net.example:ADV \
            MTRK=AAAA:60";
        let parameters = mail(text).unwrap();
        assert_eq!((parameters.other.iter().count(), parameters.unknown().count()), (3, 0));
        assert_eq!(parameters.solicitation().unwrap().as_str(), "net.example:ADV");
        assert_eq!(parameters.tracking().unwrap().timeout(), Some(60));
        assert_eq!(parameters.envelope_id.map(Xtext::decode).as_deref(), Some(&b"QQ+314159"[..]));
        assert!(matches!(parameters.hold(), Some(Hold::Until(_))) && parameters.require_tls);
        assert_eq!(mail(" holdfor=60").unwrap().hold(), Some(Hold::For(60)));
        let mut out = BytesMut::new();
        parameters.encode(&mut out);
        assert_eq!(out, text.as_bytes());
        let long = |octets| alloc::format!(" ENVID={}", "x".repeat(octets));
        assert!(mail(&long(100)).is_ok() && mail(&long(101)).is_err());
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
            " RET",
            " RET=X",
            " RET=FULL RET=HDRS",
            " ENVID=a+0D+0Ab",
            " ENVID=a+1Bb",
            " ENVID",
            " BY=120;;",
            " BY=0;R",
            " HOLDFOR=XYZ",
            " HOLDFOR=0",
            " HOLDFOR=1234567890",
            " HOLDUNTIL=tomorrow",
            " HOLDFOR=1 HOLDUNTIL=2026-11-28T23:55:00Z",
            " MT-PRIORITY=ab",
            " MT-PRIORITY=10",
            " REQUIRETLS=yes",
            " SOLICIT",
            " SOLICIT=1",
            " MTRK=:",
            " MTRK=A MTRK=A",
            " SOLICIT=a SOLICIT=b",
            " CONPERM=1",
            " CONPERM CONPERM",
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
        assert_eq!(mail(" Ret=HDRS X=1 SIZE=1"), mail(" size=1 X=1 RET=HDRS"));
    }

    /// RFC 5321 §4.1.2 leaves that to whoever knows it.
    #[test]
    fn what_is_not_known_may_be_said_twice() {
        let other = OtherParameters::of_mail(all(" X=1 X=2")).unwrap();
        assert_eq!(other.iter().count(), 2);
        assert_eq!(mail(" X=1 SIZE=1 X=2").unwrap().other, other);
    }

    #[test]
    fn no_parameter_is_said_twice() {
        let other = |text| OtherParameters::of_mail(all(text));
        for text in [
            " SIZE=2",
            " X-A=b size=2",
            " RET=FULL",
            " CONPERM",
            " BODY=7BIT",
            " smtputf8",
            " AUTH=<>",
        ] {
            assert!(other(text).is_err(), "{text}");
        }
        for text in [" HOLDFOR=1 X=1 HOLDUNTIL=2026-11-28T23:55:00Z", " MTRK=:", " HOLDFOR=0"] {
            assert!(other(text).is_err(), "{text}");
        }
        assert_eq!(other(" X-A=b NOTIFY=x").unwrap().iter().count(), 2);
    }
}
