//! What can go wrong, by whose fault it is.
//!
//! A peer's fault that can be answered on the wire is no error here: the
//! session answers it and goes on.

use mail_wire::{InputLost, WrongTicket};

/// What `receive` returns instead of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Error {
    /// The peer's fault, and the end of the session: send what is in `out`, and close.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The caller's fault. The session is unharmed.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// The peer broke the protocol so that the session cannot go on. The last reply
/// is in `out`. The session says the same at every later call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Octets came in clear text after `STARTTLS`: somebody may have put them
    /// there, to be taken for what the peer sent under TLS (RFC 3207 §6).
    #[error("clear text came after STARTTLS: close the connection")]
    PlaintextAfterStartTls,
    /// The peer speaks HTTP: a browser, which was led here to send what somebody else has
    /// chosen.
    #[error("a request of HTTP came: close the connection")]
    HttpRequest,
    /// BDAT came with a size that cannot be read, so that there is no telling the chunk from
    /// the commands after it.
    #[error("a BDAT could not be read, nor could what follows it: close the connection")]
    UnreadableBdat,
    /// The stream ended in the middle of a command or a message. A message half
    /// received must not be delivered.
    #[error("the stream ended in the middle of a command or a message")]
    UnexpectedEnd,
}

/// A call that does not fit the state of the session. Nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// A ticket is out: accept or reject it before the next `receive`.
    #[error("a reply is pending: accept or reject the ticket that is out, then receive again")]
    ReplyPending,
    /// STARTTLS was accepted: the next call is `upgraded`.
    #[error("the TLS handshake is due: send `out`, shake hands, and call `upgraded`")]
    UpgradePending,
    /// ATRN was accepted: what comes is for a client session.
    #[error("the roles are changed: go on with a client session")]
    Turned,
    /// The ticket is another session's, or its session has been closed since.
    #[error(transparent)]
    WrongTicket(#[from] WrongTicket),
    /// Octets that the session left unread were not shown to it again.
    #[error(transparent)]
    InputLost(#[from] InputLost),
}
