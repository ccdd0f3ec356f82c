//! Flags and keywords of messages.
//!
//! RFC 9051 §2.3.2, RFC 3501 §2.3.2.

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Names, Parsed, fail};

use crate::wire::{ATOM_CHAR, Atom, Raw, Reader, atom, encode_list};

/// A flag of a message.
///
/// Keywords compare as they are written; whether their case matters is the
/// server's to say (RFC 9051 §2.3.2: it does not).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flag<'a> {
    /// `\Answered`: the message has been answered.
    Answered,
    /// `\Flagged`: the message wants attention.
    Flagged,
    /// `\Deleted`: the message goes with the next EXPUNGE.
    Deleted,
    /// `\Seen`: the message has been read.
    Seen,
    /// `\Draft`: the message is not finished.
    Draft,
    /// `\Recent`: this session is the first to be told of the message. Only
    /// servers tell of it, only in IMAP4rev1; in STORE and APPEND it is no flag.
    Recent,
    /// A keyword that users and clients make up, such as `$Forwarded`.
    Keyword(Atom<'a>),
    /// A flag that begins with a backslash and is none of the above; the atom
    /// is what stands after the backslash.
    Extension(Atom<'a>),
    /// What a server sent for a flag and is none, as it was written.
    Unparsed(Raw<'a>),
}

/// What PERMANENTFLAGS lists (`flag-perm`, RFC 9051 §7.1): flags, and
/// whether new keywords can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PermanentFlag<'a> {
    /// A flag that can be changed for good.
    Flag(Flag<'a>),
    /// `\*`: keywords that do not exist yet are made by storing them.
    NewKeywords,
}

impl Flag<'_> {
    /// Those that every server knows.
    const NAMED: [Self; 6] =
        [Self::Answered, Self::Flagged, Self::Deleted, Self::Seen, Self::Draft, Self::Recent];

    /// What stands after the backslash.
    const BY_NAME: &'static Names<Flag<'static>, 16> = &{
        let (mut names, mut rest) = (Names::new(), Flag::NAMED.as_slice());
        while let [flag, others @ ..] = rest {
            names = names.with(flag.name(), *flag);
            rest = others;
        }
        names
    };

    const fn name(&self) -> &'static str {
        match self {
            Self::Answered => "Answered",
            Self::Flagged => "Flagged",
            Self::Deleted => "Deleted",
            Self::Seen => "Seen",
            Self::Draft => "Draft",
            Self::Recent => "Recent",
            Self::Keyword(_) | Self::Extension(_) | Self::Unparsed(_) => "",
        }
    }

    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Keyword(keyword) => keyword.encode(out),
            Self::Unparsed(raw) => out.put_slice(raw.as_bytes()),
            Self::Extension(name) => {
                out.put_u8(b'\\');
                name.encode(out);
            }
            Self::Answered => out.put_slice(b"\\Answered"),
            Self::Flagged => out.put_slice(b"\\Flagged"),
            Self::Deleted => out.put_slice(b"\\Deleted"),
            Self::Seen => out.put_slice(b"\\Seen"),
            Self::Draft => out.put_slice(b"\\Draft"),
            Self::Recent => out.put_slice(b"\\Recent"),
        }
    }
}

impl PermanentFlag<'_> {
    /// Writes it.
    pub fn encode(self, out: &mut BytesMut) {
        match self {
            Self::Flag(flag) => flag.encode(out),
            Self::NewKeywords => out.put_slice(b"\\*"),
        }
    }
}

