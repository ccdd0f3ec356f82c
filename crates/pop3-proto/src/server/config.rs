//! What a server offers, and its limits.

use alloc::string::String;
use core::time::Duration;

use mail_wire::{OfferedMechanisms, SyntaxError, UnknownCommands, greeting};

use crate::capability::Retention;
use crate::text::{Text, TextBuf};
use crate::tolerance::Tolerance;

/// What a server offers. One is shared by all of its sessions.
///
/// ```
/// use pop3_proto::server::Config;
/// let mut config = Config::default();
/// config.set_greeting("pop.example.com ready")?;
/// config.stls = true;
/// config.mechanisms.offer("PLAIN")?;
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    greeting: String,
    /// Whether STLS is offered while the connection is in clear text. Default: no.
    pub stls: bool,
    /// Whether passwords are taken from connections in clear text: USER and
    /// PASS, and the [mechanisms that show them](crate::Mechanism::shows_password). RFC
    /// 8314 §3 and RFC 5034 §4 say not to. Default: no.
    pub plaintext_auth: bool,
    /// Whether USER and PASS are offered. Default: yes.
    pub user: bool,
    /// The SASL mechanisms that are offered. Default: none.
    pub mechanisms: OfferedMechanisms,
    /// Whether UTF8 is offered (RFC 6856 §2): messages with UTF-8 in their
    /// headers can be sent after [`Session::is_utf8`](super::Session::is_utf8) holds. Default: no.
    pub utf8: bool,
    /// Whether names and passwords may be UTF-8 too (RFC 6856 §2.2), where
    /// [`utf8`](Self::utf8) is offered. Whoever checks them must prepare them
    /// (SASLprep, RFC 4013). Default: no.
    pub utf8_user: bool,
    /// Whether LANG is offered (RFC 6856 §3). The session speaks English and
    /// says so. Default: no.
    pub lang: bool,
    /// How long messages are kept (RFC 2449 §6.7); not told where it is `None`,
    /// the default.
    pub expire: Option<Retention>,
    /// The least number of seconds between two logins (RFC 2449 §6.5). Reject an earlier one
    /// with [`Rejection::TOO_EARLY`](super::Rejection::TOO_EARLY).
    /// Default: none.
    pub login_delay: Option<u32>,
    /// The name of the program (RFC 2449 §6.9); not told where it is `None`,
    /// the default.
    pub implementation: Option<TextBuf>,
    /// Which commands that this crate does not know are given to the driver, as
    /// [`Event::Unknown`](super::Event::Unknown), instead of being answered with a no.
    /// Default: none.
    pub unknown_commands: UnknownCommands,
    /// The limits.
    pub limits: Limits,
    /// What is taken although no RFC allows it. Default: [`Tolerance::default`].
    pub tolerance: Tolerance,
}

impl Default for Config {
    /// USER and PASS inside TLS, and nothing else that is optional.
    fn default() -> Self {
        Self {
            greeting: "POP3 server ready".into(),
            stls: false,
            plaintext_auth: false,
            user: true,
            mechanisms: OfferedMechanisms::default(),
            utf8: false,
            utf8_user: false,
            lang: false,
            expire: None,
            login_delay: None,
            implementation: None,
            unknown_commands: UnknownCommands::None,
            limits: Limits::default(),
            tolerance: Tolerance::default(),
        }
    }
}

impl Config {
    /// What the greeting says. Default: `POP3 server ready`.
    #[must_use]
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Sets what the greeting says, before the timestamp of APOP if there is one: visible
    /// US-ASCII, spaces and tabs.
    ///
    /// # Errors
    /// Where it is of anything else, empty, or longer than 400 octets, so that a line of 512 has
    /// room for it beside a timestamp; at a `<`, which a client takes for the timestamp (RFC
    /// 1939 §7); and where it begins with `[`, as a response code does (RFC 2449 §8).
    pub fn set_greeting(&mut self, text: &str) -> Result<(), SyntaxError> {
        Text::new(text)?;
        if let Some(offset) = text.find('<') {
            return Err(SyntaxError { offset, expected: "no timestamp" });
        }
        self.greeting = greeting(text, Text::MAX)?;
        Ok(())
    }
}

/// How much a client may ask of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a command with its CRLF: 255 (RFC 2449 §4).
    pub command_line: usize,
    /// Octets of a line of SASL data with its CRLF: 12288 (RFC 4954 §4; no RFC
    /// of POP3 names a number).
    pub auth_line: usize,
    /// How many responses one exchange of AUTH may have: 32.
    pub auth_rounds: u16,
    /// How many bad commands are answered: 20. The next one ends the session.
    /// Logins that were rejected or cancelled count too. A login, and each `+OK` after it,
    /// takes back what was counted; nothing before login does, since it costs a stranger
    /// nothing.
    pub bad_commands: u32,
    /// How long a client may say nothing: 10 minutes, the least that RFC 1939 §3
    /// allows.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command_line: 255,
            auth_line: 12288,
            auth_rounds: 32,
            bad_commands: 20,
            idle_timeout: Duration::from_secs(600),
        }
    }
}

impl Limits {
    /// The most octets that a session ever leaves unread.
    #[must_use]
    pub const fn buffer(&self) -> usize {
        if self.command_line > self.auth_line { self.command_line } else { self.auth_line }
    }
}
