//! What a session takes of memory: nothing for each line or message, however
//! long. A program of its own, so that its memory is that of this test alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use bytes::{Buf, BytesMut};
use pop3_proto::{Command, MessageNumber, ReceiveBuffer, UniqueId, client, server};

/// Both sides of one connection, and what is on its way.
struct Pair {
    client: client::Session,
    server: server::Session,
    to_client: ReceiveBuffer,
    to_server: ReceiveBuffer,
    from_client: BytesMut,
    from_server: BytesMut,
}

/// Moves what fits from one side to the other, as a socket would.
fn carry(from: &mut BytesMut, to: &mut ReceiveBuffer) {
    while let (false, Ok(space)) = (from.is_empty(), to.space()) {
        let length = space.len().min(from.len());
        let (space, _) = space.split_at_mut(length);
        from.copy_to_slice(space);
        to.received(length);
    }
}

impl Pair {
    /// A pair that has logged in to a maildrop of so many messages.
    fn new(messages: usize) -> Self {
        let mut from_server = BytesMut::new();
        let mut config = server::Config::default();
        config.plaintext_auth = true;
        let server = server::Session::new(config.into(), server::Channel::Tls, &mut from_server);
        let client = client::Session::new(client::Config::default(), client::Channel::Tls);
        let mut pair = Self {
            client,
            server,
            to_client: ReceiveBuffer::new(),
            to_server: ReceiveBuffer::new(),
            from_client: BytesMut::new(),
            from_server,
        };
        pair.run(|_| {}, |_, _| {});
        for login in [&b"USER mrose"[..], b"PASS secret"] {
            pair.client.send(Command::parse(login).unwrap(), &mut pair.from_client).unwrap();
            pair.run(
                |_| {},
                |server, ticket| match ticket {
                    server::Event::Login(_, ticket) => {
                        server.0.open(ticket, messages, server.1).unwrap();
                    }
                    other => panic!("{other:?}"),
                },
            );
        }
        assert_eq!(pair.client.state(), client::State::Transaction);
        pair
    }

    /// Carries octets over until neither side has anything to say; what the
    /// client is told and the server asked goes to the functions.
    fn run(
        &mut self,
        mut told: impl FnMut(client::Event<'_>),
        mut asked: impl FnMut((&mut server::Session, &mut BytesMut), server::Event<'_>),
    ) {
        loop {
            carry(&mut self.from_client, &mut self.to_server);
            let mut input = self.to_server.filled();
            loop {
                match self.server.receive(&mut input, &mut self.from_server).unwrap() {
                    server::Event::NeedInput => break,
                    event => asked((&mut self.server, &mut self.from_server), event),
                }
            }
            let unread = input.len();
            self.to_server.keep_last(unread);
            self.listen(&mut told);
            if self.from_client.is_empty() && self.from_server.is_empty() {
                return;
            }
        }
    }

    /// Carries what the server has written to the client, and lets it read.
    fn listen(&mut self, told: &mut impl FnMut(client::Event<'_>)) {
        carry(&mut self.from_server, &mut self.to_client);
        let mut input = self.to_client.filled();
        loop {
            match self.client.receive(&mut input, &mut self.from_client).unwrap() {
                client::Event::NeedInput => break,
                event => told(event),
            }
        }
        let unread = input.len();
        self.to_client.keep_last(unread);
    }
}

/// A message of 1 GiB goes through RETR in both sessions.
#[test]
fn a_gibibyte_in_a_few_buffers() {
    const GIB: u64 = 1 << 30;
    let line = b".octets of a line of a message that is as long as they come, and then some.\r\n";
    let piece = line.repeat(400);
    let counted = allocation_counter::measure(|| {
        let mut pair = Pair::new(1);
        let message = MessageNumber::new(1).unwrap();
        pair.client.send(Command::Retr(message), &mut pair.from_client).unwrap();
        carry(&mut pair.from_client, &mut pair.to_server);
        let mut input = pair.to_server.filled();
        let server::Event::Retr(_, ticket) =
            pair.server.receive(&mut input, &mut pair.from_server).unwrap()
        else {
            panic!("no RETR");
        };
        pair.to_server.keep_last(0);
        let mut body = pair.server.send_message(ticket, &mut pair.from_server).unwrap();
        let (mut sent, mut received, mut ended) = (0, 0, false);
        let mut told = |event: client::Event<'_>| match event {
            client::Event::Body(octets) => received += octets.len() as u64,
            client::Event::End(_) => ended = true,
            _ => {}
        };
        while sent < GIB {
            body.push(&piece, &mut pair.from_server);
            sent += piece.len() as u64;
            pair.listen(&mut told);
        }
        pair.server.finish(body, &mut pair.from_server).unwrap();
        pair.listen(&mut told);
        assert!(ended);
        assert_eq!(received, sent);
    });
    assert!(counted.bytes_max < 1 << 20, "{counted:?}");
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

/// LIST and UIDL of 10,000 messages are written, read and parsed without an
/// allocation for each of their lines.
#[test]
fn listings_allocate_nothing() {
    let mut pair = Pair::new(10_000);
    let id = UniqueId::new("whqtswO00WBw418f9t5JxYwZ").unwrap();
    for command in [Command::Uidl(None), Command::List(None)] {
        let mut lines = 0;
        let counted = allocation_counter::measure(|| {
            pair.client.send(command, &mut pair.from_client).unwrap();
            pair.run(
                |event| match event {
                    client::Event::Scan(_) | client::Event::UniqueId(_) => lines += 1,
                    client::Event::Answer(_) | client::Event::End(_) => {}
                    other => panic!("{other:?}"),
                },
                |(server, out), event| match event {
                    server::Event::Sizes(ticket) => {
                        server.sizes(ticket, (0..10_000).map(|size| size * 7), out).unwrap();
                    }
                    server::Event::UniqueIds(ticket) => {
                        server.unique_ids(ticket, core::iter::repeat_n(id, 10_000), out).unwrap();
                    }
                    other => panic!("{other:?}"),
                },
            );
        });
        assert_eq!(lines, 10_000);
        // The buffers grow, each by doubling.
        assert!(counted.count_total <= 40, "{command:?}: {counted:?}");
    }
}
