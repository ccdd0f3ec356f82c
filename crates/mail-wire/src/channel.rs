//! What is under a session.

/// What carries a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A stream in clear text.
    Clear,
    /// TLS, from the first octet (RFC 8314 §3) or since an upgrade.
    Tls,
}
