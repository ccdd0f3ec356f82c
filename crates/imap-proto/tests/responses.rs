//! Responses: the RFCs' own examples, what servers send beside the grammar, and
//! that what is written is read again as what it was.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use core::num::NonZeroU32;

use bytes::BytesMut;
use imap_proto::{
    AString, Address, Arena, Atom, Attribute, BodyStructure, Capability, Code, CodeText,
    Completion, Condition, Content, Data, DateTime, Delimiter, Disposition, ESearch, Envelope,
    ExtensionTail, FetchData, FetchResponse, Flag, Framed, IString, IdField, ListExtended,
    ListSelect, Listed, Mailbox, MailboxStatus, Mechanism, MultiExtension, MultiPart, NString,
    Namespace, Namespaces, NonEmpty, Notice, Parameter, PermanentFlag, Response, ResponseFramer,
    SearchResponse, SearchResult, Section, SingleExtension, SinglePart, StatusValue, Style, Tag,
    Text, UidRange,
};
use proptest::prelude::*;

const UTF8: Style = Style { utf8: true, ..Style::PLAIN };

fn parse<'a>(wire: &'a str, arena: &'a Arena) -> Response<'a> {
    match Response::parse(wire.as_bytes(), arena) {
        Ok(response) => response,
        Err(error) => panic!("{error} in {wire}"),
    }
}

fn data<'a>(wire: &'a str, arena: &'a Arena) -> Data<'a> {
    match parse(wire, arena) {
        Response::Data(data) => data,
        other => panic!("{other:?}"),
    }
}

/// The items of a FETCH response.
fn items<'a>(wire: &'a str, arena: &'a Arena) -> &'a [FetchData<'a>] {
    match data(wire, arena) {
        Data::Fetch(fetch) => fetch.data,
        other => panic!("{other:?} from {wire}"),
    }
}

/// `response` as it is sent, without the last CRLF; checks that it is one
/// response to a framer too, whatever is in it.
#[track_caller]
fn written(response: &Response<'_>, style: Style) -> Vec<u8> {
    let mut out = BytesMut::new();
    response.encode(style, &mut out);
    let mut framer = ResponseFramer::new(usize::MAX);
    let mut input = &out[..];
    let Framed::Whole { octets, .. } = framer.next(&mut input) else {
        panic!("no response: {:?}", out.escape_ascii().to_string())
    };
    assert!(input.is_empty(), "two responses: {:?}", out.escape_ascii().to_string());
    octets.to_vec()
}

/// Whether nothing in it is raw or unknown.
fn is_all_known(response: &Response<'_>) -> bool {
    match response {
        Response::Data(Data::Unparsed { .. }) => false,
        Response::Data(Data::Fetch(fetch)) => {
            !fetch.data.iter().any(|data| matches!(data, FetchData::Unparsed { .. }))
        }
        _ => true,
    }
}

