//! What the benches share. They are in `benches/`; `README.md` tells how to run
//! them and what they measured.

/// Octets of a [`body`].
const BODY: usize = 1 << 20;
/// Octets of a read.
pub const READ: usize = 64 << 10;

/// A mebibyte of text in lines of 78 octets, their ends included, of which one
/// in `dotted` begins with a dot.
pub fn body(dotted: usize) -> Vec<u8> {
    let text = b"The quick brown fox jumps over the lazy dog; pack my box with five dozen jugs";
    let mut body = Vec::with_capacity(BODY + 100);
    for line in 1_usize.. {
        if body.len() >= BODY {
            break;
        }
        body.push(if line.is_multiple_of(dotted) { b'.' } else { b'x' });
        body.extend_from_slice(&text[..75]);
        body.extend_from_slice(b"\r\n");
    }
    body
}

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
