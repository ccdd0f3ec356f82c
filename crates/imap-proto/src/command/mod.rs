//! Commands: what a client sends.
//!
//! RFC 9051 §6, RFC 3501 §6; RFC 2971 (ID).

use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::parse::{Keyword, Parsed, fail};
use mail_wire::{Auth, Secret, SyntaxError, auth};

use crate::command::append::{Append, append};
use crate::command::fetch::{Fetch, fetch};
use crate::command::list::{List, Lsub, list_command, lsub};
use crate::command::search::{Search, search};
use crate::command::status::{StatusQuery, status_query};
use crate::command::store::{Store, store};
use crate::ext::id::{IdField, encode_id, id_fields};
use crate::value::capability::{Capability, capability};
use crate::value::mailbox::{Mailbox, mailbox};
use crate::value::sequence::{SequenceSet, sequence_set};
use crate::wire::{
    ASTRING_CHAR, AString, Arena, NonEmpty, Reader, Side, Style, Tag, encode_separated,
    encode_string_or, keyword, parse_whole, tag,
};

pub(crate) mod append;
pub(crate) mod fetch;
pub(crate) mod list;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod store;

/// A command with its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command<'a> {
    /// What its answer is called.
    pub tag: Tag<'a>,
    /// What is to be done.
    pub kind: CommandKind<'a>,
}

/// A command that is not of the grammar. A server answers it with `BAD`, under
/// its own tag if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{error}")]
pub struct CommandError<'a> {
    /// The command's tag, if it is well formed: a space or nothing comes after it.
    pub tag: Option<Tag<'a>>,
    /// What was expected, and where in the command.
    pub error: SyntaxError,
}

impl<'a> Command<'a> {
    /// Parses a whole command as the
    /// [`CommandFramer`](crate::CommandFramer) finds it: with
    /// the octets of its literals, without the last CRLF. APPEND ends at the
    /// `}` of its message, which is not there yet.
    ///
    /// ```
    /// use imap_proto::{Arena, Command, CommandKind, Mailbox};
    /// let arena = Arena::new();
    /// let command = Command::parse(b"A142 select {5}\r\ninbox", &arena).unwrap();
    /// assert_eq!(command.tag.as_str(), "A142");
    /// assert_eq!(command.kind, CommandKind::Select(Mailbox::INBOX));
    ///
    /// let wrong = Command::parse(b"A143 SELECT", &arena).unwrap_err();
    /// assert_eq!(wrong.tag.map(|tag| tag.as_str()), Some("A143"));
    /// assert_eq!(wrong.to_string(), "expected a space at octet 11");
    /// ```
    ///
    /// # Errors
    /// [`CommandError`] with the tag, if there is one.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, CommandError<'a>> {
        let command = parse_whole(input, Side::Client, arena, |input, reader| {
            let (rest, tag) = tag(input)?;
            let (rest, ()) = reader.space(rest)?;
            let (rest, kind) = command_kind(rest, reader)?;
            Ok((rest, Self { tag, kind }))
        });
        command.map_err(|error| CommandError { tag: parse_tag(input), error })
    }

    /// Writes it with its CRLF. Where the `style` wants synchronising literals,
    /// what follows the CRLF of one may be sent only once the server asks for
    /// it. APPEND ends with the CRLF after which its message follows; a CRLF
    /// of its own then ends the command.
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        self.tag.encode(out);
        out.put_u8(b' ');
        self.kind.encode(style, out);
        if !matches!(self.kind, CommandKind::Append(_)) {
            out.put_slice(b"\r\n");
        }
    }
}

/// The tag of a command, or of the start of one: what is answered when the rest
/// of it was too long to be kept, or is missing. `None` if it is not well formed.
///
/// ```
/// use imap_proto::parse_tag;
/// assert_eq!(parse_tag(b"a1 FETCH 1,2,").map(|tag| tag.as_str()), Some("a1"));
/// assert_eq!(parse_tag(b"a1").map(|tag| tag.as_str()), Some("a1"));
/// assert_eq!(parse_tag(b"(a1 FETCH"), None);
/// ```
#[must_use]
pub fn parse_tag(input: &[u8]) -> Option<Tag<'_>> {
    match tag(input) {
        Ok(([] | [b' ', ..], tag)) => Some(tag),
        _ => None,
    }
}

