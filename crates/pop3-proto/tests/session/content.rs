//! Content is never protocol: no octet of a message, of a unique-id, or of a text that somebody
//! else has chosen becomes a status, a line of a listing, or the end of one.

use bytes::BytesMut;
use pop3_proto::client::{self, Answer, Sent};
use pop3_proto::server::{self, Channel, Rejection};
use pop3_proto::{Code, Command, MessageNumber, Text, UniqueId};
use proptest::prelude::*;

/// What the sender of a mail has chosen.
#[derive(Clone, Debug)]
struct Content {
    message: Vec<u8>,
    id: String,
    text: String,
    lines: u32,
}

/// Octets that would be protocol if they stood elsewhere.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "\r\n", "\n", "\r", ".", "\r\n.\r\n", "\n.\n", "\r.\r", "\r\n.\n", "\n.\r\n", "\0",
            "+OK", "-ERR", "+ ", "+OK 1 2\r\n", "-ERR [AUTH] no\r\n", "1 5\r\n", "1 a\r\n", "[X] ",
            "Subject: ", "\r\n.\r\n+OK forged\r\n", "\r\n..\r\n", "UIDL\r\n", " ",
        ]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn content() -> impl Strategy<Value = Content> {
    let id = prop_oneof![
        prop::sample::select(vec![".", "..", "+OK", "-ERR", "+", "[AUTH]", "1"])
            .prop_map(String::from),
        "[!-~]{1,70}",
    ];
    let text = prop_oneof![
        prop::sample::select(vec!["", ".", "+OK", "-ERR no", " [AUTH] no", "+ AAAA", "1 5"])
            .prop_map(String::from),
        "[^\r\n\0\\[][^\r\n\0]{0,60}",
    ];
    (octets(), id, text, 0_u32..4).prop_map(|(message, id, text, lines)| Content {
        message,
        id,
        text,
        lines,
    })
}

/// Lines as they are read: CRLF, CR and LF end them, and the last one has an end.
fn lines(message: &[u8]) -> Vec<Vec<u8>> {
    let (mut lines, mut line, mut at) = (Vec::new(), Vec::new(), 0);
    while at < message.len() {
        let ends = matches!(message[at], b'\r' | b'\n');
        if message[at..].starts_with(b"\r\n") {
            at += 1;
        }
        match ends {
            true => lines.push(core::mem::take(&mut line)),
            false => line.push(message[at]),
        }
        at += 1;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The lines that TOP sends.
fn top(lines: &[Vec<u8>], wanted: u32) -> Vec<Vec<u8>> {
    let header = lines.iter().position(Vec::is_empty).map_or(lines.len(), |at| at + 1);
    let wanted = header + wanted as usize;
    lines[..wanted.min(lines.len())].to_vec()
}

fn joined(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line, &b"\r\n"[..]].concat()).collect()
}

/// What our server sends for RETR, TOP, UIDL, UIDL 1, LIST and STAT, each by itself.
fn served(content: &Content) -> Vec<Vec<u8>> {
    let mut out = BytesMut::new();
    let mut session =
        server::Session::new(server::Config::default().into(), Channel::Tls, &mut out);
    let commands = format!(
        "USER a\r\nPASS b\r\nRETR 1\r\nTOP 1 {}\r\nUIDL\r\nUIDL 1\r\nLIST 2\r\n",
        content.lines
    );
    let mut input = commands.as_bytes();
    let mut answers = Vec::new();
    let why = || Rejection::new(Text::new(&content.text).unwrap());
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            server::Event::NeedInput => return answers,
            server::Event::Login(_, ticket) => {
                session.open(ticket, 2, &mut out).unwrap();
                out.clear();
                continue;
            }
            server::Event::Retr(_, ticket) | server::Event::Top(_, _, ticket) => {
                let mut body = session.send_message(ticket, &mut out).unwrap();
                content.message.chunks(3).for_each(|piece| body.push(piece, &mut out));
                session.finish(body, &mut out).unwrap();
            }
            server::Event::UniqueIds(ticket) => {
                let ids = [UniqueId::new(&content.id).unwrap(); 2];
                session.unique_ids(ticket, ids, &mut out).unwrap();
            }
            server::Event::Sizes(ticket) => {
                session.reject(ticket, why().with_code(Code::SysTemp), &mut out).unwrap();
            }
            other => panic!("{other:?}"),
        }
        answers.push(out.split().to_vec());
    }
}

