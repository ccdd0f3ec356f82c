//! The verbs of commands.

use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHA, Class, Keyword};

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
    Burl,
    Etrn,
    Atrn,
    XClient,
    XForward,
    Turn,
    Send,
    Soml,
    Saml,
}

impl Verb {
    /// The verb that is that word, in whichever case.
    #[inline]
    pub(crate) fn parse(word: &[u8]) -> Option<Self> {
        Some(match Keyword::new(word) {
            EHLO => Self::Ehlo,
            HELO => Self::Helo,
            MAIL => Self::Mail,
            RCPT => Self::Rcpt,
            DATA => Self::Data,
            RSET => Self::Rset,
            VRFY => Self::Vrfy,
            EXPN => Self::Expn,
            HELP => Self::Help,
            NOOP => Self::Noop,
            QUIT => Self::Quit,
            STARTTLS => Self::StartTls,
            AUTH => Self::Auth,
            BDAT => Self::Bdat,
            LHLO => Self::Lhlo,
            BURL => Self::Burl,
            ETRN => Self::Etrn,
            ATRN => Self::Atrn,
            XCLIENT => Self::XClient,
            XFORWARD => Self::XForward,
            TURN => Self::Turn,
            SEND => Self::Send,
            SOML => Self::Soml,
            SAML => Self::Saml,
            _ => return None,
        })
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ehlo => "EHLO",
            Self::Helo => "HELO",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Rset => "RSET",
            Self::Vrfy => "VRFY",
            Self::Expn => "EXPN",
            Self::Help => "HELP",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Bdat => "BDAT",
            Self::Lhlo => "LHLO",
            Self::Burl => "BURL",
            Self::Etrn => "ETRN",
            Self::Atrn => "ATRN",
            Self::XClient => "XCLIENT",
            Self::XForward => "XFORWARD",
            Self::Turn => "TURN",
            Self::Send => "SEND",
            Self::Soml => "SOML",
            Self::Saml => "SAML",
        }
    }

    const fn keyword(self) -> Keyword {
        Keyword::new(self.as_str().as_bytes())
    }
}

const EHLO: Keyword = Verb::Ehlo.keyword();
const HELO: Keyword = Verb::Helo.keyword();
const MAIL: Keyword = Verb::Mail.keyword();
const RCPT: Keyword = Verb::Rcpt.keyword();
const DATA: Keyword = Verb::Data.keyword();
const RSET: Keyword = Verb::Rset.keyword();
const VRFY: Keyword = Verb::Vrfy.keyword();
const EXPN: Keyword = Verb::Expn.keyword();
const HELP: Keyword = Verb::Help.keyword();
const NOOP: Keyword = Verb::Noop.keyword();
const QUIT: Keyword = Verb::Quit.keyword();
const STARTTLS: Keyword = Verb::StartTls.keyword();
const AUTH: Keyword = Verb::Auth.keyword();
const BDAT: Keyword = Verb::Bdat.keyword();
const LHLO: Keyword = Verb::Lhlo.keyword();
const BURL: Keyword = Verb::Burl.keyword();
const ETRN: Keyword = Verb::Etrn.keyword();
const ATRN: Keyword = Verb::Atrn.keyword();
const XCLIENT: Keyword = Verb::XClient.keyword();
const XFORWARD: Keyword = Verb::XForward.keyword();
const TURN: Keyword = Verb::Turn.keyword();
const SEND: Keyword = Verb::Send.keyword();
const SOML: Keyword = Verb::Soml.keyword();
const SAML: Keyword = Verb::Saml.keyword();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_comes_back() {
        use Verb::*;
        // Whoever adds a variant is told here.
        let next = |verb| match verb {
            Ehlo => Some(Helo),
            Helo => Some(Mail),
            Mail => Some(Rcpt),
            Rcpt => Some(Data),
            Data => Some(Rset),
            Rset => Some(Vrfy),
            Vrfy => Some(Expn),
            Expn => Some(Help),
            Help => Some(Noop),
            Noop => Some(Quit),
            Quit => Some(StartTls),
            StartTls => Some(Auth),
            Auth => Some(Bdat),
            Bdat => Some(Lhlo),
            Lhlo => Some(Burl),
            Burl => Some(Etrn),
            Etrn => Some(Atrn),
            Atrn => Some(XClient),
            XClient => Some(XForward),
            XForward => Some(Turn),
            Turn => Some(Send),
            Send => Some(Soml),
            Soml => Some(Saml),
            Saml => None,
        };
        for verb in core::iter::successors(Some(Ehlo), |&verb| next(verb)) {
            assert_eq!(Verb::parse(verb.as_str().as_bytes()), Some(verb));
            assert_eq!(Verb::parse(verb.as_str().to_ascii_lowercase().as_bytes()), Some(verb));
        }
        assert_eq!(Verb::parse(b"BDATA"), None);
    }
}
