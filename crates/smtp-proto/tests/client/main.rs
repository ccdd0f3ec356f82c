//! The client's session, and the machines over it, as transcripts: `C:` is sent, `S:` is read, in
//! one piece, at every split in two, and octet by octet, and `E:` is what the client sees.

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

mod any_input;
mod body;
mod chunking;
mod client_side;
mod commands;
mod dialogue;
mod ending;
mod envelope;
mod faults;
mod limits;
mod lmtp;
mod opening;
mod outcomes;
mod pair;
mod pipelining;
mod sasl;
mod sender;
mod starttls;
mod unsolicited;
mod wire_log;
mod wired;
