//! Values that commands and responses are made of.

pub(crate) mod address;
pub(crate) mod body_structure;
pub(crate) mod capability;
pub(crate) mod capability_set;
pub(crate) mod date;
pub(crate) mod delimiter;
pub(crate) mod envelope;
pub(crate) mod flag;
pub(crate) mod mailbox;
pub mod modified_utf7;
pub(crate) mod modifier;
pub(crate) mod section;
pub(crate) mod sequence;
