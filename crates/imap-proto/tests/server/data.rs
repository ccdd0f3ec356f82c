//! Untagged data: no state, no data (RFC 9051 §3, §5.2, §7.5.1).

use std::sync::Arc;

use imap_proto::server::{Channel, Event, Misuse, Session};
use imap_proto::{
    Arena, BytesMut, Condition, Data, FetchData, FetchResponse, Mailbox, MailboxStatus, Notice,
    SearchResponse, Text,
};

use crate::transcript::{config, session_in_mailbox};

fn number(number: u32) -> std::num::NonZeroU32 {
    number.try_into().unwrap()
}

fn fetch(message: u32) -> Data<'static> {
    Data::Fetch(FetchResponse { message: number(message), data: &[FetchData::Flags(&[])] })
}

/// What only the session writes.
#[test]
fn what_the_session_writes_itself() {
    let mut out = BytesMut::new();
    let mut session = session_in_mailbox(3, &mut out);
    for condition in [Condition::Bye, Condition::PreAuth] {
        let notice = Data::Notice(Notice::new(condition, None, Text::EMPTY));
        assert_eq!(session.data(&notice, &mut out), Err(Misuse::SessionWritesThis));
    }
    assert_eq!(session.data(&Data::Enabled(&[]), &mut out), Err(Misuse::SessionWritesThis));
    assert!(out.is_empty());
}

#[test]
fn data_of_a_mailbox_before_one_is_selected() {
    let mut out = BytesMut::new();
    let mut stranger = Session::new(Arc::new(config()), Channel::Tls, &mut out);
    let mut session = Session::preauthenticated(Arc::new(config()), Channel::Tls, &mut out);
    out.clear();
    let of_a_mailbox = [
        Data::Exists(0),
        Data::Recent(0),
        Data::Flags(&[]),
        Data::Search(SearchResponse::new(&[])),
        Data::Expunge(number(1)),
        fetch(1),
    ];
    for data in of_a_mailbox {
        assert_eq!(stranger.data(&data, &mut out), Err(Misuse::NoMailbox), "{data:?}");
        assert_eq!(session.data(&data, &mut out), Err(Misuse::NoMailbox), "{data:?}");
    }
    assert_eq!(session.fetch(number(1), &mut out).unwrap_err(), Misuse::NoMailbox);
    let status = Data::Status(MailboxStatus { mailbox: Mailbox::INBOX, values: &[] });
    assert_eq!(stranger.data(&status, &mut out), Err(Misuse::NotLoggedIn));
    assert!(out.is_empty());
    session.data(&status, &mut out).unwrap();
    assert_eq!(&out[..], b"* STATUS INBOX ()\r\n");
}

/// The session counts: numbers past what the client was told are refused, and EXISTS takes
/// nothing away.
#[test]
fn messages_past_the_count() {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = session_in_mailbox(2, &mut out);
    assert_eq!(session.data(&fetch(3), &mut out), Err(Misuse::NoSuchMessage));
    assert_eq!(session.fetch(number(3), &mut out).unwrap_err(), Misuse::NoSuchMessage);
    assert_eq!(session.data(&Data::Exists(1), &mut out), Err(Misuse::FewerMessages));
    session.data(&Data::Exists(3), &mut out).unwrap();
    session.data(&fetch(3), &mut out).unwrap();

    let Ok(Event::Command(_, ticket)) = session.receive(&mut &b"a NOOP\r\n"[..], &arena, &mut out)
    else {
        panic!()
    };
    assert_eq!(session.data(&Data::Expunge(number(4)), &mut out), Err(Misuse::NoSuchMessage));
    for message in [3, 1, 1] {
        session.data(&Data::Expunge(number(message)), &mut out).unwrap();
    }
    assert_eq!(session.data(&Data::Expunge(number(1)), &mut out), Err(Misuse::NoSuchMessage));
    session.accept(ticket, &mut out).unwrap();
    assert_eq!(session.data(&fetch(1), &mut out), Err(Misuse::NoSuchMessage));
    session.data(&Data::Exists(0), &mut out).unwrap();
    assert_eq!(
        String::from_utf8_lossy(&out),
        "* 3 EXISTS\r\n* 3 FETCH (FLAGS ())\r\n* 3 EXPUNGE\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n\
         a OK done\r\n* 0 EXISTS\r\n"
    );
}

/// After CLOSE, and once another SELECT has begun, there is no mailbox.
#[test]
fn data_of_a_mailbox_that_was_closed() {
    let arena = Arena::new();
    for command in ["a CLOSE\r\n", "a UNSELECT\r\n", "a SELECT Other\r\n"] {
        let mut out = BytesMut::new();
        let mut session = session_in_mailbox(2, &mut out);
        match session.receive(&mut command.as_bytes(), &arena, &mut out).unwrap() {
            Event::Command(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Select(_, _) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(session.data(&Data::Exists(2), &mut out), Err(Misuse::NoMailbox), "{command}");
    }
}
