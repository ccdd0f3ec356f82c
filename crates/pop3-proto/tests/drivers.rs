//! The loops of the front page as `Send` futures over an asynchronous stream,
//! with answers that take their time, and the server's session as a plain field
//! of an event loop that keeps a ticket for later.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

extern crate alloc;

use alloc::collections::VecDeque;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::HashMap;

use bytes::BytesMut;
use pop3_proto::server::request;
use pop3_proto::server::{Channel, Config, Event, Login, Proof, Rejection, Session};
use pop3_proto::{Command, ReceiveBuffer, Ticket, UniqueId, client};

const MESSAGE: &[u8] = b"Subject: one\r\n\r\nHello.\r\n";
const CLIENT: &[u8] =
    b"USER mrose\r\nPASS secret\r\nSTAT\r\nUIDL 1\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n";
const SERVER: &str = "+OK POP3 server ready\r\n+OK send the password\r\n\
    +OK the maildrop has 1 message\r\n+OK 1 24\r\n+OK 1 a\r\n+OK the message follows\r\n\
    Subject: one\r\n\r\nHello.\r\n.\r\n+OK deleted\r\n+OK goodbye\r\n";

fn config() -> Config {
    let mut config = Config::default();
    config.plaintext_auth = true;
    config
}

/// A stream that is never ready at once.
struct Stream {
    incoming: VecDeque<u8>,
    sent: Vec<u8>,
    /// What comes after each write.
    answers: VecDeque<&'static str>,
}

impl Stream {
    async fn read(&mut self, space: &mut [u8]) -> usize {
        later().await;
        let n = space.len().min(self.incoming.len()).min(5);
        for (octet, received) in space.iter_mut().zip(self.incoming.drain(..n)) {
            *octet = received;
        }
        n
    }

    async fn write_all(&mut self, octets: &[u8]) {
        later().await;
        self.sent.extend_from_slice(octets);
        if !octets.is_empty() {
            self.incoming.extend(self.answers.pop_front().unwrap_or_default().bytes());
        }
    }
}

