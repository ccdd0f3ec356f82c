//! What a client keeps of a server's capabilities.

use mail_wire::Mechanism;
use mail_wire::parse::{VCHAR, run};

use crate::capability::Capability;

/// What a server has said that it can do, in its last answer to CAPA: what a
/// client decides by. Arguments are in the events
/// ([`Event::Capability`](super::Event::Capability)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Capabilities {
    /// TOP (RFC 2449 §6.1).
    pub top: bool,
    /// USER and PASS (RFC 2449 §6.2).
    pub user: bool,
    /// AUTH (RFC 5034 §3); with which mechanisms:
    /// [`has_mechanism`](Self::has_mechanism).
    pub sasl: bool,
    /// `[...]` at the start of a text is a code (RFC 2449 §6.4).
    pub resp_codes: bool,
    /// `[AUTH]` marks every fault of credentials (RFC 3206 §6).
    pub auth_resp_code: bool,
    /// Commands may be sent before the last one is answered (RFC 2449 §6.6).
    pub pipelining: bool,
    /// UIDL (RFC 2449 §6.8).
    pub uidl: bool,
    /// STLS (RFC 2595 §4).
    pub stls: bool,
    /// UTF8 (RFC 6856 §2).
    pub utf8: bool,
    /// UTF-8 in names and passwords (RFC 6856 §2.2).
    pub utf8_user: bool,
    /// LANG (RFC 6856 §3).
    pub lang: bool,
    /// A bit for each mechanism that has a number.
    mechanisms: u16,
}

impl Capabilities {
    /// Whether AUTH takes `mechanism`. `false` for those that are unknown to
    /// [`Mechanism`]: keep them from the event.
    #[must_use]
    pub const fn has_mechanism(&self, mechanism: Mechanism<'_>) -> bool {
        self.mechanisms & bit(mechanism) != 0
    }

    pub(super) fn add(&mut self, capability: Capability<'_>) {
        match capability {
            Capability::Top => self.top = true,
            Capability::User => self.user = true,
            Capability::Sasl(mechanisms) => {
                self.sasl = true;
                self.mechanisms |= mechanisms.iter().map(bit).fold(0, |all, bit| all | bit);
            }
            Capability::RespCodes => self.resp_codes = true,
            Capability::AuthRespCode => self.auth_resp_code = true,
            Capability::Pipelining => self.pipelining = true,
            Capability::Uidl => self.uidl = true,
            Capability::Stls => self.stls = true,
            Capability::Utf8 { user } => {
                self.utf8 = true;
                self.utf8_user |= user;
            }
            Capability::Lang => self.lang = true,
            // With arguments that are not known it is still what its name says.
            Capability::Other(line) => {
                let (name, arguments) = run(&VCHAR, line.as_bytes());
                if let (Ok(named), [_, ..]) = (Capability::parse(name), arguments) {
                    self.add(named);
                }
            }
            Capability::LoginDelay { .. }
            | Capability::Expire { .. }
            | Capability::Implementation(_) => {}
        }
    }
}

const fn bit(mechanism: Mechanism<'_>) -> u16 {
    match mechanism {
        Mechanism::Plain => 1,
        Mechanism::Login => 1 << 1,
        Mechanism::External => 1 << 2,
        Mechanism::Anonymous => 1 << 3,
        Mechanism::CramMd5 => 1 << 4,
        Mechanism::DigestMd5 => 1 << 5,
        Mechanism::ScramSha1 => 1 << 6,
        Mechanism::ScramSha256 => 1 << 7,
        Mechanism::Gssapi => 1 << 8,
        Mechanism::OAuthBearer => 1 << 9,
        Mechanism::XOAuth2 => 1 << 10,
        _ => 0,
    }
}
