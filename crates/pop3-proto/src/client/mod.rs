//! The client's session: from commands to octets, and from octets to what the
//! server says.
//!
//! [`Session::send`] writes a command, if it may be sent now. [`Session::receive`]
//! is called with what was read and gives an [`Event`]. Every command is answered
//! by one [`Event::Answer`], in the order in which they were sent, which says what
//! it answers. Where it has [`more`](Answer::more), these follow up to
//! [`Event::End`]:
//!
//! | command | after `+OK` |
//! |---|---|
//! | CAPA | [`Event::Capability`]; [`Session::capabilities`] keeps the ones that matter |
//! | LIST | [`Event::Scan`] |
//! | UIDL | [`Event::UniqueId`] |
//! | LANG | [`Event::Language`] |
//! | RETR, TOP | [`Event::Body`], in pieces |
//!
//! What STAT, and LIST and UIDL of one message answer is read from the text of
//! the answer, by [`DropListing`](crate::DropListing) and its like.
//!
//! Two commands are answered otherwise: STLS with [`Event::StartTls`], and AUTH with
//! any number of [`Event::Challenge`] before its answer.
//!
//! [`Opening`] does all up to the open maildrop: the greeting, STLS, the login.
//!
//! A server that speaks unasked is not believed: what lay there before a command was sent
//! never answers it, and where something came that answers nothing, nothing more is sent. So a
//! message that is made to look like its own end and an answer after it comes to nothing.
//! [`Session::close_reason`] says whether a connection can be used again.
//!
//! Commands may be sent before the last one is answered once the server has said
//! that it takes them ([`Capabilities::pipelining`]). Then read while you write, or
//! let no more be on their way than the connection holds: [`Limits::pipelined`].

mod capabilities;
mod config;
mod ending;
mod error;
mod event;
mod lines;
mod opening;
mod plan;
mod send;
mod sent;
mod session;
mod state;

pub use capabilities::Capabilities;
pub use config::{ClearText, Config, Limits};
pub use error::{Error, Misuse, ProtocolError};
pub use event::{Answer, Event};
pub use mail_wire::{Channel, CloseReason, TlsPolicy, Upgrade};
pub use opening::{Opened, Opening, OpeningError, Step};
pub use plan::{Plan, Way};
pub use sent::Sent;
pub use session::Session;
pub use state::State;

/// What a [`Ticket`](crate::Ticket) of a client is the duty to answer.
pub mod request {
    /// A challenge of the server's.
    #[derive(Debug)]
    pub enum Challenge {}
}
