//! Commands: the RFCs' own examples, what is not of the grammar, and that what
//! is written is read again as what it was.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use bytes::BytesMut;
use imap_proto::{
    AnnouncedLiteral, Arena, Command, CommandFramer, CommandKind, Fetch, FetchItem, FetchItems,
    Framed, ListReturn, LiteralStyle, NonEmpty, Search, Style, parse_tag,
};

const STYLES: [Style; 4] = [
    Style::PLAIN,
    Style { literal: LiteralStyle::Minus, utf8: false },
    Style { literal: LiteralStyle::Plus, utf8: false },
    Style { literal: LiteralStyle::Plus, utf8: true },
];

/// `command` as it is sent, without the last CRLF; checks that it is one
/// command to a framer too, whatever is in it.
#[track_caller]
fn written(command: &Command<'_>, style: Style) -> Vec<u8> {
    let mut out = BytesMut::new();
    command.encode(style, &mut out);
    let mut framer = CommandFramer::new(usize::MAX);
    let mut input = &out[..];
    let framed = loop {
        match framer.next(&mut input) {
            Framed::Whole { octets, .. } => break octets,
            Framed::Ask { octets, ask } if matches!(command.kind, CommandKind::Append(_)) => {
                // The mailbox may be a literal too; the message is the last.
                if octets.len() + 2 == out.len() {
                    let octets = octets.to_vec();
                    framer.release(&mut input);
                    assert!(input.is_empty());
                    return octets;
                }
                assert!(framer.keep(ask.head.octets));
            }
            Framed::Ask { ask: AnnouncedLiteral { head, .. }, .. } => {
                assert_eq!(head.non_synchronizing, style.literal.is_non_synchronizing(head.octets));
                assert!(framer.keep(head.octets));
            }
            other => panic!("{other:?} in {:?}", out.escape_ascii().to_string()),
        }
    };
    assert!(input.is_empty(), "two commands: {:?}", out.escape_ascii().to_string());
    framed.to_vec()
}

/// Reads `wire`, writes it as `again`, and reads that as the same command.
#[track_caller]
fn check(wire: &str, again: &str) {
    let arena = Arena::new();
    let command = match Command::parse(wire.as_bytes(), &arena) {
        Ok(command) => command,
        Err(error) => panic!("{error} in {wire}"),
    };
    assert_eq!(
        written(&command, Style::PLAIN).escape_ascii().to_string(),
        again.as_bytes().escape_ascii().to_string()
    );
    for style in STYLES {
        let line = written(&command, style);
        assert_eq!(Command::parse(&line, &arena).as_ref(), Ok(&command), "{wire}");
    }
}

