//! The parameters of MAIL that this crate knows.

use mail_wire::parse::{Keyword, Names};

use super::row::MailRow;
use super::{
    auth, bare, deliver_by, dsn, eight_bit_mime, future_release, mt_priority, size, smtputf8,
    soliciting, tracking,
};
use crate::parameter::{
    BodyType, DateTime, DeliverBy, Priority, Ret, Solicitation, Tracking, Xtext,
};

/// A parameter of MAIL with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MailParameter<'a> {
    /// RFC 1870 §3.
    Size(u64),
    /// RFC 6152 §2, RFC 3030 §3.
    Body(BodyType),
    /// RFC 6531 §3.4.
    SmtpUtf8,
    /// RFC 4954 §5.
    Auth(Xtext<'a>),
    /// RFC 3461 §4.3.
    Ret(Ret),
    /// RFC 3461 §4.4.
    EnvelopeId(Xtext<'a>),
    /// RFC 2852 §4.
    DeliverBy(DeliverBy),
    /// RFC 4865 §3.
    HoldFor(u32),
    /// RFC 4865 §3.
    HoldUntil(DateTime<'a>),
    /// RFC 6710 §3.
    Priority(Priority),
    /// RFC 8689 §2.
    RequireTls,
    /// RFC 3865 §2.3.
    Solicitation(Solicitation<'a>),
    /// RFC 3885 §4.1.
    Tracking(Tracking<'a>),
    /// RFC 4141 §4.2.
    ConversionPermitted,
}

/// All of them, those first that are said most.
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

/// By their keywords.
#[allow(clippy::indexing_slicing, reason = "while it is compiled, within the length")]
static BY_KEYWORD: Names<&MailRow, 32> = {
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
    BY_KEYWORD.get(Keyword::new(keyword.as_bytes()))
}
