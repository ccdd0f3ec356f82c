//! The password of LOGIN.
//!
//! RFC 9051 §6.2.3.

use core::fmt;

use mail_wire::Secret;

use crate::wire::AString;

/// The password of LOGIN, which has no NUL in it and so can be sent. It prints as `…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Password<'a>(Secret<'a>);

impl<'a> Password<'a> {
    /// `password`, which can be sent.
    #[must_use]
    pub const fn new(password: AString<'a>) -> Self {
        Self(Secret::new(password.as_bytes()))
    }

    /// The octets of the password.
    #[must_use]
    pub const fn reveal(self) -> &'a [u8] {
        self.0.reveal()
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
