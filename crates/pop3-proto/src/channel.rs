//! What is under a session.

/// What carries the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A stream in clear text.
    Clear,
    /// TLS, from the first octet (port 995, RFC 8314 §3.3) or since STLS.
    Tls,
}
