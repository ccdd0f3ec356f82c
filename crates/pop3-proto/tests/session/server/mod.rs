//! The server's session, as transcripts: each is played line for line, with its answers in
//! their places, in one piece, at every split, and octet by octet.

mod any_input;
mod authorization;
mod capabilities;
mod driver;
mod ending;
mod lines;
mod open;
mod sasl;
mod stls;
mod transaction;
