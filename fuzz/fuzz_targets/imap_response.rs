//! Responses as a client receives them: framing does not depend on how the input
//! is cut, and what parses is encoded to one response that parses, and is encoded
//! to the same again. (The values may differ: a multipart without parts, which
//! servers are forgiven, is written with an empty one.) A response with raw
//! items is only encoded.

#![no_main]

use bytes::BytesMut;
use imap_proto::{Arena, Data, FetchData, Framed, Response, ResponseFramer, Style};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 512;

/// What the framer makes of `input`, received `step` octets at a time; `None`
/// for a response that is too long.
fn frame(input: &[u8], step: usize) -> Vec<Option<&[u8]>> {
    let mut framer = ResponseFramer::new(LIMIT);
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
        assert!(unread.len() < LIMIT, "more is left unread than the limit says");
        start = end - unread.len();
    }
    found
}

/// The one response that is written.
fn written(response: &Response<'_>, style: Style) -> Vec<u8> {
    let mut out = BytesMut::new();
    response.encode(style, &mut out);
    let mut input = &out[..];
    let Framed::Whole { octets, .. } = ResponseFramer::new(usize::MAX).next(&mut input)
    else {
        panic!("no response: {}", out.escape_ascii())
    };
    assert!(input.is_empty(), "two responses: {}", out.escape_ascii());
    octets.to_vec()
}

/// Whether all of it is of the grammar. What is not is raw: octets up to where
/// the next item may begin, and that may be elsewhere when they are sent on.
fn is_known(response: &Response<'_>) -> bool {
    match response {
        Response::Data(Data::Unparsed { .. }) => false,
        Response::Data(Data::Fetch(fetch)) => {
            !fetch.data.iter().any(|data| matches!(data, FetchData::Unparsed { .. }))
        }
        _ => true,
    }
}

fuzz_target!(|input: &[u8]| {
    let responses = frame(input, input.len().max(1));
    for step in [1, 7] {
        assert_eq!(frame(input, step), responses);
    }
    for octets in responses.into_iter().flatten() {
        let arena = Arena::new();
        match Response::parse(octets, &arena) {
            Ok(response) => {
                for style in [Style::PLAIN, Style { utf8: true, ..Style::PLAIN }] {
                    let mut out = BytesMut::new();
                    response.encode(style, &mut out);
                    if !is_known(&response) {
                        assert_eq!(frame(&out, out.len()).len(), 1, "one response stays one");
                        continue;
                    }
                    let again = written(&response, style);
                    let parsed = Response::parse(&again, &arena).expect("it was one before");
                    assert_eq!(
                        written(&parsed, style).escape_ascii().to_string(),
                        again.escape_ascii().to_string()
                    );
                }
            }
            Err(error) => assert!(error.offset <= octets.len()),
        }
    }
});
