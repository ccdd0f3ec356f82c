//! The keywords of commands.

use mail_wire::parse::Keyword;

/// The keywords of the commands that [`Command`](crate::Command) knows: each name stands here, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    User,
    Pass,
    Apop,
    Auth,
    Stls,
    Capa,
    Stat,
    List,
    Retr,
    Dele,
    Noop,
    Rset,
    Top,
    Uidl,
    Utf8,
    Lang,
    Quit,
}

impl Verb {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::Pass => "PASS",
            Self::Apop => "APOP",
            Self::Auth => "AUTH",
            Self::Stls => "STLS",
            Self::Capa => "CAPA",
            Self::Stat => "STAT",
            Self::List => "LIST",
            Self::Retr => "RETR",
            Self::Dele => "DELE",
            Self::Noop => "NOOP",
            Self::Rset => "RSET",
            Self::Top => "TOP",
            Self::Uidl => "UIDL",
            Self::Utf8 => "UTF8",
            Self::Lang => "LANG",
            Self::Quit => "QUIT",
        }
    }

    const fn keyword(self) -> Keyword {
        Keyword::new(self.as_str().as_bytes())
    }

    /// The verb of this name, in upper or lower case.
    pub(crate) fn find(word: &[u8]) -> Option<Self> {
        Self::named(Keyword::new(word))
    }

    /// The same of a name that was read.
    pub(crate) fn named(name: Keyword) -> Option<Self> {
        const USER: Keyword = Verb::User.keyword();
        const PASS: Keyword = Verb::Pass.keyword();
        const APOP: Keyword = Verb::Apop.keyword();
        const AUTH: Keyword = Verb::Auth.keyword();
        const STLS: Keyword = Verb::Stls.keyword();
        const CAPA: Keyword = Verb::Capa.keyword();
        const STAT: Keyword = Verb::Stat.keyword();
        const LIST: Keyword = Verb::List.keyword();
        const RETR: Keyword = Verb::Retr.keyword();
        const DELE: Keyword = Verb::Dele.keyword();
        const NOOP: Keyword = Verb::Noop.keyword();
        const RSET: Keyword = Verb::Rset.keyword();
        const TOP: Keyword = Verb::Top.keyword();
        const UIDL: Keyword = Verb::Uidl.keyword();
        const UTF8: Keyword = Verb::Utf8.keyword();
        const LANG: Keyword = Verb::Lang.keyword();
        const QUIT: Keyword = Verb::Quit.keyword();
        Some(match name {
            USER => Self::User,
            PASS => Self::Pass,
            APOP => Self::Apop,
            AUTH => Self::Auth,
            STLS => Self::Stls,
            CAPA => Self::Capa,
            STAT => Self::Stat,
            LIST => Self::List,
            RETR => Self::Retr,
            DELE => Self::Dele,
            NOOP => Self::Noop,
            RSET => Self::Rset,
            TOP => Self::Top,
            UIDL => Self::Uidl,
            UTF8 => Self::Utf8,
            LANG => Self::Lang,
            QUIT => Self::Quit,
            _ => return None,
        })
    }
}
