//! MAIL (RFC 5321 §4.1.1.2).

use core::mem::replace;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::Fault;

use crate::address::{ReversePath, reverse_path};
use crate::ext::{MailParameter, mail_row};
use crate::name::Name;
use crate::parameter::{
    BodyType, DeliverBy, Hold, OtherParameters, Parameter, Parameters, Place, Priority, Ret,
    Solicitation, Tracking, Xtext, parameter, parameters,
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
/// Three that are seldom said and long have no field, so that every command is small: they are
/// kept with the others, checked, and read when they are asked for.
///
/// ```
/// use smtp_proto::{BodyType, Hold, MailParameters, OtherParameters, Parameters};
/// let mut parameters = MailParameters::default();
/// parameters.size = Some(1024);
/// parameters.body = Some(BodyType::EightBitMime);
/// parameters.other = OtherParameters::of_mail(Parameters::parse(b" HOLDFOR=60")?)?;
/// assert_eq!(parameters.hold(), Some(Hold::For(60)));
/// # Ok::<(), smtp_proto::SyntaxError>(())
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
    /// Those that have no field here.
    pub other: OtherParameters<'a>,
}

impl<'a> MailParameters<'a> {
    /// `HOLDFOR=`, `HOLDUNTIL=`: until when it is held back (RFC 4865 §3).
    #[must_use]
    pub fn hold(&self) -> Option<Hold<'a>> {
        self.seldom().find_map(|parameter| match parameter {
            MailParameter::HoldFor(seconds) => Some(Hold::For(seconds)),
            MailParameter::HoldUntil(until) => Some(Hold::Until(until)),
            _ => None,
        })
    }

    /// `SOLICIT=`: what kind of solicitation it is (RFC 3865 §2.3).
    #[must_use]
    pub fn solicitation(&self) -> Option<Solicitation<'a>> {
        self.seldom().find_map(|parameter| match parameter {
            MailParameter::Solicitation(classes) => Some(classes),
            _ => None,
        })
    }

    /// `MTRK=`: who may ask for its way (RFC 3885 §4.1).
    #[must_use]
    pub fn tracking(&self) -> Option<Tracking<'a>> {
        self.seldom().find_map(|parameter| match parameter {
            MailParameter::Tracking(tracking) => Some(tracking),
            _ => None,
        })
    }

    /// Those that are known and have no field.
    fn seldom(&self) -> impl Iterator<Item = MailParameter<'a>> {
        let read = |known: Parameter<'a>| (mail_row(known.keyword)?.parse)(known.value).ok();
        self.other.seldom().filter_map(read)
    }

    /// Sets the field of a parameter, or notes it among those that have none; whether it was said
    /// already.
    fn set(&mut self, parameter: MailParameter<'a>, seldom: &mut Seldom) -> bool {
        match parameter {
            MailParameter::Size(size) => self.size.replace(size).is_some(),
            MailParameter::Body(body) => self.body.replace(body).is_some(),
            MailParameter::SmtpUtf8 => replace(&mut self.smtputf8, true),
            MailParameter::Auth(by) => self.auth.replace(by).is_some(),
            MailParameter::Ret(ret) => self.ret.replace(ret).is_some(),
            MailParameter::EnvelopeId(id) => self.envelope_id.replace(id).is_some(),
            MailParameter::DeliverBy(by) => self.deliver_by.replace(by).is_some(),
            MailParameter::Priority(priority) => self.priority.replace(priority).is_some(),
            MailParameter::RequireTls => replace(&mut self.require_tls, true),
            MailParameter::ConversionPermitted => replace(&mut self.conversion_permitted, true),
            MailParameter::HoldFor(_)
            | MailParameter::HoldUntil(_)
            | MailParameter::Solicitation(_)
            | MailParameter::Tracking(_) => seldom.said(parameter),
        }
    }

    /// Shows `look` those that are known and said.
    pub(crate) fn for_each_known(&self, mut look: impl FnMut(MailParameter<'a>)) {
        self.for_each_field(&mut look);
        self.seldom().for_each(look);
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
        self.other.kept().for_each(|other| other.encode(out));
    }
}

