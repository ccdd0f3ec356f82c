//! The names of SASL mechanisms.

use crate::Caseless;
use crate::parse::{Class, Keyword, Parsed, SyntaxError, complete, fail, run, word};

/// The name of a SASL mechanism (RFC 4422 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism<'a> {
    /// `PLAIN` (RFC 4616).
    Plain,
    /// `LOGIN`, which no RFC specifies and every client knows.
    Login,
    /// `EXTERNAL` (RFC 4422 appendix A): the certificate of TLS, say.
    External,
    /// `ANONYMOUS` (RFC 4505).
    Anonymous,
    /// `CRAM-MD5` (RFC 2195).
    CramMd5,
    /// `DIGEST-MD5` (RFC 2831).
    DigestMd5,
    /// `SCRAM-SHA-1` (RFC 5802).
    ScramSha1,
    /// `SCRAM-SHA-256` (RFC 7677).
    ScramSha256,
    /// `GSSAPI` (RFC 4752).
    Gssapi,
    /// `OAUTHBEARER` (RFC 7628).
    OAuthBearer,
    /// `XOAUTH2`, Google's.
    XOAuth2,
    /// Any other.
    Other(MechanismName<'a>),
}

impl<'a> Mechanism<'a> {
    /// Takes the name of a mechanism, in upper or lower case. One that is known
    /// is the same in either, and is written in upper case.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not 1 to 20 letters, digits, `-` and `_`.
    pub fn parse(name: &'a [u8]) -> Result<Self, SyntaxError> {
        match known(name) {
            Some(mechanism) => Ok(mechanism),
            None => complete(name, mechanism),
        }
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::External => "EXTERNAL",
            Self::Anonymous => "ANONYMOUS",
            Self::CramMd5 => "CRAM-MD5",
            Self::DigestMd5 => "DIGEST-MD5",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::Gssapi => "GSSAPI",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::Other(name) => name.as_str(),
        }
    }

    /// Whether it shows the password, or a token as good as one, to whoever
    /// reads the connection. Such mechanisms are for TLS. One that is not known
    /// here is taken for one that does.
    ///
    /// ```
    /// # use mail_wire::Mechanism;
    /// let shows = |name: &'static [u8]| Mechanism::parse(name).is_ok_and(Mechanism::shows_password);
    /// assert!(shows(b"PLAIN") && shows(b"XOAUTH2") && shows(b"X-OURS"));
    /// assert!(!shows(b"scram-sha-256-plus") && !shows(b"CRAM-MD5"));
    /// ```
    #[must_use]
    pub fn shows_password(self) -> bool {
        // SCRAM has a name for every hash, with and without channel binding (RFC 5802 §4).
        const SCRAM: &[u8] = b"SCRAM-";
        match self {
            Self::Plain | Self::Login | Self::OAuthBearer | Self::XOAuth2 => true,
            Self::External | Self::Anonymous | Self::CramMd5 | Self::DigestMd5 => false,
            Self::ScramSha1 | Self::ScramSha256 | Self::Gssapi => false,
            Self::Other(name) => {
                let name = name.as_str();
                let scram = name.as_bytes().get(..SCRAM.len());
                !scram.is_some_and(|start| start.eq_ignore_ascii_case(SCRAM))
                    && !["GS2-KRB5", "NTLM"].iter().any(|known| name.eq_ignore_ascii_case(known))
            }
        }
    }
}

/// The name of a mechanism that [`Mechanism`] does not know. It is the same in upper
/// and lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MechanismName<'a>(Caseless<'a>);

impl<'a> MechanismName<'a> {
    /// The name as it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0.as_str()
    }
}

/// RFC 4422 §3.1, in either case:
/// ```text
/// sasl-mech      = 1*20mech-char
/// mech-char      = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE
/// ```
static MECH_CHAR: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-_");

