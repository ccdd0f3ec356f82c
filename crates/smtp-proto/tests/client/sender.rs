//! A client that sends one message, and what it is told.

use crate::client_side::hello;
use crate::dialogue::{Machine, dialogue};
use bytes::BytesMut;
use smtp_proto::client::{
    Channel, Config, Envelope, Form, Outcome, Protocol, Session, Transaction, TransactionStep,
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

pub(crate) fn mail(line: &str) -> Mail<'_> {
    match Command::parse(line.as_bytes()) {
        Ok(Command::Mail(mail)) => mail,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn rcpt(line: &str) -> Rcpt<'_> {
    match Command::parse(line.as_bytes()) {
        Ok(Command::Rcpt(rcpt)) => rcpt,
        other => panic!("{other:?}"),
    }
}

/// What is to be sent, and how.
pub(crate) struct Case<'c> {
    pub(crate) protocol: Protocol,
    pub(crate) extensions: &'c [&'c str],
    pub(crate) mail: &'c str,
    pub(crate) recipients: &'c [&'c str],
    pub(crate) form: Form,
    /// The pieces of the body; `None`, where its source fails.
    pub(crate) body: &'c [Option<&'c str>],
}

pub(crate) const TO_TWO: Case<'static> = Case {
    protocol: Protocol::Smtp,
    extensions: &["PIPELINING"],
    mail: "MAIL FROM:<a@b>",
    recipients: &["RCPT TO:<c@d>", "RCPT TO:<e@f>"],
    form: Form::Data,
    body: &[Some("hi\r\n"), Some(".\r\n")],
};

/// Its three recipients, in one group or one by one.
pub(crate) const TO_THREE: Case<'static> =
    Case { recipients: &["RCPT TO:<c@d>", "RCPT TO:<e@f>", "RCPT TO:<g@h>"], ..TO_TWO };

pub(crate) static ONE_AT_A_TIME: Case<'static> = Case { extensions: &["SIZE"], ..TO_TWO };

pub(crate) static CHUNKS: Case<'static> =
    Case { extensions: &["PIPELINING", "CHUNKING"], form: Form::Chunks, ..TO_TWO };

pub(crate) struct Player<'c> {
    pub(crate) session: Session,
    pub(crate) transaction: Transaction<'c>,
    pub(crate) body: core::slice::Iter<'c, Option<&'c str>>,
    unread: Vec<u8>,
    pub(crate) out: BytesMut,
    pub(crate) told: Vec<String>,
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
pub(crate) fn with_players(
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
pub(crate) fn transcript(case: &'static Case<'static>, script: &str) {
    with_players(case, |new, _| dialogue(new, script));
}
