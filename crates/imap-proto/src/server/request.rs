//! What a ticket answers: the marker types of [`Ticket`], and what saying yes or
//! no to each does.

use bytes::{BufMut, BytesMut};
use mail_wire::Ticket;

use self::sealed::Redeemed;
use super::Rejection;
use super::session::{DONE, Session};
use super::state::{Effect, Message, Task};
use crate::response::status_line::Completion;
use crate::wire::Text;

/// A request that the server decides on. Only the types of this module are.
pub trait Request: sealed::Sealed {
    /// What [`accept`](Session::accept) gives.
    type Granted;

    /// Carries out a yes.
    #[doc(hidden)]
    fn grant(session: &mut Session, out: &mut BytesMut, ticket: Redeemed) -> Self::Granted;

    /// Carries out a no.
    #[doc(hidden)]
    fn deny(session: &mut Session, why: Rejection<'_>, out: &mut BytesMut, _: Redeemed) {
        session.finish(Effect::None, why.completion(), out);
    }
}

/// A command that the server carries out: [`Session::complete`] says how it
/// ended, and accepting it is an OK in the usual words.
#[derive(Debug)]
pub enum Command {}

/// STARTTLS: OK, and the [`Upgrade`] token.
#[derive(Debug)]
pub enum StartTls {}

/// AUTHENTICATE and the responses to its challenges: OK, and the client is
/// logged in.
#[derive(Debug)]
pub enum Authenticate {}

/// APPEND, before its message is asked for: the message comes. After a no it is
/// not sent, or read past.
#[derive(Debug)]
pub enum Append {}

/// IDLE: `+`, and news may be written at any time until it is over.
#[derive(Debug)]
pub enum Idle {}

impl Request for Command {
    type Granted = ();

    fn grant(session: &mut Session, out: &mut BytesMut, _: Redeemed) {
        session.finish(session.effect(), DONE, out);
    }

    fn deny(session: &mut Session, why: Rejection<'_>, out: &mut BytesMut, _: Redeemed) {
        session.finish(session.effect(), why.completion(), out);
    }
}

impl Request for StartTls {
    type Granted = Upgrade;

    fn grant(session: &mut Session, out: &mut BytesMut, _: Redeemed) -> Upgrade {
        session.finish(
            Effect::None,
            Completion::ok(None, Text::first_line("begin the TLS handshake")),
            out,
        );
        session.task = Task::Upgrade;
        Upgrade(session.desk.issue(()))
    }
}

impl Request for Authenticate {
    type Granted = ();

    fn grant(session: &mut Session, out: &mut BytesMut, _: Redeemed) {
        session.finish(Effect::LogIn, Completion::ok(None, Text::first_line("logged in")), out);
    }

    fn deny(session: &mut Session, why: Rejection<'_>, out: &mut BytesMut, _: Redeemed) {
        session.finish(Effect::LogIn, why.completion(), out);
    }
}

impl Request for Append {
    type Granted = ();

    fn grant(session: &mut Session, out: &mut BytesMut, _: Redeemed) {
        if let Task::AppendDecision(head) = session.task {
            if !head.non_synchronizing {
                out.put_slice(b"+ send the message\r\n");
            }
            let (left, binary) = (head.octets, head.binary);
            session.task = Task::AppendMessage(Message { left, binary, refused: None });
        }
    }

    fn deny(session: &mut Session, why: Rejection<'_>, out: &mut BytesMut, _: Redeemed) {
        if let Task::AppendDecision(head) = session.task {
            if head.non_synchronizing {
                session.frames.skip(head.octets);
            }
        }
        session.finish(Effect::None, why.completion(), out);
    }
}

impl Request for Idle {
    type Granted = ();

    fn grant(session: &mut Session, out: &mut BytesMut, _: Redeemed) {
        out.put_slice(b"+ idling\r\n");
        session.task = Task::Idling;
    }
}

/// STARTTLS was accepted: send `out`, forget what is unread, shake hands, and
/// give this to [`Session::upgraded`] of the session that gave it out. Where the
/// handshake fails, close the connection.
#[derive(Debug)]
#[must_use = "shake hands, then call `upgraded`"]
pub struct Upgrade(pub(super) Ticket<Upgrade>);

pub(super) mod sealed {
    /// Keeps the trait of this module to its types.
    pub trait Sealed {}

    /// Only a session that has taken the ticket back has one.
    #[derive(Debug)]
    pub struct Redeemed(pub(in super::super) ());

    impl Sealed for super::Command {}
    impl Sealed for super::StartTls {}
    impl Sealed for super::Authenticate {}
    impl Sealed for super::Append {}
    impl Sealed for super::Idle {}
}