/// Is ready when it is asked a second time.
async fn later() {
    let mut asked = false;
    poll_fn(|context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

async fn is_known(login: &Login<'_>) -> bool {
    later().await;
    let Proof::Password(password) = login.proof else { return false };
    login.name == "mrose" && password.reveal() == b"secret"
}

async fn serve(stream: &mut Stream) -> Result<Vec<u32>, Box<dyn core::error::Error + Send + Sync>> {
    let mut buffer = ReceiveBuffer::new();
    let mut out = BytesMut::new();
    let mut session = Session::new(config().into(), Channel::Clear, &mut out);
    let mut gone = Vec::new();
    loop {
        stream.write_all(&out).await;
        out.clear();
        let n = stream.read(buffer.space()?).await;
        buffer.received(n);
        let mut input = buffer.filled();
        let end = loop {
            match session.receive(&mut input, &mut out)? {
                Event::NeedInput => break n == 0,
                Event::Login(login, ticket) => match is_known(&login).await {
                    true => session.open(ticket, 1, &mut out)?,
                    false => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, &mut out)?,
                },
                Event::Sizes(ticket) => session.sizes(ticket, [24], &mut out)?,
                Event::UniqueIds(ticket) => {
                    session.unique_ids(ticket, UniqueId::new("a"), &mut out)?;
                }
                Event::Retr(_, ticket) => {
                    let mut body = session.send_message(ticket, &mut out)?;
                    for piece in MESSAGE.chunks(4) {
                        body.push(piece, &mut out);
                        stream.write_all(&out).await;
                        out.clear();
                    }
                    session.finish(body, &mut out)?;
                }
                Event::Update(deleted, ticket) => {
                    later().await;
                    gone.extend(deleted.iter().map(pop3_proto::MessageNumber::get));
                    session.accept(ticket, &mut out)?;
                }
                Event::Closed => break true,
                other => session.decline(other, &mut out)?,
            }
        };
        let unread = input.len();
        buffer.keep_last(unread);
        if end {
            stream.write_all(&out).await;
            return Ok(gone);
        }
    }
}

fn block_on<T>(future: impl Future<Output = T> + Send) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

#[test]
fn a_future_that_is_send() {
    let mut stream = Stream {
        incoming: CLIENT.iter().copied().collect(),
        sent: Vec::new(),
        answers: VecDeque::new(),
    };
    let gone = block_on(serve(&mut stream)).unwrap();
    assert_eq!(core::str::from_utf8(&stream.sent).unwrap(), SERVER);
    assert_eq!(gone, [1]);
}

/// Reads all mail, one message after another; what is done with a piece may take
/// its time, while the piece is borrowed.
async fn fetch(stream: &mut Stream) -> Result<Vec<u8>, Box<dyn core::error::Error + Send + Sync>> {
    use client::{Answer, Event, Sent, Session};
    let mut buffer = ReceiveBuffer::new();
    let mut out = BytesMut::new();
    let mut session = Session::new(client::Config::default(), Channel::Tls);
    let login = [Command::parse(b"USER mrose")?, Command::parse(b"PASS secret")?];
    let (mut wanted, mut mail) = (Vec::new(), Vec::new());
    loop {
        let mut input = buffer.filled();
        loop {
            match session.receive(&mut input, &mut out)? {
                Event::NeedInput => break,
                Event::Greeting(_) => session.send(login[0], &mut out)?,
                Event::Answer(Answer { to: Sent::User, .. }) => session.send(login[1], &mut out)?,
                Event::Answer(Answer { to: Sent::Pass, .. }) => {
                    session.send(Command::List(None), &mut out)?;
                }
                Event::Scan(listing) => wanted.push(listing.message),
                Event::Body(piece) => {
                    later().await;
                    mail.extend_from_slice(piece);
                }
                Event::End(_) => {
                    let next = wanted.pop().map_or(Command::Quit, Command::Retr);
                    session.send(next, &mut out)?;
                }
                Event::Closed => return Ok(mail),
                _ => {}
            }
        }
        let unread = input.len();
        buffer.keep_last(unread);
        stream.write_all(&out).await;
        out.clear();
        match stream.read(buffer.space()?).await {
            0 => session.eof()?,
            n => buffer.received(n),
        }
    }
}

#[test]
fn a_client_that_is_a_future_that_is_send() {
    let answers = [
        "+OK\r\n",
        "+OK\r\n",
        "+OK\r\n1 24\r\n2 9\r\n.\r\n",
        "+OK\r\n..\r\n.\r\n",
        "+OK\r\nSubject: one\r\n\r\nHello.\r\n.\r\n",
        "+OK goodbye\r\n",
    ];
    let stream = |answers: &[&'static str]| Stream {
        incoming: b"+OK ready\r\n".iter().copied().collect(),
        sent: Vec::new(),
        answers: answers.iter().copied().collect(),
    };
    let mut whole = stream(&answers);
    let mail = block_on(fetch(&mut whole)).unwrap();
    assert_eq!(mail, [b".\r\n", MESSAGE].concat());
    assert_eq!(whole.sent, b"USER mrose\r\nPASS secret\r\nLIST\r\nRETR 2\r\nRETR 1\r\nQUIT\r\n");
    assert!(block_on(fetch(&mut stream(&answers[..5]))).is_err());
}

/// One of the connections of an event loop.
struct Connection {
    session: Session,
    buffer: ReceiveBuffer,
    out: BytesMut,
    /// A login that is being looked up somewhere else.
    waiting: Option<(bool, Ticket<request::Login>)>,
}

impl Connection {
    fn new() -> Self {
        let mut out = BytesMut::new();
        let session = Session::new(config().into(), Channel::Clear, &mut out);
        Self { session, buffer: ReceiveBuffer::new(), out, waiting: None }
    }

    /// There is something to read. Says whether the connection is to be closed.
    fn readable(&mut self, octets: &[u8]) -> bool {
        let mut left = octets;
        while !left.is_empty() {
            let space = self.buffer.space().unwrap();
            let n = space.len().min(left.len());
            space[..n].copy_from_slice(&left[..n]);
            self.buffer.received(n);
            left = &left[n..];
        }
        self.advance()
    }

    /// The look-up of the login is done.
    fn looked_up(&mut self) -> bool {
        let (known, ticket) = self.waiting.take().unwrap();
        match known {
            true => self.session.open(ticket, 1, &mut self.out).unwrap(),
            false => {
                self.session
                    .reject(ticket, Rejection::AUTHENTICATION_FAILED, &mut self.out)
                    .unwrap();
            }
        }
        self.advance()
    }

    fn advance(&mut self) -> bool {
        let Self { session, buffer, out, waiting } = self;
        let mut input = buffer.filled();
        let closed = loop {
            match session.receive(&mut input, out).unwrap() {
                Event::NeedInput => break false,
                Event::Login(login, ticket) => {
                    *waiting = Some((login.name == "mrose", ticket));
                    break false;
                }
                Event::Sizes(ticket) => session.sizes(ticket, [24], out).unwrap(),
                Event::UniqueIds(ticket) => {
                    session.unique_ids(ticket, UniqueId::new("a"), out).unwrap();
                }
                Event::Retr(_, ticket) => {
                    let mut body = session.send_message(ticket, out).unwrap();
                    body.push(MESSAGE, out);
                    session.finish(body, out).unwrap();
                }
                Event::Update(_, ticket) => session.accept(ticket, out).unwrap(),
                Event::Closed => break true,
                other => session.decline(other, out).unwrap(),
            }
        };
        let unread = input.len();
        buffer.keep_last(unread);
        closed
    }
}

#[test]
fn a_field_of_an_event_loop() {
    let mut connections = HashMap::from([(7, Connection::new()), (8, Connection::new())]);
    for connection in connections.values_mut() {
        assert!(!connection.readable(CLIENT));
    }
    for connection in connections.values_mut() {
        assert!(connection.looked_up());
        assert_eq!(core::str::from_utf8(&connection.out).unwrap(), SERVER);
    }
}
