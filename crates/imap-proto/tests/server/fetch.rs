//! FETCH responses that are written piece by piece (RFC 9051 §7.5.2): a duty of the session.

use imap_proto::server::{Error, Event, Misuse, ProtocolError, Rejection, Session, State, request};
use imap_proto::{
    Arena, Body, BodyError, BytesMut, Completion, Data, FetchData, FetchResponse, Response,
    Section, Text, Ticket, WrongTicket,
};

use crate::transcript::session_in_mailbox;

const WHOLE: Body<'static> = Body::Section { section: Section::Whole, origin: None };
const ONE: std::num::NonZeroU32 = std::num::NonZeroU32::MIN;

/// A session that is to answer FETCH.
fn fetching(out: &mut BytesMut) -> (Session, Ticket<request::Command>) {
    let (mut session, arena) = (session_in_mailbox(3, out), Arena::new());
    match session.receive(&mut &b"a FETCH 1 BODY[]\r\n"[..], &arena, out) {
        Ok(Event::Command(_, ticket)) => (session, ticket),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_body_has_the_length_that_was_announced() {
    let mut out = BytesMut::new();
    let (mut session, _ticket) = fetching(&mut out);
    let fetch = session.fetch(ONE, &mut out).unwrap();
    session.end_fetch(fetch, &mut out).unwrap();
    let mut fetch = session.fetch(ONE, &mut out).unwrap();
    fetch.item(&FetchData::Uid(ONE), &mut out).unwrap();
    let mut body =
        fetch.body(Body::Binary { part: &[ONE], origin: Some(5), nul: true }, 4, &mut out);
    assert_eq!(body.write(b"abcde", &mut out), Err(BodyError::TooLong { left: 4, given: 5 }));
    body.write(b"ab\0", &mut out).unwrap();
    assert_eq!(body.owed(), 1);
    // Sent round `out`.
    out.extend_from_slice(b"d");
    body.sent(1).unwrap();
    assert_eq!(body.sent(1), Err(BodyError::TooLong { left: 0, given: 1 }));
    let fetch = body.end().unwrap();
    let body = fetch.body(Body::Binary { part: &[ONE], origin: None, nul: false }, 0, &mut out);
    let fetch = body.end().unwrap();
    let body = fetch.body(Body::Rfc822Text, 2, &mut out);
    assert_eq!(body.end().unwrap_err(), BodyError::TooShort { missing: 2 });
    let wire = "* 1 FETCH ()\r\n* 1 FETCH (UID 1 BINARY[1]<5> ~{4}\r\nab\0d BINARY[1] {0}\r\n RFC822.TEXT {2}\r\n";
    assert_eq!(out.escape_ascii().to_string(), wire.as_bytes().escape_ascii().to_string());
}

/// While a response is open nothing else is written or read, and nothing is lost: the ticket
/// that such a call has used up can be had again.
#[test]
fn nothing_else_while_a_response_is_open() {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let (mut session, ticket) = fetching(&mut out);
    let fetch = session.fetch(ONE, &mut out).unwrap();
    let mut body = fetch.body(WHOLE, 2, &mut out);
    let before = out.clone();

    let mut input = &b"b NOOP\r\n"[..];
    let misuse = session.receive(&mut input, &arena, &mut out).unwrap_err();
    assert_eq!((misuse, input), (Error::Misuse(Misuse::WriterOpen), &b"b NOOP\r\n"[..]));
    assert_eq!(session.data(&Data::Exists(4), &mut out), Err(Misuse::WriterOpen));
    assert_eq!(session.raw_data(b"X", &mut out), Err(Misuse::WriterOpen));
    assert_eq!(session.fetch(ONE, &mut out).unwrap_err(), Misuse::WriterOpen);
    assert_eq!(session.accept(ticket, &mut out), Err(Misuse::WriterOpen));
    let ticket = session.reissue::<request::Command>().unwrap();
    let done = Completion::ok(None, Text::EMPTY);
    assert_eq!(session.complete(ticket, done, &mut out), Err(Misuse::WriterOpen));
    let ticket = session.reissue::<request::Command>().unwrap();
    let no = session.reject(ticket, Rejection::UNAVAILABLE, &mut out);
    assert_eq!(no, Err(Misuse::WriterOpen));
    assert!(session.reissue::<request::Idle>().is_none());
    let stale = session.reissue::<request::Command>().unwrap();
    let ticket = session.reissue::<request::Command>().unwrap();
    assert_eq!(out, before);

    body.write(b"hi", &mut out).unwrap();
    session.end_fetch(body.end().unwrap(), &mut out).unwrap();
    assert_eq!(session.accept(stale, &mut out), Err(Misuse::WrongTicket(WrongTicket)));
    session.accept(ticket, &mut out).unwrap();
    assert_eq!(&out[..], b"* 1 FETCH (BODY[] {2}\r\nhi)\r\na OK done\r\n");
    let next = session.receive(&mut input, &arena, &mut out);
    assert!(matches!(next, Ok(Event::Command(..))));
}

/// Between commands too.
#[test]
fn a_response_between_commands() {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = session_in_mailbox(3, &mut out);
    let writer = session.fetch(ONE, &mut out).unwrap();
    let open = session.receive(&mut &b""[..], &arena, &mut out).unwrap_err();
    assert_eq!(open, Error::Misuse(Misuse::WriterOpen));
    // An end that comes meanwhile waits.
    session.shut_down(Text::truncated("back at noon"), &mut out);
    session.end_fetch(writer, &mut out).unwrap();
    assert_eq!(&out[..], b"* 1 FETCH ()\r\n* BYE back at noon\r\n");
    assert_eq!(session.state(), State::Logout);
}

/// A writer that was dropped, and a body whose source has failed: nothing more can be written.
#[test]
fn a_response_that_cannot_be_ended() {
    for written in [0, 1] {
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let (mut session, ticket) = fetching(&mut out);
        let fetch = session.fetch(ONE, &mut out).unwrap();
        let mut body = fetch.body(WHOLE, 2, &mut out);
        body.write(&b"h"[..written], &mut out).unwrap();
        drop(body);
        assert_eq!(session.accept(ticket, &mut out), Err(Misuse::WriterOpen));
        let before = out.clone();
        session.timed_out(&mut out);
        assert_eq!(session.state(), State::Selected { read_only: false });
        session.abandon_fetch();
        assert_eq!(session.state(), State::Logout);
        assert_eq!(session.data(&Data::Exists(4), &mut out), Err(Misuse::Closed));
        let closed = session.receive(&mut &b"b NOOP\r\n"[..], &arena, &mut out);
        assert!(matches!(closed, Ok(Event::Closed)));
        assert_eq!(out, before);
        assert_eq!(session.eof(), Ok(()));
    }
    // Where none is open there is nothing to abandon.
    let mut out = BytesMut::new();
    let (mut session, ticket) = fetching(&mut out);
    session.abandon_fetch();
    session.accept(ticket, &mut out).unwrap();
    assert_eq!(&out[..], b"a OK done\r\n");
}

#[test]
fn the_writer_of_another_session() {
    let (mut out, mut other_out) = (BytesMut::new(), BytesMut::new());
    let ((mut session, _ticket), (mut other, _other)) =
        (fetching(&mut out), fetching(&mut other_out));
    let writer = session.fetch(ONE, &mut out).unwrap();
    let foreign = other.fetch(ONE, &mut other_out).unwrap();
    let before = out.clone();
    let wrong = session.end_fetch(foreign, &mut out);
    assert_eq!((wrong, &out), (Err(Misuse::WrongTicket(WrongTicket)), &before));
    session.end_fetch(writer, &mut out).unwrap();
}

/// RFC 9051 §4.3: a literal has no NUL, unless it is a `literal8`.
#[test]
fn a_nul_in_a_body() {
    let mut out = BytesMut::new();
    let (mut session, _ticket) = fetching(&mut out);
    let mut fetch = session.fetch(ONE, &mut out).unwrap();
    let before = out.clone();
    let octets = Some(&b"a\0b"[..]);
    let section = FetchData::BodySection { section: Section::Whole, origin: None, octets };
    for item in [FetchData::Rfc822(octets), FetchData::Rfc822Header(octets), section] {
        assert_eq!(fetch.item(&item, &mut out), Err(BodyError::Nul));
        assert_eq!(out, before);
    }
    fetch.item(&FetchData::Binary { part: &[], origin: None, octets }, &mut out).unwrap();
    let mut body = fetch.body(Body::Rfc822, 3, &mut out);
    assert_eq!(body.write(b"a\0b", &mut out), Err(BodyError::Nul));
    assert_eq!(body.owed(), 3);
    body.write(b"a.b", &mut out).unwrap();
    session.end_fetch(body.end().unwrap(), &mut out).unwrap();
    let whole = Data::Fetch(FetchResponse { message: ONE, data: &[section] });
    assert_eq!(session.data(&whole, &mut out), Err(Misuse::Nul));
    assert_eq!(&out[..], b"* 1 FETCH (BINARY[] ~{3}\r\na\0b RFC822 {3}\r\na.b)\r\n");
}

/// What another server sent, and is handed on as it came, has none either.
#[test]
fn a_nul_in_what_is_handed_on() {
    let mut out = BytesMut::new();
    let (mut session, _ticket) = fetching(&mut out);
    for wire in [
        "* 1 FETCH (UID 7 X-NOTE {3}\r\na\0b)",
        "* 1 FETCH (FLAGS (\\Draft a\0b))",
        "* 1 FETCH (ENVELOPE (NIL {2}\r\n\0s NIL NIL NIL NIL NIL NIL NIL NIL))",
        "* 1 FETCH (BODY (\"TEXT\" \"CSV\" (\"a\" {1}\r\n\0) NIL NIL NIL 3 1))",
        "* SEARCH 1 \0",
        "* FLAGS (a\0b)",
        "* STATUS Fig (X-A {1}\r\n\0 UNSEEN 1)",
    ] {
        let arena = Arena::new();
        let Ok(Response::Data(data)) = Response::parse(wire.as_bytes(), &arena) else {
            panic!("{wire}")
        };
        assert_eq!(session.data(&data, &mut out), Err(Misuse::Nul), "{wire}");
        assert!(out.is_empty(), "{wire}");
        let Data::Fetch(fetch) = data else { continue };
        let (mut written, mut refused) = (BytesMut::new(), 0);
        let mut writer = session.fetch(fetch.message, &mut written).unwrap();
        for item in fetch.data {
            refused += usize::from(writer.item(item, &mut written) == Err(BodyError::Nul));
        }
        session.end_fetch(writer, &mut written).unwrap();
        assert!(refused == 1 && !written.contains(&0), "{wire}: {written:?}");
    }
}

/// The answer that is due comes before the end, and so does the end of what is open.
#[test]
fn the_end_of_the_stream_while_a_response_is_open() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = fetching(&mut out);
    let writer = session.fetch(ONE, &mut out).unwrap();
    assert_eq!(session.eof(), Ok::<(), ProtocolError>(()));
    session.end_fetch(writer, &mut out).unwrap();
    session.accept(ticket, &mut out).unwrap();
    assert_eq!(&out[..], b"* 1 FETCH ()\r\na OK done\r\n* BYE the stream has ended\r\n");
}
