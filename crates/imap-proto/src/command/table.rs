//! The commands, one row each.

use mail_wire::auth;
use mail_wire::parse::{Keyword, Names, Parsed};

use super::append::append;
use super::create::create;
use super::fetch::fetch;
use super::kind::CommandKind;
use super::list::{list_command, lsub};
use super::login::Password;
use super::row::{Effect, Row, States};
use super::search::search;
use super::select::select;
use super::status::status_query;
use super::store::store;
use crate::ext::id::id_fields;
use crate::value::capability::capability;
use crate::value::capability_set::CapabilitySet;
use crate::value::mailbox::{Mailbox, mailbox};
use crate::value::sequence::{SequenceSet, sequence_set};
use crate::wire::Reader;

/// The command of that name.
pub(crate) fn command_named(name: Keyword) -> Option<&'static Row> {
    BY_NAME.get(name)
}

static BY_NAME: Names<&Row, 64> = {
    let (mut names, mut rest) = (Names::new(), COMMANDS.as_slice());
    while let [row, others @ ..] = rest {
        names = names.with(row.name, *row);
        rest = others;
    }
    names
};

pub(super) static COMMANDS: [&Row; 30] = [
    &FETCH,
    &STORE,
    &NOOP,
    &SEARCH,
    &IDLE,
    &STATUS,
    &SELECT,
    &LIST,
    &APPEND,
    &COPY,
    &MOVE,
    &EXPUNGE,
    &CLOSE,
    &CAPABILITY,
    &LOGIN,
    &AUTHENTICATE,
    &LOGOUT,
    &ENABLE,
    &EXAMINE,
    &NAMESPACE,
    &STARTTLS,
    &CREATE,
    &DELETE,
    &RENAME,
    &SUBSCRIBE,
    &UNSUBSCRIBE,
    &LSUB,
    &CHECK,
    &UNSELECT,
    &ID,
];

pub(crate) static CAPABILITY: Row =
    Row::new("CAPABILITY", States::Any, |rest, _| Ok((rest, CommandKind::Capability)));
pub(crate) static NOOP: Row =
    Row::new("NOOP", States::Any, |rest, _| Ok((rest, CommandKind::Noop)));
pub(crate) static LOGOUT: Row =
    Row::new("LOGOUT", States::Any, |rest, _| Ok((rest, CommandKind::Logout)));

pub(crate) static STARTTLS: Row =
    Row::new("STARTTLS", States::NotAuthenticated, |rest, _| Ok((rest, CommandKind::StartTls)));
/// ```abnf
/// authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp] *(CRLF base64)
/// auth-type    = atom                                      ; Defined by [SASL]
/// initial-resp = (base64 / "=")                            ; RFC 9051 §9
/// ```
/// The lines after the first are not part of the command as it is framed.
pub(crate) static AUTHENTICATE: Row =
    Row::new("AUTHENTICATE", States::NotAuthenticated, |input, reader| {
        map(auth(reader.space(input)?.0), CommandKind::Authenticate)
    });
/// ```abnf
/// login = "LOGIN" SP userid SP password                    ; RFC 9051 §9
/// ```
pub(crate) static LOGIN: Row = Row::new("LOGIN", States::NotAuthenticated, |input, reader| {
    let (rest, user) = reader.astring(reader.space(input)?.0)?;
    let (rest, password) = reader.astring(reader.space(rest)?.0)?;
    Ok((rest, CommandKind::Login { user, password: Password::new(password) }))
})
.with_effect(Effect::LogIn);

/// ```abnf
/// enable = "ENABLE" 1*(SP capability)                      ; RFC 9051 §9
/// ```
pub(crate) static ENABLE: Row = Row::new("ENABLE", States::Authenticated, |input, reader| {
    map(reader.separated(reader.space(input)?.0, capability), CommandKind::Enable)
})
.of(CapabilitySet::ENABLE);
pub(crate) static SELECT: Row = Row::new("SELECT", States::Authenticated, |input, reader| {
    map(select(input, reader, false), CommandKind::Select)
});
pub(crate) static EXAMINE: Row = Row::new("EXAMINE", States::Authenticated, |input, reader| {
    map(select(input, reader, true), CommandKind::Select)
});
pub(crate) static CREATE: Row = Row::new("CREATE", States::Authenticated, |input, reader| {
    map(create(input, reader), CommandKind::Create)
});
pub(crate) static DELETE: Row = Row::new("DELETE", States::Authenticated, |input, reader| {
    map(one_mailbox(input, reader), CommandKind::Delete)
});
/// ```abnf
/// rename = "RENAME" SP mailbox SP mailbox                  ; RFC 9051 §9
/// ```
pub(crate) static RENAME: Row = Row::new("RENAME", States::Authenticated, |input, reader| {
    let (rest, from) = one_mailbox(input, reader)?;
    let (rest, to) = one_mailbox(rest, reader)?;
    Ok((rest, CommandKind::Rename { from, to }))
});
pub(crate) static SUBSCRIBE: Row = Row::new("SUBSCRIBE", States::Authenticated, |input, reader| {
    map(one_mailbox(input, reader), CommandKind::Subscribe)
});
pub(crate) static UNSUBSCRIBE: Row =
    Row::new("UNSUBSCRIBE", States::Authenticated, |input, reader| {
        map(one_mailbox(input, reader), CommandKind::Unsubscribe)
    });
