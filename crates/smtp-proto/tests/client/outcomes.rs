//! One message, and what became of it for each of its recipients.

use crate::sender::{
    CHUNKS, Case, ONE_AT_A_TIME, TO_THREE, TO_TWO, greeted, mail, rcpt, transcript,
};
use bytes::BytesMut;
use smtp_proto::Command;
use smtp_proto::client::{
    CloseReason, Envelope, Event, Form, Protocol, State, Transaction, TransactionStep,
};

/// RFC 2920 §4: the envelope in one group; partial acceptance.
#[test]
fn some_accept() {
    transcript(
        &TO_THREE,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: RCPT TO:<g@h>
         C: DATA
         S: 250 2.1.0 OK
         S: 250 2.1.5 OK
         S: 550-5.1.1 No such user
         S: 550 5.1.1 here
         S: 452 4.2.2 Full
         S: 354 Go on
         C: hi
         C: ..
         C: .
         S: 250 2.0.0 Queued as 1
         E: 1 rejected Some(Rcpt(1)) 550 5.1.1 No such user here
         E: 2 rejected Some(Rcpt(2)) 452 4.2.2 Full
         E: 0 accepted 250 2.0.0 Queued as 1
         E: done None",
    );
}

/// RFC 2920 §3: where it is not offered, each command waits for the answer before it.
#[test]
fn one_at_a_time() {
    transcript(
        &ONE_AT_A_TIME,
        "C: MAIL FROM:<a@b>
         S: 250 OK
         C: RCPT TO:<c@d>
         S: 250 OK
         C: RCPT TO:<e@f>
         S: 251 OK
         C: DATA
         S: 354 Go on
         C: hi
         C: ..
         C: .
         S: 554 no spam
         E: 0 rejected Some(Message) 554 no spam
         E: 1 rejected Some(Message) 554 no spam
         E: done None",
    );
    transcript(
        &ONE_AT_A_TIME,
        "C: MAIL FROM:<a@b>
         S: 550 not you
         E: 0 rejected Some(Mail) 550 not you
         E: 1 rejected Some(Mail) 550 not you
         E: done None",
    );
    transcript(
        &ONE_AT_A_TIME,
        "C: MAIL FROM:<a@b>
         S: 250 OK
         C: RCPT TO:<c@d>
         S: 550 who?
         C: RCPT TO:<e@f>
         S: 550 who?
         C: RSET
         S: 250 OK
         E: 0 rejected Some(Rcpt(0)) 550 who?
         E: 1 rejected Some(Rcpt(1)) 550 who?
         E: done None",
    );
}

/// RFC 2920 §3.1: nobody is accepted, and DATA was sent along: where the server waits for a body
/// all the same, it gets a dot; else RSET ends what is open.
#[test]
fn nobody_accepts() {
    let start = "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 550 who?
         S: 451 later
        ";
    let told = "E: 0 rejected Some(Rcpt(0)) 550 who?
         E: 1 rejected Some(Rcpt(1)) 451 later
         E: done None";
    for rest in [
        "S: 354 Go on\nC: .\nS: 554 no recipients\n",
        "S: 354 Go on\nC: .\nS: 250 OK\n",
        "S: 554 no recipients\nC: RSET\nS: 250 OK\n",
        "S: 503 what?\nC: RSET\nS: 250 OK\n",
    ] {
        transcript(&TO_TWO, &format!("{start}{rest}{told}"));
    }
}

/// MAIL is refused, and what was sent along is answered: the next transaction finds all in step.
#[test]
fn mail_is_refused() {
    let start = "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: RCPT TO:<e@f>\nC: DATA\nS: 451 busy\n";
    let told = "E: 0 rejected Some(Mail) 451 busy\nE: 1 rejected Some(Mail) 451 busy\n";
    for (rest, reason) in [
        ("S: 503 what?\nS: 503 what?\nS: 503 what?\n", "None"),
        ("S: 503 what?\nS: 503 what?\nS: 354 what?\nC: .\nS: 503 no\n", "None"),
        // Somebody would get an empty message.
        ("S: 250 what?\nS: 503 what?\nS: 354 what?\n", "Some(Abandoned)"),
    ] {
        transcript(&TO_TWO, &format!("{start}{rest}{told}E: done {reason}"));
    }
}

