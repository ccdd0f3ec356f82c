//! The verbs of commands.

use mail_wire::SyntaxError;
use mail_wire::parse::{ALPHA, Class};

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
        let Ok(four) = word.try_into() else {
            let is = |verb: &Self| word.eq_ignore_ascii_case(verb.as_str().as_bytes());
            return [Self::StartTls, Self::XClient, Self::XForward].into_iter().find(is);
        };
        Some(match folded(four) {
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
            AUTH => Self::Auth,
            BDAT => Self::Bdat,
            LHLO => Self::Lhlo,
            BURL => Self::Burl,
            ETRN => Self::Etrn,
            ATRN => Self::Atrn,
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

    /// As [`folded`]; of one with four letters.
    const fn code(self) -> u32 {
        match self.as_str().as_bytes().first_chunk() {
            Some(four) => folded(*four),
            None => 0,
        }
    }
}

/// Four octets in one integer, with the letters among them in upper case: only a letter makes a
/// letter.
const fn folded(word: [u8; 4]) -> u32 {
    u32::from_le_bytes(word) & 0xdfdf_dfdf
}

const EHLO: u32 = Verb::Ehlo.code();
const HELO: u32 = Verb::Helo.code();
const MAIL: u32 = Verb::Mail.code();
const RCPT: u32 = Verb::Rcpt.code();
const DATA: u32 = Verb::Data.code();
const RSET: u32 = Verb::Rset.code();
const VRFY: u32 = Verb::Vrfy.code();
const EXPN: u32 = Verb::Expn.code();
const HELP: u32 = Verb::Help.code();
const NOOP: u32 = Verb::Noop.code();
const QUIT: u32 = Verb::Quit.code();
const AUTH: u32 = Verb::Auth.code();
const BDAT: u32 = Verb::Bdat.code();
const LHLO: u32 = Verb::Lhlo.code();
const BURL: u32 = Verb::Burl.code();
const ETRN: u32 = Verb::Etrn.code();
const ATRN: u32 = Verb::Atrn.code();
const TURN: u32 = Verb::Turn.code();
const SEND: u32 = Verb::Send.code();
const SOML: u32 = Verb::Soml.code();
const SAML: u32 = Verb::Saml.code();

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
        for word in
            [&b"BDATA"[..], b"", b"QUI", b"QUITS", b"STAR", b"STARTTL", b"\x0eOOP", b"NOO\xf0"]
        {
            assert_eq!(Verb::parse(word), None);
        }
    }
}