/// The examples are read, and those written in their shortest form come out as
/// they went in.
#[test]
fn examples_of_the_rfcs() {
    for wire in [
        // RFC 9051 §6.1
        "abcd CAPABILITY",
        "a002 NOOP",
        "A023 LOGOUT",
        // §6.2
        "efgh STARTTLS",
        "a004 AUTHENTICATE PLAIN dGVzdAB0ZXN0AHRlc3Q=",
        "A001 AUTHENTICATE GSSAPI",
        "A01 AUTHENTICATE EXTERNAL =",
        "a001 LOGIN SMITH SESAME",
        // §6.3
        "t2 ENABLE CONDSTORE X-GOOD-IDEA",
        "babc ENABLE IMAP4rev2",
        "A142 SELECT INBOX",
        "A932 EXAMINE blurdybloop",
        "A003 CREATE owatagusiam/",
        "A004 CREATE owatagusiam/blurdybloop",
        "A006 CREATE \"#mh/Deleted Items\"",
        "A685 DELETE foo/bar",
        "A683 RENAME blurdybloop sarasoop",
        "Z433 RENAME INBOX old-mail",
        "1001 RENAME X Y",
        "A002 SUBSCRIBE #news.comp.mail.mime",
        "A002 UNSUBSCRIBE #news.comp.mail.mime",
        "A682 LIST \"\" *",
        "A86 LIST \"\" %",
        "A101 LIST \"\" \"\"",
        "A102 LIST #news.comp.mail.misc \"\"",
        "A103 LIST /usr/staff/jones \"\"",
        "A202 LIST ~/Mail/ %",
        "C04 LIST (SUBSCRIBED RECURSIVEMATCH) \"\" % RETURN (CHILDREN)",
        "D03 LIST (RECURSIVEMATCH SUBSCRIBED) \"\" *2",
        "a2 LIST (SUBSCRIBED) \"\" foo/*",
        // RFC 7162 §3, RFC 6154 §5.4, RFC 9394 §3.
        "A07 SELECT Plum (CONDSTORE QRESYNC (67890007 20050715194045000 41,43:211 (1,3 2)))",
        "A08 CREATE Plum (USE (\\Drafts))",
        "A09 FETCH 1:5 FLAGS (CHANGEDSINCE 12345)",
        "A10 UID STORE 1:3 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)",
        "A11 UID SEARCH RETURN (ALL PARTIAL -1:-100) UNDELETED",
        // RFC 6154 §5.2, RFC 9590 §3.1, RFC 8440 §3; RFC 4466 §2.3.
        "A12 LIST (SPECIAL-USE) \"\" * RETURN (SPECIAL-USE METADATA (/shared/vendor/x))",
        "A13 LIST (SUBSCRIBED VENDOR.X-Y (a (b))) \"\" * RETURN (CHILDREN MYRIGHTS)",
        "A14 APPEND saved-messages (\\Seen) \" 1-Feb-1994 00:00:00 +0000\" X-ANNOTATION (/c \"x\") N 3 {326}",
        "A06 LIST (REMOTE) \"\" * RETURN (SUBSCRIBED)",
        "A01 LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN))",
        "A002 LIST \"\" \"Other Users/%\"",
        "A001 NAMESPACE",
        "A042 STATUS blurdybloop (UIDNEXT MESSAGES)",
        "A003 APPEND saved-messages (\\Seen) {326}",
        "A003 APPEND saved-messages (\\Seen) {297+}",
        "A002 IDLE",
        // §6.4
        "A341 CLOSE",
        "A342 UNSELECT",
        "A202 EXPUNGE",
        "A003 UID EXPUNGE 3000:3002",
        "A282 SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith",
        "A283 SEARCH RETURN () FLAGGED SINCE 1-Feb-1994 NOT FROM Smith",
        "A284 SEARCH TEXT \"string not in mailbox\"",
        "A285 UID SEARCH RETURN (MIN MAX) 1:5000",
        "A301 UID SEARCH UID $ SMALLER 4096",
        "F282 SEARCH RETURN (SAVE) KEYWORD $Junk",
        "C286 SEARCH RETURN (MAX SAVE MIN COUNT) SINCE 12-Feb-2006 NOT FROM Smith",
        "A654 FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
        "A283 FETCH $ (UID INTERNALDATE FLAGS BODY.PEEK[HEADER])",
        "a003 FETCH 12 FULL",
        "A003 FETCH 4 ALL",
        "A999 UID FETCH 4827313:4828442 FLAGS",
        "A003 STORE 2:4 +FLAGS (\\Deleted)",
        "F284 STORE $ +FLAGS.SILENT (\\Deleted)",
        "A003 COPY 2:4 MEETING",
        "A005 UID COPY 305:310 meeting",
        "E283 COPY $ \"Other Messages\"",
        "a UID MOVE 42:69 foo",
        // RFC 3501 §6.3.9, 6.4.1
        "A002 LSUB #news. comp.mail.*",
        "FXXZ CHECK",
        // RFC 5258 §5
        "BBB LIST \"\" (INBOX Drafts Sent/%)",
        // RFC 5182 §2.2
        "A283 FETCH $ (UID INTERNALDATE FLAGS RFC822.HEADER)",
        // RFC 2971 §3.1
        "a023 ID (\"name\" \"sodr\" \"version\" \"19.34\" \"vendor\" \"Pink Floyd Music Limited\")",
        "a042 ID NIL",
    ] {
        check(wire, wire);
    }
}

/// The examples whose form is not the shortest, and other forms that are right.
#[test]
fn other_forms() {
    for (wire, again) in [
        // RFC 9051 §6.3.9.8, 6.4.4.4, 7.1, 8; RFC 3501 §7.5
        ("A03 LIST () \"\" \"%\" RETURN (CHILDREN)", "A03 LIST \"\" % RETURN (CHILDREN)"),
        ("a1 LIST \"\" (\"foo\")", "a1 LIST \"\" foo"),
        ("b LOGIN \"fred\" \"foo\"", "b LOGIN fred foo"),
        ("k2 status \"/a/b\" (messages)", "k2 STATUS /a/b (MESSAGES)"),
        ("h search from maria@example.com", "h SEARCH FROM maria@example.com"),
        ("n1 uid copy 1:* oldmail", "n1 UID COPY 1:* oldmail"),
        ("d select inbox", "d SELECT INBOX"),
        ("a004 fetch 12 body[header]", "a004 FETCH 12 BODY[HEADER]"),
        ("a005 store 12 +flags \\deleted", "a005 STORE 12 +FLAGS (\\Deleted)"),
        // RFC 3501 §7.5, with its literals
        ("A001 LOGIN {11}\r\nFRED FOOBAR {7}\r\nfat man", "A001 LOGIN \"FRED FOOBAR\" \"fat man\""),
        // RFC 9051 §6.4.4.4
        (
            "B283 SEARCH RETURN (SAVE) CHARSET KOI8-R (OR $ 1,3000:3021) TEXT {4}\r\nXXXX",
            "B283 SEARCH RETURN (SAVE) CHARSET KOI8-R (OR $ 1,3000:3021) TEXT XXXX",
        ),
        ("a STORE 1 -flags.silent a b", "a STORE 1 -FLAGS.SILENT (a b)"),
        ("a STORE 1 FLAGS ()", "a STORE 1 FLAGS ()"),
        ("a FETCH 1 (UID)", "a FETCH 1 UID"),
        ("a FETCH 1 body.peek[]<0.1>", "a FETCH 1 BODY.PEEK[]<0.1>"),
        (
            "a FETCH 1 (BINARY[1]<0.5> BINARY.PEEK[] BINARY.SIZE[2.1] BODY BODYSTRUCTURE)",
            "a FETCH 1 (BINARY[1]<0.5> BINARY.PEEK[] BINARY.SIZE[2.1] BODY BODYSTRUCTURE)",
        ),
        ("a SEARCH (ALL)", "a SEARCH (ALL)"),
        ("a SEARCH ON \"1-Feb-1994\"", "a SEARCH ON 1-Feb-1994"),
        ("a SEARCH NEW OLD RECENT *", "a SEARCH NEW OLD RECENT *"),
        ("a ID ()", "a ID ()"),
        ("a ID (\"os\" nil)", "a ID (\"os\" NIL)"),
        ("a SELECT \"gr\u{fc}n\"", "a SELECT {5}\r\ngr\u{fc}n"),
        ("a SELECT \"a\\\"\\\\b\"", "a SELECT \"a\\\"\\\\b\""),
        (
            "a APPEND {1}\r\nx () \" 7-Feb-1994 21:52:25 -0800\" ~{9+}",
            "a APPEND x \" 7-Feb-1994 21:52:25 -0800\" ~{9+}",
        ),
    ] {
        check(wire, again);
    }
}

