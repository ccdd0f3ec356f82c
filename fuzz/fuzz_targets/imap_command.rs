//! A command as the framer gives it: what parses is encoded to one command that
//! parses to the same, in every style; and an error lies within the command.

#![no_main]

use bytes::BytesMut;
use imap_proto::{
    Arena, Command, CommandFramer, CommandKind, Framed, LiteralStyle, Style, parse_tag,
};
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;

const STYLES: [Style; 4] = [
    Style::PLAIN,
    Style { literal: LiteralStyle::Minus, utf8: false },
    Style { literal: LiteralStyle::Plus, utf8: false },
    Style { literal: LiteralStyle::Plus, utf8: true },
];

/// The one command that `out` is to a framer; for APPEND, up to its message.
fn framed<'b>(command: &Command<'_>, mut out: &'b [u8]) -> &'b [u8] {
    let mut framer = CommandFramer::new(usize::MAX);
    let length = out.len();
    loop {
        match framer.next(&mut out) {
            Framed::Whole { octets, .. } => {
                assert!(out.is_empty(), "more than one command");
                return octets;
            }
            Framed::Ask { octets, .. }
                if matches!(command.kind, CommandKind::Append(_)) && octets.len() + 2 == length =>
            {
                return octets;
            }
            Framed::Ask { ask, .. } => assert!(framer.keep(ask.head.octets)),
            other => panic!("{other:?}"),
        }
    }
}

/// Frames and parses all that comes in reads of 64 octets, every literal among it.
fn receive(input: &[u8]) {
    let (mut framer, mut arena) = (CommandFramer::new(usize::MAX), Arena::new());
    let (mut start, mut end) = (0, 0);
    while end < input.len() {
        end = (end + 64).min(input.len());
        let mut unread = &input[start..end];
        loop {
            match framer.next(&mut unread) {
                Framed::Whole { octets, .. } => drop(Command::parse(octets, &arena).ok()),
                Framed::Ask { ask, .. } if framer.keep(ask.head.octets) => {}
                Framed::Ask { .. } => framer.refuse(&mut unread),
                Framed::TooLong { .. } => {}
                Framed::NeedInput => break,
            }
            arena.reset();
        }
        start = end - unread.len();
    }
}

fuzz_target!(|octets: &[u8]| {
    in_proportion(octets, receive);
    in_proportion(octets, |octets| {
        let _ = Command::parse(octets, &Arena::new());
    });
    let arena = Arena::new();
    match Command::parse(octets, &arena) {
        Ok(command) => {
            assert_eq!(parse_tag(octets), Some(command.tag));
            for style in STYLES {
                let mut out = BytesMut::new();
                command.encode(style, &mut out);
                let again = framed(&command, &out);
                assert_eq!(Command::parse(again, &arena), Ok(command), "{}", again.escape_ascii());
            }
        }
        Err(wrong) => {
            assert_eq!(parse_tag(octets), wrong.tag);
            assert!(wrong.error.offset <= octets.len());
        }
    }
});
