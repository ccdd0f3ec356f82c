//! Bytes that must not end in a log.

use core::fmt;

/// A password or other secret of the wire. It compares and hashes as its
/// octets, and prints as `…`.
///
/// ```
/// # use mail_wire::Secret;
/// let password = Secret::new(b"xyzzy");
/// assert_eq!(format!("{password:?}"), "…");
/// assert_eq!(password.reveal(), b"xyzzy");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Secret<'a>(&'a [u8]);

impl<'a> Secret<'a> {
    /// Takes the octets of a secret.
    #[must_use]
    pub const fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The octets themselves.
    #[must_use]
    pub const fn reveal(self) -> &'a [u8] {
        self.0
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
