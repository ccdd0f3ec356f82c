//! Calls that do not fit, ends of streams, and time: what a driver can get wrong
//! must do no harm.

use std::sync::Arc;
use std::time::Duration;

use smtp_proto::server::{
    Channel, Config, Error, Event, Misuse, ProtocolError, Rejection, Session, State, request,
};
use smtp_proto::{BytesMut, EnhancedCode, InputLost, Reply, Text, Ticket, WrongTicket};

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
    let (mut session, mut out) = session();
    let mut input = &b"HELO c\r\nNOOP\r\n"[..];
    let Ok(Event::Hello(hello, ticket)) = session.receive(&mut input, &mut out) else { panic!() };
    for _ in 0..2 {
        let misuse = session.receive(&mut input, &mut out).unwrap_err();
        assert_eq!(misuse, Error::Misuse(Misuse::ReplyPending));
        assert_eq!(input, b"NOOP\r\n");
        assert!(out.is_empty());
    }
    // The event is still good: it borrows from the input alone.
    assert_eq!(hello.name.as_str(), "c");
    session.accept(ticket, &mut out).unwrap();
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    assert_eq!(&out[..], b"250 mx.example.org\r\n250 2.0.0 OK\r\n");
}

/// A driver that drops what was left unread is told, and goes on with the right input.
#[test]
fn input_that_is_lost() {
    let (mut session, mut out) = session();
    let input = b"HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhi\r\n.\r\nNOOP\r\nRS";
    let mut unread = &input[..];
    while !unread.is_empty() {
        // Fewer than were left, at every call.
        let left = unread;
        let event = session.receive(&mut unread, &mut out);
        let used = left.len() - unread.len();
        match event.unwrap() {
            Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Data(ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::BodyEnd(ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Body(piece) => assert_eq!(piece, b"hi\r\n"),
            Event::NeedInput => break,
            other => panic!("{other:?}"),
        }
        let written = out.len();
        for missing in 1..=unread.len() {
            let mut fewer = &unread[missing..];
            let misuse = session.receive(&mut fewer, &mut out).unwrap_err();
            assert_eq!(misuse, Error::Misuse(Misuse::InputLost(InputLost { missing })));
            assert_eq!((fewer, out.len()), (&unread[missing..], written), "after {used} octets");
        }
    }
    assert_eq!(unread, b"RS");
    assert!(session.receive(&mut &b""[..], &mut out).is_err());
    out.clear();
    assert!(matches!(session.receive(&mut &b"RSET\r\n"[..], &mut out), Ok(Event::NeedInput)));
    assert_eq!(&out[..], b"250 2.0.0 OK\r\n");
    // What was left in clear text, or before the end, is not asked for again.
    session.receive(&mut &b"NO"[..], &mut out).unwrap();
    session.shut_down(Text::EMPTY, &mut out);
    assert!(matches!(session.receive(&mut &b""[..], &mut out), Ok(Event::Closed)));
}

/// Another session's ticket is refused, and neither session is harmed.
#[test]
fn the_wrong_sessions_ticket() {
    let ((mut first, mut out), (mut second, mut other)) = (session(), session());
    let Ok(Event::Hello(_, stray)) = first.receive(&mut &b"HELO c\r\n"[..], &mut out) else {
        panic!()
    };
    assert_eq!(second.accept(stray, &mut other), Err(WrongTicket.into()));
    assert!(other.is_empty());
    assert!(matches!(second.receive(&mut &b"NOOP\r\n"[..], &mut other), Ok(Event::NeedInput)));
    assert_eq!(&other[..], b"250 2.0.0 OK\r\n");
}

/// Nor does one bring a session back whose stream has ended.
#[test]
fn a_ticket_after_the_end_of_the_stream() {
    let (mut session, mut out) = session();
    let Ok(Event::Hello(_, ticket)) = session.receive(&mut &b"EHLO c\r\n"[..], &mut out) else {
        panic!()
    };
    assert_eq!(session.eof(), Ok(()));
    assert_eq!(session.accept(ticket, &mut out), Err(WrongTicket.into()));
    assert_eq!(session.state(), State::Closed);
    let event = session.receive(&mut &b"MAIL FROM:<a@b>\r\n"[..], &mut out);
    assert!(matches!(event, Ok(Event::Closed)) && out.is_empty());
}

/// A ticket of a session that has closed since is refused.
#[test]
fn a_ticket_that_comes_too_late() {
    let (mut session, mut out) = session();
    let Ok(Event::Hello(_, ticket)) = session.receive(&mut &b"HELO c\r\n"[..], &mut out) else {
        panic!()
    };
    session.timed_out(&mut out);
    assert_eq!(&out[..], b"421 Timeout, closing connection\r\n");
    assert_eq!(session.reject(ticket, Rejection::REFUSED, &mut out), Err(WrongTicket.into()));
    assert!(matches!(session.receive(&mut &b"NOOP\r\n"[..], &mut out), Ok(Event::Closed)));
    session.shut_down(Text::EMPTY, &mut out);
    assert_eq!(&out[..], b"421 Timeout, closing connection\r\n", "one goodbye is enough");
}

/// 421 in answer to any request ends the session (RFC 5321 §3.8).
#[test]
fn rejecting_with_421() {
    let (mut session, mut out) = session();
    let mut input = &b"HELO c\r\nNOOP\r\n"[..];
    let Ok(Event::Hello(_, ticket)) = session.receive(&mut input, &mut out) else { panic!() };
    let busy = Rejection::new(421, EnhancedCode::new(4, 3, 2), Text::new("Busy").unwrap()).unwrap();
    session.reject(ticket, busy, &mut out).unwrap();
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Closed)));
    assert_eq!(&out[..], b"421 Busy\r\n");
    assert_eq!(session.state(), State::Closed);
    assert_eq!(session.eof(), Ok(()));
}

