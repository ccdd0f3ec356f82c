//! What SMTP, POP3 and IMAP share on the wire.
//!
//! This crate is the floor under `smtp-proto`, `pop3-proto` and `imap-proto`,
//! which re-export what their users need of it. It does no I/O.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod encode;
pub mod parse;
mod secret;

pub use parse::SyntaxError;
pub use secret::Secret;