#[test]
fn what_is_not_of_the_grammar_says_where() {
    let arena = Arena::new();
    for (wire, tag, offset, expected) in [
        ("", None, 0, "a tag"),
        (" NOOP", None, 0, "a tag"),
        ("+ NOOP", None, 0, "a tag"),
        ("* OK", None, 0, "a tag"),
        ("a", Some("a"), 1, "a space"),
        ("a(", None, 1, "a space"),
        ("a\tNOOP", None, 1, "a space"),
        ("a ", Some("a"), 2, "a command"),
        ("a  NOOP", Some("a"), 2, "a command"),
        ("a XPIG-LATIN", Some("a"), 2, "a command that is known"),
        ("a NOOP ", Some("a"), 6, "the end"),
        ("a NOOP x", Some("a"), 6, "the end"),
        ("a NO\0OP", Some("a"), 2, "a command that is known"),
        ("a NOOP\rb NOOP", Some("a"), 6, "the end"),
        ("a UID NOOP", Some("a"), 6, "a command by UID"),
        ("a SELECT", Some("a"), 8, "a space"),
        ("a SELECT ", Some("a"), 9, "a string"),
        ("a SELECT ~{1}\r\na", Some("a"), 9, "a string"),
        ("a SELECT a b", Some("a"), 10, "the end"),
        ("a SELECT a*", Some("a"), 10, "the end"),
        ("a LOGIN a \"b", Some("a"), 12, "the closing quote"),
        ("a LOGIN a {2}\r\nb", Some("a"), 15, "all octets of the literal"),
        ("a LOGIN a {99999999999}", Some("a"), 23, "CRLF after a literal's size"),
        ("a AUTHENTICATE PLAIN x", Some("a"), 22, "base64 in groups of four"),
        ("a AUTHENTICATE PLAIN %%%%", Some("a"), 21, "base64"),
        ("a AUTHENTICATE PLAIN ", Some("a"), 21, "base64 or \"=\""),
        ("a ENABLE", Some("a"), 8, "a space"),
        ("a STATUS x ()", Some("a"), 12, "an item of STATUS"),
        ("a STATUS x (MESSAGES FOO)", Some("a"), 21, "an item of STATUS"),
        ("a LIST (RECURSIVEMATCH) \"\" *", Some("a"), 7, "SUBSCRIBED beside RECURSIVEMATCH"),
        ("a LIST \"\" * RETURN", Some("a"), 18, "a space"),
        ("a LIST \"\" ()", Some("a"), 11, "a string"),
        ("a FETCH 1 ()", Some("a"), 11, "what to fetch"),
        ("a FETCH 1 (ALL)", Some("a"), 11, "what to fetch"),
        ("a FETCH 1 (FLAGS )", Some("a"), 17, "what to fetch"),
        ("a FETCH 0 FLAGS", Some("a"), 8, "a number above 0"),
        ("a FETCH 1:4294967296 FLAGS", Some("a"), 10, "a number below 2^32"),
        ("a FETCH 1 BODY.PEEK", Some("a"), 19, "\"[\""),
        ("a STORE 1 FLAGS", Some("a"), 15, "a space"),
        ("a STORE 1 FLAGS (\\Seen )", Some("a"), 23, "an atom"),
        ("a STORE 1 FLAGS (\\Recent)", Some("a"), 17, "a flag that can be set"),
        ("a STORE 1 +FLAGS \\recent", Some("a"), 17, "a flag that can be set"),
        ("a STORE 1 FLAGS (\\*)", Some("a"), 18, "an atom"),
        ("a SEARCH", Some("a"), 8, "a space"),
        ("a SEARCH ", Some("a"), 9, "a search key"),
        ("a SEARCH ALL ", Some("a"), 13, "a search key"),
        ("a SEARCH ()", Some("a"), 10, "a search key"),
        ("a SEARCH RETURN (ALL 1) ALL", Some("a"), 17, "a return option of SEARCH"),
        ("a SEARCH RETURN (1 FOO) ALL", Some("a"), 17, "the name of a modifier"),
        ("a SELECT x ()", Some("a"), 12, "an atom"),
        ("a SELECT x (CONDSTORE", Some("a"), 21, "\")\""),
        ("a SELECT x (QRESYNC (1 (2))", Some("a"), 27, "\")\""),
        ("a FETCH 1 UID (CHANGEDSINCE )", Some("a"), 28, "an atom"),
        ("a STORE 1 (UNCHANGEDSINCE 3)FLAGS ()", Some("a"), 28, "a space"),
        ("a SEARCH LARGER 9223372036854775808", Some("a"), 16, "a number below 2^63"),
        ("a SEARCH ON 31-Feb-2000", Some("a"), 12, "a day of the calendar"),
        ("a APPEND x", Some("a"), 10, "a space"),
        ("a APPEND x (\\Recent) {1}", Some("a"), 12, "a flag that can be set"),
        ("a APPEND x {-1}", Some("a"), 12, "a number"),
        ("a APPEND x \"y\" {1}", Some("a"), 12, "digits"),
        ("a APPEND x FOO {1}", Some("a"), 11, "the message, or a name and its value"),
        ("a APPEND x FOO 1", Some("a"), 16, "a space"),
        ("a LIST (FOO (a) \"\" *", Some("a"), 16, "an atom"),
        ("a LIST (REMOTE (a)) \"\" *", Some("a"), 15, "an atom"),
        ("a ID (\"a\")", Some("a"), 9, "a space"),
    ] {
        let error = Command::parse(wire.as_bytes(), &arena).expect_err(wire);
        assert_eq!(error.tag.map(imap_proto::Tag::as_str), tag, "{wire}");
        assert_eq!((error.error.offset, error.error.expected), (offset, expected), "{wire}");
        assert_eq!(parse_tag(wire.as_bytes()), error.tag, "{wire}");
    }
}

