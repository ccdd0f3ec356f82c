//! Commands: what a client sends.
//!
//! RFC 9051 §6, RFC 3501 §6; RFC 2971 (ID).

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Fault, Keyword, Parsed, fail};

use crate::ext::id::encode_id;
use crate::value::capability_set::CapabilitySet;
use crate::value::mailbox::Mailbox;
use crate::value::modifier::Modifier;
use crate::wire::{
    ASTRING_CHAR, Arena, Reader, Side, Style, Tag, encode_separated, encode_string_or, keyword,
    syntax_error, tag,
};
use row::{Effect, Row};
use select::Select;

pub(crate) mod append;
pub(crate) mod create;
pub(crate) mod fetch;
pub(crate) mod kind;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod row;
pub(crate) mod search;
pub(crate) mod select;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod table;

pub use kind::CommandKind;

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
    /// use imap_proto::{Arena, Command, CommandKind, Mailbox, Select};
    /// let arena = Arena::new();
    /// let command = Command::parse(b"A142 select {5}\r\ninbox", &arena).unwrap();
    /// assert_eq!(command.tag.as_str(), "A142");
    /// assert_eq!(command.kind, CommandKind::Select(Select::new(Mailbox::INBOX)));
    ///
    /// let wrong = Command::parse(b"A143 SELECT", &arena).unwrap_err();
    /// assert_eq!(wrong.tag.map(|tag| tag.as_str()), Some("A143"));
    /// assert_eq!(wrong.to_string(), "expected a space at octet 11");
    /// ```
    ///
    /// # Errors
    /// [`CommandError`] with the tag, if there is one.
    pub fn parse(input: &'a [u8], arena: &'a Arena) -> Result<Self, CommandError<'a>> {
        let bad = |error| CommandError { tag: parse_tag(input), error };
        let reader = Reader::new(input, Side::Client, arena).map_err(|lines| bad(lines.error))?;
        let (rest, tag) = match tag_and_space(input, &reader) {
            Ok(start) => start,
            Err(error) => return Err(bad(syntax_error(input, &error))),
        };
        match command_kind(rest, &reader) {
            Ok(([], kind)) => Ok(Self { tag, kind }),
            Ok((rest, _)) => Err(bad(SyntaxError::new(input, Fault { rest, expected: "the end" }))),
            Err(error) => Err(bad(syntax_error(input, &error))),
        }
    }

    /// Writes it with its CRLF. Where the `style` wants synchronising literals,
    /// what follows the CRLF of one may be sent only once the server asks for
    /// it. APPEND ends with the CRLF after which its message follows; a CRLF
    /// of its own then ends the command.
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
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

impl<'a> CommandKind<'a> {
    /// What extensions add to it, that this crate does not know.
    pub(crate) fn modifiers(self) -> impl Iterator<Item = &'a Modifier<'a>> {
        let none = &[][..];
        let (modifiers, more) = match self {
            Self::Select(select) => (select.parameters, none),
            Self::Create(create) => (create.parameters, none),
            Self::List(list) => (list.select_modifiers, list.return_modifiers),
            Self::Append(append) => (append.modifiers, none),
            Self::Search(search) => (search.modifiers, none),
            Self::Fetch(fetch) => (fetch.modifiers, none),
            Self::Store(store) => (store.modifiers, none),
            Self::Capability
            | Self::Noop
            | Self::Logout
            | Self::StartTls
            | Self::Authenticate(_)
            | Self::Login { .. }
            | Self::Enable(_)
            | Self::Delete(_)
            | Self::Rename { .. }
            | Self::Subscribe(_)
            | Self::Unsubscribe(_)
            | Self::Lsub(_)
            | Self::Namespace
            | Self::Status(_)
            | Self::Idle
            | Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Expunge { .. }
            | Self::Copy { .. }
            | Self::Move { .. }
            | Self::Id(_) => (none, none),
        };
        modifiers.iter().chain(more)
    }
}

