//! Bodies on the wire: taking one off agrees with the plain way to do it,
//! however it is cut; and what is put on comes off again.

#![no_main]

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use mail_wire::{BodyPolicy, DotStuffer, DotUnstuffer, SendPolicy, Unstuffed};

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    reads: [u16; 4],
    octets: &'a [u8],
}

/// The body, whether it was refused, and what stands after it; none without an end.
type Seen = Option<(Vec<u8>, bool, Vec<u8>)>;

fn unstuff(policy: BodyPolicy, wire: &[u8], reads: impl Iterator<Item = usize>) -> Seen {
    let mut unstuffer = DotUnstuffer::new(policy);
    let (mut start, mut end, mut body) = (0, 0, Vec::new());
    for read in reads {
        if end == wire.len() {
            break;
        }
        end = (end + read).min(wire.len());
        let mut input = &wire[start..end];
        loop {
            match unstuffer.next(&mut input) {
                Unstuffed::Piece(piece) => {
                    assert!(!piece.is_empty());
                    body.extend_from_slice(piece);
                }
                Unstuffed::End { refused } => {
                    let behind = wire[end - input.len()..].to_vec();
                    return Some((if refused { Vec::new() } else { body }, refused, behind));
                }
                Unstuffed::NeedInput => break,
            }
        }
        assert!(input.len() <= 2);
        start = end - input.len();
    }
    None
}

/// The plain way, octet by octet.
fn naive(policy: BodyPolicy, wire: &[u8]) -> Seen {
    let (mut body, mut refused, mut line_start) = (Vec::new(), false, true);
    let mut rest = wire;
    loop {
        if line_start {
            match rest {
                [b'.', b'\r', b'\n', behind @ ..] => {
                    return Some((
                        if refused { Vec::new() } else { body },
                        refused,
                        behind.to_vec(),
                    ));
                }
                [b'.'] | [b'.', b'\r'] => return None,
                [b'.', behind @ ..] => rest = behind,
                _ => {}
            }
        }
        line_start = false;
        rest = match rest {
            [] => return None,
            [b'\r', b'\n', behind @ ..] => {
                body.extend_from_slice(b"\r\n");
                line_start = true;
                behind
            }
            [octet, behind @ ..] => {
                match (policy, octet) {
                    (BodyPolicy::Normalize, b'\r' | b'\n') => body.extend_from_slice(b"\r\n"),
                    (BodyPolicy::Normalize, 0) => {}
                    _ => body.push(*octet),
                }
                refused |= policy == BodyPolicy::Reject && matches!(octet, b'\r' | b'\n' | 0);
                behind
            }
        };
    }
}

fuzz_target!(|case: Case<'_>| {
    let Case { reads, octets } = case;
    let reads = reads.map(|read| usize::from(read) % 4096 + 1);
    for policy in [BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize] {
        let expected = naive(policy, octets);
        assert_eq!(unstuff(policy, octets, std::iter::once(octets.len())), expected);
        assert_eq!(unstuff(policy, octets, reads.into_iter().cycle()), expected);
    }

    in_proportion(octets, |octets| {
        for policy in [BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize] {
            unstuff(policy, octets, std::iter::repeat(64));
        }
        for policy in [SendPolicy::Reject, SendPolicy::Normalize] {
            let mut out = BytesMut::new();
            let mut stuffer = DotStuffer::new(policy);
            let _ = stuffer.push(octets, &mut out).and_then(|()| stuffer.finish(&mut out));
        }
    });

    for policy in [SendPolicy::Reject, SendPolicy::Normalize] {
        let mut whole = BytesMut::new();
        let mut stuffer = DotStuffer::new(policy);
        let sent = stuffer.push(octets, &mut whole).and_then(|()| stuffer.finish(&mut whole));

        let mut cut = BytesMut::new();
        let mut stuffer = DotStuffer::new(policy);
        let mut rest = octets;
        let mut result = Ok(());
        for read in reads.into_iter().cycle() {
            if rest.is_empty() || result.is_err() {
                break;
            }
            let (piece, behind) = rest.split_at(read.min(rest.len()));
            result = stuffer.push(piece, &mut cut);
            rest = behind;
        }
        assert_eq!(result.and_then(|()| stuffer.finish(&mut cut)), sent);
        if sent.is_err() {
            continue;
        }
        assert_eq!(cut, whole);
        let (body, _, behind) = naive(BodyPolicy::Keep, &whole).expect("the end was sent");
        assert!(behind.is_empty());
        if policy == SendPolicy::Reject {
            let ended = octets.is_empty() || octets.ends_with(b"\r\n");
            assert_eq!(body, [octets, if ended { b"" } else { b"\r\n" }].concat());
        }
    }
});
