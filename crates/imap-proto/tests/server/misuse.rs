//! Calls that do not fit, ends of streams, and time: what a driver can get wrong
//! must do no harm.

use std::sync::Arc;
use std::time::Duration;

use imap_proto::server::{
    Channel, Error, Event, Misuse, ProtocolError, Rejection, Session, State, request,
};
use imap_proto::{Arena, BytesMut, Data, InputLost, Text, WrongTicket};

use crate::transcript::config;

fn session() -> (Session, BytesMut) {
    let mut out = BytesMut::new();
    let session = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    out.clear();
    (session, out)
}

/// While a ticket is out nothing is read and nothing is lost.
#[test]
fn receive_while_a_ticket_is_out() {
    let ((mut session, mut out), arena) = (session(), Arena::new());
    let mut input = &b"a LOGIN u p\r\nb NOOP\r\n"[..];
    let Ok(Event::Command(command, ticket)) = session.receive(&mut input, &arena, &mut out) else {
        panic!()
    };
    for _ in 0..2 {
        let misuse = session.receive(&mut input, &arena, &mut out).unwrap_err();
        assert_eq!(misuse, Error::Misuse(Misuse::ReplyPending));
        assert_eq!(input, b"b NOOP\r\n");
        assert!(out.is_empty());
    }
    session.reject(ticket, Rejection::AUTHENTICATION_FAILED, &mut out).unwrap();
    assert_eq!(command.tag.as_str(), "a");
    assert!(matches!(session.receive(&mut input, &arena, &mut out), Ok(Event::NeedInput)));
    assert!(out.ends_with(b"b OK done\r\n"));
}

/// A driver that forgets what the session has left unread is told so, at every split, and
/// nothing is harmed: it goes on with the right input.
#[test]
fn input_that_was_lost() {
    let input = b"a NOOP\r\nb CREATE {3+}\r\nnew\r\n";
    for split in 1..input.len() {
        let ((mut session, mut out), arena) = (session(), Arena::new());
        let mut unread = &input[..split];
        let event = session.receive(&mut unread, &arena, &mut out);
        assert!(matches!(event, Ok(Event::NeedInput)));
        let missing = unread.len();
        if missing == 0 {
            continue;
        }
        let before = out.clone();
        let lost = session.receive(&mut &b""[..], &arena, &mut out).unwrap_err();
        assert_eq!(lost, Error::Misuse(Misuse::InputLost(InputLost { missing })));
        assert_eq!(out, before);
        let mut right = &input[split - missing..];
        let event = session.receive(&mut right, &arena, &mut out);
        assert!(matches!(event, Ok(Event::NeedInput)) && right.is_empty());
        assert!(out.ends_with(b"a OK done\r\nb BAD log in first\r\n"));
    }
}

/// A ticket that was dropped can be had again; of the wrong kind there is none.
#[test]
fn a_ticket_that_was_lost() {
    let ((mut session, mut out), arena) = (session(), Arena::new());
    assert!(session.reissue::<request::Command>().is_none());
    let event = session.receive(&mut &b"a LOGIN u p\r\n"[..], &arena, &mut out);
    assert!(matches!(event, Ok(Event::Command(..))));
    drop(event);
    let pending = session.receive(&mut &b""[..], &arena, &mut out).unwrap_err();
    assert_eq!(pending, Error::Misuse(Misuse::ReplyPending));
    assert!(session.reissue::<request::Auth>().is_none());
    let ticket = session.reissue::<request::Command>().unwrap();
    session.accept(ticket, &mut out).unwrap();
    assert_eq!(session.state(), State::Authenticated);
}

/// Another session's ticket, and one that comes too late.
#[test]
fn wrong_tickets() {
    let ((mut first, mut out), (mut second, mut other)) = (session(), session());
    let arena = Arena::new();
    let mut login = || match first.receive(&mut &b"a LOGIN u p\r\n"[..], &arena, &mut out) {
        Ok(Event::Command(_, ticket)) => ticket,
        event => panic!("{event:?}"),
    };
    assert_eq!(second.accept(login(), &mut other), Err(Misuse::WrongTicket(WrongTicket)));
    assert!(other.is_empty());
    let ((mut first, mut out), arena) = (session(), Arena::new());
    log_in(&mut first, &mut out);
    let Ok(Event::Idle(late)) = first.receive(&mut &b"a IDLE\r\n"[..], &arena, &mut out) else {
        panic!()
    };
    first.timed_out(&mut out);
    assert_eq!(first.accept(late, &mut out), Err(Misuse::WrongTicket(WrongTicket)));
    first.shut_down(Text::EMPTY, &mut out);
    assert_eq!(&out[..], b"* BYE silent for too long\r\n");
    assert_eq!(first.data(&Data::Exists(1), &mut out), Err(Misuse::Closed));
}

