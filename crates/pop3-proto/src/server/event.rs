//! What a session tells.

use alloc::borrow::Cow;

use mail_wire::{Auth, Base64, Ticket};

use super::deletion_marks::DeletionMarks;
use super::request;
use crate::command::UnknownCommand;
use crate::credentials::{Digest, Password};
use crate::message_number::MessageNumber;

/// What a session tells, and asks. Message numbers are always those of messages
/// that are there and not marked as deleted.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'b> {
    /// Send what was written, read more, call again.
    NeedInput,
    /// Someone wants to log in, by USER and PASS or by APOP.
    Login(Login<'b>, Ticket<request::Login>),
    /// Someone wants to log in by SASL (RFC 5034 §4), with one of the mechanisms in the
    /// configuration. To be answered with a challenge, the maildrop, or a no.
    Auth(Auth<'b>, Ticket<request::Auth>),
    /// The answer to a challenge.
    AuthResponse(Base64<'b>, Ticket<request::Auth>),
    /// An exchange that a challenge was out for is over: the client gave it up, or its
    /// line was not base64. It is answered.
    AuthCancelled,
    /// The client wants to go on inside TLS (RFC 2595 §4).
    StartTls(Ticket<request::StartTls>),
    /// STAT or LIST: the sizes of the messages are asked for.
    Sizes(Ticket<request::Sizes>),
    /// UIDL: the unique-ids of the messages are asked for.
    UniqueIds(Ticket<request::UniqueIds>),
    /// RETR: a message is asked for.
    Retr(MessageNumber, Ticket<request::Message>),
    /// TOP: a message's header and so many lines of its body are asked for. It
    /// is answered like RETR; the [`Body`](super::Body) ends where it must.
    Top(MessageNumber, u32, Ticket<request::Message>),
    /// QUIT: these messages are to be deleted now, by the numbers that they had when
    /// the maildrop was opened. To be accepted once they are, for good; rejected, if
    /// some are not.
    Update(DeletionMarks, Ticket<request::Update>),
    /// A command that the crate does not know and
    /// [`Config::unknown_commands`](super::Config::unknown_commands) lets through, before login
    /// ([`Session::state`](super::Session::state)) as well as after it.
    Unknown(UnknownCommand<'b>, Ticket<request::Unknown>),
    /// Send what was written, and close the connection.
    Closed,
}

/// A login by USER and PASS or by APOP.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Login<'b> {
    /// Whose maildrop it is about.
    pub name: Cow<'b, str>,
    /// The proof.
    pub proof: Proof<'b>,
}

/// What a client proves its name with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof<'b> {
    /// The password itself.
    Password(Password<'b>),
    /// The digest of the session's timestamp and the password.
    Apop(Digest),
}
