//! Extensions that are more than a word of a command, one file each: types, parsers, encoders,
//! and what they need of a server. Their commands have a row in the
//! [table of commands](crate::command::table); [`Data`](crate::Data) has their responses.

pub(crate) mod esearch;
pub(crate) mod id;
