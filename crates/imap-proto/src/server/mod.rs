//! The server's side of a connection.
//!
//! A [`Session`] turns the client's octets into [`Event`]s, and what the server
//! decides into octets for the client. It answers what is only protocol by
//! itself, checks every command against the state, and knows no sockets.
//!
//! The [front page](crate) has a whole server. A command takes this course:
//!
//! | event | answered with |
//! |---|---|
//! | [`Event::Command`] | [`data`](Session::data) and [`fetch`](Session::fetch) as often as there is something to tell, then [`complete`](Session::complete) |
//! | [`Event::Append`], then pieces, then [`Event::AppendEnd`] | [`accept`](Session::accept) or [`reject`](Session::reject) before the message comes, `complete` behind it |
//! | [`Event::Authenticate`], [`Event::AuthenticateResponse`] | [`challenge`](Session::challenge), `accept` or `reject` |
//! | [`Event::StartTls`] | `accept`, the handshake, [`upgraded`](Session::upgraded); or `reject` |
//! | [`Event::Idle`] | `accept`, then `data` at any time until [`Event::IdleDone`]; or `reject` |
//! | any other | [`decline`](Session::decline) |

mod config;
mod error;
mod event;
mod receive;
mod rejection;
mod reply;
pub mod request;
mod session;
mod state;
mod tag;

pub use config::Config;
pub use error::{Error, Misuse, ProtocolError};
pub use event::Event;
pub use mail_wire::Channel;
pub use rejection::Rejection;
pub use request::Upgrade;
pub use session::Session;
pub use state::State;
