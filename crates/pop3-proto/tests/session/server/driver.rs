//! What a driver does wrong, or does not do at all.

use crate::server_side::{everything, opened};
use bytes::BytesMut;
use pop3_proto::server::{Channel, Error, Event, Misuse, Session};
use pop3_proto::{InputLost, UniqueId, WrongTicket};

/// What the caller does wrong does no harm.
#[test]
fn misuse_is_harmless() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    let mut input: &[u8] = b"STAT\r\n";
    let pending = session.receive(&mut input, &mut out);
    assert!(matches!(pending, Err(Error::Misuse(Misuse::ReplyPending))));
    assert_eq!(input, b"STAT\r\n");
    session.open(ticket, 1, &mut out).unwrap();
    let Ok(Event::Sizes(ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no STAT");
    };
    session.timed_out(&mut out);
    let late = session.sizes(ticket, [1], &mut out);
    assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)));
}

/// A driver that knows less of its maildrop than it said gets no one into
/// trouble: each command has one answer, and none lets a client take for deleted
/// what is only not known.
#[test]
fn short_lists() {
    for known in [0, 1] {
        let mut out = BytesMut::new();
        let (mut session, ticket) = opened(&mut out);
        session.open(ticket, 3, &mut out).unwrap();
        out.clear();
        let mut input: &[u8] =
            b"LIST 3\r\nLIST 2\r\nLIST\r\nSTAT\r\nUIDL 3\r\nUIDL 2\r\nUIDL\r\nNOOP\r\n";
        loop {
            match session.receive(&mut input, &mut out).unwrap() {
                Event::Sizes(ticket) => session.sizes(ticket, vec![7; known], &mut out).unwrap(),
                Event::UniqueIds(ticket) => {
                    let ids = vec![UniqueId::new("a").unwrap(); known];
                    session.unique_ids(ticket, ids, &mut out).unwrap();
                }
                Event::NeedInput => break,
                other => panic!("{other:?}"),
            }
        }
        let sent = String::from_utf8(out.to_vec()).unwrap();
        let no = "-ERR [SYS/TEMP] try again later\r\n";
        assert_eq!(sent, no.repeat(7) + "+OK\r\n");
    }
    // What is deleted need not be known.
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 2, &mut out).unwrap();
    out.clear();
    let mut input: &[u8] = b"DELE 2\r\nLIST\r\nSTAT\r\n";
    while let Event::Sizes(ticket) = session.receive(&mut input, &mut out).unwrap() {
        session.sizes(ticket, [7], &mut out).unwrap();
    }
    assert_eq!(&out[..], b"+OK deleted\r\n+OK the sizes follow\r\n1 7\r\n.\r\n+OK 1 7\r\n");
}

/// A driver that declines everything is still a server.
#[test]
fn declined_events() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 3, &mut out).unwrap();
    out.clear();
    let mut input: &[u8] = b"LIST\r\nUIDL\r\nUIDL 3\r\nRETR 1\r\nTOP 1 1\r\nDELE 1\r\nQUIT\r\n";
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Closed => break,
            event => session.decline(event, &mut out).unwrap(),
        }
    }
    let sent = String::from_utf8(out.to_vec()).unwrap();
    let no = "-ERR not supported\r\n";
    assert_eq!(sent, format!("{no}{no}{no}{no}{no}+OK deleted\r\n{no}"));
}

/// An idle session is small: thousands of them cost next to nothing.
#[test]
fn an_idle_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= 256, "{size} octets");
}

/// A driver that loses octets hears of it, and can go on with the right ones.
#[test]
fn input_that_is_lost() {
    let mut out = BytesMut::new();
    let mut session = Session::new(everything().into(), Channel::Clear, &mut out);
    out.clear();
    let mut input: &[u8] = b"LANG\r\nCAPAX\r\nUT";
    while !matches!(session.receive(&mut input, &mut out), Ok(Event::NeedInput)) {}
    assert_eq!(input, b"UT");
    let written = out.len();
    for lost in [&b""[..], b"T"] {
        let missing = 2 - lost.len();
        let error = session.receive(&mut &lost[..], &mut out).unwrap_err();
        assert_eq!(error, Misuse::InputLost(InputLost { missing }).into());
    }
    assert_eq!(out.len(), written);
    let event = session.receive(&mut &b"UTF8\r\n"[..], &mut out);
    assert!(matches!(event, Ok(Event::NeedInput)));
    assert_eq!(&out[written..], b"+OK UTF8 enabled\r\n");
}