/// The end of the stream: between commands, in a command, in a message, with a
/// message that waits for its answer, and twice.
#[test]
fn ends_of_streams() {
    let body = "HELO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    for (input, end) in [
        (String::new(), Ok(())),
        ("NOOP\r\n".into(), Ok(())),
        ("HELO c\r\nMAIL FROM:<a@b>\r\n".into(), Ok(())),
        ("NOO".into(), Err(ProtocolError::UnexpectedEnd)),
        ("NOOP\r".into(), Err(ProtocolError::UnexpectedEnd)),
        ("x".repeat(20_000), Err(ProtocolError::UnexpectedEnd)),
        (body.into(), Err(ProtocolError::UnexpectedEnd)),
        (body.to_owned() + "hi\r\n.\r", Err(ProtocolError::UnexpectedEnd)),
        (body.to_owned() + "hi\r\n.\r\n", Ok(())),
        ("QUIT\r\n".into(), Ok(())),
    ] {
        let (mut session, mut out) = session();
        let mut unread = input.as_bytes();
        loop {
            match session.receive(&mut unread, &mut out).unwrap() {
                Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                Event::Data(ticket) => session.accept(ticket, &mut out).unwrap(),
                Event::Body(_) => {}
                _ => break,
            }
        }
        assert_eq!(session.eof(), end, "{input:?}");
        assert_eq!(session.eof(), end, "{input:?}");
    }
}

/// `shut_down` in the middle of a body: 421, and the message is not delivered.
#[test]
fn shutting_down_in_a_body() {
    let (mut session, mut out) = session();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhi\r\n"[..];
    while session.state() != State::Body {
        let event = session.receive(&mut input, &mut out).unwrap();
        match event {
            Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Data(ticket) => session.accept(ticket, &mut out).unwrap(),
            other => panic!("{other:?}"),
        }
    }
    out.clear();
    session.shut_down(Text::new("Service shutting down").unwrap(), &mut out);
    assert_eq!(&out[..], b"421 4.3.2 Service shutting down\r\n");
    assert!(matches!(session.receive(&mut &b".\r\n"[..], &mut out), Ok(Event::Closed)));
}