/// What is being carried out may be stored by now: its answer is written although the
/// session was ended meanwhile, and the end follows it.
#[test]
fn the_answer_that_is_due_comes_before_the_end() {
    let ends: [fn(&mut Session, &mut BytesMut) -> &'static str; 3] = [
        |session, out| {
            session.shut_down(Text::truncated("back at noon"), out);
            session.timed_out(out);
            "back at noon"
        },
        |session, out| {
            session.timed_out(out);
            "silent for too long"
        },
        |session, _| {
            assert_eq!(session.eof(), Ok(()));
            "the stream has ended"
        },
    ];
    for end in ends {
        for command in ["a CREATE x\r\n", "a APPEND x {3+}\r\nabc\r\n"] {
            let ((mut session, mut out), arena) = (session(), Arena::new());
            log_in(&mut session, &mut out);
            let mut input = command.as_bytes();
            let ticket = loop {
                match session.receive(&mut input, &arena, &mut out).unwrap() {
                    Event::Command(_, ticket) | Event::BodyEnd(ticket) => break ticket,
                    Event::Append(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                    Event::Body(_) => {}
                    other => panic!("{other:?}"),
                }
            };
            let why = end(&mut session, &mut out);
            assert!(out.is_empty());
            let mut unread = &b"b NOOP\r\n"[..];
            let pending = session.receive(&mut unread, &arena, &mut out).unwrap_err();
            assert_eq!(pending, Error::Misuse(Misuse::ReplyPending));
            session.data(&Data::Capability(&[]), &mut out).unwrap();
            session.accept(ticket, &mut out).unwrap();
            assert_eq!(out, format!("* CAPABILITY\r\na OK done\r\n* BYE {why}\r\n"));
            assert_eq!(session.state(), State::Logout);
            let closed = session.receive(&mut unread, &arena, &mut out);
            assert!(matches!(closed, Ok(Event::Closed)));
            assert_eq!(session.eof(), Ok(()));
        }
    }
}

fn log_in(session: &mut Session, out: &mut BytesMut) {
    let arena = Arena::new();
    match session.receive(&mut &b"l LOGIN u p\r\n"[..], &arena, out) {
        Ok(Event::Command(_, ticket)) => session.accept(ticket, out).unwrap(),
        other => panic!("{other:?}"),
    }
    out.clear();
}

#[test]
fn ends_of_streams() {
    let cut = Err(ProtocolError::UnexpectedEnd);
    for (input, end) in [
        (&b""[..], Ok(())),
        (b"a NOOP\r\n", Ok(())),
        (b"a NOO", cut),
        (b"a LOGIN {5}\r\n", cut),
        (b"a LOGIN u p\r\nb APPEND x {5}\r\nab", cut),
        (b"a LOGIN u p\r\nb APPEND x {2}\r\nab", cut),
        (b"a LOGIN u p\r\nb IDLE\r\n", Ok(())),
        (b"a LOGOUT\r\n", Ok(())),
    ] {
        let ((mut session, mut out), arena) = (session(), Arena::new());
        let mut unread = input;
        loop {
            match session.receive(&mut unread, &arena, &mut out).unwrap() {
                Event::NeedInput | Event::Closed => break,
                Event::Command(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                Event::Append(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                Event::Idle(ticket) => session.accept(ticket, &mut out).unwrap(),
                other => session.decline(other, &mut out).unwrap(),
            }
        }
        assert_eq!(session.eof(), end, "{}", input.escape_ascii());
        assert_eq!(session.eof(), end);
        assert_eq!(session.state(), State::Logout);
    }
}

/// The server says why it ends the session, once, and not into a handshake.
#[test]
fn shutting_down() {
    let ((mut session, mut out), arena) = (session(), Arena::new());
    session.shut_down(Text::truncated("back at noon\r\nnot this"), &mut out);
    assert_eq!(&out[..], b"* BYE back at noon\r\n");
    let event = session.receive(&mut &b"a NOOP\r\n"[..], &arena, &mut out);
    assert!(matches!(event, Ok(Event::Closed)));

    let mut config = config();
    config.starttls = true;
    let mut session = Session::new(config.into(), Channel::Clear, &mut out);
    let mut input = &b"a STARTTLS\r\n"[..];
    let Ok(Event::StartTls(ticket)) = session.receive(&mut input, &arena, &mut out) else {
        panic!()
    };
    let _upgrade = session.start_tls(ticket, &mut out).unwrap();
    out.clear();
    session.shut_down(Text::truncated("bye"), &mut out);
    assert!(out.is_empty() && session.state() == State::Logout);
}

/// RFC 9051 §5.4.
#[test]
fn half_an_hour_after_login() {
    let ((mut session, mut out), arena) = (session(), Arena::new());
    assert_eq!(session.timeout(), Duration::from_secs(180));
    let Ok(Event::Command(_, ticket)) =
        session.receive(&mut &b"a LOGIN u p\r\n"[..], &arena, &mut out)
    else {
        panic!()
    };
    session.accept(ticket, &mut out).unwrap();
    assert_eq!(session.timeout(), Duration::from_secs(1800));
    assert_eq!(session.state(), State::Authenticated);
}

/// `decline` answers whatever needs an answer.
#[test]
fn declining_everything() {
    let ((mut session, mut out), arena) = (session(), Arena::new());
    let mut input = &b"a ID NIL\r\nb LOGIN u p\r\n"[..];
    loop {
        match session.receive(&mut input, &arena, &mut out).unwrap() {
            Event::NeedInput => break,
            event => session.decline(event, &mut out).unwrap(),
        }
    }
    assert_eq!(
        &out[..],
        b"a NO [CANNOT] not supported here\r\nb NO [CANNOT] not supported here\r\n"
    );
}

/// An idle session is small (one is kept for every connection).
#[test]
fn a_session_is_small() {
    let size = size_of::<Session>();
    assert!(size <= 512, "{size}");
}
