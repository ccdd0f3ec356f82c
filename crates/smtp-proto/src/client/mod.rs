//! The client's session: from commands to octets, and from octets to what the server says.
//!
//! There are three layers, each over the one before:
//!
//! | layer | what for |
//! |---|---|
//! | [`Session`] | [`send`](Session::send) writes a command, if it may be sent now; [`receive`](Session::receive) is called with what was read, and gives an [`Event`] |
//! | [`Opening`] | from the connection to where mail can be sent: the greeting, EHLO, STARTTLS, the login |
//! | [`Transaction`] | sends one message to its recipients, and tells one [`Outcome`] for each |
//!
//! The [front page](crate) shows a client that uses the last two. Every command of a session is
//! answered by one [`Event::Answer`], in the order in which they were sent, which says what it
//! answers and holds the reply word for word. There are these exceptions:
//!
//! | sent | answered by |
//! |---|---|
//! | STARTTLS | [`Event::StartTls`], if the server says yes |
//! | AUTH | any number of [`Event::Challenge`], and its answer |
//! | DATA | its answer; then the body goes out with [`body`](Session::body) and [`end_body`](Session::end_body), and is answered as [`Sent::Message`] |
//! | BDAT | nothing before the octets that it announces have gone out, with [`body`](Session::body) or beside the session; then as [`Sent::Chunk`], the last as [`Sent::Message`] |
//! | the end of a message in LMTP | [`Sent::Delivery`], once for each recipient that was accepted (RFC 2033 §4.2) |
//!
//! A server that speaks unasked is not believed: what lay there before a command was sent never
//! answers it, and where something came that answers nothing, nothing more is sent.
//! [`Session::close_reason`] says whether a connection can be used again.
//!
//! Commands are sent before the last one is answered where the server takes that (RFC 2920):
//! but none after those that must be the last of their group, and no more than
//! [`Limits::pipelined`] lets, so that a client that writes all before it reads does not wait for
//! a server that waits for the client.

mod body;
mod config;
mod ending;
mod envelope;
mod error;
mod event;
mod extensions;
mod opening;
mod outcome;
mod outgoing;
mod plan;
mod send;
mod sent;
mod session;
mod state;
mod transaction;

pub use crate::protocol::Protocol;
pub use config::{ClearText, Config, Limits, Timeouts};
pub use envelope::{Envelope, EnvelopeError, Form};
pub use error::{Error, Misuse, ProtocolError};
pub use event::{Answer, Event};
pub use extensions::Extensions;
pub use mail_wire::{Channel, CloseReason, TlsPolicy, Upgrade};
pub use opening::{Opened, Opening, OpeningError, Step};
pub use outcome::Outcome;
pub use plan::{Login, Plan, Way};
pub use sent::Sent;
pub use session::Session;
pub use state::State;
pub use transaction::{Transaction, TransactionStep};

/// What a [`Ticket`](crate::Ticket) of a client is the duty to answer.
pub mod request {
    /// A challenge of the server's.
    #[derive(Debug)]
    pub enum Challenge {}
}
