//! MT-PRIORITY: mail that is more urgent than other (RFC 6710).

use core::str;

use bytes::BufMut;
use mail_wire::parse::Class;

use super::extension::Extension;
use super::mail_parameter::MailParameter;
use super::row::{MailRow, Row};
use crate::name::Name;
use crate::parameter::Priority;

pub(super) static MT_PRIORITY: Row = Row {
    keyword: Name::new("MT-PRIORITY"),
    parse: profile,
    encode: |extension, out| {
        if let Extension::MtPriority(Some(profile)) = extension {
            out.put_u8(b' ');
            out.put_slice(profile.as_bytes());
        }
    },
    is_offered: |config, _| config.mt_priority,
    ..Row::BARE
};

pub(super) static MAIL: MailRow = MailRow {
    keyword: Name::new("MT-PRIORITY"),
    parse: |value| match value.map(|value| Priority::parse(value.as_bytes())) {
        Some(Ok(priority)) => Ok(MailParameter::Priority(priority)),
        Some(Err(_)) | None => Err("MT-PRIORITY= and a number from -9 to 9"),
    },
    encode: |parameter, out| {
        if let MailParameter::Priority(priority) = parameter {
            out.put_u8(b'=');
            priority.encode(out);
        }
    },
    is_offered: |_, config, _| config.mt_priority,
    ..MailRow::BARE
};

static PROFILE: Class =
    Class::new().with_range(b'0', b'9').with_range(b'A', b'Z').with_range(b'a', b'z').with(b"-_.");

/// ```abnf
/// priority-profile = 1*20(ALPHA / DIGIT / "-" / "_" / ".")  ; RFC 6710 §7
/// ```
fn profile(parameters: &[u8]) -> Result<Extension<'_>, &'static str> {
    match str::from_utf8(parameters) {
        Ok("") => Ok(Extension::MtPriority(None)),
        Ok(profile) if profile.len() <= 20 && PROFILE.contains_all(parameters) => {
            Ok(Extension::MtPriority(Some(profile)))
        }
        _ => Err("a profile of at most 20 letters, digits, \"-\", \"_\" and \".\""),
    }
}
