//! Messages as they are sent: lines with CRLF, before dots are stuffed.

use bytes::BytesMut;
use mail_wire::{DotStuffer, SendPolicy};

use super::names;
use crate::random::Random;

/// Octets of a body.
pub const BODY: usize = 1 << 20;

/// A mebibyte of text in lines of 40 to 78 octets, of which one in `dotted` begins with a dot: in
/// mail it is one in some thousands.
pub fn text(dotted: u64) -> Vec<u8> {
    let mut random = Random::new(0x0b0d);
    let mut body = Vec::with_capacity(BODY + 100);
    while body.len() < BODY {
        if random.below(dotted) == 0 {
            body.push(b'.');
        }
        let words = names::words(&mut random, 15);
        let length = 40 + random.below(37) as usize;
        body.extend_from_slice(&words.as_bytes()[..length.min(words.len())]);
        body.extend_from_slice(b"\r\n");
    }
    body
}

/// A mebibyte of lines that are a dot each, the worst that there is.
pub fn dots() -> Vec<u8> {
    b".\r\n".repeat(BODY / 3)
}

/// `body` as it stands on the wire, with the line that ends it.
pub fn stuffed(body: &[u8]) -> Vec<u8> {
    let mut wire = BytesMut::new();
    let mut stuffer = DotStuffer::new(SendPolicy::Reject);
    stuffer.push(body, &mut wire).expect("its lines end with CRLF");
    stuffer.finish(&mut wire).expect("its lines end with CRLF");
    wire.to_vec()
}
