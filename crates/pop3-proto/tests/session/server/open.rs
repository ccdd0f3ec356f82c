//! What a session leaves to its driver: greetings that refuse, and commands that the crate
//! does not know. And what it does not speak: HTTP.

use crate::server_side::{Server, TIMESTAMP, every_split, everything, transcript, with};
use bytes::BytesMut;
use pop3_proto::server::{
    Channel, Config, Event, ProtocolError, Rejection, Session, State, UnknownCommands,
};
use pop3_proto::{Code, Response, Text};

/// RFC 1939 §4 and §7: one line, in which only the timestamp looks like one.
#[test]
fn a_greeting_of_ones_own() {
    let mut config = everything();
    config.set_greeting("pop.example.com ready").unwrap();
    let odd = ["", "a\r\n+OK b", "caf\u{e9}", "ready <1@a>", "[IN-USE] no", &"x".repeat(401)];
    for text in odd {
        assert!(config.set_greeting(text).is_err(), "{text:?}");
    }
    assert_eq!(config.greeting(), "pop.example.com ready");
    let server = Server::new(config, Channel::Clear);
    assert_eq!(server.out, format!("+OK pop.example.com ready {TIMESTAMP}\r\n"));
}

/// RFC 1939 §3: the greeting may be a no, after which nothing is read.
#[test]
fn a_greeting_that_refuses() {
    let why = Rejection::new(Text::new("too many connections").unwrap()).with_code(Code::SysTemp);
    let mut out = BytesMut::new();
    let mut session = Session::refuse(Config::default().into(), Channel::Tls, why, &mut out);
    assert_eq!(&out[..], b"-ERR [SYS/TEMP] too many connections\r\n");
    assert_eq!(session.state(), State::Closed);
    let mut input: &[u8] = b"USER mrose\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::Closed)));
    assert_eq!(session.eof(), Ok(()));
    assert!(input.is_empty() && out.ends_with(b"connections\r\n"));
}

/// What is given to the driver of `input`, and what is written.
fn unknown(commands: UnknownCommands, input: &str) -> (Vec<String>, String) {
    let config = with(everything(), |config| config.unknown_commands = commands);
    let mut out = BytesMut::new();
    let mut session = Session::new(config.into(), Channel::Tls, &mut out);
    out.clear();
    let (mut input, mut told) = (input.as_bytes(), Vec::new());
    loop {
        match session.receive(&mut input, &mut out).unwrap() {
            Event::NeedInput | Event::Closed => break,
            Event::Unknown(command, ticket) => {
                told.push(format!("{command:?}"));
                match command.keyword() {
                    b"XTND" => {
                        let text = Text::new("so many").unwrap();
                        let mut lines = session.respond_multi_line(ticket, text, &mut out).unwrap();
                        lines.push(b"one\n.\r\n+OK", &mut out);
                        session.finish(lines, &mut out).unwrap();
                    }
                    b"XDONE" => {
                        let yes = Response::ok(Text::new("done").unwrap());
                        session.respond(ticket, yes, &mut out).unwrap();
                    }
                    _ => session.reject(ticket, Rejection::NOT_SUPPORTED, &mut out).unwrap(),
                }
            }
            Event::Login(_, ticket) => session.open(ticket, 1, &mut out).unwrap(),
            other => panic!("{other:?}"),
        }
    }
    (told, String::from_utf8(out.to_vec()).unwrap())
}

/// RFC 2449 §3: a command that is not known is any keyword. The driver gets those that it
/// wants, before login and after it, and answers with one line or several.
#[test]
fn unknown_commands_for_the_driver() {
    let input = "XTND a  b\r\nxdone\r\nXDONE\r\nUSER a\r\nPASS b\r\nXDONE 1\r\nXOTHER\r\nNOOP\r\n";
    let lines = "+OK so many\r\none\r\n..\r\n+OK\r\n.\r\n";
    let login = "+OK send the password\r\n+OK the maildrop has 1 message\r\n";
    let (told, sent) = unknown(UnknownCommands::All, input);
    assert_eq!(told, [r#""XTND a  b""#, r#""xdone""#, r#""XDONE""#, r#""XDONE 1""#, r#""XOTHER""#]);
    let no = "-ERR not supported\r\n";
    assert_eq!(sent, format!("{lines}{no}+OK done\r\n{login}+OK done\r\n{no}+OK\r\n"));

    let (told, sent) = unknown(UnknownCommands::Of(vec!["xdone".into()]), input);
    assert_eq!(told, [r#""xdone""#, r#""XDONE""#, r#""XDONE 1""#]);
    let unknown_command = "-ERR unknown command\r\n";
    assert_eq!(
        sent,
        format!("{unknown_command}{no}+OK done\r\n{login}+OK done\r\n{unknown_command}+OK\r\n")
    );
    let (told, sent) = unknown(UnknownCommands::None, "XTND\r\n");
    assert!(told.is_empty() && sent == unknown_command);
}

/// A stranger's unknown commands that the driver rejects come to an end.
#[test]
fn rejected_commands_are_bad_commands() {
    let (told, sent) = unknown(UnknownCommands::All, &"XYZ\r\n".repeat(50));
    assert_eq!(told.len(), 21);
    assert!(sent.ends_with("-ERR not supported\r\n-ERR too many bad commands: goodbye\r\n"));
}

/// A browser that was led here is not answered, nor is anything that it was made to send.
#[test]
fn requests_of_http_end_the_session() {
    let long = format!("GET /{} HTTP/1.1", "a".repeat(400));
    let bare = "PUT / HTTP/1.1\n\n";
    for request in ["GET / HTTP/1.1", "POST /x y HTTP/1.0", "OPTIONS * HTTP/1.1", &long, bare] {
        let input = format!("CAPAX\r\n{request}\r\nHost: example.org\r\n\r\nUSER a\r\nPASS b\r\n");
        let outcome = every_split(&everything(), Channel::Clear, input.as_bytes());
        assert_eq!(outcome.error, Some(ProtocolError::HttpRequest.into()));
        assert!(outcome.sent.ends_with("\r\n-ERR unknown command\r\n"), "{}", outcome.sent);
    }
    let config = with(everything(), |config| config.unknown_commands = UnknownCommands::All);
    let outcome = every_split(&config, Channel::Clear, b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(outcome.error, Some(ProtocolError::HttpRequest.into()));
    transcript(&everything(), Channel::Clear, "C: GET /\nS: -ERR unknown command");
}
