//! The parameters of RCPT that this crate knows.

use crate::parameter::{Notify, OriginalRecipient, ValidSince};

/// A parameter of RCPT with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RcptParameter<'a> {
    /// RFC 3461 §4.1.
    Notify(Notify),
    /// RFC 3461 §4.2.
    OriginalRecipient(OriginalRecipient<'a>),
    /// RFC 7293 §3.1.
    ValidSince(ValidSince<'a>),
    /// RFC 4141 §5.2.
    Capabilities,
}
