//! What goes wrong with a session, by whose fault it is.
//!
//! What a peer does wrong and can do better next time is no error here: the
//! session answers it on the wire and goes on.

use mail_wire::{InputLost, WrongTicket};

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
    /// somebody else, and is not carried out (RFC 9051 §11.1).
    #[error("clear text followed STARTTLS before the handshake: close the connection")]
    PlaintextAfterStartTls,
    /// The client speaks HTTP: a browser that was led here sends what somebody else has
    /// chosen. Nothing is answered.
    #[error("a request of HTTP: close the connection")]
    HttpRequest,
    /// The stream ended in the middle of a command.
    #[error("the stream ended in the middle of a command: drop what it had brought")]
    UnexpectedEnd,
}

/// The caller's fault. Nothing was written, and the session goes on as if the
/// call had not been made. A ticket that the call was given can be had again with
/// [`Session::reissue`](super::Session::reissue).
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
    /// Less was shown than was left unread.
    #[error(transparent)]
    InputLost(#[from] InputLost),
    /// The session is over.
    #[error("the session is over: send what is in `out` and close the connection")]
    Closed,
    /// A FETCH response was begun and not ended.
    #[error("a FETCH response is open: give its writer to `end_fetch`, or call `abandon_fetch`")]
    WriterOpen,
    /// Data that only somebody gets who has logged in (RFC 9051 §3).
    #[error("the client has not logged in, and is told of no mailbox")]
    NotLoggedIn,
    /// Data about the mailbox that is selected, and none is (RFC 9051 §3.3).
    #[error("no mailbox is selected: `select` says what it holds")]
    NoMailbox,
    /// A message number past the count that the client was told.
    #[error("the client has not been told of so many messages: tell EXISTS first")]
    NoSuchMessage,
    /// An EXISTS with fewer messages than the client was told of (RFC 9051 §5.2).
    #[error("EXISTS cannot take messages away: tell EXPUNGE")]
    FewerMessages,
    /// A NUL in octets of a message, which are written as a literal that has none (RFC 9051
    /// §4.3).
    #[error("a literal holds no NUL, except that of BINARY[…]")]
    Nul,
    /// What is not one untagged response that this crate does not know.
    #[error("this is not one untagged response, or not of the grammar")]
    NotOneResponse,
    /// EXPUNGE while message numbers must not change: in answer to FETCH, STORE
    /// or SEARCH by number, between commands, or before the message of APPEND is
    /// there (RFC 9051 §7.5.1).
    #[error("message numbers must not change now: ask `may_expunge`, and send EXPUNGE later")]
    ExpungeNow,
    /// BYE, PREAUTH or ENABLED from the caller.
    #[error("the session writes BYE, PREAUTH and ENABLED itself: to end it, use `shut_down`")]
    SessionWritesThis,
}

impl From<InputLost> for Error {
    fn from(lost: InputLost) -> Self {
        Self::Misuse(lost.into())
    }
}
