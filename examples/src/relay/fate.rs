//! What becomes of a message for one of its recipients.

use smtp_proto::{
    Action, Diagnostic, EnhancedCode, ForwardPath, ReplyBuf, ReportedRecipient, Text,
    client::Outcome,
};

use crate::report::status;

/// What has become of a message for one of its recipients, as far as this server is
/// concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is the next server's now.
    Relayed {
        /// Whether that server tells the sender what becomes of it, if he wants to know.
        tells: bool,
    },
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
        // It fits a line.
        let text: String = text.into().chars().filter(|one| !one.is_control()).take(120).collect();
        Self { status: status(class, subject, detail), reply: None, text }
    }

    /// What is to be told of a recipient.
    pub(super) fn reported<'r>(
        &'r self,
        to: ForwardPath<'r>,
        action: Action,
    ) -> ReportedRecipient<'r> {
        let mut reported = ReportedRecipient::new(to, action, self.status);
        reported.diagnostic = Some(match &self.reply {
            Some(reply) => Diagnostic::Reply(reply.as_reply()),
            None => Diagnostic::Own(Text::new(&self.text).unwrap_or(Text::EMPTY)),
        });
        reported
    }

    fn said(reply: ReplyBuf, class: u8) -> Self {
        let said = reply.enhanced().filter(|code| code.class() == class);
        let text = reply.to_string();
        Self { status: said.unwrap_or_else(|| status(class, 0, 0)), reply: Some(reply), text }
    }
}

impl Fate {
    /// What an outcome comes to; `tells` says whether the server tells senders of theirs.
    pub(super) fn new(outcome: Outcome, tells: bool) -> Self {
        match outcome {
            Outcome::Accepted(_) => Self::Relayed { tells },
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
