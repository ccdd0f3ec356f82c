//! RRVS: recipients who must not have changed since (RFC 7293).

use bytes::BufMut;

use super::extension::Extension;
use super::rcpt_parameter::RcptParameter;
use super::row::{RcptRow, Row};
use crate::name::Name;
use crate::parameter::ValidSince;

pub(super) static RRVS: Row = Row {
    keyword: Name::new("RRVS"),
    parse: |_| Ok(Extension::Rrvs),
    is_offered: |config, _| config.rrvs,
    ..Row::BARE
};

pub(super) static RCPT: RcptRow = RcptRow {
    keyword: Name::new("RRVS"),
    parse: |value| match value.map(|value| ValidSince::parse(value.as_bytes())) {
        Some(Ok(since)) => Ok(RcptParameter::ValidSince(since)),
        Some(Err(error)) => Err(error.expected),
        None => Err("RRVS= and a date and time"),
    },
    encode: |parameter, out| {
        if let RcptParameter::ValidSince(since) = parameter {
            out.put_u8(b'=');
            since.encode(out);
        }
    },
    is_offered: |config| config.rrvs,
};
