//! The maildrop is open (RFC 1939 §5).

use crate::server_side::{everything, opened, transcript};
use bytes::BytesMut;
use pop3_proto::server::{Channel, Event};
use pop3_proto::{ScanListing, unstuff_line};

/// RFC 1939 §10, with the pieces that the RFC leaves to the server.
#[test]
fn a_session_as_in_the_rfc() {
    let outcome = transcript(
        &everything(),
        Channel::Clear,
        "C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK the maildrop has 2 messages
         C: STAT
         S: +OK 2 73
         C: LIST
         S: +OK the sizes follow
         S: 1 37
         S: 2 36
         S: .
         C: RETR 1
         S: +OK the message follows
         S: Subject: one
         S:
         S: Hello.
         S: Second line
         S: .
         C: DELE 1
         S: +OK deleted
         C: RETR 2
         S: +OK the message follows
         S: ..odd: two
         S:
         S: ..dot
         S: bare
         S: ..
         S: no end
         S: .
         C: DELE 2
         S: +OK deleted
         C: QUIT
         S: +OK goodbye",
    );
    assert_eq!(outcome.deleted, [1, 2]);
    assert!(outcome.closed);
}

/// RFC 1939 §5 and §7: numbers stay the same, marked messages are as good as gone.
#[test]
fn deleted_messages_are_left_out() {
    let outcome = transcript(
        &everything(),
        Channel::Clear,
        "C: USER mrose
         S: +OK send the password
         C: PASS tan staaf
         S: +OK the maildrop has 2 messages
         C: UIDL
         S: +OK the unique-ids follow
         S: 1 whqtswO00WBw418f9t5JxYwZ
         S: 2 QhdPYR:00WBw1Ph7x7
         S: .
         C: DELE 1
         S: +OK deleted
         C: DELE 1
         S: -ERR the message is deleted
         C: RETR 1
         S: -ERR the message is deleted
         C: TOP 1 0
         S: -ERR the message is deleted
         C: LIST 1
         S: -ERR the message is deleted
         C: UIDL 1
         S: -ERR the message is deleted
         C: STAT
         S: +OK 1 36
         C: LIST
         S: +OK the sizes follow
         S: 2 36
         S: .
         C: LIST 2
         S: +OK 2 36
         C: UIDL
         S: +OK the unique-ids follow
         S: 2 QhdPYR:00WBw1Ph7x7
         S: .
         C: UIDL 2
         S: +OK 2 QhdPYR:00WBw1Ph7x7
         C: RSET
         S: +OK nothing is deleted
         C: STAT
         S: +OK 2 73
         C: NOOP
         S: +OK
         C: DELE 2
         S: +OK deleted
         C: QUIT
         S: +OK goodbye",
    );
    assert_eq!(outcome.deleted, [2]);
}

/// Message numbers; `TOP 1 0`, `TOP 1 -1`.
#[test]
fn numbers_of_no_message() {
    transcript(
        &everything(),
        Channel::Clear,
        "C: USER mrose
         S: +OK send the password
         C: PASS tan staaf
         S: +OK the maildrop has 2 messages
         C: LIST 0
         S: -ERR expected a message number from 1 at octet 5
         C: LIST 3
         S: -ERR no such message
         C: LIST 4294967295
         S: -ERR no such message
         C: LIST 4294967296
         S: -ERR expected a number below 2^32 at octet 5
         C: DELE 99999999999999999999999
         S: -ERR expected a number below 2^64 at octet 5
         C: TOP 1 0
         S: +OK the message follows
         S: Subject: one
         S:
         S: .
         C: TOP 1 1
         S: +OK the message follows
         S: Subject: one
         S:
         S: Hello.
         S: .
         C: TOP 2 3
         S: +OK the message follows
         S: ..odd: two
         S:
         S: ..dot
         S: bare
         S: ..
         S: .
         C: TOP 1 -1
         S: -ERR expected a number at octet 6
         C: TOP 1
         S: -ERR expected a space at octet 5
         C: STAT
         S: +OK 2 73",
    );
}

/// RFC 1939 §5: no sum of sizes is smaller than what is in it.
#[test]
fn sizes_beyond_all_numbers() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 2, &mut out).unwrap();
    let Ok(Event::Sizes(ticket)) = session.receive(&mut &b"STAT\r\n"[..], &mut out) else {
        panic!("no STAT");
    };
    out.clear();
    session.sizes(ticket, [u64::MAX - 1, 3], &mut out).unwrap();
    assert_eq!(&out[..], b"+OK 2 18446744073709551615\r\n");
}

/// LIST of many messages is written from the iterator, with marks anywhere.
#[test]
fn long_listings() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 10_000, &mut out).unwrap();
    let marks: String = (1..=10_000).step_by(3).map(|n| format!("DELE {n}\r\n")).collect();
    let input = marks + "LIST\r\n";
    let mut input = input.as_bytes();
    let Ok(Event::Sizes(ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no LIST");
    };
    out.clear();
    session.sizes(ticket, (1..).map(|n| n * 2), &mut out).unwrap();
    let sent = String::from_utf8(out.to_vec()).unwrap();
    let listed: Vec<_> = sent.lines().skip(1).filter_map(|l| unstuff_line(l.as_bytes())).collect();
    assert_eq!(listed.len(), 6666);
    for line in listed {
        let entry = ScanListing::parse(line).unwrap();
        assert_eq!(entry.octets, u64::from(entry.message.get()) * 2);
        assert_ne!(entry.message.get() % 3, 1);
    }
}
