//! Bodies: dots undone and done, in reads of 64 KiB.

use std::hint::black_box;

use bytes::BytesMut;
use mail_wire::{BodyPolicy, DotStuffer, DotUnstuffer, SendPolicy, Unstuffed};

use super::{Named, Work};
use crate::corpus::body;

/// Octets of a read.
pub const READ: usize = 64 << 10;

/// One line in so many begins with a dot: somewhat more than in mail.
pub const DOTTED: u64 = 1_000;
/// Far more than in mail.
pub const OFTEN_DOTTED: u64 = 50;

pub(super) const ALL: &[Named] = &[
    ("body/text-reject", || unstuff(BodyPolicy::Reject, &body::text(DOTTED))),
    ("body/text-keep", || unstuff(BodyPolicy::Keep, &body::text(DOTTED))),
    ("body/text-normalize", || unstuff(BodyPolicy::Normalize, &body::text(DOTTED))),
    ("body/often-dotted-reject", || unstuff(BodyPolicy::Reject, &body::text(OFTEN_DOTTED))),
    ("body/dots-reject", || unstuff(BodyPolicy::Reject, &body::dots())),
    ("body/dots-keep", || unstuff(BodyPolicy::Keep, &body::dots())),
    ("body/text-reject-copied", || copied(BodyPolicy::Reject)),
    ("body/text-keep-copied", || copied(BodyPolicy::Keep)),
    ("body/stuff-text-reject", || stuff(SendPolicy::Reject, body::text(DOTTED))),
    ("body/stuff-text-normalize", || stuff(SendPolicy::Normalize, body::text(DOTTED))),
    ("body/stuff-dots-reject", || stuff(SendPolicy::Reject, body::dots())),
];

/// Hands `wire` on in reads, and what was left of each with the next.
pub fn in_reads<'w>(wire: &'w [u8], mut receive: impl FnMut(&mut &'w [u8])) {
    let (mut start, mut end) = (0, 0);
    while end < wire.len() {
        end = (end + READ).min(wire.len());
        let mut input = &wire[start..end];
        receive(&mut input);
        start = end - input.len();
    }
}

/// `wire` as pieces.
fn pieces(policy: BodyPolicy, wire: &[u8], mut piece: impl FnMut(&[u8])) {
    let mut unstuffer = DotUnstuffer::new(policy);
    let mut ended = false;
    in_reads(black_box(wire), |input| {
        while let Unstuffed::Piece(octets) = unstuffer.next(input) {
            piece(octets);
        }
        ended = input.is_empty();
    });
    assert!(ended);
}

fn unstuff(policy: BodyPolicy, body: &[u8]) -> Work {
    let wire = body::stuffed(body);
    Work::new("KiB", wire.len() / 1024, move || {
        pieces(policy, &wire, |piece| {
            black_box(piece);
        });
    })
}

fn copied(policy: BodyPolicy) -> Work {
    let wire = body::stuffed(&body::text(DOTTED));
    let mut message = Vec::with_capacity(wire.len());
    Work::new("KiB", wire.len() / 1024, move || {
        message.clear();
        pieces(policy, &wire, |piece| message.extend_from_slice(piece));
        black_box(&mut message);
    })
}

fn stuff(policy: SendPolicy, body: Vec<u8>) -> Work {
    let mut out = BytesMut::with_capacity(4 * READ);
    Work::new("KiB", body.len() / 1024, move || {
        let mut stuffer = DotStuffer::new(policy);
        for piece in black_box(&body).chunks(READ) {
            out.clear();
            stuffer.push(piece, &mut out).expect("its lines end with CRLF");
            black_box(&mut out);
        }
        stuffer.finish(&mut out).expect("its lines end with CRLF");
    })
}
