//! The names of SASL mechanisms.

use alloc::string::String;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use crate::SyntaxError;
use crate::parse::{Class, Keyword, Parsed, complete, fail, word};

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
        complete(name, mechanism)
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
            Self::Other(name) => name.0,
        }
    }

    /// Whether it shows the password, or a token as good as one, to whoever
    /// reads the connection. Such mechanisms are for TLS. One that is not known
    /// here is taken for one that does.
    ///
    /// ```
    /// use mail_wire::Mechanism;
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
            Self::Other(MechanismName(name)) => {
                let scram = name.as_bytes().get(..SCRAM.len());
                !scram.is_some_and(|start| start.eq_ignore_ascii_case(SCRAM))
                    && !["GS2-KRB5", "NTLM"].iter().any(|known| name.eq_ignore_ascii_case(known))
            }
        }
    }
}

/// The name of a mechanism that [`Mechanism`] does not know. It is the same in upper
/// and lower case.
#[derive(Clone, Copy, Debug)]
pub struct MechanismName<'a>(&'a str);

impl PartialEq for MechanismName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for MechanismName<'_> {}

impl Hash for MechanismName<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.bytes().for_each(|octet| state.write_u8(octet.to_ascii_uppercase()));
    }
}

impl<'a> MechanismName<'a> {
    /// The name as it was written.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

/// The mechanisms that a server offers, in the order in which it prefers them.
///
/// ```
/// use mail_wire::{Mechanism, OfferedMechanisms};
/// let mut mechanisms = OfferedMechanisms::default();
/// mechanisms.offer("SCRAM-SHA-256")?;
/// mechanisms.offer("PLAIN")?;
/// assert!(mechanisms.iter(false).eq([Mechanism::ScramSha256]));
/// assert!(mechanisms.iter(true).eq([Mechanism::ScramSha256, Mechanism::Plain]));
/// # Ok::<(), mail_wire::SyntaxError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OfferedMechanisms(Vec<String>);

impl OfferedMechanisms {
    /// The most octets of all names together, each with a space before it: they fit
    /// a line of 512 (RFC 5321 §4.5.3.1.5, RFC 2449 §4).
    pub const MAX: usize = 500;

    /// Offers one more mechanism, behind those offered before. To offer it twice is to
    /// offer it once.
    ///
    /// # Errors
    /// [`SyntaxError`] where `name` is not one of a mechanism, or all names together
    /// are longer than [`MAX`](Self::MAX).
    pub fn offer(&mut self, name: &str) -> Result<(), SyntaxError> {
        let mechanism = Mechanism::parse(name.as_bytes())?;
        if self.iter(true).any(|offered| offered == mechanism) {
            return Ok(());
        }
        let names = self.0.iter().map(String::as_str).chain([name]);
        if names.map(|name| 1 + name.len()).sum::<usize>() > Self::MAX {
            return Err(SyntaxError { offset: 0, expected: "mechanisms that fit a line" });
        }
        self.0.push(mechanism.as_str().into());
        Ok(())
    }

    /// The mechanisms; without those that [show the password](Mechanism::shows_password)
    /// unless `passwords` may be shown.
    pub fn iter(&self, passwords: bool) -> impl Iterator<Item = Mechanism<'_>> {
        let mechanisms = self.0.iter().filter_map(|name| Mechanism::parse(name.as_bytes()).ok());
        mechanisms.filter(move |mechanism| passwords || !mechanism.shows_password())
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

/// Parses the name of a mechanism, and leaves what is behind it.
///
/// # Errors
/// As [`Mechanism::parse`].
pub fn mechanism(input: &[u8]) -> Parsed<'_, Mechanism<'_>> {
    let (rest, name) = word(&MECH_CHAR, "a mechanism")(input)?;
    if name.len() > 20 {
        return fail(input, "a mechanism of at most 20 characters");
    }
    let mechanism = match Keyword::new(name.as_bytes()) {
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
        _ => Mechanism::Other(MechanismName(name)),
    };
    Ok((rest, mechanism))
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
    fn what_is_offered_fits_a_line_and_is_offered_once() {
        let mut mechanisms = OfferedMechanisms::default();
        for name in ["x-ours", "plain", "PLAIN", "X-OURS"] {
            mechanisms.offer(name).unwrap();
        }
        let names = |mechanisms: &OfferedMechanisms| -> Vec<String> {
            mechanisms.iter(true).map(|mechanism| mechanism.as_str().into()).collect()
        };
        assert_eq!(names(&mechanisms), ["x-ours", "PLAIN"]);
        assert_eq!(mechanisms.iter(false).count(), 0);
        assert!(mechanisms.offer("X OURS").is_err());
        let mut offered = 0;
        while mechanisms.offer(&std::format!("X-{offered:018}")).is_ok() {
            offered += 1;
        }
        let octets: usize = names(&mechanisms).iter().map(|name| 1 + name.len()).sum();
        assert_eq!((offered, octets), (23, 7 + 6 + 23 * 21));
        mechanisms.offer("PLAIN").unwrap();
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
