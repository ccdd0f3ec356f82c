//! The server's session, as transcripts: see `transcript.rs` for how they are
//! written and played.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::expect_used,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    reason = "tests fail by panicking, and run where there is std"
)]

mod append;
mod attacks;
mod auth;
mod commands;
mod data;
mod drivers;
mod fetch;
mod limits;
mod literals;
mod misuse;
mod openness;
mod select;
mod starttls;
mod transcript;
mod wire_log;
