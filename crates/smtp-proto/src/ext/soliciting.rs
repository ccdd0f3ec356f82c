//! NO-SOLICITING: classes of mail that are not wanted (RFC 3865).

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row, put_words};
use super::words::Words;
use crate::name::Name;
use crate::parameter::Solicitation;

pub(super) static NO_SOLICITING: Row = Row {
    keyword: Name::new("NO-SOLICITING"),
    parse: |words| Words::parse(words).map(Extension::NoSoliciting).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::NoSoliciting(words) = extension {
            put_words(words, out);
        }
    },
    is_offered: |config, _| config.no_soliciting,
    ..Row::BARE
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("SOLICIT"),
    is_rare: true,
    parse: |value| match value.map(|value| Solicitation::parse(value.as_bytes())) {
        Some(Ok(classes)) => Ok(MailParameter::Solicitation(classes)),
        Some(Err(_)) | None => Err("SOLICIT= and classes of solicitation"),
    },
    is_offered: |_, config, _| config.no_soliciting,
    ..MailRow::BARE
};
