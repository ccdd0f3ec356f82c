//! The server's session, as transcripts: see `transcript.rs` for how they are
//! written and played.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

mod append;
mod auth;
mod commands;
mod drivers;
mod limits;
mod literals;
mod misuse;
mod starttls;
mod transcript;
