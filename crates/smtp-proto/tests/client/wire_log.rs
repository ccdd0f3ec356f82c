//! The wire log: all that goes over the wire, and no secret. (That none of the other
//! transcripts shows one, at any split, is checked where they are played.)

use crate::client_side::{Client, everything, hello};
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::Channel;

#[test]
fn what_a_client_shows() {
    let mut client = Client::new(everything(), Channel::Clear);
    for (sent, answer) in [
        ("", "220 mx\r\n"),
        ("EHLO c", &hello(&["CHUNKING"])),
        ("AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=", "535 no\r\n"),
        ("AUTH CRAM-MD5", "334 c2VjcmV0\r\n"),
        ("dGVzdAB0ZXN0AHRlc3Q=", "c2VjcmV0 what?\r\n535 no\r\n"),
        ("AUTH PLAIN", "334 c2VjcmV0 what?\r\n"),
        ("", "\r\n501 cancelled\r\n"),
        ("XLOGIN mrose secret", "250 \x1b[31mOK\r\n"),
        ("MAIL FROM:<a@b>", "250 OK\r\n"),
        ("RCPT TO:<a@b>", "250 OK\r\n"),
        ("BDAT 6", ""),
        ("secret", "250 OK\r\n"),
        ("RSET", "250 OK\r\n"),
        ("MAIL FROM:<a@b>", "250 OK\r\n"),
        ("RCPT TO:<a@b>", "250 OK\r\n"),
        ("DATA", "354 OK\r\n"),
        ("..secret", ""),
        (".", "250 OK\r\n"),
        ("QUIT", "221 bye\r\n"),
    ] {
        if !sent.is_empty() {
            client.send(sent.as_bytes());
        }
        client.receive(answer.as_bytes());
    }
    let expected = [
        "< 220 mx",
        "> EHLO c",
        "< 250-mx",
        "< 250 CHUNKING",
        "> AUTH PLAIN …",
        "< 535 no",
        "> AUTH CRAM-MD5",
        "< 334 …",
        "> …",
        "< …",
        "< 535 no",
        "> AUTH PLAIN",
        "< 334 …",
        "> *",
        "< …",
        "< 501 cancelled",
        "> XLOGIN …",
        "< 250 \\x1b[31mOK",
        "> MAIL FROM:<a@b>",
        "< 250 OK",
        "> RCPT TO:<a@b>",
        "< 250 OK",
        "> BDAT 6",
        "> (6 octets)",
        "< 250 OK",
        "> RSET",
        "< 250 OK",
        "> MAIL FROM:<a@b>",
        "< 250 OK",
        "> RCPT TO:<a@b>",
        "< 250 OK",
        "> DATA",
        "< 354 OK",
        "> (9 octets)",
        "> .",
        "< 250 OK",
        "> QUIT",
        "< 221 bye",
    ];
    assert_eq!(client.log(), expected);
}
