//! The protocol crates wired to std sockets.

pub mod store;
