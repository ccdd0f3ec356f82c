//! The sessions, as transcripts, and wired together in memory.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "tests fail by panicking"
)]

extern crate alloc;

mod client;
mod client_side;
mod content;
mod opening;
mod pair;
mod server;
mod server_side;
mod wire_log;
mod wired;
