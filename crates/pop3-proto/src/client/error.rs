//! What can go wrong, by whose fault it is.
//!
//! That the server says no is no error here but an [`Answer`](super::Answer).

use mail_wire::{InputLost, WrongTicket};

/// Why [`Session::receive`](super::Session::receive) gave no event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Error {
    /// The server's fault; close the connection.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The caller's fault; the session is unharmed.
    #[error(transparent)]
    Misuse(#[from] Misuse),
}

/// A fault of the server that ends the session: what it says can no longer be
/// told apart. The session says the same at every further call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The greeting is not of POP3. The line was told by
    /// [`Event::Unparsed`](super::Event::Unparsed).
    #[error("the server does not greet as a POP3 server does: close the connection")]
    NoGreeting,
    /// Octets in clear text came after the `+OK` of STLS. Whoever put them
    /// there wanted them to count as sent inside TLS.
    #[error("octets in clear text after the answer to STLS: close the connection")]
    PlaintextAfterStartTls,
    /// A status came that answers nothing, which was told by
    /// [`Event::Unsolicited`](super::Event::Unsolicited); or a challenge that lay there before the
    /// response to the last, told by [`Event::Unparsed`](super::Event::Unparsed).
    #[error("the server has said something unasked: what answers what is not known any more")]
    Unsolicited,
    /// A listing has more lines than [`Limits::listing`](super::Limits::listing).
    #[error("the server's listing does not end: close the connection, or allow longer ones")]
    EndlessListing,
    /// There are more lines that cannot be read in the place of an answer than
    /// [`Limits::junk_lines`](super::Limits::junk_lines).
    #[error("the server does not answer but sends lines that are not POP3: close the connection")]
    Junk,
    /// The connection ended before QUIT was answered: whether anything is deleted
    /// is not known, and a message that was being received is not whole.
    #[error("the connection ended before QUIT was answered")]
    UnexpectedEnd,
}

/// A fault of the caller. Nothing is written, and the session is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The state does not allow the command, or, for STLS, the channel.
    #[error("the command is not for the present state or channel: see `Session::state`")]
    NotNow,
    /// The connection is not to be used any more.
    #[error("nothing more is sent on this connection: see `Session::close_reason`")]
    Closed,
    /// Octets lie there that were shown to the session and not asked for. What is sent now
    /// must not be answered by them.
    #[error("the server has spoken unasked: receive that before sending anything")]
    Unread,
    /// A command waits for its answer, and the server does not take more than
    /// one at a time, or that command must be the last.
    #[error("a command waits for its answer: receive it before sending the next")]
    AnswerPending,
    /// As many commands wait for their answers as the limits allow.
    #[error("too many commands wait for their answers: receive some before sending more")]
    TooManyPipelined,
    /// The connection is in clear text, and [`ClearText`](super::ClearText) does
    /// not allow the command there.
    #[error("not in clear text: go over to TLS with STLS, or allow it with `Config::clear_text`")]
    ClearText,
    /// A command has at most 255 octets (RFC 2449 §4). For AUTH, send it
    /// without its initial response, and that when the challenge comes.
    #[error("the command is longer than 255 octets: send AUTH without its initial response")]
    TooLong,
    /// The last challenge is not answered.
    #[error("the last challenge is not answered: respond or cancel first")]
    ReplyPending,
    /// The server agreed to STLS: the next call is `upgraded`.
    #[error("the TLS handshake is due: shake hands, and call `upgraded`")]
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
