//! AUTH (RFC 4954).

use crate::client_side::{Client, everything, transcript};
use bytes::BytesMut;
use mail_transcript::{Client as _, Peer};
use smtp_proto::client::{Channel, CloseReason, Config, Error, Event, Misuse, Session, State};
use smtp_proto::{Auth, Base64, Command, Mechanism};

const OPEN: &str = "S: 220 mx
    E: greeting 220 mx
    C: EHLO c
    S: 250-mx
    S: 250 AUTH PLAIN CRAM-MD5
    E: Ehlo 250 mx AUTH PLAIN CRAM-MD5
";

/// RFC 4954 §4, §6: `*`, `=`, an empty challenge, a second AUTH.
#[test]
fn sasl() {
    transcript(
        everything(),
        Channel::Clear,
        &[
            OPEN,
            "C: AUTH CRAM-MD5
             S: 334 PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+
             E: challenge \"PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+\"
             C: *
             S: 501 cancelled
             E: Auth 501 cancelled
             C: AUTH PLAIN =
             S: 535 5.7.8 no
             E: Auth 535 5.7.8 no
             C: AUTH PLAIN
             S: 334\x20
             E: challenge \"\"
             C: dGVzdAB0ZXN0AHRlc3Q=
             S: 334 dGVzdA==
             E: challenge \"dGVzdA==\"
             C:
             S: 235 2.7.0 welcome
             E: Auth 235 2.7.0 welcome
             C: AUTH PLAIN
             E: NotNow
             C: NOOP
             S: 250 OK
             E: Noop 250 OK",
        ],
    );
}

/// RFC 4954 §4: what cannot be decoded is cancelled; lines that are no reply are told.
#[test]
fn challenges_that_are_none() {
    transcript(
        everything(),
        Channel::Clear,
        &[
            OPEN,
            "C: AUTH PLAIN
             S:
             S: what?
             S: 454 later
             E: junk \"\": expected a reply code and a space or \"-\" at octet 0
             E: junk \"what?\": expected a reply code and a space or \"-\" at octet 0
             E: Auth 454 later",
        ],
    );
    for odd in ["334 *no base64*", "334-AAAA\r\n334 AAAA", "334 AA"] {
        let mut client = Client::greeted(everything(), &["AUTH PLAIN"]);
        client.out.clear();
        client.send(b"AUTH PLAIN");
        client.receive(format!("{odd}\r\n").as_bytes());
        assert!(client.seen[0].starts_with("Auth unparsed"), "{:?}", client.seen);
        client.receive(b"501 cancelled\r\n");
        assert_eq!(client.seen[1..], ["Auth 501 cancelled"]);
        assert_eq!(&client.out[..], b"AUTH PLAIN\r\n*\r\n");
        assert_eq!(client.session.state(), State::Ready);
    }
}

/// RFC 4954 §4: the command with its initial response is a line of 512 octets; the response comes
/// with the challenge then.
#[test]
fn a_long_initial_response_waits_for_the_challenge() {
    let mut client = Client::greeted(Config::default(), &["AUTH PLAIN"]);
    let Client { session, out, .. } = &mut client;
    out.clear();
    let octets = [0; 375];
    let fits = session.authenticate(Mechanism::Plain, Some(&octets[..373]), out);
    assert_eq!((fits, out.len()), (Err(Misuse::TooLong), 0));
    let long = "AAAA".repeat(125);
    let long = Base64::parse(long.as_bytes()).unwrap();
    let auth =
        |initial_response| Command::Auth(Auth { mechanism: Mechanism::Plain, initial_response });
    assert_eq!(session.send(auth(Some(long)), out), Err(Misuse::TooLong));
    assert!(out.is_empty() && session.waiting() == 0 && session.state() == State::Ready);
    session.send(auth(None), out).unwrap();
    let mut input: &[u8] = b"334 \r\n";
    let Ok(Event::Challenge(_, ticket)) = session.receive(&mut input, out) else { panic!() };
    let pending = session.receive(&mut input, out);
    assert!(matches!(pending, Err(Error::Misuse(Misuse::ReplyPending))));
    assert_eq!(session.close_reason(), Some(CloseReason::Unread));
    session.respond(ticket, &long.decode(), out).unwrap();
    let mut input: &[u8] = b"235 OK\r\n";
    assert!(matches!(session.receive(&mut input, out), Ok(Event::Answer(_))));
    assert!(session.is_authenticated() && session.state() == State::Ready);
}

/// RFC 4954 §4: what the mechanism says goes along, in base64.
#[test]
fn an_initial_response_in_base64() {
    for (response, wire) in [
        (Some(&b"test\0test\0test"[..]), "AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=\r\n"),
        (Some(b""), "AUTH PLAIN =\r\n"),
        (None, "AUTH PLAIN\r\n"),
    ] {
        let mut client = Client::greeted(Config::default(), &["AUTH PLAIN"]);
        client.out.clear();
        client.session.authenticate(Mechanism::Plain, response, &mut client.out).unwrap();
        assert_eq!(&client.out[..], wire.as_bytes());
        let shown = client.log().pop().unwrap();
        assert_eq!(shown, if response.is_some() { "> AUTH PLAIN …" } else { "> AUTH PLAIN" });
        let again = client.session.authenticate(Mechanism::Plain, None, &mut client.out);
        assert_eq!(again, Err(Misuse::NotNow));
    }
}

/// What lay there before a line of the exchange was sent is no answer to it, and no challenge.
#[test]
fn an_answer_before_the_response() {
    for said in ["235 welcome", "334 AAAA"] {
        let mut client = Client::greeted(everything(), &["AUTH PLAIN"]);
        client.send(b"AUTH PLAIN");
        client.receive(format!("334 \r\n{said}\r\n").as_bytes());
        assert!(client.awaits_response());
        client.send(b"AAAA");
        client.receive(b"");
        let seen =
            ["challenge \"\"".to_owned(), format!("unsolicited {said}"), "Unsolicited".into()];
        assert_eq!(client.seen, seen);
        assert!(!client.session.is_authenticated());
    }
}

/// The tickets of one session are not another's.
#[test]
fn wrong_tickets() {
    let challenged = || {
        let mut client = Client::greeted(everything(), &["AUTH LOGIN"]);
        client.send(b"AUTH LOGIN");
        let mut input: &[u8] = b"334 \r\n";
        match client.session.receive(&mut input, &mut client.out) {
            Ok(Event::Challenge(_, ticket)) => (client.session, ticket),
            other => panic!("{other:?}"),
        }
    };
    let ((mut one, _mine), (_, theirs)) = (challenged(), challenged());
    let mut out = BytesMut::new();
    assert!(matches!(one.respond(theirs, b"x", &mut out), Err(Misuse::WrongTicket(_))));
    assert!(out.is_empty());
    let (mut over, ticket) = challenged();
    over.timed_out(&mut out);
    assert!(matches!(over.cancel(ticket, &mut out), Err(Misuse::WrongTicket(_))));
    let _: Session = over;
}
