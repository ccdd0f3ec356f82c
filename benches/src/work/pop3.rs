//! POP3: commands, responses and listings read and written, and steps of both sessions.

use std::hint::black_box;

use bytes::BytesMut;
use mail_wire::{Framed, LineFramer};
use pop3_proto::{
    Command, MessageNumber, Name, Password, Response, ScanListing, UniqueId, UniqueIdListing,
    client, server, unstuff_line,
};

use super::body::{DOTTED, READ, in_reads};
use super::{Named, Work, each_framed};
use crate::corpus::{ITEMS, Wire, body, pop3 as corpus};

const FIRST: MessageNumber = MessageNumber::new(1).expect("it is not 0");

pub(super) const ALL: &[Named] = &[
    ("pop3/command-mix-framed", commands_framed),
    ("pop3/command-mix-encode", commands_encoded),
    ("pop3/response-framed", responses_framed),
    ("pop3/list-framed", || {
        listing_framed(corpus::list(), |line| {
            black_box(ScanListing::parse(line).expect("it is a line of LIST"));
        })
    }),
    ("pop3/uidl-framed", || {
        listing_framed(corpus::uidl(), |line| {
            black_box(UniqueIdListing::parse(line).expect("it is a line of UIDL"));
        })
    }),
    ("pop3/client-list", || received(Command::List(None), corpus::list())),
    ("pop3/client-uidl", || received(Command::Uidl(None), corpus::uidl())),
    ("pop3/client-retr", client_retr),
    ("pop3/client-commands", client_commands),
    ("pop3/server-commands", server_commands),
    ("pop3/server-list", server_list),
    ("pop3/server-uidl", server_uidl),
    ("pop3/server-retr", server_retr),
];

fn commands_framed() -> Work {
    let wire = corpus::commands();
    let mut framer = LineFramer::new(255);
    Work::new("line", wire.len(), move || {
        each_framed(&wire, &mut framer, |line| {
            let _ = black_box(Command::parse(line).expect("it is a command"));
        });
    })
}

fn commands_encoded() -> Work {
    let wire: &'static Wire = Box::leak(corpus::commands().into());
    let commands: Vec<Command> =
        wire.cut().map(|line| Command::parse(line).expect("it is a command")).collect();
    let mut out = BytesMut::with_capacity(2 * wire.octets().len());
    Work::new("line", commands.len(), move || {
        out.clear();
        for command in black_box(&commands) {
            command.encode(&mut out);
        }
        black_box(&mut out);
    })
}

fn responses_framed() -> Work {
    let wire = corpus::responses();
    let mut framer = LineFramer::new(512);
    Work::new("line", wire.len(), move || {
        each_framed(&wire, &mut framer, |line| {
            let _ = black_box(Response::parse(line).expect("it is a response"));
        });
    })
}

/// The lines between the first and the last.
fn listing_framed(wire: Wire, mut parse: impl FnMut(&[u8]) + 'static) -> Work {
    let mut framer = LineFramer::new(512);
    Work::new("line", ITEMS, move || {
        let mut input = black_box(wire.octets());
        framer.next(&mut input);
        let mut lines = 0;
        while let Framed::Whole { octets, .. } = framer.next(&mut input) {
            let Some(line) = unstuff_line(octets) else { break };
            parse(line);
            lines += 1;
        }
        assert_eq!(lines, ITEMS);
    })
}

/// The answer to `command`, received by the session in reads.
fn received(command: Command<'static>, wire: Wire) -> Work {
    let (mut session, mut out) = logged_in();
    Work::new("line", ITEMS, move || {
        out.clear();
        session.send(command, &mut out).expect("it may be sent");
        let mut ended = false;
        in_reads(black_box(wire.octets()), |input| ended = receive(&mut session, input, &mut out));
        assert!(ended);
    })
}

fn client_retr() -> Work {
    let mut wire = b"+OK the message follows\r\n".to_vec();
    wire.extend(body::stuffed(&body::text(DOTTED)));
    let (mut session, mut out) = logged_in();
    Work::new("KiB", wire.len() / 1024, move || {
        out.clear();
        session.send(Command::Retr(FIRST), &mut out).expect("it may be sent");
        let mut ended = false;
        in_reads(black_box(&wire), |input| ended = receive(&mut session, input, &mut out));
        assert!(ended);
    })
}

/// NOOP and its answer, each in a read of its own.
fn client_commands() -> Work {
    let (mut session, mut out) = logged_in();
    Work::new("answer", ITEMS, move || {
        for _ in 0..ITEMS {
            out.clear();
            session.send(Command::Noop, &mut out).expect("it may be sent");
            let answered = receive(&mut session, &mut black_box(&b"+OK\r\n"[..]), &mut out);
            assert!(!answered, "it has one line");
        }
    })
}

