//! What a client may send, and its limits.

use core::time::Duration;

/// What a client may send, and its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// What may be sent while the connection is in clear text.
    pub clear_text: ClearText,
    /// The limits.
    pub limits: Limits,
}

/// What a client may send while the connection is in clear text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClearText {
    /// CAPA, LANG, STLS and QUIT: a server that offers no STLS, or seems to offer none because
    /// somebody took it out of its answer, gets nothing more (RFC 8314 §3).
    #[default]
    Nothing,
    /// Everything but passwords: APOP, and AUTH with mechanisms that
    /// [do not show them](crate::Mechanism::shows_password). Mail is read in clear
    /// text then.
    NoPasswords,
    /// Everything: for a server on the same machine.
    Everything,
}

/// How much a server may ask of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a line with its end, but for the lines of a message, which have
    /// no limit: 12288, for the challenges of AUTH. RFC 2449 §4 has 512 for all
    /// others, which servers exceed.
    pub line: usize,
    /// Lines of a listing: 1,000,000. With one more the session ends, so that a
    /// server cannot fill the memory of a client that keeps them.
    pub listing: u32,
    /// How many commands may wait for their answers at a time, with PIPELINING:
    /// 100. They have some 20 octets each, so that they fit what a connection
    /// holds on its way although the server is writing too (RFC 2449 §6.6).
    pub pipelined: usize,
    /// Lines that cannot be read in the place of one answer: 100. With one more the session
    /// ends.
    pub junk_lines: u32,
    /// How long a server may say nothing: 10 minutes. No RFC names a time; a
    /// server may end a session after the client has said nothing for as long.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line: 12288,
            listing: 1_000_000,
            pipelined: 100,
            junk_lines: 100,
            idle_timeout: Duration::from_secs(600),
        }
    }
}

impl Limits {
    /// The most octets that a session ever leaves unread.
    #[must_use]
    pub const fn buffer(&self) -> usize {
        if self.line < 8 { 8 } else { self.line }
    }
}
