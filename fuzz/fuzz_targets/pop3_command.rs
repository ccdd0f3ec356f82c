//! A command line, and a line of a SASL exchange: what parses is encoded to a
//! line that parses to the same, and an error lies within the line.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::in_proportion;
use pop3_proto::ClientLine;
use pop3_proto::{Command, Tolerance};

/// The line that was written, without its CRLF.
fn line(out: &BytesMut) -> &[u8] {
    let line = out.strip_suffix(b"\r\n").expect("a line ends with CRLF");
    assert!(!line.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
    line
}

fuzz_target!(|input: &[u8]| {
    in_proportion(input, |input| {
        let _ = Command::parse_tolerant(input, Tolerance::LENIENT);
        let _ = ClientLine::parse(input);
    });
    for tolerance in [Tolerance::STRICT, Tolerance::LENIENT] {
        match Command::parse_tolerant(input, tolerance) {
            Ok(command) => {
                let mut out = BytesMut::new();
                command.encode(&mut out);
                // RFC 2449 §4
                assert!(input.len() > 253 || out.len() <= 255);
                assert_eq!(Command::parse(line(&out)), Ok(command));
            }
            Err(error) => assert!(error.offset <= input.len()),
        }
    }
    match ClientLine::parse(input) {
        Ok(sent) => {
            let mut out = BytesMut::new();
            sent.encode(&mut out);
            assert_eq!(ClientLine::parse(line(&out)), Ok(sent));
        }
        Err(error) => assert!(error.offset <= input.len()),
    }
});
