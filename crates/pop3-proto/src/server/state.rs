//! The states of a session.

/// Where a session stands (RFC 1939 §3).
///
/// ```text
///                    STLS                 handshake
///   Authorization ─────────▶ Handshake ─────────────▶ Authorization
///        │  ▲
///   AUTH │  │ rejected, "*", no base64
///        ▼  │
///   Authenticating
///        │
///        │ opened: by USER and PASS, by APOP, at the end of AUTH
///        ▼
///   Transaction ──────────▶ Update ─────────────▶ Closed
///                  QUIT             carried out
///
///   every state ──▶ Closed   QUIT before login, QUIT with nothing to delete, the
///                            end of the connection, too many bad commands, a
///                            time-out, the server's own end: deletes nothing
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Who the client is is not known.
    Authorization,
    /// After AUTH: lines are SASL data.
    Authenticating,
    /// Between the `+OK` of STLS and the end of the handshake.
    Handshake,
    /// The maildrop is open.
    Transaction,
    /// QUIT came: what is marked is being deleted.
    Update,
    /// Nothing more is read.
    Closed,
}
