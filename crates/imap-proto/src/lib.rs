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
//! use std::sync::Arc;
//!
//! use imap_proto::command::CommandKind;
//! use imap_proto::response::{Completion, Data};
//! use imap_proto::server::{Channel, Config, Event, Rejection, Session};
//! use imap_proto::{Arena, BytesMut, ReceiveBuffer, Text};
//!
//! const DONE: Completion<'static> = Completion::ok(None, Text::first_line("done"));
//!
//! fn serve(mut stream: impl Read + Write) -> Result<(), Box<dyn std::error::Error>> {
//!     let config = Config::new("imap.example.org");
//!     let mut buffer = ReceiveBuffer::with_limit(config.limits.buffer());
//!     let (mut arena, mut out) = (Arena::new(), BytesMut::new());
//!     let mut imap = Session::new(Arc::new(config), Channel::Tls, &mut out);
//!     loop {
//!         stream.write_all(&out)?;
//!         out.clear();
//!         let n = stream.read(buffer.space()?)?;
//!         buffer.received(n);
//!         let mut input = buffer.filled();
//!         let end = loop {
//!             match imap.receive(&mut input, &arena, &mut out)? {
//!                 Event::NeedInput => break n == 0,
//!                 Event::Command(command, ticket) => match command.kind {
//!                     CommandKind::Login { password, .. } if password.reveal() == b"secret" => {
//!                         imap.complete(ticket, DONE, &mut out)?;
//!                     }
//!                     CommandKind::Login { .. } => {
//!                         imap.reject(ticket, Rejection::AUTHENTICATION_FAILED, &mut out)?;
//!                     }
//!                     CommandKind::Select(mailbox) if mailbox.is_inbox() => {
//!                         imap.data(&Data::Exists(0), &mut out)?;
//!                         imap.complete(ticket, DONE, &mut out)?;
//!                     }
//!                     _ => imap.reject(ticket, Rejection::NOT_SERVED, &mut out)?,
//!                 },
//!                 Event::Closed => break true,
//!                 other => imap.decline(other, &mut out)?,
//!             }
//!         };
//!         let unread = input.len();
//!         buffer.keep_last(unread);
//!         arena.reset();
//!         if end {
//!             return Ok(stream.write_all(&out)?);
//!         }
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
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut stream = Script(b"a LOGIN alice {6+}\r\nsecret\r\nb SELECT INBOX\r\nc LOGOUT\r\n", Vec::new());
//! # serve(&mut stream)?;
//! # assert_eq!(String::from_utf8(stream.1)?, "\
//! # * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE] imap.example.org is ready\r\n\
//! # a OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE] done\r\n\
//! # * 0 EXISTS\r\nb OK [READ-WRITE] done\r\n* BYE goodbye\r\nc OK done\r\n");
//! # Ok(())
//! # }
//! ```

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
pub use mail_wire::{Base64, BufferFull, ReceiveBuffer, Secret, SyntaxError, Ticket, WrongTicket};
pub use mailbox::Mailbox;
pub use response::Response;
pub use sequence::SequenceSet;
pub use tolerance::Tolerance;
