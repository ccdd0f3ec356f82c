//! IMAP: commands and responses read and written, and steps of the server's session.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::Arc;

use bytes::BytesMut;
use imap_proto::server::{Channel, Config, Event, Selected, Session};
use imap_proto::{
    Arena, Command, CommandFramer, CommandKind, Data, Delimiter, Fetch, FetchData, FetchItem,
    FetchItems, Framed, Listed, Mailbox, NonEmpty, Response, ResponseFramer, SeqNumber, SeqRange,
    SequenceSet, Style, Tag,
};

use super::body::in_reads;
use super::{Named, Work, each_framed};
use crate::corpus::{Wire, imap as corpus};

pub(super) const ALL: &[Named] = &[
    ("imap/command-mix-framed", || commands_framed(corpus::lines(1, corpus::command))),
    ("imap/store-framed", || commands_framed(corpus::lines(2, corpus::tagged_store))),
    ("imap/uid-fetch-framed", || commands_framed(corpus::lines(3, corpus::tagged_fetch))),
    ("imap/search-command-framed", || commands_framed(corpus::lines(4, corpus::tagged_search))),
    ("imap/fetch-full-framed", || responses_framed(corpus::lines(5, corpus::fetch_full))),
    ("imap/fetch-flags-framed", || responses_framed(corpus::lines(6, corpus::fetch_flags))),
    ("imap/list-framed", || responses_framed(corpus::lines(7, corpus::list))),
    ("imap/status-framed", || responses_framed(corpus::lines(8, corpus::status))),
    ("imap/search-10000-framed", || responses_framed(corpus::found())),
    ("imap/header-literals-framed", || responses_framed(corpus::lines(9, corpus::header))),
    ("imap/other-responses-framed", || responses_framed(corpus::lines(11, corpus::other_response))),
    ("imap/command-literals-framed", || {
        commands_framed(corpus::lines(12, corpus::command_with_literals))
    }),
    ("imap/command-mix-encode", || commands_encoded(corpus::lines(1, corpus::command))),
    ("imap/uid-fetch-encode", || commands_encoded(corpus::lines(3, corpus::tagged_fetch))),
    ("imap/uid-fetch-build", uid_fetch_built),
    ("imap/fetch-full-encode", || responses_encoded(corpus::lines(5, corpus::fetch_full))),
    ("imap/fetch-flags-encode", || responses_encoded(corpus::lines(6, corpus::fetch_flags))),
    ("imap/list-encode", || responses_encoded(corpus::lines(7, corpus::list))),
    ("imap/status-encode", || responses_encoded(corpus::lines(8, corpus::status))),
    ("imap/search-10000-encode", || responses_encoded(corpus::found())),
    ("imap/other-responses-encode", || {
        responses_encoded(corpus::lines(11, corpus::other_response))
    }),
    ("imap/session-commands", session_commands),
    ("imap/session-append", session_append),
    ("imap/session-fetch-flags", || session_fetch(corpus::lines(6, corpus::fetch_flags))),
    ("imap/session-fetch-full", || session_fetch(corpus::lines(5, corpus::fetch_full))),
];

fn commands_framed(wire: Wire) -> Work {
    let (mut framer, mut arena) = (CommandFramer::new(65_536), Arena::with_capacity(65_536));
    Work::new("command", wire.len(), move || {
        let mut input = black_box(wire.octets());
        let mut left = wire.len();
        loop {
            match framer.next(&mut input) {
                Framed::Whole { octets, .. } => {
                    let _ = black_box(Command::parse(octets, &arena).expect("it is a command"));
                    arena.reset();
                    left -= 1;
                }
                Framed::Ask { ask, .. } => assert!(framer.keep(ask.head.octets), "it fits"),
                Framed::NeedInput => break,
                Framed::TooLong { start } => panic!("{start:?} is too long"),
            }
        }
        assert_eq!(left, 0, "all commands are framed");
    })
}

fn responses_framed(wire: Wire) -> Work {
    let (mut framer, mut arena) = (ResponseFramer::new(1 << 20), Arena::with_capacity(65_536));
    Work::new("response", wire.len(), move || {
        each_framed(&wire, &mut framer, |octets| {
            let _ = black_box(Response::parse(octets, &arena).expect("it is a response"));
            arena.reset();
        });
    })
}

fn commands_encoded(wire: Wire) -> Work {
    let wire: &'static Wire = Box::leak(wire.into());
    let arena: &'static Arena = Box::leak(Box::default());
    let commands: Vec<Command> =
        wire.cut().map(|line| Command::parse(line, arena).expect("it is a command")).collect();
    let mut out = BytesMut::with_capacity(2 * wire.octets().len());
    Work::new("command", commands.len(), move || {
        out.clear();
        for command in black_box(&commands) {
            command.encode(Style::PLAIN, &mut out);
        }
        black_box(&mut out);
    })
}

/// The first UIDs of ranges that are asked for.
pub const RANGES: Range<u32> = 90_000..95_000;

