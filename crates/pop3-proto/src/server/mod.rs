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
//! | [`Event::AuthCancelled`] | none: forget the exchange |
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
//! The front page of the crate shows a whole server. What it has not: TLS, which the
//! client asks for with STLS, and the ends that a driver brings about.
//!
//! ```
//! use pop3_proto::server::{Channel, Config, Event, Session};
//! use pop3_proto::{BytesMut, ReceiveBuffer, Text};
//! # struct Connection(Vec<u8>, bool);
//! # impl Connection {
//! #     fn send(&mut self, out: &mut BytesMut) { self.0.extend(out.split()); }
//! #     fn receive(&mut self, buffer: &mut ReceiveBuffer) -> Input {
//! #         buffer.space().unwrap()[..6].copy_from_slice(b"STLS\r\n");
//! #         buffer.received(6);
//! #         if self.1 { Input::TimedOut } else { Input::Octets }
//! #     }
//! #     fn start_tls(&mut self) { self.1 = true; }
//! # }
//! # enum Input { Octets, TimedOut, Stopping }
//! # fn serve(connection: &mut Connection) -> Result<(), Box<dyn std::error::Error>> {
//! # let mut config = Config::default();
//! # config.stls = true;
//! # let (mut buffer, mut out) = (ReceiveBuffer::new(), BytesMut::new());
//! # let mut session = Session::new(config.into(), Channel::Clear, &mut out);
//! loop {
//!     connection.send(&mut out);
//!     // Waits for `session.timeout()` at most.
//!     match connection.receive(&mut buffer) {
//!         Input::Octets => {}
//!         Input::TimedOut => session.timed_out(),
//!         Input::Stopping => session.shut_down(Text::new("the server is going down")?, &mut out),
//!     }
//!     let mut input = buffer.filled();
//!     match session.receive(&mut input, &mut out)? {
//!         Event::Stls(ticket) => {
//!             let upgrade = session.accept(ticket, &mut out)?;
//!             connection.send(&mut out);
//!             buffer.keep_last(0); // what came in clear text is not read inside TLS
//!             connection.start_tls();
//!             session.upgraded(upgrade);
//!         }
//!         Event::Closed => {
//!             connection.send(&mut out);
//!             return Ok(());
//!         }
//!         other => session.decline(other, &mut out)?, // and all the others
//!     }
//! }
//! # }
//! # let mut connection = Connection(Vec::new(), false);
//! # serve(&mut connection).unwrap();
//! # assert!(connection.1 && connection.0.ends_with(b"+OK begin the TLS negotiation\r\n"));
//! ```

mod asked;
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
