//! Content is never protocol: whoever writes a mail picks what stands in literals, and speaks
//! neither for the server nor for the client (RFC 9051 §4.3).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use bytes::BytesMut;
use imap_proto::server::{Channel, Config, Event, Session};
use imap_proto::{
    Arena, Command, CommandFramer, CommandKind, Data, FetchData, Framed, Response, ResponseFramer,
};
use proptest::prelude::*;
use proptest::sample::select;

/// What was read from `wire`, as text, of a server that gets it in these pieces.
fn responses(pieces: &[&[u8]]) -> Vec<String> {
    let mut framer = ResponseFramer::new(1 << 16);
    let (mut unread, mut seen) = (Vec::new(), Vec::new());
    for piece in pieces {
        unread.extend_from_slice(piece);
        let mut input = &unread[..];
        while let Framed::Whole { octets, .. } = framer.next(&mut input) {
            seen.push(format!("{:?}", Response::parse(octets, &Arena::new())));
        }
        unread = input.to_vec();
    }
    seen
}

/// What was read from `wire`, as text, of a client that sends its literals unasked.
fn commands(pieces: &[&[u8]]) -> Vec<String> {
    let mut framer = CommandFramer::new(1 << 16);
    let (mut unread, mut seen) = (Vec::new(), Vec::new());
    for piece in pieces {
        unread.extend_from_slice(piece);
        let mut input = &unread[..];
        loop {
            match framer.next(&mut input) {
                Framed::Whole { octets, .. } => {
                    seen.push(format!("{:?}", Command::parse(octets, &Arena::new())));
                }
                Framed::Ask { ask, .. } if framer.keep(ask.head.octets) => {}
                Framed::Ask { .. } => {
                    seen.push("refused".into());
                    framer.refuse(&mut input);
                }
                Framed::TooLong { .. } => seen.push("too long".into()),
                Framed::NeedInput => break,
            }
        }
        unread = input.to_vec();
    }
    seen
}

type Reading = fn(&[&[u8]]) -> Vec<String>;

/// Whether `line` announces the octets that come next: whether it is not whole without them,
/// and is with any, in which no string ends.
fn announces(read: Reading, line: &str, octets: usize) -> bool {
    read(&[line.as_bytes()]).is_empty()
        && read(&[line.as_bytes(), "x".repeat(octets).as_bytes(), b"\r\n"]).len() == 1
}

/// Checks that reading `wire` does not depend on how it is cut, and says what was read.
fn at_every_split(read: Reading, wire: &[u8]) -> Vec<String> {
    let whole = read(&[wire]);
    for at in 0..=wire.len() {
        let (one, other) = wire.split_at(at);
        assert_eq!(
            read(&[one, other]),
            whole,
            "split at {at} {:?}",
            wire.escape_ascii().to_string()
        );
    }
    whole
}

/// Checks that of `content`, in a literal after `before`, nothing is read outside one value:
/// that all else is read as if it were another content of that length.
fn check(read: Reading, before: &str, content: &str, after: &str, ending: &str) {
    let line = format!("{before}{{{}+}}{ending}", content.len());
    if !announces(read, &line, content.len()) {
        return;
    }
    let harmless = "w".repeat(content.len());
    let read = |content: &str| {
        let wire = format!("{line}{content}{after}\r\n");
        let shown = format!("{content:?}");
        let shown = shown.strip_prefix('"').and_then(|shown| shown.strip_suffix('"')).unwrap();
        let read = at_every_split(read, wire.as_bytes());
        let octets = format!("{:?}", content.as_bytes());
        let hide = |value: String| value.replace(shown, "…").replace(&octets, "…");
        read.into_iter().map(hide).collect::<Vec<_>>()
    };
    assert_eq!(read(content), read(&harmless), "{line:?} {content:?} {after:?}");
}