/// DATA is refused: nobody gets anything.
#[test]
fn data_is_refused() {
    transcript(
        &TO_TWO,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 451 no space
         C: RSET
         S: 250 OK
         E: 1 rejected Some(Rcpt(1)) 550 who?
         E: 0 rejected Some(Data) 451 no space
         E: done None",
    );
}

static THREE_CHUNKS: Case<'static> =
    Case { body: &[Some("a"), Some(""), Some("b"), Some("c"), Some("d")], ..CHUNKS };

/// RFC 3030 §4.2: chunks go out as they are, two at a time, after the answers to the envelope.
#[test]
fn chunks() {
    transcript(
        &CHUNKS,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         S: 250 OK
         S: 250 OK
         S: 550 who?
         C: BDAT 4
         C: hi
         C: BDAT 3
         C: .
         S: 250 4 octets
         C: BDAT 0 LAST
         S: 250 3 octets
         S: 250 stored
         E: 1 rejected Some(Rcpt(1)) 550 who?
         E: 0 accepted 250 stored
         E: done None",
    );
    transcript(
        &THREE_CHUNKS,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         S: 250 OK
         S: 250 OK
         S: 250 OK
         C: BDAT 1
         C> aBDAT 1\\r\\nb
         S: 452 no space
         S: 503 no more
         C: RSET
         S: 250 OK
         E: 0 rejected Some(Chunk) 452 no space
         E: 1 rejected Some(Chunk) 452 no space
         E: done None",
    );
    transcript(
        &CHUNKS,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         S: 250 OK
         S: 550 who?
         S: 550 who?
         C: RSET
         S: 250 OK
         E: 0 rejected Some(Rcpt(0)) 550 who?
         E: 1 rejected Some(Rcpt(1)) 550 who?
         E: done None",
    );
}

static LMTP: Case<'static> = Case { protocol: Protocol::Lmtp, ..TO_THREE };
static LMTP_CHUNKS: Case<'static> =
    Case { extensions: &["PIPELINING", "CHUNKING"], form: Form::Chunks, ..LMTP };

/// RFC 2033 §4.2: each recipient has an answer of its own.
#[test]
fn lmtp() {
    let start = "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: RCPT TO:<g@h>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 250 OK
         S: 354 go
         C: hi
         C: ..
         C: .
        ";
    let second = "E: 1 rejected Some(Rcpt(1)) 550 who?\n";
    for rest in [
        "S: 250 stored
         S: 452 full
         E: 0 accepted 250 stored
         E: 2 rejected Some(Delivery(2)) 452 full
         E: done None",
        // Of the last nobody knows.
        "S: 421 bye
         E: 0 rejected Some(Delivery(0)) 421 bye
         E: 2 Unknown
         E: done Some(Goodbye)",
    ] {
        let (said, told) = rest.split_once("E:").unwrap();
        transcript(&LMTP, &format!("{start}{said}{second}E:{told}"));
    }
    transcript(
        &LMTP_CHUNKS,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: RCPT TO:<g@h>
         S: 250 OK
         S: 250 OK
         S: 250 OK
         S: 550 who?
         C: BDAT 4
         C: hi
         C: BDAT 3
         C: .
         S: 250 4 octets
         C: BDAT 0 LAST
         S: 250 3 octets
         S: 451 later
         S: 250 stored
         E: 2 rejected Some(Rcpt(2)) 550 who?
         E: 0 rejected Some(Delivery(0)) 451 later
         E: 1 accepted 250 stored
         E: done None",
    );
    // RFC 2033 §4.2: DATA fails without recipients; where it does not, a dot has no answer.
    for rest in ["S: 354 go\nC: .\n", "S: 503 no\nC: RSET\nS: 250 OK\n"] {
        transcript(
            &LMTP,
            &format!(
                "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: RCPT TO:<e@f>\nC: RCPT TO:<g@h>\nC: DATA
                 S: 250 OK\nS: 550 a\nS: 550 b\nS: 550 c\n{rest}
                 E: 0 rejected Some(Rcpt(0)) 550 a
                 E: 1 rejected Some(Rcpt(1)) 550 b
                 E: 2 rejected Some(Rcpt(2)) 550 c
                 E: done None"
            ),
        );
    }
}

static LIMITED: Case<'static> =
    Case { extensions: &["PIPELINING", "LIMITS RCPTMAX=2 MAILMAX=1"], ..TO_THREE };
static TWO_DOMAINS: Case<'static> = Case {
    extensions: &["PIPELINING", "LIMITS RCPTDOMAINMAX=1"],
    recipients: &["RCPT TO:<c@d>", "RCPT TO:<e@f>", "RCPT TO:<g@D>"],
    ..TO_TWO
};

