//! What the crate does not know, and greetings that are not the usual one.

use std::sync::Arc;

use imap_proto::server::{
    Channel, Config, Event, Misuse, ProtocolError, Rejection, Session, State, UnknownCommands,
};
use imap_proto::{Arena, BytesMut, Capability, Code, CommandKind, Data, Response, Text};

use crate::transcript::{config, selected, session_in_mailbox};

fn open() -> Config {
    let mut config = config();
    config.unknown_commands = UnknownCommands::Of(vec!["X-TAGS".into(), "SELECT".into()]);
    config
}

/// Answers each event with what it is, at every split.
fn play(config: Config, input: &str) -> String {
    let config = Arc::new(config);
    let run = |cut: &dyn Fn(usize) -> bool| {
        let (mut out, arena) = (BytesMut::new(), Arena::new());
        let mut session = Session::preauthenticated(config.clone(), Channel::Tls, &mut out);
        out.clear();
        let mut start = 0;
        for end in 1..=input.len() {
            if !cut(end) && end < input.len() {
                continue;
            }
            let mut unread = &input.as_bytes()[start..end];
            loop {
                match session.receive(&mut unread, &arena, &mut out).unwrap() {
                    Event::NeedInput => break,
                    Event::Unknown(command, ticket) => {
                        assert!(command.name.is("x-tags") || command.name.is("select"));
                        let line = [b"X-SAID ", command.arguments].concat();
                        let told = session.raw_data(&line, &mut out);
                        assert_eq!(told.is_err(), command.arguments.contains(&0));
                        session.accept(ticket, &mut out).unwrap();
                    }
                    other => session.decline(other, &mut out).unwrap(),
                }
            }
            start = end - unread.len();
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    let whole = run(&|_| false);
    assert_eq!(run(&|_| true), whole);
    for split in 1..input.len() {
        assert_eq!(run(&|at| at == split), whole, "split at {split}");
    }
    whole
}

/// With their literals, under their tags; off by default.
#[test]
fn unknown_commands() {
    let input =
        "a X-Tags one (two) {3+}\r\na\r\n tail\r\nb X-TAGS\r\nc X-OTHER\r\nd X-TAGS {2}\r\nhi\r\n";
    assert_eq!(
        play(open(), input),
        "* X-SAID one (two) {3+}\r\na\r\n tail\r\na OK done\r\n* X-SAID \r\nb OK done\r\n\
         c BAD expected a command that is known at octet 2\r\n+ send the literal\r\n\
         * X-SAID {2}\r\nhi\r\nd OK done\r\n"
    );
    assert_eq!(play(config(), input).matches(" BAD ").count(), 4);
    // What the crate can read it reads, and what is past the limits does not come.
    let written = play(open(), "a SELECT x\r\nb X-TAGS {99999}\r\nc X-TAGS\r\n");
    assert_eq!(
        written,
        "a NO [CANNOT] not supported here\r\nb BAD [TOOBIG] the literal is too big\r\n\
         * X-SAID \r\nc OK done\r\n"
    );
}

/// Parameters and modifiers of extensions (RFC 4466 §2) are BAD, unless they are let through.
#[test]
fn modifiers() {
    for (command, name) in [
        ("SELECT x (CONDSTORE)", "condstore"),
        ("EXAMINE x (QRESYNC (1 2))", "QRESYNC"),
        ("CREATE x (USE (\\Sent))", "USE"),
        ("FETCH 1 UID (CHANGEDSINCE 1)", "CHANGEDSINCE"),
        ("UID STORE 1 (UNCHANGEDSINCE 1) FLAGS ()", "UNCHANGEDSINCE"),
        ("SEARCH RETURN (PARTIAL 1:9 COUNT) ALL", "PARTIAL"),
        ("LIST (SPECIAL-USE) \"\" *", "SPECIAL-USE"),
        ("LIST \"\" * RETURN (CHILDREN METADATA (/shared/x))", "METADATA"),
        ("APPEND x () ANNOTATION (/c (v y)) {1}", "annotation"),
    ] {
        let told = |names: &[&'static str]| {
            let mut config = config();
            config.capabilities.extend([Capability::ESearch, Capability::ListExtended]);
            config.modifiers = names.iter().map(|&name| name.into()).collect();
            let (mut out, arena) = (BytesMut::new(), Arena::new());
            let mut session = Session::preauthenticated(config.into(), Channel::Tls, &mut out);
            let input = format!("a SELECT x\r\nb {command}\r\n");
            let mut input = input.as_bytes();
            let Ok(Event::Select(select, ticket)) = session.receive(&mut input, &arena, &mut out)
            else {
                panic!("{command}")
            };
            session.select(ticket, &selected(select, 3), &mut out).unwrap();
            out.clear();
            match session.receive(&mut input, &arena, &mut out).unwrap() {
                Event::NeedInput => {
                    assert_eq!(&out[..], b"b BAD not offered here\r\n", "{command}");
                    0
                }
                Event::Select(select, _) => select.parameters.len(),
                Event::Append(append, _) => append.modifiers.len(),
                Event::Command(command, _) => match command.kind {
                    CommandKind::Create(create) => create.parameters.len(),
                    CommandKind::Fetch(fetch) => fetch.modifiers.len(),
                    CommandKind::Store(store) => store.modifiers.len(),
                    CommandKind::Search(search) => search.modifiers.len(),
                    CommandKind::List(list) => {
                        list.select_modifiers.len() + list.return_modifiers.len()
                    }
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(told(&[]), 0, "{command}");
        assert_eq!(told(&["X-OTHER"]), 0, "{command}");
        assert_eq!(told(&["X-OTHER", name]), 1, "{command}");
    }
}

/// A proxy takes all that has a tag and a name, but no request of HTTP.
#[test]
fn all_unknown_commands() {
    let mut config = config();
    config.unknown_commands = UnknownCommands::All;
    let written = play(config.clone(), "a X-Tags {2}\r\nhi\r\nb\r\nc SELECT (\r\n");
    assert_eq!(
        written,
        "+ send the literal\r\n* X-SAID {2}\r\nhi\r\na OK done\r\n\
         b BAD expected a space at octet 1\r\n* X-SAID (\r\nc OK done\r\n"
    );
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut session = Session::preauthenticated(config.into(), Channel::Tls, &mut out);
    let http = session.receive(&mut &b"GET / HTTP/1.1\r\n"[..], &arena, &mut out);
    assert_eq!(http.unwrap_err(), ProtocolError::HttpRequest.into());
}

/// One response of the grammar, and no more: what the session accounts for is accounted for.
#[test]
fn raw_data() {
    let mut out = BytesMut::new();
    let mut session = session_in_mailbox(3, &mut out);
    for line in [&b"X-FOO (a \"b\")"[..], b"X-FOO {2}\r\n\r\n", b"XLIST () \"/\" {1}\r\na {1}\r\nb"]
    {
        session.raw_data(line, &mut out).unwrap();
        assert_eq!(out, [b"* ", line, b"\r\n"].concat());
        out.clear();
    }
    for (line, misuse) in [
        (&b"X-FOO\r\n* BYE"[..], Misuse::NotOneResponse),
        (b"X-FOO\n* BYE", Misuse::NotOneResponse),
        (b"X-FOO\r* BYE", Misuse::NotOneResponse),
        (b"X-FOO {9}\r\nx", Misuse::NotOneResponse),
        (b"X-FOO a\0b", Misuse::NotOneResponse),
        (b"", Misuse::NotOneResponse),
        (b"LIST ()", Misuse::NotOneResponse),
        (b"5 X-FOO", Misuse::NotOneResponse),
        (b"4 EXISTS x", Misuse::NotOneResponse),
        (b"BYE x", Misuse::SessionWritesThis),
        (b"2 EXISTS", Misuse::FewerMessages),
        (b"1 EXPUNGE", Misuse::ExpungeNow),
    ] {
        assert_eq!(session.raw_data(line, &mut out), Err(misuse), "{}", line.escape_ascii());
        let arena = Arena::new();
        let whole = [b"* ", line].concat();
        if let Ok(Response::Data(data @ Data::Unparsed { .. })) = Response::parse(&whole, &arena) {
            assert_eq!(session.data(&data, &mut out), Err(misuse), "{}", line.escape_ascii());
        }
    }
    assert!(out.is_empty());
    session.raw_data(b"5 EXISTS", &mut out).unwrap();
    assert_eq!(session.data(&Data::Exists(4), &mut out), Err(Misuse::FewerMessages));
}

/// RFC 9051 §7.1.
#[test]
fn greetings() {
    let mut config = Config::default();
    config.starttls = true;
    config.set_greeting("welcome").unwrap();
    for odd in ["", "welcome\r\n* BYE", "caf\u{e9}", &"x".repeat(401)] {
        assert!(config.set_greeting(odd).is_err(), "{odd:?}");
    }
    let config = Arc::new(config);
    let capabilities = "[CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ENABLE";
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let session = Session::new(config.clone(), Channel::Clear, &mut out);
    assert_eq!(out, format!("* OK {capabilities} STARTTLS LOGINDISABLED] welcome\r\n"));
    assert_eq!(session.state(), State::NotAuthenticated);

    out.clear();
    let mut session = Session::preauthenticated(config.clone(), Channel::Clear, &mut out);
    assert_eq!(out, format!("* PREAUTH {capabilities}] welcome\r\n"));
    assert_eq!(session.state(), State::Authenticated);
    out.clear();
    let mut input = &b"a STARTTLS\r\nb LOGIN u p\r\nc CREATE x\r\n"[..];
    let event = session.receive(&mut input, &arena, &mut out).unwrap();
    assert!(matches!(event, Event::Command(..)));
    assert_eq!(&out[..], b"a BAD only before login\r\nb BAD only before login\r\n");

    out.clear();
    let why = Rejection::no(Some(Code::Unavailable), Text::truncated("too many connections"));
    let mut session = Session::refuse(config, Channel::Clear, why, &mut out);
    assert_eq!(&out[..], b"* BYE [UNAVAILABLE] too many connections\r\n");
    let mut input = &b"a LOGIN u p\r\n"[..];
    assert!(matches!(session.receive(&mut input, &arena, &mut out), Ok(Event::Closed)));
    assert!(input.is_empty() && session.eof() == Ok(()));
}
