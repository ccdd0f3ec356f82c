//! How a server says no.

use crate::response::code::Code;
use crate::response::status_line::Completion;
use crate::wire::Text;

/// A no: it cannot hold an OK.
///
/// ```
/// use imap_proto::{Code, Text};
/// use imap_proto::server::Rejection;
/// let full = Rejection::no(Some(Code::OverQuota), Text::truncated("the mailbox is full"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection<'a>(Completion<'a>);

impl<'a> Rejection<'a> {
    /// The name or the password is wrong (RFC 5530 §3).
    pub const AUTHENTICATION_FAILED: Rejection<'static> =
        Rejection::no(Some(Code::AuthenticationFailed), Text::fixed("wrong name or password"));
    /// Nobody can log in now; to be tried again (RFC 5530 §3).
    pub const AUTH_UNAVAILABLE: Rejection<'static> =
        Rejection::no(Some(Code::Unavailable), Text::fixed("nobody can log in now"));
    /// There is no such mailbox, and CREATE might help (RFC 9051 §7.1).
    pub const TRY_CREATE: Rejection<'static> =
        Rejection::no(Some(Code::TryCreate), Text::fixed("there is no such mailbox"));
    /// This server does not do it (RFC 5530 §3).
    pub const NOT_SUPPORTED: Rejection<'static> =
        Rejection::no(Some(Code::Cannot), Text::fixed("not supported here"));
    /// STARTTLS cannot be done now.
    pub const TLS_UNAVAILABLE: Rejection<'static> =
        Rejection::no(Some(Code::Unavailable), Text::fixed("no TLS now"));
    /// Trouble of the server's own; to be tried again (RFC 5530 §3).
    pub const UNAVAILABLE: Rejection<'static> =
        Rejection::no(Some(Code::Unavailable), Text::fixed("not available now"));

    /// `NO`: it could not be done.
    #[must_use]
    pub const fn no(code: Option<Code<'a>>, text: Text<'a>) -> Self {
        Self(Completion::no(code, text))
    }

    /// `BAD`: it makes no sense.
    #[must_use]
    pub const fn bad(code: Option<Code<'a>>, text: Text<'a>) -> Self {
        Self(Completion::bad(code, text))
    }

    pub(super) const fn completion(self) -> Completion<'a> {
        self.0
    }
}
