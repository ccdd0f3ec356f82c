//! What a server session tells its server.

use mail_wire::{Base64, Mechanism, Ticket};

use super::request;
use crate::command::Command;
use crate::command::append::Append;

/// What the client did, or what the session wants.
///
/// It borrows from the input and the arena, never from the session. How each is
/// answered, see the [module](super).
///
/// Whatever a server keeps for an exchange of AUTHENTICATE, a message of APPEND or IDLE
/// ends with an event of its own, or with the session: at [`Closed`](Self::Closed), at an
/// error of [`receive`](super::Session::receive), and where the server itself ends it
/// ([`eof`](super::Session::eof), [`timed_out`](super::Session::timed_out),
/// [`shut_down`](super::Session::shut_down)). A message that has not come to its
/// [`AppendEnd`](Self::AppendEnd) then is to be dropped.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Send what is in `out`, read more and call again.
    NeedInput,
    /// A command to carry out, valid in the present state: every one but those
    /// that have their own event here and those that are only protocol
    /// (CAPABILITY, LOGOUT, ENABLE, and NOOP before login). NOOP and CHECK are
    /// a moment to tell what is new.
    ///
    /// LOGIN arrives only where it may. By the time a SELECT or EXAMINE arrives here,
    /// the mailbox that was selected is closed, whatever the answer will be.
    Command(Command<'b>, Ticket<request::Command>),
    /// STARTTLS, where it is offered and with nothing behind it. Once the handshake is
    /// done, what the client told before it (ID) is forgotten.
    StartTls(Ticket<request::StartTls>),
    /// AUTHENTICATE with a mechanism that is offered, and the client's first
    /// response where it came along.
    Authenticate {
        /// The SASL mechanism.
        mechanism: Mechanism<'b>,
        /// The first response, if the client did not wait to be asked for it.
        initial_response: Option<Base64<'b>>,
        /// The duty to answer.
        ticket: Ticket<request::Authenticate>,
    },
    /// The client's response to a challenge.
    AuthenticateResponse(Base64<'b>, Ticket<request::Authenticate>),
    /// AUTHENTICATE ended without a decision: the client cancelled it, sent something
    /// that is no base64, or more or longer lines than the limits allow. Forget the
    /// exchange. It has been answered.
    AuthenticateCancelled,
    /// APPEND up to its message, which comes only if this is accepted.
    Append(Append<'b>, Ticket<request::Append>),
    /// Octets of the message, as they come, never none. Together they are as many as
    /// [`Append::message`] says, unless the message is cancelled. There is a NUL among them only where
    /// [`Append::message`] is `binary`; a server that cannot keep one says so at
    /// [`AppendEnd`](Self::AppendEnd), with `UNKNOWN-CTE` (RFC 3516 section 4.4).
    AppendPiece(&'b [u8]),
    /// The end of the message. Complete it once the message is kept, with
    /// APPENDUID if there is one.
    AppendEnd(Ticket<request::Command>),
    /// The message ended and was not followed by the end of the command, or held
    /// a NUL, which only `~{n}` may announce, or a piece of it was declined: drop it.
    /// It has been answered.
    AppendCancelled,
    /// IDLE. Once it is accepted, write what is new whenever it happens, until
    /// [`IdleDone`](Self::IdleDone).
    Idle(Ticket<request::Idle>),
    /// IDLE is over: the client said DONE, or something else, which is no command
    /// then. It has been answered.
    IdleDone,
    /// The session is over, and what was under way with it. Send what is in `out` and
    /// close the connection.
    Closed,
}
