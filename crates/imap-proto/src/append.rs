//! APPEND: a message for a mailbox.
//!
//! RFC 9051 section 6.3.12.

use crate::date::DateTime;
use crate::flag::Flag;
use crate::lexical::LiteralHead;
use crate::mailbox::Mailbox;

/// The APPEND command up to its message, which is streamed behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Append<'a> {
    /// Which mailbox it is for.
    pub mailbox: Mailbox<'a>,
    /// The flags it gets, perhaps none.
    pub flags: &'a [Flag<'a>],
    /// Its internal date; without one, now.
    pub date: Option<DateTime>,
    /// The size of the message, and how it is sent.
    pub message: LiteralHead,
}
