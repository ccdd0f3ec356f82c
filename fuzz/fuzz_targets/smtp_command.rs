//! A command line: what parses is encoded to a line that parses to the same,
//! and an error lies within the line.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use smtp_proto::{Command, CommandError, Tolerance};

fuzz_target!(|line: &[u8]| {
    in_proportion(line, |line| {
        let _ = Command::parse_tolerant(line, Tolerance::LENIENT);
    });
    for tolerance in [Tolerance::STRICT, Tolerance::PUBLIC, Tolerance::LENIENT] {
        match Command::parse_tolerant(line, tolerance) {
            Ok(command) => {
                let mut out = BytesMut::new();
                command.encode(&mut out);
                let again = out.strip_suffix(b"\r\n").expect("a command ends with CRLF");
                assert!(!again.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
                // Of what is tolerated, only what names hold stays on the wire.
                let mut kept = tolerance;
                kept.trailing_space = false;
                kept.space_after_colon = false;
                kept.missing_brackets = false;
                assert_eq!(Command::parse_tolerant(again, kept), Ok(command));
            }
            Err(CommandError::Malformed(error) | CommandError::Argument(error)) => {
                assert!(error.offset <= line.len());
            }
        }
    }
});
