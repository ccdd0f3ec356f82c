//! Bodies. Stalwart's receiver looks for the end and for dots at the start of lines, and lets bare
//! CR and LF pass, as our `Keep`; `Reject`, the default, refuses them and NUL.

use std::hint::black_box;

use memchr::{memchr_iter, memmem};
use stalwart_smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver};

use super::{Rival, Row};
use crate::corpus::body;
use crate::work::Work;
use crate::work::body::{DOTTED, READ, in_reads};

const MEMMEM: Rival = ("memmem", || {
    let wire = body::stuffed(&body::text(DOTTED));
    Work::new("KiB", wire.len() / 1024, move || {
        let finder = memmem::Finder::new(b"\r\n.");
        in_reads(black_box(&wire), |input| {
            black_box(finder.find_iter(input).count());
            *input = &[];
        });
    })
});
const COPY: Rival = ("copy", || {
    let wire = body::stuffed(&body::text(DOTTED));
    let mut message = Vec::with_capacity(wire.len());
    Work::new("KiB", wire.len() / 1024, move || {
        message.clear();
        for read in black_box(&wire).chunks(READ) {
            message.extend_from_slice(read);
        }
        black_box(&mut message);
    })
});
const DISCARDED: Rival = ("Stalwart", || discarded(body::text(DOTTED)));
const COPIED: Rival = ("Stalwart", || {
    let wire = body::stuffed(&body::text(DOTTED));
    let mut message = Vec::with_capacity(wire.len());
    Work::new("KiB", wire.len() / 1024, move || {
        message.clear();
        let mut receiver = DataReceiver::new();
        let mut ended = false;
        for read in black_box(&wire).chunks(READ) {
            ended = receiver.ingest(&mut read.iter(), &mut message);
        }
        assert!(ended);
        black_box(&mut message);
    })
});
/// It takes a body whole, without its end.
const COPIED_WHOLE: Rival = ("mailrs", || {
    let mut wire = body::stuffed(&body::text(DOTTED));
    wire.truncate(wire.len() - 3);
    Work::new("KiB", wire.len() / 1024, move || {
        black_box(mailrs_smtp_proto::unstuff_data(black_box(&wire)));
    })
});

pub(super) const ROWS: &[Row] = &[
    Row {
        title: "DATA, text, as pieces: Reject",
        ours: "body/text-reject",
        limit: Some(MEMMEM),
        peers: &[DISCARDED],
        less: &[],
        goal: Some(1.0),
    },
    Row {
        title: "DATA, text, as pieces: Keep",
        ours: "body/text-keep",
        limit: Some(MEMMEM),
        peers: &[DISCARDED],
        less: &[],
        goal: Some(1.0),
    },
    Row {
        title: "DATA, text, copied out: Reject",
        ours: "body/text-reject-copied",
        limit: Some(COPY),
        peers: &[COPIED, COPIED_WHOLE],
        less: &[],
        goal: Some(0.8),
    },
    Row {
        title: "DATA, text, copied out: Keep",
        ours: "body/text-keep-copied",
        limit: Some(COPY),
        peers: &[COPIED, COPIED_WHOLE],
        less: &[],
        goal: Some(0.8),
    },
    Row {
        title: "DATA, every line a dot: Reject",
        ours: "body/dots-reject",
        limit: Some(("memchr", || {
            let wire = body::stuffed(&body::dots());
            Work::new("KiB", wire.len() / 1024, move || {
                black_box(memchr_iter(b'\n', black_box(&wire)).count());
            })
        })),
        peers: &[("Stalwart", || discarded(body::dots()))],
        less: &[],
        goal: Some(0.25),
    },
    Row {
        title: "a body written, dots stuffed: Reject",
        ours: "body/stuff-text-reject",
        limit: Some(COPY),
        peers: &[],
        less: &[],
        goal: None,
    },
];

fn discarded(body: Vec<u8>) -> Work {
    let wire = body::stuffed(&body);
    Work::new("KiB", wire.len() / 1024, move || {
        let mut receiver = DummyDataReceiver::new_data(&DataReceiver::new());
        let mut ended = false;
        for read in black_box(&wire).chunks(READ) {
            ended = receiver.ingest(&mut read.iter());
        }
        assert!(ended);
    })
}
