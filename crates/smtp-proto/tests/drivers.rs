//! The shapes of drivers that must compile, and run: a task of an async runtime
//! that may move between threads, and a field of an event loop.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]
#![allow(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::print_stdout,
    reason = "tests have an operating system"
)]

use std::collections::HashMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use smtp_proto::server::Error;
use smtp_proto::server::{Channel, Config, Event, Rejection, Session, request};
use smtp_proto::{BytesMut, Command, Hostname, ReceiveBuffer, Ticket, client};

const INPUT: &[u8] =
    b"EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@example.org>\r\nRCPT TO:<c@elsewhere>\r\n\
    DATA\r\nhi\r\n.\r\nQUIT\r\n";
const LAST_REPLIES: &[u8] = b"250 2.1.0 OK\r\n250 2.1.5 OK\r\n550 5.7.1 Relaying denied\r\n\
    354 End data with <CRLF>.<CRLF>\r\n250 2.0.0 OK\r\n221 2.0.0 Bye\r\n";

fn config() -> Arc<Config> {
    Arc::new(Config::new("mx.example.org").unwrap())
}

/// What an async runtime's stream looks like from here.
trait Stream: Send {
    fn read(&mut self, space: &mut [u8]) -> impl Future<Output = usize> + Send;
    fn write(&mut self, octets: &[u8]) -> impl Future<Output = ()> + Send;
}

/// A look-up that takes its time. The address borrows from the input, across an await.
async fn is_local(domain: &str) -> bool {
    pause().await;
    domain == "example.org"
}

async fn serve(mut stream: impl Stream, config: Arc<Config>) -> Result<Vec<u8>, Error> {
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let mut session = Session::new(config, Channel::Clear, &mut out);
    let mut message = Vec::new();
    loop {
        stream.write(&out).await;
        out.clear();
        let n = stream.read(buffer.space().expect("room")).await;
        buffer.received(n);
        let mut input = buffer.filled();
        let end = loop {
            match session.receive(&mut input, &mut out)? {
                Event::NeedInput => break n == 0,
                Event::Rcpt(rcpt, ticket) => {
                    let domain = rcpt.to.mailbox().map_or("", |mailbox| mailbox.domain().as_str());
                    if is_local(domain).await {
                        session.accept(ticket, &mut out)?;
                    } else {
                        session.reject(ticket, Rejection::RELAY_DENIED, &mut out)?;
                    }
                }
                Event::Hello(_, ticket) => session.accept(ticket, &mut out)?,
                Event::Mail(_, ticket) => session.accept(ticket, &mut out)?,
                Event::Data(ticket) => session.accept(ticket, &mut out)?,
                Event::Body(piece) => {
                    pause().await;
                    message.extend_from_slice(piece);
                }
                Event::BodyEnd(ticket) => {
                    pause().await;
                    session.accept(ticket, &mut out)?;
                }
                Event::Closed => break true,
                other => session.decline(other, &mut out)?,
            }
        };
        let unread = input.len();
        buffer.keep_last(unread);
        if end {
            stream.write(&out).await;
            return Ok(message);
        }
    }
}

/// A stream of a few octets at a time, which is never ready at once.
struct Slow {
    input: &'static [u8],
    output: Arc<std::sync::Mutex<Vec<u8>>>,
}

impl Stream for Slow {
    async fn read(&mut self, space: &mut [u8]) -> usize {
        pause().await;
        let n = self.input.len().min(space.len()).min(5);
        space[..n].copy_from_slice(&self.input[..n]);
        self.input = &self.input[n..];
        n
    }

    async fn write(&mut self, octets: &[u8]) {
        pause().await;
        self.output.lock().unwrap().extend_from_slice(octets);
    }
}

/// Is pending once.
async fn pause() {
    struct Pause(bool);
    impl Future for Pause {
        type Output = ();
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
        }
    }
    Pause(false).await;
}

fn spawn<F: Future + Send + 'static>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[test]
fn a_task_that_moves_between_threads() {
    let output = Arc::default();
    let stream = Slow { input: INPUT, output: Arc::clone(&output) };
    let message = spawn(serve(stream, config())).unwrap();
    assert_eq!(message, b"hi\r\n");
    assert!(output.lock().unwrap().ends_with(LAST_REPLIES));
}

/// A connection of an event loop: plain fields, no lifetime, and a ticket that
/// waits for an answer from elsewhere.
struct Connection {
    session: Session,
    buffer: ReceiveBuffer,
    out: BytesMut,
    waiting: Option<Ticket<request::Rcpt>>,
}

impl Connection {
    fn new(config: Arc<Config>) -> Self {
        let mut out = BytesMut::new();
        let session = Session::new(config, Channel::Clear, &mut out);
        Self { session, buffer: ReceiveBuffer::new(), out, waiting: None }
    }

    fn on_readable(&mut self, octets: &[u8]) -> Result<(), Error> {
        let space = self.buffer.space().expect("room");
        space[..octets.len()].copy_from_slice(octets);
        self.buffer.received(octets.len());
        self.go_on()
    }

    /// The answer to what the connection waits for has come.
    fn on_answer(&mut self, known: bool) -> Result<(), Error> {
        if let Some(ticket) = self.waiting.take() {
            if known {
                self.session.accept(ticket, &mut self.out)?;
            } else {
                self.session.reject(ticket, Rejection::RELAY_DENIED, &mut self.out)?;
            }
        }
        self.go_on()
    }

