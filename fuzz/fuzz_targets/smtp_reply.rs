//! Replies as a client receives them: framing does not depend on how the input
//! is cut, and what parses is encoded to a reply that parses to the same.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smtp_proto::{Extension, Reply, ReplyFramer, ReplyFramingError, Text};

const LIMIT: usize = 1024;

/// The replies in `input`, received `step` octets at a time.
fn frame(input: &[u8], step: usize) -> (Vec<&[u8]>, Option<ReplyFramingError>) {
    let mut framer = ReplyFramer::new(LIMIT);
    let (mut start, mut end, mut replies) = (0, 0, Vec::new());
    while end < input.len() {
        end = (end + step).min(input.len());
        loop {
            match framer.next(&input[start..end]) {
                Ok(Some(length)) => {
                    assert!(length <= LIMIT);
                    replies.push(&input[start..start + length]);
                    start += length;
                }
                Ok(None) => break,
                Err(error) => return (replies, Some(error)),
            }
        }
    }
    (replies, None)
}

fuzz_target!(|input: &[u8]| {
    let (replies, failure) = frame(input, input.len().max(1));
    for step in [1, 7] {
        assert_eq!(frame(input, step), (replies.clone(), failure));
    }
    for octets in replies {
        let Ok(reply) = Reply::parse(octets) else { continue };
        let mut out = BytesMut::new();
        reply.encode(&mut out);
        // What is too long for a line of 512 octets is wrapped.
        if reply.lines().iter().all(|line| line.as_bytes().len() <= Text::MAX) {
            assert_eq!(Reply::parse(&out), Ok(reply));
        }
        assert!(out.split_inclusive(|&octet| octet == b'\n').all(|line| line.len() <= 512));
        for extension in reply.lines().iter().flat_map(Extension::parse) {
            let mut line = BytesMut::from(&b"250 "[..]);
            extension.encode(&mut line);
            line.extend_from_slice(b"\r\n");
            let again = Reply::parse(&line).expect("an extension is one line of a reply");
            // A keyword that looks like an enhanced code is taken for one.
            if again.enhanced().is_none() {
                let first = again.lines().iter().next().expect("a line");
                assert_eq!(Extension::parse(first), Ok(extension));
            }
        }
    }
});
