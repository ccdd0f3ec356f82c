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
pub mod date;
pub mod envelope;
pub mod error;
pub mod fetch;
pub mod fetch_response;
pub mod flag;
pub mod frame;
pub mod lexical;
pub mod limits;
pub mod list;
pub mod mailbox;
pub mod modified_utf7;
pub mod response;
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
pub use error::{Error, Misuse, ProtocolError};
pub use flag::Flag;
pub use lexical::{AString, Atom, IString, NString, Style, Tag, Text};
pub use limits::Limits;
pub use mail_wire::{Base64, BufferFull, ReceiveBuffer, Secret, SyntaxError, Ticket, WrongTicket};
pub use mailbox::Mailbox;
pub use response::Response;
pub use sequence::SequenceSet;
pub use tolerance::Tolerance;
