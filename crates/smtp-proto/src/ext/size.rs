//! SIZE: how big a message may be, and is going to be (RFC 1870).

use bytes::BufMut;
use mail_wire::encode::decimal;
use mail_wire::parse::number64;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row};
use crate::name::Name;
use crate::reply::Rejection;

pub(super) static SIZE: Row = Row {
    keyword: Name::new("SIZE"),
    parse: limit,
    encode: |extension, out| {
        if let Extension::Size(Some(limit)) = extension {
            out.put_u8(b' ');
            decimal(limit, out);
        }
    },
    is_offered: |_, _| true,
    offer: |config, _, out| (SIZE.encode)(Extension::Size(config.size_limit()), out),
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("SIZE"),
    is_rare: false,
    parse: size,
    encode: |parameter, out| {
        if let MailParameter::Size(size) = parameter {
            out.put_u8(b'=');
            decimal(size, out);
        }
    },
    is_offered: |_, _, _| true,
    refuse: |parameter, config| match (parameter, config.size_limit()) {
        (MailParameter::Size(size), Some(limit)) if size > limit => Some(Rejection::TOO_BIG),
        _ => None,
    },
};

/// ```abnf
/// "SIZE" [ SP 1*20DIGIT ]                                   ; RFC 1870 §4
/// ```
fn limit(parameters: &[u8]) -> Result<Extension<'_>, &'static str> {
    if parameters.is_empty() {
        return Ok(Extension::Size(None));
    }
    match number64(parameters) {
        Ok(([], limit)) => Ok(Extension::Size(Some(limit))),
        _ => Err("a number"),
    }
}

/// ```abnf
/// "SIZE=" 1*20DIGIT                                         ; RFC 1870 §3
/// ```
fn size(value: Option<&str>) -> Result<MailParameter<'_>, &'static str> {
    match value.map(|value| number64(value.as_bytes())) {
        Some(Ok(([], size))) => Ok(MailParameter::Size(size)),
        _ => Err("SIZE= and a number below 2^64"),
    }
}