/// What a command wants done.
///
/// Where there is a UID form of a command, `uid` tells it from the one by
/// message number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandKind<'a> {
    /// CAPABILITY (RFC 9051 §6.1.1): what can the server do?
    Capability,
    /// NOOP (RFC 9051 §6.1.2): nothing, but is there anything new?
    Noop,
    /// LOGOUT (RFC 9051 §6.1.3).
    Logout,
    /// STARTTLS (RFC 9051 §6.2.1).
    StartTls,
    /// AUTHENTICATE (RFC 9051 §6.2.2).
    Authenticate(Auth<'a>),
    /// LOGIN (RFC 9051 §6.2.3).
    Login {
        /// The user's name.
        user: AString<'a>,
        /// The user's password.
        password: Password<'a>,
    },
    /// ENABLE (RFC 9051 §6.3.1): these may change what the server sends.
    Enable(NonEmpty<'a, Capability<'a>>),
    /// SELECT (RFC 9051 §6.3.2).
    Select(Mailbox<'a>),
    /// EXAMINE (RFC 9051 §6.3.3): SELECT, but only to read.
    Examine(Mailbox<'a>),
    /// CREATE (RFC 9051 §6.3.4).
    Create(Mailbox<'a>),
    /// DELETE (RFC 9051 §6.3.5).
    Delete(Mailbox<'a>),
    /// RENAME (RFC 9051 §6.3.6).
    Rename {
        /// What it is called now.
        from: Mailbox<'a>,
        /// What it is to be called.
        to: Mailbox<'a>,
    },
    /// SUBSCRIBE (RFC 9051 §6.3.7).
    Subscribe(Mailbox<'a>),
    /// UNSUBSCRIBE (RFC 9051 §6.3.8).
    Unsubscribe(Mailbox<'a>),
    /// LIST (RFC 9051 §6.3.9).
    List(List<'a>),
    /// LSUB (RFC 3501 §6.3.9): LIST of what is subscribed to.
    Lsub(Lsub<'a>),
    /// NAMESPACE (RFC 9051 §6.3.10): where are whose mailboxes?
    Namespace,
    /// STATUS (RFC 9051 §6.3.11).
    Status(StatusQuery<'a>),
    /// APPEND (RFC 9051 §6.3.12), up to its message.
    Append(Append<'a>),
    /// IDLE (RFC 9051 §6.3.13): tell what is new, until the client says `DONE`.
    Idle,
    /// CHECK (RFC 3501 §6.4.1): NOOP, and put the mailbox in order.
    Check,
    /// CLOSE (RFC 9051 §6.4.1): EXPUNGE without telling, and UNSELECT.
    Close,
    /// UNSELECT (RFC 9051 §6.4.2).
    Unselect,
    /// EXPUNGE, or UID EXPUNGE of these (RFC 9051 §6.4.3, §6.4.9).
    Expunge {
        /// Only messages with these UIDs.
        uids: Option<SequenceSet<'a>>,
    },
    /// SEARCH, or UID SEARCH (RFC 9051 §6.4.4).
    Search(Search<'a>),
    /// FETCH, or UID FETCH (RFC 9051 §6.4.5).
    Fetch(Fetch<'a>),
    /// STORE, or UID STORE (RFC 9051 §6.4.6).
    Store(Store<'a>),
    /// COPY, or UID COPY (RFC 9051 §6.4.7).
    Copy {
        /// Whether `messages` are UIDs.
        uid: bool,
        /// Which messages.
        messages: SequenceSet<'a>,
        /// Where to.
        mailbox: Mailbox<'a>,
    },
    /// MOVE, or UID MOVE (RFC 9051 §6.4.8).
    Move {
        /// Whether `messages` are UIDs.
        uid: bool,
        /// Which messages.
        messages: SequenceSet<'a>,
        /// Where to.
        mailbox: Mailbox<'a>,
    },
    /// ID (RFC 2971): who is it? `None` is `NIL`.
    Id(Option<&'a [IdField<'a>]>),
}

/// The password of LOGIN, which has no NUL in it and so can be sent. It prints as `…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Password<'a>(Secret<'a>);

impl<'a> Password<'a> {
    /// `password`, which can be sent.
    #[must_use]
    pub const fn new(password: AString<'a>) -> Self {
        Self(Secret::new(password.as_bytes()))
    }

    /// The octets of the password.
    #[must_use]
    pub const fn reveal(self) -> &'a [u8] {
        self.0.reveal()
    }
}

impl fmt::Debug for Password<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CommandKind<'_> {
    /// Writes it, without tag and CRLF (but see [`Command::encode`] for APPEND).
    pub fn encode(self, style: Style, out: &mut BytesMut) {
        let name = |name: &[u8], out: &mut BytesMut| out.put_slice(name);
        let named = |name: &[u8], mailbox: Mailbox<'_>, out: &mut BytesMut| {
            out.put_slice(name);
            mailbox.encode(style, out);
        };
        if self.is_uid_form() {
            out.put_slice(b"UID ");
        }
        match self {
            Self::Capability => name(b"CAPABILITY", out),
            Self::Noop => name(b"NOOP", out),
            Self::Logout => name(b"LOGOUT", out),
            Self::StartTls => name(b"STARTTLS", out),
            Self::Authenticate(auth) => {
                out.put_slice(b"AUTHENTICATE ");
                auth.encode(out);
            }
            Self::Login { user, password } => {
                out.put_slice(b"LOGIN ");
                user.encode(style, out);
                out.put_u8(b' ');
                encode_string_or(&ASTRING_CHAR, password.reveal(), style, out);
            }
            Self::Enable(capabilities) => {
                out.put_slice(b"ENABLE ");
                encode_separated(&capabilities, out, |capability, out| capability.encode(out));
            }
            Self::Select(mailbox) => named(b"SELECT ", mailbox, out),
            Self::Examine(mailbox) => named(b"EXAMINE ", mailbox, out),
            Self::Create(mailbox) => named(b"CREATE ", mailbox, out),
            Self::Delete(mailbox) => named(b"DELETE ", mailbox, out),
            Self::Rename { from, to } => {
                named(b"RENAME ", from, out);
                named(b" ", to, out);
            }
            Self::Subscribe(mailbox) => named(b"SUBSCRIBE ", mailbox, out),
            Self::Unsubscribe(mailbox) => named(b"UNSUBSCRIBE ", mailbox, out),
            Self::List(list) => list.encode(style, out),
            Self::Lsub(lsub) => lsub.encode(style, out),
            Self::Namespace => name(b"NAMESPACE", out),
            Self::Status(status) => status.encode(style, out),
            Self::Append(append) => append.encode(style, out),
            Self::Idle => name(b"IDLE", out),
            Self::Check => name(b"CHECK", out),
            Self::Close => name(b"CLOSE", out),
            Self::Unselect => name(b"UNSELECT", out),
            Self::Expunge { uids } => {
                out.put_slice(b"EXPUNGE");
                if let Some(uids) = uids {
                    out.put_u8(b' ');
                    uids.encode(out);
                }
            }
            Self::Search(search) => search.encode(style, out),
            Self::Fetch(fetch) => fetch.encode(style, out),
            Self::Store(store) => store.encode(out),
            Self::Copy { messages, mailbox, .. } => {
                out.put_slice(b"COPY ");
                messages.encode(out);
                named(b" ", mailbox, out);
            }
            Self::Move { messages, mailbox, .. } => {
                out.put_slice(b"MOVE ");
                messages.encode(out);
                named(b" ", mailbox, out);
            }
            Self::Id(fields) => {
                out.put_slice(b"ID ");
                encode_id(fields, style, out);
            }
        }
    }

    /// Whether it is one of the commands that begin with `UID`.
    #[must_use]
    pub const fn is_uid_form(self) -> bool {
        match self {
            Self::Fetch(fetch) => fetch.uid,
            Self::Store(store) => store.uid,
            Self::Search(search) => search.uid,
            Self::Copy { uid, .. } | Self::Move { uid, .. } => uid,
            Self::Expunge { uids } => uids.is_some(),
            _ => false,
        }
    }
}

/// A command after its tag and space.
///
/// ```abnf
/// command = tag SP (command-any / command-auth / command-nonauth /
///           command-select) CRLF                           ; RFC 9051 §9
/// ```
fn command_kind<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    const APPEND: Keyword = Keyword::new(b"APPEND");
    const AUTHENTICATE: Keyword = Keyword::new(b"AUTHENTICATE");
    const CAPABILITY: Keyword = Keyword::new(b"CAPABILITY");
    const CHECK: Keyword = Keyword::new(b"CHECK");
    const CLOSE: Keyword = Keyword::new(b"CLOSE");
    const COPY: Keyword = Keyword::new(b"COPY");
    const CREATE: Keyword = Keyword::new(b"CREATE");
    const DELETE: Keyword = Keyword::new(b"DELETE");
    const ENABLE: Keyword = Keyword::new(b"ENABLE");
    const EXAMINE: Keyword = Keyword::new(b"EXAMINE");
    const EXPUNGE: Keyword = Keyword::new(b"EXPUNGE");
    const FETCH: Keyword = Keyword::new(b"FETCH");
    const ID: Keyword = Keyword::new(b"ID");
    const IDLE: Keyword = Keyword::new(b"IDLE");
    const LIST: Keyword = Keyword::new(b"LIST");
    const LOGIN: Keyword = Keyword::new(b"LOGIN");
    const LOGOUT: Keyword = Keyword::new(b"LOGOUT");
    const LSUB: Keyword = Keyword::new(b"LSUB");
    const MOVE: Keyword = Keyword::new(b"MOVE");
    const NAMESPACE: Keyword = Keyword::new(b"NAMESPACE");
    const NOOP: Keyword = Keyword::new(b"NOOP");
    const RENAME: Keyword = Keyword::new(b"RENAME");
    const SEARCH: Keyword = Keyword::new(b"SEARCH");
    const SELECT: Keyword = Keyword::new(b"SELECT");
    const STARTTLS: Keyword = Keyword::new(b"STARTTLS");
    const STATUS: Keyword = Keyword::new(b"STATUS");
    const STORE: Keyword = Keyword::new(b"STORE");
    const SUBSCRIBE: Keyword = Keyword::new(b"SUBSCRIBE");
    const UID: Keyword = Keyword::new(b"UID");
    const UNSELECT: Keyword = Keyword::new(b"UNSELECT");
    const UNSUBSCRIBE: Keyword = Keyword::new(b"UNSUBSCRIBE");

    // A command whose only argument is a mailbox.
    let named = |input: &'a [u8], kind: fn(Mailbox<'a>) -> CommandKind<'a>| {
        let (rest, mailbox) = mailbox(reader.space(input)?.0, reader)?;
        Ok((rest, kind(mailbox)))
    };
    let (rest, name) = keyword("a command")(input)?;
    let kind = match name {
        CAPABILITY => CommandKind::Capability,
        NOOP => CommandKind::Noop,
        LOGOUT => CommandKind::Logout,
        STARTTLS => CommandKind::StartTls,
        NAMESPACE => CommandKind::Namespace,
        IDLE => CommandKind::Idle,
        CHECK => CommandKind::Check,
        CLOSE => CommandKind::Close,
        UNSELECT => CommandKind::Unselect,
        EXPUNGE => CommandKind::Expunge { uids: None },
        SELECT => return named(rest, CommandKind::Select),
        EXAMINE => return named(rest, CommandKind::Examine),
        CREATE => return named(rest, CommandKind::Create),
        DELETE => return named(rest, CommandKind::Delete),
        SUBSCRIBE => return named(rest, CommandKind::Subscribe),
        UNSUBSCRIBE => return named(rest, CommandKind::Unsubscribe),
        AUTHENTICATE => return authenticate(rest, reader),
        LOGIN => return login(rest, reader),
        ENABLE => return enable(rest, reader),
        RENAME => return rename(rest, reader),
        ID => return id(rest, reader),
        LIST => return map(list_command(rest, reader), CommandKind::List),
        LSUB => return map(lsub(rest, reader), CommandKind::Lsub),
        STATUS => return map(status_query(rest, reader), CommandKind::Status),
        APPEND => return map(append(rest, reader), CommandKind::Append),
        FETCH => return map(fetch(rest, reader, false), CommandKind::Fetch),
        STORE => return map(store(rest, reader, false), CommandKind::Store),
        SEARCH => return map(search(rest, reader, false), CommandKind::Search),
        COPY | MOVE => return copy_or_move(rest, reader, false, name == MOVE),
        // uid = "UID" SP (copy / move / fetch / search / store / uid-expunge)
        UID => {
            let (start, ()) = reader.space(rest)?;
            let (rest, name) = keyword("a command by UID")(start)?;
            return match name {
                FETCH => map(fetch(rest, reader, true), CommandKind::Fetch),
                STORE => map(store(rest, reader, true), CommandKind::Store),
                SEARCH => map(search(rest, reader, true), CommandKind::Search),
                COPY | MOVE => copy_or_move(rest, reader, true, name == MOVE),
                EXPUNGE => {
                    let (rest, uids) = sequence_set(reader.space(rest)?.0, reader)?;
                    Ok((rest, CommandKind::Expunge { uids: Some(uids) }))
                }
                _ => fail(start, "a command by UID"),
            };
        }
        _ => return fail(input, "a command that is known"),
    };
    Ok((rest, kind))
}

/// `kind` of what was parsed.
fn map<'a, T>(
    parsed: Parsed<'a, T>,
    kind: impl FnOnce(T) -> CommandKind<'a>,
) -> Parsed<'a, CommandKind<'a>> {
    let (rest, value) = parsed?;
    Ok((rest, kind(value)))
}

/// ```abnf
/// authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)
/// auth-type    = atom                                      ; Defined by [SASL]
/// initial-resp = (base64 / "=")                            ; RFC 9051 §9
/// ```
/// The lines after the first are not part of the command as it is framed.
fn authenticate<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    map(auth(reader.space(input)?.0), CommandKind::Authenticate)
}

/// ```abnf
/// login = "LOGIN" SP userid SP password                    ; RFC 9051 §9
/// ```
fn login<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    let (rest, user) = reader.astring(reader.space(input)?.0)?;
    let (rest, password) = reader.astring(reader.space(rest)?.0)?;
    Ok((rest, CommandKind::Login { user, password: Password::new(password) }))
}

/// ```abnf
/// enable = "ENABLE" 1*(SP capability)                      ; RFC 9051 §9
/// ```
fn enable<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    let (rest, capabilities) = reader.separated(reader.space(input)?.0, capability)?;
    Ok((rest, CommandKind::Enable(capabilities)))
}

/// ```abnf
/// rename = "RENAME" SP mailbox SP mailbox                  ; RFC 9051 §9
/// ```
fn rename<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    let (rest, from) = mailbox(reader.space(input)?.0, reader)?;
    let (rest, to) = mailbox(reader.space(rest)?.0, reader)?;
    Ok((rest, CommandKind::Rename { from, to }))
}

/// ```abnf
/// copy = "COPY" SP sequence-set SP mailbox
/// move = "MOVE" SP sequence-set SP mailbox                 ; RFC 9051 §9
/// ```
fn copy_or_move<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
    uid: bool,
    away: bool,
) -> Parsed<'a, CommandKind<'a>> {
    let (rest, messages) = sequence_set(reader.space(input)?.0, reader)?;
    let (rest, mailbox) = mailbox(reader.space(rest)?.0, reader)?;
    let kind = if away {
        CommandKind::Move { uid, messages, mailbox }
    } else {
        CommandKind::Copy { uid, messages, mailbox }
    };
    Ok((rest, kind))
}

/// ```abnf
/// id             = "ID" SP id_params_list
/// id_params_list = "(" #(string SP nstring) ")" / nil      ; RFC 2971 §4
/// ```
fn id<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    map(id_fields(reader.space(input)?.0, reader), CommandKind::Id)
}
