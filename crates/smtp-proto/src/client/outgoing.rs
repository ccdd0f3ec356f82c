//! What a session keeps of a body on its way out.

use mail_wire::DotStuffer;

/// A body on its way out.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) kind: Kind,
    /// How many octets were written, of those of BDAT since the last line of a log.
    pub(super) octets: u64,
}

#[derive(Debug, Default)]
pub(super) enum Kind {
    /// None is.
    #[default]
    None,
    /// That of DATA.
    Text(DotStuffer),
    /// The octets that BDAT has announced, of which so many are still to go out.
    Chunk { owed: u64, last: bool },
}