pub(crate) static LIST: Row = Row::new("LIST", States::Authenticated, |input, reader| {
    map(list_command(input, reader), CommandKind::List)
});
pub(crate) static LSUB: Row = Row::new("LSUB", States::Authenticated, |input, reader| {
    map(lsub(input, reader), CommandKind::Lsub)
});
pub(crate) static NAMESPACE: Row =
    Row::new("NAMESPACE", States::Authenticated, |rest, _| Ok((rest, CommandKind::Namespace)))
        .of(CapabilitySet::NAMESPACE);
pub(crate) static STATUS: Row = Row::new("STATUS", States::Authenticated, |input, reader| {
    map(status_query(input, reader), CommandKind::Status)
});
pub(crate) static APPEND: Row = Row::new("APPEND", States::Authenticated, |input, reader| {
    map(append(input, reader), CommandKind::Append)
});
pub(crate) static IDLE: Row =
    Row::new("IDLE", States::Authenticated, |rest, _| Ok((rest, CommandKind::Idle)))
        .of(CapabilitySet::IDLE);

pub(crate) static CHECK: Row =
    Row::new("CHECK", States::Selected, |rest, _| Ok((rest, CommandKind::Check)));
pub(crate) static CLOSE: Row =
    Row::new("CLOSE", States::Selected, |rest, _| Ok((rest, CommandKind::Close)))
        .with_effect(Effect::Unselect);
pub(crate) static UNSELECT: Row =
    Row::new("UNSELECT", States::Selected, |rest, _| Ok((rest, CommandKind::Unselect)))
        .with_effect(Effect::Unselect)
        .of(CapabilitySet::UNSELECT);
/// ```abnf
/// expunge     = "EXPUNGE"
/// uid-expunge = "UID" SP "EXPUNGE" SP sequence-set         ; RFC 9051 §9
/// ```
pub(crate) static EXPUNGE: Row = Row::new("EXPUNGE", States::Selected, |rest, _| {
    Ok((rest, CommandKind::Expunge { uids: None }))
})
.or_uid(|input, reader| {
    let (rest, uids) = sequence_set(reader.space(input)?.0, reader)?;
    Ok((rest, CommandKind::Expunge { uids: Some(uids) }))
});
pub(crate) static SEARCH: Row = Row::new("SEARCH", States::Selected, |input, reader| {
    map(search(input, reader, false), CommandKind::Search)
})
.or_uid(|input, reader| map(search(input, reader, true), CommandKind::Search))
.with_effect(Effect::KeepNumbers);
pub(crate) static FETCH: Row = Row::new("FETCH", States::Selected, |input, reader| {
    map(fetch(input, reader, false), CommandKind::Fetch)
})
.or_uid(|input, reader| map(fetch(input, reader, true), CommandKind::Fetch))
.with_effect(Effect::KeepNumbers);
pub(crate) static STORE: Row = Row::new("STORE", States::Selected, |input, reader| {
    map(store(input, reader, false), CommandKind::Store)
})
.or_uid(|input, reader| map(store(input, reader, true), CommandKind::Store))
.with_effect(Effect::KeepNumbers);
/// ```abnf
/// copy = "COPY" SP sequence-set SP mailbox                 ; RFC 9051 §9
/// ```
pub(crate) static COPY: Row = Row::new("COPY", States::Selected, |input, reader| {
    let (rest, (messages, mailbox)) = messages_and_mailbox(input, reader)?;
    Ok((rest, CommandKind::Copy { uid: false, messages, mailbox }))
})
.or_uid(|input, reader| {
    let (rest, (messages, mailbox)) = messages_and_mailbox(input, reader)?;
    Ok((rest, CommandKind::Copy { uid: true, messages, mailbox }))
});
/// ```abnf
/// move = "MOVE" SP sequence-set SP mailbox                 ; RFC 9051 §9
/// ```
pub(crate) static MOVE: Row = Row::new("MOVE", States::Selected, |input, reader| {
    let (rest, (messages, mailbox)) = messages_and_mailbox(input, reader)?;
    Ok((rest, CommandKind::Move { uid: false, messages, mailbox }))
})
.or_uid(|input, reader| {
    let (rest, (messages, mailbox)) = messages_and_mailbox(input, reader)?;
    Ok((rest, CommandKind::Move { uid: true, messages, mailbox }))
})
.of(CapabilitySet::MOVE);

