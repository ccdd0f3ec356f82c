//! The protocol crates wired to std sockets: a mail server for development, and
//! clients that fetch and send mail.
//!
//! - [`store`]: users, mailboxes and messages, on disk or in memory;
//! - [`connection`]: one client's TCP stream, in clear text or under TLS;
//! - [`imap`]: IMAP, and MIME for it;
//! - [`listen`]: the ports, a thread a connection, the orderly end;
//! - [`server`]: what all connections share;
//! - [`login`]: who may log in, from where, and how often one may try;
//! - [`tls`]: the certificate;
//! - [`smtp`], [`pop3`]: the drivers, and [`sasl`], how clients log in;
//! - [`relay`]: sends mail for others on to the next server;
//! - [`client_connection`], [`client_tls`]: a client's side of a connection;
//! - [`smtp_client`]: a client's SMTP or LMTP session on it;
//! - [`pop3_get`]: fetches mail into a Maildir or an mbox;
//! - [`smtp_send`]: sends a message.

pub mod client_connection;
pub mod client_tls;
pub mod connection;
mod envelope;
pub mod imap;
pub mod listen;
pub mod login;
pub mod pop3;
pub mod pop3_get;
pub mod relay;
mod report;
pub mod sasl;
pub mod server;
pub mod smtp;
pub mod smtp_client;
pub mod smtp_send;
pub mod store;
mod stream;
mod throttle;
pub mod tls;
mod wait;

/// What the README tells to embed compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
