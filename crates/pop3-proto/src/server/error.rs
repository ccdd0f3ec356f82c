//! What can go wrong, by whose fault it is.
//!
//! What a client does wrong is answered on the wire, and is no error here.

use mail_wire::{InputLost, WrongTicket};

/// Why [`Session::receive`](super::Session::receive) gave no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Error {
    /// The client's fault; send what was written and close.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The caller's fault; the session is unharmed.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// A fault of the client that ends the session. The last answer is written; the
/// session says the same at every further call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Octets in clear text came after STLS. Whoever put them there wanted
    /// them to count as sent inside TLS (RFC 2595 §4).
    #[error("octets in clear text after STLS: send the answer and close the connection")]
    PlaintextAfterStartTls,
    /// The client speaks HTTP: a browser that was led here sends what somebody else has
    /// chosen. Nothing is answered.
    #[error("a request of HTTP: close the connection")]
    HttpRequest,
    /// The connection ended without QUIT: nothing is deleted (RFC 1939 §6).
    #[error("the connection ended without QUIT: nothing is deleted")]
    UnexpectedEnd,
}

/// A fault of the caller. The session is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The last event is not answered yet.
    #[error("the last request is not answered: accept, reject or finish it before receiving more")]
    ReplyPending,
    /// STLS was accepted: the next call is `upgraded`.
    #[error("the TLS handshake is due: send what was written, shake hands, and call `upgraded`")]
    UpgradePending,
    /// The ticket is another session's, or its connection has ended since.
    #[error(transparent)]
    WrongTicket(#[from] WrongTicket),
    /// Less was shown than was left unread.
    #[error(transparent)]
    InputLost(#[from] InputLost),
}

impl From<InputLost> for Error {
    fn from(lost: InputLost) -> Self {
        Self::Misuse(lost.into())
    }
}
