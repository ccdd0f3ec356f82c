//! The states of a session.

/// The state of a session (RFC 1939 §3).
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
///                            time-out, a shutdown, HTTP: nothing is deleted
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The client has not logged in.
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
