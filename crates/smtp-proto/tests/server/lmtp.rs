//! RFC 2033: LMTP, where each recipient of a message has an answer.

use smtp_proto::server::{Channel, Config, Event, Misuse, Protocol, Rejection, Session, State};
use smtp_proto::{BytesMut, Text, Ticket};

use crate::transcript::{config, play};

fn lmtp() -> Config {
    let mut config = config();
    config.protocol = Protocol::Lmtp;
    config.chunking = true;
    config
}

/// RFC 2033 §4: LHLO alone says hello; the rest is SMTP, and what answers for a message answers
/// for each recipient that was accepted, in order.
#[test]
fn a_session() {
    let seen = play(
        lmtp(),
        &[r"
        S: 220 mx.example.org LMTP
        C: EHLO client.example.org
        S: 500 Command not recognized
        C: HELO client.example.org
        S: 500 Command not recognized
        C: MAIL FROM:<a@example.com>
        S: 503 5.5.1 Send LHLO first
        C: LHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-STARTTLS
        S: 250-CHUNKING
        S: 250 HELP
        C: MAIL FROM:<a@example.com> SIZE=10
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<nobody@example.org>
        C: RCPT TO:<c@example.org>
        C: DATA
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 550 5.1.1 No such user here
        S: 250 2.1.5 OK
        S* 354
        C: text
        C: .
        S: 250 2.0.0 Queued
        S: 250 2.0.0 Queued
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<nobody@example.org>
        C: DATA
        S: 250 2.1.0 OK
        S: 550 5.1.1 No such user here
        S: 503 5.5.1 No valid recipients
        C: RSET
        S: 250 2.0.0 OK
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C: RCPT TO:<d@example.org>
        C> BDAT 6\r\nREFUSEBDAT 0 LAST\r\n
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 250 2.0.0 6 octets received
        S: 554 5.7.1 Refused
        S: 554 5.7.1 Refused
        S: 554 5.7.1 Refused
        C: QUIT
        S: 221 2.0.0 Bye
        "],
    );
    assert_eq!(seen.messages.len(), 1);
}

/// RFC 2033 §4.2: a body that the session itself refuses is refused for all.
#[test]
fn bodies_that_the_session_refuses() {
    let mut config = lmtp();
    config.max_message_size = Some(4);
    let hello = "S: 220 mx.example.org LMTP\nC: LHLO c\nS* 250 mx.example.org\n";
    let envelope = "
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C: DATA
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S* 354
    ";
    let bad = r"
        C> a\nb\r\n.\r\n
        S: 554 5.6.0 Message has a bare CR, a bare LF or a NUL
        S: 554 5.6.0 Message has a bare CR, a bare LF or a NUL
    ";
    let big = r"
        C: too big
        C: .
        S: 552 5.3.4 Message too big for this server
        S: 552 5.3.4 Message too big for this server
    ";
    let blind = r"
        C: MAIL FROM:<blind@example.com>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C> BDAT 1\r\nxBDAT 1 LAST\r\nx
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 451 4.3.0 Local error, try again later
        S: 503 5.5.1 Send MAIL first
        S: 503 5.5.1 Send MAIL first
    ";
    let big_chunk = r"
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C> BDAT 2\r\nabBDAT 3 LAST\r\ncdeNOOP\r\n
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 250 2.0.0 2 octets received
        S: 552 5.3.4 Message too big for this server
        S: 552 5.3.4 Message too big for this server
        S: 250 2.0.0 OK
    ";
    // RFC 2033 §4.3: no recipients, no replies.
    let nobody = r"
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<nobody@example.org>
        C> BDAT 1\r\naBDAT 1 LAST\r\naNOOP\r\n
        S: 250 2.1.0 OK
        S: 550 5.1.1 No such user here
        S: 503 5.5.1 No valid recipients
        S: 250 2.0.0 OK
    ";
    let blind_data = r"
        C: MAIL FROM:<blind@example.com>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C: DATA
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S* 354
        C: x
        C: .
        S: 451 4.3.0 Local error, try again later
        S: 451 4.3.0 Local error, try again later
    ";
    let seen =
        play(config, &[hello, envelope, bad, envelope, big, blind, blind_data, big_chunk, nobody]);
    assert!(seen.messages.is_empty());
}

/// After the last chunk the message is over: more of them are faults of the client, and have no
/// answers for its recipients.
#[test]
fn chunks_after_the_last() {
    let mut config = lmtp();
    config.max_message_size = Some(4);
    config.limits.bad_commands = 3;
    let seen = play(
        config,
        &[r"
        S: 220 mx.example.org LMTP
        C: LHLO c
        S* 250 mx.example.org
        C: MAIL FROM:<a@example.com>
        C: RCPT TO:<b@example.org>
        C: RCPT TO:<c@example.org>
        C> BDAT 5\r\nabcdeBDAT 0\r\nBDAT 0 LAST\r\n
        S: 250 2.1.0 OK
        S: 250 2.1.5 OK
        S: 250 2.1.5 OK
        S: 552 5.3.4 Message too big for this server
        S: 503 5.5.1 Send MAIL first
        S: 503 5.5.1 Send MAIL first
        S: 503 5.5.1 Send MAIL first
        C: BDAT 0 LAST
        C: BDAT 0 LAST
        C: BDAT 0 LAST
        C: NOOP
        S: 250 2.0.0 OK
        C: BDAT 0 LAST
        S: 421 4.7.0 Too many bad commands, closing connection
        "],
    );
    assert!(seen.messages.is_empty());
}

/// A session whose message is whole, with two recipients.
fn delivering(out: &mut BytesMut) -> (Session, Ticket<smtp_proto::server::request::Message>) {
    let mut lmtp = Session::new(lmtp().into(), Channel::Clear, out);
    let wire = "LHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nBDAT 0 LAST\r\n";
    let mut input = wire.as_bytes();
    loop {
        match lmtp.receive(&mut input, out).unwrap() {
            Event::Hello(_, ticket) => lmtp.accept(ticket, out).unwrap(),
            Event::Mail(_, ticket) => lmtp.accept(ticket, out).unwrap(),
            Event::Rcpt(_, ticket) => lmtp.accept(ticket, out).unwrap(),
            Event::Data(ticket) => lmtp.accept(ticket, out).unwrap(),
            Event::BodyEnd(ticket) => {
                out.clear();
                return (lmtp, ticket);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// RFC 2033 §4.2: each recipient's own outcome, as soon as it is known.
#[test]
fn each_recipient_is_answered() {
    let mut out = BytesMut::new();
    let (mut lmtp, ticket) = delivering(&mut out);
    let next = lmtp.answer_recipient(ticket, Ok(()), &mut out).unwrap();
    assert_eq!((&out[..], lmtp.state()), (&b"250 2.0.0 OK\r\n"[..], State::Delivery));
    let pending = lmtp.receive(&mut &b"NOOP\r\n"[..], &mut out);
    assert_eq!(pending.unwrap_err(), Misuse::ReplyPending.into());
    let full = Rejection::MAILBOX_FULL.with_text(Text::new("Full: c").unwrap());
    let none = lmtp.answer_recipient(next.unwrap(), Err(full), &mut out).unwrap();
    assert!(none.is_none());
    assert_eq!((&out[14..], lmtp.state()), (&b"452 4.2.2 Full: c\r\n"[..], State::Ready));
}

/// A ticket of another session answers nobody.
#[test]
fn tickets_of_other_sessions() {
    let (mut out, mut other_out) = (BytesMut::new(), BytesMut::new());
    let (mut lmtp, ticket) = delivering(&mut out);
    let (_other, stray) = delivering(&mut other_out);
    let wrong = lmtp.answer_recipient(stray, Ok(()), &mut out);
    assert!(matches!(wrong, Err(Misuse::WrongTicket(_))));
    assert!(out.is_empty());
    lmtp.accept(ticket, &mut out).unwrap();
    assert_eq!(&out[..], b"250 2.0.0 OK\r\n250 2.0.0 OK\r\n");
}

/// What answers for all answers for those that are left.
#[test]
fn the_others_are_answered_alike() {
    let mut out = BytesMut::new();
    let (mut lmtp, ticket) = delivering(&mut out);
    let rest = lmtp.answer_recipient(ticket, Err(Rejection::REFUSED), &mut out).unwrap();
    lmtp.accept(rest.unwrap(), &mut out).unwrap();
    assert_eq!(&out[..], b"554 5.7.1 Refused\r\n250 2.0.0 OK\r\n");
    assert_eq!(lmtp.state(), State::Ready);
}

/// A session that was to end ends after the last of the answers; a 421 ends it at once.
#[test]
fn an_end_among_answers() {
    let mut out = BytesMut::new();
    let (mut lmtp, ticket) = delivering(&mut out);
    lmtp.timed_out(&mut out);
    let rest = lmtp.answer_recipient(ticket, Ok(()), &mut out).unwrap();
    assert_eq!(&out[..], b"250 2.0.0 OK\r\n");
    lmtp.reject(rest.unwrap(), Rejection::REFUSED, &mut out).unwrap();
    assert_eq!(&out[14..], b"554 5.7.1 Refused\r\n421 4.4.2 Timeout, closing connection\r\n");
    assert_eq!(lmtp.state(), State::Closed);

    out.clear();
    let (mut lmtp, ticket) = delivering(&mut out);
    let closing = Rejection::new(421, None, Text::new("Bye").unwrap()).unwrap();
    let rest = lmtp.answer_recipient(ticket, Err(closing), &mut out).unwrap();
    assert!(rest.is_none());
    assert_eq!((&out[..], lmtp.state()), (&b"421 Bye\r\n"[..], State::Closed));
}
