//! Addresses as the envelope carries them, and the names of hosts (RFC 5321 §4.1.2, §4.1.3,
//! RFC 6531 §3.3).
//!
//! An address keeps its wire form, since a relay must send what it got; the
//! accessors give its meaning.

mod domain;
mod hostname;
mod mailbox;
mod path;

pub use domain::{Domain, Host};
pub use hostname::Hostname;
pub(crate) use hostname::hostname;
pub use mailbox::{LocalPart, Mailbox};
pub use path::{ForwardPath, ReversePath};
pub(crate) use path::{forward_path, reverse_path};
