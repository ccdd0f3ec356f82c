//! POP3 (RFC 1939) and its extensions, without I/O: commands and responses,
//! parsed zero-copy and encoded.
//!
//! | wire | type | grammar |
//! |---|---|---|
//! | what a client sends | [`Command`] | [`command`] |
//! | what a server answers | [`Response`] | [`response`] |
//! | STAT, LIST, UIDL | [`listing::DropListing`], [`listing::ScanListing`], [`listing::UniqueIdListing`] | [`listing`] |
//! | CAPA | [`Capability`] | [`capability`] |
//! | the exchange of AUTH | [`sasl::ClientLine`], [`sasl::ServerLine`] | [`sasl`] |
//! | LANG | [`LanguageListing`] | RFC 6856 §3 |
//!
//! Everything parsed is plain data that borrows from the input, and is `Copy`.
//! The same types are parsed and encoded; what cannot go on the wire cannot be
//! built.
//!
//! # A client's half of the syntax
//! ```
//! use bytes::BytesMut;
//! use pop3_proto::listing::ScanListing;
//! use pop3_proto::response::multi_line;
//! use pop3_proto::{Command, Response, Status};
//!
//! let mut out = BytesMut::new();
//! Command::List(None).encode(&mut out);
//! assert_eq!(&out[..], b"LIST\r\n");
//!
//! let mut lines = "+OK 2 messages (320 octets)\r\n1 120\r\n2 200\r\n.\r\n".lines();
//! let response = Response::parse(lines.next().unwrap().as_bytes())?;
//! assert_eq!(response.status, Status::Ok);
//! let mut octets = 0;
//! while let Some(line) = lines.next().and_then(|line| multi_line(line.as_bytes())) {
//!     octets += ScanListing::parse(line)?.octets;
//! }
//! assert_eq!(octets, 320);
//! # Ok::<(), pop3_proto::SyntaxError>(())
//! ```

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod capability;
pub mod code;
pub mod command;
mod credentials;
mod language;
pub mod listing;
mod message_number;
pub mod response;
pub mod sasl;
mod text;
mod timestamp;
mod tolerance;
mod unique_id;

pub use capability::Capability;
pub use code::Code;
pub use command::Command;
pub use credentials::{Digest, Name, Password};
pub use language::{Language, LanguageListing};
pub use mail_wire::{Base64, SyntaxError};
pub use message_number::MessageNumber;
pub use response::{Response, Status};
pub use sasl::Mechanism;
pub use text::{Text, TextBuf};
pub use timestamp::Timestamp;
pub use tolerance::Tolerance;
pub use unique_id::UniqueId;
