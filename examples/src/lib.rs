//! The protocol crates wired to std sockets: a mail server for development.
//!
//! - [`store`]: users, mailboxes and messages, on disk or in memory;
//! - [`connection`]: one client's TCP stream, in clear text or under TLS;
//! - [`imap`]: IMAP, and MIME for it;
//! - [`listen`]: the ports, a thread a connection, the orderly end;
//! - [`server`]: what all connections share;
//! - [`tls`]: the certificate;
//! - [`smtp`], [`pop3`]: the drivers, and [`sasl`], how clients log in.

pub mod connection;
pub mod imap;
pub mod listen;
pub mod pop3;
pub mod sasl;
pub mod server;
pub mod smtp;
pub mod store;
pub mod tls;