/// Octets that mean something where they are not content.
fn content() -> impl Strategy<Value = String> {
    let pieces = [
        "\r\n",
        "\r",
        "\n",
        "\"",
        "\" ",
        ")",
        "(",
        " ",
        "\\",
        "{9}\r\n",
        "* 9 EXPUNGE\r\n",
        "UID 99",
        " FLAGS (\\Seen) ",
        "a OK done\r\n",
        "b LOGOUT\r\n",
        "{3+}",
        "]",
        "NIL",
        "yz",
    ];
    prop::collection::vec(select(pieces.to_vec()), 1..6)
        .prop_map(|pieces| pieces.concat())
        // Content that is all of one sign could not be told from what stands beside it.
        .prop_map(|content| format!("q{content}q"))
}

fn pieces(of: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    prop::collection::vec(select(of.to_vec()), 0..6).prop_map(|pieces| pieces.concat())
}

const AROUND: [&str; 22] = [
    "BODY[] ",
    "BODY[]",
    "BODY[1]<2> ",
    "ENVELOPE (NIL ",
    "NIL ",
    "((NIL NIL ",
    "\"a\"",
    "\"a\" ",
    "\"",
    " ",
    "(",
    ")",
    "FLAGS (",
    "x",
    "x ",
    "\\",
    "~",
    "UID 3 ",
    "X-Y ",
    "[",
    "]",
    "BODY (\"a\" \"b\" (\"c\" ",
];
const STARTS: [&str; 9] = [
    "* 1 FETCH (",
    "* 1 FETCH(",
    "*  2 FETCH (",
    "* LIST () \"/\" ",
    "* LIST () \"/\"",
    "* STATUS ",
    "* ID (",
    "* X ",
    "* NAMESPACE ((",
];
const COMMANDS: [&str; 10] = [
    "a LOGIN ",
    "a LOGIN x ",
    "a SELECT ",
    "a SEARCH SUBJECT ",
    "a SEARCH (OR TEXT ",
    "a X ",
    "a FETCH 1 BODY[HEADER.FIELDS (",
    "a STATUS x\"",
    "a LIST \"\" ",
    "a ID (",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn content_of_a_server_is_never_protocol(
        start in select(STARTS.to_vec()),
        before in pieces(&AROUND),
        content in content(),
        after in pieces(&AROUND),
        ending in select(vec!["\r\n", "\n"]),
    ) {
        check(responses, &format!("{start}{before}"), &content, &after, ending);
    }

    #[test]
    fn content_of_a_client_is_never_protocol(
        start in select(COMMANDS.to_vec()),
        before in pieces(&AROUND),
        content in content(),
        after in pieces(&AROUND),
        ending in select(vec!["\r\n", "\n"]),
    ) {
        check(commands, &format!("{start}{before}"), &content, &after, ending);
    }
}

fn data<'a>(octets: &'a [u8], arena: &'a Arena) -> Data<'a> {
    match Response::parse(octets, arena).unwrap() {
        Response::Data(data) => data,
        other => panic!("{other:?}"),
    }
}

/// The one response of all of `wire`, at every split.
fn one(wire: &[u8]) -> &[u8] {
    assert_eq!(at_every_split(responses, wire).len(), 1, "{:?}", wire.escape_ascii().to_string());
    let mut input = wire;
    let Framed::Whole { octets, .. } = ResponseFramer::new(1 << 16).next(&mut input) else {
        panic!("whole")
    };
    octets
}

/// A literal's head may end with LF alone; what follows is as long as it says.
#[test]
fn the_head_of_a_literal_that_ends_with_lf() {
    let arena = Arena::new();
    let octets = one(b"* 4 FETCH (BODY[TEXT] {11}\n\" UID 44 (x)\r\n");
    let Data::Fetch(fetch) = data(octets, &arena) else { panic!() };
    let [FetchData::BodySection { octets, .. }] = fetch.data else { panic!("{fetch:?}") };
    assert_eq!(*octets, Some(&b"\" UID 44 (x"[..]));
}

