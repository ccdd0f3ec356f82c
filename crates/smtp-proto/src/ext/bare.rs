//! The extensions that have no parameters but a keyword, if any.

use bytes::BufMut;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::rcpt_parameter::RcptParameter;
use super::row::{MailRow, RcptRow, Row, put_words};
use super::words::Words;
use crate::name::Name;

/// RFC 2920.
pub(super) static PIPELINING: Row = Row {
    keyword: Name::new("PIPELINING"),
    parse: |_| Ok(Extension::Pipelining),
    is_offered: |_, _| true,
    ..Row::BARE
};
/// RFC 2034.
pub(super) static ENHANCED_STATUS_CODES: Row = Row {
    keyword: Name::new("ENHANCEDSTATUSCODES"),
    parse: |_| Ok(Extension::EnhancedStatusCodes),
    is_offered: |_, _| true,
    ..Row::BARE
};
/// RFC 3207 §2; not in TLS (§4.2).
pub(super) static STARTTLS: Row = Row {
    keyword: Name::new("STARTTLS"),
    parse: |_| Ok(Extension::StartTls),
    is_offered: |config, channel| config.starttls && !channel.is_tls(),
    ..Row::BARE
};
/// RFC 5321 §4.1.1.6.
pub(super) static VRFY: Row = Row {
    keyword: Name::new("VRFY"),
    parse: |_| Ok(Extension::Vrfy),
    is_offered: |config, _| config.vrfy,
    ..Row::BARE
};
/// RFC 5321 §4.1.1.7.
pub(super) static EXPN: Row = Row {
    keyword: Name::new("EXPN"),
    parse: |_| Ok(Extension::Expn),
    is_offered: |config, _| config.expn,
    ..Row::BARE
};
/// RFC 5321 §4.1.1.8.
pub(super) static HELP: Row = Row {
    keyword: Name::new("HELP"),
    parse: |_| Ok(Extension::Help),
    is_offered: |_, _| true,
    ..Row::BARE
};
/// RFC 3030 §2.
pub(super) static CHUNKING: Row = Row {
    keyword: Name::new("CHUNKING"),
    parse: |_| Ok(Extension::Chunking),
    is_offered: |config, _| config.chunking,
    ..Row::BARE
};
/// RFC 3030 §3.
pub(super) static BINARYMIME: Row = Row {
    keyword: Name::new("BINARYMIME"),
    parse: |_| Ok(Extension::BinaryMime),
    is_offered: |config, _| config.offers_binary_mime(),
    ..Row::BARE
};
/// RFC 8689 §2.
pub(super) static REQUIRETLS: Row = Row {
    keyword: Name::new("REQUIRETLS"),
    parse: |_| Ok(Extension::RequireTls),
    is_offered: |config, channel| config.require_tls && channel.is_tls(),
    ..Row::BARE
};
/// RFC 8689 §2: it is known where TLS is.
pub(super) static REQUIRETLS_MAIL: MailRow = MailRow {
    keyword: Name::new("REQUIRETLS"),
    parse: |value| match value {
        None => Ok(MailParameter::RequireTls),
        Some(_) => Err("REQUIRETLS without a value"),
    },
    is_offered: |_, config, channel| config.require_tls && channel.is_tls(),
    ..MailRow::BARE
};
/// RFC 1985 §5.
pub(super) static ETRN: Row = Row {
    keyword: Name::new("ETRN"),
    parse: |_| Ok(Extension::Etrn),
    is_offered: |config, _| config.etrn,
    ..Row::BARE
};
/// RFC 2645 §5.
pub(super) static ATRN: Row = Row {
    keyword: Name::new("ATRN"),
    parse: |_| Ok(Extension::Atrn),
    is_offered: |config, _| config.atrn,
    ..Row::BARE
};
/// RFC 4468 §3.
pub(super) static BURL: Row = Row {
    keyword: Name::new("BURL"),
    parse: |words| Words::parse(words).map(Extension::Burl).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::Burl(words) = extension {
            put_words(words, out);
        }
    },
    ..Row::BARE
};
/// RFC 4141 §4.
pub(super) static CONPERM: Row = Row {
    keyword: Name::new("CONPERM"),
    parse: |_| Ok(Extension::ConPerm),
    is_offered: |config, _| config.conperm,
    ..Row::BARE
};
/// RFC 4141 §4.2.
pub(super) static CONPERM_MAIL: MailRow = MailRow {
    keyword: Name::new("CONPERM"),
    parse: |value| match value {
        None => Ok(MailParameter::ConversionPermitted),
        Some(_) => Err("CONPERM without a value"),
    },
    is_offered: |_, config, _| config.conperm,
    ..MailRow::BARE
};
/// RFC 4141 §5.
pub(super) static CONNEG: Row = Row {
    keyword: Name::new("CONNEG"),
    parse: |_| Ok(Extension::ConNeg),
    is_offered: |config, _| config.conneg,
    ..Row::BARE
};
/// RFC 4141 §5.2.
pub(super) static CONNEG_RCPT: RcptRow = RcptRow {
    keyword: Name::new("CONNEG"),
    parse: |value| match value {
        None => Ok(RcptParameter::Capabilities),
        Some(_) => Err("CONNEG without a value"),
    },
    encode: |_, _| {},
    is_offered: |config| config.conneg,
};
/// Of Postfix, as it documents it.
pub(super) static XCLIENT: Row = Row {
    keyword: Name::new("XCLIENT"),
    parse: |words| Words::parse(words).map(Extension::XClient).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::XClient(words) = extension {
            put_words(words, out);
        }
    },
    is_offered: |config, _| config.xclient,
    offer: |_, _, out| {
        out.put_slice(b" NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT REVERSE_NAME");
    },
};
/// Of Postfix, as it documents it.
pub(super) static XFORWARD: Row = Row {
    keyword: Name::new("XFORWARD"),
    parse: |words| Words::parse(words).map(Extension::XForward).map_err(|error| error.expected),
    encode: |extension, out| {
        if let Extension::XForward(words) = extension {
            put_words(words, out);
        }
    },
    is_offered: |config, _| config.xforward,
    offer: |_, _, out| out.put_slice(b" NAME ADDR PORT PROTO HELO IDENT SOURCE"),
};
