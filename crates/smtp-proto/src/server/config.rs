//! What a server offers, and how much it takes.

use alloc::string::String;
use core::time::Duration;

use mail_wire::{BodyPolicy, Channel, Mechanism, OfferedMechanisms, SyntaxError};

use crate::{Hostname, Tolerance};

/// What a server offers and allows. One serves all sessions.
///
/// ```
/// use smtp_proto::server::Config;
/// let mut config = Config::new("mx.example.org")?;
/// config.max_message_size = Some(10 << 20);
/// config.starttls = true;
/// config.mechanisms.offer("PLAIN")?;
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    hostname: String,
    /// The most octets that a message may have, its line ends counted and its
    /// stuffed dots not: offered as SIZE and enforced (RFC 1870). None, and 0 as
    /// RFC 1870 §4 has it, offers SIZE without a limit. Default: none.
    pub max_message_size: Option<u64>,
    /// Offer 8BITMIME (RFC 6152). Default: yes.
    pub eight_bit_mime: bool,
    /// Offer SMTPUTF8 (RFC 6531): only where mail is stored and passed on as it
    /// comes, and 8BITMIME is offered. Default: yes.
    pub smtputf8: bool,
    /// Offer STARTTLS in clear text (RFC 3207). Default: no.
    pub starttls: bool,
    /// Let VRFY through as [`Event::Vrfy`](super::Event::Vrfy). Else it is
    /// answered 252, which says nothing. Default: no.
    pub vrfy: bool,
    /// Let EXPN through as [`Event::Expn`](super::Event::Expn). Else it is
    /// answered 502. Default: no.
    pub expn: bool,
    /// The SASL mechanisms of AUTH (RFC 4954 §3), which is offered where there is one.
    /// Default: none.
    pub mechanisms: OfferedMechanisms,
    /// Offer those of them that [show the password](Mechanism::shows_password) on a
    /// connection without TLS too. Default: no.
    pub plaintext_auth: bool,
    /// What to do with bare CR, bare LF and NUL in a body. Default: reject.
    pub body_policy: BodyPolicy,
    /// What to let pass in commands. Default: nothing.
    pub tolerance: Tolerance,
    /// How much to take.
    pub limits: Limits,
}

impl Config {
    /// The defaults, for a server of that name: a domain of US-ASCII (one past it is
    /// given in A-labels) or an address literal.
    ///
    /// # Errors
    /// [`SyntaxError`] where `hostname` is no [`Hostname`].
    pub fn new(hostname: &str) -> Result<Self, SyntaxError> {
        let hostname = Hostname::parse(hostname)?;
        Ok(Self {
            hostname: hostname.as_str().into(),
            max_message_size: None,
            eight_bit_mime: true,
            smtputf8: true,
            starttls: false,
            vrfy: false,
            expn: false,
            mechanisms: OfferedMechanisms::default(),
            plaintext_auth: false,
            body_policy: BodyPolicy::default(),
            tolerance: Tolerance::STRICT,
            limits: Limits::default(),
        })
    }

    /// The most octets of a message, where there is a limit.
    pub(super) fn size_limit(&self) -> Option<u64> {
        self.max_message_size.filter(|&limit| limit > 0)
    }

    pub(super) const fn offers_smtputf8(&self) -> bool {
        self.smtputf8 && self.eight_bit_mime
    }

    /// The name that the server goes by.
    #[must_use]
    pub fn hostname(&self) -> &str {
        &self.hostname
    }

    /// The mechanisms that are offered on such a connection.
    pub(super) fn mechanisms_on(&self, channel: Channel) -> impl Iterator<Item = Mechanism<'_>> {
        self.mechanisms.iter(self.plaintext_auth || channel.is_tls())
    }
}

/// How much a server takes from one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The longest command line, CRLF included, in octets. Default: 1100, which
    /// has room for 512 (RFC 5321 §4.5.3.1.4) and what the extensions offered add
    /// to MAIL: 26 for SIZE, 17 for BODY, 10 for SMTPUTF8, 500 for AUTH.
    pub command_line: usize,
    /// The longest line of an AUTH exchange, the command with its initial
    /// response too, in octets. Default: 12288 (RFC 4954 §4).
    pub auth_line: usize,
    /// The most responses in one AUTH exchange; with one more it is cancelled.
    /// Default: 32.
    pub auth_rounds: u16,
    /// The most recipients of one message; the next is answered 452. Default:
    /// 1000. No less than 100 should be set (RFC 5321 §4.5.3.1.8).
    pub recipients: u32,
    /// The most commands of one connection that the session itself says no to, for
    /// their syntax, their place or what is not offered, and logins that are
    /// rejected; with the next the connection ends with 421. Default: 20.
    pub bad_commands: u32,
    /// How long the client may be silent. Default: 5 minutes, the least that RFC 5321
    /// §4.5.3.2.7 allows.
    pub silence: Duration,
}

impl Limits {
    /// The most octets that a session with these limits leaves unread: what a
    /// [`ReceiveBuffer`](crate::ReceiveBuffer) must be able to hold.
    #[must_use]
    pub const fn buffer(&self) -> usize {
        if self.command_line > self.auth_line { self.command_line } else { self.auth_line }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command_line: 1100,
            auth_line: 12_288,
            auth_rounds: 32,
            recipients: 1000,
            bad_commands: 20,
            silence: Duration::from_secs(5 * 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that the documentation names.
    #[test]
    fn default_limits() {
        let limits = Limits::default();
        assert_eq!((limits.command_line, limits.auth_line), (1100, 12_288));
        assert_eq!((limits.auth_rounds, limits.bad_commands), (32, 20));
        assert_eq!((limits.recipients, limits.silence.as_secs()), (1000, 300));
        assert_eq!(limits.buffer(), 12_288);
        assert_eq!(Limits { command_line: 20_000, ..limits }.buffer(), 20_000);
    }

    #[test]
    fn servers_have_names_of_ascii() {
        for name in ["mx.example.org", "localhost", "[192.0.2.1]", "xn--mller-kva.example"] {
            assert_eq!(Config::new(name).unwrap().hostname(), name);
        }
        for name in ["", "müller.example", "mx_1.example", "mx.example.", "a b", "a\r\nb"] {
            assert!(Config::new(name).is_err(), "{name}");
        }
    }
}
