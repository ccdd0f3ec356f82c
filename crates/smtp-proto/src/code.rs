//! The codes of replies (RFC 5321 §4.2.1, RFC 3463).

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;
use mail_wire::parse::{DIGIT, run};

/// Three digits, of which the first is 2 to 5 (RFC 5321 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplyCode(u16);

impl ReplyCode {
    /// The code of that number, where it can be one: 200 to 599.
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        if code >= 200 && code < 600 { Some(Self(code)) } else { None }
    }

    /// The crate's own codes.
    pub(crate) const fn fixed(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// 2yz: the command was carried out.
    #[must_use]
    pub const fn is_completion(self) -> bool {
        self.0 / 100 == 2
    }

    /// 3yz: the server waits for more.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        self.0 / 100 == 3
    }

    /// 4yz: not now; the same may work later.
    #[must_use]
    pub const fn is_transient_failure(self) -> bool {
        self.0 / 100 == 4
    }

    /// 5yz: not so; the same will fail again.
    #[must_use]
    pub const fn is_permanent_failure(self) -> bool {
        self.0 / 100 == 5
    }
}

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
        self.class as u16 == code.0 / 100
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
pub(crate) fn number(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = run(&DIGIT, text);
    match digits {
        [] | [b'0', _, ..] | [_, _, _, _, ..] => None,
        _ => {
            let value = digits.iter().fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
            Some((value, rest))
        }
    }
}
