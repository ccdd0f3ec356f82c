//! DSN: what the sender wants to be told of the message (RFC 3461).

use bytes::{BufMut, BytesMut};

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::rcpt_parameter::RcptParameter;
use super::row::{MailRow, RcptRow, Row};
use crate::name::Name;
use crate::parameter::{Notify, OriginalRecipient, Ret, Xtext};

pub(super) static DSN: Row = Row {
    keyword: Name::new("DSN"),
    parse: |_| Ok(Extension::Dsn),
    is_offered: |config, _| config.dsn,
    ..Row::BARE
};

pub(super) static RET: MailRow = MailRow {
    keyword: Name::new("RET"),
    parse: |value| match value.map(|value| Ret::parse(value.as_bytes())) {
        Some(Ok(ret)) => Ok(MailParameter::Ret(ret)),
        Some(Err(_)) | None => Err("RET=FULL or RET=HDRS"),
    },
    encode: |parameter, out| {
        if let MailParameter::Ret(ret) = parameter {
            put_value(ret.as_str(), out);
        }
    },
    is_offered: |_, config, _| config.dsn,
    ..MailRow::BARE
};

pub(super) static ENVID: MailRow = MailRow {
    keyword: Name::new("ENVID"),
    parse: envelope_id,
    encode: |parameter, out| {
        if let MailParameter::EnvelopeId(id) = parameter {
            put_value(id.as_str(), out);
        }
    },
    is_offered: |_, config, _| config.dsn,
    ..MailRow::BARE
};

/// ```abnf
/// envid-parameter = "ENVID=" xtext                          ; RFC 3461 §4.4
/// ```
/// It has at most 100 characters and stands for printable US-ASCII.
fn envelope_id(value: Option<&str>) -> Result<MailParameter<'_>, &'static str> {
    match value.map(|value| (value.len(), Xtext::parse(value.as_bytes()))) {
        Some((..=100, Ok(id))) if id.is_printable() => Ok(MailParameter::EnvelopeId(id)),
        Some((_, Err(error))) => Err(error.expected),
        _ => Err("ENVID= and at most 100 characters of xtext that is printable"),
    }
}

pub(super) static NOTIFY: RcptRow = RcptRow {
    keyword: Name::new("NOTIFY"),
    parse: |value| match value.map(|value| Notify::parse(value.as_bytes())) {
        Some(Ok(notify)) => Ok(RcptParameter::Notify(notify)),
        Some(Err(error)) => Err(error.expected),
        None => Err("NOTIFY= and a value"),
    },
    encode: |parameter, out| {
        if let RcptParameter::Notify(notify) = parameter {
            out.put_u8(b'=');
            notify.encode(out);
        }
    },
    is_offered: |config| config.dsn,
};

pub(super) static ORCPT: RcptRow = RcptRow {
    keyword: Name::new("ORCPT"),
    parse: |value| match value.map(|value| OriginalRecipient::parse(value.as_bytes())) {
        Some(Ok(original)) => Ok(RcptParameter::OriginalRecipient(original)),
        Some(Err(error)) => Err(error.expected),
        None => Err("ORCPT= and an address"),
    },
    encode: |parameter, out| {
        if let RcptParameter::OriginalRecipient(original) = parameter {
            put_value(original.as_str(), out);
        }
    },
    is_offered: |config| config.dsn,
};

/// Writes `=` and a value.
pub(super) fn put_value(value: &str, out: &mut BytesMut) {
    out.put_u8(b'=');
    out.put_slice(value.as_bytes());
}
