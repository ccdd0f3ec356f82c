//! What a command asks of its reply.

use mail_wire::parse::Keyword;

use crate::command::{AUTH, EHLO, HELO};

/// What the command that is being received or answered asks of its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing of its own.
    Plainly,
    /// EHLO, where it is extended, or HELO: no reply to them has an enhanced code
    /// (RFC 2034 §4).
    Hello { extended: bool },
    /// AUTH, or a response in its exchange: its line has a limit, and its faults have
    /// codes, of their own (RFC 4954 §4).
    Auth,
    /// VRFY or EXPN with SMTPUTF8: the reply may be UTF-8 (RFC 6531 §3.7.4.2).
    Utf8,
}

impl Asked {
    /// What the start of a line says.
    pub(super) fn by(line: &[u8]) -> Self {
        match line.split_at_checked(4) {
            Some((verb, [] | [b' ' | b'\r' | b'\n', ..])) => match Keyword::new(verb) {
                EHLO => Self::Hello { extended: true },
                HELO => Self::Hello { extended: false },
                AUTH => Self::Auth,
                _ => Self::Plainly,
            },
            _ => Self::Plainly,
        }
    }
}
