//! Modified UTF-7: how IMAP4rev1 writes mailbox names past US-ASCII.
//!
//! RFC 3501 section 5.1.3: UTF-16 in base64 with `,` for `/`, between `&` and
//! `-`; `&-` is `&`; the rest stands for itself.
