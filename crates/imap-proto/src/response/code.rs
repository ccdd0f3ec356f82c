//! Response codes: what a server says to programs beside its text for people.
//!
//! RFC 9051 §7.1, RFC 3501 §7.1, RFC 5530.

use core::fmt;
use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Parsed, fail, run};
use memchr::memchr;

use crate::value::capability::{Capability, capabilities};
use crate::value::flag::{Flag, PermanentFlag, permanent_flag};
use crate::value::sequence::{UidRange, UidSet, encode_uid_set, uid_set};
use crate::wire::{
    Atom, KEYWORD_CHAR, Reader, Text, atom, close_bracket, encode_list, encode_quoted, named,
    nz_number,
};

/// `resp-text-code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code<'a> {
    /// The text must be shown to the user.
    Alert,
    /// There is a mailbox of that name already.
    AlreadyExists,
    /// The message has this UID, in a mailbox of this UIDVALIDITY.
    AppendUid {
        /// The mailbox's UIDVALIDITY.
        validity: NonZeroU32,
        /// The UIDs the messages got: one, unless several were appended.
        uids: UidSet<'a>,
    },
    /// The credentials are wrong.
    AuthenticationFailed,
    /// The user may not act as the one asked for.
    AuthorizationFailed,
    /// The charset of a search is not known; perhaps those that are.
    BadCharset(&'a [Text<'a>]),
    /// It can never be done.
    Cannot,
    /// What the server can do.
    Capability(&'a [Capability<'a>]),
    /// The client does something wrong.
    ClientBug,
    /// The mailbox that was selected no longer is.
    Closed,
    /// Call the administrator.
    ContactAdmin,
    /// Where copies went.
    CopyUid {
        /// The UIDVALIDITY of the mailbox they went to.
        validity: NonZeroU32,
        /// The UIDs of the messages that were copied.
        source: UidSet<'a>,
        /// The UIDs of the copies, in the same order.
        destination: UidSet<'a>,
    },
    /// Data is damaged.
    Corruption,
    /// The password has expired.
    Expired,
    /// Some of the messages are gone.
    ExpungeIssued,
    /// There are mailboxes below it.
    HasChildren,
    /// Something else uses it.
    InUse,
    /// A limit of the server was reached.
    Limit,
    /// There is no such thing.
    NonExistent,
    /// The user may not.
    NoPerm,
    /// What a search found was not saved.
    NotSaved,
    /// The user has no room left.
    OverQuota,
    /// A message could not be parsed.
    Parse,
    /// The flags that can be changed for good.
    PermanentFlags(&'a [PermanentFlag<'a>]),
    /// Only over TLS.
    PrivacyRequired,
    /// The mailbox can only be read.
    ReadOnly,
    /// The mailbox can be read and written.
    ReadWrite,
    /// The server does something wrong.
    ServerBug,
    /// The mailbox does not exist, but CREATE might help.
    TryCreate,
    /// A number that the next message's UID is not below.
    UidNext(NonZeroU32),
    /// The mailbox does not keep its UIDs.
    UidNotSticky,
    /// Changes when UIDs lose their meaning.
    UidValidity(NonZeroU32),
    /// Something the server needs is down.
    Unavailable,
    /// The transfer encoding of a part is not known.
    UnknownCte,
    /// The number of the first message without `\Seen` (RFC 3501).
    Unseen(NonZeroU32),
    /// Any other: its name, and what comes after it, without `]`.
    Other(Atom<'a>, Option<CodeText<'a>>),
}

/// What comes after the name of a code: text of one line, at least one octet,
/// without `]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeText<'a>(Text<'a>);

impl<'a> CodeText<'a> {
    /// `text`, if it can stand in a code.
    ///
    /// # Errors
    /// Where `text` is empty or the first NUL, CR, LF or `]`.
    pub fn new(text: Text<'a>) -> Result<Self, SyntaxError> {
        match text.as_bytes().iter().position(|&octet| octet == b']') {
            None if !text.as_bytes().is_empty() => Ok(Self(text)),
            found => Err(SyntaxError {
                offset: found.unwrap_or_default(),
                expected: "text without \"]\"",
            }),
        }
    }

