//! What a ticket is for, where its type does not say all.

use crate::message_number::MessageNumber;

/// What exactly the ticket that is out asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Its type says all.
    Plainly,
    Login,
    Stat,
    List(Option<MessageNumber>),
    Uidl(Option<MessageNumber>),
    /// TOP, with its lines.
    Top(u32),
    /// A [`Body`](super::Body) is out.
    Body,
}
