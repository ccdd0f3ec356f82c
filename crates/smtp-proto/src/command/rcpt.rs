//! RCPT (RFC 5321 §4.1.1.3).

use core::mem::replace;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::Fault;

use crate::address::{ForwardPath, forward_path};
use crate::ext::{RcptParameter, rcpt_row};
use crate::name::Name;
use crate::parameter::{
    Notify, OriginalRecipient, OtherParameters, Parameter, Parameters, ValidSince, parameter,
    parameters,
};
use crate::scan::{Scanned, fail, letters};
use crate::tolerance::Tolerance;

/// The arguments of `RCPT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rcpt<'a> {
    /// The recipient.
    pub to: ForwardPath<'a>,
    /// What stands after it.
    pub parameters: RcptParameters<'a>,
}

/// The parameters of RCPT that this crate knows, and the others as they came.
///
/// ```
/// use smtp_proto::{Notify, RcptParameters};
/// let mut parameters = RcptParameters::default();
/// parameters.notify = Some(Notify::FAILURE.and(Notify::DELAY));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RcptParameters<'a> {
    /// `NOTIFY=`: what the sender is told of this recipient (RFC 3461 §4.1).
    pub notify: Option<Notify>,
    /// `ORCPT=`: the recipient as the sender named it (RFC 3461 §4.2).
    pub original_recipient: Option<OriginalRecipient<'a>>,
    /// `RRVS=`: since when the recipient has to have been the same (RFC 7293 §3.1).
    pub valid_since: Option<ValidSince<'a>>,
    /// `CONNEG`: the client asks what content the recipient can take (RFC 4141 §5.2).
    pub capabilities: bool,
    /// Those that have no field here.
    pub other: OtherParameters<'a>,
}

impl<'a> RcptParameters<'a> {
    /// Sets the field of a parameter; whether it was set already.
    fn set(&mut self, parameter: RcptParameter<'a>) -> bool {
        match parameter {
            RcptParameter::Notify(notify) => self.notify.replace(notify).is_some(),
            RcptParameter::OriginalRecipient(original) => {
                self.original_recipient.replace(original).is_some()
            }
            RcptParameter::ValidSince(since) => self.valid_since.replace(since).is_some(),
            RcptParameter::Capabilities => replace(&mut self.capabilities, true),
        }
    }

    /// Shows `look` those that have a field here and are set.
    pub(crate) fn for_each_known(&self, mut look: impl FnMut(RcptParameter<'a>)) {
        let mut look = |known: Option<RcptParameter<'a>>| {
            if let Some(known) = known {
                look(known);
            }
        };
        look(self.notify.map(RcptParameter::Notify));
        look(self.original_recipient.map(RcptParameter::OriginalRecipient));
        look(self.valid_since.map(RcptParameter::ValidSince));
        look(self.capabilities.then_some(RcptParameter::Capabilities));
    }

    fn encode(&self, out: &mut BytesMut) {
        self.for_each_known(|parameter| {
            let row = parameter.row();
            out.put_u8(b' ');
            out.put_slice(row.keyword.as_str().as_bytes());
            (row.encode)(parameter, out);
        });
        self.other.iter().for_each(|other| other.encode(out));
    }
}

impl<'a> OtherParameters<'a> {
    /// Takes parameters of RCPT that have no field in [`RcptParameters`].
    ///
    /// # Errors
    /// [`SyntaxError`] where one of them has.
    pub fn of_rcpt(parameters: Parameters<'a>) -> Result<Self, SyntaxError> {
        Self::unknown(parameters, is_known)
    }
}

fn is_known(keyword: &str) -> bool {
    rcpt_row(keyword).is_some()
}

impl Rcpt<'_> {
    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_slice(b" TO:");
        self.to.encode(out);
        self.parameters.encode(out);
    }
}

/// ```abnf
/// rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" /
///        Forward-path ) [SP Rcpt-parameters] CRLF             ; RFC 5321 §4.1.1.3
/// ```
pub(super) fn rcpt(input: &str, tolerance: Tolerance) -> Result<Rcpt<'_>, nom::Err<Fault<'_>>> {
    const TO: Name = Name::new(" TO:");
    let (rest, ()) = letters(TO, "\"TO:\"", input)?;
    let (rest, to) = forward_path(tolerance.after_blanks(rest), tolerance)?;
    // They are read to the end.
    let (_, parameters) = rcpt_parameters(rest)?;
    Ok(Rcpt { to, parameters })
}

/// Everything after the path of RCPT.
fn rcpt_parameters(input: &str) -> Scanned<'_, RcptParameters<'_>> {
    let mut known = RcptParameters::default();
    let (mut rest, mut others) = (input, false);
    while !rest.is_empty() {
        let start = rest;
        let (next, Parameter { keyword, value }) = parameter(rest)?;
        rest = next;
        let Some(row) = rcpt_row(keyword) else {
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
        known.other = OtherParameters::received(all, is_known);
    }
    Ok((rest, known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::complete;

    fn rcpt(text: &str) -> Result<RcptParameters<'_>, SyntaxError> {
        complete(text.as_bytes(), rcpt_parameters)
    }

    /// RFC 3461, RFC 6533, RFC 7293, RFC 4141.
    #[test]
    fn all_that_are_known() {
        let text = " NOTIFY=SUCCESS,DELAY ORCPT=utf-8;\\x{E9}@b RRVS=2014-04-03T23:01:00Z;C CONNEG";
        let parameters = rcpt(text).unwrap();
        assert!(parameters.other.is_empty() && parameters.capabilities);
        assert!(parameters.notify.unwrap().says(Notify::DELAY));
        assert_eq!(parameters.original_recipient.unwrap().decode(), "é@b");
        let mut out = BytesMut::new();
        parameters.encode(&mut out);
        assert_eq!(out, text.as_bytes());
        // What is MAIL's is none of RCPT's.
        let other = rcpt(" SIZE=1 notify=never RET=X X-A").unwrap();
        assert!(other.other.iter().map(|other| other.keyword).eq(["SIZE", "RET", "X-A"]));
        assert_eq!(other.notify, Some(Notify::NEVER));
        assert!(OtherParameters::of_rcpt(Parameters::parse(b" X=1 Orcpt=a").unwrap()).is_err());
    }

    #[test]
    fn what_is_refused() {
        for text in [
            " NOTIFY",
            " NOTIFY=NEVER,SUCCESS",
            " NOTIFY=NEVER NOTIFY=NEVER",
            " ORCPT",
            " ORCPT=++",
            " ORCPT=rfc822;+4Z",
            " ORCPT=rfc822;+0D+0A",
            " ORCPT=rfc822;a ORCPT=rfc822;a",
            " RRVS=now",
            " CONNEG=1",
            " X  Y",
        ] {
            assert!(rcpt(text).is_err(), "{text:?}");
        }
    }
}