/// Writes `flags` in parentheses.
pub(crate) fn encode_flags(flags: &[Flag<'_>], out: &mut BytesMut) {
    encode_list(flags, out, |flag, out| flag.encode(out));
}

/// A flag of a command.
///
/// ```abnf
/// flag           = "\Answered" / "\Flagged" / "\Deleted" / "\Seen" / "\Draft" /
///                  flag-keyword / flag-extension
///                                     ; Does not include "\Recent"
/// flag-extension = "\" atom
/// flag-keyword   = atom               ; RFC 9051 and RFC 3501 §9
/// ```
pub(crate) fn flag(input: &[u8]) -> Parsed<'_, Flag<'_>> {
    match flag_fetch(input)? {
        (_, Flag::Recent) => fail(input, "a flag that can be set"),
        flag => Ok(flag),
    }
}

/// A flag that a server tells of.
///
/// ```abnf
/// flag-fetch = flag / "\Recent"       ; RFC 9051 and RFC 3501 §9
/// ```
fn flag_fetch(input: &[u8]) -> Parsed<'_, Flag<'_>> {
    let [b'\\', rest @ ..] = input else {
        let (rest, keyword) = atom(input)?;
        return Ok((rest, Flag::Keyword(keyword)));
    };
    let (name, after) = Keyword::read(&ATOM_CHAR, rest);
    match Flag::BY_NAME.get(name) {
        Some(known) => Ok((after, known)),
        None => atom(rest).map(|(rest, name)| (rest, Flag::Extension(name))),
    }
}

/// `flag-perm = flag / "\*"`, and the `\Recent` of old servers.
pub(crate) fn permanent_flag(input: &[u8]) -> Parsed<'_, PermanentFlag<'_>> {
    if let [b'\\', b'*', rest @ ..] = input {
        return Ok((rest, PermanentFlag::NewKeywords));
    }
    let (rest, flag) = flag_fetch(input)?;
    Ok((rest, PermanentFlag::Flag(flag)))
}

/// `flag-list = "(" [flag *(SP flag)] ")"`
pub(crate) fn flag_list<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, &'a [Flag<'a>]> {
    reader.list(input, flag)
}

/// `"(" [flag-fetch *(SP flag-fetch)] ")"`. What is no flag is raw in its place.
pub(crate) fn flags_fetch<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, &'a [Flag<'a>]> {
    reader.each(input, flag_fetch, |raw| Some(Flag::Unparsed(raw)))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use mail_wire::parse::complete;

    use super::*;
    use crate::wire::{Arena, Side, parse_whole};

    #[test]
    fn flags_are_read_in_any_case_and_written_in_one() {
        let arena = Arena::new();
        let wire = b"(\\SEEN \\deleted $Forwarded \\X-y)";
        let flags = parse_whole(wire, Side::Client, &arena, flag_list).unwrap();
        assert_eq!(
            flags,
            [
                Flag::Seen,
                Flag::Deleted,
                Flag::Keyword(Atom::new("$Forwarded").unwrap()),
                Flag::Extension(Atom::new("X-y").unwrap()),
            ]
        );
        let mut out = BytesMut::new();
        encode_flags(flags, &mut out);
        assert_eq!(&out[..], b"(\\Seen \\Deleted $Forwarded \\X-y)");
    }

    #[test]
    fn every_flag_is_read_and_written() {
        // Whoever adds a flag is told here.
        let next = |flag: Flag<'static>| match flag {
            Flag::Answered => Some(Flag::Flagged),
            Flag::Flagged => Some(Flag::Deleted),
            Flag::Deleted => Some(Flag::Seen),
            Flag::Seen => Some(Flag::Draft),
            Flag::Draft => Some(Flag::Recent),
            Flag::Recent | Flag::Keyword(_) | Flag::Extension(_) | Flag::Unparsed(_) => None,
        };
        let mut flag = Some(Flag::Answered);
        let mut known = Vec::new();
        while let Some(value) = flag {
            let mut out = BytesMut::new();
            value.encode(&mut out);
            let lower = out.to_ascii_lowercase();
            assert_eq!(complete(&lower, flag_fetch), Ok(value));
            known.push(value);
            flag = next(value);
        }
        assert_eq!(known, Flag::NAMED);
    }

    /// `\Recent` and `\*` are a server's to tell, and no client's to set.
    #[test]
    fn what_only_servers_tell() {
        assert_eq!(complete(b"\\RECENT", flag_fetch).unwrap(), Flag::Recent);
        assert_eq!(complete(b"\\Recent", permanent_flag), Ok(PermanentFlag::Flag(Flag::Recent)));
        assert_eq!(complete(b"\\*", permanent_flag), Ok(PermanentFlag::NewKeywords));
        for wire in [&b"\\recent"[..], b"\\*"] {
            assert!(complete(wire, flag).is_err(), "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_flag_list() {
        let arena = Arena::new();
        for wire in
            ["(\\Seen )", "( )", "(\\*)", "(\\Recent)", "(\\)", "\\Seen", "(a  b)", "(\\Seen"]
        {
            let flags = parse_whole(wire.as_bytes(), Side::Client, &arena, flag_list);
            assert!(flags.is_err(), "{wire}");
        }
    }
}
