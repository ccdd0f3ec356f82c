//! Every octet belongs to someone: what a server says unasked answers nothing.

use crate::client_side::{Client, everything, transcript};
use bytes::BytesMut;
use mail_transcript::{Client as _, Peer};
use pop3_proto::client::{
    Channel, CloseReason, Config, Event, Misuse, ProtocolError, Session, State,
};
use pop3_proto::{Command, InputLost, MessageNumber};

/// A client that has logged in.
fn logged_in() -> Client {
    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"APOP a 00000000000000000000000000000000");
    client.receive(b"+OK\r\n");
    client.seen.clear();
    client
}

/// Feeds a session what a message was made to hold, in pieces; as soon as the message has
/// ended, DELE is sent. Gives the answers to DELE.
fn forged(pieces: &[&[u8]], pipelining: bool) -> (Vec<bool>, Session) {
    let mut out = BytesMut::new();
    let mut session = Session::new(Config::default(), Channel::Tls);
    session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
    session
        .send(Command::parse(b"APOP a 00000000000000000000000000000000").unwrap(), &mut out)
        .unwrap();
    session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
    let one = MessageNumber::new(1).unwrap();
    if pipelining {
        session.send(Command::Capa, &mut out).unwrap();
        let mut input: &[u8] = b"+OK\r\nPIPELINING\r\n.\r\n";
        while !matches!(session.receive(&mut input, &mut out).unwrap(), Event::End(_)) {}
    }
    session.send(Command::Retr(one), &mut out).unwrap();
    let (mut unread, mut deleted) = (Vec::new(), Vec::new());
    for piece in pieces {
        unread.extend_from_slice(piece);
        let mut input = &unread[..];
        loop {
            let event = match session.receive(&mut input, &mut out) {
                Ok(event) => event,
                Err(error) => {
                    assert_eq!(error, ProtocolError::Unsolicited.into());
                    return (deleted, session);
                }
            };
            match event {
                Event::NeedInput => break,
                Event::Answer(answer) if matches!(answer.to, pop3_proto::client::Sent::Dele(_)) => {
                    deleted.push(answer.is_ok());
                }
                // As soon as it may.
                _ => drop(session.send(Command::Dele(one), &mut out)),
            }
        }
        unread = input.to_vec();
    }
    (deleted, session)
}

/// A message whose sender has written its end and an answer into it, which a server did not
/// stuff: no deletion is reported that did not come after DELE was sent.
#[test]
fn an_answer_that_a_message_brings_along() {
    let wire = b"+OK\r\nSubject: -\r\n.\r\n+OK forged\r\n";
    for pipelining in [false, true] {
        let (deleted, session) = forged(&[wire], pipelining);
        assert!(deleted.is_empty(), "{pipelining}");
        assert_eq!(session.close_reason(), Some(CloseReason::Unsolicited));
        // Cut after the answer's first octet, that octet lay there before DELE was sent.
        for at in wire.len() - 11..=wire.len() {
            let (deleted, session) = forged(&[&wire[..at], &wire[at..]], pipelining);
            assert!(deleted.is_empty(), "cut at {at}");
            assert_eq!(session.close_reason(), Some(CloseReason::Unsolicited));
        }
    }
    // With PIPELINING, DELE may go out while the message comes: what is shown later answers it.
    let (deleted, session) = forged(&[b"+OK\r\nSubject: -\r\n.\r\n", b"-ERR no\r\n"], false);
    assert_eq!((&deleted[..], session.close_reason()), (&[false][..], None));
}

/// Octets that lie there, a whole line or not, are in the way of whatever is sent.
#[test]
fn nothing_is_sent_over_what_is_unread() {
    for octets in [&b"+"[..], b"+OK", b"junk", b"\x00"] {
        let mut client = logged_in();
        client.send(b"NOOP");
        client.receive(&[b"+OK\r\n", octets].concat());
        client.send(b"DELE 1");
        client.receive(b"\r\n");
        assert_eq!(client.seen[..2], ["Noop +OK ", "Unread"], "{octets:?}");
        // Junk is told and gone; a status ends it.
        let ends = octets == b"+OK";
        assert_eq!(client.session.close_reason(), ends.then_some(CloseReason::Unsolicited));
        client.send(b"DELE 1");
        client.receive(b"+OK\r\n");
        assert_eq!(client.seen.last().unwrap() == "Dele(MessageNumber(1)) +OK ", !ends);
    }
}

/// Lines that are no status answer nothing, wherever they stand: they are told, in step.
#[test]
fn junk_between_answers() {
    let expected = r#"expected "+OK" or "-ERR" at octet 0"#;
    transcript(
        everything(),
        Channel::Clear,
        &format!(
            "S: +OK
             E: greeting +OK 
             C: CAPA
             S:
             S: [COPYUID 124 10 233]
             S: OK done
             S: +OK
             S: UIDL
             S: .
             E: junk \"\": {expected}
             E: junk \"[COPYUID 124 10 233]\": {expected}
             E: junk \"OK done\": {expected}
             E: Capa +OK 
             E: Uidl
             E: Capa end
             S:
             S: junk
             E: junk \"\": {expected}
             E: junk \"junk\": {expected}
             C: USER a
             S: +OK
             E: User +OK 
             C: PASS b
             S: +OK
             E: Pass +OK 
             C: RETR 1
             S> \\n\\r\\n+OK\\r\\ntext\\r\\n.\\r\\n
             E: junk \"\": {expected}
             E: junk \"\": {expected}
             E: Retr(MessageNumber(1)) +OK 
             E: body text\\r\\n
             E: Retr(MessageNumber(1)) end
             S: -ERR Disconnected for inactivity.
             E: unsolicited -ERR Disconnected for inactivity.
             E: Unsolicited
             C: QUIT
             E: Closed"
        ),
    );
}

