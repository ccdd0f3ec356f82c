//! What became of a message (RFC 3464 §2.3.3).

use crate::parameter::Notify;

/// What became of a message for one of its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It could not be delivered, and will not be tried again.
    Failed,
    /// It could not be delivered yet.
    Delayed,
    /// It was delivered.
    Delivered,
    /// It was passed on to where no reports come from.
    Relayed,
    /// It was delivered to an alias, and passed on to several recipients.
    Expanded,
}

impl Action {
    /// The value of `Action:`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }

    /// Whether a sender is told of it who said NOTIFY so; one who said nothing is told of failures
    /// and of delays (RFC 3461 §4.1).
    #[must_use]
    pub fn is_told(self, notify: Option<Notify>) -> bool {
        let notify = notify.unwrap_or(Notify::FAILURE.and(Notify::DELAY));
        notify.says(match self {
            Self::Failed => Notify::FAILURE,
            Self::Delayed => Notify::DELAY,
            Self::Delivered | Self::Relayed | Self::Expanded => Notify::SUCCESS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3461 §4.1.
    #[test]
    fn senders_are_told_what_they_want() {
        let all =
            [Action::Failed, Action::Delayed, Action::Delivered, Action::Relayed, Action::Expanded];
        for (notify, told) in [
            (None, [true, true, false, false, false]),
            (Some(Notify::NEVER), [false; 5]),
            (Some(Notify::FAILURE), [true, false, false, false, false]),
            (Some(Notify::DELAY), [false, true, false, false, false]),
            (Some(Notify::SUCCESS), [false, false, true, true, true]),
        ] {
            assert_eq!(all.map(|action| action.is_told(notify)), told, "{notify:?}");
        }
    }
}
