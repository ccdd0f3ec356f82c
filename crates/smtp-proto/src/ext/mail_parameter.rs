//! The parameters of MAIL that this crate knows.

use crate::parameter::{BodyType, Xtext};

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
}
