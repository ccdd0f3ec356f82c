//! The server's session: from octets to events, and from decisions to octets.
//!
//! [`Session::receive`] is called with what was read and gives an [`Event`].
//! Where the event asks for a decision it carries a [`Ticket`](crate::Ticket),
//! which is brought back with the answer:
//!
//! | event | answers |
//! |---|---|
//! | [`Event::Hello`] | [`accept`](Session::accept), [`reject`](Session::reject) |
//! | [`Event::Auth`], [`Event::AuthResponse`] | [`challenge`](Session::challenge), [`accept`](Session::accept), [`reject`](Session::reject) |
//! | [`Event::AuthCancelled`] | none: forget the exchange |
//! | [`Event::StartTls`] | [`start_tls`](Session::start_tls) and, after the handshake, [`upgraded`](Session::upgraded); [`reject`](Session::reject) |
//! | [`Event::AnswersDue`] | none: answer a ticket that is out |
//! | [`Event::Mail`], [`Event::Rcpt`], [`Event::Data`] | [`accept`](Session::accept), [`reject`](Session::reject) |
//! | [`Event::Body`] | none: keep the piece |
//! | [`Event::BodyEnd`] | [`accept`](Session::accept) once the message is safe; [`reject`](Session::reject); in LMTP, [`answer_recipient`](Session::answer_recipient) |
//! | [`Event::Reset`] | none: forget the transaction |
//! | [`Event::Vrfy`], [`Event::Expn`] | [`accept_with`](Session::accept_with) the mailbox, or the members; [`accept`](Session::accept), which says nothing; [`reject`](Session::reject) |
//! | [`Event::Help`], [`Event::XClient`], [`Event::XForward`] | [`accept`](Session::accept), [`reject`](Session::reject) |
//! | [`Event::Etrn`] | [`accept`](Session::accept), [`reply`](Session::reply), [`reject`](Session::reject) |
//! | [`Event::Atrn`] | [`turn`](Session::turn), [`reject`](Session::reject) |
//! | [`Event::Unknown`] | [`reply`](Session::reply), [`accept`](Session::accept), [`reject`](Session::reject) |
//!
//! [`decline`](Session::decline) answers any event that a driver has no use for. What is
//! only protocol the session answers itself: RSET, NOOP, HELP, QUIT, commands that are
//! unknown, wrong, not for now or not offered, and bodies that are too big or irregular.
//!
//! What a session offers beside that is [`Config`]'s: LMTP ([`Protocol::Lmtp`], where
//! [`answer_recipient`](Session::answer_recipient) answers for each recipient), BDAT
//! ([`Config::chunking`]: bodies come as the same events), parameters of MAIL and RCPT, commands of
//! relays and proxies. Where look-ups take long, [`Limits::recipients_ahead`] lets several
//! recipients be decided on at once. A session has no clock: [`timeout`](Session::timeout) says how
//! long to wait, and [`time_passed`](Session::time_passed) has it keep to limits on time.
//!
//! The front page of the crate shows a whole server. It omits STARTTLS, and what ends a session
//! from the driver's side: a silent client, and a server that shuts down.
//!
//! ```
//! use smtp_proto::server::{Channel, Config, Event, Session};
//! use smtp_proto::{BytesMut, ReceiveBuffer, Text};
//! # struct Connection(std::vec::IntoIter<(Input, &'static str)>, Vec<u8>);
//! # impl Connection {
//! #     fn send(&mut self, out: &mut BytesMut) { self.1.extend(out.split()); }
//! #     fn receive(&mut self, buffer: &mut ReceiveBuffer) -> Input {
//! #         let (input, octets) = self.0.next().unwrap();
//! #         buffer.space().unwrap()[..octets.len()].copy_from_slice(octets.as_bytes());
//! #         buffer.received(octets.len());
//! #         input
//! #     }
//! #     fn start_tls(&mut self) { self.1.extend(b"(TLS)\r\n"); }
//! # }
//! # enum Input { Octets, End, TimedOut, Stopping }
//! # fn serve(connection: &mut Connection) -> Result<(), Box<dyn std::error::Error>> {
//! # let mut config = Config::new("mx.example.org")?;
//! # config.starttls = true;
//! # let (mut buffer, mut out) = (ReceiveBuffer::new(), BytesMut::new());
//! # let mut smtp = Session::new(config.into(), Channel::Clear, &mut out);
//! loop {
//!     connection.send(&mut out);
//!     // Waits for `smtp.timeout()` at most.
//!     match connection.receive(&mut buffer) {
//!         Input::Octets => {}
//!         Input::End => return Ok(smtp.eof()?),
//!         Input::TimedOut => smtp.timed_out(&mut out),
//!         Input::Stopping => smtp.shut_down(Text::new("Back at noon")?, &mut out),
//!     }
//!     let mut input = buffer.filled();
//!     let unread = loop {
//!         match smtp.receive(&mut input, &mut out) {
//!             Ok(Event::NeedInput) => break input.len(),
//!             Ok(Event::StartTls(ticket)) => {
//!                 let upgrade = smtp.start_tls(ticket, &mut out)?;
//!                 connection.send(&mut out);
//!                 connection.start_tls();
//!                 smtp.upgraded(upgrade)?;
//!                 break 0; // what came in clear text is not read under TLS
//!             }
//!             Ok(Event::Closed) => {
//!                 connection.send(&mut out);
//!                 return Ok(());
//!             }
//!             Ok(other) => smtp.decline(other, &mut out)?, // and all the others
//!             Err(error) => {
//!                 connection.send(&mut out);
//!                 return Err(error.into());
//!             }
//!         }
//!     };
//!     buffer.keep_last(unread);
//! }
//! # }
//! # let play = |last: Input| {
//! #     let inputs = vec![(Input::Octets, "STARTTLS\r\n"), (Input::Octets, "NOOP\r\n"), (last, "")];
//! #     let mut connection = Connection(inputs.into_iter(), Vec::new());
//! #     serve(&mut connection).unwrap();
//! #     String::from_utf8(connection.1).unwrap()
//! # };
//! # let start = "220 mx.example.org ESMTP\r\n220 2.0.0 Ready to start TLS\r\n(TLS)\r\n250 2.0.0 OK\r\n";
//! # assert_eq!(play(Input::End), start);
//! # assert_eq!(play(Input::TimedOut), start.to_owned() + "421 4.4.2 Timeout, closing connection\r\n");
//! # assert_eq!(play(Input::Stopping), start.to_owned() + "421 4.3.2 Back at noon\r\n");
//! ```

mod ahead;
mod answer;
mod auth;
mod body;
mod chunk;
mod envelope;
mod error;
mod event;
mod faults;
mod manner;
mod pending;
mod query;
mod receive;
mod reply;
pub mod request;
mod session;
mod state;
mod time;
mod transaction;
mod turn;
mod xclient;

pub use crate::config::{Config, FutureRelease, Limits};
pub use crate::keywords::{EhloLines, Keywords};
pub use crate::protocol::Protocol;
pub use crate::reply::Rejection;
pub use error::{Error, Misuse, ProtocolError};
pub use event::{Event, Hello, HelloVerb};
pub use mail_wire::{Channel, UnknownCommands, Upgrade};
pub use session::Session;
pub use state::State;