#[test]
fn nesting_is_bounded() {
    let arena = Arena::new();
    let parse = |wire: String| Command::parse(wire.as_bytes(), &arena).is_ok();
    for (deeper, bottom) in [("(", "ALL"), ("NOT ", "ALL"), ("OR ALL ", "ALL")] {
        let nested = |depth: usize| {
            let end = if deeper == "(" { ")".repeat(depth) } else { String::new() };
            format!("a SEARCH {}{bottom}{end}", deeper.repeat(depth))
        };
        assert!(parse(nested(64)), "{deeper}");
        assert!(!parse(nested(65)), "{deeper}");
        assert!(!parse(nested(10_000)), "{deeper}");
    }
    let error = format!("a SEARCH {}", "(".repeat(10_000));
    let error = Command::parse(error.as_bytes(), &arena).unwrap_err();
    assert_eq!((error.error.offset, error.error.expected), (9 + 64, "at most 64 levels"));
}

#[test]
fn what_a_command_takes_of_the_arena_is_bounded() {
    for wire in [
        "a FETCH 1:4294967295 FLAGS".to_owned(),
        format!("a FETCH 1{} FLAGS", ",1".repeat(32_000)),
        format!("a SEARCH{}", " 1".repeat(32_000)),
        format!("a STORE 1 FLAGS ({}b)", "a ".repeat(32_000)),
        format!("a LOGIN x \"{}\"", "\\\"".repeat(32_000)),
    ] {
        let arena = Arena::new();
        assert!(Command::parse(wire.as_bytes(), &arena).is_ok());
        let most = 4096 + 128 * wire.len();
        assert!(arena.capacity() <= most, "{} for {}", arena.capacity(), wire.len());
    }
}

#[test]
fn passwords_are_not_printed() {
    let arena = Arena::new();
    for wire in ["a LOGIN alice sesame", "a AUTHENTICATE PLAIN AGFsaWNlAHNlc2FtZQ=="] {
        let command = format!("{:?}", Command::parse(wire.as_bytes(), &arena).unwrap());
        assert!(command.contains('…') && !command.contains("sesame"), "{command}");
        assert!(!command.contains("AGFs"), "{command}");
    }
}

/// A value with a literal is kept as it was written (RFC 4466 §6).
#[test]
fn modifiers_with_literals() {
    let arena = Arena::new();
    let wire = b"a SELECT x (OURS ({3+}\r\n)\r\n y) THEIRS 3)";
    let CommandKind::Select(select) = Command::parse(wire, &arena).unwrap().kind else { panic!() };
    let told = format!("{:?}", select.parameters);
    assert_eq!(
        told,
        "[Modifier { name: \"OURS\", value: Some(\"({3+}\\r\\n)\\r\\n y)\") }, \
         Modifier { name: \"THEIRS\", value: Some(\"3\") }]"
    );
}

/// Any command that can be built.
mod any {
    use core::num::{NonZeroU32, NonZeroU64};

    use imap_proto::{
        AString, Append, Atom, Auth, Base64, Capability, Command, CommandKind, Create, Date,
        DateTime, Fetch, FetchItem, FetchItems, Flag, IString, IdField, List, ListPattern,
        ListReturn, ListSelect, LiteralHead, Lsub, Mailbox, Mechanism, Modifier, ModifierValue,
        Month, NonEmpty, Part, Partial, Password, Search, SearchKey, SearchReturn, Section, Select,
        SeqNumber, SeqRange, SequenceSet, StatusItem, StatusQuery, Store, StoreAction, Tag,
    };
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;
    use proptest::sample::select;

