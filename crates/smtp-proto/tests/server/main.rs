//! The server's session, as transcripts: see `transcript.rs` for how they are
//! written and played.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

mod addresses;
mod auth;
mod body;
mod chunking;
mod commands;
mod limits;
mod misuse;
mod pipelining;
mod starttls;
mod transcript;
