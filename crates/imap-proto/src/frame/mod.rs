//! Where commands and responses end in what a peer sends.

pub(crate) mod command;
pub(crate) mod response;
