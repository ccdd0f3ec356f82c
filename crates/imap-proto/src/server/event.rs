//! What a server session tells its server.

use mail_wire::{Base64, Ticket};

use super::request;
use crate::append::Append;
use crate::command::Command;
use crate::lexical::Atom;

/// What the client did, or what the session wants.
///
/// It borrows from the input and the arena, never from the session.
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
    /// LOGIN arrives only where it may. A SELECT or EXAMINE has closed the
    /// mailbox that was selected by the time it arrives here.
    Command(Command<'b>, Ticket<request::Command>),
    /// STARTTLS, where it is offered and with nothing behind it.
    StartTls(Ticket<request::StartTls>),
    /// AUTHENTICATE with a mechanism that is offered, and the client's first
    /// response where it came along.
    Authenticate {
        /// The SASL mechanism.
        mechanism: Atom<'b>,
        /// The first response, if the client did not wait to be asked for it.
        initial_response: Option<Base64<'b>>,
        /// The duty to answer.
        ticket: Ticket<request::Authenticate>,
    },
    /// The client's response to a challenge.
    AuthenticateResponse(Base64<'b>, Ticket<request::Authenticate>),
    /// AUTHENTICATE ended without a decision: the client cancelled it, or sent
    /// something that is no base64. It has been answered.
    AuthenticateCancelled,
    /// APPEND up to its message, which comes only if this is accepted.
    Append(Append<'b>, Ticket<request::Append>),
    /// Octets of the message, as they come. There is a NUL among them only where
    /// [`Append::message`] is `binary`; a server that cannot keep one says so at
    /// [`AppendEnd`](Self::AppendEnd), with `UNKNOWN-CTE` (RFC 3516 section 4.4).
    AppendPiece(&'b [u8]),
    /// The end of the message. Complete it once the message is kept, with
    /// APPENDUID if there is one.
    AppendEnd(Ticket<request::Command>),
    /// The message ended and was not followed by the end of the command, or held
    /// a NUL, which only `~{n}` may announce: drop it. It has been answered.
    AppendCancelled,
    /// IDLE. Once it is accepted, write what is new whenever it happens, until
    /// [`IdleDone`](Self::IdleDone).
    Idle(Ticket<request::Idle>),
    /// The client ended IDLE. It has been answered.
    IdleDone,
    /// Send what is in `out` and close the connection.
    Closed,
}