/// A session that has given out a whole message.
fn delivering() -> (Session, BytesMut, Ticket<request::Message>) {
    let (mut session, mut out) = session();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nhi\r\n.\r\n"[..];
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Data(ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Body(_) => {}
            Event::BodyEnd(ticket) => {
                out.clear();
                return (session, out, ticket);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// RFC 1047, RFC 5321 §6.1: the answer to a whole message says whose it is, so that the
/// session does not end before it.
#[test]
fn ends_wait_for_the_answer_to_a_message() {
    let shut_down = |session: &mut Session, out: &mut BytesMut| {
        session.shut_down(Text::new("Back at noon").unwrap(), out);
    };
    let timed_out = |session: &mut Session, out: &mut BytesMut| session.timed_out(out);
    let eof = |session: &mut Session, _: &mut BytesMut| session.eof().unwrap();
    type End = fn(&mut Session, &mut BytesMut);
    let ends: [(End, &str); 3] = [
        (shut_down, "421 4.3.2 Back at noon\r\n"),
        (timed_out, "421 4.4.2 Timeout, closing connection\r\n"),
        (eof, ""),
    ];
    let busy = Rejection::new(421, EnhancedCode::new(4, 3, 2), Text::new("Busy").unwrap()).unwrap();
    let local_error = "451 4.3.0 Local error, try again later\r\n";
    for (end, goodbye) in ends {
        for (answer, reply, goodbye) in [
            (None, "250 2.0.0 OK\r\n", goodbye),
            (Some(Rejection::UNAVAILABLE), local_error, goodbye),
            (Some(busy), "421 4.3.2 Busy\r\n", ""),
        ] {
            let (mut session, mut out, ticket) = delivering();
            assert_eq!(session.state(), State::Delivery);
            end(&mut session, &mut out);
            // The first end is the one that counts.
            timed_out(&mut session, &mut out);
            assert!(out.is_empty());
            let misuse = session.receive(&mut &b""[..], &mut out).unwrap_err();
            assert_eq!(misuse, Misuse::ReplyPending.into());
            match answer {
                None => session.accept(ticket, &mut out).unwrap(),
                Some(no) => session.reject(ticket, no, &mut out).unwrap(),
            }
            assert_eq!(String::from_utf8_lossy(&out), reply.to_owned() + goodbye);
            assert_eq!(session.state(), State::Closed);
            let event = session.receive(&mut &b"NOOP\r\n"[..], &mut out);
            assert!(matches!(event, Ok(Event::Closed)));
            assert_eq!(session.eof(), Ok(()));
        }
    }
}

/// RFC 5321 §4.5.3.1.5: whatever the driver says, no line is longer than 512 octets. A
/// text of its own is not; one that it passes on may be.
#[test]
fn long_texts() {
    let hostname = vec!["d"; 128].join(".");
    let mut out = BytesMut::new();
    let config = Arc::new(Config::new(&hostname).unwrap());
    let mut session = Session::new(config, Channel::Clear, &mut out);
    out.clear();
    let wire = format!("250 {}\r\n", "word ".repeat(150));
    let text = Reply::parse(wire.trim_end().as_bytes()).unwrap().lines().iter().next().unwrap();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nNOOP\r\n"[..];
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) => {
                session.accept_with(ticket, text, &mut out).unwrap();
                // A second line would be an extension.
                let line = out.split_inclusive(|&octet| octet == b'\n').next().unwrap();
                assert!(line.starts_with(format!("250-{hostname} word ").as_bytes()));
                assert!((490..512).contains(&line.len()), "{}", line.len());
                out.clear();
            }
            Event::Mail(_, ticket) => session.accept_with(ticket, text, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => {
                session.reject(ticket, Rejection::REFUSED.with_text(text), &mut out).unwrap();
            }
            _ => break,
        }
    }
    let line = |start, words| format!("{start}{}\r\n", "word ".repeat(words).trim_end());
    let replies = [
        line("250-2.1.0 ", 99),
        line("250 2.1.0 ", 51),
        line("554-5.7.1 ", 99),
        line("554 5.7.1 ", 51),
        "250 2.0.0 OK\r\n".to_owned(),
    ];
    assert_eq!(String::from_utf8_lossy(&out).replace(" \r\n", "\r\n"), replies.concat());
}

/// RFC 5321 §4.5.3.2.7: five minutes, unless the configuration says otherwise.
#[test]
fn how_long_to_wait() {
    let (session, _) = session();
    assert_eq!(session.timeout(), Duration::from_secs(300));
    let mut config = config();
    config.limits.idle_timeout = Duration::from_secs(7);
    let session = Session::new(Arc::new(config), Channel::Clear, &mut BytesMut::new());
    assert_eq!(session.timeout(), Duration::from_secs(7));
}

/// RFC 5321 §4.1.4: a hello that is refused leaves everything as it was; RFC 2034 §4:
/// its answer has no enhanced code, be it 421.
#[test]
fn a_hello_that_is_refused() {
    let (mut session, mut out) = session();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nHELO d\r\nRCPT TO:<c@d>\r\n"[..];
    let mut hellos = 0;
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::Hello(_, ticket) if hellos == 0 => session.accept(ticket, &mut out).unwrap(),
            Event::Hello(_, ticket) => {
                out.clear();
                session.reject(ticket, Rejection::REFUSED, &mut out).unwrap();
            }
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::NeedInput => break,
            other => panic!("{other:?}"),
        }
        hellos += 1;
    }
    assert_eq!(&out[..], b"554 Refused\r\n250 2.1.5 OK\r\n");
    assert!(session.is_extended());
    let Ok(Event::Hello(_, _ticket)) = session.receive(&mut &b"EHLO e\r\n"[..], &mut out) else {
        panic!()
    };
    out.clear();
    session.timed_out(&mut out);
    assert_eq!(&out[..], b"421 Timeout, closing connection\r\n");
}