    // What is built borrows from memory that the test never frees.
    fn kept<T>(values: Vec<T>) -> &'static [T] {
        values.leak()
    }

    fn one_or_more<T: core::fmt::Debug + 'static>(
        element: impl Strategy<Value = T>,
    ) -> impl Strategy<Value = NonEmpty<'static, T>> {
        vec(element, 1..4).prop_map(|values| NonEmpty::new(kept(values)).unwrap())
    }

    fn octets() -> impl Strategy<Value = &'static [u8]> {
        let any = vec(1_u8.., 0..8);
        let text = "[a-zA-Z0-9 \"\\\\%*(){}\\[\\]\r\n~+ü-]{0,8}".prop_map(String::into_bytes);
        prop_oneof![any, text, Just(b"NIL".to_vec())].prop_map(kept)
    }

    fn astring() -> impl Strategy<Value = AString<'static>> {
        octets().prop_map(|octets| AString::new(octets).unwrap())
    }

    fn istring() -> impl Strategy<Value = IString<'static>> {
        octets().prop_map(|octets| IString::new(octets).unwrap())
    }

    fn mailbox() -> impl Strategy<Value = Mailbox<'static>> {
        prop_oneof![Just(Mailbox::INBOX), astring().prop_map(Mailbox::new)]
    }

    fn atom() -> impl Strategy<Value = Atom<'static>> {
        "[a-zA-Z0-9$+=\\[~!-]{3,9}".prop_map(|text| Atom::new(text.leak()).unwrap())
    }

    fn flag() -> impl Strategy<Value = Flag<'static>> {
        prop_oneof![
            Just(Flag::Answered),
            Just(Flag::Flagged),
            Just(Flag::Deleted),
            Just(Flag::Seen),
            Just(Flag::Draft),
            atom().prop_map(Flag::Keyword),
            // No name of a flag above has a `$`.
            atom().prop_map(|atom| {
                Flag::Extension(Atom::new(format!("{}$", atom.as_str()).leak()).unwrap())
            }),
        ]
    }

    fn date() -> impl Strategy<Value = Date> {
        (0_u16..=9999, select(&Month::ALL[..]), 1_u8..=28)
            .prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
    }

    fn moment() -> impl Strategy<Value = DateTime> {
        (date(), 0_u8..24, 0_u8..60, 0_u8..=60, -5999_i16..6000)
            .prop_map(|(date, h, m, s, zone)| DateTime::new(date, h, m, s, zone).unwrap())
    }

    fn number() -> impl Strategy<Value = NonZeroU32> {
        prop_oneof![1_u32..20, 1_u32..].prop_map(|number| NonZeroU32::new(number).unwrap())
    }

    fn set() -> impl Strategy<Value = SequenceSet<'static>> {
        let end = || {
            prop_oneof![
                4 => number().prop_map(SeqNumber::Number),
                1 => Just(SeqNumber::Largest),
            ]
        };
        let range = (end(), end()).prop_map(|(first, last)| SeqRange { first, last });
        prop_oneof![
            4 => one_or_more(range).prop_map(SequenceSet::Ranges),
            1 => Just(SequenceSet::Saved),
        ]
    }

    fn part() -> impl Strategy<Value = Part<'static>> {
        one_or_more(number())
    }

    fn section() -> impl Strategy<Value = Section<'static>> {
        let fields = || (of(part()), one_or_more(astring()));
        prop_oneof![
            Just(Section::Whole),
            part().prop_map(Section::Part),
            of(part()).prop_map(Section::Header),
            fields().prop_map(|(part, fields)| Section::HeaderFields(part, fields)),
            fields().prop_map(|(part, fields)| Section::HeaderFieldsNot(part, fields)),
            of(part()).prop_map(Section::Text),
            part().prop_map(Section::Mime),
        ]
    }

    fn size() -> impl Strategy<Value = u64> {
        prop_oneof![0_u64..10_000, 0_u64..1 << 63]
    }

    fn partial() -> impl Strategy<Value = Option<Partial>> {
        of((size(), size()).prop_map(|(offset, length)| Partial {
            offset,
            length: NonZeroU64::new(length.max(1)).unwrap(),
        }))
    }

    fn fetch_item() -> impl Strategy<Value = FetchItem<'static>> {
        let whole_or_part = || of(part()).prop_map(|part| part.map_or(&[][..], NonEmpty::as_slice));
        prop_oneof![
            select(
                &[
                    FetchItem::Envelope,
                    FetchItem::Flags,
                    FetchItem::InternalDate,
                    FetchItem::Rfc822,
                    FetchItem::Rfc822Header,
                    FetchItem::Rfc822Size,
                    FetchItem::Rfc822Text,
                    FetchItem::Body,
                    FetchItem::BodyStructure,
                    FetchItem::Uid,
                ][..]
            ),
            (section(), any::<bool>(), partial()).prop_map(|(section, peek, partial)| {
                FetchItem::BodySection { section, peek, partial }
            }),
            (whole_or_part(), any::<bool>(), partial())
                .prop_map(|(part, peek, partial)| FetchItem::Binary { part, peek, partial }),
            whole_or_part().prop_map(|part| FetchItem::BinarySize { part }),
        ]
    }

    fn modifiers() -> impl Strategy<Value = &'static [Modifier<'static>]> {
        let values = ["1", "1:3,9:*", "-1:-100", "()", "(a \"b (\" ((c) d))", "*"];
        let value =
            select(values.to_vec()).prop_map(|value| ModifierValue::new(value.as_bytes()).unwrap());
        let name = select(vec!["CHANGEDSINCE", "X-Ours", "PARTIAL"])
            .prop_map(|name| Atom::new(name).unwrap());
        let modifier = (name, of(value)).prop_map(|(name, value)| Modifier { name, value });
        vec(modifier, 0..3).prop_map(kept)
    }

    fn fetch() -> impl Strategy<Value = Fetch<'static>> {
        let items = prop_oneof![
            select(&[FetchItems::All, FetchItems::Fast, FetchItems::Full][..]),
            one_or_more(fetch_item()).prop_map(FetchItems::Items),
        ];
        (any::<bool>(), set(), items, modifiers()).prop_map(|(uid, messages, items, modifiers)| {
            let mut fetch = Fetch::new(messages, items);
            (fetch.uid, fetch.modifiers) = (uid, modifiers);
            fetch
        })
    }

    fn search_key() -> impl Strategy<Value = SearchKey<'static>> {
        let leaf = prop_oneof![
            select(
                &[
                    SearchKey::All,
                    SearchKey::Answered,
                    SearchKey::Deleted,
                    SearchKey::Draft,
                    SearchKey::Flagged,
                    SearchKey::New,
                    SearchKey::Old,
                    SearchKey::Recent,
                    SearchKey::Seen,
                    SearchKey::Unanswered,
                    SearchKey::Undeleted,
                    SearchKey::Undraft,
                    SearchKey::Unflagged,
                    SearchKey::Unseen,
                ][..]
            ),
            (
                select(
                    &[
                        SearchKey::Bcc as fn(_) -> _,
                        SearchKey::Body,
                        SearchKey::Cc,
                        SearchKey::From,
                        SearchKey::Subject,
                        SearchKey::Text,
                        SearchKey::To,
                    ][..]
                ),
                astring()
            )
                .prop_map(|(key, text)| key(text)),
            (astring(), astring()).prop_map(|(name, text)| SearchKey::Header(name, text)),
            (
                select(
                    &[
                        SearchKey::Before as fn(_) -> _,
                        SearchKey::On,
                        SearchKey::Since,
                        SearchKey::SentBefore,
                        SearchKey::SentOn,
                        SearchKey::SentSince,
                    ][..]
                ),
                date()
            )
                .prop_map(|(key, date)| key(date)),
            atom().prop_map(SearchKey::Keyword),
            atom().prop_map(SearchKey::Unkeyword),
            size().prop_map(SearchKey::Larger),
            size().prop_map(SearchKey::Smaller),
            set().prop_map(SearchKey::Uid),
            set().prop_map(SearchKey::Messages),
        ];
        leaf.prop_recursive(4, 16, 3, |key| {
            prop_oneof![
                key.clone().prop_map(|key| SearchKey::Not(Box::leak(Box::new(key)))),
                (key.clone(), key.clone()).prop_map(|(one, other)| SearchKey::Or(
                    Box::leak(Box::new(one)),
                    Box::leak(Box::new(other))
                )),
                one_or_more(key).prop_map(SearchKey::And),
            ]
        })
    }

    fn search() -> impl Strategy<Value = Search<'static>> {
        let options = &[
            SearchReturn::Min,
            SearchReturn::Max,
            SearchReturn::All,
            SearchReturn::Count,
            SearchReturn::Save,
        ][..];
        let returns = of(vec(select(options), 0..4).prop_map(kept));
        (any::<bool>(), returns, modifiers(), of(astring()), one_or_more(search_key())).prop_map(
            |(uid, returns, modifiers, charset, keys)| {
                let mut search = Search::new(keys);
                (search.uid, search.charset) = (uid, charset);
                search.returns = returns;
                if returns.is_some() {
                    search.modifiers = modifiers;
                }
                search
            },
        )
    }

    fn status_items() -> impl Strategy<Value = NonEmpty<'static, StatusItem>> {
        one_or_more(select(
            &[
                StatusItem::Messages,
                StatusItem::Recent,
                StatusItem::UidNext,
                StatusItem::UidValidity,
                StatusItem::Unseen,
                StatusItem::Deleted,
                StatusItem::Size,
            ][..],
        ))
    }

    fn pattern() -> impl Strategy<Value = ListPattern<'static>> {
        astring().prop_map(ListPattern::new)
    }

    /// Without another STATUS.
    fn one_status(mut returns: Vec<ListReturn<'static>>) -> Vec<ListReturn<'static>> {
        let mut statuses = 0;
        returns.retain(|option| {
            statuses += usize::from(matches!(option, ListReturn::Status(_)));
            statuses < 2 || !matches!(option, ListReturn::Status(_))
        });
        returns
    }

    fn list() -> impl Strategy<Value = List<'static>> {
        const SELECTS: [&[ListSelect]; 4] = [
            &[],
            &[ListSelect::Remote],
            &[ListSelect::Subscribed],
            &[ListSelect::RecursiveMatch, ListSelect::Subscribed],
        ];
        let selects = select(&SELECTS[..]);
        let returns = prop_oneof![
            Just(ListReturn::Subscribed),
            Just(ListReturn::Children),
            status_items().prop_map(ListReturn::Status),
        ];
        (
            selects,
            mailbox(),
            one_or_more(pattern()),
            vec(returns, 0..3).prop_map(one_status).prop_map(kept),
            (modifiers(), modifiers()),
        )
            .prop_map(|(select, reference, patterns, returns, modifiers)| {
                let mut list = List::new(reference, patterns);
                (list.select, list.returns) = (select, returns);
                (list.select_modifiers, list.return_modifiers) = modifiers;
                list
            })
    }

    fn append() -> impl Strategy<Value = Append<'static>> {
        let head = (size(), any::<bool>(), any::<bool>()).prop_map(
            |(octets, non_synchronizing, binary)| LiteralHead { octets, non_synchronizing, binary },
        );
        let modifiers = modifiers().prop_map(|modifiers| {
            kept(modifiers.iter().copied().filter(|modifier| modifier.value.is_some()).collect())
        });
        (mailbox(), vec(flag(), 0..3).prop_map(kept), of(moment()), modifiers, head).prop_map(
            |(mailbox, flags, date, modifiers, message)| {
                let mut append = Append::new(mailbox, message);
                (append.flags, append.date, append.modifiers) = (flags, date, modifiers);
                append
            },
        )
    }

    fn store() -> impl Strategy<Value = Store<'static>> {
        let actions = &[StoreAction::Replace, StoreAction::Add, StoreAction::Remove][..];
        let flags = vec(flag(), 0..4).prop_map(kept);
        (any::<bool>(), set(), modifiers(), select(actions), any::<bool>(), flags).prop_map(
            |(uid, messages, modifiers, action, silent, flags)| {
                let mut store = Store::new(messages, action, flags);
                (store.uid, store.silent, store.modifiers) = (uid, silent, modifiers);
                store
            },
        )
    }

    fn mechanism() -> impl Strategy<Value = Mechanism<'static>> {
        select(&["PLAIN", "SCRAM-SHA-256", "x-Ours_1"][..])
            .prop_map(|name| Mechanism::parse(name.as_bytes()).unwrap())
    }

    fn capability() -> impl Strategy<Value = Capability<'static>> {
        prop_oneof![
            Just(Capability::Imap4Rev2),
            Just(Capability::LiteralMinus),
            mechanism().prop_map(Capability::Auth),
            Just(Capability::Other(Atom::new("CONDSTORE").unwrap())),
        ]
    }

    fn kind() -> impl Strategy<Value = CommandKind<'static>> {
        let field = (istring(), of(istring())).prop_map(|(name, value)| IdField { name, value });
        let response = of(select(&["", "AGFsaWNl", "AGE="][..])
            .prop_map(|text| Base64::parse(text.as_bytes()).unwrap()));
        prop_oneof![
            2 => select(
                &[
                    CommandKind::Capability,
                    CommandKind::Noop,
                    CommandKind::Logout,
                    CommandKind::StartTls,
                    CommandKind::Namespace,
                    CommandKind::Idle,
                    CommandKind::Check,
                    CommandKind::Close,
                    CommandKind::Unselect,
                ][..]
            ),
            1 => (mechanism(), response).prop_map(|(mechanism, initial_response)| {
                CommandKind::Authenticate(Auth { mechanism, initial_response })
            }),
            1 => (astring(), astring()).prop_map(|(user, password)| CommandKind::Login {
                user,
                password: Password::new(password),
            }),
            1 => one_or_more(capability()).prop_map(CommandKind::Enable),
            2 => (
                select(
                    &[
                        CommandKind::Delete as fn(_) -> _,
                        CommandKind::Subscribe,
                        CommandKind::Unsubscribe,
                    ][..]
                ),
                mailbox()
            )
                .prop_map(|(kind, mailbox)| kind(mailbox)),
            2 => (mailbox(), any::<bool>(), modifiers()).prop_map(|(mailbox, only, parameters)| {
                let mut select = if only { Select::examine(mailbox) } else { Select::new(mailbox) };
                select.parameters = parameters;
                CommandKind::Select(select)
            }),
            1 => (mailbox(), modifiers()).prop_map(|(mailbox, parameters)| {
                let mut create = Create::new(mailbox);
                create.parameters = parameters;
                CommandKind::Create(create)
            }),
            1 => (mailbox(), mailbox()).prop_map(|(from, to)| CommandKind::Rename { from, to }),
            2 => list().prop_map(CommandKind::List),
            1 => (mailbox(), pattern())
                .prop_map(|(reference, pattern)| CommandKind::Lsub(Lsub { reference, pattern })),
            1 => (mailbox(), status_items())
                .prop_map(|(mailbox, items)| CommandKind::Status(StatusQuery { mailbox, items })),
            2 => append().prop_map(CommandKind::Append),
            1 => of(set()).prop_map(|uids| CommandKind::Expunge { uids }),
            4 => search().prop_map(CommandKind::Search),
            4 => fetch().prop_map(CommandKind::Fetch),
            2 => store().prop_map(CommandKind::Store),
            1 => (any::<bool>(), set(), mailbox()).prop_map(|(uid, messages, mailbox)| {
                CommandKind::Copy { uid, messages, mailbox }
            }),
            1 => (any::<bool>(), set(), mailbox()).prop_map(|(uid, messages, mailbox)| {
                CommandKind::Move { uid, messages, mailbox }
            }),
            1 => of(vec(field, 0..3).prop_map(kept)).prop_map(CommandKind::Id),
        ]
    }

    pub(crate) fn command() -> impl Strategy<Value = Command<'static>> {
        let tag = "[a-zA-Z0-9.\\]-]{1,6}".prop_map(|text| Tag::new(text.leak()).unwrap());
        (tag, kind()).prop_map(|(tag, kind)| Command { tag, kind })
    }
}

