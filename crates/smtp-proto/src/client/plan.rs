//! How a client wants to come to where it can send mail.

use mail_wire::{Channel, Mechanism, Secret, TlsPolicy};

use super::config::ClearText;
use super::session::Session;
use crate::address::Hostname;

/// Who a client says it is, whether it goes over to TLS, and how it wants to log in.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Plan<'c> {
    /// The name that it goes by in EHLO: one that names the client's host, or its address in
    /// brackets (RFC 5321 §4.1.1.1).
    pub hostname: Hostname<'c>,
    /// Whether it goes over to TLS with STARTTLS, where the connection began in clear text.
    pub tls: TlsPolicy,
    /// The login, if it needs one.
    pub login: Option<Login<'c>>,
}

impl<'c> Plan<'c> {
    /// A connection inside TLS, without a login.
    #[must_use]
    pub const fn new(hostname: Hostname<'c>) -> Self {
        Self { hostname, tls: TlsPolicy::Required, login: None }
    }
}

/// How a client wants to log in.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Login<'c> {
    /// Whose mail it sends.
    pub name: &'c str,
    /// The password.
    pub password: Secret<'c>,
    /// The ways to log in, the best first: the first is taken that the server offers and
    /// [`ClearText`] allows. With none, [`Way::BEST`].
    pub ways: &'c [Way<'c>],
}

impl<'c> Login<'c> {
    /// A login in the best way that there is.
    #[must_use]
    pub const fn new(name: &'c str, password: &'c [u8]) -> Self {
        Self { name, password: Secret::new(password), ways: &[] }
    }
}

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Way<'c> {
    /// AUTH PLAIN (RFC 4616), which shows the password.
    Plain,
    /// AUTH LOGIN, which has no RFC and shows the password: some servers have nothing else.
    Login,
    /// AUTH with a mechanism that the caller knows: [`Step::Authenticate`](super::Step::Authenticate).
    Sasl(Mechanism<'c>),
}

impl Way<'_> {
    /// The ways that need nothing of the caller.
    pub const BEST: &'static [Way<'static>] = &[Way::Plain, Way::Login];
}

impl<'c> Way<'c> {
    /// Its mechanism.
    #[must_use]
    pub const fn mechanism(self) -> Mechanism<'c> {
        match self {
            Self::Plain => Mechanism::Plain,
            Self::Login => Mechanism::Login,
            Self::Sasl(mechanism) => mechanism,
        }
    }

    /// Whether the server offers it, and the channel is one for it.
    pub(super) fn will_do(self, session: &Session) -> bool {
        let mechanism = self.mechanism();
        session.extensions().has_mechanism(mechanism)
            && match (session.channel(), session.config.clear_text) {
                (Channel::Tls, _) | (Channel::Clear, ClearText::Everything) => true,
                (Channel::Clear, ClearText::NoPasswords) => !mechanism.shows_password(),
                (Channel::Clear, ClearText::Nothing) => false,
            }
    }
}