/// What the servers of the RFCs send is read, nothing of it raw, and comes out
/// as it went in.
#[test]
fn examples_of_the_rfcs() {
    for wire in [
        // RFC 9051 §6.1
        "* CAPABILITY IMAP4rev2 STARTTLS AUTH=GSSAPI LOGINDISABLED",
        "abcd OK CAPABILITY completed",
        "* BYE IMAP4rev2 Server logging out",
        // §6.2
        "+ ",
        "+ YGgGCSqGSIb3EgECAgIAb1kwV6ADAgEFoQMCAQ+iSzBJoAMC",
        "a001 OK GSSAPI authentication successful",
        // §6.3
        "* ENABLED CONDSTORE X-GOOD-IDEA",
        "* 172 EXISTS",
        "* OK [UIDVALIDITY 3857529045] UIDs valid",
        "* OK [UIDNEXT 4392] Predicted next UID",
        "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
        "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited",
        "* OK [PERMANENTFLAGS ()] No permanent flags permitted",
        "* LIST () \"/\" INBOX",
        "* LIST (\\Noselect) \"/\" \"\"",
        "* LIST (\\Noselect) NIL \"\"",
        "* OK [CLOSED] Previous mailbox is now closed",
        "A142 OK [READ-WRITE] SELECT completed",
        "* LIST (\\Subscribed \\NonExistent) \"/\" Fruit/Peach",
        "* LIST () \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\"))",
        "* LIST () \"/\" \"NewMailbox\" (\"OLDNAME\" (OldMailbox))",
        "* NAMESPACE ((\"\" \"/\")) NIL NIL",
        "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FLAG2\"))) NIL NIL",
        "* NAMESPACE NIL NIL ((\"Public Folders/\" \"\\\\\"))",
        "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)",
        "A003 OK [APPENDUID 38505 3955] APPEND completed",
        "A003 NO [TRYCREATE] Not there yet",
        // §6.4
        "A042 OK [READ-ONLY] EXAMINE completed",
        "* 3 EXPUNGE",
        "* ESEARCH (TAG \"A282\") MIN 2 COUNT 3",
        "* ESEARCH (TAG \"A285\") UID MIN 7 MAX 3800",
        "* ESEARCH (TAG \"A283\") ALL 2,10:11",
        "* ESEARCH (TAG \"A284\")",
        "A282 OK SEARCH completed",
        "* 2 FETCH (FLAGS (\\Seen) UID 4827313)",
        "* OK [COPYUID 432432 42:69 1202:1229] Done",
        // §7
        "* OK [ALERT] System shutdown in 10 minutes",
        "A3 NO [BADCHARSET (UTF-8 US-ASCII)] No",
        "A3 NO [BADCHARSET] No",
        "B2 NO [UNKNOWN-CTE] No",
        "* OK [AUTHENTICATIONFAILED] No",
        "A1 OK [CAPABILITY IMAP4rev2 LITERAL+ AUTH=PLAIN XFOO] Logged in",
        "* BAD Disk crash, attempting salvage to a new disk!",
        "* PREAUTH IMAP4rev2 server logged in as Smith",
        "* OK [X-CODE some thing] Well",
        "* 23 FETCH (FLAGS (\\Seen) RFC822.SIZE 44827)",
        "* 23 FETCH (RFC822.SIZE 4294967296 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")",
        // Appendix D
        "* 1 FETCH (BINARY.SIZE[] 4294967296 BODY (\"A\" \"B\" NIL NIL NIL \"7BIT\" 4294967296))",
        "* 1 FETCH (BODY[] NIL BODY[HEADER.FIELDS (DATE FROM)]<0> {3}\r\nabc BINARY.SIZE[1] 5)",
        "* 1 FETCH (BINARY[1.2]<3> ~{3}\r\na\0b BINARY[] NIL)",
        // RFC 3501 §7.2.5, 7.3.2 and 7.4.2
        "* SEARCH 2 3 6",
        "* SEARCH",
        "* 5 RECENT",
        "* OK [UNSEEN 12] Message 12 is first unseen",
        "* LSUB () \".\" #news.comp.mail.misc",
        "* 1 FETCH (RFC822 {2}\r\nhi RFC822.HEADER {0}\r\n RFC822.TEXT NIL)",
        // RFC 2971 §3.2
        "* ID NIL",
        "* ID (\"name\" \"Cyrus\" \"version\" \"1.5\" \"os\" NIL)",
        // RFC 9051 §8
        concat!(
            "* 12 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" ",
            "RFC822.SIZE 4286 ENVELOPE (\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" ",
            "\"IMAP4rev2 WG mtg summary and minutes\" ",
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ",
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ",
            "((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) ",
            "((NIL NIL \"imap\" \"cac.washington.edu\")) ",
            "((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")",
            "(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL ",
            "\"<B27397-0100000@cac.washington.ed>\") ",
            "BODY (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92))"
        ),
        // §7.5.2
        concat!(
            "* 1 FETCH (BODY ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" ",
            "1152 23)(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\" \"NAME\" \"cc.diff\") ",
            "\"<960723163407.20117h@cac.washington.edu>\" \"Compiler diff\" \"BASE64\" 4554 73) ",
            "\"MIXED\"))"
        ),
        concat!(
            "* 1 FETCH (BODYSTRUCTURE (((\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 151 0 NIL NIL ",
            "NIL NIL)(\"image\" \"jpeg\" NIL NIL NIL \"BASE64\" 4 \"md5\" ",
            "(\"attachment\" (\"FILENAME\" \"a.jpg\")) (\"en\" \"de\") \"http://a\" (1 (2)) 3) ",
            "\"RELATED\" (\"BOUNDARY\" \"x\") NIL NIL NIL)(\"MESSAGE\" \"RFC822\" NIL NIL NIL ",
            "\"7BIT\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ",
            "(\"TEXT\" \"PLAIN\" NIL NIL NIL \"7BIT\" 1 1) 2) \"MIXED\"))"
        ),
    ] {
        let arena = Arena::new();
        let response = parse(wire, &arena);
        assert!(is_all_known(&response), "{response:?}");
        let again = written(&response, Style::PLAIN);
        let unquoted = wire.replace("\"NewMailbox\"", "NewMailbox");
        assert_eq!(
            again.escape_ascii().to_string(),
            unquoted.as_bytes().escape_ascii().to_string()
        );
    }
}

