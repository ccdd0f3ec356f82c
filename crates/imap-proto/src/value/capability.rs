//! Capabilities: what a server can do.
//!
//! RFC 9051 §6.1.1 and §7.2.2, and the registry of IMAP capabilities.

use bytes::{BufMut, BytesMut};
use mail_wire::Mechanism;
use mail_wire::parse::Parsed;

use crate::wire::{Atom, Raw, Reader, atom};

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

/// The capabilities that are only a name, and that name.
const NAMES: [(Capability<'static>, &str); 23] = [
    (Capability::Imap4Rev1, "IMAP4rev1"),
    (Capability::Imap4Rev2, "IMAP4rev2"),
    (Capability::Binary, "BINARY"),
    (Capability::Children, "CHILDREN"),
    (Capability::Enable, "ENABLE"),
    (Capability::ESearch, "ESEARCH"),
    (Capability::Id, "ID"),
    (Capability::Idle, "IDLE"),
    (Capability::ListExtended, "LIST-EXTENDED"),
    (Capability::ListStatus, "LIST-STATUS"),
    (Capability::LiteralMinus, "LITERAL-"),
    (Capability::LiteralPlus, "LITERAL+"),
    (Capability::LoginDisabled, "LOGINDISABLED"),
    (Capability::Move, "MOVE"),
    (Capability::Namespace, "NAMESPACE"),
    (Capability::SaslIr, "SASL-IR"),
    (Capability::SearchRes, "SEARCHRES"),
    (Capability::SpecialUse, "SPECIAL-USE"),
    (Capability::StartTls, "STARTTLS"),
    (Capability::StatusSize, "STATUS=SIZE"),
    (Capability::UidPlus, "UIDPLUS"),
    (Capability::Unselect, "UNSELECT"),
    (Capability::Utf8Accept, "UTF8=ACCEPT"),
];

impl Capability<'_> {
    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Auth(mechanism) => {
                out.put_slice(b"AUTH=");
                out.put_slice(mechanism.as_str().as_bytes());
            }
            Self::Other(name) => name.encode(out),
            Self::Unparsed(raw) => out.put_slice(raw.as_bytes()),
            known => {
                let name = NAMES.iter().find(|(capability, _)| *capability == known);
                out.put_slice(name.map_or("", |(_, name)| name).as_bytes());
            }
        }
    }
}

/// ```abnf
/// capability = ("AUTH=" auth-type) / atom      ; RFC 9051 §9
/// ```
pub(crate) fn capability(input: &[u8]) -> Parsed<'_, Capability<'_>> {
    let (rest, name) = atom(input)?;
    if let Some((_, known)) =
        NAMES.iter().map(|(capability, text)| (text, capability)).find(|(text, _)| name.is(text))
    {
        return Ok((rest, *known));
    }
    let mechanism = match name.as_str().split_at_checked(5) {
        Some((prefix, name)) if prefix.eq_ignore_ascii_case("AUTH=") => {
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
    use mail_wire::parse::complete;

    use super::*;

    #[test]
    fn every_name_is_read_and_written() {
        for (value, name) in NAMES {
            assert_eq!(
                complete(name.to_ascii_lowercase().as_bytes(), |i| {
                    Ok((&i[i.len()..], capability(i)?.1 == value))
                }),
                Ok(true)
            );
            let mut out = BytesMut::new();
            value.encode(&mut out);
            assert_eq!(&out[..], name.as_bytes());
        }
        let auth = complete(b"auth=SCRAM-SHA-256", capability).unwrap();
        assert_eq!(auth, Capability::Auth(Mechanism::ScramSha256));
        // `auth-type` is defined by SASL, and anything else that is an atom is a name.
        for name in ["XLIST", "AUTH=", "AUTH=A.B", "AUTH=OF-MORE-THAN-20-OCTETS"] {
            let other = complete(name.as_bytes(), capability).unwrap();
            assert_eq!(other, Capability::Other(Atom::new(name).unwrap()));
        }
    }
}
