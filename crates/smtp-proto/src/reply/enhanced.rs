//! Enhanced status codes (RFC 3463).

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;

use super::code::{ReplyCode, digit};

/// An enhanced status code: `class.subject.detail` (RFC 3463 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnhancedCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl EnhancedCode {
    /// The code of those numbers, where they can be one: class 2, 4 or 5, the
    /// others below 1000.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        if matches!(class, 2 | 4 | 5) && subject < 1000 && detail < 1000 {
            Some(Self { class, subject, detail })
        } else {
            None
        }
    }

    /// The crate's own codes.
    pub(crate) const fn fixed(class: u8, subject: u16, detail: u16) -> Self {
        Self { class, subject, detail }
    }

    /// 2: success, 4: transient failure, 5: permanent failure.
    #[must_use]
    pub const fn class(self) -> u8 {
        self.class
    }

    /// What the code speaks of: 1 addresses, 2 the mailbox, 3 the mail system,
    /// 4 the network, 5 the protocol, 6 content, 7 security.
    #[must_use]
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The status itself, within its subject.
    #[must_use]
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// RFC 2034 §4: the classes of the two codes of a reply are the same.
    pub(crate) const fn agrees_with(self, code: ReplyCode) -> bool {
        self.class as u16 == code.get() / 100
    }

    /// ```abnf
    /// status-code = class "." subject "." detail             ; RFC 3463 §2
    /// ```
    #[inline]
    pub(crate) fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        match text {
            [class @ (b'2' | b'4' | b'5'), b'.', rest @ ..] => Self::of_class(class - b'0', rest),
            _ => None,
        }
    }

    /// What stands after the class and its dot.
    fn of_class(class: u8, text: &[u8]) -> Option<(Self, &[u8])> {
        // Nearly always each number has one digit.
        if let [subject @ b'0'..=b'9', b'.', detail @ b'0'..=b'9', b' ', rest @ ..] = text {
            let [subject, detail] = [subject, detail].map(|digit| u16::from(digit - b'0'));
            return Some((Self { class, subject, detail }, rest));
        }
        let (subject, rest) = number(text)?;
        let (detail, rest) = number(rest.strip_prefix(b".")?)?;
        let code = Self { class, subject, detail };
        match rest {
            [] => Some((code, rest)),
            [b' ', rest @ ..] => Some((code, rest)),
            _ => None,
        }
    }

    /// Its numbers, where each has one digit.
    #[inline]
    pub(super) const fn digits(self) -> Option<[u8; 3]> {
        match self {
            Self { class: class @ ..10, subject: subject @ ..10, detail: detail @ ..10 } => {
                Some([digit(class as u16), digit(subject), digit(detail)])
            }
            _ => None,
        }
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        decimal(self.class.into(), out);
        out.put_u8(b'.');
        decimal(self.subject.into(), out);
        out.put_u8(b'.');
        decimal(self.detail.into(), out);
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// `1*3DIGIT` without leading zeros.
#[inline]
fn number(text: &[u8]) -> Option<(u16, &[u8])> {
    let value = |digit: u8| u16::from(digit - b'0');
    match *text {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', ..] => None,
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ref rest @ ..] => {
            Some((value(a) * 100 + value(b) * 10 + value(c), rest))
        }
        [a @ b'1'..=b'9', b @ b'0'..=b'9', ref rest @ ..] => Some((value(a) * 10 + value(b), rest)),
        [b'0', b'0'..=b'9', ..] => None,
        [a @ b'0'..=b'9', ref rest @ ..] => Some((value(a), rest)),
        _ => None,
    }
}
