//! MTRK: messages whose way can be asked for (RFC 3885).

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row};
use crate::name::Name;
use crate::parameter::Tracking;

pub(super) static MTRK: Row = Row {
    keyword: Name::new("MTRK"),
    parse: |_| Ok(Extension::Mtrk),
    is_offered: |config, _| config.mtrk,
    ..Row::BARE
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("MTRK"),
    is_rare: true,
    parse: |value| match value.map(|value| Tracking::parse(value.as_bytes())) {
        Some(Ok(tracking)) => Ok(MailParameter::Tracking(tracking)),
        Some(Err(_)) | None => Err("MTRK=, base64, and perhaps \":\" and seconds"),
    },
    is_offered: |_, config, _| config.mtrk,
    ..MailRow::BARE
};
