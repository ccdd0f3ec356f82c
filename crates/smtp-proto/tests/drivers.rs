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
use smtp_proto::{BytesMut, ReceiveBuffer, Ticket};

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
