//! DELIVERBY: mail that is of use for some time only (RFC 2852).

use bytes::BufMut;
use mail_wire::encode::decimal;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row, seconds};
use crate::name::Name;
use crate::parameter::{DeliverBy, IfLate};
use crate::reply::Rejection;

pub(super) static DELIVER_BY: Row = Row {
    keyword: Name::new("DELIVERBY"),
    parse: least,
    encode: |extension, out| {
        if let Extension::DeliverBy(Some(least)) = extension {
            out.put_u8(b' ');
            decimal(least.into(), out);
        }
    },
    is_offered: |config, _| config.deliver_by.is_some(),
    offer: |config, _, out| {
        let least = config.deliver_by.filter(|&least| least > 0);
        (DELIVER_BY.encode)(Extension::DeliverBy(least), out);
    },
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("BY"),
    is_rare: false,
    parse: |value| match value.map(|value| DeliverBy::parse(value.as_bytes())) {
        Some(Ok(by)) => Ok(MailParameter::DeliverBy(by)),
        Some(Err(_)) | None => Err("BY=, seconds, \";\", N or R, and perhaps T"),
    },
    encode: |parameter, out| {
        if let MailParameter::DeliverBy(by) = parameter {
            out.put_u8(b'=');
            by.encode(out);
        }
    },
    is_offered: |_, config, _| config.deliver_by.is_some(),
    refuse: |parameter, config| match (parameter, config.deliver_by) {
        (MailParameter::DeliverBy(by), Some(least))
            if by.if_late == IfLate::Return && i64::from(by.seconds) < i64::from(least) =>
        {
            Some(TOO_SOON)
        }
        _ => None,
    },
};

/// RFC 2852 §2.
const TOO_SOON: Rejection<'static> =
    Rejection::fixed(555, (5, 5, 4), "Mail cannot be delivered as fast as that");

/// ```abnf
/// deliverby-param = min-by-time *( ',' extension-token )    ; RFC 2852 §2
/// min-by-time     = [1*9DIGIT]
/// ```
/// No token has been defined: they are passed over.
fn least(parameters: &[u8]) -> Result<Extension<'_>, &'static str> {
    let least = parameters.split(|&octet| octet == b',').next().unwrap_or_default();
    if least.is_empty() {
        return Ok(Extension::DeliverBy(None));
    }
    match seconds(least) {
        Some(least) => Ok(Extension::DeliverBy(Some(least))),
        None => Err("seconds, of at most nine digits"),
    }
}
