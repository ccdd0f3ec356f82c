//! The IMAP half of the mail server (RFC 9051, RFC 3501).

mod messages;
pub mod mime;
pub mod search;
pub mod view;