    /// The text.
    #[must_use]
    pub const fn text(self) -> Text<'a> {
        self.0
    }
}

impl fmt::Debug for CodeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const ONE: NonZeroU32 = NonZeroU32::MIN;
const UIDS: UidSet<'static> = UidSet::one(&UidRange { first: ONE, last: ONE });

impl Code<'_> {
    /// One of each but [`Other`](Self::Other); those that are sent most are first.
    const EXAMPLES: [Self; 35] = [
        Self::UidNext(ONE),
        Self::UidValidity(ONE),
        Self::PermanentFlags(&[]),
        Self::Capability(&[]),
        Self::AppendUid { validity: ONE, uids: UIDS },
        Self::CopyUid { validity: ONE, source: UIDS, destination: UIDS },
        Self::Unseen(ONE),
        Self::BadCharset(&[]),
        Self::Alert,
        Self::AlreadyExists,
        Self::AuthenticationFailed,
        Self::AuthorizationFailed,
        Self::Cannot,
        Self::ClientBug,
        Self::Closed,
        Self::ContactAdmin,
        Self::Corruption,
        Self::Expired,
        Self::ExpungeIssued,
        Self::HasChildren,
        Self::InUse,
        Self::Limit,
        Self::NonExistent,
        Self::NoPerm,
        Self::NotSaved,
        Self::OverQuota,
        Self::Parse,
        Self::PrivacyRequired,
        Self::ReadOnly,
        Self::ReadWrite,
        Self::ServerBug,
        Self::TryCreate,
        Self::UidNotSticky,
        Self::Unavailable,
        Self::UnknownCte,
    ];

    /// Its name; that of [`Other`](Self::Other) is its own.
    const fn name(&self) -> &'static str {
        match self {
            Self::Alert => "ALERT",
            Self::AlreadyExists => "ALREADYEXISTS",
            Self::AuthenticationFailed => "AUTHENTICATIONFAILED",
            Self::AuthorizationFailed => "AUTHORIZATIONFAILED",
            Self::Cannot => "CANNOT",
            Self::ClientBug => "CLIENTBUG",
            Self::Closed => "CLOSED",
            Self::ContactAdmin => "CONTACTADMIN",
            Self::Corruption => "CORRUPTION",
            Self::Expired => "EXPIRED",
            Self::ExpungeIssued => "EXPUNGEISSUED",
            Self::HasChildren => "HASCHILDREN",
            Self::InUse => "INUSE",
            Self::Limit => "LIMIT",
            Self::NonExistent => "NONEXISTENT",
            Self::NoPerm => "NOPERM",
            Self::NotSaved => "NOTSAVED",
            Self::OverQuota => "OVERQUOTA",
            Self::Parse => "PARSE",
            Self::PrivacyRequired => "PRIVACYREQUIRED",
            Self::ReadOnly => "READ-ONLY",
            Self::ReadWrite => "READ-WRITE",
            Self::ServerBug => "SERVERBUG",
            Self::TryCreate => "TRYCREATE",
            Self::UidNotSticky => "UIDNOTSTICKY",
            Self::Unavailable => "UNAVAILABLE",
            Self::UnknownCte => "UNKNOWN-CTE",
            Self::AppendUid { .. } => "APPENDUID",
            Self::BadCharset(_) => "BADCHARSET",
            Self::Capability(_) => "CAPABILITY",
            Self::CopyUid { .. } => "COPYUID",
            Self::PermanentFlags(_) => "PERMANENTFLAGS",
            Self::UidNext(_) => "UIDNEXT",
            Self::UidValidity(_) => "UIDVALIDITY",
            Self::Unseen(_) => "UNSEEN",
            Self::Other(..) => "",
        }
    }

    /// Writes it, in its brackets.
    pub fn encode(self, out: &mut BytesMut) {
        let number = |number: NonZeroU32, out: &mut BytesMut| {
            out.put_u8(b' ');
            decimal(number.get().into(), out);
        };
        let uids = |uids: UidSet<'_>, out: &mut BytesMut| {
            out.put_u8(b' ');
            encode_uid_set(uids, out);
        };
        out.put_u8(b'[');
        out.put_slice(self.name().as_bytes());
        match self {
            Self::AppendUid { validity, uids: set } => {
                number(validity, out);
                uids(set, out);
            }
            Self::BadCharset([]) => {}
            Self::BadCharset(charsets) => {
                out.put_u8(b' ');
                encode_list(charsets, out, |charset, out| encode_charset(*charset, out));
            }
            Self::Capability(capabilities) => {
                for capability in capabilities {
                    out.put_u8(b' ');
                    capability.encode(out);
                }
            }
            Self::CopyUid { validity, source, destination } => {
                number(validity, out);
                uids(source, out);
                uids(destination, out);
            }
            Self::PermanentFlags(flags) => {
                out.put_u8(b' ');
                encode_list(flags, out, |flag, out| flag.encode(out));
            }
            Self::UidNext(value) | Self::UidValidity(value) | Self::Unseen(value) => {
                number(value, out);
            }
            Self::Other(name, text) => {
                name.encode(out);
                if let Some(text) = text {
                    out.put_u8(b' ');
                    text.0.encode(out);
                }
            }
            _ => {}
        }
        out.put_u8(b']');
    }
}

