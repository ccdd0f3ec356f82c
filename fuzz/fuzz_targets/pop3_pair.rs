//! A client against a server, over any cut of what goes between them: every
//! command is answered, and messages arrive as they were sent.

#![no_main]

use std::sync::Arc;

use arbitrary::Arbitrary;
use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use pop3_proto::client::{self, Sent};
use pop3_proto::{Command, MessageNumber, UniqueId, server};

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    commands: Vec<Asked>,
    /// How long the pieces are that go over, over and over.
    pieces: [u8; 4],
    pipelining: bool,
    message: &'a [u8],
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Asked {
    Stat,
    List(u8),
    Uidl(u8),
    Retr(u8),
    Top(u8, u8),
    Dele(u8),
    Rset,
    Noop,
    Capa,
}

impl Asked {
    fn command(self) -> Command<'static> {
        let number = |number: u8| MessageNumber::new(u32::from(number % 4));
        let one = |at: u8| MessageNumber::new(u32::from(at % 4) + 1).expect("from 1");
        match self {
            Self::Stat => Command::Stat,
            Self::List(at) => Command::List(number(at)),
            Self::Uidl(at) => Command::Uidl(number(at)),
            Self::Retr(at) => Command::Retr(one(at)),
            Self::Top(at, lines) => Command::Top { message: one(at), lines: lines.into() },
            Self::Dele(at) => Command::Dele(one(at)),
            Self::Rset => Command::Rset,
            Self::Noop => Command::Noop,
            Self::Capa => Command::Capa,
        }
    }
}

/// There are three messages, all of them the same.
const MESSAGES: usize = 3;

fn answer(
    session: &mut server::Session,
    event: server::Event<'_>,
    message: &[u8],
    out: &mut BytesMut,
) {
    use server::Event;
    let answered = match event {
        Event::Login(_, ticket) => session.open(ticket, MESSAGES, out),
        Event::Sizes(ticket) => session.sizes(ticket, [message.len() as u64; MESSAGES], out),
        Event::UniqueIds(ticket) => {
            let ids = ["a", "b", "c"].map(|id| UniqueId::new(id).expect("an id"));
            session.unique_ids(ticket, ids, out)
        }
        Event::Retr(_, ticket) | Event::Top(_, _, ticket) => {
            session.send_message(ticket, out).and_then(|mut body| {
                message.chunks(5).for_each(|piece| body.push(piece, out));
                session.finish(body, out)
            })
        }
        Event::Update(_, ticket) => session.accept(ticket, out),
        other => session.decline(other, out),
    };
    answered.expect("the ticket is of this session");
}

/// Lines as they go over: with CRLF, and one after the last.
fn lines(message: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    for (at, octet) in message.iter().enumerate() {
        match octet {
            b'\n' if at > 0 && message[at - 1] == b'\r' => {}
            b'\r' | b'\n' => lines.extend_from_slice(b"\r\n"),
            octet => lines.push(*octet),
        }
    }
    if !lines.is_empty() && !lines.ends_with(b"\r\n") {
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

fuzz_target!(|case: Case<'_>| {
    let (mut to_server, mut to_client) = (BytesMut::new(), BytesMut::new());
    let (mut server_unread, mut client_unread) = (Vec::new(), Vec::new());
    let config = server::Config::default();
    let mut server = server::Session::new(Arc::new(config), server::Channel::Tls, &mut to_client);
    let mut client = client::Session::new(client::Config::default(), client::Channel::Tls);
    let start = ["CAPA", "USER a", "PASS b"].map(|line| Command::parse(line.as_bytes()));
    let start = start.into_iter().map(|command| command.expect("a command"));
    let commands = start.skip(usize::from(!case.pipelining));
    let asked = case.commands.iter().take(64).map(|asked| asked.command());
    let mut commands = commands.chain(asked).chain([Command::Quit]).peekable();
    let whole = lines(case.message);
    let (mut sent, mut answered, mut body) = (Vec::new(), Vec::new(), Vec::new());
    let mut pieces = case.pieces.iter().map(|piece| usize::from(*piece) + 1).cycle();
    let mut steps = 0_u64;
    'talking: loop {
        steps += 1;
        assert!(steps < 1_000_000, "nobody says anything");
        while let Some(command) = commands.peek() {
            if client.allows(*command).is_err() {
                break;
            }
            client.send(*command, &mut to_server).expect("it is allowed");
            sent.push(Sent::from(*command));
            commands.next();
        }
        let piece = pieces.next().unwrap_or(1);
        server_unread.extend_from_slice(&to_server.split_to(piece.min(to_server.len())));
        let mut input = &server_unread[..];
        loop {
            match server.receive(&mut input, &mut to_client).expect("no fault") {
                server::Event::NeedInput | server::Event::Closed => break,
                event => answer(&mut server, event, case.message, &mut to_client),
            }
        }
        server_unread = input.to_vec();
        client_unread.extend_from_slice(&to_client.split_to(piece.min(to_client.len())));
        let mut input = &client_unread[..];
        loop {
            match client.receive(&mut input, &mut to_server).expect("no fault") {
                client::Event::NeedInput => break,
                client::Event::Answer(answer) => answered.push(answer.to),
                client::Event::Body(piece) => body.extend_from_slice(piece),
                client::Event::End(Sent::Retr(_)) => {
                    assert_eq!(std::mem::take(&mut body), whole);
                }
                client::Event::End(Sent::Top(_)) => {
                    assert!(whole.starts_with(&std::mem::take(&mut body)));
                }
                client::Event::Unparsed { .. } | client::Event::Unsolicited(_) => {
                    panic!("out of step")
                }
                client::Event::Closed => break 'talking,
                _ => {}
            }
        }
        client_unread = input.to_vec();
    }
    assert_eq!(answered, sent);
    assert!(commands.peek().is_none());
});
