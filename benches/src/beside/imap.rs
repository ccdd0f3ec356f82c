//! IMAP. imap-codec and djc's imap-proto find the ends themselves, as ours does, and copy what has
//! escapes (djc) or all of it but what is never owned (imap-codec, whose values borrow too).
//! mailrs-imap-proto splits commands at spaces into strings, and parses neither sets nor items.

use std::hint::black_box;

use djc_imap_proto::builders::command::{Attribute, CommandBuilder};
use imap_codec::decode::Decoder;
use imap_codec::encode::Encoder;
use imap_codec::{CommandCodec, ResponseCodec};
use memchr::memchr;

use super::{Row, cut, framing, text};
use crate::corpus::{Wire, imap as corpus};
use crate::work::Work;
use crate::work::imap::RANGES;

pub(super) const ROWS: &[Row] = &[
    Row {
        title: "IMAP commands, mix, framed",
        ours: "imap/command-mix-framed",
        limit: Some(("scan", || scanned(corpus::lines(1, corpus::command)))),
        peers: &[("imap-codec", || commands(corpus::lines(1, corpus::command)))],
        less: &[("mailrs", || split(corpus::lines(1, corpus::command)))],
        goal: Some(0.25),
    },
    Row {
        title: "STORE, framed",
        ours: "imap/store-framed",
        limit: Some(("scan", || scanned(corpus::lines(2, corpus::tagged_store)))),
        peers: &[("imap-codec", || commands(corpus::lines(2, corpus::tagged_store)))],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "UID FETCH, framed",
        ours: "imap/uid-fetch-framed",
        limit: Some(("scan", || scanned(corpus::lines(3, corpus::tagged_fetch)))),
        peers: &[("imap-codec", || commands(corpus::lines(3, corpus::tagged_fetch)))],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "SEARCH, the command, framed",
        ours: "imap/search-command-framed",
        limit: Some(("scan", || scanned(corpus::lines(4, corpus::tagged_search)))),
        peers: &[("imap-codec", || commands(corpus::lines(4, corpus::tagged_search)))],
        less: &[],
        goal: Some(0.15),
    },
    Row {
        title: "FETCH, all of a client's list, framed",
        ours: "imap/fetch-full-framed",
        limit: Some(("scan", || scanned(corpus::lines(5, corpus::fetch_full)))),
        peers: &[
            ("imap-codec", || responses(corpus::lines(5, corpus::fetch_full))),
            ("djc", || djc(corpus::lines(5, corpus::fetch_full))),
        ],
        less: &[],
        goal: Some(0.33),
    },
    Row {
        title: "FETCH of UID and FLAGS, framed",
        ours: "imap/fetch-flags-framed",
        limit: Some(("scan", || scanned(corpus::lines(6, corpus::fetch_flags)))),
        peers: &[
            ("imap-codec", || responses(corpus::lines(6, corpus::fetch_flags))),
            ("djc", || djc(corpus::lines(6, corpus::fetch_flags))),
        ],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "LIST, framed",
        ours: "imap/list-framed",
        limit: Some(("scan", || scanned(corpus::lines(7, corpus::list)))),
        peers: &[
            ("imap-codec", || responses(corpus::lines(7, corpus::list))),
            ("djc", || djc(corpus::lines(7, corpus::list))),
        ],
        less: &[],
        goal: Some(0.35),
    },
    Row {
        title: "STATUS, framed",
        ours: "imap/status-framed",
        limit: Some(("scan", || scanned(corpus::lines(8, corpus::status)))),
        peers: &[
            ("imap-codec", || responses(corpus::lines(8, corpus::status))),
            ("djc", || djc(corpus::lines(8, corpus::status))),
        ],
        less: &[],
        goal: Some(0.55),
    },
    Row {
        title: "SEARCH of 10,000 numbers, framed",
        ours: "imap/search-10000-framed",
        limit: Some(("scan", || scanned(corpus::found()))),
        peers: &[("imap-codec", || responses(corpus::found())), ("djc", || djc(corpus::found()))],
        less: &[],
        goal: Some(0.45),
    },
    Row {
        title: "header as a literal of 1.5 KB, framed",
        ours: "imap/header-literals-framed",
        limit: None,
        peers: &[
            ("imap-codec", || responses(corpus::lines(9, corpus::header))),
            ("djc", || djc(corpus::lines(9, corpus::header))),
        ],
        less: &[],
        goal: Some(0.3),
    },
    Row {
        title: "FETCH, all of a client's list, written",
        ours: "imap/fetch-full-encode",
        limit: None,
        peers: &[("imap-codec", || written(corpus::lines(5, corpus::fetch_full)))],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "FETCH of UID and FLAGS, written",
        ours: "imap/fetch-flags-encode",
        limit: None,
        peers: &[("imap-codec", || written(corpus::lines(6, corpus::fetch_flags)))],
        less: &[],
        goal: Some(0.08),
    },
    Row {
        title: "UID FETCH of a range, built and written",
        ours: "imap/uid-fetch-build",
        limit: None,
        peers: &[("djc", || {
            Work::new("command", RANGES.len(), || {
                let mut out = Vec::with_capacity(64 * RANGES.len());
                for first in black_box(RANGES) {
                    let command = CommandBuilder::uid_fetch()
                        .range(first..=first + 100)
                        .attr(Attribute::Flags)
                        .attr(Attribute::Uid)
                        .attr(Attribute::Rfc822Size);
                    let command = djc_imap_proto::builders::command::Command::from(command);
                    out.extend_from_slice(b"A001 ");
                    out.extend_from_slice(&command.args);
                    out.extend_from_slice(b"\r\n");
                }
                black_box(out);
            })
        })],
        less: &[],
        goal: Some(0.2),
    },
];

fn commands(wire: Wire) -> Work {
    framing("command", wire, |input| {
        let (rest, command) = CommandCodec::default().decode(input).expect("it is a command");
        black_box(command);
        rest
    })
}

fn responses(wire: Wire) -> Work {
    framing("response", wire, |input| {
        let (rest, response) = ResponseCodec::default().decode(input).expect("it is a response");
        black_box(response);
        rest
    })
}

fn djc(wire: Wire) -> Work {
    framing("response", wire, |input| {
        let (rest, response) = djc_imap_proto::Response::parse(input).expect("it is a response");
        black_box(response);
        rest
    })
}

fn split(wire: Wire) -> Work {
    cut("command", wire, |line| {
        let _ = black_box(mailrs_imap_proto::parse_command(text(line)).expect("it is a command"));
    })
}

/// A `Vec` each.
fn written(wire: Wire) -> Work {
    let wire: &'static Wire = Box::leak(wire.into());
    let responses: Vec<_> = wire
        .items()
        .map(|octets| ResponseCodec::default().decode(octets).expect("it is a response").1)
        .collect();
    Work::new("response", responses.len(), move || {
        for response in black_box(&responses) {
            black_box(ResponseCodec::default().encode(response).dump());
        }
    })
}

/// The end of each line, and of each of its words and strings.
fn scanned(wire: Wire) -> Work {
    framing("line", wire, |input| {
        let end = memchr(b'\n', input).expect("it is a line");
        let mut words = 0_u32;
        let mut quoted = false;
        for octet in &input[..end] {
            quoted ^= *octet == b'"';
            words += u32::from(!quoted && matches!(octet, b' ' | b'(' | b')'));
        }
        black_box(words);
        &input[end + 1..]
    })
}
