//! The parameters of MAIL and RCPT that this crate knows: where the row of each stands.

use mail_wire::parse::{Keyword, Names};

use super::mail_parameter::MailParameter;
use super::rcpt_parameter::RcptParameter;
use super::row::{MailRow, RcptRow};
use super::{
    auth, bare, deliver_by, dsn, eight_bit_mime, future_release, mt_priority, size, smtputf8,
    soliciting, tracking, valid_since,
};

/// The parameters of MAIL, those first that are said most.
pub(super) static MAIL_ROWS: [&MailRow; 14] = [
    &size::MAIL,
    &eight_bit_mime::MAIL,
    &smtputf8::MAIL,
    &auth::MAIL,
    &dsn::RET,
    &dsn::ENVID,
    &bare::REQUIRETLS_MAIL,
    &deliver_by::MAIL,
    &future_release::HOLDFOR,
    &future_release::HOLDUNTIL,
    &mt_priority::MAIL,
    &soliciting::MAIL,
    &tracking::MAIL,
    &bare::CONPERM_MAIL,
];

impl MailParameter<'_> {
    /// Its row.
    pub(crate) fn row(self) -> &'static MailRow {
        match self {
            Self::Size(_) => &size::MAIL,
            Self::Body(_) => &eight_bit_mime::MAIL,
            Self::SmtpUtf8 => &smtputf8::MAIL,
            Self::Auth(_) => &auth::MAIL,
            Self::Ret(_) => &dsn::RET,
            Self::EnvelopeId(_) => &dsn::ENVID,
            Self::DeliverBy(_) => &deliver_by::MAIL,
            Self::HoldFor(_) => &future_release::HOLDFOR,
            Self::HoldUntil(_) => &future_release::HOLDUNTIL,
            Self::Priority(_) => &mt_priority::MAIL,
            Self::RequireTls => &bare::REQUIRETLS_MAIL,
            Self::Solicitation(_) => &soliciting::MAIL,
            Self::Tracking(_) => &tracking::MAIL,
            Self::ConversionPermitted => &bare::CONPERM_MAIL,
        }
    }
}

/// The same by their keywords.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static MAIL_BY_KEYWORD: Names<&MailRow, 32> = {
    let (mut names, mut i) = (Names::new(), 0);
    while i < MAIL_ROWS.len() {
        names = names.with(MAIL_ROWS[i].keyword.as_str(), MAIL_ROWS[i]);
        i += 1;
    }
    names
};

/// The parameter of MAIL with that keyword, in whichever case.
#[inline]
pub(crate) fn mail_row(keyword: &str) -> Option<&'static MailRow> {
    MAIL_BY_KEYWORD.get(Keyword::new(keyword.as_bytes()))
}

/// The parameters of RCPT, those first that are said most.
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

/// The same by their keywords.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static RCPT_BY_KEYWORD: Names<&RcptRow, 8> = {
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
    RCPT_BY_KEYWORD.get(Keyword::new(keyword.as_bytes()))
}
