//! What each public type takes of memory.
#![cfg(target_pointer_width = "64")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::std_instead_of_alloc, reason = "tests have an operating system")]

use core::num::NonZeroU32;
use imap_proto::{
    AString, Address, AnnouncedLiteral, Append, Arena, Atom, Attribute, Body, BodyError,
    BodyStructure, BodyWriter, BytesMut, Capability, Channel, Code, CodeText, Command,
    CommandError, CommandFramer, CommandKind, CommandRule, Completion, Condition, Content, Create,
    Data, Date, DateTime, Delimiter, Disposition, ESearch, Envelope, ExtensionTail, Fetch,
    FetchData, FetchItem, FetchItems, FetchResponse, FetchWriter, Flag, HeaderList, IString,
    IdField, Limits, List, ListExtended, ListPattern, ListReturn, ListSelect, Listed, LiteralHead,
    LiteralStyle, Lsub, Mailbox, MailboxStatus, Modifier, ModifierValue, Month, MultiExtension,
    MultiPart, NString, Namespace, Namespaces, NonEmpty, Notice, Outcome, Parameter, Part, Partial,
    Password, PermanentFlag, Raw, Response, ResponseFramer, ResponseRule, Search, SearchKey,
    SearchResponse, SearchResult, SearchReturn, Section, Select, SeqNumber, SeqRange, SequenceSet,
    SingleExtension, SinglePart, StatusItem, StatusQuery, StatusValue, Store, StoreAction, Style,
    Tag, Text, Tolerance, UidRange, UidSet, server,
};
use std::sync::Arc;

use mail_transcript::{Size, assert_sizes};

