//! What a server lets its clients say beyond IMAP4rev1.

use super::capability::Capability;

/// A set of what capabilities let a client say: each has one for itself, but for BINARY and
/// LIST-EXTENDED, of which IMAP4rev2 has only a half.
///
/// A command says what it [needs](crate::CommandKind), a capability what it
/// [allows](Capability::allows).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CapabilitySet(u32);

impl CapabilitySet {
    pub(crate) const NONE: Self = Self(0);
    /// All of IMAP4rev2 that no extension of IMAP4rev1 has.
    pub(crate) const IMAP4REV2: Self = Self(1);
    /// BINARY's half of APPEND (RFC 9051 appendix B).
    pub(crate) const BINARY_APPEND: Self = Self(1 << 1);
    /// BINARY's half of FETCH.
    pub(crate) const BINARY_FETCH: Self = Self(1 << 2);
    pub(crate) const ENABLE: Self = Self(1 << 3);
    pub(crate) const ESEARCH: Self = Self(1 << 4);
    pub(crate) const ID: Self = Self(1 << 5);
    pub(crate) const IDLE: Self = Self(1 << 6);
    /// LIST-EXTENDED's options.
    pub(crate) const LIST_OPTIONS: Self = Self(1 << 7);
    /// LIST-EXTENDED's lists of patterns (RFC 9051 appendix C).
    pub(crate) const LIST_PATTERNS: Self = Self(1 << 8);
    pub(crate) const LIST_STATUS: Self = Self(1 << 9);
    pub(crate) const LITERAL_MINUS: Self = Self(1 << 10);
    pub(crate) const LITERAL_PLUS: Self = Self(1 << 11);
    pub(crate) const MOVE: Self = Self(1 << 12);
    pub(crate) const NAMESPACE: Self = Self(1 << 13);
    pub(crate) const SASL_IR: Self = Self(1 << 14);
    pub(crate) const SEARCHRES: Self = Self(1 << 15);
    pub(crate) const STATUS_SIZE: Self = Self(1 << 16);
    pub(crate) const UIDPLUS: Self = Self(1 << 17);
    pub(crate) const UNSELECT: Self = Self(1 << 18);

    /// What IMAP4rev2 allows (RFC 9051 appendix E).
    const OF_IMAP4REV2: Self = Self::IMAP4REV2
        .and(Self::BINARY_FETCH)
        .and(Self::ENABLE)
        .and(Self::ESEARCH)
        .and(Self::IDLE)
        .and(Self::LIST_OPTIONS)
        .and(Self::LIST_STATUS)
        .and(Self::LITERAL_MINUS)
        .and(Self::MOVE)
        .and(Self::NAMESPACE)
        .and(Self::SASL_IR)
        .and(Self::SEARCHRES)
        .and(Self::STATUS_SIZE)
        .and(Self::UIDPLUS)
        .and(Self::UNSELECT);

    /// What is in either.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set where `condition` holds, else the empty one.
    pub(crate) const fn only_if(self, condition: bool) -> Self {
        if condition { self } else { Self::NONE }
    }

    /// Whether all of `other` is in it.
    pub(crate) const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl FromIterator<Self> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = Self>>(sets: I) -> Self {
        sets.into_iter().fold(Self::NONE, Self::and)
    }
}

impl Capability<'_> {
    /// What a client may say to a server that offers it.
    pub(crate) const fn allows(self) -> CapabilitySet {
        match self {
            Self::Imap4Rev2 => CapabilitySet::OF_IMAP4REV2,
            Self::Binary => CapabilitySet::BINARY_APPEND.and(CapabilitySet::BINARY_FETCH),
            Self::Enable => CapabilitySet::ENABLE,
            Self::ESearch => CapabilitySet::ESEARCH,
            Self::Id => CapabilitySet::ID,
            Self::Idle => CapabilitySet::IDLE,
            Self::ListExtended => CapabilitySet::LIST_OPTIONS.and(CapabilitySet::LIST_PATTERNS),
            Self::ListStatus => CapabilitySet::LIST_STATUS,
            Self::LiteralMinus => CapabilitySet::LITERAL_MINUS,
            Self::LiteralPlus => CapabilitySet::LITERAL_PLUS,
            Self::Move => CapabilitySet::MOVE,
            Self::Namespace => CapabilitySet::NAMESPACE,
            Self::SaslIr => CapabilitySet::SASL_IR,
            Self::SearchRes => CapabilitySet::SEARCHRES,
            Self::StatusSize => CapabilitySet::STATUS_SIZE,
            Self::UidPlus => CapabilitySet::UIDPLUS,
            Self::Unselect => CapabilitySet::UNSELECT,
            // They add nothing that a client says, or the session decides otherwise: by its
            // mechanisms, by `Config::starttls`, by `Config::enable`.
            Self::Imap4Rev1
            | Self::Auth(_)
            | Self::Children
            | Self::LoginDisabled
            | Self::SpecialUse
            | Self::StartTls
            | Self::Utf8Accept
            | Self::Other(_)
            | Self::Unparsed(_) => CapabilitySet::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No two capabilities allow the same, but for IMAP4rev2, which allows what many do.
    #[test]
    fn each_capability_allows_something_of_its_own() {
        let mut all = CapabilitySet::IMAP4REV2;
        for capability in Capability::NAMED {
            let allowed = capability.allows();
            if capability != Capability::Imap4Rev2 {
                assert_eq!(all.0 & allowed.0, 0, "{capability:?}");
                all = all.and(allowed);
            }
        }
        assert_eq!(all.and(CapabilitySet::OF_IMAP4REV2), all);
        assert!(!Capability::Imap4Rev2.allows().includes(CapabilitySet::LIST_PATTERNS));
        assert!(!Capability::Imap4Rev2.allows().includes(CapabilitySet::BINARY_APPEND));
    }
}