/// A command made of its parts, and written.
fn uid_fetch_built() -> Work {
    let mut out = BytesMut::with_capacity(64 * RANGES.len());
    Work::new("command", RANGES.len(), move || {
        out.clear();
        let tag = Tag::new("A001").expect("it is a tag");
        for first in black_box(RANGES) {
            let number = |uid| SeqNumber::Number(NonZeroU32::new(uid).expect("it is not 0"));
            let range = SeqRange { first: number(first), last: number(first + 100) };
            let set = SequenceSet::Ranges(NonEmpty::one(&range));
            let items = [FetchItem::Flags, FetchItem::Uid, FetchItem::Rfc822Size];
            let items = FetchItems::Items(NonEmpty::new(&items).expect("there are three"));
            let mut fetch = Fetch::new(set, items);
            fetch.uid = true;
            let kind = CommandKind::Fetch(fetch);
            black_box(Command { tag, kind }).encode(Style::PLAIN, &mut out);
        }
        black_box(&mut out);
    })
}

fn responses(wire: Wire) -> Vec<Response<'static>> {
    let wire: &'static Wire = Box::leak(wire.into());
    let arena: &'static Arena = Box::leak(Box::default());
    let parse = |octets| Response::parse(octets, arena).expect("it is a response");
    let responses: Vec<_> = wire.cut().map(parse).collect();
    assert!(!format!("{responses:?}").contains("Unparsed"), "all of it is understood");
    responses
}

fn responses_encoded(wire: Wire) -> Work {
    let mut out = BytesMut::with_capacity(2 * wire.octets().len());
    let responses = responses(wire);
    Work::new("response", responses.len(), move || {
        out.clear();
        for response in black_box(&responses) {
            response.encode(Style::PLAIN, &mut out);
        }
        black_box(&mut out);
    })
}

/// A driver that says yes to everything and has one mailbox, in which it keeps nothing.
fn accept(session: &mut Session, input: &mut &[u8], arena: &mut Arena, out: &mut BytesMut) {
    const INBOX: Listed = Listed {
        attributes: &[],
        delimiter: Delimiter::new(b'/'),
        mailbox: Mailbox::INBOX,
        extended: &[],
    };
    loop {
        let event = session.receive(input, arena, out).expect("the client keeps to the protocol");
        let said = match black_box(event) {
            Event::NeedInput => return,
            Event::Command(_, ticket) => session.accept(ticket, out),
            Event::Append(_, ticket) => session.accept(ticket, out),
            Event::Body(_) => Ok(()),
            Event::BodyEnd(ticket) => session.accept(ticket, out),
            Event::Select(_, ticket) => {
                let next = NonZeroU32::MAX;
                let selected = Selected::new(INBOX, 1_000_000, next, NonZeroU32::MIN);
                session.select(ticket, &selected, out)
            }
            other => panic!("{other:?}"),
        };
        said.expect("the ticket is that of the request");
        arena.reset();
    }
}

/// A session with a mailbox selected, and what it takes.
fn selected() -> (Session, Arena, BytesMut) {
    let (mut out, mut arena) = (BytesMut::with_capacity(1 << 20), Arena::with_capacity(65_536));
    let config = Arc::new(Config::default());
    let mut session = Session::preauthenticated(config, Channel::Tls, &mut out);
    accept(&mut session, &mut &b"a SELECT INBOX\r\n"[..], &mut arena, &mut out);
    (session, arena, out)
}

/// The mix of commands, each in a read of its own.
fn session_commands() -> Work {
    let wire = corpus::lines(1, corpus::command);
    let (mut session, mut arena, mut out) = selected();
    Work::new("command", wire.len(), move || {
        for mut line in black_box(&wire).items() {
            out.clear();
            accept(&mut session, &mut line, &mut arena, &mut out);
        }
        assert!(out.ends_with(b"\r\n"));
    })
}

/// Messages that are appended, in reads of 64 KiB.
fn session_append() -> Work {
    let wire: Wire = corpus::lines(10, corpus::append).cut().take(300).collect();
    let (mut session, mut arena, mut out) = selected();
    Work::new("message", wire.len(), move || {
        out.clear();
        in_reads(black_box(wire.octets()), |input| {
            accept(&mut session, input, &mut arena, &mut out);
        });
        assert!(out.ends_with(b"\r\n"));
    })
}

/// What is told of messages, in answer to one FETCH.
fn session_fetch(wire: Wire) -> Work {
    let told: Vec<(NonZeroU32, &[FetchData])> = responses(wire)
        .into_iter()
        .map(|response| match response {
            Response::Data(Data::Fetch(fetch)) => (fetch.message, fetch.data),
            other => panic!("{other:?}"),
        })
        .collect();
    let (mut session, arena, _) = selected();
    let mut out = BytesMut::with_capacity(16 << 20);
    Work::new("response", told.len(), move || {
        out.clear();
        let mut line = &b"a UID FETCH 1:* (UID FLAGS)\r\n"[..];
        let event = session.receive(&mut line, &arena, &mut out).expect("it is a command");
        let Event::Command(_, ticket) = event else { panic!("not a FETCH") };
        for (message, data) in black_box(&told) {
            let mut fetch = session.fetch(*message, &mut out).expect("it is there");
            for item in *data {
                fetch.item(item, &mut out).expect("it may be told");
            }
            session.end_fetch(fetch, &mut out).expect("it is that of the session");
        }
        session.accept(ticket, &mut out).expect("it is that ticket");
        black_box(&mut out);
    })
}
