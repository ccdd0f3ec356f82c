//! What each public type takes of memory.
#![cfg(target_pointer_width = "64")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::std_instead_of_alloc, reason = "tests have an operating system")]

use std::sync::Arc;

use mail_transcript::{Size, assert_sizes};
use smtp_proto::{
    Action, Argument, AttributeValue, Attributes, BodyType, Burl, BytesMut, Channel, Command,
    CommandError, DateTime, DeliverBy, Diagnostic, Domain, Domains, EnhancedCode, Etrn, Extension,
    ForwardPath, Hold, Host, Hostname, IfLate, LocalPart, Mail, MailParameters, Mailbox, Notify,
    Obsolete, OriginalRecipient, OtherExtension, OtherParameters, Parameter, Parameters, Priority,
    Protocol, Query, QueueName, Rcpt, RcptParameters, Reply, ReplyBuf, ReplyCode, ReplyFramer,
    ReplyLines, ReplyRule, Report, ReportId, ReportedMessage, ReportedRecipient, Ret, ReversePath,
    ServerLimits, ServerLine, Solicitation, Text, Tolerance, Tracking, UnknownCommand, ValidSince,
    Words, Xtext, client, server,
};

/// In octets.
#[rustfmt::skip]
const SIZES: &[Size] = &[
    ("Domain",                      16, size_of::<Domain>()),
    ("ForwardPath",                 32, size_of::<ForwardPath>()),
    ("Host",                        40, size_of::<Host>()),
    ("Hostname",                    16, size_of::<Hostname>()),
    ("LocalPart",                   16, size_of::<LocalPart>()),
    ("Mailbox",                     32, size_of::<Mailbox>()),
    ("ReversePath",                 32, size_of::<ReversePath>()),
    ("Argument",                    16, size_of::<Argument>()),
    ("Command",                    120, size_of::<Command>()),
    ("CommandError",                32, size_of::<CommandError>()),
    ("Mail",                       120, size_of::<Mail>()),
    ("MailParameters",              88, size_of::<MailParameters>()),
    ("Obsolete",                     1, size_of::<Obsolete>()),
    ("OtherParameters",             24, size_of::<OtherParameters>()),
    ("Query",                       24, size_of::<Query>()),
    ("Rcpt",                       104, size_of::<Rcpt>()),
    ("RcptParameters",              72, size_of::<RcptParameters>()),
    ("UnknownCommand",              32, size_of::<UnknownCommand>()),
    ("Extension",                   40, size_of::<Extension>()),
    ("OtherExtension",              32, size_of::<OtherExtension>()),
    ("ServerLimits",                16, size_of::<ServerLimits>()),
    ("Words",                       16, size_of::<Words>()),
    ("BodyType",                     1, size_of::<BodyType>()),
    ("DateTime",                    16, size_of::<DateTime>()),
    ("Parameter",                   32, size_of::<Parameter>()),
    ("Parameters",                  16, size_of::<Parameters>()),
    ("Xtext",                       16, size_of::<Xtext>()),
    ("Protocol",                     1, size_of::<Protocol>()),
    ("EnhancedCode",                 6, size_of::<EnhancedCode>()),
    ("Reply",                       40, size_of::<Reply>()),
    ("ReplyBuf",                    48, size_of::<ReplyBuf>()),
    ("ReplyCode",                    2, size_of::<ReplyCode>()),
    ("ReplyFramer",                 56, size_of::<ReplyFramer>()),
    ("ReplyLines",                  24, size_of::<ReplyLines>()),
    ("ReplyRule",                   16, size_of::<ReplyRule>()),
    ("ServerLine",                  40, size_of::<ServerLine>()),
    ("Text",                        16, size_of::<Text>()),
    ("Tolerance",                   10, size_of::<Tolerance>()),
    ("server::Config",             344, size_of::<server::Config>()),
    ("server::Limits",              80, size_of::<server::Limits>()),
    ("server::EhloLines",           24, size_of::<server::EhloLines>()),
    ("server::Keywords",            24, size_of::<server::Keywords>()),
    ("server::Protocol",             1, size_of::<Protocol>()),
    ("server::Rejection",           40, size_of::<server::Rejection>()),
    ("server::Error",               16, size_of::<server::Error>()),
    ("server::Misuse",              16, size_of::<server::Misuse>()),
    ("server::ProtocolError",        1, size_of::<server::ProtocolError>()),
    ("server::Event",              128, size_of::<server::Event>()),
    ("server::Hello",               24, size_of::<server::Hello>()),
    ("server::HelloVerb",            1, size_of::<server::HelloVerb>()),
    ("server::Session",            512, size_of::<server::Session>()),
    ("server::State",                1, size_of::<server::State>()),
    ("client::Protocol",             1, size_of::<Protocol>()),
    ("client::ClearText",            1, size_of::<client::ClearText>()),
    ("client::Config",             144, size_of::<client::Config>()),
    ("client::Limits",             136, size_of::<client::Limits>()),
    ("client::Timeouts",           112, size_of::<client::Timeouts>()),
    ("client::Envelope",           136, size_of::<client::Envelope>()),
    ("client::EnvelopeError",       24, size_of::<client::EnvelopeError>()),
    ("client::Form",                 1, size_of::<client::Form>()),
    ("client::Error",               16, size_of::<client::Error>()),
    ("client::Misuse",              16, size_of::<client::Misuse>()),
    ("client::ProtocolError",        1, size_of::<client::ProtocolError>()),
    ("client::Answer",              48, size_of::<client::Answer>()),
    ("client::Event",               56, size_of::<client::Event>()),
    ("client::Extensions",          88, size_of::<client::Extensions>()),
    ("client::Opened",              80, size_of::<client::Opened>()),
    ("client::Opening",            152, size_of::<client::Opening>()),
    ("client::OpeningError",        56, size_of::<client::OpeningError>()),
    ("client::Step",                80, size_of::<client::Step>()),
    ("client::Outcome",             56, size_of::<client::Outcome>()),
    ("client::Login",               48, size_of::<client::Login>()),
    ("client::Plan",                72, size_of::<client::Plan>()),
    ("client::Way",                 24, size_of::<client::Way>()),
    ("client::Sent",                 8, size_of::<client::Sent>()),
    ("client::Session",            408, size_of::<client::Session>()),
    ("client::State",                1, size_of::<client::State>()),
    ("client::Transaction",        256, size_of::<client::Transaction>()),
    ("client::TransactionStep",     64, size_of::<client::TransactionStep>()),
    ("AttributeValue",              24, size_of::<AttributeValue>()),
    ("Attributes",                  16, size_of::<Attributes>()),
    ("Burl",                        24, size_of::<Burl>()),
    ("Domains",                     16, size_of::<Domains>()),
    ("Etrn",                        24, size_of::<Etrn>()),
    ("QueueName",                   16, size_of::<QueueName>()),
    ("DeliverBy",                    8, size_of::<DeliverBy>()),
    ("Hold",                        16, size_of::<Hold>()),
    ("IfLate",                       1, size_of::<IfLate>()),
    ("Notify",                       1, size_of::<Notify>()),
    ("OriginalRecipient",           16, size_of::<OriginalRecipient>()),
    ("Priority",                     1, size_of::<Priority>()),
    ("Ret",                          1, size_of::<Ret>()),
    ("Solicitation",                16, size_of::<Solicitation>()),
    ("Tracking",                    16, size_of::<Tracking>()),
    ("ValidSince",                  24, size_of::<ValidSince>()),
    ("Action",                       1, size_of::<Action>()),
    ("Diagnostic",                  40, size_of::<Diagnostic>()),
    ("Report",                     120, size_of::<Report>()),
    ("ReportId",                    16, size_of::<ReportId>()),
    ("ReportedMessage",             72, size_of::<ReportedMessage>()),
    ("ReportedRecipient",          168, size_of::<ReportedRecipient>()),
    ("server::FutureRelease",       32, size_of::<server::FutureRelease>()),
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

/// A server that has greeted its client, and one that waits for a message to a hundred
/// recipients; a client that has the answer to its EHLO.
#[test]
fn idle_sessions() {
    let config = Arc::new(server::Config::new("mx.example.org").unwrap());
    let mut out = BytesMut::with_capacity(1 << 16);
    let mut serve = |input: &str| {
        let mut session = server::Session::new(config.clone(), Channel::Clear, &mut out);
        let mut input = input.as_bytes();
        loop {
            match session.receive(&mut input, &mut out).unwrap() {
                server::Event::NeedInput => return session,
                server::Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                server::Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                server::Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                other => panic!("{other:?}"),
            }
        }
    };
    let recipients = "RCPT TO:<bob@example.org>\r\n".repeat(100);
    let transaction = format!("EHLO c\r\nMAIL FROM:<a@b>\r\n{recipients}");
    let greeted = taken(|| serve("EHLO client.example.org\r\n"));
    let in_transaction = taken(|| serve(&transaction));
    let client = taken(|| {
        let mut session = client::Session::new(client::Config::default(), Channel::Clear);
        session.receive(&mut &b"220 mx\r\n"[..], &mut out).unwrap();
        session.send(Command::Ehlo(Hostname::parse(b"c").unwrap()), &mut out).unwrap();
        let mut answer = &b"250-mx\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN\r\n250 DSN\r\n"[..];
        session.receive(&mut answer, &mut out).unwrap();
        session
    });
    let table = [
        ("server, after EHLO", 512, greeted),
        ("server, with 100 recipients", 512, in_transaction),
        ("client, after EHLO", 730, client),
    ];
    assert_sizes(&table, &[], &[]);
}
