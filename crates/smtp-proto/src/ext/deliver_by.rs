//! DELIVERBY: mail that is of use for some time only (RFC 2852).

use bytes::BufMut;
use mail_wire::encode::decimal;

use super::extension::Extension;
use super::row::{Row, seconds};
use crate::name::Name;

pub(super) static DELIVER_BY: Row = Row {
    keyword: Name::new("DELIVERBY"),
    parse: least,
    encode: |extension, out| {
        if let Extension::DeliverBy(Some(least)) = extension {
            out.put_u8(b' ');
            decimal(least.into(), out);
        }
    },
    ..Row::BARE
};

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
