//! What goes wrong with a session, by whose fault it is.
//!
//! What a peer does wrong and can do better next time is no error here: the
//! session answers it on the wire and goes on.

use mail_wire::WrongTicket;

/// Why a session did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Error {
    /// The peer broke the protocol: the connection is over.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The caller broke a rule of the session, which is unharmed.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// The peer's fault, and the end of the session: what there was to say to the
/// peer has been written, and the session says the same at every further call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Something followed STARTTLS in clear text. It may have been put there by
    /// somebody else, and is not carried out (RFC 9051 section 11.1).
    #[error("clear text followed STARTTLS before the handshake: close the connection")]
    PlaintextAfterStartTls,
    /// The stream ended in the middle of a command.
    #[error("the stream ended in the middle of a command: drop what it had brought")]
    UnexpectedEnd,
}

/// The caller's fault. Nothing was written, and the session goes on as if the
/// call had not been made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// More input was offered while a ticket is out.
    #[error("the peer waits for an answer: answer the ticket before the next `receive`")]
    ReplyPending,
    /// The session waits for the TLS handshake.
    #[error("the session waits for TLS: do the handshake, then call `upgraded`")]
    UpgradePending,
    /// The ticket is another session's, or was void when the session ended.
    #[error(transparent)]
    WrongTicket(#[from] WrongTicket),
    /// The session is over.
    #[error("the session is over: send what is in `out` and close the connection")]
    Closed,
    /// EXPUNGE while message numbers must not change: in answer to FETCH, STORE
    /// or SEARCH by number, between commands, or before the message of APPEND is
    /// there (RFC 9051 section 7.5.1).
    #[error("message numbers must not change now: send EXPUNGE with another command")]
    ExpungeNow,
    /// A BYE or PREAUTH from the caller.
    #[error("the session writes BYE and PREAUTH itself: use `shut_down`")]
    SessionWritesThis,
}
