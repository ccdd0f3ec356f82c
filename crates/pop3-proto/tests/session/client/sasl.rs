//! AUTH (RFC 5034).

use crate::client_side::{Client, everything, transcript};
use bytes::BytesMut;
use mail_transcript::{Client as _, Peer};
use pop3_proto::client::{Channel, ClearText, Config, Error, Event, Misuse, Session, State};
use pop3_proto::{Auth, Base64, Command, Mechanism};

/// Clear-text mechanisms. Those are the ones that show a password or a
/// token, and those of which no one knows what they show.
#[test]
fn no_mechanisms_that_show_what_they_prove_with() {
    let mut config = everything();
    config.clear_text = ClearText::NoPasswords;
    transcript(
        config,
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: AUTH LOGIN
         E: ClearText
         C: AUTH OAUTHBEARER AAAA
         E: ClearText
         C: AUTH XOAUTH2 AAAA
         E: ClearText
         C: AUTH X-OURS
         E: ClearText
         C: AUTH SCRAM-SHA-256 AAAA
         S: -ERR no
         E: Auth -ERR no
         C: AUTH CRAM-MD5
         S: -ERR no
         E: Auth -ERR no",
    );
}

/// RFC 5034 §4; `*`, `=`, an empty challenge, one that is not base64.
#[test]
fn sasl() {
    transcript(
        everything(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: AUTH CRAM-MD5
         S: + PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+
         E: challenge \"PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+\"
         C: *
         S: -ERR cancelled
         E: Auth -ERR cancelled
         C: AUTH PLAIN =
         S: -ERR [AUTH] no
         E: Auth -ERR [AUTH] no
         C: AUTH PLAIN
         S: +
         E: challenge \"\"
         C: dGVzdAB0ZXN0AHRlc3Q=
         S: + dGVzdA==
         E: challenge \"dGVzdA==\"
         C:
         S: +OK
         E: Auth +OK 
         C: NOOP
         S: +OK
         E: Noop +OK ",
    );
    let mut client = Client::new(everything(), Channel::Clear);
    client.receive(b"+OK\r\n");
    client.send(b"AUTH PLAIN");
    client.receive(b"+ *no base64*\r\n");
    client.receive(b"-ERR cancelled\r\n");
    assert_eq!(&client.out[..], b"AUTH PLAIN\r\n*\r\n");
    assert_eq!(client.seen.last().unwrap(), "Auth -ERR cancelled");
    assert_eq!(client.session.state(), State::Authorization);
    client.send(b"AUTH PLAIN");
    client.receive(b"what\r\n-ERR no such command\r\n");
    assert!(client.out.ends_with(b"AUTH PLAIN\r\n*\r\n"));
    assert_eq!(client.seen.last().unwrap(), "Auth -ERR no such command");
    assert_eq!(client.session.state(), State::Authorization);
}

/// RFC 5034 §4: "the initial response, including the command, does not exceed
/// the maximum line length of a POP command (255 octets)".
#[test]
fn a_long_initial_response_waits_for_the_challenge() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Config::default(), Channel::Tls);
    let mut input: &[u8] = b"+OK\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Greeting(_))));
    let octets = [0; 183];
    assert_eq!(
        session.authenticate(Mechanism::Plain, Some(&octets), &mut out),
        Err(Misuse::TooLong)
    );
    let long = "AAAA".repeat(61);
    let auth =
        |initial_response| Command::Auth(Auth { mechanism: Mechanism::Plain, initial_response });
    let long = Base64::parse(long.as_bytes()).unwrap();
    assert_eq!(session.send(auth(Some(long)), &mut out), Err(Misuse::TooLong));
    assert!(out.is_empty() && session.waiting() == 0);
    session.send(auth(None), &mut out).unwrap();
    let mut input: &[u8] = b"+ \r\n";
    let Ok(Event::Challenge(_, ticket)) = session.receive(&mut input, &mut out) else {
        panic!("no challenge");
    };
    let pending = session.receive(&mut input, &mut out);
    assert!(matches!(pending, Err(Error::Misuse(Misuse::ReplyPending))));
    session.respond(ticket, &long.decode(), &mut out).unwrap();
    let mut input: &[u8] = b"+OK\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Answer(_))));
    assert_eq!(session.state(), State::Transaction);
}

/// RFC 5034 §4 and §6: what the mechanism says goes along, in base64.
#[test]
fn an_initial_response_in_base64() {
    for (response, wire) in [
        (Some(&b"test\0test\0test"[..]), "AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=\r\n"),
        (Some(b""), "AUTH PLAIN =\r\n"),
        (None, "AUTH PLAIN\r\n"),
    ] {
        let mut client = Client::new(Config::default(), Channel::Tls);
        client.receive(b"+OK\r\n");
        client.session.authenticate(Mechanism::Plain, response, &mut client.out).unwrap();
        assert_eq!(&client.out[..], wire.as_bytes());
        let shown = client.log().pop().unwrap();
        assert_eq!(shown, if response.is_some() { "> AUTH PLAIN …" } else { "> AUTH PLAIN" });
        let again = client.session.authenticate(Mechanism::Plain, None, &mut client.out);
        assert_eq!(again, Err(Misuse::NotNow));
        client.receive(b"+OK\r\n");
        assert_eq!(client.session.state(), State::Transaction);
    }
    let mut client = Client::new(Config::default(), Channel::Clear);
    client.receive(b"+OK\r\n");
    let clear = client.session.authenticate(Mechanism::Plain, None, &mut client.out);
    assert_eq!(clear, Err(Misuse::ClearText));
}

/// The tickets of one session are not another's.
#[test]
fn wrong_tickets() {
    let challenged = || {
        let mut client = Client::new(everything(), Channel::Tls);
        client.receive(b"+OK\r\n");
        client.send(b"AUTH LOGIN");
        let mut input: &[u8] = b"+ \r\n";
        match client.session.receive(&mut input, &mut client.out) {
            Ok(Event::Challenge(_, ticket)) => (client.session, ticket),
            other => panic!("{other:?}"),
        }
    };
    let ((mut one, _mine), (_, theirs)) = (challenged(), challenged());
    let mut out = BytesMut::new();
    assert!(matches!(one.respond(theirs, b"x", &mut out), Err(Misuse::WrongTicket(_))));
    assert!(out.is_empty());
}