/// Which of the parameters that have no field were said.
#[derive(Clone, Copy, Debug, Default)]
struct Seldom {
    hold: bool,
    solicitation: bool,
    tracking: bool,
}

impl Seldom {
    /// Notes one; whether it was said already. A message is held for some time or until then.
    fn said(&mut self, parameter: MailParameter<'_>) -> bool {
        match parameter {
            MailParameter::HoldFor(_) | MailParameter::HoldUntil(_) => {
                replace(&mut self.hold, true)
            }
            MailParameter::Solicitation(_) => replace(&mut self.solicitation, true),
            MailParameter::Tracking(_) => replace(&mut self.tracking, true),
            _ => false,
        }
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
    /// # Errors
    /// [`SyntaxError`] where one of them has; or where one of those that have none, but are known,
    /// is said twice or has a value that it cannot have.
    pub fn of_mail(parameters: Parameters<'a>) -> Result<Self, SyntaxError> {
        let mut seldom = Seldom::default();
        for Parameter { keyword, value } in parameters.iter() {
            let Some(row) = mail_row(keyword) else { continue };
            let wrong = |expected| SyntaxError { offset: 0, expected };
            if seldom.said((row.parse)(value).map_err(wrong)?) {
                return Err(wrong(ONCE));
            }
        }
        Self::without_fields(parameters, place)
    }
}

fn place(keyword: &str) -> Place {
    match mail_row(keyword) {
        Some(row) if row.has_field => Place::Field,
        Some(_) => Place::Seldom,
        None => Place::Other,
    }
}

const ONCE: &str = "each parameter once";

/// Everything after the path of MAIL.
fn mail_parameters(input: &str) -> Scanned<'_, MailParameters<'_>> {
    let mut known = MailParameters::default();
    let (mut rest, mut others, mut seldom) = (input, false, Seldom::default());
    while !rest.is_empty() {
        let start = rest;
        let (next, Parameter { keyword, value }) = parameter(rest)?;
        rest = next;
        let Some(row) = mail_row(keyword) else {
            others = true;
            continue;
        };
        others |= !row.has_field;
        match (row.parse)(value) {
            Ok(parameter) if known.set(parameter, &mut seldom) => return fail(start, ONCE),
            Ok(_) => {}
            Err(expected) => return fail(start, expected),
        }
    }
    if others {
        let (_, all) = parameters(input)?;
        known.other = OtherParameters::received(all, place);
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
            MT-PRIORITY=-4 REQUIRETLS CONPERM HOLDUNTIL=2026-11-28T23:55:00Z \
            SOLICIT=net.example:ADV MTRK=AAAA:60";
        let parameters = mail(text).unwrap();
        assert!(parameters.other.is_empty());
        assert_eq!(parameters.envelope_id.map(Xtext::decode).as_deref(), Some(&b"QQ+314159"[..]));
        assert!(matches!(parameters.hold(), Some(Hold::Until(_))) && parameters.require_tls);
        assert_eq!(parameters.solicitation().map(Solicitation::as_str), Some("net.example:ADV"));
        assert_eq!(parameters.tracking().and_then(Tracking::timeout), Some(60));
        assert_eq!(mail(" holdfor=60").unwrap().hold(), Some(Hold::For(60)));
        assert_ne!(mail(" HOLDFOR=60"), mail(" HOLDFOR=61"));
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
            " SOLICIT=a SOLICIT=b",
            " MTRK=AAAA X-A MTRK=BBBB",
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
            " HOLDFOR=soon",
            " HOLDFOR=1 HOLDUNTIL=2026-11-28T23:55:00Z",
            " MTRK=AAAA mtrk=AAAA",
        ] {
            assert!(other(text).is_err(), "{text}");
        }
        assert_eq!(other(" X-A=b NOTIFY=x").unwrap().iter().count(), 2);
    }
}
