//! What a server offers.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use mail_wire::{Channel, Mechanism, OfferedMechanisms, SyntaxError, UnknownCommands, greeting};

use crate::limits::Limits;
use crate::tolerance::Tolerance;
use crate::value::capability::Capability;
use crate::value::capability_set::CapabilitySet;

/// The longest text of a greeting, in octets: as in POP3, whose lines are shorter.
const MAX_GREETING: usize = 400;

/// What a server offers and allows: one for all its sessions, in an `Arc`.
///
/// ```
/// use imap_proto::Capability;
/// use imap_proto::server::Config;
/// let mut config = Config::default();
/// config.set_greeting("mail.example.com ready")?;
/// config.starttls = true;
/// config.capabilities.extend([Capability::Idle, Capability::Move]);
/// config.mechanisms.offer("PLAIN")?;
/// # Ok::<(), imap_proto::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    greeting: String,
    /// What the server can do. A command of an extension reaches the server
    /// only where the extension is listed, or `IMAP4rev2`, which contains it; and so
    /// does what an extension adds to other commands: `$`, `BINARY[…]`, `SIZE` of STATUS.
    ///
    /// `STARTTLS`, `LOGINDISABLED` and `AUTH=` do not belong here: the session
    /// lists them where they hold. [`Config::default`] lists what the session does
    /// alone: `IMAP4rev1`, `LITERAL+`, `SASL-IR` and `ENABLE`.
    pub capabilities: Vec<Capability<'static>>,
    /// Which of the capabilities a client may turn on with ENABLE. With
    /// `IMAP4rev2` or `UTF8=ACCEPT` on, strings go out in UTF-8. Default none.
    pub enable: Vec<Capability<'static>>,
    /// Whether STARTTLS is offered in clear text. Default no.
    pub starttls: bool,
    /// Whether LOGIN is offered where clear-text passwords may be sent.
    /// Default yes.
    pub login: bool,
    /// Which commands that this crate cannot read are given to the driver: those of an extension
    /// that is not known here. They reach it as [`Event::Unknown`](super::Event::Unknown), whatever
    /// the state, within the limits of all commands. Default none.
    pub unknown_commands: UnknownCommands,
    /// Parameters and modifiers of commands that this crate does not know and the server does,
    /// by name: those of extensions to SELECT, EXAMINE, CREATE, LIST, APPEND, FETCH, STORE and
    /// SEARCH (RFC 4466; RFC 9051 §9). Commands that have any other are BAD. Default none.
    pub modifiers: Vec<Cow<'static, str>>,
    /// The SASL mechanisms that are offered. Default none.
    pub mechanisms: OfferedMechanisms,
    /// Whether passwords are taken from connections in clear text: LOGIN, and the
    /// [mechanisms that show them](Mechanism::shows_password). RFC 8314 §3
    /// says not to. Default no.
    pub plaintext_auth: bool,
    /// What a client's lines are forgiven. Default nothing.
    pub tolerance: Tolerance,
    /// How much a client may send.
    pub limits: Limits,
}

impl Default for Config {
    /// LOGIN inside TLS, and nothing else that is optional.
    fn default() -> Self {
        Self {
            greeting: "IMAP server ready".into(),
            capabilities: vec![
                Capability::Imap4Rev1,
                Capability::LiteralPlus,
                Capability::SaslIr,
                Capability::Enable,
            ],
            enable: Vec::new(),
            starttls: false,
            login: true,
            unknown_commands: UnknownCommands::None,
            modifiers: Vec::new(),
            mechanisms: OfferedMechanisms::default(),
            plaintext_auth: false,
            tolerance: Tolerance::STRICT,
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// What the greeting says after the capabilities. Default: `IMAP server ready`.
    #[must_use]
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Sets what the greeting says after the capabilities: visible US-ASCII, spaces and tabs.
    ///
    /// # Errors
    /// Where it is of anything else, empty, or longer than 400 octets.
    pub fn set_greeting(&mut self, text: &str) -> Result<(), SyntaxError> {
        self.greeting = greeting(text, MAX_GREETING)?;
        Ok(())
    }

    /// The mechanisms that are offered on `channel`.
    pub(super) fn mechanisms_on(&self, channel: Channel) -> impl Iterator<Item = Mechanism<'_>> {
        self.mechanisms.on(channel, self.plaintext_auth)
    }

    /// What a client may say beyond IMAP4rev1.
    pub(super) fn offered(&self) -> CapabilitySet {
        self.capabilities.iter().map(|capability| capability.allows()).collect()
    }

    /// Whether LOGIN is offered on `channel`.
    pub(super) const fn offers_login(&self, channel: Channel) -> bool {
        self.login && (channel.is_tls() || self.plaintext_auth)
    }
}
