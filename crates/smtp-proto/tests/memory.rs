//! What sessions take of memory: nothing for the octets of a message, however many. A program of
//! its own, so that its memory is that of this test alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use smtp_proto::client::{
    self, Envelope, Form, Opening, Plan, Step, TlsPolicy, Transaction, TransactionStep,
};
use smtp_proto::server::{self, Channel, Config, Event};
use smtp_proto::{BytesMut, Command, Hostname, ReceiveBuffer};

const GIB: u64 = 1 << 30;
const LINE: &[u8] =
    b".octets of a line of a message that is as long as they come, and then some.\r\n";

/// A server that counts what it is sent, with what is on its way to it and back.
struct Server {
    session: server::Session,
    buffer: ReceiveBuffer,
    out: BytesMut,
    received: u64,
}

impl Server {
    /// Takes what was written, and gives what it has to say.
    fn exchange(&mut self, written: &mut BytesMut) -> BytesMut {
        while !written.is_empty() {
            let space = self.buffer.space().unwrap();
            let length = space.len().min(written.len());
            let sent = written.split_to(length);
            space.split_at_mut(length).0.copy_from_slice(&sent);
            self.buffer.received(length);
            let mut input = self.buffer.filled();
            loop {
                match self.session.receive(&mut input, &mut self.out).unwrap() {
                    Event::NeedInput => break,
                    Event::Mail(_, ticket) => self.session.accept(ticket, &mut self.out).unwrap(),
                    Event::Rcpt(_, ticket) => self.session.accept(ticket, &mut self.out).unwrap(),
                    Event::Data(ticket) => self.session.accept(ticket, &mut self.out).unwrap(),
                    Event::Body(piece) => self.received += piece.len() as u64,
                    Event::BodyEnd(ticket) => self.session.accept(ticket, &mut self.out).unwrap(),
                    other => self.session.decline(other, &mut self.out).unwrap(),
                }
            }
            let unread = input.len();
            self.buffer.keep_last(unread);
        }
        self.out.split()
    }
}

/// Sends a message of 1 GiB from a client to a server; how many octets came.
fn send(form: Form) -> u64 {
    let mut config = Config::new("mx.example.org").unwrap();
    config.chunking = true;
    let config = config.into();
    let (mut out, mut said) = (BytesMut::new(), BytesMut::new());
    let session = server::Session::new(config, Channel::Tls, &mut said);
    let mut server =
        Server { session, buffer: ReceiveBuffer::new(), out: BytesMut::new(), received: 0 };
    let mut session = client::Session::new(client::Config::default(), Channel::Tls);
    let mut plan = Plan::new(Hostname::parse(b"c").unwrap());
    plan.tls = TlsPolicy::Never;
    let mut opening = Opening::new(plan);
    while !matches!(
        opening.receive(&mut session, &mut &said.split()[..], &mut out).unwrap(),
        Step::Opened(_)
    ) {
        said = server.exchange(&mut out);
    }
    let (Ok(Command::Mail(mail)), Ok(Command::Rcpt(rcpt))) =
        (Command::parse(b"MAIL FROM:<a@b>"), Command::parse(b"RCPT TO:<c@d>"))
    else {
        panic!();
    };
    let envelope = Envelope { mail, recipients: &[rcpt] };
    let mut transaction = Transaction::new(&session, envelope, form).unwrap();
    let piece = LINE.repeat(400);
    let mut sent = 0;
    loop {
        let mut input = &said[..];
        let step = transaction.receive(&mut session, &mut input, &mut out).unwrap();
        let left = input.len();
        let _ = said.split_to(said.len() - left);
        match step {
            TransactionStep::NeedInput => {
                said.extend_from_slice(&server.exchange(&mut out));
            }
            TransactionStep::Body => {
                sent += piece.len() as u64;
                transaction.body(&mut session, &piece, sent >= GIB, &mut out).unwrap();
                said.extend_from_slice(&server.exchange(&mut out));
            }
            TransactionStep::Recipient { outcome, .. } => assert!(outcome.is_accepted()),
            _ => {
                assert_eq!(server.received, sent);
                return server.received;
            }
        }
    }
}

#[test]
fn a_gibibyte_in_a_few_buffers() {
    for form in [Form::Data, Form::Chunks] {
        let counted = allocation_counter::measure(|| assert!(send(form) >= GIB));
        assert!(counted.bytes_max < 1 << 20, "{form:?}: {counted:?}");
    }
    if let Some(kib) = peak() {
        assert!(kib < 32 * 1024, "{kib} KiB");
    }
}

/// The most memory that this process has had at a time, in KiB, where the
/// system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