/// Statuses as servers send them (RFC 9051 §7.1).
#[test]
fn statuses_with_less_than_the_grammar_wants() {
    let arena = Arena::new();
    let ok = |text| Completion::ok(None, Text::new(text).unwrap());
    let a1 = |completion| Response::Tagged(Tag::new("A1").unwrap(), completion);
    assert_eq!(parse("A1 OK", &arena), a1(ok("")));
    assert_eq!(parse("A1 ok ", &arena), a1(ok("")));
    assert_eq!(parse("A1 OK [x", &arena), a1(ok("[x")));
    assert_eq!(parse("A1 OK done\0more", &arena), a1(ok("done")));
    assert_eq!(parse("+", &arena), Response::Continue(Text::EMPTY));
    let notice =
        |code, text| Data::Notice(Notice::new(Condition::Ok, code, Text::new(text).unwrap()));
    assert_eq!(data("* OK", &arena), notice(None, ""));
    assert_eq!(data("* OK [ALERT]é", &arena), notice(Some(Code::Alert), "é"));
    assert_eq!(data("* OK [ALERT]", &arena), notice(Some(Code::Alert), ""));
    let other = |name, text| {
        let text: Option<&'static str> = text;
        let text = text.map(|text| CodeText::new(Text::new(text).unwrap()).unwrap());
        Some(Code::Other(Atom::new(name).unwrap(), text))
    };
    assert_eq!(data("* OK [FOO] x", &arena), notice(other("FOO", None), "x"));
    assert_eq!(data("* OK [UIDNEXT 0] x", &arena), notice(other("UIDNEXT", Some("0")), "x"));
    assert_eq!(
        data("* OK [UIDVALIDITY 4294967296] x", &arena),
        notice(other("UIDVALIDITY", Some("4294967296")), "x")
    );
    for wire in ["", " ", "A1", "A1 ", "A1 FINE", "A1\tOK", "*OK", "* ", "(A1 OK"] {
        let response = Response::parse(wire.as_bytes(), &arena);
        let unparsed = matches!(response, Ok(Response::Data(Data::Unparsed { .. })));
        assert!(response.is_err() || (wire == "* " && unparsed), "{wire}: {response:?}");
    }
}

/// A text without code is never written so that it is read as a code, and is
/// read as it was.
#[test]
fn a_text_is_no_code() {
    let arena = Arena::new();
    for (text, wire) in [
        ("[ALERT] run", "a NO   [ALERT] run"),
        (" [ALERT] run", "a NO    [ALERT] run"),
        ("[", "a NO   ["),
        (" x", "a NO  x"),
    ] {
        let text = Text::new(text).unwrap();
        let response = Response::Tagged(Tag::new("a").unwrap(), Completion::no(None, text));
        let line = written(&response, Style::PLAIN);
        assert_eq!(line, wire.as_bytes());
        assert_eq!(Response::parse(&line, &arena), Ok(response));
    }
    assert_eq!(parse("a NO [x", &arena), parse("a NO   [x", &arena));
    assert!(CodeText::new(Text::new("a]b").unwrap()).is_err());
    assert!(CodeText::new(Text::EMPTY).is_err());
}

/// What is not of the grammar and well understood (RFC 9051 §7, and servers).
#[test]
fn what_servers_are_forgiven() {
    let arena = Arena::new();
    let one = NonZeroU32::new(1).unwrap();
    assert_eq!(data("* FLAGS ( \\Seen  a )", &arena), data("* FLAGS (\\Seen a)", &arena));
    assert_eq!(data("* SEARCH ", &arena), Data::Search(SearchResponse::new(&[])));
    assert_eq!(data("* SEARCH 1  ", &arena), Data::Search(SearchResponse::new(&[one])));
    assert_eq!(data("* 3 EXISTS ", &arena), Data::Exists(3));
    let auth = [Capability::Other(Atom::new("AUTH=").unwrap())];
    assert_eq!(data("* CAPABILITY AUTH= ", &arena), Data::Capability(&auth));
    assert_eq!(items("* 1 FETCH (FLAGS (\\Seen ))", &arena), [FetchData::Flags(&[Flag::Seen])]);
    assert_eq!(items("* 1 FETCH ( UID 1 ) ", &arena), [FetchData::Uid(one)]);
    assert_eq!(items("* 1 FETCH (UID 1", &arena), [FetchData::Uid(one)]);
    assert_eq!(items("* 1 FETCH ()", &arena), []);

    let wire =
        "* 1 FETCH (BODYSTRUCTURE (\"text\" \"plain\" (\"boundary\" NIL) NIL NIL NIL 1 NIL))";
    let [FetchData::BodyStructure(BodyStructure::Single(part))] = items(wire, &arena) else {
        panic!("{:?}", items(wire, &arena))
    };
    assert_eq!(part.encoding, None);
    assert_eq!(part.parameters[0].value, None);

    let wire = "* 1 FETCH (BODY (\"mixed\" (\"boundary\" \"x\")))";
    let [FetchData::Body(BodyStructure::Multi(part))] = items(wire, &arena) else { panic!() };
    assert!(part.parts.is_empty() && part.extension.is_some());
    let again = written(&parse(wire, &arena), Style::PLAIN);
    assert!(again.starts_with(b"* 1 FETCH (BODY (\"mixed\" (\"boundary\" \"x\")"));

    let wire = "* 1 FETCH (ENVELOPE (NIL \"Re: \"gr\u{fc}n\"\" NIL NIL NIL () NIL NIL NIL NIL))";
    let [FetchData::Envelope(envelope)] = items(wire, &arena) else { panic!() };
    assert_eq!(envelope.subject.unwrap().as_str(), Some("Re: \"grün\""));
    // Latin-1
    let wire = b"* LIST () \"\" \"gr\xfcn\"";
    let Ok(Response::Data(Data::List(listed))) = Response::parse(wire, &arena) else { panic!() };
    assert_eq!((listed.mailbox.as_bytes(), listed.delimiter), (&b"gr\xfcn"[..], None));
    // NUL in a body
    let wire = "* 1 FETCH (BODY[] {3}\r\na\0b)";
    let [FetchData::BodySection { octets, .. }] = items(wire, &arena) else { panic!() };
    assert_eq!(*octets, Some(&b"a\0b"[..]));
}