/// `command` without what it asks for twice.
fn once<'a>(mut command: Command<'a>, arena: &'a Arena) -> Command<'a> {
    fn one<'a, T: Copy + PartialEq>(values: &[T], arena: &'a Arena) -> &'a [T] {
        let mut kept: Vec<T> = Vec::new();
        for value in values {
            if !kept.contains(value) {
                kept.push(*value);
            }
        }
        arena.slice(&kept)
    }
    match &mut command.kind {
        CommandKind::Search(Search { returns: Some(returns), .. }) => {
            *returns = one(returns, arena);
        }
        CommandKind::Status(status) => {
            status.items = NonEmpty::new(one(&status.items, arena)).unwrap();
        }
        CommandKind::List(list) => {
            let status = |option: ListReturn<'a>| match option {
                ListReturn::Status(items) => {
                    ListReturn::Status(NonEmpty::new(one(&items, arena)).unwrap())
                }
                option => option,
            };
            list.returns = one(arena.collect(list.returns.iter().copied().map(status)), arena);
        }
        CommandKind::Fetch(Fetch { items: FetchItems::Items(items), .. }) => {
            let (mut seen, mut kept) = (Vec::new(), Vec::new());
            for item in *items {
                let is_plain = !matches!(
                    item,
                    FetchItem::BodySection { .. }
                        | FetchItem::Binary { .. }
                        | FetchItem::BinarySize { .. }
                );
                if !is_plain || !seen.contains(item) {
                    kept.push(*item);
                }
                seen.push(*item);
            }
            *items = NonEmpty::new(arena.slice(&kept)).unwrap();
        }
        _ => {}
    }
    command
}

