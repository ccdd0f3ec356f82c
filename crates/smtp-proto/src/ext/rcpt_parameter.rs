//! The parameters of RCPT that this crate knows.

use mail_wire::parse::{Keyword, Names};

use super::row::RcptRow;
use super::{bare, dsn, valid_since};
use crate::parameter::{Notify, OriginalRecipient, ValidSince};

/// A parameter of RCPT with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RcptParameter<'a> {
    /// RFC 3461 §4.1.
    Notify(Notify),
    /// RFC 3461 §4.2.
    OriginalRecipient(OriginalRecipient<'a>),
    /// RFC 7293 §3.1.
    ValidSince(ValidSince<'a>),
    /// RFC 4141 §5.2.
    Capabilities,
}

/// All of them, those first that are said most.
pub(super) static RCPT_ROWS: [&RcptRow; 4] =
    [&dsn::NOTIFY, &dsn::ORCPT, &valid_since::RCPT, &bare::CONNEG_RCPT];

impl RcptParameter<'_> {
    /// Its row.
    pub(crate) fn row(self) -> &'static RcptRow {
        match self {
            Self::Notify(_) => &dsn::NOTIFY,
            Self::OriginalRecipient(_) => &dsn::ORCPT,
            Self::ValidSince(_) => &valid_since::RCPT,
            Self::Capabilities => &bare::CONNEG_RCPT,
        }
    }
}

/// By their keywords.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static BY_KEYWORD: Names<&RcptRow, 8> = {
    let (mut names, mut i) = (Names::new(), 0);
    while i < RCPT_ROWS.len() {
        names = names.with(RCPT_ROWS[i].keyword.as_str(), RCPT_ROWS[i]);
        i += 1;
    }
    names
};

/// The parameter of RCPT with that keyword, in whichever case.
#[inline]
pub(crate) fn rcpt_row(keyword: &str) -> Option<&'static RcptRow> {
    BY_KEYWORD.get(Keyword::new(keyword.as_bytes()))
}
