//! Response codes: what a server says to programs beside its text for people.
//!
//! RFC 9051 §7.1, RFC 3501 §7.1, RFC 5530.

use core::fmt;
use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::encode::decimal;
use mail_wire::parse::{Keyword, Parsed, fail, run};
use memchr::memchr;

use crate::value::capability::{Capability, capabilities};
use crate::value::flag::{Flag, PermanentFlag, permanent_flag};
use crate::value::sequence::{UidSet, encode_uid_set, uid_set};
use crate::wire::{
    Atom, KEYWORD_CHAR, Reader, Text, atom, close_bracket, encode_list, encode_quoted, nz_number,
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

/// The codes that are only a name, and that name.
const NAMES: [(Code<'static>, &str); 27] = [
    (Code::Alert, "ALERT"),
    (Code::AlreadyExists, "ALREADYEXISTS"),
    (Code::AuthenticationFailed, "AUTHENTICATIONFAILED"),
    (Code::AuthorizationFailed, "AUTHORIZATIONFAILED"),
    (Code::Cannot, "CANNOT"),
    (Code::ClientBug, "CLIENTBUG"),
    (Code::Closed, "CLOSED"),
    (Code::ContactAdmin, "CONTACTADMIN"),
    (Code::Corruption, "CORRUPTION"),
    (Code::Expired, "EXPIRED"),
    (Code::ExpungeIssued, "EXPUNGEISSUED"),
    (Code::HasChildren, "HASCHILDREN"),
    (Code::InUse, "INUSE"),
    (Code::Limit, "LIMIT"),
    (Code::NonExistent, "NONEXISTENT"),
    (Code::NoPerm, "NOPERM"),
    (Code::NotSaved, "NOTSAVED"),
    (Code::OverQuota, "OVERQUOTA"),
    (Code::Parse, "PARSE"),
    (Code::PrivacyRequired, "PRIVACYREQUIRED"),
    (Code::ReadOnly, "READ-ONLY"),
    (Code::ReadWrite, "READ-WRITE"),
    (Code::ServerBug, "SERVERBUG"),
    (Code::TryCreate, "TRYCREATE"),
    (Code::UidNotSticky, "UIDNOTSTICKY"),
    (Code::Unavailable, "UNAVAILABLE"),
    (Code::UnknownCte, "UNKNOWN-CTE"),
];

impl Code<'_> {
    /// Writes it, in its brackets.
    pub fn encode(self, out: &mut BytesMut) {
        let number = |name: &[u8], number: NonZeroU32, out: &mut BytesMut| {
            out.put_slice(name);
            decimal(number.get().into(), out);
        };
        out.put_u8(b'[');
        match self {
            Self::AppendUid { validity, uids } => {
                number(b"APPENDUID ", validity, out);
                out.put_u8(b' ');
                encode_uid_set(uids, out);
            }
            Self::BadCharset(charsets) => {
                out.put_slice(b"BADCHARSET");
                if !charsets.is_empty() {
                    out.put_u8(b' ');
                    encode_list(charsets, out, |charset, out| encode_charset(*charset, out));
                }
            }
            Self::Capability(capabilities) => {
                out.put_slice(b"CAPABILITY");
                for capability in capabilities {
                    out.put_u8(b' ');
                    capability.encode(out);
                }
            }
            Self::CopyUid { validity, source, destination } => {
                number(b"COPYUID ", validity, out);
                out.put_u8(b' ');
                encode_uid_set(source, out);
                out.put_u8(b' ');
                encode_uid_set(destination, out);
            }
            Self::PermanentFlags(flags) => {
                out.put_slice(b"PERMANENTFLAGS ");
                encode_list(flags, out, |flag, out| flag.encode(out));
            }
            Self::UidNext(uid) => number(b"UIDNEXT ", uid, out),
            Self::UidValidity(validity) => number(b"UIDVALIDITY ", validity, out),
            Self::Unseen(message) => number(b"UNSEEN ", message, out),
            Self::Other(name, text) => {
                name.encode(out);
                if let Some(text) = text {
                    out.put_u8(b' ');
                    text.0.encode(out);
                }
            }
            known => {
                let name = NAMES.iter().find(|(code, _)| *code == known);
                out.put_slice(name.map_or("", |(_, name)| name).as_bytes());
            }
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
    const APPENDUID: Keyword = Keyword::new(b"APPENDUID");
    const BADCHARSET: Keyword = Keyword::new(b"BADCHARSET");
    const CAPABILITY: Keyword = Keyword::new(b"CAPABILITY");
    const COPYUID: Keyword = Keyword::new(b"COPYUID");
    const PERMANENTFLAGS: Keyword = Keyword::new(b"PERMANENTFLAGS");
    const UIDNEXT: Keyword = Keyword::new(b"UIDNEXT");
    const UIDVALIDITY: Keyword = Keyword::new(b"UIDVALIDITY");
    const UNSEEN: Keyword = Keyword::new(b"UNSEEN");
    let number = |input: &'a [u8], code: fn(NonZeroU32) -> Code<'a>| {
        let (rest, number) = nz_number(reader.space(input)?.0)?;
        Ok((rest, code(number)))
    };
    let (name, rest) = run(&KEYWORD_CHAR, input);
    match Keyword::new(name) {
        APPENDUID => {
            let (rest, validity) = nz_number(reader.space(rest)?.0)?;
            let (rest, uids) = uid_set(reader.space(rest)?.0, reader)?;
            Ok((rest, Code::AppendUid { validity, uids }))
        }
        BADCHARSET => {
            let rest = reader.skip_spaces(rest);
            let (rest, charsets) = match rest {
                [b'(', ..] => reader.each(rest, |input| charset(input, reader), |_| None)?,
                _ => (rest, &[][..]),
            };
            Ok((rest, Code::BadCharset(charsets)))
        }
        CAPABILITY => {
            let (rest, capabilities) = capabilities(rest, b']', reader)?;
            Ok((rest, Code::Capability(capabilities)))
        }
        COPYUID => {
            let (rest, validity) = nz_number(reader.space(rest)?.0)?;
            let (rest, source) = uid_set(reader.space(rest)?.0, reader)?;
            let (rest, destination) = uid_set(reader.space(rest)?.0, reader)?;
            Ok((rest, Code::CopyUid { validity, source, destination }))
        }
        PERMANENTFLAGS => {
            let unparsed = |raw| Some(PermanentFlag::Flag(Flag::Unparsed(raw)));
            let (rest, flags) = reader.each(reader.space(rest)?.0, permanent_flag, unparsed)?;
            Ok((rest, Code::PermanentFlags(flags)))
        }
        UIDNEXT => number(rest, Code::UidNext),
        UIDVALIDITY => number(rest, Code::UidValidity),
        UNSEEN => number(rest, Code::Unseen),
        _ => match NAMES.iter().find(|(_, known)| name.eq_ignore_ascii_case(known.as_bytes())) {
            Some((code, _)) => Ok((rest, *code)),
            None => fail(input, "a code that is known"),
        },
    }
}
