//! What a session keeps of the message that is on its way.

/// The message that is on its way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Transaction {
    /// Its MAIL said SMTPUTF8.
    pub(super) smtputf8: bool,
    /// How many recipients were accepted.
    pub(super) recipients: u32,
}

/// What is known of the body that is being received.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Body {
    /// Its octets so far, without stuffed dots.
    pub(super) octets: u64,
    /// Its octets on the wire so far.
    pub(super) wire: u64,
    /// The driver has no use for it.
    pub(super) declined: bool,
}
