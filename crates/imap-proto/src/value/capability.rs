//! Capabilities: what a server can do.
//!
//! RFC 9051 §6.1.1 and §7.2.2, and the registry of IMAP capabilities.

use bytes::{BufMut, BytesMut};
use mail_wire::Mechanism;
use mail_wire::parse::Parsed;

use crate::wire::{Atom, Raw, Reader, atom, named};

/// A capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability<'a> {
    /// `IMAP4rev1` (RFC 3501).
    Imap4Rev1,
    /// `IMAP4rev2` (RFC 9051).
    Imap4Rev2,
    /// `AUTH=…`: AUTHENTICATE with this mechanism.
    Auth(Mechanism<'a>),
    /// `BINARY` (RFC 3516): parts without their transfer encoding, and messages with NUL.
    Binary,
    /// `CHILDREN` (RFC 3348).
    Children,
    /// `ENABLE` (RFC 5161).
    Enable,
    /// `ESEARCH` (RFC 4731).
    ESearch,
    /// `ID` (RFC 2971).
    Id,
    /// `IDLE` (RFC 2177).
    Idle,
    /// `LIST-EXTENDED` (RFC 5258).
    ListExtended,
    /// `LIST-STATUS` (RFC 5819).
    ListStatus,
    /// `LITERAL-` (RFC 7888).
    LiteralMinus,
    /// `LITERAL+` (RFC 7888).
    LiteralPlus,
    /// `LOGINDISABLED` (RFC 9051 §6.2.3): no LOGIN here and now.
    LoginDisabled,
    /// `MOVE` (RFC 6851).
    Move,
    /// `NAMESPACE` (RFC 2342).
    Namespace,
    /// `SASL-IR` (RFC 4959): AUTHENTICATE takes the first response at once.
    SaslIr,
    /// `SEARCHRES` (RFC 5182).
    SearchRes,
    /// `SPECIAL-USE` (RFC 6154).
    SpecialUse,
    /// `STARTTLS` (RFC 9051 §6.2.1).
    StartTls,
    /// `STATUS=SIZE` (RFC 8438).
    StatusSize,
    /// `UIDPLUS` (RFC 4315).
    UidPlus,
    /// `UNSELECT` (RFC 3691).
    Unselect,
    /// `UTF8=ACCEPT` (RFC 6855).
    Utf8Accept,
    /// Any other; `AUTH=` too, where no name of a mechanism follows.
    Other(Atom<'a>),
    /// What a server sent for a capability and is none, as it was written.
    Unparsed(Raw<'a>),
}

impl Capability<'_> {
    /// Those that are only a name.
    pub(super) const NAMED: [Self; 23] = [
        Self::Imap4Rev1,
        Self::Imap4Rev2,
        Self::Binary,
        Self::Children,
        Self::Enable,
        Self::ESearch,
        Self::Id,
        Self::Idle,
        Self::ListExtended,
        Self::ListStatus,
        Self::LiteralMinus,
        Self::LiteralPlus,
        Self::LoginDisabled,
        Self::Move,
        Self::Namespace,
        Self::SaslIr,
        Self::SearchRes,
        Self::SpecialUse,
        Self::StartTls,
        Self::StatusSize,
        Self::UidPlus,
        Self::Unselect,
        Self::Utf8Accept,
    ];

    /// Its name, or the start of it.
    const fn name(&self) -> &'static str {
        match self {
            Self::Imap4Rev1 => "IMAP4rev1",
            Self::Imap4Rev2 => "IMAP4rev2",
            Self::Binary => "BINARY",
            Self::Children => "CHILDREN",
            Self::Enable => "ENABLE",
            Self::ESearch => "ESEARCH",
            Self::Id => "ID",
            Self::Idle => "IDLE",
            Self::ListExtended => "LIST-EXTENDED",
            Self::ListStatus => "LIST-STATUS",
            Self::LiteralMinus => "LITERAL-",
            Self::LiteralPlus => "LITERAL+",
            Self::LoginDisabled => "LOGINDISABLED",
            Self::Move => "MOVE",
            Self::Namespace => "NAMESPACE",
            Self::SaslIr => "SASL-IR",
            Self::SearchRes => "SEARCHRES",
            Self::SpecialUse => "SPECIAL-USE",
            Self::StartTls => "STARTTLS",
            Self::StatusSize => "STATUS=SIZE",
            Self::UidPlus => "UIDPLUS",
            Self::Unselect => "UNSELECT",
            Self::Utf8Accept => "UTF8=ACCEPT",
            Self::Auth(_) => AUTH,
            Self::Other(_) | Self::Unparsed(_) => "",
        }
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.name().as_bytes());
        match self {
            Self::Auth(mechanism) => out.put_slice(mechanism.as_str().as_bytes()),
            Self::Other(name) => name.encode(out),
            Self::Unparsed(raw) => out.put_slice(raw.as_bytes()),
            _ => {}
        }
    }
}

