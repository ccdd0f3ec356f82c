//! The parameters of MAIL that this crate knows.

use crate::parameter::{
    BodyType, DateTime, DeliverBy, Priority, Ret, Solicitation, Tracking, Xtext,
};

/// A parameter of MAIL with its value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MailParameter<'a> {
    /// RFC 1870 §3.
    Size(u64),
    /// RFC 6152 §2, RFC 3030 §3.
    Body(BodyType),
    /// RFC 6531 §3.4.
    SmtpUtf8,
    /// RFC 4954 §5.
    Auth(Xtext<'a>),
    /// RFC 3461 §4.3.
    Ret(Ret),
    /// RFC 3461 §4.4.
    EnvelopeId(Xtext<'a>),
    /// RFC 2852 §4.
    DeliverBy(DeliverBy),
    /// RFC 4865 §3.
    HoldFor(u32),
    /// RFC 4865 §3.
    HoldUntil(DateTime<'a>),
    /// RFC 6710 §3.
    Priority(Priority),
    /// RFC 8689 §2.
    RequireTls,
    /// RFC 3865 §2.3.
    Solicitation(Solicitation<'a>),
    /// RFC 3885 §4.1.
    Tracking(Tracking<'a>),
    /// RFC 4141 §4.2.
    ConversionPermitted,
}
