//! The ways to say no.

use super::code::ReplyCode;
use super::enhanced::EnhancedCode;
use super::lines::ReplyLines;
use crate::text::Text;

/// A negative reply. It cannot hold a positive code.
///
/// A text past US-ASCII is sent where the client has asked for UTF-8 in this reply: by
/// VRFY or EXPN with SMTPUTF8, or in a 551 by MAIL with it. Otherwise the session's own
/// words stand in its place, and 551 becomes 550 (RFC 6531 §3.7.4).
///
/// ```
/// use smtp_proto::server::Rejection;
/// use smtp_proto::{EnhancedCode, Text};
/// let greylisted = Rejection::new(450, EnhancedCode::new(4, 7, 1), Text::new("Come back in 5 minutes")?);
/// assert!(greylisted.is_some());
/// assert!(Rejection::new(250, None, Text::EMPTY).is_none());
/// # Ok::<(), smtp_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rejection<'a> {
    code: ReplyCode,
    enhanced: Option<EnhancedCode>,
    lines: ReplyLines<'a>,
}

impl<'a> Rejection<'a> {
    /// The mailbox is not here: 550 5.1.1.
    pub const NO_SUCH_USER: Self = Self::fixed(550, (5, 1, 1), "No such user here");
    /// This server does not take mail for that domain: 550 5.7.1.
    pub const RELAY_DENIED: Self = Self::fixed(550, (5, 7, 1), "Relaying denied");
    /// The mailbox is full: 452 4.2.2.
    pub const MAILBOX_FULL: Self = Self::fixed(452, (4, 2, 2), "Mailbox full");
    /// The server's own fault; to be tried again: 451 4.3.0.
    pub const UNAVAILABLE: Self = Self::fixed(451, (4, 3, 0), "Local error, try again later");
    /// Not wanted: 554 5.7.1.
    pub const REFUSED: Self = Self::fixed(554, (5, 7, 1), "Refused");
    /// Too big: 552 5.3.4.
    pub const TOO_BIG: Self = Self::fixed(552, (5, 3, 4), "Message too big for this server");
    /// The credentials do not fit: 535 5.7.8 (RFC 4954 §6).
    pub const AUTHENTICATION_FAILED: Self =
        Self::fixed(535, (5, 7, 8), "Authentication credentials invalid");
    /// Log in first: 530 5.7.0 (RFC 4954 §6).
    pub const AUTH_REQUIRED: Self = Self::fixed(530, (5, 7, 0), "Authentication required");
    /// The credentials cannot be checked now: 454 4.7.0 (RFC 4954 §6).
    pub const AUTH_UNAVAILABLE: Self =
        Self::fixed(454, (4, 7, 0), "Temporary authentication failure");
    /// TLS cannot be had now: 454 4.7.0 (RFC 3207 §4).
    pub const TLS_UNAVAILABLE: Self =
        Self::fixed(454, (4, 7, 0), "TLS not available due to temporary reason");
    /// An address past US-ASCII of a client that has not said SMTPUTF8: 553 5.6.7 (RFC 6531
    /// §3.5).
    pub const NEEDS_SMTPUTF8: Self =
        Self::fixed(553, (5, 6, 7), "A non-ASCII address needs SMTPUTF8");
    /// This server does not do that: 502 5.5.1.
    pub const NOT_SUPPORTED: Self = Self::fixed(502, (5, 5, 1), "Command not implemented");

    /// A rejection with a code of 400 to 599, and the enhanced code of the same
    /// class that goes with it, which is left out of replies to EHLO and HELO (RFC 2034
    /// §4). 421 also ends the session.
    ///
    /// Returns `None` where the code is no negative one, or the classes differ.
    #[must_use]
    pub const fn new(code: u16, enhanced: Option<EnhancedCode>, text: Text<'a>) -> Option<Self> {
        let Some(code) = ReplyCode::new(code) else { return None };
        if !code.is_transient_failure() && !code.is_permanent_failure() {
            return None;
        }
        match enhanced {
            Some(enhanced) if !enhanced.agrees_with(code) => None,
            _ => Some(Self { code, enhanced, lines: ReplyLines::one(text) }),
        }
    }

    pub(crate) const fn fixed(
        code: u16,
        (class, subject, detail): (u8, u16, u16),
        text: &'static str,
    ) -> Self {
        Self {
            code: ReplyCode::fixed(code),
            enhanced: Some(EnhancedCode::fixed(class, subject, detail)),
            lines: ReplyLines::one(Text::fixed(text)),
        }
    }

    /// Its code.
    #[must_use]
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// Its lines of text.
    #[must_use]
    pub const fn lines(&self) -> ReplyLines<'a> {
        self.lines
    }

    /// The same codes with another text.
    #[must_use]
    pub const fn with_text<'t>(&self, text: Text<'t>) -> Rejection<'t> {
        self.with_lines(ReplyLines::one(text))
    }

    /// The same codes with several lines of text.
    ///
    /// ```
    /// use smtp_proto::server::Rejection;
    /// use smtp_proto::{ReplyLines, Text};
    /// let why = [Text::new("Listed by example.net:")?, Text::new("https://example.net/a")?];
    /// let listed = Rejection::REFUSED.with_lines(ReplyLines::new(&why));
    /// assert_eq!(listed.lines().iter().count(), 2);
    /// # Ok::<(), smtp_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub const fn with_lines<'t>(&self, lines: ReplyLines<'t>) -> Rejection<'t> {
        Rejection { code: self.code, enhanced: self.enhanced, lines }
    }

    /// The same with another code of the same class.
    pub(crate) const fn with_code(self, code: u16) -> Self {
        Self { code: ReplyCode::fixed(code), ..self }
    }

    /// The same to a client that takes no UTF-8.
    pub(crate) const fn in_ascii(self) -> Self {
        let code = match self.code.get() {
            551 => ReplyCode::fixed(550),
            _ => self.code,
        };
        let again = self.code.is_transient_failure();
        let text = Text::fixed(if again { "Try again later" } else { "Refused" });
        Self { code, enhanced: self.enhanced, lines: ReplyLines::one(text) }
    }

    pub(crate) const fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }
}
