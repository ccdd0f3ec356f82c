//! What a client keeps of a server's capabilities.

use mail_wire::parse::{VCHAR, run};
use mail_wire::{Mechanism, OfferedMechanisms};

use crate::capability::Capability;

/// What a server has said that it can do, in its last answer to CAPA: what a
/// client decides by. Arguments are in the events
/// ([`Event::Capability`](super::Event::Capability)).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Capabilities {
    /// TOP (RFC 2449 §6.1).
    pub top: bool,
    /// USER and PASS (RFC 2449 §6.2).
    pub user: bool,
    /// AUTH (RFC 5034 §3).
    pub sasl: bool,
    /// The mechanisms of AUTH, those that this crate does not know too, in the server's
    /// order: as many as fit a line ([`OfferedMechanisms::MAX`]).
    pub mechanisms: OfferedMechanisms,
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
    /// How many names of mechanisms were looked at.
    looked_at: usize,
}

impl Capabilities {
    /// How many names of mechanisms are looked at: more than fit the line that they may have.
    const NAMES: usize = 256;

    /// Whether AUTH takes `mechanism`.
    #[must_use]
    pub fn has_mechanism(&self, mechanism: Mechanism<'_>) -> bool {
        self.mechanisms.iter().any(|offered| offered == mechanism)
    }

    pub(super) fn add(&mut self, capability: Capability<'_>) {
        match capability {
            Capability::Top => self.top = true,
            Capability::User => self.user = true,
            Capability::Sasl(mechanisms) => {
                self.sasl = true;
                for mechanism in mechanisms.iter().take(Self::NAMES - self.looked_at) {
                    self.looked_at += 1;
                    // One too many is not kept.
                    self.mechanisms.offer(mechanism.as_str()).unwrap_or_default();
                }
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
