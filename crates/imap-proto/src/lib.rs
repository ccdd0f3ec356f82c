//! IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501), without I/O: typed commands
//! and responses, parsed zero-copy and encoded, and the session state machines.
//!
//! Everything parsed is plain data that borrows from the input and from an
//! [`Arena`], and is `Copy`. The same types are parsed and encoded.
//!
//! | wire | type | grammar |
//! |---|---|---|
//! | what a client sends | [`Command`] | [`command`] |
//! | what a server sends | [`Response`] | [`response`] |
//! | atoms, strings, literals | [`Atom`], [`AString`], [`IString`] | [`lexical`] |
//!
//! # A server
//! [`server::Session`] takes what a client sends and says what it wants; it
//! writes what the client is to get. It does no I/O: this serves any blocking
//! stream, and the same loop is written with `.await` or in an event loop.
//!
//! ```
//! use std::io::{Read, Write};
//! use imap_proto::command::CommandKind;
//! use imap_proto::response::Data;
//! use imap_proto::server::{Channel, Config, Event, Rejection, Session};
//! use imap_proto::{Arena, BytesMut, ReceiveBuffer};
//!
//! fn serve(mut stream: impl Read + Write, inbox: &mut Vec<Vec<u8>>) -> Result<(), Box<dyn std::error::Error>> {
//!     let mut config = Config::new("imap.example.org");
//!     config.limits.message = 10 << 20; // `message` is held in memory
//!     let mut buffer = ReceiveBuffer::with_limit(config.limits.buffer());
//!     let (mut arena, mut out, mut message) = (Arena::new(), BytesMut::new(), Vec::new());
//!     let mut imap = Session::new(config.into(), Channel::Tls, &mut out);
//!     loop {
//!         stream.write_all(&out)?;
//!         out.clear();
//!         let n = stream.read(buffer.space()?)?;
//!         if n == 0 {
//!             return Ok(imap.eof()?); // an error where that cut something off
//!         }
//!         buffer.received(n);
//!         let mut input = buffer.filled();
//!         loop {
//!             if out.len() > 1 << 16 { // one read may hold many commands
//!                 stream.write_all(&out)?;
//!                 out.clear();
//!             }
//!             match imap.receive(&mut input, &arena, &mut out) {
//!                 Ok(Event::NeedInput) => break,
//!                 Ok(Event::Command(command, ticket)) => match command.kind {
//!                     CommandKind::Login { password, .. } if password.reveal() == b"secret" => {
//!                         imap.accept(ticket, &mut out)?;
//!                     }
//!                     CommandKind::Login { .. } => {
//!                         imap.reject(ticket, Rejection::AUTHENTICATION_FAILED, &mut out)?;
//!                     }
//!                     CommandKind::Select(mailbox) if mailbox.is_inbox() => {
//!                         imap.data(&Data::Exists(inbox.len().try_into()?), &mut out)?;
//!                         imap.accept(ticket, &mut out)?;
//!                     }
//!                     _ => imap.reject(ticket, Rejection::NOT_SERVED, &mut out)?,
//!                 },
//!                 Ok(Event::Append(append, ticket)) if append.mailbox.is_inbox() => {
//!                     imap.accept(ticket, &mut out)?;
//!                 }
//!                 Ok(Event::AppendPiece(piece)) => message.extend_from_slice(piece),
//!                 Ok(Event::AppendCancelled) => message.clear(),
//!                 Ok(Event::AppendEnd(ticket)) => {
//!                     inbox.push(std::mem::take(&mut message));
//!                     imap.accept(ticket, &mut out)?;
//!                 }
//!                 Ok(Event::Closed) => return Ok(stream.write_all(&out)?),
//!                 Ok(other) => imap.decline(other, &mut out)?,
//!                 Err(error) => {
//!                     stream.write_all(&out)?;
//!                     return Err(error.into());
//!                 }
//!             }
//!         }
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!         arena.reset();
//!     }
//! }
//! # struct Script(&'static [u8], Vec<u8>);
//! # impl Read for &mut Script {
//! #     fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> { self.0.read(space) }
//! # }
//! # impl Write for &mut Script {
//! #     fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> { self.1.write(octets) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let mut inbox = Vec::new();
//! # let mut stream = Script(b"a LOGIN alice {6+}\r\nsecret\r\nb APPEND INBOX {4+}\r\nHi\r\n\r\nc SELECT INBOX\r\nd LOGOUT\r\n", vec![]);
//! # serve(&mut stream, &mut inbox).unwrap();
//! # assert_eq!(inbox, [b"Hi\r\n"]);
//! # assert_eq!(String::from_utf8(stream.1).unwrap(), "\
//! # * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE] imap.example.org is ready\r\n\
//! # a OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE] done\r\nb OK done\r\n\
//! # * 1 EXISTS\r\nc OK [READ-WRITE] done\r\n* BYE goodbye\r\nd OK done\r\n");
//! # let mut stream = Script(b"a LOGIN alice secret\r\nb APPEND INBOX {4+}\r\nHi\r\n", vec![]);
//! # assert!(serve(&mut stream, &mut inbox).is_err() && inbox.len() == 1);
//! ```
//!
//! What it has not is TLS, and the ends that a driver brings about: see [`server`].

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod address;
pub mod append;
pub mod arena;
pub mod body_structure;
pub mod capability;
pub mod code;
pub mod command;
mod condition;
pub mod date;
pub mod envelope;
mod esearch;
pub mod fetch;
pub mod fetch_response;
pub mod flag;
pub mod frame;
mod lenient;
pub mod lexical;
pub mod limits;
pub mod list;
pub mod mailbox;
pub mod modified_utf7;
mod namespace;
pub mod response;
pub mod response_frame;
pub mod search;
pub mod section;
pub mod sequence;
pub mod server;
pub mod status;
pub mod store;
pub mod tolerance;

pub use arena::{Arena, NonEmpty};
pub use bytes::BytesMut;
pub use command::Command;
pub use flag::Flag;
pub use lexical::{AString, Atom, IString, NString, Style, Tag, Text};
pub use limits::Limits;
pub use mail_wire::{
    Base64, BufferError, Mechanism, MechanismName, OfferedMechanisms, ReceiveBuffer, Secret,
    SyntaxError, Ticket, WrongTicket,
};
pub use mailbox::Mailbox;
pub use response::Response;
pub use sequence::SequenceSet;
pub use tolerance::Tolerance;
