//! LIMITS: how much a server takes on one connection (RFC 9422).

use bytes::BufMut;
use mail_wire::encode::decimal;

use super::extension::Extension;
use super::row::{Row, put_words};
use super::server_limits::ServerLimits;
use super::words::Words;
use crate::name::Name;

pub(super) static LIMITS: Row = Row {
    keyword: Name::new("LIMITS"),
    parse: |parameters| match Words::parse(parameters) {
        Ok(words) => Ok(Extension::Limits(ServerLimits(words))),
        Err(error) => Err(error.expected),
    },
    encode: |extension, out| {
        if let Extension::Limits(limits) = extension {
            put_words(limits.0, out);
        }
    },
    is_offered: |config, _| config.advertise_limits,
    offer: |config, _, out| {
        out.put_slice(b" RCPTMAX=");
        decimal(config.limits.recipients.clamp(1, 999_999).into(), out);
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(line: &str) -> ServerLimits<'_> {
        let Ok(Extension::Limits(limits)) = Extension::parse(line.as_bytes()) else { panic!() };
        limits
    }

    #[test]
    fn what_is_no_number_limits_nothing() {
        for odd in ["RCPTMAX", "RCPTMAX=", "RCPTMAX=+1", "RCPTMAX=0", "RCPTMAX=1000000", "X=1"] {
            assert_eq!(limits(&alloc::format!("LIMITS {odd}")).recipients(), None, "{odd}");
        }
        let all = limits("LIMITS rcptmax=000001  MailMax=999999 RCPTDOMAINMAX=3");
        assert_eq!((all.recipients(), all.messages()), (Some(1), Some(999_999)));
        assert_eq!(all.recipient_domains(), Some(3));
    }
}
