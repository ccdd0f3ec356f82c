//! What is encoded is parsed again to the same value, for every command and
//! every line that a server sends; and the parsers take anything without harm.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use bytes::BytesMut;
use pop3_proto::Retention;
use pop3_proto::unstuff_line;
use pop3_proto::*;
use pop3_proto::{Auth, UnknownCommand};
use pop3_proto::{ClientLine, Mechanisms, ServerLine};
use pop3_proto::{DropListing, ScanListing, UniqueIdListing};
use proptest::prelude::*;

/// What `encode` wrote, which must be one line of at most `limit` octets.
fn line(limit: usize, encode: impl FnOnce(&mut BytesMut)) -> Vec<u8> {
    let mut out = BytesMut::new();
    encode(&mut out);
    assert!(out.len() <= limit, "{} octets", out.len());
    let line = out.strip_suffix(b"\r\n").unwrap();
    assert!(!line.iter().any(|byte| b"\r\n\0".contains(byte)), "{line:?}");
    line.to_vec()
}

/// The strings that the values of one test borrow from.
#[derive(Clone, Debug)]
struct Strings {
    name: String,
    password: Vec<u8>,
    word: String,
    base64: String,
    text: String,
    other: Vec<u8>,
}

prop_compose! {
    fn strings()(
        name in "[!-~äß]{1,60}",
        password in prop::collection::vec((1_u8..=255).prop_filter("no line end", |b| !b"\r\n".contains(b)), 1..100),
        word in "X[A-Z]{0,7}",
        base64 in "([A-Za-z0-9+/]{4}){0,20}",
        text in "([^\\[\r\n\0][^\r\n\0]{0,60})?",
    ) -> Strings {
        let other = [word.as_bytes(), b" ", &password].concat();
        Strings { name, password, word, base64, text, other }
    }
}

fn message() -> impl Strategy<Value = MessageNumber> {
    (1..=u32::MAX).prop_map(|number| MessageNumber::new(number).unwrap())
}

fn commands<'a>(
    s: &'a Strings,
    message: MessageNumber,
    lines: u32,
    digest: [u8; 16],
) -> Vec<Command<'a>> {
    let name = Name::new(&s.name).unwrap();
    let base64 = Base64::parse(s.base64.as_bytes()).unwrap();
    let mechanism = Mechanism::parse(s.word.as_bytes()).unwrap();
    vec![
        Command::User(name),
        Command::Pass(Password::new(&s.password).unwrap()),
        Command::Apop { name, digest: Digest(digest) },
        Command::Auth(Auth { mechanism, initial_response: None }),
        Command::Auth(Auth { mechanism: Mechanism::Plain, initial_response: Some(base64) }),
        Command::Stls,
        Command::Capa,
        Command::Stat,
        Command::List(None),
        Command::List(Some(message)),
        Command::Retr(message),
        Command::Dele(message),
        Command::Noop,
        Command::Rset,
        Command::Top { message, lines },
        Command::Uidl(None),
        Command::Uidl(Some(message)),
        Command::Utf8,
        Command::Lang(None),
        Command::Lang(Some(Language::new("de-CH").unwrap())),
        Command::Lang(Some(Language::ANY)),
        Command::Quit,
        Command::Unknown(UnknownCommand::new(&s.other).unwrap()),
    ]
}

fn capabilities<'a>(s: &'a Strings, number: u32, user: bool) -> Vec<Capability<'a>> {
    let text = Text::new(&s.text).unwrap();
    vec![
        Capability::Top,
        Capability::User,
        Capability::Sasl(Mechanisms::parse(b"CRAM-MD5 PLAIN").unwrap()),
        Capability::RespCodes,
        Capability::AuthRespCode,
        Capability::LoginDelay { seconds: number, user },
        Capability::Pipelining,
        Capability::Expire { retention: Retention::Days(number), user },
        Capability::Expire { retention: Retention::Never, user },
        Capability::Uidl,
        Capability::Implementation(text),
        Capability::Stls,
        Capability::Utf8 { user },
        Capability::Lang,
        Capability::Other(Text::new(&s.word).unwrap()),
        Capability::Other(Text::new("..dots").unwrap()),
    ]
}

