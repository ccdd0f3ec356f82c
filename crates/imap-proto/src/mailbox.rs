//! Names of mailboxes, and the patterns of LIST.
//!
//! RFC 9051 section 5.1, RFC 3501 section 5.1.

use core::fmt;

use crate::lexical::{AString, debug_octets};

/// The name of a mailbox, as it is on the wire: modified UTF-7 in IMAP4rev1,
/// UTF-8 in IMAP4rev2 (see [`crate::modified_utf7`]).
///
/// `INBOX` in any case is the one name [`Mailbox::INBOX`]; all other names
/// compare octet by octet.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mailbox<'a>(AString<'a>);

impl<'a> Mailbox<'a> {
    /// The user's inbox.
    pub const INBOX: Mailbox<'static> = match AString::new(b"INBOX") {
        Ok(name) => Mailbox(name),
        Err(_) => Self::EMPTY,
    };

    /// The empty name: no mailbox has it, but LIST takes it for its reference.
    pub const EMPTY: Mailbox<'static> = Mailbox(AString::EMPTY);

    /// The mailbox called `name` on the wire.
    #[must_use]
    pub const fn new(name: AString<'a>) -> Self {
        if name.as_bytes().eq_ignore_ascii_case(b"INBOX") { Self::INBOX } else { Self(name) }
    }

    /// Whether it is the inbox.
    #[must_use]
    pub fn is_inbox(self) -> bool {
        self == Self::INBOX
    }

    /// Its name, as it is on the wire.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0.as_bytes()
    }

    /// Its name, as it is on the wire, if that is UTF-8 (as it should be).
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        self.0.as_str()
    }
}

impl fmt::Debug for Mailbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.as_bytes(), f)
    }
}

/// `list-mailbox`: a name in which `*` stands for anything, and `%` for
/// anything but the hierarchy delimiter (RFC 9051 section 6.3.9).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListPattern<'a>(AString<'a>);

impl<'a> ListPattern<'a> {
    /// `pattern`, as it is on the wire.
    #[must_use]
    pub const fn new(pattern: AString<'a>) -> Self {
        Self(pattern)
    }

    /// The pattern, as it is on the wire.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0.as_bytes()
    }

    /// The pattern, as it is on the wire, if that is UTF-8 (as it should be).
    #[must_use]
    pub const fn as_str(self) -> Option<&'a str> {
        self.0.as_str()
    }
}

impl fmt::Debug for ListPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_octets(self.as_bytes(), f)
    }
}
