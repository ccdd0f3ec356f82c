//! Responses as a client receives them: framing does not depend on how the input is cut, and
//! what parses, whatever servers are forgiven and with what is kept raw in it, is encoded to
//! one response that parses to the same.

#![no_main]

use bytes::BytesMut;
use imap_proto::{Arena, Framed, Response, ResponseFramer, Style};
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;

const LIMIT: usize = 512;

/// What the framer makes of `input`, received `step` octets at a time; `None` for a response
/// over the limit.
fn frame(input: &[u8], limit: usize, step: usize) -> Vec<Option<&[u8]>> {
    let mut framer = ResponseFramer::new(limit);
    let (mut start, mut end, mut found) = (0, 0, Vec::new());
    while end < input.len() {
        end = (end + step).min(input.len());
        let mut unread = &input[start..end];
        loop {
            match framer.next(&mut unread) {
                Framed::Whole { octets, .. } => found.push(Some(octets)),
                Framed::TooLong { .. } => found.push(None),
                Framed::Ask { ask, .. } => match ask {},
                Framed::NeedInput => break,
            }
        }
        assert!(unread.len() < limit, "more is left unread than the limit says");
        start = end - unread.len();
    }
    found
}

/// The one response that is written.
fn written(response: &Response<'_>, style: Style) -> Vec<u8> {
    let mut out = BytesMut::new();
    response.encode(style, &mut out);
    let mut input = &out[..];
    let Framed::Whole { octets, .. } = ResponseFramer::new(usize::MAX).next(&mut input) else {
        panic!("no response: {}", out.escape_ascii())
    };
    assert!(input.is_empty(), "two responses: {}", out.escape_ascii());
    octets.to_vec()
}

fuzz_target!(|input: &[u8]| {
    in_proportion(input, |input| {
        for octets in frame(input, usize::MAX, 64).into_iter().flatten() {
            let _ = Response::parse(octets, &Arena::new());
        }
    });
    in_proportion(input, |input| {
        let _ = Response::parse(input, &Arena::new());
    });
    let responses = frame(input, LIMIT, input.len().max(1));
    for step in [1, 7] {
        assert_eq!(frame(input, LIMIT, step), responses);
    }
    for octets in responses.into_iter().flatten() {
        let arena = Arena::new();
        match Response::parse(octets, &arena) {
            Ok(response) => {
                for style in [Style::PLAIN, Style { utf8: true, ..Style::PLAIN }] {
                    let again = written(&response, style);
                    let parsed = Response::parse(&again, &arena);
                    assert_eq!(parsed, Ok(response), "{}", again.escape_ascii());
                }
            }
            Err(error) => assert!(error.offset <= octets.len()),
        }
    }
});
