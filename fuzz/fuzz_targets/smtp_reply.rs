//! Replies as a client receives them: framing does not depend on how the input
//! is cut, and what parses is encoded to a reply that parses to the same.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use smtp_proto::{Extension, Framed, Reply, ReplyFramer, Text};

const LIMIT: usize = 1024;

/// The units in `input`, received `step` octets at a time; of one that is over the limit its
/// start.
fn frame(input: &[u8], limit: usize, step: usize) -> Vec<Result<&[u8], &[u8]>> {
    let mut framer = ReplyFramer::new(limit);
    let (mut start, mut end, mut units) = (0, 0, Vec::new());
    while end < input.len() {
        end = (end + step).min(input.len());
        let mut rest = &input[start..end];
        loop {
            match framer.next(&mut rest) {
                Framed::Whole { octets, .. } => {
                    assert!(octets.len() < limit);
                    units.push(Ok(octets));
                }
                Framed::TooLong { start } => units.push(Err(start)),
                Framed::Ask { ask, .. } => match ask {},
                Framed::NeedInput => break,
            }
        }
        assert!(rest.len() < limit);
        start = end - rest.len();
    }
    units
}

fuzz_target!(|input: &[u8]| {
    // Replies of any length, and an EHLO answer whose lines are looked at.
    in_proportion(input, |input| {
        for octets in frame(input, usize::MAX, 64).into_iter().flatten() {
            let Ok(reply) = Reply::parse(octets) else { continue };
            let lines = reply.lines().iter().map(Text::as_bytes);
            assert!(lines.flat_map(Extension::parse).count() <= octets.len());
        }
    });
    let units = frame(input, LIMIT, input.len().max(1));
    for step in [1, 7] {
        assert_eq!(frame(input, LIMIT, step), units);
    }
    let replies = units.into_iter().flatten();
    for octets in replies {
        let Ok(reply) = Reply::parse(octets) else { continue };
        let mut out = BytesMut::new();
        reply.encode(&mut out);
        // What is too long for a line of 512 octets is wrapped.
        if reply.lines().iter().all(|line| line.as_bytes().len() <= Text::MAX) {
            assert_eq!(Reply::parse(out.strip_suffix(b"\r\n").expect("CRLF")), Ok(reply));
        }
        assert!(out.split_inclusive(|&octet| octet == b'\n').all(|line| line.len() <= 512));
        for extension in reply.lines().iter().map(Text::as_bytes).flat_map(Extension::parse) {
            let mut line = BytesMut::from(&b"250 "[..]);
            extension.encode(&mut line);
            let again = Reply::parse(&line).expect("an extension is one line of a reply");
            // A keyword that looks like an enhanced code is taken for one.
            if again.enhanced().is_none() {
                let first = again.lines().iter().next().expect("a line");
                assert_eq!(Extension::parse(first.as_bytes()), Ok(extension));
            }
        }
    }
});
