//! One message, and what became of it for each of its recipients.

use crate::client_side::hello;
use crate::dialogue::{Machine, Turn, dialogue, play, turns};
use bytes::BytesMut;
use mail_transcript::Cut;
use smtp_proto::client::{
    Channel, ClearText, CloseReason, Config, Envelope, EnvelopeError, Event, Form, Misuse, Outcome,
    Protocol, Session, State, Transaction, TransactionStep,
};
use smtp_proto::{Command, Hostname, Mail, Rcpt};

/// A session that has said hello to a server that offers `extensions`.
pub(crate) fn greeted(protocol: Protocol, extensions: &[&str]) -> Session {
    let mut config = Config::default();
    config.protocol = protocol;
    let (mut session, mut out) = (Session::new(config, Channel::Tls), BytesMut::new());
    session.receive(&mut &b"220 mx\r\n"[..], &mut out).unwrap();
    let name = Hostname::parse(b"c").unwrap();
    let command = match protocol {
        Protocol::Smtp => Command::Ehlo(name),
        Protocol::Lmtp => Command::Lhlo(name),
    };
    session.send(command, &mut out).unwrap();
    session.receive(&mut hello(extensions).as_bytes(), &mut out).unwrap();
    session
}

fn mail(line: &str) -> Mail<'_> {
    match Command::parse(line.as_bytes()) {
        Ok(Command::Mail(mail)) => mail,
        other => panic!("{other:?}"),
    }
}

fn rcpt(line: &str) -> Rcpt<'_> {
    match Command::parse(line.as_bytes()) {
        Ok(Command::Rcpt(rcpt)) => rcpt,
        other => panic!("{other:?}"),
    }
}

/// What is to be sent, and how.
struct Case<'c> {
    protocol: Protocol,
    extensions: &'c [&'c str],
    mail: &'c str,
    recipients: &'c [&'c str],
    form: Form,
    /// The pieces of the body; `None`, where its source fails.
    body: &'c [Option<&'c str>],
}

const TO_TWO: Case<'static> = Case {
    protocol: Protocol::Smtp,
    extensions: &["PIPELINING"],
    mail: "MAIL FROM:<a@b>",
    recipients: &["RCPT TO:<c@d>", "RCPT TO:<e@f>"],
    form: Form::Data,
    body: &[Some("hi\r\n"), Some(".\r\n")],
};

/// Its three recipients, in one group or one by one.
const TO_THREE: Case<'static> =
    Case { recipients: &["RCPT TO:<c@d>", "RCPT TO:<e@f>", "RCPT TO:<g@h>"], ..TO_TWO };

struct Player<'c> {
    session: Session,
    transaction: Transaction<'c>,
    body: core::slice::Iter<'c, Option<&'c str>>,
    unread: Vec<u8>,
    out: BytesMut,
    told: Vec<String>,
}

impl Player<'_> {
    fn go_on(&mut self) {
        let mut input = &self.unread[..];
        while self.told.last().is_none_or(|last| !last.starts_with("done")) {
            let step = self.transaction.receive(&mut self.session, &mut input, &mut self.out);
            match step.unwrap() {
                TransactionStep::NeedInput => break,
                TransactionStep::Body => match self.body.next() {
                    Some(Some(piece)) => self
                        .transaction
                        .body(&mut self.session, piece.as_bytes(), false, &mut self.out)
                        .unwrap(),
                    Some(None) => self.transaction.abandon(&mut self.session),
                    None => {
                        self.transaction.body(&mut self.session, b"", true, &mut self.out).unwrap();
                    }
                },
                TransactionStep::Recipient { index, outcome } => {
                    self.told.push(format!("{index} {}", show(&outcome)));
                }
                TransactionStep::Done => {
                    self.told.push(format!("done {:?}", self.session.close_reason()));
                }
                other => panic!("{other:?}"),
            }
        }
        let left = input.len();
        self.unread.drain(..self.unread.len() - left);
    }
}

fn show(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted(reply) => format!("accepted {reply}"),
        Outcome::Rejected { by, reply } => format!("rejected {by:?} {reply}"),
        other => format!("{other:?}"),
    }
}