/// `decline` answers whatever needs an answer, so that a driver that knows
/// nothing still keeps in step.
#[test]
fn declining_everything() {
    let (mut session, mut out) = session();
    let mut input = &b"EHLO c\r\nMAIL FROM:<a@b>\r\nSTARTTLS\r\n"[..];
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::NeedInput => break,
            event => session.decline(event, &mut out).unwrap(),
        }
    }
    let text = String::from_utf8_lossy(&out).into_owned();
    let replies = "502 5.5.1 Command not implemented\r\n454 4.7.0 TLS not available due to temporary reason\r\n";
    assert!(text.ends_with(replies), "{text}");
}

/// A rejection is negative, and its enhanced code of the same class.
#[test]
fn a_rejection_cannot_be_positive() {
    let new = |code, enhanced| Rejection::new(code, enhanced, Text::EMPTY);
    for code in [0, 99, 199, 200, 220, 250, 334, 354, 399, 600, 999, u16::MAX] {
        assert_eq!(new(code, None), None, "{code}");
    }
    for code in [400, 421, 452, 499, 500, 554, 599] {
        assert!(new(code, None).is_some(), "{code}");
    }
    assert!(new(450, EnhancedCode::new(4, 7, 1)).is_some());
    assert_eq!(new(450, EnhancedCode::new(5, 7, 1)), None);
    assert_eq!(new(550, EnhancedCode::new(2, 7, 1)), None);
}

/// An idle session is small (one is kept for every connection).
#[test]
fn a_session_is_small() {
    let size = size_of::<Session>();
    println!("server::Session: {size} octets");
    assert!(size <= 512, "{size}");
}

/// Sessions and what they hand out go where the driver wants them.
#[test]
fn everything_can_be_sent() {
    fn send<T: Send + Sync>() {}
    send::<Session>();
    send::<Event<'_>>();
    send::<Error>();
}
