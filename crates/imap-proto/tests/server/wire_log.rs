//! The wire log: what it shows, and that no secret is in it.

use std::sync::Arc;

use imap_proto::server::{Channel, Session};
use imap_proto::{BytesMut, Data, FetchData, FetchResponse, Flag};
use mail_transcript::{LogLines, Peer, assert_hidden};

use crate::transcript::{SECRETS, Server, config, session_in_mailbox};

/// What a session that gets `input` at once logs.
fn logged(input: &[u8]) -> Vec<String> {
    let mut config = config();
    config.mechanisms.offer("PLAIN").unwrap();
    let mut server = Server::new(Channel::Tls, Arc::new(config));
    server.receive(input);
    server.finish().log
}

#[test]
fn both_directions_without_secrets() {
    let lines = logged(
        b"a LOGIN {5}\r\nalice {6}\r\nsecret\r\nb CREATE {3}\r\nnew\r\nc APPEND x {5+}\r\nhello\r\n\
          d SELECT INBOX\r\ne FETCH 1 BODY[]\r\nf LOGN alice secret\r\ng NOOP\r\n",
    );
    let [greeting, rest @ ..] = &lines[..] else { panic!() };
    assert!(greeting.starts_with("> * OK [CAPABILITY"));
    let shown: Vec<&str> = rest.iter().map(|line| line.split(" [CAPA").next().unwrap()).collect();
    assert_eq!(
        shown,
        [
            "< a LOGIN …",
            "> + send the literal",
            "> + send the literal",
            "< a LOGIN …",
            "> a OK",
            "< b CREATE …",
            "> + send the literal",
            "< b CREATE {3}",
            "< new",
            "> b OK done",
            "< c APPEND x {5+}",
            "< (5 octets)",
            "> c OK done",
            "< d SELECT INBOX",
            "> * FLAGS (\\Seen \\Deleted)",
            "> * 3 EXISTS",
            "> * 0 RECENT",
            "> * OK [UIDVALIDITY 7] UIDs valid",
            "> * OK [UIDNEXT 4] the next UID",
            "> * OK [PERMANENTFLAGS (\\Seen \\*)] flags that are kept",
            "> d OK [READ-WRITE] done",
            "< e FETCH 1 BODY[]",
            "> * 1 FETCH …",
            "> (37 octets)",
            "> e OK done",
            "< f LOGN …",
            "> f BAD expected a command that is known at octet 2",
            "< g NOOP",
            "> g OK done",
        ]
    );
    assert_hidden(&SECRETS, &lines);
}

/// The whole exchange is secret, both ways, but for the mechanism and the final reply.
#[test]
fn an_exchange() {
    let lines = logged(
        b"a AUTHENTICATE PLAIN bW9yZQ==\r\n*\r\nb AUTHENTICATE PLAIN\r\nAGFsaWNlAHNlY3JldA==\r\n",
    );
    let shown: Vec<&str> =
        lines[1..].iter().map(|line| line.split(" [CAPA").next().unwrap()).collect();
    assert_eq!(
        shown,
        [
            "< a AUTHENTICATE PLAIN …",
            "> + …",
            "< …",
            "> a BAD cancelled",
            "< b AUTHENTICATE PLAIN",
            "> + …",
            "< …",
            "> b OK",
        ]
    );
    assert_hidden(&SECRETS, &lines);
}

/// A log that is turned on shows the greeting that is there already.
#[test]
fn the_greeting() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(config()), Channel::Tls, &mut out);
    let lines = LogLines::default();
    session.log_wire(lines.log(), &out);
    let expected = format!("> {}", String::from_utf8_lossy(&out).trim_end());
    assert_eq!(lines.lines(), [expected]);
}

/// Of what is told of messages, their octets are not shown.
#[test]
fn what_is_told_of_messages() {
    let mut out = BytesMut::new();
    let mut session = session_in_mailbox(3, &mut out);
    let lines = LogLines::default();
    session.log_wire(lines.log(), &out);
    let one = 1.try_into().unwrap();
    for item in [FetchData::Flags(&[Flag::Seen]), FetchData::Rfc822(Some(b"hello"))] {
        let fetch = Data::Fetch(FetchResponse { message: one, data: &[item] });
        session.data(&fetch, &mut out).unwrap();
    }
    let expected = ["> * 1 FETCH (FLAGS (\\Seen))", "> * 1 FETCH …", "> (31 octets)"];
    assert_eq!(lines.lines(), expected);
}