/// A literal that is announced too short ends with the CR, which is its own.
#[test]
fn a_literal_that_ends_with_a_cr() {
    let arena = Arena::new();
    let mut input = &b"* 4 FETCH (BODY[] {22}\r\nq FLAGS (\\Draft) UIDq\r\n)\r\n"[..];
    let mut framer = ResponseFramer::new(1 << 16);
    let Framed::Whole { octets, .. } = framer.next(&mut input) else { panic!("whole") };
    let Data::Fetch(fetch) = data(octets, &arena) else { panic!() };
    let [FetchData::BodySection { octets, .. }] = fetch.data else { panic!("{fetch:?}") };
    assert_eq!(*octets, Some(&b"q FLAGS (\\Draft) UIDq\r"[..]));
}

/// Where the space before a literal is missing it is one all the same.
#[test]
fn a_literal_right_after_a_quote() {
    let arena = Arena::new();
    let Data::List(listed) = data(one(b"* LIST () \".\"{15}\r\n* 44 EXPUNGE\r\nq\r\n"), &arena)
    else {
        panic!()
    };
    assert_eq!(listed.mailbox.as_bytes(), b"* 44 EXPUNGE\r\nq");
}

/// A string that goes on over the end of its line: the response is told once, as it is.
#[test]
fn a_string_over_several_lines() {
    let wire = b"* 4 FETCH (ENVELOPE (NIL \"q\r\n* 44 EXPUNGE\r\na OK \\\" done\r\n\" NIL))\r\n";
    let arena = Arena::new();
    let Data::Unparsed { raw, error } = data(one(wire), &arena) else { panic!() };
    assert_eq!(raw.as_bytes(), &wire[2..wire.len() - 2]);
    assert_eq!(error.expected, "the closing quote");
}

/// What the server answers to a client that is logged in and sends `input`, at every split.
fn answers(input: &str) -> String {
    let serve = |pieces: &[&[u8]]| {
        let mut out = BytesMut::new();
        let config = Config::default();
        let mut session = Session::new(config.into(), Channel::Tls, &mut out);
        let arena = Arena::new();
        let (mut unread, mut log) = (Vec::new(), String::new());
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            loop {
                match session.receive(&mut input, &arena, &mut out).unwrap() {
                    Event::NeedInput | Event::Closed => break,
                    Event::Command(command, ticket)
                        if matches!(command.kind, CommandKind::Login { .. }) =>
                    {
                        session.accept(ticket, &mut out).unwrap();
                        out.clear();
                    }
                    Event::Append(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                    Event::Body(piece) => log.push_str(&piece.escape_ascii().to_string()),
                    other => session.decline(other, &mut out).unwrap(),
                }
            }
            unread = input.to_vec();
        }
        log + core::str::from_utf8(&out).unwrap()
    };
    let input = format!("l LOGIN u p\r\n{input}").into_bytes();
    let whole = serve(&[&input]);
    for at in 0..=input.len() {
        let (one, other) = input.split_at(at);
        assert_eq!(
            serve(&[one, other]).replace("\\r", ""),
            whole.replace("\\r", ""),
            "split at {at}"
        );
    }
    whole
}

/// RFC 9051 §4.3: the line before a literal ends with CRLF, for every command.
#[test]
fn a_literals_head_with_a_bare_lf_is_refused() {
    for command in ["APPEND INBOX {5+}", "SELECT {5+}", "APPEND {5+}"] {
        let out = answers(&format!("a {command}\nhello\r\nb LOGOUT\r\n"));
        assert!(out.starts_with("a BAD ") && out.ends_with("b OK done\r\n"), "{command}: {out}");
    }
}

/// RFC 7888 §4: octets that are announced unasked are read past, whatever stands before them.
#[test]
fn announced_octets_are_never_run() {
    for command in ["STATUS x\"{10+}", "LOGIN \"fo\\\" {10+}", "X {10+}", "SELECT (\"{10+}"] {
        let out = answers(&format!("a {command}\r\nc LOGOUT\r\n\r\nb NOOP\r\n"));
        assert!(out.starts_with("a BAD ") && !out.contains("\nc "), "{command}: {out}");
        assert!(out.contains("\r\nb "), "{command}: {out}");
    }
}
