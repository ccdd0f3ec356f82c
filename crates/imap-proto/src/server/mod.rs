//! The server's side of a connection.
//!
//! A [`Session`] turns the client's octets into [`Event`]s, and what the server
//! decides into octets for the client. It answers what is only protocol by
//! itself, checks every command against the state, and knows no sockets.
//!
//! [`Session::receive`] is called with what was read and gives an [`Event`]. Where that
//! asks for a decision it carries a [`Ticket`](crate::Ticket), which is brought back
//! with the answer:
//!
//! | event | answers |
//! |---|---|
//! | [`Event::NeedInput`] | send what was written, and read more |
//! | [`Event::Command`], [`Event::BodyEnd`], [`Event::Unknown`] | [`data`](Session::data) and [`fetch`](Session::fetch) as often as there is something to tell, then [`complete`](Session::complete), [`accept`](Session::accept) or [`reject`](Session::reject) |
//! | [`Event::Select`] | [`select`](Session::select), [`reject`](Session::reject) |
//! | [`Event::StartTls`] | [`start_tls`](Session::start_tls) and, after the handshake, [`upgraded`](Session::upgraded); [`reject`](Session::reject) |
//! | [`Event::Auth`], [`Event::AuthResponse`] | [`challenge`](Session::challenge), [`accept`](Session::accept), [`reject`](Session::reject) |
//! | [`Event::AuthCancelled`] | none: forget the exchange |
//! | [`Event::Append`] | [`accept`](Session::accept), and the message comes; [`reject`](Session::reject) |
//! | [`Event::Body`] | none: keep it; [`decline`](Session::decline) to refuse the message |
//! | [`Event::BodyCancelled`] | none: drop the message |
//! | [`Event::Idle`] | [`accept`](Session::accept), then [`data`](Session::data) at any time; [`reject`](Session::reject) |
//! | [`Event::IdleDone`] | none |
//! | [`Event::Closed`] | send what was written, and close |
//! | any | [`decline`](Session::decline) |
//!
//! The [front page](crate) has a whole server. It omits STARTTLS, and the ends that the server
//! brings about, which are here:
//!
//! ```
//! use imap_proto::{Arena, BytesMut, ReceiveBuffer, Text};
//! use imap_proto::server::{Channel, Config, Event, Session};
//! # struct Connection(Vec<u8>, bool);
//! # impl Connection {
//! #     fn send(&mut self, out: &mut BytesMut) { self.0.extend(out.split()); }
//! #     fn receive(&mut self, buffer: &mut ReceiveBuffer) -> Input {
//! #         if self.1 { return Input::TimedOut }
//! #         buffer.space().unwrap()[..12].copy_from_slice(b"a STARTTLS\r\n");
//! #         buffer.received(12);
//! #         Input::Octets
//! #     }
//! #     fn start_tls(&mut self) { self.1 = true; }
//! # }
//! # enum Input { Octets, End, TimedOut, Stopping }
//! # fn serve(connection: &mut Connection) -> Result<(), Box<dyn std::error::Error>> {
//! # let mut config = Config::default();
//! # config.starttls = true;
//! # let (mut buffer, mut arena, mut out) = (ReceiveBuffer::new(), Arena::new(), BytesMut::new());
//! # let mut imap = Session::new(config.into(), Channel::Clear, &mut out);
//! 'reads: loop {
//!     connection.send(&mut out);
//!     // Waits for `imap.timeout()` at most.
//!     match connection.receive(&mut buffer) {
//!         Input::Octets => {}
//!         Input::End => return Ok(imap.eof()?),
//!         Input::TimedOut => imap.timed_out(&mut out),
//!         Input::Stopping => imap.shut_down(Text::new("the server is going down")?, &mut out),
//!     }
//!     let mut input = buffer.filled();
//!     loop {
//!         match imap.receive(&mut input, &arena, &mut out)? {
//!             Event::NeedInput => break,
//!             Event::StartTls(ticket) => {
//!                 let upgrade = imap.start_tls(ticket, &mut out)?;
//!                 connection.send(&mut out);
//!                 buffer.keep_last(0); // what came in clear text is not read inside TLS
//!                 connection.start_tls();
//!                 imap.upgraded(upgrade)?;
//!                 continue 'reads;
//!             }
//!             Event::Closed => {
//!                 connection.send(&mut out);
//!                 return Ok(());
//!             }
//!             other => imap.decline(other, &mut out)?, // and all the others
//!         }
//!         arena.reset(); // the event is gone
//!     }
//!     let unread = input.len();
//!     buffer.keep_last(unread);
//! }
//! # }
//! # let mut connection = Connection(Vec::new(), false);
//! # serve(&mut connection).unwrap();
//! # assert!(connection.0.ends_with(b"a OK begin the TLS handshake\r\n* BYE silent for too long\r\n"));
//! ```

mod append;
mod config;
mod data;
mod dispatch;
mod error;
mod event;
mod head;
mod pending;
mod receive;
mod rejection;
mod reply;
pub mod request;
mod select;
mod session;
mod state;
mod tag;
mod unknown;

pub use config::Config;
pub use error::{Error, Misuse, ProtocolError};
pub use event::Event;
pub use mail_wire::{Channel, UnknownCommands, Upgrade};
pub use rejection::Rejection;
pub use select::Selected;
pub use session::Session;
pub use state::State;
pub use unknown::UnknownCommand;