/// ```abnf
/// id = "ID" SP id_params_list                              ; RFC 2971 §4
/// ```
pub(crate) static ID: Row = Row::new("ID", States::Any, |input, reader| {
    map(id_fields(reader.space(input)?.0, reader), CommandKind::Id)
})
.of(CapabilitySet::ID);

/// `SP mailbox`
fn one_mailbox<'a>(input: &'a [u8], reader: &Reader<'a>) -> Parsed<'a, Mailbox<'a>> {
    mailbox(reader.space(input)?.0, reader)
}

/// `SP sequence-set SP mailbox`
fn messages_and_mailbox<'a>(
    input: &'a [u8],
    reader: &Reader<'a>,
) -> Parsed<'a, (SequenceSet<'a>, Mailbox<'a>)> {
    let (rest, messages) = sequence_set(reader.space(input)?.0, reader)?;
    let (rest, mailbox) = one_mailbox(rest, reader)?;
    Ok((rest, (messages, mailbox)))
}

/// `kind` of what was parsed.
fn map<'a, T>(
    parsed: Parsed<'a, T>,
    kind: impl FnOnce(T) -> CommandKind<'a>,
) -> Parsed<'a, CommandKind<'a>> {
    let (rest, value) = parsed?;
    Ok((rest, kind(value)))
}

#[cfg(test)]
mod tests {
    use super::super::select::Select;
    use super::*;
    use crate::wire::{Arena, Side, parse_whole};

    const LINES: [&str; 30] = [
        "FETCH 1 UID",
        "STORE 1 FLAGS ()",
        "NOOP",
        "SEARCH ALL",
        "IDLE",
        "STATUS x (UNSEEN)",
        "SELECT x",
        "LIST x y",
        "APPEND x {1}",
        "COPY 1 x",
        "MOVE 1 x",
        "EXPUNGE",
        "CLOSE",
        "CAPABILITY",
        "LOGIN x y",
        "AUTHENTICATE PLAIN",
        "LOGOUT",
        "ENABLE x",
        "EXAMINE x",
        "NAMESPACE",
        "STARTTLS",
        "CREATE x",
        "DELETE x",
        "RENAME x y",
        "SUBSCRIBE x",
        "UNSUBSCRIBE x",
        "LSUB x y",
        "CHECK",
        "UNSELECT",
        "ID NIL",
    ];

    #[test]
    fn every_command_is_in_the_table() {
        // Whoever adds a command is told here.
        let place = |kind: &CommandKind<'_>| match kind {
            CommandKind::Fetch(_) => 0,
            CommandKind::Store(_) => 1,
            CommandKind::Noop => 2,
            CommandKind::Search(_) => 3,
            CommandKind::Idle => 4,
            CommandKind::Status(_) => 5,
            CommandKind::Select(Select { read_only: false, .. }) => 6,
            CommandKind::List(_) => 7,
            CommandKind::Append(_) => 8,
            CommandKind::Copy { .. } => 9,
            CommandKind::Move { .. } => 10,
            CommandKind::Expunge { .. } => 11,
            CommandKind::Close => 12,
            CommandKind::Capability => 13,
            CommandKind::Login { .. } => 14,
            CommandKind::Authenticate(_) => 15,
            CommandKind::Logout => 16,
            CommandKind::Enable(_) => 17,
            CommandKind::Select(Select { read_only: true, .. }) => 18,
            CommandKind::Namespace => 19,
            CommandKind::StartTls => 20,
            CommandKind::Create(_) => 21,
            CommandKind::Delete(_) => 22,
            CommandKind::Rename { .. } => 23,
            CommandKind::Subscribe(_) => 24,
            CommandKind::Unsubscribe(_) => 25,
            CommandKind::Lsub(_) => 26,
            CommandKind::Check => 27,
            CommandKind::Unselect => 28,
            CommandKind::Id(_) => 29,
        };
        assert_eq!(COMMANDS.len(), LINES.len());
        for ((index, line), row) in LINES.iter().enumerate().zip(COMMANDS) {
            let (name, arguments) = line.split_at(row.name.len());
            let lower = name.to_ascii_lowercase();
            let found = command_named(Keyword::new(lower.as_bytes())).unwrap();
            let arena = Arena::new();
            let kind =
                parse_whole(arguments.as_bytes(), Side::Client, &arena, found.parse).unwrap();
            assert_eq!((place(&kind), kind.row().name), (index, row.name));
            assert!(core::ptr::eq(kind.row(), found), "{line}");
        }
    }
}
