//! The parameters of MAIL and RCPT (RFC 5321 §4.1.2), and what they are made of.

mod body_type;
mod date_time;
mod deliver_by;
mod hold;
mod notify;
mod original_recipient;
mod other;
mod priority;
mod ret;
mod solicitation;
mod tracking;
mod valid_since;
mod xtext;

use core::fmt;
use core::hash::{Hash, Hasher};

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{ALPHANUMERIC, Class};
use mail_wire::{Caseless, SyntaxError};

use crate::scan::{Scanned, complete, fail, octet, run};

pub use body_type::BodyType;
pub use date_time::DateTime;
pub use deliver_by::{DeliverBy, IfLate};
pub use hold::Hold;
pub use notify::Notify;
pub use original_recipient::OriginalRecipient;
pub(crate) use original_recipient::put_unitext;
pub use other::OtherParameters;
pub use priority::Priority;
pub use ret::Ret;
pub use solicitation::Solicitation;
pub use tracking::Tracking;
pub use valid_since::ValidSince;
pub use xtext::{Xtext, encode_xtext};

/// The octets of a keyword: `ALPHA / DIGIT / "-"`.
pub(crate) static KEYWORD: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-");
/// `%d33-60 / %d62-126`, and UTF-8 where SMTPUTF8 is in use (RFC 6531 §3.3).
static VALUE: Class = Class::new().with_range(0x21, 0x7e).without(b"=").with_range(0x80, 0xff);

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
        Caseless(self.keyword) == Caseless(other.keyword) && self.value == other.value
    }
}

impl Eq for Parameter<'_> {}

impl Hash for Parameter<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Caseless(self.keyword).hash(state);
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
    pub fn parse(text: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(text, parameters)
    }

    /// The parameters one by one.
    pub fn iter(self) -> impl Iterator<Item = Parameter<'a>> {
        let mut rest = self.0;
        core::iter::from_fn(move || {
            let (next, parameter) = parameter(rest).ok()?;
            rest = next;
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

/// ```abnf
/// esmtp-param   = esmtp-keyword ["=" esmtp-value]           ; RFC 5321 §4.1.2
/// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
/// esmtp-value   = 1*(%d33-60 / %d62-126)
/// ```
#[inline]
pub(crate) fn parameter(input: &str) -> Scanned<'_, Parameter<'_>> {
    let (rest, ()) = octet(b' ', "a space before a parameter", input)?;
    if !rest.as_bytes().first().is_some_and(|&first| ALPHANUMERIC.contains(first)) {
        return fail(rest, "a parameter");
    }
    let (keyword, rest) = run(&KEYWORD, rest);
    let Some(value) = rest.strip_prefix('=') else {
        return Ok((rest, Parameter { keyword, value: None }));
    };
    match run(&VALUE, value) {
        ("", _) => fail(value, "the value of a parameter"),
        (value, rest) => Ok((rest, Parameter { keyword, value: Some(value) })),
    }
}

/// Parameters up to the end, each with a space before it.
pub(crate) fn parameters(input: &str) -> Scanned<'_, Parameters<'_>> {
    let mut rest = input;
    while !rest.is_empty() {
        (rest, _) = parameter(rest)?;
    }
    Ok((rest, Parameters(input)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keywords_are_the_same_in_any_case() {
        let all = |text: &'static str| Parameters::parse(text.as_bytes()).unwrap();
        assert_eq!(all(" NOTIFY=NEVER X-MARK"), all(" notify=NEVER x-Mark"));
        assert!(HashSet::from([all(" X-A")]).contains(&all(" x-a")));
        assert_ne!(all(" X=NEVER"), all(" X=never"));
        assert_ne!(all(" XA=B"), all(" X=AB"));
    }
}
