//! POP3. pop3-codec makes a `String` of each name and line, and takes an answer only whole.

use std::hint::black_box;

use memchr::memchr;
use pop3_codec::parse as codec;
use pop3_codec::types::{Command, Response};

use super::{Row, framing, scanned_lines};
use crate::corpus::{ITEMS, body, pop3 as corpus};
use crate::work::Work;
use crate::work::body::{DOTTED, READ};

pub(super) const ROWS: &[Row] = &[
    Row {
        title: "POP3 commands, mix, framed",
        ours: "pop3/command-mix-framed",
        limit: Some(("scan", || {
            scanned_lines("line", corpus::commands(), |line| {
                let verb: Option<&[u8; 4]> = line.first_chunk();
                black_box(verb.map(|verb| u32::from_le_bytes(*verb) & 0xdfdf_dfdf));
                black_box(memchr(b' ', line));
            })
        })),
        peers: &[("pop3-codec", || {
            framing("line", corpus::commands(), |input| {
                let (rest, command) = codec::command(input).expect("it is a command");
                black_box(command);
                rest
            })
        })],
        less: &[],
        goal: Some(0.3),
    },
    Row {
        title: "POP3 commands written",
        ours: "pop3/command-mix-encode",
        limit: None,
        peers: &[("pop3-codec", commands_written)],
        less: &[],
        goal: None,
    },
    Row {
        title: "a line of LIST, framed",
        ours: "pop3/list-framed",
        limit: Some(("scan", || scanned_lines("line", corpus::list(), digits))),
        peers: &[("pop3-codec", list)],
        less: &[],
        goal: Some(0.45),
    },
    Row {
        title: "a line of LIST, received by the session",
        ours: "pop3/client-list",
        limit: None,
        peers: &[("pop3-codec", list)],
        less: &[],
        goal: Some(0.45),
    },
    Row {
        title: "a line of UIDL, framed",
        ours: "pop3/uidl-framed",
        limit: Some(("scan", || scanned_lines("line", corpus::uidl(), digits))),
        peers: &[("pop3-codec", uidl)],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "a line of UIDL, received by the session",
        ours: "pop3/client-uidl",
        limit: None,
        peers: &[("pop3-codec", uidl)],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "RETR, received by the session as pieces",
        ours: "pop3/client-retr",
        limit: Some(("copy", || {
            let wire = body::stuffed(&body::text(DOTTED));
            let mut message = Vec::with_capacity(wire.len());
            Work::new("KiB", wire.len() / 1024, move || {
                message.clear();
                for read in black_box(&wire).chunks(READ) {
                    message.extend_from_slice(read);
                }
                black_box(&mut message);
            })
        })),
        // It makes a string of each line, and leaves the dots in it.
        peers: &[("pop3-codec", || {
            let mut wire = b"+OK the message follows\r\n".to_vec();
            wire.extend(body::stuffed(&body::text(DOTTED)));
            Work::new("KiB", wire.len() / 1024, move || {
                let (rest, response) = codec::response_retr(black_box(&wire)).expect("an answer");
                assert!(rest.is_empty());
                black_box(response);
            })
        })],
        less: &[],
        goal: Some(0.05),
    },
];

/// The digits at the start of a line.
fn digits(line: &[u8]) {
    let number = line
        .iter()
        .map(|octet| octet.wrapping_sub(b'0'))
        .take_while(|digit| *digit < 10)
        .fold(0_u64, |number, digit| number.wrapping_mul(10).wrapping_add(digit.into()));
    black_box((number, line.last()));
}

fn list() -> Work {
    let wire = corpus::list();
    Work::new("line", ITEMS, move || {
        let (_, response) = codec::response_list_all(black_box(wire.octets())).expect("an answer");
        let Response::Ok(response) = response else { panic!("not +OK") };
        assert_eq!(black_box(response).body.len(), ITEMS);
    })
}

fn uidl() -> Work {
    let wire = corpus::uidl();
    Work::new("line", ITEMS, move || {
        let (_, response) = codec::response_uidl_all(black_box(wire.octets())).expect("an answer");
        let Response::Ok(response) = response else { panic!("not +OK") };
        assert_eq!(black_box(response).body.len(), ITEMS);
    })
}

/// A `Vec` each.
fn commands_written() -> Work {
    let wire = corpus::commands();
    let commands: Vec<Command> =
        wire.items().map(|line| codec::command(line).expect("it is a command").1).collect();
    Work::new("line", commands.len(), move || {
        for command in black_box(&commands) {
            black_box(command.serialize());
        }
    })
}
