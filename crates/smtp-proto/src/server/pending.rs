//! What waits for the driver's answer.

use super::event::HelloVerb;

/// A request that was handed to the driver with a ticket, and what its answer needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pending {
    Hello(HelloVerb),
    Auth,
    StartTls,
    /// STARTTLS was accepted, and the driver shakes hands.
    Upgrade,
    Mail {
        smtputf8: bool,
        binary: bool,
    },
    Rcpt,
    Data,
    /// The first BDAT of a message.
    Chunk {
        last: bool,
    },
    Message,
    /// VRFY or EXPN.
    Query,
    Help,
    Etrn,
    Atrn,
    XClient {
        /// Whether it says who has logged in.
        login: bool,
    },
    XForward,
    Unknown,
}
