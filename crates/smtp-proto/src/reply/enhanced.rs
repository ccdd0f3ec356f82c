//! Enhanced status codes (RFC 3463).

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{DIGIT, run};

use super::code::ReplyCode;

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
    pub(crate) fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        let (class, rest) = text.split_first()?;
        let (subject, rest) = number(rest.strip_prefix(b".")?)?;
        let (detail, rest) = number(rest.strip_prefix(b".")?)?;
        let code = Self::new(class.wrapping_sub(b'0'), subject, detail)?;
        match rest {
            [] => Some((code, rest)),
            [b' ', rest @ ..] => Some((code, rest)),
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
fn number(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = run(&DIGIT, text);
    match digits {
        [] | [b'0', _, ..] | [_, _, _, _, ..] => None,
        _ => {
            let value = digits.iter().fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
            Some((value, rest))
        }
    }
}
