//! What a ticket answers: the markers of [`Ticket`](crate::Ticket).

use super::pending::Pending;

/// A request that the server decides on, and can [`reject`](super::Session::reject). Only
/// the types of this module are.
pub trait Request: sealed::Sealed {}

/// A request for which there is a plain yes: [`accept`](super::Session::accept).
pub trait Acceptable: Request {}

/// A command that the server carries out: [`complete`](super::Session::complete) says how it
/// ended, and accepting it is an OK in the usual words.
#[derive(Debug)]
pub enum Command {}

/// SELECT and EXAMINE: [`select`](super::Session::select) says what was selected.
#[derive(Debug)]
pub enum Select {}

/// STARTTLS: [`start_tls`](super::Session::start_tls) says yes.
#[derive(Debug)]
pub enum StartTls {}

/// AUTHENTICATE and the responses to its challenges: accepting it is an OK, and the client is
/// logged in; [`challenge`](super::Session::challenge) asks for more.
#[derive(Debug)]
pub enum Auth {}

/// APPEND, before its message is asked for: after a yes the message comes. After a no it is
/// not sent, or read past.
#[derive(Debug)]
pub enum Append {}

/// IDLE: after a yes news may be written at any time until it is over.
#[derive(Debug)]
pub enum Idle {}

impl Request for Command {}
impl Request for Select {}
impl Request for StartTls {}
impl Request for Auth {}
impl Request for Append {}
impl Request for Idle {}

impl Acceptable for Command {}
impl Acceptable for Auth {}
impl Acceptable for Append {}
impl Acceptable for Idle {}

mod sealed {
    use super::Pending;

    /// Keeps the traits to the types of the module.
    pub trait Sealed {
        /// Whether it is this that is pending.
        fn is_asked(pending: Pending) -> bool;
    }

    impl Sealed for super::Command {
        fn is_asked(pending: Pending) -> bool {
            matches!(pending, Pending::Command(_))
        }
    }

    impl Sealed for super::Select {
        fn is_asked(pending: Pending) -> bool {
            matches!(pending, Pending::Select { .. })
        }
    }

    impl Sealed for super::StartTls {
        fn is_asked(pending: Pending) -> bool {
            matches!(pending, Pending::StartTls)
        }
    }

    impl Sealed for super::Auth {
        fn is_asked(pending: Pending) -> bool {
            matches!(pending, Pending::Auth { .. })
        }
    }

    impl Sealed for super::Append {
        fn is_asked(pending: Pending) -> bool {
            matches!(pending, Pending::Append(_))
        }
    }

    impl Sealed for super::Idle {
        fn is_asked(pending: Pending) -> bool {
            matches!(pending, Pending::Idle)
        }
    }
}