/// Writes a charset bare or quoted: a status is one line, and has no literals.
fn encode_charset(charset: Text<'_>, out: &mut BytesMut) {
    match Atom::from_octets(charset.as_bytes()) {
        Some(atom) => atom.encode(out),
        None => encode_quoted(charset.as_bytes(), out),
    }
}

/// ```abnf
/// charset = atom / quoted          ; RFC 9051 §9
/// ```
fn charset<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Text<'a>> {
    let (rest, octets) = match input {
        [b'"', ..] => reader.quoted(input)?,
        _ => atom(input).map(|(rest, atom)| (rest, atom.as_str().as_bytes()))?,
    };
    match Text::from_octets(octets) {
        Ok(text) => Ok((rest, text)),
        Err(error) => fail(input, error.expected),
    }
}

/// A code and its `]`, after its `[`; `None` if this is no code, but text.
///
/// ```abnf
/// resp-text-code = … / atom [SP 1*<any TEXT-CHAR except "]">]   ; RFC 9051 §9
/// ```
/// A code that is known and cannot be parsed is delivered as one that is not.
pub(crate) fn code<'a>(input: &'a [u8], reader: &Reader<'a>) -> Option<(&'a [u8], Code<'a>)> {
    if let Ok((rest, code)) = known_code(input, reader) {
        if let Ok((rest, ())) = close_bracket(reader.skip_spaces(rest)) {
            return Some((rest, code));
        }
    }
    let (rest, name) = atom(input).ok()?;
    let (text, rest) = rest.split_at_checked(memchr(b']', rest)?)?;
    let text = match text {
        [] | [b' '] => None,
        [b' ', text @ ..] => Some(CodeText::new(Text::from_octets(text).ok()?).ok()?),
        _ => return None,
    };
    let (rest, ()) = close_bracket(rest).ok()?;
    Some((rest, Code::Other(name, text)))
}

