//! SMTPUTF8: addresses and replies past US-ASCII (RFC 6531).

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row};
use crate::config::Config;
use crate::name::Name;
use crate::reply::Rejection;

pub(super) static SMTPUTF8: Row = Row {
    keyword: Name::new("SMTPUTF8"),
    parse: |_| Ok(Extension::SmtpUtf8),
    is_offered: |config, _| is_offered(config),
    ..Row::BARE
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("SMTPUTF8"),
    parse: |value| match value {
        None => Ok(MailParameter::SmtpUtf8),
        Some(_) => Err("SMTPUTF8 without a value"),
    },
    is_offered: |_, config, _| is_offered(config),
    ..MailRow::BARE
};

/// RFC 6531 §3.1: who offers SMTPUTF8 offers 8BITMIME.
pub(crate) const fn is_offered(config: &Config) -> bool {
    config.smtputf8 && config.eight_bit_mime
}

/// The no to a name past US-ASCII of a client that has not said SMTPUTF8 (RFC 6531 §3.5).
pub(crate) fn needed_by(is_ascii: bool, said: bool) -> Option<Rejection<'static>> {
    (!is_ascii && !said).then_some(Rejection::NEEDS_SMTPUTF8)
}
