//! The server's session, as transcripts: see `transcript.rs` for how they are
//! written and played.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]
#![allow(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::print_stdout,
    reason = "tests have an operating system"
)]

mod addresses;
mod ahead;
mod auth;
mod bdat;
mod body;
mod chunking;
mod commands;
mod hello;
mod limits;
mod lmtp;
mod misuse;
mod openness;
mod parameters;
mod pipelining;
mod policy;
mod smtputf8;
mod starttls;
mod time;
mod transcript;
mod turn;
mod wire_log;
mod xclient;
