//! What a session has asked of its driver, and waits to be told.

use crate::message_number::MessageNumber;

/// What the ticket that is out is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    /// USER and PASS, or APOP.
    Login,
    /// AUTH, or a line of its exchange.
    Auth,
    /// STLS.
    StartTls,
    /// The TLS handshake.
    Handshake,
    /// STAT.
    Stat,
    /// LIST of one message, or of all.
    List(Option<MessageNumber>),
    /// UIDL of one message, or of all.
    Uidl(Option<MessageNumber>),
    /// RETR, or TOP with so many lines.
    Message { lines: Option<u32> },
    /// The [`Body`](super::Body) that is out.
    Body,
    /// QUIT, where there is something to delete.
    Update,
    /// A command that the crate does not know.
    Unknown,
}
