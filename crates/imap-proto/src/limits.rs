//! How much a peer may send, and how long it may be silent.

use core::time::Duration;

/// Limits of a session. What is past one is refused on the wire, and the
/// connection stays in sync. A tag has at most 64 octets, lists nest at most
/// [`MAX_DEPTH`](crate::MAX_DEPTH) deep.
///
/// ```
/// use imap_proto::{Limits, ReceiveBuffer};
/// let mut limits = Limits::default();
/// limits.message = 1024 * 1024;
/// assert!(limits.buffer() <= ReceiveBuffer::DEFAULT_LIMIT);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a whole command: its lines and the literals that are its
    /// arguments, but not the message of APPEND. Default 64 KiB.
    pub command: usize,
    /// Octets of one literal that is an argument, once the client has logged
    /// in. Default 16 KiB.
    pub literal: usize,
    /// The same before that. Default 4 KiB.
    pub literal_before_login: usize,
    /// Octets of a message for APPEND. One that is longer is refused before it
    /// is asked for. Default 64 MiB.
    pub message: u64,
    /// Octets of a line of SASL data, and of an initial response. Default 12288, as RFC 4954 has it.
    pub auth_line: usize,
    /// Lines of SASL data in one AUTHENTICATE. Default 32.
    pub auth_rounds: u16,
    /// Commands that are not of the grammar, not offered, out of place or past a
    /// limit, and logins that fail; one more ends the session. A login begins the count anew,
    /// and so does each command after it that ends with OK: nothing that costs a stranger
    /// nothing does, TLS neither. Default 20.
    pub bad_commands: u32,
    /// How long a client may be silent that has logged in. RFC 9051 §5.4 asks
    /// for 30 minutes at least, which is the default.
    pub idle_timeout: Duration,
    /// The same before that, for which there is no rule. Default 3 minutes.
    pub idle_timeout_before_login: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command: 64 * 1024,
            literal: 16 * 1024,
            literal_before_login: 4 * 1024,
            message: 64 * 1024 * 1024,
            auth_line: 12_288,
            auth_rounds: 32,
            bad_commands: 20,
            idle_timeout: Duration::from_secs(30 * 60),
            idle_timeout_before_login: Duration::from_secs(3 * 60),
        }
    }
}

impl Limits {
    /// The most octets that a session ever leaves unread: the least that a
    /// receive buffer must be allowed to hold.
    #[must_use]
    pub const fn buffer(&self) -> usize {
        if self.command > self.auth_line { self.command } else { self.auth_line }
    }
}
