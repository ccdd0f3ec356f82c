//! What SMTP, POP3 and IMAP share on the wire.
//!
//! This crate is the floor under `smtp-proto`, `pop3-proto` and `imap-proto`,
//! which re-export what their users need of it. It does no I/O.
//!
//! | for | there is |
//! |---|---|
//! | parsers | [`parse`], [`Caseless`] |
//! | where a unit of the protocol ends | [`UnitFramer`], of which [`LineFramer`] is the simplest |
//! | messages | [`DotUnstuffer`], [`DotStuffer`] |
//! | SASL | [`Mechanism`], [`Auth`], [`ClientLine`], [`Base64`] |
//! | sessions | [`Desk`] and its [`Ticket`]s, [`Inbound`], [`Farewell`], [`BadCommands`], [`InFlight`], [`WireLog`] |
//! | drivers | [`ReceiveBuffer`], [`Channel`], [`TlsPolicy`], [`CloseReason`], [`UnknownCommands`] |

#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod buffer;
mod caseless;
mod channel;
mod dot;
pub mod encode;
mod ending;
mod greeting;
mod http;
mod in_flight;
mod input;
pub mod parse;
mod sasl;
mod secret;
mod ticket;
mod unit;
mod unknown_commands;
mod wire_log;

pub use buffer::{BufferError, ReceiveBuffer};
pub use caseless::Caseless;
pub use channel::{Channel, TlsPolicy};
pub use dot::{BodyPolicy, DotStuffer, DotUnstuffer, IrregularLineEnding, SendPolicy, Unstuffed};
pub use ending::{BadCommands, Farewell};
pub use greeting::greeting;
pub use http::{is_http_request, starts_http_request};
pub use in_flight::{CloseReason, InFlight};
pub use input::{Inbound, InputLost};
pub use parse::SyntaxError;
pub use sasl::{
    Auth, Base64, ClientLine, Mechanism, MechanismName, Mechanisms, OfferedMechanisms, auth,
    encode_base64, encode_challenge, mechanism,
};
pub use secret::Secret;
pub use ticket::{Desk, Ticket, TicketQueue, Upgrade, WrongTicket};
pub use unit::{Framed, LineEnding, LineFramer, Next, OneLine, Rule, UnitFramer, find_line_feed};
pub use unknown_commands::UnknownCommands;
pub use wire_log::{Direction, WireLine, WireLog};