/// What stands before the name of a mechanism.
const AUTH: &str = "AUTH=";

/// ```abnf
/// capability = ("AUTH=" auth-type) / atom      ; RFC 9051 §9
/// ```
pub(crate) fn capability(input: &[u8]) -> Parsed<'_, Capability<'_>> {
    let (rest, name) = atom(input)?;
    if let Some(known) = named(&Capability::NAMED, |known| known.name(), name.as_str().as_bytes()) {
        return Ok((rest, known));
    }
    let mechanism = match name.as_str().split_at_checked(AUTH.len()) {
        Some((prefix, name)) if prefix.eq_ignore_ascii_case(AUTH) => {
            Mechanism::parse(name.as_bytes()).ok()
        }
        _ => None,
    };
    Ok((rest, mechanism.map_or(Capability::Other(name), Capability::Auth)))
}

/// `*(SP capability)`, as responses and codes have it, up to `last` or the end.
pub(crate) fn capabilities<'a>(
    input: &'a [u8],
    last: u8,
    reader: &Reader<'a>,
) -> Parsed<'a, &'a [Capability<'a>]> {
    reader.each_until(input, last, capability, |raw| Some(Capability::Unparsed(raw)))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use mail_wire::parse::complete;

    use super::*;

    #[test]
    fn every_name_is_read_and_written() {
        // Whoever adds a capability is told here.
        let next = |capability: Capability<'static>| match capability {
            Capability::Imap4Rev1 => Some(Capability::Imap4Rev2),
            Capability::Imap4Rev2 => Some(Capability::Binary),
            Capability::Binary => Some(Capability::Children),
            Capability::Children => Some(Capability::Enable),
            Capability::Enable => Some(Capability::ESearch),
            Capability::ESearch => Some(Capability::Id),
            Capability::Id => Some(Capability::Idle),
            Capability::Idle => Some(Capability::ListExtended),
            Capability::ListExtended => Some(Capability::ListStatus),
            Capability::ListStatus => Some(Capability::LiteralMinus),
            Capability::LiteralMinus => Some(Capability::LiteralPlus),
            Capability::LiteralPlus => Some(Capability::LoginDisabled),
            Capability::LoginDisabled => Some(Capability::Move),
            Capability::Move => Some(Capability::Namespace),
            Capability::Namespace => Some(Capability::SaslIr),
            Capability::SaslIr => Some(Capability::SearchRes),
            Capability::SearchRes => Some(Capability::SpecialUse),
            Capability::SpecialUse => Some(Capability::StartTls),
            Capability::StartTls => Some(Capability::StatusSize),
            Capability::StatusSize => Some(Capability::UidPlus),
            Capability::UidPlus => Some(Capability::Unselect),
            Capability::Unselect => Some(Capability::Utf8Accept),
            Capability::Utf8Accept
            | Capability::Auth(_)
            | Capability::Other(_)
            | Capability::Unparsed(_) => None,
        };
        let mut present = Some(Capability::Imap4Rev1);
        let mut known = Vec::new();
        while let Some(value) = present {
            let mut out = BytesMut::new();
            value.encode(&mut out);
            assert_eq!(
                complete(&out.to_ascii_lowercase(), |i| capability(i)
                    .map(|(rest, read)| (rest, read == value))),
                Ok(true)
            );
            known.push(value);
            present = next(value);
        }
        assert_eq!(known, Capability::NAMED);
        let auth = complete(b"auth=SCRAM-SHA-256", capability).unwrap();
        assert_eq!(auth, Capability::Auth(Mechanism::ScramSha256));
        // `auth-type` is defined by SASL, and anything else that is an atom is a name.
        for name in ["XLIST", "AUTH=", "AUTH=A.B", "AUTH=OF-MORE-THAN-20-OCTETS"] {
            let other = complete(name.as_bytes(), capability).unwrap();
            assert_eq!(other, Capability::Other(Atom::new(name).unwrap()));
        }
    }
}
