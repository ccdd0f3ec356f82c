//! What SMTP, POP3 and IMAP share on the wire.
//!
//! This crate is the floor under `smtp-proto`, `pop3-proto` and `imap-proto`,
//! which re-export what their users need of it. It does no I/O.

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod base64;
mod buffer;
mod channel;
mod client_line;
mod dot;
pub mod encode;
mod line;
mod mechanism;
pub mod parse;
mod secret;
mod ticket;

pub use base64::{Base64, encode_base64};
pub use buffer::{BufferFull, ReceiveBuffer};
pub use channel::Channel;
pub use client_line::ClientLine;
pub use dot::{BodyPolicy, DotStuffer, DotUnstuffer, IrregularLineEnding, SendPolicy, Unstuffed};
pub use line::{Framed, LineEnding, LineFramer};
pub use mechanism::{Mechanism, MechanismName, OfferedMechanisms, mechanism};
pub use parse::SyntaxError;
pub use secret::Secret;
pub use ticket::{Ticket, TicketDesk, WrongTicket};
