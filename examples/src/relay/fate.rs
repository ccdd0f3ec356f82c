//! What becomes of a message for one of its recipients.

use smtp_proto::{EnhancedCode, ReplyBuf, client::Outcome};

/// What has become of a message for one of its recipients, as far as this server is
/// concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is the next server's now.
    Relayed,
    /// It fails, and always will.
    Failed(Reason),
    /// It may work later.
    Deferred(Reason),
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    /// As RFC 3463 has it.
    pub(super) status: EnhancedCode,
    /// What the server said, if it was the server.
    pub(super) reply: Option<ReplyBuf>,
    /// What is to be read.
    pub(super) text: String,
}

impl Reason {
    /// One of this server's own.
    pub(super) fn own((class, subject, detail): (u8, u16, u16), text: impl Into<String>) -> Self {
        Self { status: status(class, subject, detail), reply: None, text: text.into() }
    }

    fn said(reply: ReplyBuf, class: u8) -> Self {
        let said = reply.enhanced().filter(|code| code.class() == class);
        let text = reply.to_string();
        Self { status: said.unwrap_or_else(|| status(class, 0, 0)), reply: Some(reply), text }
    }
}

impl From<Outcome> for Fate {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted(_) => Self::Relayed,
            Outcome::Rejected { reply, .. } if reply.code().is_permanent_failure() => {
                Self::Failed(Reason::said(reply, 5))
            }
            Outcome::Rejected { reply, .. } => Self::Deferred(Reason::said(reply, 4)),
            Outcome::Unknown => Self::Deferred(Reason::own(
                (4, 4, 2),
                "the connection ended before the server had answered for the message",
            )),
            _ => Self::Deferred(Reason::own((4, 4, 2), "the connection ended before it was sent")),
        }
    }
}

/// A code of RFC 3463, of a class that there is.
pub(super) fn status(class: u8, subject: u16, detail: u16) -> EnhancedCode {
    let undefined = || EnhancedCode::new(4, 0, 0).expect("4.0.0 is a code");
    EnhancedCode::new(class, subject, detail).unwrap_or_else(undefined)
}
