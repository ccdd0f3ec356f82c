//! 8BITMIME: bodies past US-ASCII (RFC 6152).

use bytes::{BufMut, BytesMut};

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row};
use crate::name::Name;
use crate::parameter::BodyType;

pub(super) static EIGHT_BIT_MIME: Row = Row {
    keyword: Name::new("8BITMIME"),
    parse: |_| Ok(Extension::EightBitMime),
    is_offered: |config, _| config.eight_bit_mime,
    ..Row::BARE
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("BODY"),
    parse: body,
    encode,
    is_offered: |parameter, config, _| match parameter {
        MailParameter::Body(BodyType::SevenBit | BodyType::EightBitMime) => config.eight_bit_mime,
        MailParameter::Body(BodyType::BinaryMime) => config.offers_binary_mime(),
        _ => false,
    },
    ..MailRow::BARE
};

/// ```abnf
/// body-value = "7BIT" / "8BITMIME"                          ; RFC 6152 §2
/// body-value =/ "BINARYMIME"                                ; RFC 3030 §3
/// ```
fn body(value: Option<&str>) -> Result<MailParameter<'_>, &'static str> {
    value
        .and_then(|value| BodyType::parse(value.as_bytes()).ok())
        .map(MailParameter::Body)
        .ok_or("BODY=7BIT, BODY=8BITMIME or BODY=BINARYMIME")
}

fn encode(parameter: MailParameter<'_>, out: &mut BytesMut) {
    if let MailParameter::Body(body) = parameter {
        out.put_u8(b'=');
        out.put_slice(body.as_str().as_bytes());
    }
}
