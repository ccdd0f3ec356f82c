//! The wire log: all that goes over the wire, and no secret. (That none of the other
//! transcripts shows one, at any split, is checked where they are played.)

use crate::client_side::{self, Client};
use crate::server_side::{TIMESTAMP, everything, transcript};
use mail_transcript::{Client as _, Peer};
use pop3_proto::server::Channel;

#[test]
fn what_a_server_shows() {
    let outcome = transcript(
        &everything(),
        Channel::Clear,
        "C: USER mrose
         S: +OK send the password
         C: PASS wrong one
         S: -ERR [AUTH] invalid name or password
         C: APOP mrose 00000000000000000000000000000000
         S: -ERR [AUTH] invalid name or password
         C: AUTH GSSAPI dGVzdAB0ZXN0AHRlc3Q=
         S: -ERR the mechanism is not offered
         C: dGVzdAB0ZXN0AHRlc3Q=
         S: -ERR unknown command
         C: PASS
         S: -ERR expected a space at octet 4
         C: XTND secret
         S: -ERR unknown command
         C: auth cram-md5
         S: + PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+
         C: dGVzdAB0ZXN0AHRlc3Q=
         S: +OK the maildrop has 2 messages
         C: UIDL 1
         S: +OK 1 whqtswO00WBw418f9t5JxYwZ
         C: RETR 1
         S: +OK the message follows
         S: Subject: one
         S:
         S: Hello.
         S: Second line
         S: .
         C: QUIT
         S: +OK goodbye",
    );
    let expected = [
        &format!("> +OK POP3 server ready {TIMESTAMP}")[..],
        "< USER mrose",
        "> +OK send the password",
        "< PASS …",
        "> -ERR [AUTH] invalid name or password",
        "< APOP …",
        "> -ERR [AUTH] invalid name or password",
        "< AUTH GSSAPI …",
        "> -ERR the mechanism is not offered",
        "< …",
        "> -ERR unknown command",
        "< PASS…",
        "> -ERR expected a space at octet 4",
        "< XTND…",
        "> -ERR unknown command",
        "< auth cram-md5",
        "> + …",
        "< …",
        "> +OK the maildrop has 2 messages",
        "< UIDL 1",
        "> +OK 1 whqtswO00WBw418f9t5JxYwZ",
        "< RETR 1",
        "> +OK the message follows",
        "> (37 octets)",
        "> .",
        "< QUIT",
        "> +OK goodbye",
    ];
    assert_eq!(outcome.log, expected);
}

#[test]
fn what_a_client_shows() {
    let mut client = Client::new(client_side::everything(), Channel::Clear);
    for (sent, answer) in [
        ("", "+OK ready <1@a>\r\n"),
        ("APOP mrose 00000000000000000000000000000000", "-ERR no\r\n"),
        ("AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=", "-ERR no\r\n"),
        ("AUTH CRAM-MD5", "+ c2VjcmV0\r\n"),
        ("dGVzdAB0ZXN0AHRlc3Q=", "-ERR c2 no\r\n"),
        ("AUTH PLAIN", "c2VjcmV0 what?\r\n"),
        ("", "-ERR cancelled\r\n"),
        ("USER mrose", "\r\n+OK\r\n"),
        ("PASS secret and long", "+OK\r\n"),
        ("UIDL", "+OK\r\n1 a\r\n2  b\r\n.\r\n"),
        ("RETR 1", "+OK\r\nSubject: secret\r\n..\r\n.\r\n"),
        ("QUIT", "+OK bye\r\n"),
    ] {
        if !sent.is_empty() {
            client.send(sent.as_bytes());
        }
        client.receive(answer.as_bytes());
    }
    let expected = [
        "< +OK ready <1@a>",
        "> APOP …",
        "< -ERR no",
        "> AUTH PLAIN …",
        "< -ERR no",
        "> AUTH CRAM-MD5",
        "< + …",
        "> …",
        "< -ERR c2 no",
        "> AUTH PLAIN",
        "< …",
        "> *",
        "< -ERR cancelled",
        "> USER mrose",
        "< ",
        "< +OK",
        "> PASS …",
        "< +OK",
        "> UIDL",
        "< +OK",
        "< 1 a",
        "< 2  b",
        "< .",
        "> RETR 1",
        "< +OK",
        "< (20 octets)",
        "< .",
        "> QUIT",
        "< +OK bye",
    ];
    assert_eq!(client.log(), expected);
}