/// ```abnf
/// resp-text-code = … "BADCHARSET" [SP "(" charset *(SP charset) ")" ] /
///                  capability-data / "PERMANENTFLAGS" SP
///                  "(" [flag-perm *(SP flag-perm)] ")" /
///                  "UIDNEXT" SP nz-number / "UIDVALIDITY" SP nz-number /
///                  "UNSEEN" SP nz-number / …               ; RFC 3501 §9
/// resp-code-apnd = "APPENDUID" SP nz-number SP append-uid
/// resp-code-copy = "COPYUID" SP nz-number SP uid-set SP uid-set
///                                                          ; RFC 9051 §9
/// ```
fn known_code<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Code<'a>> {
    let number = |input: &'a [u8], code: fn(NonZeroU32) -> Code<'a>| {
        let (rest, number) = nz_number(reader.space(input)?.0)?;
        Ok((rest, code(number)))
    };
    let (name, rest) = run(&KEYWORD_CHAR, input);
    match named(&Code::EXAMPLES, |known| known.name(), name) {
        Some(Code::AppendUid { .. }) => {
            let (rest, validity) = nz_number(reader.space(rest)?.0)?;
            let (rest, uids) = uid_set(reader.space(rest)?.0, reader)?;
            Ok((rest, Code::AppendUid { validity, uids }))
        }
        Some(Code::BadCharset(_)) => {
            let rest = reader.skip_spaces(rest);
            let (rest, charsets) = match rest {
                [b'(', ..] => reader.each(rest, |input| charset(input, reader), |_| None)?,
                _ => (rest, &[][..]),
            };
            Ok((rest, Code::BadCharset(charsets)))
        }
        Some(Code::Capability(_)) => {
            // A quote would be read otherwise after a space, with which it is written.
            if !matches!(rest, [b' ' | b']', ..]) {
                return fail(rest, "a space or ]");
            }
            let (rest, capabilities) = capabilities(rest, b']', reader)?;
            Ok((rest, Code::Capability(capabilities)))
        }
        Some(Code::CopyUid { .. }) => {
            let (rest, validity) = nz_number(reader.space(rest)?.0)?;
            let (rest, source) = uid_set(reader.space(rest)?.0, reader)?;
            let (rest, destination) = uid_set(reader.space(rest)?.0, reader)?;
            Ok((rest, Code::CopyUid { validity, source, destination }))
        }
        Some(Code::PermanentFlags(_)) => {
            let unparsed = |raw| Some(PermanentFlag::Flag(Flag::Unparsed(raw)));
            let (rest, flags) = reader.each(reader.space(rest)?.0, permanent_flag, unparsed)?;
            Ok((rest, Code::PermanentFlags(flags)))
        }
        Some(Code::UidNext(_)) => number(rest, Code::UidNext),
        Some(Code::UidValidity(_)) => number(rest, Code::UidValidity),
        Some(Code::Unseen(_)) => number(rest, Code::Unseen),
        Some(only_a_name) => Ok((rest, only_a_name)),
        None => fail(input, "a code that is known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Arena, Side};

    #[test]
    fn every_code_is_read_and_written() {
        // Whoever adds a code is told here.
        let place = |code: &Code<'static>| match code {
            Code::Alert => 9,
            Code::AlreadyExists => 10,
            Code::AuthenticationFailed => 11,
            Code::AuthorizationFailed => 12,
            Code::Cannot => 13,
            Code::ClientBug => 14,
            Code::Closed => 15,
            Code::ContactAdmin => 16,
            Code::Corruption => 17,
            Code::Expired => 18,
            Code::ExpungeIssued => 19,
            Code::HasChildren => 20,
            Code::InUse => 21,
            Code::Limit => 22,
            Code::NonExistent => 23,
            Code::NoPerm => 24,
            Code::NotSaved => 25,
            Code::OverQuota => 26,
            Code::Parse => 27,
            Code::PrivacyRequired => 28,
            Code::ReadOnly => 29,
            Code::ReadWrite => 30,
            Code::ServerBug => 31,
            Code::TryCreate => 32,
            Code::UidNotSticky => 33,
            Code::Unavailable => 34,
            Code::UnknownCte => 35,
            Code::AppendUid { .. } => 5,
            Code::BadCharset(_) => 8,
            Code::Capability(_) => 4,
            Code::CopyUid { .. } => 6,
            Code::PermanentFlags(_) => 3,
            Code::UidNext(_) => 1,
            Code::UidValidity(_) => 2,
            Code::Unseen(_) => 7,
            Code::Other(..) => 0,
        };
        let arena = Arena::new();
        for (index, example) in Code::EXAMPLES.iter().enumerate() {
            assert_eq!(place(example), index + 1);
            let mut out = BytesMut::new();
            example.encode(&mut out);
            let line = out.to_ascii_lowercase();
            let reader = Reader::of_line(&line, Side::Server, &arena);
            assert_eq!(code(&line[1..], &reader), Some((&[][..], *example)));
        }
    }
}
