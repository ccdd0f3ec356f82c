//! The shapes of drivers, which have to compile; and any octets at any split.

use std::future::Future;
use std::sync::Arc;

use imap_proto::server::{Channel, Config, Error, Event, Session};
use imap_proto::{Arena, BytesMut, Capability, ReceiveBuffer};
use mail_transcript::however_cut;
use proptest::prelude::*;

use crate::transcript::{Server, config};

/// A stream of an async runtime.
#[allow(async_fn_in_trait, reason = "only named in this test")]
trait Stream: Send {
    fn read(&mut self, space: &mut [u8]) -> impl Future<Output = usize> + Send;
    fn write_all(&mut self, octets: &[u8]) -> impl Future<Output = ()> + Send;
}

/// A look-up that takes its time; the event is held meanwhile.
async fn look_up(_: &[u8]) -> bool {
    true
}

async fn serve(mut stream: impl Stream, config: Arc<Config>) -> Result<(), Error> {
    let mut buffer = ReceiveBuffer::with_limit(config.limits.buffer());
    let (mut arena, mut out) = (Arena::new(), BytesMut::new());
    let mut imap = Session::new(config, Channel::Tls, &mut out);
    loop {
        stream.write_all(&out).await;
        out.clear();
        let n = stream.read(buffer.space().unwrap()).await;
        buffer.received(n);
        let mut input = buffer.filled();
        let end = loop {
            match imap.receive(&mut input, &arena, &mut out)? {
                Event::NeedInput => break n == 0,
                Event::Command(command, ticket) => {
                    if look_up(command.tag.as_str().as_bytes()).await {
                        imap.accept(ticket, &mut out)?;
                    }
                }
                Event::Closed => break true,
                other => imap.decline(other, &mut out)?,
            }
            // The event is gone, and the rest of the input is not.
            arena.reset();
        };
        let unread = input.len();
        buffer.keep_last(unread);
        if end {
            stream.write_all(&out).await;
            return Ok(());
        }
    }
}

/// A stream that says `octets` and then ends.
struct Script(&'static [u8], Arc<std::sync::Mutex<Vec<u8>>>);

impl Stream for Script {
    async fn read(&mut self, space: &mut [u8]) -> usize {
        let n = self.0.len().min(space.len()).min(3);
        space[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        n
    }

    async fn write_all(&mut self, octets: &[u8]) {
        self.1.lock().unwrap().extend_from_slice(octets);
    }
}

/// The loop is a `Send` future, with an event held across an await, and an arena that is
/// reset after each.
#[test]
fn a_driver_on_an_async_stream() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let written = Arc::default();
    let stream = Script(b"a LOGIN u p\r\nb LOGOUT\r\n", Arc::clone(&written));
    let mut future = Box::pin(send(serve(stream, Arc::new(config()))));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_ready());
    assert!(written.lock().unwrap().ends_with(b"* BYE goodbye\r\nb OK done\r\n"));
}

/// A connection of an event loop keeps everything in plain fields.
struct Connection {
    imap: Session,
    buffer: ReceiveBuffer,
    arena: Arena,
    out: BytesMut,
}

impl Connection {
    fn readable(&mut self, octets: &[u8]) -> Result<bool, Error> {
        let space = self.buffer.space().unwrap();
        space[..octets.len()].copy_from_slice(octets);
        self.buffer.received(octets.len());
        let mut input = self.buffer.filled();
        let open = loop {
            match self.imap.receive(&mut input, &self.arena, &mut self.out)? {
                Event::NeedInput => break true,
                Event::Closed => break false,
                other => self.imap.decline(other, &mut self.out)?,
            }
            self.arena.reset();
        };
        let unread = input.len();
        self.buffer.keep_last(unread);
        Ok(open)
    }
}

#[test]
fn a_field_of_an_event_loop() {
    let mut out = BytesMut::new();
    let imap = Session::new(Arc::new(config()), Channel::Clear, &mut out);
    let mut connection =
        Connection { imap, buffer: ReceiveBuffer::new(), arena: Arena::new(), out };
    assert_eq!(connection.readable(b"a NOOP\r\nb LOG"), Ok(true));
    assert_eq!(connection.readable(b"OUT\r\n"), Ok(false));
    assert!(connection.out.ends_with(b"a OK done\r\n* BYE goodbye\r\nb OK done\r\n"));
}

/// However many commands one read holds, the arena holds one of them at a time.
#[test]
fn the_arena_is_reset_within_a_read() {
    let mut out = BytesMut::new();
    let imap = Session::preauthenticated(Arc::new(config()), Channel::Clear, &mut out);
    let mut connection =
        Connection { imap, buffer: ReceiveBuffer::new(), arena: Arena::new(), out };
    let command = format!("a STATUS \"{}\" (MESSAGES)\r\n", "\\\"".repeat(500));
    assert_eq!(connection.readable(command.as_bytes()), Ok(true));
    let one = connection.arena.capacity();
    assert_eq!(connection.readable(command.repeat(7).as_bytes()), Ok(true));
    assert_eq!(connection.arena.capacity(), one);
}

/// Pieces of commands, to be put together in any order.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        &b"a LOGIN alice secret\r\n"[..],
        b"b SELECT INBOX\r\n",
        b"c FETCH 1 BODY[]\r\n",
        b"d APPEND INBOX {3}\r\nabc\r\n",
        b"d APPEND INBOX {3}\r\na\0c\r\n",
        b"d APPEND INBOX ~{3+}\r\na\0c\r\n",
        b"e APPEND INBOX {5+}\r\n",
        b"f APPEND Missing {7+}\r\n",
        b"g IDLE\r\n",
        b"DONE\r\n",
        b"h LOGIN {5}\r\nalice {6+}\r\nsecret\r\n",
        b"i AUTHENTICATE PLAIN\r\n",
        b"AGFsaWNlAHNlY3JldA==\r\n",
        b"*\r\n",
        b"j X {70000+}\r\n",
        b"k NOOP\r\n",
        b"\r\n",
        b"\n",
        b"{9+}\r\n",
        b"\"",
        b" (",
    ]);
    prop_oneof![4 => known.prop_map(<[u8]>::to_vec), 1 => prop::collection::vec(any::<u8>(), 0..20)]
}

proptest! {
    /// Whatever comes, nothing panics, and the split makes no difference.
    #[test]
    fn any_octets_at_any_split(
        pieces in prop::collection::vec(piece(), 0..25),
        lengths in prop::collection::vec(1_usize..200, 1..6),
    ) {
        let mut config = config();
        config.mechanisms.offer("PLAIN").unwrap();
        config.capabilities.push(Capability::Binary);
        let config = Arc::new(config);
        let new = || Server::new(Channel::Tls, config.clone());
        however_cut(&new, &pieces.concat(), &lengths);
    }
}