/// An item that cannot be parsed is raw, with the reason; those around it are
/// what they are.
#[test]
fn one_bad_item_spoils_no_other() {
    for (bad, offset) in [
        ("INTERNALDATE NIL", 13),
        ("X-GM-MSGID 1278455344230334865", 0),
        ("MODSEQ (12345)", 0),
        ("RFC822.SIZE 99999999999999999999999", 12),
        ("RFC822.SIZE -1", 12),
        ("BODY[FOO (\"a ] b\" c)]<3> {5}\r\n) UID", 5),
        ("BODYSTRUCTURE (\"TEXT\" \"PLAIN\")", 29),
        ("BODY ()", 6),
        ("UID 0", 4),
        ("UIDX", 0),
    ] {
        let arena = Arena::new();
        let wire = format!("* 9 FETCH (RFC822.SIZE 7 {bad} UID 8)");
        let found = items(&wire, &arena);
        assert_eq!(found[0], FetchData::Rfc822Size(7), "{bad}");
        let FetchData::Unparsed { raw, error } = found[1] else { panic!("{bad}: {found:?}") };
        assert_eq!(error.offset, offset, "{bad}: {error}");
        assert_eq!(raw.as_bytes(), bad.as_bytes());
        assert_eq!(found[2..], [FetchData::Uid(NonZeroU32::new(8).unwrap())], "{bad}");
        assert_eq!(written(&parse(&wire, &arena), Style::PLAIN), wire.as_bytes());
    }
    let arena = Arena::new();
    let found = items("* 9 FETCH (UID 8) UID 9)", &arena);
    assert!(matches!(found, [FetchData::Uid(_), FetchData::Unparsed { .. }]), "{found:?}");
}

/// What has no end takes all that comes after it: looking for the end again and again would
/// take a time that grows with the square of the octets.
#[test]
fn what_has_no_end() {
    for bad in ["X (", "[x ", "ENVELOPE (NIL\"x ("] {
        let arena = Arena::new();
        let wire = format!("* 9 FETCH (UID 8 {})", bad.repeat(20_000));
        let found = items(&wire, &arena);
        assert!(
            matches!(found, [FetchData::Uid(_), FetchData::Unparsed { .. }]),
            "{bad} {found:.200?}"
        );
        assert_eq!(written(&parse(&wire, &arena), Style::PLAIN), wire.as_bytes());
    }
    // The string goes on in the next line: it is no response yet.
    for bad in ["X \"a ", "ENVELOPE (\"a "] {
        let wire = format!("* 9 FETCH (UID 8 {})", bad.repeat(20_000));
        let error = Response::parse(wire.as_bytes(), &Arena::new()).unwrap_err();
        assert_eq!(error.expected, "the closing quote");
    }
}

#[test]
fn what_is_not_known_is_raw() {
    for (wire, offset) in [
        ("* XFOO (a \"b\") {3}\r\na)b", 0),
        ("* 4294967296 EXISTS", 0),
        ("* 0 EXPUNGE", 0),
        ("* 0 FETCH (UID 1)", 0),
        ("* 1 FETCH", 7),
        ("* 1 FETCH NIL", 8),
        ("* 1 XFOO", 2),
        ("* LIST (\\a) \"//\" x", 10),
        ("* STATUS INBOX", 12),
        ("* NAMESPACE NIL NIL", 17),
    ] {
        let arena = Arena::new();
        let response = parse(wire, &arena);
        let Response::Data(Data::Unparsed { raw, error }) = response else {
            panic!("{response:?}")
        };
        assert_eq!(raw.as_bytes(), &wire.as_bytes()[2..]);
        assert_eq!(error.offset, offset, "{wire}: {error}");
        assert_eq!(written(&response, Style::PLAIN), wire.as_bytes());
    }
}