const PLAIN: Keyword = Keyword::new(b"PLAIN");
const LOGIN: Keyword = Keyword::new(b"LOGIN");
const EXTERNAL: Keyword = Keyword::new(b"EXTERNAL");
const ANONYMOUS: Keyword = Keyword::new(b"ANONYMOUS");
const CRAM_MD5: Keyword = Keyword::new(b"CRAM-MD5");
const DIGEST_MD5: Keyword = Keyword::new(b"DIGEST-MD5");
const SCRAM_SHA_1: Keyword = Keyword::new(b"SCRAM-SHA-1");
const SCRAM_SHA_256: Keyword = Keyword::new(b"SCRAM-SHA-256");
const GSSAPI: Keyword = Keyword::new(b"GSSAPI");
const OAUTHBEARER: Keyword = Keyword::new(b"OAUTHBEARER");
const XOAUTH2: Keyword = Keyword::new(b"XOAUTH2");

/// Parses the name of a mechanism, and leaves what is after it.
///
/// # Errors
/// As [`Mechanism::parse`].
#[inline]
pub fn mechanism(input: &[u8]) -> Parsed<'_, Mechanism<'_>> {
    let (name, rest) = run(&MECH_CHAR, input);
    if let Some(mechanism) = known(name) {
        return Ok((rest, mechanism));
    }
    let (rest, name) = word(&MECH_CHAR, "a mechanism")(input)?;
    if name.len() > 20 {
        return fail(input, "a mechanism of at most 20 characters");
    }
    Ok((rest, Mechanism::Other(MechanismName(Caseless(name)))))
}

/// The mechanism of that name, in upper or lower case, if it is known here.
#[inline]
const fn known(name: &[u8]) -> Option<Mechanism<'static>> {
    Some(match Keyword::new(name) {
        PLAIN => Mechanism::Plain,
        LOGIN => Mechanism::Login,
        EXTERNAL => Mechanism::External,
        ANONYMOUS => Mechanism::Anonymous,
        CRAM_MD5 => Mechanism::CramMd5,
        DIGEST_MD5 => Mechanism::DigestMd5,
        SCRAM_SHA_1 => Mechanism::ScramSha1,
        SCRAM_SHA_256 => Mechanism::ScramSha256,
        GSSAPI => Mechanism::Gssapi,
        OAUTHBEARER => Mechanism::OAuthBearer,
        XOAUTH2 => Mechanism::XOAuth2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_any_case_and_what_is_not_known_is_kept() {
        assert_eq!(Mechanism::parse(b"plain"), Ok(Mechanism::Plain));
        assert_eq!(Mechanism::parse(b"KERBEROS_V4").unwrap().as_str(), "KERBEROS_V4");
        assert!(Mechanism::parse(b"SCRAM-SHA-256-PLUS-AB").is_err());
        assert!(Mechanism::parse(b"").is_err());
    }

    #[test]
    fn every_known_name_comes_back() {
        use Mechanism::*;
        for known in [
            Plain,
            Login,
            External,
            Anonymous,
            CramMd5,
            DigestMd5,
            ScramSha1,
            ScramSha256,
            Gssapi,
            OAuthBearer,
            XOAuth2,
        ] {
            assert_eq!(Mechanism::parse(known.as_str().as_bytes()), Ok(known));
            let small = known.as_str().to_ascii_lowercase();
            assert_eq!(Mechanism::parse(small.as_bytes()), Ok(known));
        }
    }

    #[test]
    fn what_is_not_known_is_the_same_in_any_case() {
        let mechanism = |name: &'static str| Mechanism::parse(name.as_bytes()).unwrap();
        assert_eq!(mechanism("x-ours"), mechanism("X-OURS"));
        assert_ne!(mechanism("X-OURS"), mechanism("X-OUR"));
        let set = std::collections::HashSet::from([mechanism("x-Ours")]);
        assert!(set.contains(&mechanism("X-oURS")));
    }

    #[test]
    fn what_is_not_known_is_taken_to_show_the_password() {
        for (name, shows) in [
            ("LOGIN", true),
            ("OAUTHBEARER", true),
            ("SCRAM", true),
            ("X-NTLM", true),
            ("EXTERNAL", false),
            ("GSSAPI", false),
            ("gs2-krb5", false),
            ("ntlm", false),
            ("Scram-Sha-512", false),
        ] {
            assert_eq!(
                Mechanism::parse(name.as_bytes()).unwrap().shows_password(),
                shows,
                "{name}"
            );
        }
    }
}
