//! What a server session tells its server.

use mail_wire::{Auth, Base64, Ticket};

use super::request;
use super::unknown::UnknownCommand;
use crate::command::Command;
use crate::command::append::Append;
use crate::command::select::Select;

/// What the client did, or what the session wants.
///
/// It borrows from the input and the arena, never from the session. How each is
/// answered, see the [module](super).
///
/// Whatever a server keeps for an exchange of AUTHENTICATE, a message of APPEND or IDLE
/// ends with an event of its own, or with the session: at [`Closed`](Self::Closed), at an
/// error of [`receive`](super::Session::receive), and where the server itself ends it
/// ([`eof`](super::Session::eof), [`timed_out`](super::Session::timed_out),
/// [`shut_down`](super::Session::shut_down)). Drop a message that has not come to its
/// [`BodyEnd`](Self::BodyEnd) by then.
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
    /// LOGIN arrives only where it may.
    Command(Command<'b>, Ticket<request::Command>),
    /// SELECT or EXAMINE. The mailbox that was selected is closed by now, whatever the answer
    /// will be.
    Select(Select<'b>, Ticket<request::Select>),
    /// STARTTLS, where it is offered and nothing follows it. Once the handshake is
    /// done, forget what the client told before it (ID).
    StartTls(Ticket<request::StartTls>),
    /// AUTHENTICATE with a mechanism that is offered, and the client's first
    /// response where it came along.
    Auth(Auth<'b>, Ticket<request::Auth>),
    /// The client's response to a challenge.
    AuthResponse(Base64<'b>, Ticket<request::Auth>),
    /// AUTHENTICATE ended without a decision: the client cancelled it, sent something
    /// that is no base64, or more or longer lines than the limits allow. Forget the
    /// exchange. It has been answered.
    AuthCancelled,
    /// APPEND up to its message, which comes only if this is accepted.
    Append(Append<'b>, Ticket<request::Append>),
    /// Octets of the message, as they come, never none. Together they are as many as
    /// [`Append::message`] says, unless the message is cancelled. There is a NUL among them only
    /// where [`Append::message`] is `binary`; a server that cannot keep one says so at
    /// [`BodyEnd`](Self::BodyEnd), with `UNKNOWN-CTE` (RFC 3516 §4.4).
    Body(&'b [u8]),
    /// The end of the message. Complete it once the message is kept, with
    /// APPENDUID if there is one.
    BodyEnd(Ticket<request::Command>),
    /// The message ended and the end of the command did not follow, or it held a NUL, which
    /// only `~{n}` may announce, or a piece of it was declined: drop it. It has been answered.
    BodyCancelled,
    /// IDLE. Once it is accepted, write what is new whenever it happens, until
    /// [`IdleDone`](Self::IdleDone).
    Idle(Ticket<request::Idle>),
    /// IDLE is over: the client said DONE, or something else, which is no command
    /// then. It has been answered.
    IdleDone,
    /// A command that this crate cannot read, and whose name is one of
    /// [`Config::unknown_commands`](super::Config::unknown_commands), in any state. It is
    /// answered like any other; [`raw_data`](super::Session::raw_data) writes untagged
    /// responses that the crate does not know.
    Unknown(UnknownCommand<'b>, Ticket<request::Command>),
    /// The session is over, and what was under way with it. Send what is in `out` and
    /// close the connection.
    Closed,
}
