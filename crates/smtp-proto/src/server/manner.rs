//! What a command asks of its reply.

use crate::verb::Verb;

/// What the command that is being received or answered asks of its reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// Nothing of its own.
    #[default]
    Plain,
    /// EHLO, HELO and LHLO: no reply to them has an enhanced code (RFC 2034 §4).
    Hello,
    /// AUTH, or a response in its exchange: its line has a limit, and its faults have
    /// codes, of their own (RFC 4954 §4).
    Auth,
    /// BDAT: where its line cannot be read, the session ends after the reply, for what follows
    /// is not known.
    Bdat,
    /// VRFY or EXPN with SMTPUTF8: the reply may be UTF-8 (RFC 6531 §3.7.4.2).
    Utf8,
}

impl Manner {
    /// What the start of a line says, also of one that is no command.
    pub(super) fn of(line: &[u8]) -> Self {
        Self::of_verb(known_verb(line))
    }

    /// What a command says by its verb, where that is known here.
    pub(super) const fn of_verb(verb: Option<Verb>) -> Self {
        match verb {
            Some(Verb::Ehlo | Verb::Helo | Verb::Lhlo) => Self::Hello,
            Some(Verb::Auth) => Self::Auth,
            Some(Verb::Bdat) => Self::Bdat,
            _ => Self::Plain,
        }
    }
}

/// The verb that a line begins with, if it is known here.
pub(super) fn known_verb(line: &[u8]) -> Option<Verb> {
    let word = line.split(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n')).next()?;
    Verb::parse(word)
}