impl Machine for Player<'_> {
    fn read(&mut self, octets: &[u8]) {
        self.unread.extend_from_slice(octets);
        self.go_on();
    }

    fn shake_hands(&mut self) {}

    fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    fn outcome(&self) -> Vec<String> {
        self.told.clone()
    }
}

/// Calls `work` with a function that begins the transaction of a case, over and over.
fn with_players(
    case: &'static Case<'static>,
    work: impl FnOnce(&dyn Fn() -> Player<'static>, usize),
) {
    let recipients: Vec<_> = case.recipients.iter().map(|line| rcpt(line)).collect();
    let recipients = recipients.leak();
    work(
        &|| {
            let session = greeted(case.protocol, case.extensions);
            let envelope = Envelope { mail: mail(case.mail), recipients };
            let transaction = Transaction::new(&session, envelope, case.form).unwrap();
            let mut player = Player {
                session,
                transaction,
                body: case.body.iter(),
                unread: Vec::new(),
                out: BytesMut::new(),
                told: Vec::new(),
            };
            player.go_on();
            player
        },
        recipients.len(),
    );
}

#[track_caller]
fn transcript(case: &'static Case<'static>, script: &str) {
    with_players(case, |new, _| dialogue(new, script));
}

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

static ONE_AT_A_TIME: Case<'static> = Case { extensions: &["SIZE"], ..TO_TWO };

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

/// RFC 5321 §3.8: 421 in between, to whichever command, or unasked.
#[test]
fn the_server_goes() {
    let start = "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: RCPT TO:<e@f>\nC: DATA\n";
    let told = |by: [&str; 2]| {
        let [a, b] = by;
        format!("E: 0 rejected {a} 421 bye\nE: 1 rejected {b} 421 bye\nE: done Some(Goodbye)")
    };
    let (mail, first, second) = ("Some(Mail)", "Some(Rcpt(0))", "Some(Rcpt(1))");
    for (said, by) in [
        ("S: 421 bye\nS: 250 OK\n", [mail, mail]),
        ("S: 250 OK\nS: 421 bye\n", [first, first]),
        ("S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 421 bye\n", ["Some(Data)", "Some(Data)"]),
        (
            "S: 250 OK\nS: 250 OK\nS: 250 OK\nS: 354 go\nC: hi\nC: ..\nC: .\nS: 421 bye\n",
            ["Some(Message)", "Some(Message)"],
        ),
    ] {
        transcript(&TO_TWO, &format!("{start}{said}{}", told(by)));
    }
    let said = "S: 250 OK\nS: 250 OK\nS: 421 bye\n";
    let told = format!(
        "E: 1 rejected {second} 421 bye\nE: 0 rejected {second} 421 bye\nE: done Some(Goodbye)"
    );
    transcript(&TO_TWO, &format!("{start}{said}{told}"));
}

/// What ends the connection tells each recipient what is certain: before the end of the message,
/// nothing was sent; after it, nobody knows.
#[test]
fn the_connection_ends() {
    const SCRIPT: &str = "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 354 go
         C: hi
         C: ..
         C: .";
    let ends: [fn(&mut Player<'_>); 4] = [
        |player| assert!(player.session.eof().is_err()),
        |player| player.session.timed_out(&mut player.out),
        |player| player.read(b"250-a\r\n550 b\r\n"),
        |player| player.read(&b"x".repeat(70_000)),
    ];
    let (turns, _) = turns(SCRIPT);
    for (number, end) in ends.iter().enumerate() {
        for upto in [1, turns.len()] {
            with_players(&TO_TWO, |new, _| {
                let mut player = new();
                play(&mut player, &turns[..upto], Cut::Nowhere);
                end(&mut player);
                player.read(b"");
                let told = player.outcome();
                assert_eq!(told.len(), 3, "{told:?}");
                let is_over = upto > 1;
                let first = if is_over { "0 Unknown" } else { "0 Unsent" };
                let second = if is_over { "1 rejected Some(Rcpt(1)) 550 who?" } else { "1 Unsent" };
                assert!(
                    told.contains(&first.into()) && told.contains(&second.into()),
                    "{number} {upto} {told:?}"
                );
                assert!(told[2].starts_with("done Some("));
            });
        }
    }
}

/// A body whose end has not gone out comes to nothing, whatever the server says meanwhile.
#[test]
fn a_reply_in_the_middle_of_the_body() {
    for (said, told) in [
        ("552 too big", "0 rejected None 552 too big"),
        ("421 bye", "0 rejected None 421 bye"),
        ("250 forged", "0 Unsent"),
    ] {
        with_players(&TO_TWO, |new, _| {
            let mut player = new();
            player.body = [].iter();
            let said = format!("250 OK\r\n250 OK\r\n550 who?\r\n354 go\r\n{said}\r\n");
            player.read(said.as_bytes());
            assert_eq!(player.told[1], told);
            assert!(!player.out.ends_with(b"\r\n.\r\n"));
        });
    }
}

static BROKEN_SOURCE: Case<'static> = Case { body: &[Some("hi"), None], ..TO_TWO };
static BROKEN_CHUNKS: Case<'static> =
    Case { extensions: &["CHUNKING"], form: Form::Chunks, ..BROKEN_SOURCE };

/// A message whose source fails is never delivered: after DATA the connection ends, between
/// chunks it is reset.
#[test]
fn the_source_fails() {
    transcript(
        &BROKEN_SOURCE,
        "C: MAIL FROM:<a@b>
         C: RCPT TO:<c@d>
         C: RCPT TO:<e@f>
         C: DATA
         S: 250 OK
         S: 250 OK
         S: 550 who?
         S: 354 go
         C> hi
         E: 1 rejected Some(Rcpt(1)) 550 who?
         E: 0 Unsent
         E: done Some(Abandoned)",
    );
    transcript(
        &BROKEN_CHUNKS,
        "C: MAIL FROM:<a@b>
         S: 250 OK
         C: RCPT TO:<c@d>
         S: 250 OK
         C: RCPT TO:<e@f>
         S: 250 OK
         C: BDAT 2
         C> hi
         S: 250 OK
         C: RSET
         S: 250 OK
         E: 0 Unsent
         E: 1 Unsent
         E: done None",
    );
    // Before anybody was asked to take it, and after all of it has gone.
    with_players(&BROKEN_SOURCE, |new, _| {
        let mut player = new();
        player.transaction.abandon(&mut player.session);
        player.read(b"250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
        assert_eq!(player.told, ["0 Unsent", "1 Unsent", "done Some(Abandoned)"]);
    });
    with_players(&TO_TWO, |new, _| {
        let mut player = new();
        player.read(b"250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
        player.transaction.abandon(&mut player.session);
        player.read(b"250 stored\r\n");
        assert_eq!(player.told[..2], ["0 accepted 250 stored", "1 accepted 250 stored"]);
    });
}

static CHUNKS: Case<'static> =
    Case { extensions: &["PIPELINING", "CHUNKING"], form: Form::Chunks, ..TO_TWO };
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

/// What a message needs and the server does not offer is said before anything is sent.
#[test]
fn what_cannot_be_met() {
    let all = [
        "SIZE 1000",
        "8BITMIME",
        "SMTPUTF8",
        "CHUNKING",
        "BINARYMIME",
        "DSN",
        "DELIVERBY",
        "FUTURERELEASE 60 2030-01-01T00:00:00Z",
        "MT-PRIORITY",
        "REQUIRETLS",
        "NO-SOLICITING",
        "MTRK",
        "CONPERM",
        "CONNEG",
        "RRVS",
        "AUTH PLAIN",
    ];
    for (mail_line, rcpt_line, form, needs) in [
        ("MAIL FROM:<a@b> BODY=8BITMIME", "RCPT TO:<c@d>", Form::Data, "8BITMIME"),
        ("MAIL FROM:<a@b> BODY=BINARYMIME", "RCPT TO:<c@d>", Form::Chunks, "BINARYMIME"),
        ("MAIL FROM:<a@b> SMTPUTF8", "RCPT TO:<c@d>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<\u{e9}@b>", "RCPT TO:<c@d>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<>", "RCPT TO:<\u{e9}@d>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@\u{e9}.example>", Form::Data, "SMTPUTF8"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d>", Form::Chunks, "CHUNKING"),
        ("MAIL FROM:<a@b> RET=HDRS", "RCPT TO:<c@d>", Form::Data, "DSN"),
        ("MAIL FROM:<a@b> ENVID=x", "RCPT TO:<c@d>", Form::Data, "DSN"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> NOTIFY=NEVER", Form::Data, "DSN"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> ORCPT=rfc822;c@d", Form::Data, "DSN"),
        ("MAIL FROM:<a@b> BY=120;R", "RCPT TO:<c@d>", Form::Data, "DELIVERBY"),
        ("MAIL FROM:<a@b> HOLDFOR=60", "RCPT TO:<c@d>", Form::Data, "FUTURERELEASE"),
        ("MAIL FROM:<a@b> MT-PRIORITY=3", "RCPT TO:<c@d>", Form::Data, "MT-PRIORITY"),
        ("MAIL FROM:<a@b> RequireTLS", "RCPT TO:<c@d>", Form::Data, "REQUIRETLS"),
        ("MAIL FROM:<a@b> SOLICIT=a.b:ADV", "RCPT TO:<c@d>", Form::Data, "NO-SOLICITING"),
        ("MAIL FROM:<a@b> MTRK=YWJj", "RCPT TO:<c@d>", Form::Data, "MTRK"),
        ("MAIL FROM:<a@b> CONPERM", "RCPT TO:<c@d>", Form::Data, "CONPERM"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> CONNEG", Form::Data, "CONNEG"),
        ("MAIL FROM:<a@b>", "RCPT TO:<c@d> RRVS=2014-04-03T23:01:00Z", Form::Data, "RRVS"),
    ] {
        let recipients = [rcpt(rcpt_line)];
        let envelope = Envelope { mail: mail(mail_line), recipients: &recipients };
        let without: Vec<_> = all.iter().copied().filter(|line| !line.starts_with(needs)).collect();
        let session = greeted(Protocol::Smtp, &without);
        let error = Transaction::new(&session, envelope, form).unwrap_err();
        assert_eq!(error, EnvelopeError::NotOffered(needs), "{mail_line} {rcpt_line}");
        let session = greeted(Protocol::Smtp, &all);
        assert!(Transaction::new(&session, envelope, form).is_ok(), "{mail_line} {rcpt_line}");
    }
}

/// The same of what is not an extension.
#[test]
fn what_cannot_be_sent() {
    let recipients = [rcpt("RCPT TO:<c@d>")];
    let session = greeted(Protocol::Smtp, &["SIZE 1000", "CHUNKING", "BINARYMIME"]);
    let error = |session: &Session, line: &str, recipients: &[Rcpt<'_>]| {
        let envelope = Envelope { mail: mail(line), recipients };
        Transaction::new(session, envelope, Form::Data).err()
    };
    let too_big = EnvelopeError::TooBig { size: 1001, limit: 1000 };
    assert_eq!(error(&session, "MAIL FROM:<a@b> SIZE=1001", &recipients), Some(too_big));
    assert_eq!(error(&session, "MAIL FROM:<a@b> SIZE=1000", &recipients), None);
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &[]), Some(EnvelopeError::NoRecipients));
    let binary = error(&session, "MAIL FROM:<a@b> BODY=BINARYMIME", &recipients);
    assert_eq!(binary, Some(EnvelopeError::BinaryData));
    let long = format!("MAIL FROM:<a@b> X-OURS={}", "x".repeat(2100));
    let too_long = EnvelopeError::Session(Misuse::TooLong);
    assert_eq!(error(&session, &long, &recipients), Some(too_long));
    let long = format!("RCPT TO:<a@b> X-OURS={}", "x".repeat(2100));
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &[rcpt(&long)]), Some(too_long));
    let fresh = Session::new(Config::default(), Channel::Tls);
    let not_now = EnvelopeError::Session(Misuse::NotNow);
    assert_eq!(error(&fresh, "MAIL FROM:<a@b>", &recipients), Some(not_now));
    let full = greeted(Protocol::Smtp, &["LIMITS MAILMAX=1"]);
    let mut session = full;
    session.send(Command::Mail(mail("MAIL FROM:<a@b>")), &mut BytesMut::new()).unwrap();
    session.receive(&mut &b"550 no\r\n"[..], &mut BytesMut::new()).unwrap();
    let reached = EnvelopeError::Session(Misuse::LimitReached);
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &recipients), Some(reached));
    let mut clear = Config::default();
    clear.clear_text = ClearText::Nothing;
    let mut session = Session::new(clear, Channel::Clear);
    session.receive(&mut &b"220 mx\r\n"[..], &mut BytesMut::new()).unwrap();
    let helo = Command::Helo(Hostname::parse(b"c").unwrap());
    session.send(helo, &mut BytesMut::new()).unwrap();
    session.receive(&mut &b"250 mx\r\n"[..], &mut BytesMut::new()).unwrap();
    let in_clear = EnvelopeError::Session(Misuse::ClearText);
    assert_eq!(error(&session, "MAIL FROM:<a@b>", &recipients), Some(in_clear));
}