#[test]
fn values_that_are_not_known_are_raw() {
    let arena = Arena::new();
    let wire = "* STATUS a (MAILBOXID (F2 (x)) UIDNEXT 0 SIZE 9223372036854775807)";
    let Data::Status(MailboxStatus { values, .. }) = data(wire, &arena) else { panic!() };
    let [StatusValue::Other(name, value), StatusValue::Other(..), StatusValue::Size(_)] = values
    else {
        panic!("{values:?}")
    };
    assert_eq!((name.as_str(), value.as_bytes()), ("MAILBOXID", &b"(F2 (x))"[..]));
    assert_eq!(written(&parse(wire, &arena), Style::PLAIN), wire.as_bytes());

    let wire = "* ESEARCH (TAG \"a\") UID PARTIAL (1:10 2,3) MIN 0";
    let Data::ESearch(found) = data(wire, &arena) else { panic!() };
    assert!(matches!(found.results, [SearchResult::Other(..), SearchResult::Other(..)]));
    assert_eq!(written(&parse(wire, &arena), Style::PLAIN), wire.as_bytes());

    let wire = "* LIST () NIL a (X (\"a )\" b) CHILDINFO (FOO))";
    let Data::List(listed) = data(wire, &arena) else { panic!() };
    assert!(matches!(listed.extended, [ListExtended::Other(..), ListExtended::Other(..)]));
    assert_eq!(written(&parse(wire, &arena), Style::PLAIN), wire.as_bytes());
}

/// Nesting is bounded, and past the bound only that item is lost.
#[test]
fn ten_thousand_parentheses() {
    for bad in [
        format!("BODYSTRUCTURE {}{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("BODYSTRUCTURE {}\"a\"{}", "(".repeat(10_000), " \"a\")".repeat(10_000)),
        format!("X {}{}", "(".repeat(10_000), ")".repeat(10_000)),
    ] {
        let arena = Arena::new();
        let wire = format!("* 1 FETCH ({bad} UID 8)");
        let [FetchData::Unparsed { raw, .. }, FetchData::Uid(_)] = items(&wire, &arena) else {
            panic!()
        };
        assert_eq!(raw.as_bytes(), bad.as_bytes());
    }
    for (levels, known) in [(64, true), (65, false)] {
        let part = "(\"a\" \"b\" NIL NIL NIL NIL 1)";
        let body = "(".repeat(levels - 1) + part + &" \"mixed\")".repeat(levels - 1);
        let wire = format!("* 1 FETCH (BODY {body})");
        let arena = Arena::new();
        assert_eq!(is_all_known(&parse(&wire, &arena)), known);
    }
    // Not closed at all.
    let wire = format!("* 1 FETCH (BODY {}", "(a ".repeat(10_000));
    assert!(!is_all_known(&parse(&wire, &Arena::new())));
}

/// RFC 9051 §7.5.2: what BINARY tells goes out as a `literal8` only where
/// there is a NUL in it.
#[test]
fn binary_with_and_without_nul() {
    for (octets, wire) in [
        (Some(&b"a\0b"[..]), &b"BINARY[] ~{3}\r\na\0b"[..]),
        (Some(b"ab"), b"BINARY[] {2}\r\nab"),
        (None, b"BINARY[] NIL"),
    ] {
        let mut out = BytesMut::new();
        FetchData::Binary { part: &[], origin: None, octets }.encode(Style::PLAIN, &mut out);
        assert_eq!(out, wire);
    }
}

/// Builds responses from octets that proptest chooses.
struct Source<'a> {
    octets: &'a [u8],
    arena: &'a Arena,
}

impl<'a> Source<'a> {
    /// A number below `end`; 0 when the octets are used up.
    fn below(&mut self, end: u8) -> u8 {
        let Some((first, rest)) = self.octets.split_first() else { return 0 };
        self.octets = rest;
        first % end
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    fn u32(&mut self) -> u32 {
        match self.below(4) {
            0 => u32::MAX,
            _ => u32::from(self.below(255)),
        }
    }

    fn u63(&mut self) -> u64 {
        if self.flip() { i64::MAX.unsigned_abs() } else { self.u32().into() }
    }

    fn number(&mut self) -> NonZeroU32 {
        NonZeroU32::new(self.u32()).unwrap_or(NonZeroU32::MIN)
    }

    fn list<T: Copy>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> &'a [T] {
        let count = self.below(4);
        let values: Vec<T> = (0..count).map(|_| element(self)).collect();
        self.arena.slice(&values)
    }

