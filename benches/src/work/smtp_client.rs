//! SMTP: messages from the client's session to the server's, in memory.

use std::hint::black_box;
use std::sync::Arc;

use bytes::BytesMut;
use smtp_proto::client::{self, Envelope, Form, Opening, Plan, Step, Transaction, TransactionStep};
use smtp_proto::server::{Channel, Config, Session};
use smtp_proto::{Command, Hostname, Mail, Rcpt};

use super::body::DOTTED;
use super::smtp::accept;
use super::{Named, Work};
use crate::corpus::body;

pub(super) const ALL: &[Named] = &[
    ("smtp/client-transaction", || transactions(Form::Data)),
    ("smtp/client-transaction-chunks", || transactions(Form::Chunks)),
    ("smtp/client-data", || body_sent(Form::Data)),
    ("smtp/client-chunks", || body_sent(Form::Chunks)),
];

/// Both sides of a connection after EHLO.
struct Pair {
    client: client::Session,
    server: Session,
    from_client: BytesMut,
    from_server: BytesMut,
}

impl Pair {
    fn new() -> Self {
        let mut config = Config::new("mx.example.org").expect("it is a name");
        config.chunking = true;
        let mut from_server = BytesMut::with_capacity(1 << 16);
        let mut pair = Self {
            client: client::Session::new(client::Config::default(), Channel::Tls),
            server: Session::new(Arc::new(config), Channel::Tls, &mut from_server),
            from_client: BytesMut::with_capacity(1 << 21),
            from_server,
        };
        let name = Hostname::parse(b"client.example.org").expect("it is a name");
        let mut opening = Opening::new(Plan::new(name));
        loop {
            let said = pair.from_server.split();
            let mut input = &said[..];
            let step = opening.receive(&mut pair.client, &mut input, &mut pair.from_client);
            match step.expect("the server keeps to the protocol") {
                Step::NeedInput => pair.answer(),
                Step::Opened(_) => return pair,
                other => panic!("{other:?}"),
            }
        }
    }

    /// The server hears all that the client has written.
    fn answer(&mut self) {
        let mut input = &self.from_client[..];
        accept(&mut self.server, &mut input, &mut self.from_server);
        assert!(input.is_empty());
        self.from_client.clear();
    }

    /// A message, whose body is given in one piece.
    fn deliver(&mut self, envelope: Envelope<'_>, form: Form, body: &[u8]) {
        let mut transaction =
            Transaction::new(&self.client, envelope, form).expect("the server takes it");
        let mut left = 0;
        loop {
            let start = self.from_server.len() - left;
            let mut input = &self.from_server[start..];
            let step = transaction.receive(&mut self.client, &mut input, &mut self.from_client);
            left = input.len();
            match step.expect("nothing else is sent") {
                TransactionStep::NeedInput => {
                    self.from_server.clear();
                    self.answer();
                    left = self.from_server.len();
                }
                TransactionStep::Body => transaction
                    .body(&mut self.client, body, true, &mut self.from_client)
                    .expect("it is asked for"),
                TransactionStep::Recipient { outcome, .. } => assert!(outcome.is_accepted()),
                _ => return,
            }
        }
    }
}

fn mail(line: &'static str) -> Mail<'static> {
    match Command::parse(line.as_bytes()) {
        Ok(Command::Mail(mail)) => mail,
        other => panic!("{other:?}"),
    }
}

fn rcpt(line: &'static str) -> Rcpt<'static> {
    match Command::parse(line.as_bytes()) {
        Ok(Command::Rcpt(rcpt)) => rcpt,
        other => panic!("{other:?}"),
    }
}

/// Messages of a kilobyte or so to two recipients, one after another.
fn transactions(form: Form) -> Work {
    let mail = mail("MAIL FROM:<alice@example.org> SIZE=1000");
    let recipients = [rcpt("RCPT TO:<bob@example.net>"), rcpt("RCPT TO:<carol@example.net>")];
    let body = body::text(DOTTED)[..1024].to_vec();
    let mut pair = Pair::new();
    Work::new("message", 200, move || {
        let envelope = Envelope { mail, recipients: &recipients };
        for _ in 0..200 {
            pair.deliver(black_box(envelope), form, &body);
        }
    })
}

/// A mebibyte in one piece; the server reads it.
fn body_sent(form: Form) -> Work {
    let mail = mail("MAIL FROM:<alice@example.org>");
    let recipients = [rcpt("RCPT TO:<bob@example.net>")];
    let body = body::text(DOTTED);
    let mut pair = Pair::new();
    Work::new("KiB", body.len() / 1024, move || {
        pair.deliver(Envelope { mail, recipients: &recipients }, form, black_box(&body));
    })
}
