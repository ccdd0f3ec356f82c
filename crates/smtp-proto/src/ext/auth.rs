//! AUTH: how to log in, and who handed a message in (RFC 4954).

use bytes::{BufMut, BytesMut};
use mail_wire::Mechanisms;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row};
use crate::name::Name;
use crate::parameter::Xtext;

pub(super) static AUTH: Row = Row {
    keyword: Name::new("AUTH"),
    parse: |names| Mechanisms::parse(names).map(Extension::Auth).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::Auth(mechanisms) = extension {
            mechanisms.iter().for_each(|mechanism| put(mechanism.as_str(), out));
        }
    },
    is_offered: |config, channel| config.mechanism_names_on(channel).next().is_some(),
    offer: |config, channel, out| {
        config.mechanism_names_on(channel).for_each(|name| put(name, out));
    },
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("AUTH"),
    parse: |value| match value.map(|value| Xtext::parse(value.as_bytes())) {
        Some(Ok(by)) => Ok(MailParameter::Auth(by)),
        Some(Err(error)) => Err(error.expected),
        None => Err("AUTH= and a mailbox"),
    },
    encode: |parameter, out| {
        if let MailParameter::Auth(by) = parameter {
            out.put_u8(b'=');
            out.put_slice(by.as_str().as_bytes());
        }
    },
    // RFC 4954 §5: it is known where AUTH is, whatever can be offered on this connection.
    is_offered: |_, config, _| !config.mechanisms.is_empty(),
    ..MailRow::BARE
};

fn put(name: &str, out: &mut BytesMut) {
    out.put_u8(b' ');
    out.put_slice(name.as_bytes());
}
