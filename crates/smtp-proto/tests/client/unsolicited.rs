//! Every octet belongs to someone: what a server says unasked answers nothing.

use crate::client_side::{Client, everything, transcript};
use bytes::BytesMut;
use mail_transcript::{Client as _, Peer};
use smtp_proto::InputLost;
use smtp_proto::client::{
    Channel, CloseReason, Config, Event, Misuse, ProtocolError, Session, State,
};

/// A reply without a command, wherever it stands, is told, and nothing more is sent.
#[test]
fn a_reply_without_a_command() {
    transcript(
        everything(),
        Channel::Clear,
        &["S: 220 mx
           S: 250 mx
           E: greeting 220 mx
           E: unsolicited 250 mx
           E: Unsolicited
           C: EHLO c
           E: Closed"],
    );
    transcript(
        everything(),
        Channel::Clear,
        &["S: 220 mx
           E: greeting 220 mx
           C: EHLO c
           S: 250-mx
           S: 250 PIPELINING
           E: Ehlo 250 mx PIPELINING
           C: MAIL FROM:<a@b>
           S: 250 OK
           S: 250 OK
           E: Mail 250 OK
           E: unsolicited 250 OK
           E: Unsolicited
           C: RCPT TO:<a@b>
           E: Closed"],
    );
}

/// Octets that lie there, a whole line or not, are in the way of whatever is sent.
#[test]
fn nothing_is_sent_over_what_is_unread() {
    for octets in [&b"2"[..], b"250 OK", b"junk", b"\x00"] {
        let mut client = Client::greeted(everything(), &[]);
        client.send(b"NOOP");
        client.receive(&[b"250 OK\r\n", octets].concat());
        client.send(b"MAIL FROM:<a@b>");
        client.receive(b"\r\n");
        assert_eq!(client.seen[..2], ["Noop 250 OK", "Unread"], "{octets:?}");
        // Junk is told and gone; a reply ends it.
        let ends = octets.starts_with(b"2");
        assert_eq!(client.session.close_reason().is_some(), ends);
        client.send(b"MAIL FROM:<a@b>");
        client.receive(b"250 OK\r\n");
        assert_eq!(client.seen.last().unwrap() == "Mail 250 OK", !ends);
    }
}

/// What was seen before a command was sent ahead is no answer to it.
#[test]
fn an_answer_from_before() {
    let mut out = BytesMut::new();
    let mut client = Client::greeted(everything(), &["PIPELINING"]);
    client.send(b"MAIL FROM:<a@b>");
    let session = &mut client.session;
    let mut input: &[u8] = b"250 OK\r\n250 forged\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Answer(_))));
    let rcpt = smtp_proto::Command::parse(b"RCPT TO:<a@b>").unwrap();
    assert_eq!(session.send(rcpt, &mut out), Err(Misuse::Unread));
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Unsolicited(_))));

    // It waits already, so that one more may be sent behind it.
    let mut client = Client::greeted(everything(), &["PIPELINING"]);
    client.send(b"MAIL FROM:<a@b>");
    client.send(b"RCPT TO:<a@b>");
    let session = &mut client.session;
    let mut input: &[u8] = b"250 OK\r\n250 OK\r\n250 forged\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Answer(_))));
    session.send(rcpt, &mut out).unwrap();
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Answer(_))));
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Unsolicited(_))));
    assert_eq!(session.close_reason(), Some(CloseReason::Unsolicited));
}

/// Lines that are no reply answer nothing, wherever they stand: they are told, in step.
#[test]
fn junk_between_answers() {
    let expected = "expected a reply code and a space or \"-\" at octet 0";
    transcript(
        everything(),
        Channel::Clear,
        &[&format!(
            "S: 220 mx
             E: greeting 220 mx
             C: EHLO c
             S:
             S: 250 Nice
             S: SIZE
             E: junk \"\": {expected}
             E: Ehlo 250 Nice
             E: junk \"SIZE\": {expected}
             C: MAIL FROM:<a@b>
             S:
             S: +OK what
             S: 250 OK
             E: junk \"\": {expected}
             E: junk \"+OK what\": {expected}
             E: Mail 250 OK"
        )],
    );
}

/// What was meant for a reply and cannot be read ends the session: the next reply is not to be
/// taken for it.
#[test]
fn replies_that_cannot_be_read() {
    for (wire, error) in [
        ("250-a\r\n550 b", "the code of the lines before at octet 7"),
        ("250-a\r\nb", "a reply code and a space or \"-\" at octet 7"),
        ("999 a", "a reply code and a space or \"-\" at octet 0"),
        ("99 a", "a reply code and a space or \"-\" at octet 0"),
        ("150 a", "a reply code and a space or \"-\" at octet 0"),
        ("250OK", "a reply code and a space or \"-\" at octet 0"),
        ("250-a\0\r\n250 b", "text without CR and NUL at octet 0"),
    ] {
        let mut client = Client::greeted(everything(), &["PIPELINING"]);
        client.send(b"MAIL FROM:<a@b>");
        client.send(b"RCPT TO:<a@b>");
        client.receive(format!("{wire}\r\n250 OK\r\n").as_bytes());
        let line = wire.as_bytes().escape_ascii().to_string();
        let told = format!("Mail unparsed {line:?}: expected {error}");
        assert_eq!(client.seen, [told, "BrokenReply".into()]);
        assert_eq!(client.session.close_reason(), Some(CloseReason::OutOfStep));
    }
}

/// Servers write less, more and other than they should, and are understood.
#[test]
fn odd_replies() {
    for (wire, seen) in [
        ("250", "Noop 250"),
        ("250-\r\n250 ", "Noop 250"),
        ("250 \u{e9}\u{1f600}", "Noop 250 \u{e9}\u{1f600}"),
        ("250 a\0b", "Noop 250 a"),
        ("250 a\r", "Noop 250 a"),
        ("250-a\n250 b", "Noop 250 a b"),
    ] {
        let mut client = Client::greeted(everything(), &[]);
        client.send(b"NOOP");
        client.receive(format!("{wire}\r\n").as_bytes());
        assert_eq!(client.seen, [seen]);
        assert_eq!(client.session.close_reason(), None);
    }
}

/// RFC 5321 §4.5.3.2: an answer that comes after the time-out answers nothing any more.
#[test]
fn a_session_is_over_after_a_time_out() {
    let mut client = Client::greeted(everything(), &[]);
    client.send(b"MAIL FROM:<a@b>");
    let sent = client.out.len();
    client.session.timed_out(&mut client.out);
    client.send(b"QUIT");
    client.receive(b"250 OK\r\n");
    assert_eq!(client.seen, ["Closed", "closed"]);
    assert_eq!(client.session.close_reason(), Some(CloseReason::Overdue));
    assert_eq!((client.session.waiting(), client.out.len()), (0, sent));
    assert_eq!(client.session.eof(), Err(ProtocolError::UnexpectedEnd));
    assert_eq!(client.session.state(), State::Closed);
}

/// A driver that loses octets hears of it, and can go on with the right ones.
#[test]
fn input_that_is_lost() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Config::default(), Channel::Tls);
    let mut input: &[u8] = b"220 rea";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    let error = session.receive(&mut &b"dy\r\n"[..], &mut out).unwrap_err();
    assert_eq!(error, Misuse::InputLost(InputLost { missing: 3 }).into());
    let event = session.receive(&mut &b"220 ready\r\n"[..], &mut out);
    assert!(matches!(event, Ok(Event::Greeting(_))));
}
