//! The states of a session.

/// Where a session stands, as far as the client can know.
///
/// ```text
///              "+OK"                   STLS          "+OK"
///   Greeting ─────────▶ Authorization ──────────────────────▶ Handshake ───┐
///                         │  ▲   ▲                             handshake   │
///                    AUTH │  │   └───────────────────────────────────────┘
///                         ▼  │ "-ERR"
///                   Authenticating
///                         │
///                         │ "+OK" to PASS, APOP or AUTH
///                         ▼
///                   Transaction ─────────▶ Closing ─────────▶ Closed
///                                  QUIT             answered
///
///   every state ──▶ Closed   "-ERR" for a greeting, the end of the connection, a
///                            server that is silent for too long, speaks unasked or is
///                            out of step: Session::close_reason
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The server has not spoken yet.
    Greeting,
    /// Connected, not logged in.
    Authorization,
    /// After AUTH: lines are SASL data.
    Authenticating,
    /// Between the `+OK` of STLS and the end of the handshake.
    Handshake,
    /// Logged in.
    Transaction,
    /// QUIT is sent.
    Closing,
    /// Nothing more is read or sent.
    Closed,
}
