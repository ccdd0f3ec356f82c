//! RCPT (RFC 5321 §4.1.1.3).

use bytes::{BufMut, BytesMut};

use crate::address::{ForwardPath, forward_path};
use crate::name::Name;
use crate::parameter::{Parameters, parameters};
use crate::scan::{Scanned, letters};
use crate::tolerance::Tolerance;

/// The arguments of `RCPT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rcpt<'a> {
    /// The recipient.
    pub to: ForwardPath<'a>,
    /// What stands after it.
    pub parameters: RcptParameters<'a>,
}

/// The parameters of RCPT: this crate knows none yet, and has them as they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RcptParameters<'a> {
    /// Those that have no field here.
    pub other: Parameters<'a>,
}

impl Rcpt<'_> {
    pub(super) fn encode(self, out: &mut BytesMut) {
        out.put_slice(b" TO:");
        self.to.encode(out);
        self.parameters.other.iter().for_each(|parameter| parameter.encode(out));
    }
}

/// ```abnf
/// rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" /
///        Forward-path ) [SP Rcpt-parameters] CRLF             ; RFC 5321 §4.1.1.3
/// ```
pub(super) fn rcpt(input: &str, tolerance: Tolerance) -> Scanned<'_, Rcpt<'_>> {
    const TO: Name = Name::new(" TO:");
    let (rest, ()) = letters(TO, "\"TO:\"", input)?;
    let (rest, to) = forward_path(tolerance.after_blanks(rest), tolerance)?;
    let (rest, other) = parameters(rest)?;
    Ok((rest, Rcpt { to, parameters: RcptParameters { other } }))
}
