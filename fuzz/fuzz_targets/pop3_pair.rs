//! A client against a server, over any cut of what goes between them: every
//! command is answered, and messages arrive as they were sent.

#![no_main]

extern crate alloc;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mail_fuzz::lengths;
use pop3_proto::client::Sent;
use pop3_proto::server::{Channel, Config};
use pop3_proto::{BytesMut, Command, MessageNumber};
use server_side::{Server, received};

#[path = "../../crates/pop3-proto/tests/session/client_side.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod client_side;
#[path = "../../crates/pop3-proto/tests/session/server_side.rs"]
#[allow(dead_code, reason = "scripts are for the tests")]
mod server_side;
#[path = "../../crates/pop3-proto/tests/session/wired.rs"]
mod wired;

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
        // There are two messages.
        let number = |number: u8| MessageNumber::new(u32::from(number % 4));
        let one = |at: u8| MessageNumber::new(u32::from(at % 3) + 1).expect("from 1");
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

fn line(command: &Command<'_>) -> String {
    let mut line = BytesMut::new();
    command.encode(&mut line);
    std::str::from_utf8(&line).expect("US-ASCII").trim_end().into()
}

/// Whether it is the answer to a command, and not what follows one.
fn is_status(line: &str) -> bool {
    !line.starts_with("body ") && (line.contains(" +OK") || line.contains(" -ERR"))
}

fuzz_target!(|case: Case<'_>| {
    let mut server = Server::new(Config::default(), Channel::Tls);
    for (_, text) in &mut server.messages {
        *text = case.message.to_vec();
    }
    let capabilities = case.pipelining.then_some(Command::Capa);
    let asked = case.commands.iter().take(64).map(|asked| asked.command());
    let login = ["USER mrose", "PASS tan staaf"];
    let login = login.map(|line| Command::parse(line.as_bytes()).expect("a command"));
    let commands: Vec<Command<'_>> =
        capabilities.into_iter().chain(login).chain(asked).chain([Command::Quit]).collect();
    let lines: Vec<String> = commands.iter().map(line).collect();
    let (seen, _) = wired::talk(server, Channel::Tls, &lines, &lengths(case.pieces));

    let mut seen = seen.iter().skip(1).peekable();
    let body = format!("body {}", received(case.message).escape_ascii());
    for sent in commands.iter().map(|command| Sent::from(*command)) {
        let status = seen.next().expect("every command is answered");
        let (ok, no) = (format!("{sent:?} +OK"), format!("{sent:?} -ERR"));
        assert!(status.starts_with(&ok) || status.starts_with(&no), "{status} to {sent:?}");
        let end = format!("{sent:?} end");
        while let Some(line) = seen.next_if(|line| !is_status(line)) {
            if line == &end || line == "closed" {
                break;
            }
            match sent {
                Sent::Retr(_) => assert_eq!(line, &body),
                Sent::Top(_) => assert!(body.starts_with(line.as_str())),
                _ => {}
            }
        }
    }
    assert_eq!(seen.next(), None);
});
