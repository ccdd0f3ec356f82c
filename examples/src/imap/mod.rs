//! The IMAP half of the mail server (RFC 9051, RFC 3501).

pub mod mime;
