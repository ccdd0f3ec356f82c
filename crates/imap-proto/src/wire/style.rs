//! How strings are written to one peer.

/// How strings are written to one peer.
///
/// A string goes out in its shortest correct form: as an atom where the grammar
/// allows one, else quoted, else as a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Style {
    /// The form of literals.
    pub literal: LiteralStyle,
    /// Whether the peer takes UTF-8 in quoted strings: after
    /// `ENABLE IMAP4rev2` (RFC 9051) or `ENABLE UTF8=ACCEPT` (RFC 6855).
    pub utf8: bool,
}

impl Style {
    /// What every peer understands: synchronising literals, quoted US-ASCII.
    /// Servers send literals only in this form.
    pub const PLAIN: Self = Self { literal: LiteralStyle::Synchronizing, utf8: false };

    /// This style for a response, whose literals have one form.
    pub(crate) const fn of_response(self) -> Self {
        Self { literal: LiteralStyle::Synchronizing, ..self }
    }
}

/// Which literals a client may send without being asked for them (RFC 7888).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LiteralStyle {
    /// `{n}`: the octets may be sent only after the server's `+`. This is also
    /// the form of a server's literals, which never wait.
    Synchronizing,
    /// `{n+}` up to 4096 octets, `{n}` above: the server offers `LITERAL-` or
    /// is IMAP4rev2.
    Minus,
    /// `{n+}` always: the server offers `LITERAL+`.
    Plus,
}

impl LiteralStyle {
    /// Whether a literal of `octets` octets is sent without being asked for.
    #[must_use]
    pub const fn is_non_synchronizing(self, octets: u64) -> bool {
        match self {
            Self::Synchronizing => false,
            Self::Minus => octets <= 4096,
            Self::Plus => true,
        }
    }
}