/// A server that never answers but talks on is given up.
#[test]
fn junk_without_end() {
    let mut client = logged_in();
    client.send(b"NOOP");
    client.receive(&b"\r\n".repeat(100));
    client.receive(b"+OK\r\n");
    client.send(b"NOOP");
    client.receive(&b"?\r\n".repeat(101));
    assert_eq!(client.seen.last().unwrap(), "Junk");
    assert_eq!(client.session.close_reason(), Some(CloseReason::OutOfStep));
    assert_eq!(client.session.eof(), Err(ProtocolError::Junk));
    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"AUTH PLAIN");
    client.receive(&b"?\r\n".repeat(200));
    assert_eq!(client.seen.last().unwrap(), "Junk");
    assert_eq!(client.out.len(), "AUTH PLAIN\r\n".len() + 100 * "*\r\n".len());
}

/// Once it is over, what lies there is nobody's, and nothing of it is left.
#[test]
fn nothing_is_left_of_what_comes_after_the_end() {
    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"CAPA");
    let shown = [&b"?\r\n".repeat(101)[..], b"+OK\r\n"].concat();
    let mut input = &shown[..];
    let error = loop {
        match client.session.receive(&mut input, &mut BytesMut::new()) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!((error, input), (ProtocolError::Junk.into(), &b""[..]));
}

/// RFC 5034 §4: what lay there before a response was sent is no answer to it.
#[test]
fn an_answer_before_the_response() {
    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"AUTH PLAIN");
    client.receive(b"+ \r\n+OK welcome\r\n");
    client.send(b"AAAA");
    client.receive(b"");
    assert_eq!(client.seen[1..], ["challenge \"\"", "unsolicited +OK welcome", "Unsolicited"]);
    assert_eq!(client.session.state(), State::Closed);
}

/// Nor is it a challenge: a second one that came along with the first is no answer to the response.
#[test]
fn a_challenge_before_the_response() {
    let mut client = Client::new(everything(), Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"AUTH LOGIN");
    client.receive(b"+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n");
    client.send(b"YWxpY2U=");
    let sent = client.out.len();
    client.receive(b"");
    assert_eq!(
        client.seen[2..],
        ["junk \"+ UGFzc3dvcmQ6\": expected nothing unasked at octet 0", "Unsolicited"]
    );
    assert_eq!((client.session.state(), client.out.len()), (State::Closed, sent));
}

/// RFC 1939 §3: an answer that comes after the time-out answers nothing any more.
#[test]
fn a_session_is_over_after_a_time_out() {
    let mut client = logged_in();
    client.send(b"DELE 1");
    assert_eq!(client.session.close_reason(), Some(CloseReason::Unread));
    let sent = client.out.len();
    client.session.timed_out(&mut client.out);
    client.send(b"QUIT");
    client.receive(b"+OK deleted\r\n");
    assert_eq!(client.seen, ["Closed", "closed"]);
    assert_eq!(client.session.close_reason(), Some(CloseReason::Overdue));
    assert_eq!((client.session.waiting(), client.out.len()), (0, sent));
    assert_eq!(client.session.eof(), Err(ProtocolError::UnexpectedEnd));
}

/// Each state in which a connection must not go back into a pool, and those in which it may.
#[test]
fn what_a_pool_asks() {
    let reasons = |steps: &[&str]| {
        let mut client = Client::new(everything(), Channel::Tls);
        steps
            .iter()
            .map(|step| {
                match step.strip_prefix("C: ") {
                    Some(line) => client.send(line.as_bytes()),
                    None => client.receive(step.as_bytes()),
                }
                client.session.close_reason()
            })
            .collect::<Vec<_>>()
    };
    use CloseReason::{Finished, Goodbye, OutOfStep, Unread, Unsolicited};
    let (apop, unread) = ("C: APOP a 00000000000000000000000000000000", Some(Unread));
    assert_eq!(reasons(&["", "+OK\r\n", apop, "+OK\r\n"]), [unread, None, unread, None]);
    assert_eq!(
        reasons(&["+OK\r\n", apop, "+OK\r\n", "C: LIST", "+OK\r\n", "1 2\r\n", ".\r\n", "?"]),
        [None, unread, None, unread, unread, unread, None, unread]
    );
    assert_eq!(reasons(&["-ERR busy\r\n"]), [Some(Goodbye)]);
    assert_eq!(reasons(&["* OK IMAP\r\n"]), [Some(OutOfStep)]);
    assert_eq!(reasons(&["+OK\r\n+OK\r\n"]), [Some(Unsolicited)]);
    assert_eq!(reasons(&["+OK\r\n", "C: QUIT", "+OK\r\n"]), [None, unread, Some(Finished)]);
    assert!(Finished.is_orderly());
}

/// A driver that loses octets hears of it, and can go on with the right ones.
#[test]
fn input_that_is_lost() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Config::default(), Channel::Tls);
    let mut input: &[u8] = b"+OK rea";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    let error = session.receive(&mut &b"dy\r\n"[..], &mut out).unwrap_err();
    assert_eq!(error, Misuse::InputLost(InputLost { missing: 3 }).into());
    let event = session.receive(&mut &b"+OK ready\r\n"[..], &mut out);
    assert!(matches!(event, Ok(Event::Greeting(_))));
}
