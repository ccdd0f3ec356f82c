//! What is under a session.

/// What carries a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A stream in clear text.
    Clear,
    /// TLS, from the first octet (RFC 8314 §3) or since an upgrade.
    Tls,
}

impl Channel {
    /// Whether it is TLS.
    #[must_use]
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::Tls)
    }
}
