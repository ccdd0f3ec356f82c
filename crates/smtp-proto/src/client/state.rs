//! The states of a session.

/// Where a session stands, as far as the client can know.
///
/// ```text
///            "220"             EHLO, HELO, LHLO          MAIL
///  Greeting ───────▶ Connected ───────────────▶ Ready ─────────▶ Transaction
///                     ▲   │ STARTTLS            │ ▲ ▲ ▲   "no", RSET │ ▲
///           handshake │   ▼                     │ │ │ └──────────────┤ │ a chunk that
///                   Handshake ◀─────────────────┤ │ │                ▼ │ is not the last
///                                 STARTTLS      │ │ └────────────── Body
///                                               │ │   its end     (DATA "354", BDAT)
///                                          AUTH ▼ │ answered
///                                      Authenticating
///
///  Connected, Ready, Transaction ── QUIT ──▶ Closing ── answered ──▶ Closed
///
///  every state ──▶ Closed   a greeting that is a no, 421, the end of the connection, a message
///                           that is abandoned, a server that is silent for too long, speaks
///                           unasked or is out of step: Session::close_reason
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The server has not spoken yet.
    Greeting,
    /// It has greeted, or TLS has begun: EHLO is due.
    Connected,
    /// Between transactions. The answer to the message before may still be on its way.
    Ready,
    /// After AUTH: lines are SASL data.
    Authenticating,
    /// Between the yes to STARTTLS and the end of the handshake.
    Handshake,
    /// MAIL is sent.
    Transaction,
    /// A body, or the octets that BDAT has announced, go out.
    Body,
    /// QUIT is sent.
    Closing,
    /// Nothing more is read or sent.
    Closed,
}
