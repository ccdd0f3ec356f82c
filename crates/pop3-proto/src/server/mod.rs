//! The server's session: from octets to events, and from decisions to octets.
//!
//! [`Session::receive`] is called with what was read and gives an [`Event`].
//! Where the event asks for a decision it carries a [`Ticket`](crate::Ticket),
//! which is brought back with the answer:
//!
//! | event | answers |
//! |---|---|
//! | [`Event::Login`] | [`open`](Session::open), [`reject`](Session::reject) |
//! | [`Event::Auth`], [`Event::AuthResponse`] | [`challenge`](Session::challenge), [`open`](Session::open), [`reject`](Session::reject) |
//! | [`Event::Stls`] | [`accept`](Session::accept) and, after the handshake, [`upgraded`](Session::upgraded); [`reject`](Session::reject) |
//! | [`Event::Sizes`] | [`sizes`](Session::sizes), [`reject`](Session::reject) |
//! | [`Event::UniqueIds`] | [`unique_ids`](Session::unique_ids), [`reject`](Session::reject) |
//! | [`Event::Retr`], [`Event::Top`] | [`accept`](Session::accept), [`Body::push`] and [`finish`](Session::finish); [`reject`](Session::reject) |
//! | [`Event::Update`] | [`accept`](Session::accept), [`reject`](Session::reject) |
//!
//! What is only protocol the session answers itself: CAPA, USER, DELE, RSET,
//! NOOP, UTF8, LANG, QUIT, commands that are unknown, wrong or not for now.
//! It keeps the marks of deletion, and tells them when the client takes its
//! leave with QUIT, and at no other time: a connection that breaks deletes nothing.
//!
//! The front page of the crate shows a whole server.

mod authorization;
mod body;
mod config;
mod deleted;
mod error;
mod event;
mod rejection;
pub mod request;
mod session;
mod state;
mod transaction;

pub use body::Body;
pub use config::{Config, Limits};
pub use deleted::Deleted;
pub use error::{Error, Misuse, ProtocolError};
pub use event::{Event, Login, Proof};
pub use mail_wire::Channel;
pub use rejection::Rejection;
pub use session::{Session, Upgrade};
pub use state::State;
