//! What can go wrong, by whose fault it is.
//!
//! That the server says no is no error here but an [`Answer`](super::Answer).

use mail_wire::{InputLost, IrregularLineEnding, WrongTicket};

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
    /// The greeting is not of SMTP. The line was told by
    /// [`Event::Unparsed`](super::Event::Unparsed).
    #[error("the server does not greet as an SMTP server does: close the connection")]
    NoGreeting,
    /// Octets in clear text came after the yes to STARTTLS. Whoever put them
    /// there wanted them to count as sent inside TLS.
    #[error("octets in clear text after the answer to STARTTLS: close the connection")]
    PlaintextAfterStartTls,
    /// A reply came that answers nothing. It was told by
    /// [`Event::Unsolicited`](super::Event::Unsolicited).
    #[error("the server has said something unasked: what answers what is not known any more")]
    Unsolicited,
    /// A reply cannot be read: its lines have different codes, say, or a code that is none. It
    /// was told by [`Event::Unparsed`](super::Event::Unparsed). To pass it over would leave the
    /// client one answer out of step.
    #[error("the server's reply cannot be read: close the connection")]
    BrokenReply,
    /// A reply is longer than [`Limits::reply`](super::Limits::reply).
    #[error("the server's reply does not end: close the connection, or allow longer ones")]
    EndlessReply,
    /// There are more lines that are no reply in the place of an answer than
    /// [`Limits::junk_lines`](super::Limits::junk_lines).
    #[error("the server does not answer but sends lines that are not SMTP: close the connection")]
    Junk,
    /// The connection ended before QUIT was answered. Whether a message that waited for its
    /// answer is delivered is not known.
    #[error("the connection ended before QUIT was answered")]
    UnexpectedEnd,
}

/// A fault of the caller. Nothing is written, and the session is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The state does not allow the command, or, for STARTTLS, the channel.
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
    /// one at a time, or that command must be the last, or the new one goes alone.
    #[error("a command waits for its answer: receive it before sending the next")]
    AnswerPending,
    /// As many octets of commands, or chunks, wait for their answers as may.
    #[error("too many commands wait for their answers: receive some before sending more")]
    TooManyPipelined,
    /// The connection is in clear text, and [`ClearText`](super::ClearText) does
    /// not allow the command there.
    #[error(
        "not in clear text: go over to TLS with STARTTLS, or allow it with `Config::clear_text`"
    )]
    ClearText,
    /// A command is longer than servers take. For AUTH, send it without its initial response, and
    /// that when the challenge comes.
    #[error("the command is longer than its line may be: send AUTH without its initial response")]
    TooLong,
    /// The server has said how many messages, recipients or domains of recipients it takes, and
    /// has had as many (RFC 9422).
    #[error("the server takes no more of these: see `Extensions`")]
    LimitReached,
    /// The server has not offered what the command needs: BDAT needs CHUNKING.
    #[error("the server does not offer CHUNKING: send the message with DATA")]
    NotOffered,
    /// A body, or the octets that BDAT has announced, are still to go out.
    #[error("a message is on its way out: send the rest of it, or abandon it")]
    BodyOpen,
    /// More octets than BDAT has announced.
    #[error("these are more octets than BDAT has announced")]
    TooMuch,
    /// The body cannot be ended as a whole message any more: abandon it.
    #[error(transparent)]
    IrregularBody(#[from] IrregularLineEnding),
    /// The last challenge is not answered.
    #[error("the last challenge is not answered: respond or cancel first")]
    ReplyPending,
    /// The server agreed to STARTTLS: the next call is `upgraded`.
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
