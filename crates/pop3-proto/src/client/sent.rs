//! Commands that wait for their answers.

use crate::command::Command;
use crate::message_number::MessageNumber;

/// A command that was sent, without what was secret or long in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sent {
    /// `USER`.
    User,
    /// `PASS`.
    Pass,
    /// `APOP`.
    Apop,
    /// `AUTH`.
    Auth,
    /// `STLS`.
    Stls,
    /// `CAPA`.
    Capa,
    /// `STAT`.
    Stat,
    /// `LIST`, of one message or of all.
    List(Option<MessageNumber>),
    /// `RETR`.
    Retr(MessageNumber),
    /// `DELE`.
    Dele(MessageNumber),
    /// `NOOP`.
    Noop,
    /// `RSET`.
    Rset,
    /// `TOP`.
    Top(MessageNumber),
    /// `UIDL`, of one message or of all.
    Uidl(Option<MessageNumber>),
    /// `UTF8`.
    Utf8,
    /// `LANG` with a language.
    Lang,
    /// `LANG` alone: which languages are there?
    Languages,
    /// `QUIT`.
    Quit,
    /// One that the crate does not know.
    Unknown,
}

impl Sent {
    /// Whether lines follow its `+OK`.
    pub(super) const fn is_multi_line(self) -> bool {
        match self {
            Self::Capa | Self::List(None) | Self::Uidl(None) | Self::Languages => true,
            Self::Retr(_) | Self::Top(_) => true,
            Self::User | Self::Pass | Self::Apop | Self::Auth | Self::Stls => false,
            Self::Stat | Self::List(Some(_)) | Self::Dele(_) | Self::Noop | Self::Rset => false,
            Self::Uidl(Some(_)) | Self::Utf8 | Self::Lang | Self::Quit | Self::Unknown => false,
        }
    }

    /// Whether those lines are a message.
    pub(super) const fn is_message(self) -> bool {
        matches!(self, Self::Retr(_) | Self::Top(_))
    }

    /// Whether nothing may be sent until it is answered: what follows depends on
    /// the answer (RFC 2595 §4, RFC 5034 §4), or nothing does.
    pub(super) const fn is_last(self) -> bool {
        match self {
            Self::Stls | Self::Auth | Self::Pass | Self::Apop | Self::Quit => true,
            Self::User | Self::Capa | Self::Utf8 | Self::Lang | Self::Languages => false,
            Self::Stat | Self::List(_) | Self::Uidl(_) | Self::Noop | Self::Rset => false,
            Self::Retr(_) | Self::Top(_) | Self::Dele(_) | Self::Unknown => false,
        }
    }
}

impl From<Command<'_>> for Sent {
    fn from(command: Command<'_>) -> Self {
        match command {
            Command::User(_) => Self::User,
            Command::Pass(_) => Self::Pass,
            Command::Apop { .. } => Self::Apop,
            Command::Auth(_) => Self::Auth,
            Command::Stls => Self::Stls,
            Command::Capa => Self::Capa,
            Command::Stat => Self::Stat,
            Command::List(message) => Self::List(message),
            Command::Retr(message) => Self::Retr(message),
            Command::Dele(message) => Self::Dele(message),
            Command::Noop => Self::Noop,
            Command::Rset => Self::Rset,
            Command::Top { message, .. } => Self::Top(message),
            Command::Uidl(message) => Self::Uidl(message),
            Command::Utf8 => Self::Utf8,
            Command::Lang(Some(_)) => Self::Lang,
            Command::Lang(None) => Self::Languages,
            Command::Quit => Self::Quit,
            Command::Unknown(_) => Self::Unknown,
        }
    }
}
