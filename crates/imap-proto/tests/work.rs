//! The work that a peer can cause grows with what it sends, not with its square.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use core::time::Duration;
use std::time::Instant;

use bytes::BytesMut;
use imap_proto::server::{Channel, Config, Event, Session};
use imap_proto::{Arena, Framed, Response, ResponseFramer};

/// The least time of some runs of `work`.
fn least(mut work: impl FnMut()) -> Duration {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..5).map(run).min().unwrap()
}

/// What a session does with `input` before login.
fn serve(input: &[u8]) {
    let mut config = Config::default();
    config.limits.bad_commands = u32::MAX;
    let mut out = BytesMut::new();
    let mut session = Session::new(config.into(), Channel::Tls, &mut out);
    let arena = Arena::new();
    let mut input = input;
    while !matches!(session.receive(&mut input, &arena, &mut out).unwrap(), Event::NeedInput) {}
    assert!(input.is_empty());
}

fn read(input: &[u8]) {
    let mut framer = ResponseFramer::new(input.len() + 2);
    let mut rest = input;
    while let Framed::Whole { octets, .. } = framer.next(&mut rest) {
        let _ = Response::parse(octets, &Arena::new());
    }
}

/// A line of 30,000 octets and 4,000 literals after it: the command's tag and name are looked
/// for once.
#[test]
fn literals_after_a_long_line() {
    let attack = format!("a {}{}\r\n", "X".repeat(30_000), "{1+}\r\nx".repeat(4_000));
    let harmless = "a NOOP x\r\n".repeat(attack.len() / 10);
    let (attack, harmless) =
        (least(|| serve(attack.as_bytes())), least(|| serve(harmless.as_bytes())));
    assert!(attack < harmless * 4 + Duration::from_millis(5), "{attack:?} beside {harmless:?}");
}

/// Responses in which much has to be skipped, or has no end.
#[test]
fn responses_that_have_to_be_skipped() {
    let harmless = read_time("UID 3 FLAGS (\\Seen) ");
    for bad in [
        "X (",
        "[",
        "[x ",
        "X \"a\"b ",
        "ENVELOPE (",
        "ENVELOPE (NIL\"x) ",
        "ENVELOPE (\"a\" ((",
        "BODY ((",
        "BODY (\"a\" NIL (",
        "FLAGS (a\"b [",
        "\"a\" ",
        "{0}\r\n",
        "BODY[HEADER.FIELDS (a ",
    ] {
        let time = read_time(bad);
        assert!(
            time < harmless * 20 + Duration::from_millis(20),
            "{bad}: {time:?} beside {harmless:?}"
        );
    }
}

fn read_time(item: &str) -> Duration {
    let wire = format!("* 1 FETCH ({})\r\n", item.repeat(200_000 / item.len()));
    least(|| read(wire.as_bytes()))
}