static HINTS: Case<'static> = Case {
    extensions: &["PIPELINING"],
    mail: "MAIL FROM:<a@b> SIZE=10 BODY=7BIT AUTH=<> X-OURS=1",
    recipients: &["RCPT TO:<c@d>"],
    ..TO_TWO
};
static HINTS_OFFERED: Case<'static> =
    Case { extensions: &["PIPELINING", "SIZE", "8BITMIME", "AUTH PLAIN"], ..HINTS };
static UTF8: Case<'static> = Case {
    extensions: &["PIPELINING", "SMTPUTF8", "8BITMIME"],
    recipients: &["RCPT TO:<\u{e9}@d>"],
    ..TO_TWO
};

/// What asks for nothing is left out where it is not known; SMTPUTF8 is added where it is needed.
#[test]
fn parameters_by_what_is_offered() {
    for (case, mail_line, rcpt_line) in [
        (&HINTS, "MAIL FROM:<a@b> X-OURS=1", "RCPT TO:<c@d>"),
        (&HINTS_OFFERED, "MAIL FROM:<a@b> SIZE=10 BODY=7BIT AUTH=<> X-OURS=1", "RCPT TO:<c@d>"),
        (&UTF8, "MAIL FROM:<a@b> SMTPUTF8", "RCPT TO:<\u{e9}@d>"),
    ] {
        transcript(
            case,
            &format!(
                "C: {mail_line}
                 C: {rcpt_line}
                 C: DATA
                 S: 250 OK
                 S: 550 who?
                 S: 503 no
                 C: RSET
                 S: 250 OK
                 E: 0 rejected Some(Rcpt(0)) 550 who?
                 E: done None"
            ),
        );
    }
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

/// Each reply replaced by a no, a 421, a line of junk, or what cannot be read, or said twice: one
/// outcome for each recipient all the same, and nobody is told that it has what it has not.
#[test]
fn faults_at_every_reply() {
    let replies = ["250 a", "250 b", "250 c", "354 d", "250 e"];
    let script = "C: MAIL FROM:<a@b>\nC: RCPT TO:<c@d>\nC: RCPT TO:<e@f>\nC: DATA";
    let (turns, _) = turns(script);
    for form in [&TO_TWO, &CHUNKS, &ONE_AT_A_TIME, &BROKEN_CHUNKS] {
        for at in 0..replies.len() {
            for fault in [
                "550 no",
                "451 no",
                "421 no",
                "",
                "junk\r\n",
                "250-a\r\n550 b",
                "999 x",
                "354 x",
                "250 x\r\n250 y",
            ] {
                with_players(form, |new, recipients| {
                    let mut player = new();
                    for (number, reply) in replies.iter().enumerate() {
                        let said = if number == at { fault } else { reply };
                        if player.told.last().is_some_and(|last| last.starts_with("done")) {
                            break;
                        }
                        player.read(format!("{said}\r\n").as_bytes());
                    }
                    let _ = player.session.eof();
                    player.read(b"");
                    let told = &player.told;
                    assert_eq!(told.len(), recipients + 1, "{at} {fault} {told:?}");
                    for index in 0..recipients {
                        let start = format!("{index} ");
                        let of = told.iter().filter(|line| line.starts_with(&start)).count();
                        assert_eq!(of, 1, "{told:?}");
                    }
                    let complete =
                        player.out.ends_with(b"\r\n.\r\n") || player.out.ends_with(b" LAST\r\n");
                    let accepted = told.iter().any(|line| line.contains("accepted"));
                    assert!(complete || !accepted, "{at} {fault} {told:?}");
                });
            }
        }
    }
    assert!(matches!(turns[0], Turn::Client(_)));
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
