//! The states of a session.

/// Where a session stands.
///
/// ```text
///         EHLO, HELO, LHLO          MAIL                DATA, BDAT
/// Greeted ──────────────▶ Ready ──────────▶ Transaction ──────────▶ Body
///    ▲                    │ ▲ ▲ ▲              │  (RCPT stays)      │ │
///    │ upgraded           │ │ │ └── RSET, EHLO ┘                    │ │ its end
///    │           STARTTLS │ │ └──────── the message is refused ─────┘ ▼
/// Handshake ◀─────────────┤ └───────── the message is answered ── Delivery
///                         │ AUTH, challenge      response, cancel
///                         └──────────────▶ Authenticating ──▶ Ready
///
/// Greeted, Transaction, Chunks ── STARTTLS ──▶ Handshake
/// Body ── the end of a chunk that is not the last ──▶ Chunks ── BDAT ──▶ Body
/// Chunks ── RSET, EHLO, a BDAT that is refused ──▶ Ready
/// Ready ── ATRN ──▶ Turned
/// Greeted, Ready ── XCLIENT ──▶ Greeted
/// Refused ── QUIT ──▶ Closed
/// Any ── QUIT, too many bad commands or refusals, a 421, a protocol error,
///        timed_out, shut_down, eof ──▶ Closed
/// (the last three: from Delivery once the message is answered)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// The greeting is out; the client has not said hello.
    Greeted,
    /// The greeting was a no: nothing but QUIT is answered with a yes (RFC 5321 §3.1).
    Refused,
    /// Between transactions.
    Ready,
    /// A SASL challenge is out.
    Authenticating,
    /// MAIL was accepted.
    Transaction,
    /// The body is being received, or a chunk of it.
    Body,
    /// Chunks of the body have come, and not the last (RFC 3030 §2).
    Chunks,
    /// The message is whole: [`Event::BodyEnd`](super::Event::BodyEnd) waits for its
    /// answer.
    Delivery,
    /// STARTTLS was accepted: the driver is shaking hands.
    Handshake,
    /// ATRN was accepted: the connection is a client session's (RFC 2645 §5.3).
    Turned,
    /// Over.
    Closed,
}