impl CommandKind<'_> {
    /// Its row in the table of commands.
    pub(crate) const fn row(&self) -> &'static Row {
        match self {
            Self::Capability => &table::CAPABILITY,
            Self::Noop => &table::NOOP,
            Self::Logout => &table::LOGOUT,
            Self::StartTls => &table::STARTTLS,
            Self::Authenticate(_) => &table::AUTHENTICATE,
            Self::Login { .. } => &table::LOGIN,
            Self::Enable(_) => &table::ENABLE,
            Self::Select(Select { read_only: false, .. }) => &table::SELECT,
            Self::Select(Select { read_only: true, .. }) => &table::EXAMINE,
            Self::Create(_) => &table::CREATE,
            Self::Delete(_) => &table::DELETE,
            Self::Rename { .. } => &table::RENAME,
            Self::Subscribe(_) => &table::SUBSCRIBE,
            Self::Unsubscribe(_) => &table::UNSUBSCRIBE,
            Self::List(_) => &table::LIST,
            Self::Lsub(_) => &table::LSUB,
            Self::Namespace => &table::NAMESPACE,
            Self::Status(_) => &table::STATUS,
            Self::Append(_) => &table::APPEND,
            Self::Idle => &table::IDLE,
            Self::Check => &table::CHECK,
            Self::Close => &table::CLOSE,
            Self::Unselect => &table::UNSELECT,
            Self::Expunge { .. } => &table::EXPUNGE,
            Self::Search(_) => &table::SEARCH,
            Self::Fetch(_) => &table::FETCH,
            Self::Store(_) => &table::STORE,
            Self::Copy { .. } => &table::COPY,
            Self::Move { .. } => &table::MOVE,
            Self::Id(_) => &table::ID,
        }
    }

    /// What it does to the session.
    pub(crate) const fn effect(&self) -> Effect {
        match self.row().effect {
            Effect::KeepNumbers if self.is_uid_form() => Effect::None,
            effect => effect,
        }
    }

    /// What it says that IMAP4rev1 does not have.
    pub(crate) fn needs(&self) -> CapabilitySet {
        let arguments = match self {
            Self::List(list) => list.needs(),
            Self::Status(query) => query.needs(),
            Self::Append(append) => append.needs(),
            Self::Expunge { uids: Some(uids) } => CapabilitySet::UIDPLUS.and(uids.needs()),
            Self::Search(search) => search.needs(),
            Self::Fetch(fetch) => fetch.needs(),
            Self::Store(store) => store.messages.needs(),
            Self::Copy { messages, .. } | Self::Move { messages, .. } => messages.needs(),
            Self::Capability
            | Self::Noop
            | Self::Logout
            | Self::StartTls
            | Self::Authenticate(_)
            | Self::Login { .. }
            | Self::Enable(_)
            | Self::Select(_)
            | Self::Create(_)
            | Self::Delete(_)
            | Self::Rename { .. }
            | Self::Subscribe(_)
            | Self::Unsubscribe(_)
            | Self::Lsub(_)
            | Self::Namespace
            | Self::Idle
            | Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Expunge { uids: None }
            | Self::Id(_) => CapabilitySet::NONE,
        };
        self.row().needs.and(arguments)
    }

    /// Writes it, without tag and CRLF (but see [`Command::encode`] for APPEND).
    pub fn encode(&self, style: Style, out: &mut BytesMut) {
        let argument = |mailbox: Mailbox<'_>, out: &mut BytesMut| {
            out.put_u8(b' ');
            mailbox.encode(style, out);
        };
        if self.is_uid_form() {
            out.put_slice(b"UID ");
        }
        out.put_slice(self.row().name.as_bytes());
        match *self {
            Self::Capability
            | Self::Noop
            | Self::Logout
            | Self::StartTls
            | Self::Namespace
            | Self::Idle
            | Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Expunge { uids: None } => {}
            Self::Authenticate(auth) => {
                out.put_u8(b' ');
                auth.encode(out);
            }
            Self::Login { user, password } => {
                out.put_u8(b' ');
                user.encode(style, out);
                out.put_u8(b' ');
                encode_string_or(&ASTRING_CHAR, password.reveal(), style, out);
            }
            Self::Enable(capabilities) => {
                out.put_u8(b' ');
                encode_separated(&capabilities, out, |capability, out| capability.encode(out));
            }
            Self::Select(select) => select.encode(style, out),
            Self::Create(create) => create.encode(style, out),
            Self::Delete(mailbox) | Self::Subscribe(mailbox) | Self::Unsubscribe(mailbox) => {
                argument(mailbox, out);
            }
            Self::Rename { from, to } => {
                argument(from, out);
                argument(to, out);
            }
            Self::List(list) => list.encode(style, out),
            Self::Lsub(lsub) => lsub.encode(style, out),
            Self::Status(status) => status.encode(style, out),
            Self::Append(append) => append.encode(style, out),
            Self::Expunge { uids: Some(uids) } => {
                out.put_u8(b' ');
                uids.encode(out);
            }
            Self::Search(search) => search.encode(style, out),
            Self::Fetch(fetch) => fetch.encode(style, out),
            Self::Store(store) => store.encode(out),
            Self::Copy { messages, mailbox, .. } | Self::Move { messages, mailbox, .. } => {
                out.put_u8(b' ');
                messages.encode(out);
                argument(mailbox, out);
            }
            Self::Id(fields) => encode_id(fields, style, out),
        }
    }

    /// Whether it is one of the commands that begin with `UID`.
    #[must_use]
    pub const fn is_uid_form(&self) -> bool {
        match self {
            Self::Fetch(fetch) => fetch.uid,
            Self::Store(store) => store.uid,
            Self::Search(search) => search.uid,
            Self::Copy { uid, .. } | Self::Move { uid, .. } => *uid,
            Self::Expunge { uids } => uids.is_some(),
            Self::Capability
            | Self::Noop
            | Self::Logout
            | Self::StartTls
            | Self::Authenticate(_)
            | Self::Login { .. }
            | Self::Enable(_)
            | Self::Select(_)
            | Self::Create(_)
            | Self::Delete(_)
            | Self::Rename { .. }
            | Self::Subscribe(_)
            | Self::Unsubscribe(_)
            | Self::List(_)
            | Self::Lsub(_)
            | Self::Namespace
            | Self::Status(_)
            | Self::Append(_)
            | Self::Idle
            | Self::Check
            | Self::Close
            | Self::Unselect
            | Self::Id(_) => false,
        }
    }
}

/// `tag SP`
fn tag_and_space<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Tag<'a>> {
    let (rest, tag) = tag(input)?;
    let (rest, ()) = reader.space(rest)?;
    Ok((rest, tag))
}

/// A command after its tag and space.
///
/// ```abnf
/// command = tag SP (command-any / command-auth / command-nonauth /
///           command-select) CRLF
/// uid     = "UID" SP (copy / move / fetch / search / store / uid-expunge)
///                                                          ; RFC 9051 §9
/// ```
fn command_kind<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, CommandKind<'a>> {
    const UID: Keyword = Keyword::new(b"UID");
    let (rest, name) = keyword("a command")(input)?;
    if name == UID {
        let (start, ()) = reader.space(rest)?;
        let (rest, name) = keyword("a command by UID")(start)?;
        return match table::command_named(name).and_then(|row| row.parse_uid) {
            Some(parse) => parse(rest, reader),
            None => fail(start, "a command by UID"),
        };
    }
    match table::command_named(name) {
        Some(row) => (row.parse)(rest, reader),
        None => fail(input, "a command that is known"),
    }
}