/// In octets.
#[rustfmt::skip]
const SIZES: &[Size] = &[
    ("Append",                      80, size_of::<Append>()),
    ("Create",                      32, size_of::<Create>()),
    ("Fetch",                       80, size_of::<Fetch>()),
    ("FetchItem",                   80, size_of::<FetchItem>()),
    ("FetchItems",                  32, size_of::<FetchItems>()),
    ("List",                       104, size_of::<List>()),
    ("ListReturn",                  32, size_of::<ListReturn>()),
    ("ListSelect",                   1, size_of::<ListSelect>()),
    ("Lsub",                        32, size_of::<Lsub>()),
    ("Password",                    16, size_of::<Password>()),
    ("Search",                      80, size_of::<Search>()),
    ("SearchKey",                   40, size_of::<SearchKey>()),
    ("Select",                      40, size_of::<Select>()),
    ("StatusItem",                   1, size_of::<StatusItem>()),
    ("StatusQuery",                 40, size_of::<StatusQuery>()),
    ("Store",                       64, size_of::<Store>()),
    ("StoreAction",                  1, size_of::<StoreAction>()),
    ("Command",                    128, size_of::<Command>()),
    ("CommandError",                40, size_of::<CommandError>()),
    ("CommandKind",                112, size_of::<CommandKind>()),
    ("ESearch",                     40, size_of::<ESearch>()),
    ("SearchResult",                40, size_of::<SearchResult>()),
    ("SearchReturn",                 1, size_of::<SearchReturn>()),
    ("IdField",                     32, size_of::<IdField>()),
    ("AnnouncedLiteral",            24, size_of::<AnnouncedLiteral>()),
    ("CommandFramer",               88, size_of::<CommandFramer>()),
    ("CommandRule",                 40, size_of::<CommandRule>()),
    ("ResponseFramer",              96, size_of::<ResponseFramer>()),
    ("ResponseRule",                56, size_of::<ResponseRule>()),
    ("Limits",                      80, size_of::<Limits>()),
    ("Body",                        72, size_of::<Body>()),
    ("Code",                        56, size_of::<Code>()),
    ("CodeText",                    16, size_of::<CodeText>()),
    ("FetchData",                   88, size_of::<FetchData>()),
    ("FetchResponse",               24, size_of::<FetchResponse>()),
    ("BodyError",                   24, size_of::<BodyError>()),
    ("BodyWriter",                  40, size_of::<BodyWriter>()),
    ("FetchWriter",                 24, size_of::<FetchWriter>()),
    ("Attribute",                   24, size_of::<Attribute>()),
    ("ListExtended",                40, size_of::<ListExtended>()),
    ("Listed",                      56, size_of::<Listed>()),
    ("Namespace",                   40, size_of::<Namespace>()),
    ("Namespaces",                  48, size_of::<Namespaces>()),
    ("SearchResponse",              48, size_of::<SearchResponse>()),
    ("MailboxStatus",               32, size_of::<MailboxStatus>()),
    ("StatusValue",                 40, size_of::<StatusValue>()),
    ("Completion",                  80, size_of::<Completion>()),
    ("Condition",                    1, size_of::<Condition>()),
    ("Notice",                      80, size_of::<Notice>()),
    ("Outcome",                      1, size_of::<Outcome>()),
    ("Data",                        80, size_of::<Data>()),
    ("Response",                    96, size_of::<Response>()),
    ("Tolerance",                    1, size_of::<Tolerance>()),
    ("Address",                     64, size_of::<Address>()),
    ("BodyStructure",               24, size_of::<BodyStructure>()),
    ("Content",                     48, size_of::<Content>()),
    ("Disposition",                 32, size_of::<Disposition>()),
    ("ExtensionTail",               80, size_of::<ExtensionTail>()),
    ("MultiExtension",              96, size_of::<MultiExtension>()),
    ("MultiPart",                  144, size_of::<MultiPart>()),
    ("Parameter",                   32, size_of::<Parameter>()),
    ("SingleExtension",             96, size_of::<SingleExtension>()),
    ("SinglePart",                 256, size_of::<SinglePart>()),
    ("Capability",                  24, size_of::<Capability>()),
    ("Date",                         4, size_of::<Date>()),
    ("DateTime",                    10, size_of::<DateTime>()),
    ("Month",                        1, size_of::<Month>()),
    ("Delimiter",                    1, size_of::<Delimiter>()),
    ("Envelope",                   176, size_of::<Envelope>()),
    ("Flag",                        24, size_of::<Flag>()),
    ("PermanentFlag",               24, size_of::<PermanentFlag>()),
    ("ListPattern",                 16, size_of::<ListPattern>()),
    ("Mailbox",                     16, size_of::<Mailbox>()),
    ("Modifier",                    32, size_of::<Modifier>()),
    ("ModifierValue",               16, size_of::<ModifierValue>()),
    ("HeaderList",                  24, size_of::<HeaderList>()),
    ("Part",                        24, size_of::<Part>()),
    ("Partial",                     16, size_of::<Partial>()),
    ("Section",                     56, size_of::<Section>()),
    ("SeqNumber",                    4, size_of::<SeqNumber>()),
    ("SeqRange",                     8, size_of::<SeqRange>()),
    ("SequenceSet",                 24, size_of::<SequenceSet>()),
    ("UidRange",                     8, size_of::<UidRange>()),
    ("UidSet",                      24, size_of::<UidSet>()),
    ("AString",                     16, size_of::<AString>()),
    ("Arena",                       24, size_of::<Arena>()),
    ("Atom",                        16, size_of::<Atom>()),
    ("IString",                     16, size_of::<IString>()),
    ("LiteralHead",                 16, size_of::<LiteralHead>()),
    ("LiteralStyle",                 1, size_of::<LiteralStyle>()),
    ("NString",                     16, size_of::<NString>()),
    ("NonEmpty",                    24, size_of::<NonEmpty<'_, u8>>()),
    ("Raw",                         16, size_of::<Raw>()),
    ("Style",                        2, size_of::<Style>()),
    ("Tag",                         16, size_of::<Tag>()),
    ("Text",                        16, size_of::<Text>()),
    ("server::Config",             232, size_of::<server::Config>()),
    ("server::Error",               16, size_of::<server::Error>()),
    ("server::Misuse",              16, size_of::<server::Misuse>()),
    ("server::ProtocolError",        1, size_of::<server::ProtocolError>()),
    ("server::Event",              136, size_of::<server::Event>()),
    ("server::Rejection",           80, size_of::<server::Rejection>()),
    ("server::Selected",           112, size_of::<server::Selected>()),
    ("server::Session",            368, size_of::<server::Session>()),
    ("server::State",                1, size_of::<server::State>()),
    ("server::UnknownCommand",      48, size_of::<server::UnknownCommand>()),
];

#[test]
fn public_types() {
    let modules =
        [("", include_str!("../src/lib.rs")), ("server", include_str!("../src/server/mod.rs"))];
    assert_sizes(SIZES, &modules, &[]);
}

/// A session, and what it has on the heap: its configuration and its output are not its own.
fn taken<S>(make: impl FnOnce() -> S) -> usize {
    let mut session = None;
    let counted = allocation_counter::measure(|| session = Some(make()));
    size_of_val(&session) + usize::try_from(counted.bytes_current).unwrap()
}

/// A server that waits for a login, and one whose client is idle in a mailbox. The arena beside a
/// session is [`Arena::new`] while nothing is parsed, and takes nothing then.
#[test]
fn idle_sessions() {
    let config = Arc::new(server::Config::default());
    let mut out = BytesMut::with_capacity(1 << 16);
    let greeted = taken(|| server::Session::new(config.clone(), Channel::Tls, &mut out));
    let arena = Arena::with_capacity(1 << 10);
    let idle = taken(|| {
        let mut session = server::Session::preauthenticated(config.clone(), Channel::Tls, &mut out);
        let mut input = &b"a SELECT INBOX\r\nb NOOP\r\n"[..];
        let event = session.receive(&mut input, &arena, &mut out).unwrap();
        let server::Event::Select(select, ticket) = event else { panic!("{event:?}") };
        let listed = Listed {
            attributes: &[],
            delimiter: Delimiter::new(b'/'),
            mailbox: select.mailbox,
            extended: &[],
        };
        let one = NonZeroU32::MIN;
        let selected = server::Selected::new(listed, 1_000, one.saturating_add(1_000), one);
        session.select(ticket, &selected, &mut out).unwrap();
        let event = session.receive(&mut input, &arena, &mut out).unwrap();
        let server::Event::Command(_, ticket) = event else { panic!("{event:?}") };
        session.accept(ticket, &mut out).unwrap();
        session
    });
    let table = [("server, greeted", 368, greeted), ("server, in a mailbox", 368, idle)];
    assert_sizes(&table, &[], &[]);
}