    fn list1<T: Copy>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> NonEmpty<'a, T> {
        let first = element(self);
        let rest = self.list(element);
        let all: Vec<T> = [first].iter().chain(rest).copied().collect();
        NonEmpty::new(self.arena.slice(&all)).unwrap()
    }

    fn option<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.flip() { Some(value(self)) } else { None }
    }

    fn octets(&mut self) -> &'a [u8] {
        const POOL: [&[u8]; 12] =
            [b"", b"a", b"NIL", b"a b", b"\"", b"\\", b"a\r\n)", b"\xff", b"(", b"{3}", b"]", b"*"];
        let pieces: Vec<u8> = self.list(|source| POOL[usize::from(source.below(12))]).concat();
        self.arena.slice(&pieces)
    }

    fn string(&mut self) -> IString<'a> {
        IString::new(self.octets()).unwrap()
    }

    fn nstring(&mut self) -> NString<'a> {
        self.option(Self::string)
    }

    fn atom(&mut self) -> Atom<'a> {
        const POOL: [&str; 6] = ["X", "$Junk", "[x", "12", "a.b-c<>", "NIL"];
        Atom::new(POOL[usize::from(self.below(6))]).unwrap()
    }

    fn text(&mut self) -> Text<'a> {
        const POOL: [&str; 8] =
            ["", "done", "[x", " [ALERT] x", "x [y] {5}", "{5}", "grün", "\"a {5}"];
        Text::new(POOL[usize::from(self.below(8))]).unwrap()
    }

    fn charset(&mut self) -> Text<'a> {
        const POOL: [&str; 4] = ["UTF-8", "[a b]", "", "\"\\"];
        Text::new(POOL[usize::from(self.below(4))]).unwrap()
    }

    fn mailbox(&mut self) -> Mailbox<'a> {
        Mailbox::new(AString::new(self.octets()).unwrap())
    }

    fn flag(&mut self) -> Flag<'a> {
        match self.below(8) {
            0 => Flag::Answered,
            1 => Flag::Flagged,
            2 => Flag::Deleted,
            3 => Flag::Seen,
            4 => Flag::Draft,
            5 => Flag::Recent,
            6 => Flag::Keyword(self.atom()),
            _ => Flag::Extension(self.atom()),
        }
    }

    fn capability(&mut self) -> Capability<'a> {
        match self.below(4) {
            0 => Capability::Imap4Rev2,
            1 => Capability::LiteralMinus,
            2 => Capability::Auth(Mechanism::parse(b"X-Ours").unwrap()),
            _ => Capability::Other(self.atom()),
        }
    }

    fn uids(&mut self) -> NonEmpty<'a, UidRange> {
        self.list1(|source| UidRange { first: source.number(), last: source.number() })
    }

    fn code(&mut self) -> Code<'a> {
        match self.below(12) {
            0 => Code::Alert,
            1 => Code::AppendUid { validity: self.number(), uids: self.uids() },
            2 => Code::BadCharset(self.list(Self::charset)),
            3 => Code::Capability(self.list(Self::capability)),
            4 => Code::CopyUid {
                validity: self.number(),
                source: self.uids(),
                destination: self.uids(),
            },
            5 => Code::PermanentFlags(self.list(|source| match source.flip() {
                true => PermanentFlag::NewKeywords,
                false => PermanentFlag::Flag(source.flag()),
            })),
            6 => Code::UidNext(self.number()),
            7 => Code::UidValidity(self.number()),
            8 => Code::Unseen(self.number()),
            9 => Code::AuthenticationFailed,
            10 => Code::ReadOnly,
            _ => {
                let text = CodeText::new(Text::new("a (\"b {5}").unwrap()).unwrap();
                Code::Other(self.atom(), self.option(|_| text))
            }
        }
    }

    fn address(&mut self) -> Address<'a> {
        Address {
            name: self.nstring(),
            route: self.nstring(),
            mailbox: self.nstring(),
            host: self.nstring(),
        }
    }

    fn envelope(&mut self) -> &'a Envelope<'a> {
        let envelope = Envelope {
            date: self.nstring(),
            subject: self.nstring(),
            from: self.list(Self::address),
            sender: self.list(Self::address),
            reply_to: self.list(Self::address),
            to: self.list(Self::address),
            cc: self.list(Self::address),
            bcc: self.list(Self::address),
            in_reply_to: self.nstring(),
            message_id: self.nstring(),
            unparsed: None,
        };
        self.arena.alloc(envelope)
    }

    fn parameters(&mut self) -> &'a [Parameter<'a>] {
        self.list(|source| Parameter { name: source.string(), value: source.nstring() })
    }

    fn tail(&mut self) -> ExtensionTail<'a> {
        ExtensionTail {
            disposition: self.option(|source| Disposition {
                kind: source.string(),
                parameters: source.parameters(),
            }),
            languages: self.list(Self::string),
            location: self.nstring(),
            more: None,
        }
    }

    fn body(&mut self, depth: u8) -> BodyStructure<'a> {
        if depth > 0 && self.below(3) == 0 {
            let part = MultiPart {
                parts: self.list1(|source| source.body(depth - 1)).as_slice(),
                subtype: Some(self.string()),
                extension: self.option(|source| MultiExtension {
                    parameters: source.parameters(),
                    tail: source.tail(),
                }),
                unparsed: None,
            };
            return BodyStructure::Multi(self.arena.alloc(part));
        }
        let content = match self.below(3) {
            0 => Content::Text { lines: self.option(Self::u63) },
            1 if depth > 0 => Content::Message {
                envelope: self.envelope(),
                body: Some(self.body(depth - 1)),
                lines: Some(self.u63()),
            },
            _ => Content::Basic { media: self.string() },
        };
        let part = SinglePart {
            content,
            subtype: Some(self.string()),
            parameters: self.parameters(),
            id: self.nstring(),
            description: self.nstring(),
            encoding: self.nstring(),
            octets: Some(self.u63()),
            unparsed: None,
            extension: self
                .option(|source| SingleExtension { md5: source.nstring(), tail: source.tail() }),
        };
        BodyStructure::Single(self.arena.alloc(part))
    }

    fn section(&mut self) -> Section<'a> {
        let part = self.option(|source| source.list1(Self::number));
        let names = self.list1(Self::astring);
        match (self.below(6), part) {
            (0, Some(part)) => Section::Part(part),
            (1, Some(part)) => Section::Mime(part),
            (2, part) => Section::Header(part),
            (3, part) => Section::HeaderFields(part, names),
            (4, part) => Section::HeaderFieldsNot(part, names),
            (5, part) => Section::Text(part),
            _ => Section::Whole,
        }
    }

    fn astring(&mut self) -> AString<'a> {
        AString::new(self.octets()).unwrap()
    }

    fn fetch_data(&mut self) -> FetchData<'a> {
        match self.below(13) {
            0 => FetchData::Envelope(self.envelope()),
            1 => FetchData::Flags(self.list(Self::flag)),
            2 => FetchData::InternalDate(DateTime::from_unix(self.u32().into(), 90).unwrap()),
            3 => FetchData::Rfc822(self.option(Self::octets)),
            4 => FetchData::Rfc822Header(self.option(Self::octets)),
            5 => FetchData::Rfc822Size(self.u63()),
            6 => FetchData::Rfc822Text(self.option(Self::octets)),
            7 => FetchData::Body(self.body(3)),
            8 => FetchData::BodyStructure(self.body(3)),
            9 => FetchData::Uid(self.number()),
            10 => FetchData::BodySection {
                section: self.section(),
                origin: self.option(Self::u63),
                octets: self.option(Self::octets),
            },
            11 => FetchData::Binary {
                part: self.list(Self::number),
                origin: self.option(Self::u63),
                octets: self.option(Self::octets),
            },
            _ => FetchData::BinarySize { part: self.list(Self::number), octets: self.u63() },
        }
    }

    fn delimiter(&mut self) -> Option<Delimiter> {
        const POOL: [u8; 4] = *b"/.\\\"";
        self.option(|source| Delimiter::new(POOL[usize::from(source.below(4))]).unwrap())
    }

    fn listed(&mut self) -> Listed<'a> {
        Listed {
            attributes: self.list(|source| match source.below(3) {
                0 => Attribute::NoSelect,
                1 => Attribute::Trash,
                _ => Attribute::Other(source.atom()),
            }),
            delimiter: self.delimiter(),
            mailbox: self.mailbox(),
            extended: self.list(|source| match source.flip() {
                true => ListExtended::OldName(source.mailbox()),
                false => ListExtended::ChildInfo(source.list1(|_| ListSelect::Subscribed)),
            }),
        }
    }

    fn namespaces(&mut self) -> &'a [Namespace<'a>] {
        self.list(|source| Namespace {
            prefix: source.string(),
            delimiter: source.delimiter(),
            extensions: None,
        })
    }

    fn data(&mut self) -> Data<'a> {
        match self.below(16) {
            0 => {
                const CONDITIONS: [Condition; 5] = [
                    Condition::Ok,
                    Condition::No,
                    Condition::Bad,
                    Condition::PreAuth,
                    Condition::Bye,
                ];
                let condition = CONDITIONS[usize::from(self.below(5))];
                Data::Notice(Notice::new(condition, self.option(Self::code), self.text()))
            }
            1 => Data::Capability(self.list(Self::capability)),
            2 => Data::Enabled(self.list(Self::capability)),
            3 => Data::Flags(self.list(Self::flag)),
            4 => Data::Exists(self.u32()),
            5 => Data::Recent(self.u32()),
            6 => Data::Expunge(self.number()),
            7 => Data::List(self.listed()),
            8 => Data::Lsub(self.listed()),
            9 => Data::Status(MailboxStatus {
                mailbox: self.mailbox(),
                values: self.list(|source| match source.below(7) {
                    0 => StatusValue::Messages(source.u32()),
                    1 => StatusValue::Recent(source.u32()),
                    2 => StatusValue::UidNext(source.number()),
                    3 => StatusValue::UidValidity(source.number()),
                    4 => StatusValue::Unseen(source.u32()),
                    5 => StatusValue::Deleted(source.u32()),
                    _ => StatusValue::Size(source.u63()),
                }),
            }),
            10 => Data::Search(SearchResponse {
                numbers: self.list(Self::number),
                modseq: self.option(Self::u63),
                unparsed: None,
            }),
            11 => Data::ESearch(ESearch {
                tag: self.option(Self::astring),
                uid: self.flip(),
                results: self.list(|source| match source.below(4) {
                    0 => SearchResult::Min(source.number()),
                    1 => SearchResult::Max(source.number()),
                    2 => SearchResult::All(source.uids()),
                    _ => SearchResult::Count(source.u32()),
                }),
            }),
            12 => Data::Namespace(Namespaces {
                personal: self.namespaces(),
                other_users: self.namespaces(),
                shared: self.namespaces(),
            }),
            13 => Data::Id(self.option(|source| {
                source.list(|source| IdField { name: source.string(), value: source.nstring() })
            })),
            _ => Data::Fetch(FetchResponse {
                message: self.number(),
                data: self.list(Self::fetch_data),
            }),
        }
    }

    fn response(&mut self) -> Response<'a> {
        match self.below(8) {
            0 => Response::Continue(self.text()),
            1 => {
                let (code, text) = (self.option(Self::code), self.text());
                let completion = match self.below(3) {
                    0 => Completion::ok(code, text),
                    1 => Completion::no(code, text),
                    _ => Completion::bad(code, text),
                };
                Response::Tagged(Tag::new("A1]").unwrap(), completion)
            }
            _ => Response::Data(self.data()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn every_response_comes_back(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        let arena = Arena::new();
        let response = Source { octets: &octets, arena: &arena }.response();
        for style in [Style::PLAIN, UTF8] {
            let line = written(&response, style);
            prop_assert_eq!(Response::parse(&line, &arena), Ok(response));
        }
    }

    /// Whatever is read is written as one response, never more.
    #[test]
    fn whatever_is_read_can_be_written(
        wire in r#"(\* |\* 1 FETCH \(|\* OK |a |\* LIST \(|)([ -~]|[ ()"\\\[\]{}0-9]|BODY|NIL|FLAGS|UID|\r\n){0,30}"#
    ) {
        let mut framer = ResponseFramer::new(usize::MAX);
        let wire = wire + "\r\n";
        let mut input = wire.as_bytes();
        while let Framed::Whole { octets, .. } = framer.next(&mut input) {
            let arena = Arena::new();
            if let Ok(response) = Response::parse(octets, &arena) {
                let once = written(&response, Style::PLAIN);
                prop_assert!(Response::parse(&once, &arena).is_ok());
            }
        }
    }
}

/// A FETCH response that is raw from a stray quote on is still one response
/// when it is written again: the literal after the quote stays a literal.
#[test]
fn what_is_raw_in_a_fetch_does_not_split_it() {
    let wire = b"* 1 FETCH (FLAGS (\\Seen) BODU6BIT\" 1 [1.2]<3> ~{3}\r\na\0b)\r\n";
    let arena = Arena::new();
    let one = |octets: &[u8]| {
        let mut input = octets;
        let framed = ResponseFramer::new(usize::MAX).next(&mut input);
        assert!(matches!(framed, Framed::Whole { .. }), "{}", octets.escape_ascii());
        assert!(input.is_empty(), "{}", octets.escape_ascii());
    };
    one(wire);
    let response = Response::parse(&wire[..wire.len() - 2], &arena).unwrap();
    let Response::Data(Data::Fetch(fetch)) = response else { panic!("{response:?}") };
    assert_eq!(fetch.data.first(), Some(&FetchData::Flags(&[Flag::Seen])));
    let mut out = BytesMut::new();
    response.encode(Style::PLAIN, &mut out);
    one(&out);
}