/// What is asked for twice is told once (RFC 9051 §6.3.9, §6.3.11, §6.4.4, §6.4.5).
#[test]
fn repeats_are_taken_once() {
    for (wire, clean) in [
        ("a SEARCH RETURN (MIN ALL MIN) 1", "a SEARCH RETURN (MIN ALL) 1"),
        ("a STATUS b (UNSEEN SIZE UNSEEN)", "a STATUS b (UNSEEN SIZE)"),
        ("a LIST (REMOTE REMOTE) \"\" *", "a LIST (REMOTE) \"\" *"),
        ("a LIST \"\" * RETURN (CHILDREN CHILDREN)", "a LIST \"\" * RETURN (CHILDREN)"),
        ("a LIST \"\" * RETURN (STATUS (SIZE SIZE))", "a LIST \"\" * RETURN (STATUS (SIZE))"),
        ("a FETCH 1 (UID BODY[1] UID)", "a FETCH 1 (UID BODY[1])"),
    ] {
        check(wire, clean);
    }
    let arena = Arena::new();
    let twice = b"a LIST \"\" * RETURN (STATUS (SIZE) STATUS (UNSEEN))";
    assert_eq!(Command::parse(twice, &arena).unwrap_err().error.expected, "STATUS once");
    // Bounded: a step for each and each kind.
    let many = format!("a SEARCH RETURN ({}) ALL", "ALL ".repeat(16_000).trim_end());
    let CommandKind::Search(search) = Command::parse(many.as_bytes(), &arena).unwrap().kind else {
        panic!("SEARCH")
    };
    assert_eq!(search.returns.map(<[_]>::len), Some(1));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    /// Any command that can be built is written as one command, and read again
    /// as what it was.
    #[test]
    fn every_command_comes_back(command in any::command()) {
        for style in STYLES {
            let line = written(&command, style);
            let arena = Arena::new();
            let parsed = Command::parse(&line, &arena).unwrap();
            proptest::prop_assert_eq!(parsed, once(command, &arena), "{}", line.escape_ascii());
        }
    }

    /// Whatever comes is a command or an error, and its tag is the same either
    /// way.
    #[test]
    fn anything_can_be_parsed(
        start in "(a (UID )?(SEARCH|FETCH|STORE|LIST|APPEND|LOGIN|ID|STATUS|COPY) )?",
        rest in "([ ()\\[\\]\"\\\\{}0-9:,*<>.a-zA-Z$+-]|\r\n|FLAGS|BODY|RETURN|NOT|OR){0,30}",
    ) {
        let wire = format!("{start}{rest}");
        let arena = Arena::new();
        match Command::parse(wire.as_bytes(), &arena) {
            Ok(command) => proptest::prop_assert_eq!(parse_tag(wire.as_bytes()), Some(command.tag)),
            Err(error) => {
                proptest::prop_assert_eq!(parse_tag(wire.as_bytes()), error.tag);
                proptest::prop_assert!(error.error.offset <= wire.len());
            }
        }
    }
}