proptest! {
    #[test]
    fn commands_round_trip(s in strings(), message in message(), lines: u32, digest: [u8; 16]) {
        for command in commands(&s, message, lines, digest) {
            let line = line(255, |out| command.encode(out));
            prop_assert_eq!(Command::parse(&line), Ok(command));
        }
    }

    #[test]
    fn responses_round_trip(s in strings(), ok: bool, code in 0_usize..9) {
        let codes: [Option<&[u8]>; 9] = [
            None,
            Some(b"IN-USE"),
            Some(b"LOGIN-DELAY"),
            Some(b"SYS/TEMP"),
            Some(b"SYS/PERM"),
            Some(b"AUTH"),
            Some(b"UTF8"),
            Some(b"X/Y/Z"),
            Some(s.word.as_bytes()),
        ];
        let code = codes[code].map(|code| Code::parse(code).unwrap());
        let status = if ok { Status::Ok } else { Status::Err };
        let response = Response { status, code, text: Text::new(&s.text).unwrap() };
        let written = line(512, |out| response.encode(out));
        prop_assert_eq!(Response::parse(&written), Ok(response));
        let end = ServerLine::End(response);
        prop_assert_eq!(ServerLine::parse(&written), Ok(end));
        prop_assert_eq!(line(512, |out| end.encode(out)), written);
    }

    #[test]
    fn capabilities_round_trip(s in strings(), number: u32, user: bool) {
        for capability in capabilities(&s, number, user) {
            let line = line(512, |out| capability.encode(out));
            let unstuffed = unstuff_line(&line).unwrap();
            prop_assert_eq!(Capability::parse(unstuffed), Ok(capability));
        }
    }

    #[test]
    fn listings_round_trip(s in strings(), message in message(), messages: u32, octets: u64) {
        let listing = DropListing { messages, octets };
        let mut out = BytesMut::new();
        listing.encode(&mut out);
        prop_assert_eq!(DropListing::parse(&out), Ok(listing));

        let listing = ScanListing { message, octets };
        let mut out = BytesMut::new();
        listing.encode(&mut out);
        prop_assert_eq!(ScanListing::parse(&out), Ok(listing));

        let listing = UniqueIdListing { message, unique_id: UniqueId::new(&s.word).unwrap() };
        let mut out = BytesMut::new();
        listing.encode(&mut out);
        prop_assert_eq!(UniqueIdListing::parse(&out), Ok(listing));

        let description = Text::new(&s.text).unwrap();
        let listing = LanguageListing { language: Language::new("de").unwrap(), description };
        let written = line(512, |out| listing.encode(out));
        prop_assert_eq!(LanguageListing::parse(&written), Ok(listing));
    }

    #[test]
    fn exchanges_round_trip(s in strings()) {
        let data = Base64::parse(s.base64.as_bytes()).unwrap();
        for sent in [ClientLine::Data(data), ClientLine::Cancel] {
            let written = line(1000, |out| sent.encode(out));
            prop_assert_eq!(ClientLine::parse(&written), Ok(sent));
        }
        let challenge = ServerLine::Challenge(data);
        let written = line(1000, |out| challenge.encode(out));
        prop_assert_eq!(ServerLine::parse(&written), Ok(challenge));
    }

    /// Whatever is taken can be written again, and means the same then.
    #[test]
    fn anything_is_taken_without_harm(
        start in "(USER|PASS|APOP|AUTH|LIST|TOP|UIDL|LANG|\\+OK|-ERR|\\+|SASL|EXPIRE|[0-9])? ?",
        octets in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let input = [start.as_bytes(), &octets].concat();
        let mut spaces = Tolerance::STRICT;
        spaces.extra_spaces = true;
        for tolerance in [spaces, Tolerance::STRICT] {
            match Command::parse_tolerant(&input, tolerance) {
                Ok(command) => {
                    let line = line(255, |out| command.encode(out));
                    prop_assert_eq!(Command::parse(&line), Ok(command));
                }
                Err(error) => prop_assert!(error.offset <= input.len()),
            }
        }
        if let Ok(response) = Response::parse(&input) {
            let line = line(512, |out| response.encode(out));
            prop_assert_eq!(Response::parse(&line), Ok(response));
            let _ = response.timestamp();
        }
        if let Ok(capability) = Capability::parse(&input) {
            let line = line(512, |out| capability.encode(out));
            prop_assert_eq!(unstuff_line(&line).map(Capability::parse), Some(Ok(capability)));
        }
        if let Ok(listing) = UniqueIdListing::parse(&input) {
            let mut out = BytesMut::new();
            listing.encode(&mut out);
            prop_assert_eq!(UniqueIdListing::parse(&out), Ok(listing));
        }
    }
}
