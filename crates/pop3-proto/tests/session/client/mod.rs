//! The client's session, as transcripts: `C:` is sent, `S:` is read, in one piece,
//! at every split in two, and octet by octet, and `E:` is what the client sees.

mod any_input;
mod authorization;
mod ending;
mod pipelining;
mod sasl;
mod transaction;
mod unsolicited;