/// What our client is told of the answer to `command` that comes in `pieces`: each event as
/// text, and the message.
fn told(command: Command<'_>, pieces: &[&[u8]]) -> (Vec<String>, Vec<u8>) {
    let mut out = BytesMut::new();
    let mut session = client::Session::new(client::Config::default(), Channel::Tls);
    let login = Command::parse(b"APOP a 00000000000000000000000000000000").unwrap();
    session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
    session.send(login, &mut out).unwrap();
    session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
    session.send(command, &mut out).unwrap();
    let (mut unread, mut told, mut message) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        unread.extend_from_slice(piece);
        let mut input = &unread[..];
        loop {
            match session.receive(&mut input, &mut out).unwrap() {
                client::Event::NeedInput => break,
                client::Event::Body(piece) => message.extend_from_slice(piece),
                client::Event::Answer(Answer { to, response }) => {
                    assert_eq!(to, Sent::from(command));
                    told.push(format!(
                        "{} {:?} {}",
                        response.is_ok(),
                        response.code,
                        response.text
                    ));
                }
                client::Event::UniqueId(listed) => {
                    told.push(format!("{} {}", listed.message, listed.unique_id.as_str()));
                }
                client::Event::End(_) => told.push("end".into()),
                other => panic!("{other:?} at {pieces:?}"),
            }
        }
        unread = input.to_vec();
    }
    // All of it is read, and it has made no one doubt.
    assert!(unread.is_empty());
    assert_eq!(session.close_reason(), None, "{told:?}");
    (told, message)
}

proptest! {
    #[test]
    fn what_a_sender_chose_is_told_as_what_it_is(content in content()) {
        let lines = lines(&content.message);
        let one = MessageNumber::new(1).unwrap();
        let two = MessageNumber::new(2).unwrap();
        let follows = "true None the message follows".to_owned();
        let expected = [
            (Command::Retr(one), vec![follows.clone(), "end".into()], joined(&lines)),
            (
                Command::Top { message: one, lines: content.lines },
                vec![follows, "end".into()],
                joined(&top(&lines, content.lines)),
            ),
            (
                Command::Uidl(None),
                vec![
                    "true None the unique-ids follow".into(),
                    format!("1 {}", content.id),
                    format!("2 {}", content.id),
                    "end".into(),
                ],
                Vec::new(),
            ),
            (Command::Uidl(Some(one)), vec![format!("true None 1 {}", content.id)], Vec::new()),
            (Command::List(Some(two)), vec![format!("false Some(SysTemp) {}", content.text)], Vec::new()),
        ];
        for (answer, (command, events, message)) in served(&content).iter().zip(expected) {
            for at in 0..=answer.len() {
                let (told, body) = told(command, &[&answer[..at], &answer[at..]]);
                prop_assert_eq!(&told, &events);
                prop_assert_eq!(&body, &message);
            }
            let octets: Vec<&[u8]> = answer.chunks(1).collect();
            prop_assert_eq!(told(command, &octets), (events, message));
        }
    }
}

/// A text that would break its line cannot be built.
#[test]
fn no_line_out_of_a_text() {
    for text in ["a\r\n+OK", "a\n-ERR", "a\0", "[AUTH] a"] {
        assert!(Text::new(text).is_err(), "{text:?}");
    }
    for id in ["a\r\n2 b", "a b", "", "\u{e9}"] {
        assert!(UniqueId::new(id).is_err(), "{id:?}");
    }
}
