//! The verbs of commands.

use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHA, Class, Keyword};

use crate::name::Name;

/// The octets of a verb: the first is a letter.
pub(crate) static VERB: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-");

/// Checks that a word is a verb, and none that is known here.
pub(crate) fn check_unknown(word: &str) -> Result<(), SyntaxError> {
    let octets = word.as_bytes();
    let begins = octets.first().is_some_and(|&first| ALPHA.contains(first));
    if !begins || !VERB.contains_all(octets) {
        return Err(SyntaxError { offset: 0, expected: "a verb" });
    }
    match Verb::parse(octets) {
        None => Ok(()),
        Some(_) => Err(SyntaxError { offset: 0, expected: "a verb that is not known here" }),
    }
}

/// What a command that is known here begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    Rset,
    Vrfy,
    Expn,
    Help,
    Noop,
    Quit,
    StartTls,
    Auth,
    Bdat,
    Lhlo,
    Turn,
    Send,
    Soml,
    Saml,
}

impl Verb {
    const ALL: [Self; 19] = [
        Self::Ehlo,
        Self::Helo,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Rset,
        Self::Vrfy,
        Self::Expn,
        Self::Help,
        Self::Noop,
        Self::Quit,
        Self::StartTls,
        Self::Auth,
        Self::Bdat,
        Self::Lhlo,
        Self::Turn,
        Self::Send,
        Self::Soml,
        Self::Saml,
    ];

    /// The verb that is that word, in whichever case.
    pub(crate) fn parse(word: &[u8]) -> Option<Self> {
        let word = Keyword::new(word);
        Self::ALL.into_iter().find(|verb| verb.name().is(word))
    }

    pub(crate) const fn as_str(self) -> &'static str {
        self.name().as_str()
    }

    const fn name(self) -> Name {
        match self {
            Self::Ehlo => const { Name::new("EHLO") },
            Self::Helo => const { Name::new("HELO") },
            Self::Mail => const { Name::new("MAIL") },
            Self::Rcpt => const { Name::new("RCPT") },
            Self::Data => const { Name::new("DATA") },
            Self::Rset => const { Name::new("RSET") },
            Self::Vrfy => const { Name::new("VRFY") },
            Self::Expn => const { Name::new("EXPN") },
            Self::Help => const { Name::new("HELP") },
            Self::Noop => const { Name::new("NOOP") },
            Self::Quit => const { Name::new("QUIT") },
            Self::StartTls => const { Name::new("STARTTLS") },
            Self::Auth => const { Name::new("AUTH") },
            Self::Bdat => const { Name::new("BDAT") },
            Self::Lhlo => const { Name::new("LHLO") },
            Self::Turn => const { Name::new("TURN") },
            Self::Send => const { Name::new("SEND") },
            Self::Soml => const { Name::new("SOML") },
            Self::Saml => const { Name::new("SAML") },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_comes_back() {
        for verb in Verb::ALL {
            assert_eq!(Verb::parse(verb.as_str().as_bytes()), Some(verb));
            assert_eq!(Verb::parse(verb.as_str().to_ascii_lowercase().as_bytes()), Some(verb));
        }
        assert_eq!(Verb::parse(b"BDATA"), None);
        // The last one of the enum, so that `ALL` has no fewer than there are.
        assert_eq!(Verb::Saml as usize + 1, Verb::ALL.len());
    }
}
