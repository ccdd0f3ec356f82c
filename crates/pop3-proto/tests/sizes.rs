//! What each public type takes of memory.
#![cfg(target_pointer_width = "64")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::std_instead_of_alloc, reason = "tests have an operating system")]

use std::sync::Arc;

use mail_transcript::{Size, assert_sizes};
use pop3_proto::{
    BytesMut, Capability, Channel, Code, Command, Digest, DropListing, Language, LanguageListing,
    MessageNumber, Name, OtherCode, Password, Response, ResponseBuf, Retention, ScanListing,
    ServerLine, Status, Text, TextBuf, Timestamp, Tolerance, UniqueId, UniqueIdBuf,
    UniqueIdListing, UnknownCommand, client, server,
};

/// In octets.
#[rustfmt::skip]
const SIZES: &[Size] = &[
    ("Capability",                  24, size_of::<Capability>()),
    ("Retention",                    8, size_of::<Retention>()),
    ("Code",                        24, size_of::<Code>()),
    ("OtherCode",                   16, size_of::<OtherCode>()),
    ("Command",                     40, size_of::<Command>()),
    ("UnknownCommand",              16, size_of::<UnknownCommand>()),
    ("Digest",                      16, size_of::<Digest>()),
    ("Name",                        16, size_of::<Name>()),
    ("Password",                    16, size_of::<Password>()),
    ("Language",                    16, size_of::<Language>()),
    ("LanguageListing",             32, size_of::<LanguageListing>()),
    ("DropListing",                 16, size_of::<DropListing>()),
    ("ScanListing",                 16, size_of::<ScanListing>()),
    ("UniqueIdListing",             24, size_of::<UniqueIdListing>()),
    ("MessageNumber",                4, size_of::<MessageNumber>()),
    ("Response",                    48, size_of::<Response>()),
    ("ResponseBuf",                 16, size_of::<ResponseBuf>()),
    ("Status",                       1, size_of::<Status>()),
    ("ServerLine",                  48, size_of::<ServerLine>()),
    ("Text",                        16, size_of::<Text>()),
    ("TextBuf",                     16, size_of::<TextBuf>()),
    ("Timestamp",                   16, size_of::<Timestamp>()),
    ("Tolerance",                    3, size_of::<Tolerance>()),
    ("UniqueId",                    16, size_of::<UniqueId>()),
    ("UniqueIdBuf",                 16, size_of::<UniqueIdBuf>()),
    ("server::Body",                32, size_of::<server::Body>()),
    ("server::Config",             160, size_of::<server::Config>()),
    ("server::Limits",              40, size_of::<server::Limits>()),
    ("server::DeletionMarks",       32, size_of::<server::DeletionMarks>()),
    ("server::Error",               16, size_of::<server::Error>()),
    ("server::Misuse",              16, size_of::<server::Misuse>()),
    ("server::ProtocolError",        1, size_of::<server::ProtocolError>()),
    ("server::Event",               56, size_of::<server::Event>()),
    ("server::Login",               48, size_of::<server::Login>()),
    ("server::Proof",               24, size_of::<server::Proof>()),
    ("server::Rejection",           40, size_of::<server::Rejection>()),
    ("server::Session",            160, size_of::<server::Session>()),
    ("server::State",                1, size_of::<server::State>()),
    ("client::Capabilities",        48, size_of::<client::Capabilities>()),
    ("client::ClearText",            1, size_of::<client::ClearText>()),
    ("client::Config",              48, size_of::<client::Config>()),
    ("client::Limits",              40, size_of::<client::Limits>()),
    ("client::Error",               16, size_of::<client::Error>()),
    ("client::Misuse",              16, size_of::<client::Misuse>()),
    ("client::ProtocolError",        1, size_of::<client::ProtocolError>()),
    ("client::Answer",              56, size_of::<client::Answer>()),
    ("client::Event",               56, size_of::<client::Event>()),
    ("client::Opened",              48, size_of::<client::Opened>()),
    ("client::Opening",            120, size_of::<client::Opening>()),
    ("client::OpeningError",        32, size_of::<client::OpeningError>()),
    ("client::Step",                48, size_of::<client::Step>()),
    ("client::Plan",                56, size_of::<client::Plan>()),
    ("client::Way",                 24, size_of::<client::Way>()),
    ("client::Sent",                 8, size_of::<client::Sent>()),
    ("client::Session",            208, size_of::<client::Session>()),
    ("client::State",                1, size_of::<client::State>()),
];

#[test]
fn public_types() {
    let modules = [
        ("", include_str!("../src/lib.rs")),
        ("server", include_str!("../src/server/mod.rs")),
        ("client", include_str!("../src/client/mod.rs")),
    ];
    assert_sizes(SIZES, &modules, &[]);
}

/// A session, and what it has on the heap: its configuration and its output are not its own.
fn taken<S>(make: impl FnOnce() -> S) -> usize {
    let mut session = None;
    let counted = allocation_counter::measure(|| session = Some(make()));
    size_of_val(&session) + usize::try_from(counted.bytes_current).unwrap()
}

/// A server whose client has a maildrop of a thousand messages, and a client that has logged in.
#[test]
fn idle_sessions() {
    let mut config = server::Config::default();
    config.plaintext_auth = true;
    let config = Arc::new(config);
    let mut out = BytesMut::with_capacity(1 << 16);
    let mut serve = |messages: usize| {
        let mut session = server::Session::new(config.clone(), Channel::Tls, &mut out);
        let mut input = &b"USER alice\r\nPASS secret\r\n"[..];
        let event = session.receive(&mut input, &mut out).unwrap();
        let server::Event::Login(_, ticket) = event else { panic!("{event:?}") };
        session.open(ticket, messages, &mut out).unwrap();
        session
    };
    let (none, thousand) = (taken(|| serve(0)), taken(|| serve(1000)));
    let client = taken(|| {
        let mut session = client::Session::new(client::Config::default(), Channel::Tls);
        session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
        for line in [&b"USER alice"[..], b"PASS secret"] {
            session.send(Command::parse(line).unwrap(), &mut out).unwrap();
            session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
        }
        session
    });
    let table = [
        ("server, no messages", 160, none),
        ("server, 1,000 messages", 160, thousand),
        ("client, logged in", 320, client),
    ];
    assert_sizes(&table, &[], &[]);
}
