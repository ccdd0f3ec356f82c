//! Extensions that commands and responses share.

pub(crate) mod id;