    fn go_on(&mut self) -> Result<(), Error> {
        let mut input = self.buffer.filled();
        while self.waiting.is_none() {
            match self.session.receive(&mut input, &mut self.out)? {
                Event::NeedInput | Event::Closed => break,
                Event::Rcpt(_, ticket) => self.waiting = Some(ticket),
                Event::Hello(_, ticket) => self.session.accept(ticket, &mut self.out)?,
                Event::Mail(_, ticket) => self.session.accept(ticket, &mut self.out)?,
                Event::Data(ticket) => self.session.accept(ticket, &mut self.out)?,
                Event::Body(_) => {}
                Event::BodyEnd(ticket) => self.session.accept(ticket, &mut self.out)?,
                other => self.session.decline(other, &mut self.out)?,
            }
        }
        let unread = input.len();
        self.buffer.keep_last(unread);
        Ok(())
    }
}

#[test]
fn a_field_of_an_event_loop() {
    let mut connections: HashMap<u32, Connection> = HashMap::new();
    for id in 0..3 {
        connections.insert(id, Connection::new(config()));
    }
    for octets in INPUT.chunks(9) {
        for connection in connections.values_mut() {
            connection.on_readable(octets).unwrap();
        }
    }
    for known in [true, false] {
        for connection in connections.values_mut() {
            assert!(connection.waiting.is_some());
            connection.on_answer(known).unwrap();
        }
    }
    assert!(connections.values().all(|connection| connection.out.ends_with(LAST_REPLIES)));
}

/// A client: opens the connection and sends one message, whose pieces take their time to come.
async fn submit(mut stream: impl Stream) -> Result<Vec<client::Outcome>, client::OpeningError> {
    use client::{Envelope, Form, Opening, Outcome, Plan, Step, Transaction, TransactionStep};
    let (mut out, mut buffer) = (BytesMut::new(), ReceiveBuffer::new());
    let mut session = client::Session::new(client::Config::default(), Channel::Tls);
    let mut opening = Opening::new(Plan::new(Hostname::parse(b"c").expect("a name")));
    loop {
        let mut input = buffer.filled();
        let opened = match opening.receive(&mut session, &mut input, &mut out)? {
            Step::NeedInput => false,
            Step::Opened(_) => true,
            Step::Challenge(challenge, ticket) => {
                pause().await;
                let response = challenge.decode();
                session.respond(ticket, &response, &mut out)?;
                false
            }
            _ => return Err(client::OpeningError::Closed),
        };
        let unread = input.len();
        buffer.keep_last(unread);
        if opened {
            break;
        }
        stream.write(&out.split()).await;
        let n = stream.read(buffer.space().expect("room")).await;
        buffer.received(n);
    }
    let command = |line: &'static str| Command::parse(line.as_bytes());
    let (Ok(Command::Mail(mail)), Ok(Command::Rcpt(one)), Ok(Command::Rcpt(other))) = (
        command("MAIL FROM:<a@b>"),
        command("RCPT TO:<c@example.org>"),
        command("RCPT TO:<c@elsewhere>"),
    ) else {
        panic!();
    };
    let recipients = [one, other];
    let envelope = Envelope { mail, recipients: &recipients };
    let mut transaction = Transaction::new(&session, envelope, Form::best(&session)).unwrap();
    let mut outcomes = vec![Outcome::Unsent; recipients.len()];
    let mut pieces = b"hi\r\n".chunks(2);
    loop {
        let mut input = buffer.filled();
        let step = transaction.receive(&mut session, &mut input, &mut out)?;
        let unread = input.len();
        buffer.keep_last(unread);
        match step {
            TransactionStep::NeedInput => {
                stream.write(&out.split()).await;
                let n = stream.read(buffer.space().expect("room")).await;
                buffer.received(n);
            }
            TransactionStep::Body => {
                pause().await;
                let piece = pieces.next();
                let octets = piece.unwrap_or_default();
                transaction.body(&mut session, octets, piece.is_none(), &mut out)?;
            }
            TransactionStep::Recipient { index, outcome } => outcomes[index] = outcome,
            _ => return Ok(outcomes),
        }
    }
}

/// What a server says after each write.
struct Answers {
    answers: std::vec::IntoIter<&'static [u8]>,
    said: &'static [u8],
    heard: Arc<std::sync::Mutex<Vec<u8>>>,
}

impl Stream for Answers {
    async fn read(&mut self, space: &mut [u8]) -> usize {
        pause().await;
        if self.said.is_empty() {
            self.said = self.answers.next().unwrap_or_default();
        }
        let n = self.said.len().min(space.len()).min(5);
        let (now, later) = self.said.split_at(n);
        space[..n].copy_from_slice(now);
        self.said = later;
        n
    }

    async fn write(&mut self, octets: &[u8]) {
        pause().await;
        self.heard.lock().unwrap().extend_from_slice(octets);
    }
}

#[test]
fn a_client_that_moves_between_threads() {
    let answers: Vec<&[u8]> = vec![
        b"220 mx\r\n",
        b"250-mx\r\n250 PIPELINING\r\n",
        b"250 OK\r\n250 OK\r\n550 5.7.1 Relaying denied\r\n354 Go on\r\n",
        b"250 Queued\r\n",
    ];
    let heard = Arc::default();
    let stream = Answers { answers: answers.into_iter(), said: b"", heard: Arc::clone(&heard) };
    let outcomes = spawn(submit(stream)).unwrap();
    assert!(outcomes[0].is_accepted() && outcomes[1].is_permanent_failure());
    assert!(heard.lock().unwrap().ends_with(b"DATA\r\nhi\r\n.\r\n"));
}

/// Both machines are plain values: a connection of an event loop holds them.
#[test]
fn fields_that_may_be_sent() {
    fn is_send<T: Send>() {}
    is_send::<client::Session>();
    is_send::<client::Opening<'static>>();
    is_send::<client::Transaction<'static>>();
    is_send::<client::Event<'static>>();
    is_send::<client::Outcome>();
}