/// RFC 9422 §4: those that are too many are told, and left for another transaction.
#[test]
fn limits_of_the_server() {
    transcript(
        &LIMITED,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 250 OK
         S: 354 go
         C: hi
         C: ..
         C: .
         S: 250 stored
         E: 0 accepted 250 stored
         E: 1 accepted 250 stored
         E: 2 Unsent
         E: done Some(LimitReached)",
    );
    transcript(
        &TWO_DOMAINS,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<g@D>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 354 go
         C: hi
         C: ..
         C: .
         S: 250 stored
         E: 2 rejected Some(Rcpt(1)) 550 who?
         E: 0 accepted 250 stored
         E: 1 Unsent
         E: done None",
    );
}

/// No more is on its way than fits: a thousand recipients go out in several groups.
#[test]
fn many_recipients() {
    let lines: Vec<_> = (0..1000).map(|number| format!("RCPT TO:<{number}@d>")).collect();
    let recipients: Vec<_> = lines.iter().map(|line| rcpt(line)).collect();
    let mut session = greeted(Protocol::Smtp, &["PIPELINING"]);
    let envelope = Envelope { mail: mail("MAIL FROM:<a@b>"), recipients: &recipients };
    let mut transaction = Transaction::new(&session, envelope, Form::Data).unwrap();
    let (mut out, mut answers, mut told, mut groups) = (BytesMut::new(), Vec::new(), 0, 0);
    loop {
        let mut input = &answers[..];
        let step = transaction.receive(&mut session, &mut input, &mut out).unwrap();
        answers = input.to_vec();
        match step {
            TransactionStep::NeedInput => {
                assert!(!out.is_empty() && out.len() < 8192 + 30, "{}", out.len());
                groups += 1;
                for line in out.split().split_inclusive(|octet| *octet == b'\n') {
                    let answer: &[u8] = match line {
                        b"DATA\r\n" => b"354 go\r\n",
                        line if line.starts_with(b"RCPT TO:<7") => b"550 who?\r\n",
                        _ => b"250 OK\r\n",
                    };
                    answers.extend_from_slice(answer);
                }
            }
            TransactionStep::Body => transaction.body(&mut session, b"", true, &mut out).unwrap(),
            TransactionStep::Recipient { index, outcome } => {
                assert_eq!(outcome.is_accepted(), !index.to_string().starts_with('7'));
                told += 1;
            }
            TransactionStep::Done => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((told, groups), (1000, 4));
    assert_eq!(session.state(), State::Ready);
}

/// The transaction is one user of the session; after it there is the next, on the same
/// connection.
#[test]
fn one_after_another() {
    let mut session = greeted(Protocol::Smtp, &["PIPELINING"]);
    let recipients = [rcpt("RCPT TO:<c@d>")];
    let envelope = Envelope { mail: mail("MAIL FROM:<a@b>"), recipients: &recipients };
    let mut out = BytesMut::new();
    for answers in [
        &["250 a\r\n550 b\r\n503 c\r\n", "250 d\r\n"][..],
        &["250 a\r\n250 b\r\n354 c\r\n", "250 d\r\n"],
        &["550 a\r\n503 b\r\n503 c\r\n"],
        &["250 a\r\n250 b\r\n354 c\r\n", "552 d\r\n"],
    ] {
        let mut transaction = Transaction::new(&session, envelope, Form::Data).unwrap();
        let mut answers = answers.iter();
        let mut input: &[u8] = b"";
        loop {
            match transaction.receive(&mut session, &mut input, &mut out).unwrap() {
                TransactionStep::NeedInput => input = answers.next().unwrap().as_bytes(),
                TransactionStep::Body => {
                    transaction.body(&mut session, b"x\r\n", true, &mut out).unwrap();
                }
                TransactionStep::Done => break,
                _ => {}
            }
        }
        assert_eq!(
            transaction.receive(&mut session, &mut input, &mut out),
            Ok(TransactionStep::Done)
        );
        assert_eq!((session.close_reason(), answers.next()), (None, None));
    }
    session.send(Command::Quit, &mut out).unwrap();
    let event = session.receive(&mut &b"221 bye\r\n"[..], &mut out).unwrap();
    assert!(matches!(event, Event::Answer(_)));
    assert_eq!(session.close_reason(), Some(CloseReason::Finished));
}
