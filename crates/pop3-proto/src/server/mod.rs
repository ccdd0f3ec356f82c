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
//! | [`Event::StartTls`] | [`start_tls`](Session::start_tls) and, after the handshake, [`upgraded`](Session::upgraded); [`reject`](Session::reject) |
//! | [`Event::Sizes`] | [`sizes`](Session::sizes), [`reject`](Session::reject) |
//! | [`Event::UniqueIds`] | [`unique_ids`](Session::unique_ids), [`reject`](Session::reject) |
//! | [`Event::Retr`], [`Event::Top`] | [`send_message`](Session::send_message), [`Body::push`] and [`finish`](Session::finish); [`reject`](Session::reject) |
//! | [`Event::Update`] | [`accept`](Session::accept), [`reject`](Session::reject) |
//! | [`Event::Unknown`] | [`respond`](Session::respond), [`respond_multi_line`](Session::respond_multi_line) and [`finish`](Session::finish), [`reject`](Session::reject) |
//!
//! What is only protocol the session answers itself: CAPA, USER, DELE, RSET,
//! NOOP, UTF8, LANG, QUIT, commands that are unknown, wrong or not for now.
//! It keeps the marks of deletion, and tells them when the client takes its
//! leave with QUIT, and at no other time: a connection that breaks deletes nothing.
//!
//! The front page of the crate shows a whole server. It omits TLS, which the client asks for
//! with STLS, time-outs, and shutdown by the driver:
//!
//! ```
//! use pop3_proto::server::{Channel, Config, Event, Session};
//! use pop3_proto::{BytesMut, ReceiveBuffer, Text};
//! # struct Connection(Vec<&'static [u8]>, Vec<u8>, bool);
//! # impl Connection {
//! #     fn send(&mut self, out: &mut BytesMut) { self.1.extend(out.split()); }
//! #     fn receive(&mut self, buffer: &mut ReceiveBuffer) -> Result<Input, Box<dyn std::error::Error>> {
//! #         if self.0.is_empty() { return Ok(Input::Stopping) }
//! #         let octets = self.0.remove(0);
//! #         buffer.space()?[..octets.len()].copy_from_slice(octets);
//! #         buffer.received(octets.len());
//! #         Ok(if octets.is_empty() { Input::End } else { Input::Octets })
//! #     }
//! #     fn start_tls(&mut self) -> std::io::Result<()> { self.2 = true; Ok(()) }
//! # }
//! # enum Input { Octets, End, TimedOut, Stopping }
//! # fn serve(connection: &mut Connection) -> Result<(), Box<dyn std::error::Error>> {
//! # let mut config = Config::default();
//! # config.stls = true;
//! # let (mut buffer, mut out) = (ReceiveBuffer::new(), BytesMut::new());
//! # let mut session = Session::new(config.into(), Channel::Clear, &mut out);
//! loop {
//!     connection.send(&mut out);
//!     // Waits for `session.timeout()` at most.
//!     match connection.receive(&mut buffer)? {
//!         Input::Octets => {}
//!         Input::End => return Ok(session.eof()?),
//!         Input::TimedOut => session.timed_out(&mut out),
//!         Input::Stopping => session.shut_down(Text::new("the server is going down")?, &mut out),
//!     }
//!     let mut input = buffer.filled();
//!     loop {
//!         match session.receive(&mut input, &mut out)? {
//!             Event::NeedInput => break,
//!             Event::StartTls(ticket) => {
//!                 // Nothing is left of `input`: what came in clear text is not read inside TLS.
//!                 let upgrade = session.start_tls(ticket, &mut out)?;
//!                 connection.send(&mut out);
//!                 connection.start_tls()?;
//!                 session.upgraded(upgrade)?;
//!             }
//!             Event::Closed => {
//!                 connection.send(&mut out);
//!                 return Ok(());
//!             }
//!             other => session.decline(other, &mut out)?, // and all the others
//!         }
//!     }
//!     let unread = input.len();
//!     buffer.keep_last(unread);
//! }
//! # }
//! # let mut connection = Connection(vec![b"CAPA\r\nNOOP\r\nST", b"LS\r\n", b"CAPA\r\nUSER a\r\n"], Vec::new(), false);
//! # serve(&mut connection).unwrap();
//! # let sent = String::from_utf8(connection.1).unwrap();
//! # assert!(sent.contains("+OK begin the TLS negotiation\r\n+OK the capabilities follow"), "{sent}");
//! # assert!(connection.2 && sent.ends_with("+OK send the password\r\n-ERR [SYS/TEMP] the server is going down\r\n"), "{sent}");
//! ```

mod authorization;
mod body;
mod config;
mod deletion_marks;
mod ending;
mod error;
mod event;
mod offers;
mod pending;
mod rejection;
mod reply;
pub mod request;
mod session;
mod state;
mod transaction;

pub use body::Body;
pub use config::{Config, Limits};
pub use deletion_marks::DeletionMarks;
pub use error::{Error, Misuse, ProtocolError};
pub use event::{Event, Login, Proof};
pub use mail_wire::{Channel, UnknownCommands, Upgrade};
pub use rejection::Rejection;
pub use session::Session;
pub use state::State;
