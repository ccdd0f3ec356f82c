//! The SASL mechanisms of all three protocols: `PLAIN` and `LOGIN`.
//!
//! Both send the password as it is, and both ask for nothing but a name and a
//! password, which [`Store::authenticate`](crate::store::Store::authenticate)
//! checks.

use std::{fmt, str};

// The same in all three protocols.
use smtp_proto::Mechanism;

/// The mechanisms to offer, the better one first.
pub const MECHANISMS: [&str; 2] = ["PLAIN", "LOGIN"];

/// What an exchange waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// The one message of `PLAIN`.
    Plain,
    /// The name, of `LOGIN`.
    LoginName,
    /// The password, of `LOGIN`, for the user of this name.
    LoginPassword(String),
}

/// What follows on what a client has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the challenge, and give the response to [`Exchange::respond`].
    Challenge(Exchange, &'static str),
    /// The exchange is over: check these.
    Check(Credentials),
    /// The exchange is over: the client wants to act for somebody else, as
    /// nobody may here (RFC 4616 §2).
    ForAnother,
    /// The exchange is over: what came is not of the mechanism.
    Malformed,
}

/// Who the client says it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The name of the user.
    pub name: String,
    /// The password.
    pub password: String,
}

/// Without the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.name)
    }
}

impl Exchange {
    /// Begins an exchange, perhaps with a response that came along with the
    /// mechanism's name. `None` for a mechanism that is not offered here.
    pub fn begin(mechanism: Mechanism<'_>, initial_response: Option<&[u8]>) -> Option<Step> {
        let (exchange, challenge) = match mechanism {
            Mechanism::Plain => (Self::Plain, ""),
            Mechanism::Login => (Self::LoginName, USER_NAME),
            _ => return None,
        };
        Some(match initial_response {
            Some(response) => exchange.respond(response),
            None => Step::Challenge(exchange, challenge),
        })
    }

    /// Takes what the client has answered to a challenge.
    pub fn respond(self, response: &[u8]) -> Step {
        let Ok(response) = str::from_utf8(response) else { return Step::Malformed };
        match self {
            Self::Plain => plain(response).unwrap_or(Step::Malformed),
            Self::LoginName => Step::Challenge(Self::LoginPassword(response.into()), PASSWORD),
            Self::LoginPassword(name) => {
                Step::Check(Credentials { name, password: response.into() })
            }
        }
    }
}

/// `LOGIN` is in no RFC; these are the challenges that clients know.
const USER_NAME: &str = "Username:";
const PASSWORD: &str = "Password:";

/// ```abnf
/// message = [authzid] UTF8NUL authcid UTF8NUL passwd        ; RFC 4616 §2
/// ```
/// Nobody here may act for another: an authzid has to be the authcid.
fn plain(message: &str) -> Option<Step> {
    let (authzid, rest) = message.split_once('\0')?;
    let (name, password) = rest.split_once('\0')?;
    let valid = !name.is_empty() && !password.is_empty() && !password.contains('\0');
    let own = authzid.is_empty() || authzid == name;
    valid.then(|| match own {
        true => Step::Check(Credentials { name: name.into(), password: password.into() }),
        false => Step::ForAnother,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, password: &str) -> Step {
        Step::Check(Credentials { name: name.into(), password: password.into() })
    }

    #[test]
    fn plain_of_rfc_4616() {
        // The examples of §4, but for the one that acts for another.
        let tim = Exchange::begin(Mechanism::Plain, Some(b"\0tim\0tanstaaftanstaaf"));
        assert_eq!(tim, Some(check("tim", "tanstaaftanstaaf")));
        let other = Exchange::begin(Mechanism::Plain, Some(b"Ursel\0Kurt\0xipj3plmq"));
        assert_eq!(other, Some(Step::ForAnother));
        let own = Exchange::begin(Mechanism::Plain, Some(b"tim\0tim\0a b"));
        assert_eq!(own, Some(check("tim", "a b")));
        assert_eq!(
            Exchange::begin(Mechanism::Plain, None),
            Some(Step::Challenge(Exchange::Plain, ""))
        );
        for message in [&b""[..], b"tim", b"\0tim", b"\0tim\0", b"\0\0x", b"\0a\0b\0", b"\0\xff\0b"]
        {
            assert_eq!(Exchange::Plain.respond(message), Step::Malformed, "{message:?}");
        }
    }

    #[test]
    fn login_asks_twice_or_once() {
        let Some(Step::Challenge(exchange, "Username:")) = Exchange::begin(Mechanism::Login, None)
        else {
            panic!()
        };
        let asked = exchange.respond(b"tim");
        assert_eq!(Exchange::begin(Mechanism::Login, Some(b"tim")), Some(asked.clone()));
        let Step::Challenge(exchange, "Password:") = asked else { panic!() };
        assert_eq!(exchange.respond(b"secret"), check("tim", "secret"));
        assert_eq!(Exchange::LoginName.respond(b"\xff"), Step::Malformed);
        assert_eq!(Exchange::begin(Mechanism::CramMd5, None), None);
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(format!("{:?}", check("tim", "secret")), "Check(tim:…)");
    }
}
