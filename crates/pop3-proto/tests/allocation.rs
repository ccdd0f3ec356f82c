//! Parsing and encoding allocate nothing.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use bytes::BytesMut;
use pop3_proto::{Capability, Command, Response};
use pop3_proto::{ScanListing, UniqueIdListing};

const COMMANDS: &[&str] = &[
    "USER mrose",
    "PASS secret with spaces",
    "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
    "AUTH PLAIN AGFsaWNlAHNlY3JldA==",
    "STLS",
    "CAPA",
    "STAT",
    "LIST",
    "LIST 1",
    "RETR 2",
    "DELE 3",
    "NOOP",
    "RSET",
    "TOP 1 10",
    "UIDL",
    "QUIT",
    "WHAT is this",
    "TOP 1 -1",
];

const RESPONSES: &[&str] = &[
    "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>",
    "-ERR [IN-USE] Locked",
    "+OK",
    "what",
];

#[test]
fn nothing_is_allocated() {
    let mut out = BytesMut::with_capacity(64 * 1024);
    let counted = allocation_counter::measure(|| {
        for line in COMMANDS {
            if let Ok(command) = Command::parse(line.as_bytes()) {
                command.encode(&mut out);
            }
        }
        for line in RESPONSES {
            if let Ok(response) = Response::parse(line.as_bytes()) {
                response.encode(&mut out);
            }
        }
        ScanListing::parse(b"1 120").unwrap().encode(&mut out);
        UniqueIdListing::parse(b"1 whqtswO00WBw418f9t5JxYwZ").unwrap().encode(&mut out);
        Capability::parse(b"SASL PLAIN LOGIN").unwrap().encode(&mut out);
    });
    assert_eq!(counted.count_total, 0, "{counted:?}");
    assert!(out.len() > 300);
}
