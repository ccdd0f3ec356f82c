//! How a client wants to log in.

use mail_wire::{Channel, Mechanism, Secret, TlsPolicy};

use super::config::ClearText;
use super::session::Session;

/// How a client wants to log in, and whether inside TLS.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Plan<'c> {
    /// Whether it goes over to TLS with STLS, where the connection began in clear text.
    pub tls: TlsPolicy,
    /// Whose maildrop it is.
    pub name: &'c str,
    /// The password.
    pub password: Secret<'c>,
    /// The ways to log in, the best first: the first is taken that the server offers and
    /// [`ClearText`] allows. With none, [`Way::best`].
    pub ways: &'c [Way<'c>],
    /// Whether to ask for UTF8 where the server offers it (RFC 6856 §2.1), so that mail comes
    /// with UTF-8 in its headers.
    pub utf8: bool,
}

impl<'c> Plan<'c> {
    /// A login inside TLS, in the best way that there is.
    #[must_use]
    pub const fn new(name: &'c str, password: &'c [u8]) -> Self {
        let password = Secret::new(password);
        Self { tls: TlsPolicy::Required, name, password, ways: &[], utf8: false }
    }
}

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Way<'c> {
    /// AUTH PLAIN (RFC 4616), which shows the password.
    Plain,
    /// USER and PASS (RFC 1939 §7), which show the password.
    User,
    /// APOP (RFC 1939 §7), which does not. It needs the timestamp of the greeting, which is
    /// forgotten at STLS (RFC 2595 §4): after that it is not offered.
    Apop,
    /// AUTH with a mechanism that the caller knows: [`Step::Authenticate`](super::Step::Authenticate).
    Sasl(Mechanism<'c>),
}

impl Way<'_> {
    /// The ways that need nothing of the caller: inside TLS PLAIN, USER, APOP; in clear
    /// text APOP, PLAIN, USER.
    #[must_use]
    pub const fn best(channel: Channel) -> &'static [Self] {
        match channel {
            Channel::Tls => &[Self::Plain, Self::User, Self::Apop],
            Channel::Clear => &[Self::Apop, Self::Plain, Self::User],
        }
    }

    /// Whether the channel is one for it.
    pub(super) fn may_be_used(self, session: &Session) -> bool {
        match (session.channel(), session.config.clear_text) {
            (Channel::Tls, _) | (Channel::Clear, ClearText::Everything) => true,
            (Channel::Clear, ClearText::NoPasswords) => match self {
                Self::Plain | Self::User => false,
                Self::Apop => true,
                Self::Sasl(mechanism) => !mechanism.shows_password(),
            },
            (Channel::Clear, ClearText::Nothing) => false,
        }
    }
}
