//! QUIT, and all other ends (RFC 1939 §6).

use crate::server_side::{Server, everything, opened, transcript};
use bytes::BytesMut;
use mail_transcript::Peer;
use pop3_proto::server::{Channel, Event, Misuse, ProtocolError, Rejection, Session, State};
use pop3_proto::{Text, WrongTicket};

/// QUIT before login, and a connection that breaks, delete nothing.
#[test]
fn only_quit_in_transaction_deletes() {
    let outcome = transcript(&everything(), Channel::Clear, "C: QUIT\nS: +OK goodbye");
    assert!(outcome.closed && outcome.deleted.is_empty());

    let mut server = Server::new(everything(), Channel::Clear);
    server.receive(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\nQUIT");
    assert_eq!(server.session.marks().len(), 1);
    assert_eq!(server.session.eof(), Err(ProtocolError::UnexpectedEnd));
    server.receive(b"\r\n");
    let outcome = server.finish();
    assert_eq!(outcome.error, Some(ProtocolError::UnexpectedEnd.into()));
    assert!(outcome.deleted.is_empty());

    let mut server = Server::new(everything(), Channel::Clear);
    server.receive(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\n");
    let sent = server.out.len();
    assert_eq!(server.session.timeout().as_secs(), 600);
    server.session.timed_out(&mut server.out);
    server.receive(b"QUIT\r\n");
    assert_eq!(server.out.len(), sent, "a time-out writes nothing (RFC 1939 §3)");
    assert!(server.finish().deleted.is_empty());

    let mut server = Server::new(everything(), Channel::Clear);
    server.receive(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\nQUIT\r\n");
    assert_eq!(server.session.eof(), Ok(()));
    assert_eq!(server.finish().deleted, [1]);
}

/// RFC 1939 §6: the server says if it could not delete all.
#[test]
fn a_rejected_update_closes_too() {
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 1, &mut out).unwrap();
    out.clear();
    let mut input: &[u8] = b"DELE 1\r\nQUIT\r\nSTAT\r\n";
    let Ok(Event::Update(deleted, ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no update");
    };
    assert_eq!(deleted.len(), 1);
    assert_eq!(session.state(), State::Update);
    session.reject(ticket, Rejection::UNAVAILABLE, &mut out).unwrap();
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Closed)));
    assert_eq!(&out[..], b"+OK deleted\r\n-ERR [SYS/TEMP] try again later\r\n");
}

/// RFC 1939 §6: once QUIT came, the deletions are carried out, whether the
/// connection ends meanwhile, or the server; before it, none is.
#[test]
fn what_ends_behind_quit() {
    let opened = |out: &mut BytesMut, input: &[u8]| {
        let mut session = Session::new(everything().into(), Channel::Tls, out);
        let mut input = input;
        let Ok(Event::Login(_, ticket)) = session.receive(&mut input, out) else {
            panic!("no login");
        };
        session.open(ticket, 2, out).unwrap();
        let event = session.receive(&mut input, out).unwrap();
        let ticket = match event {
            Event::Update(_, ticket) => Some(ticket),
            _ => None,
        };
        (session, ticket)
    };
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out, b"USER a\r\nPASS b\r\nDELE 1\r\nQUIT\r\n");
    let written = out.len();
    assert_eq!(session.eof(), Ok(()));
    session.timed_out(&mut out);
    session.shut_down(Text::new("the server is shutting down").unwrap(), &mut out);
    assert_eq!((session.state(), out.len()), (State::Update, written));
    session.accept(ticket.unwrap(), &mut out).unwrap();
    assert_eq!(&out[written..], b"+OK goodbye\r\n");
    assert_eq!((session.state(), session.eof()), (State::Closed, Ok(())));

    let (mut session, _) = opened(&mut out, b"USER a\r\nPASS b\r\nDELE 1\r\n");
    assert_eq!(session.eof(), Err(ProtocolError::UnexpectedEnd));
    assert_eq!(session.eof(), Err(ProtocolError::UnexpectedEnd), "it is no better the second time");
}

#[test]
fn the_servers_own_end() {
    let mut server = Server::new(everything(), Channel::Clear);
    server.receive(b"USER mrose\r\nPASS tan staaf\r\nDELE 1\r\n");
    server.session.shut_down(Text::new("the server is shutting down").unwrap(), &mut server.out);
    server.receive(b"QUIT\r\n");
    let outcome = server.finish();
    assert!(outcome.sent.ends_with("-ERR [SYS/TEMP] the server is shutting down\r\n"));
    assert!(outcome.closed && outcome.deleted.is_empty());

    // Words in the middle of a message would be taken for a part of it.
    let mut out = BytesMut::new();
    let (mut session, ticket) = opened(&mut out);
    session.open(ticket, 1, &mut out).unwrap();
    let Ok(Event::Retr(_, ticket)) = session.receive(&mut &b"RETR 1\r\n"[..], &mut out) else {
        panic!("no RETR");
    };
    let mut body = session.send_message(ticket, &mut out).unwrap();
    body.push(b"half", &mut out);
    out.clear();
    session.shut_down(Text::new("the server is shutting down").unwrap(), &mut out);
    assert!(out.is_empty());
    let late = session.finish(body, &mut out);
    assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)));
    assert!(out.is_empty());
}
