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

/// Whether a client goes over to TLS on a connection that begins in clear text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsPolicy {
    /// It must be: without TLS the connection is given up, before anything secret is sent
    /// (RFC 8314 §3).
    #[default]
    Required,
    /// Where the server offers it. Whoever can change what the server says can prevent it.
    IfOffered,
    /// It stays in clear text.
    Never,
}
