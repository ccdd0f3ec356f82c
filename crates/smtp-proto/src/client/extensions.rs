//! What a client keeps of what a server offers.

use mail_wire::parse::Keyword;
use mail_wire::{Mechanism, OfferedMechanisms};

use crate::ext::{EXTENSIONS, Extension};

/// What a server has said that it can do, in its last answer to EHLO or LHLO: what a client
/// decides by. All of the lines are in [`Answer::extensions`](super::Answer::extensions).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Extensions {
    /// A bit for each of [`EXTENSIONS`].
    offered: u64,
    /// Commands may be sent before the last one is answered (RFC 2920).
    pub pipelining: bool,
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// BDAT (RFC 3030).
    pub chunking: bool,
    /// Bodies past US-ASCII (RFC 6152).
    pub eight_bit_mime: bool,
    /// Addresses and headers past US-ASCII (RFC 6531).
    pub smtputf8: bool,
    /// Reports of delivery as they are asked for (RFC 3461).
    pub dsn: bool,
    /// The most octets of a message, where SIZE names them (RFC 1870 §4).
    pub size_limit: Option<u64>,
    /// The mechanisms of AUTH, those that this crate does not know too, in the server's
    /// order: as many as fit a line ([`OfferedMechanisms::MAX`]).
    pub mechanisms: OfferedMechanisms,
    /// The most MAIL commands of a connection: MAILMAX of LIMITS (RFC 9422 §4).
    pub mail_max: Option<u32>,
    /// The most RCPT commands of a transaction: RCPTMAX of LIMITS.
    pub rcpt_max: Option<u32>,
    /// The most domains of recipients of a connection: RCPTDOMAINMAX of LIMITS. More than
    /// [`DOMAINS`](Self::DOMAINS) count as that.
    pub rcpt_domain_max: Option<u32>,
    /// How many names of mechanisms were looked at.
    looked_at: usize,
}

impl Extensions {
    /// The most domains that a session tells apart, where it has to.
    pub const DOMAINS: u32 = 100;

    /// How many names of mechanisms are looked at: more than fit the line that they may have.
    const NAMES: usize = 256;

    /// Whether the extension of that keyword, in whichever case, is offered; only one that
    /// [`Extension`] knows is.
    ///
    /// ```
    /// # use smtp_proto::client::Extensions;
    /// # fn choose(extensions: &Extensions) -> bool {
    /// extensions.offers("ETRN")
    /// # }
    /// ```
    #[must_use]
    pub fn offers(&self, keyword: &str) -> bool {
        self.offered & bit(keyword) != 0
    }

    /// Whether AUTH takes `mechanism`.
    #[must_use]
    pub fn has_mechanism(&self, mechanism: Mechanism<'_>) -> bool {
        self.mechanisms.iter().any(|offered| offered == mechanism)
    }

    pub(super) fn add(&mut self, extension: Extension<'_>) {
        self.offered |= bit(extension.keyword());
        match extension {
            Extension::Pipelining => self.pipelining = true,
            Extension::StartTls => self.starttls = true,
            Extension::Chunking => self.chunking = true,
            Extension::EightBitMime => self.eight_bit_mime = true,
            Extension::SmtpUtf8 => self.smtputf8 = true,
            Extension::Dsn => self.dsn = true,
            Extension::Size(limit) => self.size_limit = limit.filter(|&limit| limit > 0),
            Extension::Auth(mechanisms) => {
                for mechanism in mechanisms.iter().take(Self::NAMES - self.looked_at) {
                    self.looked_at += 1;
                    // One too many is not kept.
                    self.mechanisms.offer(mechanism.as_str()).unwrap_or_default();
                }
            }
            Extension::Limits(limits) => {
                self.mail_max = limits.messages();
                self.rcpt_max = limits.recipients();
                self.rcpt_domain_max =
                    limits.recipient_domains().map(|domains| domains.min(Self::DOMAINS));
            }
            _ => {}
        }
    }
}

/// The bit of an extension; none of one that is not known.
fn bit(keyword: &str) -> u64 {
    let keyword = Keyword::new(keyword.as_bytes());
    let at = EXTENSIONS.iter().position(|row| row.keyword.is(keyword));
    at.and_then(|at| u32::try_from(at).ok()).map_or(0, |at| 1_u64.checked_shl(at).unwrap_or(0))
}