/// STAT, LIST, UIDL and DELE of a message each, NOOP and RSET, each in a read of its own, in a
/// maildrop of ten messages.
fn server_commands() -> Work {
    const MESSAGES: usize = 10;
    let (mut session, mut out) = opened(MESSAGES);
    let (sizes, id) = (corpus::sizes(), UniqueId::new("abc").expect("it is a unique-id"));
    let round = |number| {
        let lines = format!("STAT\r\nLIST {number}\r\nUIDL {number}\r\nDELE {number}\r\n");
        lines.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>()
    };
    let mut lines: Vec<String> = (1..=MESSAGES).flat_map(round).collect();
    lines.extend(["NOOP\r\n", "RSET\r\n"].map(String::from));
    Work::new("command", 100 * lines.len(), move || {
        for _ in 0..100 {
            out.clear();
            for line in black_box(&lines) {
                match next(&mut session, line.as_bytes(), &mut out) {
                    server::Event::NeedInput => {}
                    server::Event::Sizes(ticket) => {
                        let sizes = sizes.iter().copied().take(MESSAGES);
                        session.sizes(ticket, sizes, &mut out).expect("a size for each message");
                    }
                    server::Event::UniqueIds(ticket) => {
                        let ids = std::iter::repeat_n(id, MESSAGES);
                        session.unique_ids(ticket, ids, &mut out).expect("an id for each message");
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        assert!(out.starts_with(b"+OK 10 "));
    })
}

fn server_list() -> Work {
    let sizes = corpus::sizes();
    let (mut session, mut out) = opened(ITEMS);
    Work::new("line", ITEMS, move || {
        out.clear();
        let server::Event::Sizes(ticket) = next(&mut session, b"LIST\r\n", &mut out) else {
            panic!("not a LIST");
        };
        let sizes = black_box(&sizes).iter().copied();
        session.sizes(ticket, sizes, &mut out).expect("a size for each message");
        black_box(&mut out);
    })
}

fn server_uidl() -> Work {
    let ids: &'static [String] = corpus::unique_ids().leak();
    let ids: Vec<UniqueId> =
        ids.iter().map(|id| UniqueId::new(id).expect("it is a unique-id")).collect();
    let (mut session, mut out) = opened(ITEMS);
    Work::new("line", ITEMS, move || {
        out.clear();
        let server::Event::UniqueIds(ticket) = next(&mut session, b"UIDL\r\n", &mut out) else {
            panic!("not a UIDL");
        };
        let ids = black_box(&ids).iter().copied();
        session.unique_ids(ticket, ids, &mut out).expect("an id for each message");
        black_box(&mut out);
    })
}

fn server_retr() -> Work {
    let body = body::text(DOTTED);
    let (mut session, mut out) = opened(ITEMS);
    Work::new("KiB", body.len() / 1024, move || {
        out.clear();
        let server::Event::Retr(_, ticket) = next(&mut session, b"RETR 1\r\n", &mut out) else {
            panic!("not a RETR");
        };
        let mut message = session.send_message(ticket, &mut out).expect("it is that ticket");
        for piece in black_box(&body).chunks(READ) {
            out.clear();
            message.push(piece, &mut out);
            black_box(&mut out);
        }
        session.finish(message, &mut out).expect("it is that message");
    })
}

fn next<'b>(
    session: &mut server::Session,
    mut line: &'b [u8],
    out: &mut BytesMut,
) -> server::Event<'b> {
    session.receive(&mut line, out).expect("the client keeps to the protocol")
}

/// Receives what is in `input`, and says whether an answer of many lines ended in it.
fn receive(session: &mut client::Session, input: &mut &[u8], out: &mut BytesMut) -> bool {
    loop {
        match session.receive(input, out).expect("the server keeps to the protocol") {
            client::Event::NeedInput => return false,
            client::Event::End(_) => return true,
            event => drop(black_box(event)),
        }
    }
}

/// A client that is logged in.
fn logged_in() -> (client::Session, BytesMut) {
    let mut out = BytesMut::with_capacity(4096);
    let mut session = client::Session::new(client::Config::default(), client::Channel::Tls);
    receive(&mut session, &mut &b"+OK\r\n"[..], &mut out);
    let user = Command::User(Name::new("alice").expect("it is a name"));
    let pass = Command::Pass(Password::new(b"secret").expect("it is a password"));
    for command in [user, pass] {
        session.send(command, &mut out).expect("it may be sent");
        receive(&mut session, &mut &b"+OK\r\n"[..], &mut out);
    }
    assert_eq!(session.state(), client::State::Transaction);
    (session, out)
}

/// A server whose client has logged in.
fn opened(messages: usize) -> (server::Session, BytesMut) {
    let mut out = BytesMut::with_capacity(1 << 20);
    let config = server::Config::default();
    let mut session = server::Session::new(config.into(), server::Channel::Tls, &mut out);
    let mut input: &[u8] = b"USER alice\r\nPASS secret\r\n";
    let event = session.receive(&mut input, &mut out).expect("the client keeps to the protocol");
    let server::Event::Login(_, ticket) = event else { panic!("not a login") };
    session.open(ticket, messages, &mut out).expect("it is that ticket");
    (session, out)
}
