//! What is encoded is parsed to an equal value: every command, reply and
//! extension; and no octets at all make a parser panic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]
#![allow(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::print_stdout,
    reason = "tests have an operating system"
)]

use proptest::prelude::*;
use smtp_proto::{
    Auth, Base64, Body, BytesMut, Command, CommandError, Domain, EnhancedCode, Extension,
    ForwardPath, LocalPart, Mail, MailParameters, Mailbox, Mechanism, Mechanisms, Parameters, Rcpt,
    Reply, ReplyCode, ReplyFramer, ReplyLines, ReversePath, Text, Tolerance, Xtext,
};

/// The owned text that the borrowed values of one command point into.
#[derive(Clone, Debug)]
struct Parts {
    local_part: String,
    domain: String,
    text: String,
    mechanism: String,
    base64: String,
    xtext: String,
    parameters: String,
    size: Option<u64>,
    body: Option<Body>,
    flags: [bool; 4],
}

fn domain() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\\.[A-Za-z0-9ü]([a-z0-9-]{0,5}[a-z0-9])?){0,3}",
        any::<std::net::Ipv4Addr>().prop_map(|address| format!("[{address}]")),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[IPv6:{address}]")),
        "\\[x-[a-z]{1,4}:[!-Z^-~]{1,6}\\]",
    ]
}

fn local_part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~ü-]{1,6}(\\.[a-z0-9]{1,4}){0,3}",
        "\"([ !#-\\[\\]-~é]|\\\\[ -~]){0,12}\"",
    ]
}

fn parts() -> impl Strategy<Value = Parts> {
    let base64 = prop::collection::vec(any::<u8>(), 0..40).prop_map(|octets| {
        let mut out = BytesMut::new();
        mail_wire::encode_base64(&octets, &mut out);
        String::from_utf8(out.to_vec()).unwrap()
    });
    (
        (local_part(), domain(), "[ -~ü]{1,40}", "[A-Z0-9_-]{1,20}", base64),
        ("([!-*,-<>-~]|\\+[0-9A-F]{2}){1,20}", "( X[A-Z0-9-]{0,5}(=[!-<>-~ü]{1,6})?){0,3}"),
        (
            prop::option::of(any::<u64>()),
            prop::option::of(prop::sample::select(vec![
                Body::SevenBit,
                Body::EightBitMime,
                Body::BinaryMime,
            ])),
            any::<[bool; 4]>(),
        ),
    )
        .prop_map(
            |(
                (local_part, domain, text, mechanism, base64),
                (xtext, parameters),
                (size, body, flags),
            )| {
                Parts {
                    local_part,
                    domain,
                    text,
                    mechanism,
                    base64,
                    xtext,
                    parameters,
                    size,
                    body,
                    flags,
                }
            },
        )
}

/// One of each command, built by hand from the parts.
fn commands(parts: &Parts) -> Vec<Command<'_>> {
    let domain = Domain::parse(&parts.domain).unwrap();
    let mailbox = Mailbox { local_part: LocalPart::parse(&parts.local_part).unwrap(), domain };
    let text = Text::new(&parts.text).unwrap();
    let mechanism = Mechanism::parse(&parts.mechanism).unwrap();
    let response = Base64::parse(parts.base64.as_bytes()).unwrap();
    let other = Parameters::parse(&parts.parameters).unwrap();
    let [smtputf8, null, with_text, with_auth] = parts.flags;
    let parameters = MailParameters {
        size: parts.size,
        body: parts.body,
        smtputf8,
        auth: with_auth.then(|| Xtext::parse(&parts.xtext).unwrap()),
        other,
    };
    vec![
        Command::Ehlo(domain),
        Command::Helo(domain),
        Command::Mail(Mail {
            from: if null { ReversePath::Null } else { ReversePath::Mailbox(mailbox) },
            parameters,
        }),
        Command::Rcpt(Rcpt {
            to: if null { ForwardPath::Postmaster } else { ForwardPath::Mailbox(mailbox) },
            parameters: other,
        }),
        Command::Data,
        Command::Rset,
        Command::Vrfy(text),
        Command::Expn(text),
        Command::Help(with_text.then_some(text)),
        Command::Noop(with_text.then_some(text)),
        Command::Quit,
        Command::StartTls,
        Command::Auth(Auth { mechanism, initial_response: with_auth.then_some(response) }),
    ]
}

/// Whether [`commands`] has one of this kind: whoever adds a command is told here.
fn kinds(command: Command<'_>) -> usize {
    match command {
        Command::Ehlo(_) => 0,
        Command::Helo(_) => 1,
        Command::Mail(_) => 2,
        Command::Rcpt(_) => 3,
        Command::Data => 4,
        Command::Rset => 5,
        Command::Vrfy(_) => 6,
        Command::Expn(_) => 7,
        Command::Help(_) => 8,
        Command::Noop(_) => 9,
        Command::Quit => 10,
        Command::StartTls => 11,
        Command::Auth(_) => 12,
        other => panic!("add {other:?} to `commands`"),
    }
}

fn encoded(command: Command<'_>) -> Vec<u8> {
    let mut out = BytesMut::new();
    command.encode(&mut out);
    out.to_vec()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    // A line that begins as an enhanced code does cannot be told from one.
    prop::collection::vec("([a-zA-Z<>ü-][ -~ü]{0,20})?", 1..5)
}

fn extensions() -> impl Strategy<Value = (String, String, Option<u64>)> {
    ("X[A-Z0-9-]{0,8}", "([!-~]{1,5}( [!-~]{1,5}){0,2})?", prop::option::of(any::<u64>()))
}

proptest! {
    #[test]
    fn every_command(parts in parts()) {
        let commands = commands(&parts);
        prop_assert!(commands.iter().copied().map(kinds).eq(0..=12));
        for command in commands {
            let wire = encoded(command);
            let line = wire.strip_suffix(b"\r\n").unwrap();
            prop_assert_eq!(Command::parse(line), Ok(command));
            // Trailing spaces of a text are what a tolerant parser takes off.
            let mut lenient = Tolerance::LENIENT;
            lenient.trailing_space = false;
            prop_assert_eq!(Command::parse_tolerant(line, lenient), Ok(command));
        }
    }

    #[test]
    fn every_reply(code in 200_u16..600, enhanced: Option<(u16, u16)>, lines in texts()) {
        let code = ReplyCode::new(code).unwrap();
        let class = u8::try_from(code.get() / 100).unwrap();
        let enhanced = enhanced
            .and_then(|(subject, detail)| EnhancedCode::new(class, subject % 1000, detail % 1000));
        let lines: Vec<Text<'_>> = lines.iter().map(|line| Text::new(line).unwrap()).collect();
        let reply = Reply { code, enhanced, lines: ReplyLines::new(&lines) };
        let mut out = BytesMut::new();
        reply.encode(&mut out);
        prop_assert_eq!(Reply::parse(&out), Ok(reply));
        prop_assert_eq!(ReplyFramer::new(4096).next(&out), Ok(Some(out.len())));
    }

    #[test]
    fn every_extension((keyword, parameters, size) in extensions(), mechanisms in "[A-Z0-9_-]{1,20}( [A-Z0-9_-]{1,20}){0,3}") {
        for extension in [
            Extension::Pipelining,
            Extension::Size(size),
            Extension::EightBitMime,
            Extension::SmtpUtf8,
            Extension::EnhancedStatusCodes,
            Extension::StartTls,
            Extension::Auth(Mechanisms::new(Text::new(&mechanisms).unwrap())),
            Extension::Help,
            Extension::Vrfy,
            Extension::Expn,
            Extension::Other { keyword: Text::new(&keyword).unwrap(), parameters: Text::new(&parameters).unwrap() },
        ] {
            let mut out = BytesMut::new();
            extension.encode(&mut out);
            let line = String::from_utf8(out.to_vec()).unwrap();
            prop_assert_eq!(Extension::parse(Text::new(&line).unwrap()), Ok(extension));
        }
    }

    /// No octets panic, an error lies within the line, and what was parsed is
    /// encoded to what parses equal.
    #[test]
    fn any_octets(octets: Vec<u8>, verb in prop::sample::select(VERBS.to_vec())) {
        for line in [octets.clone(), [verb.as_bytes(), &octets].concat()] {
            check_line(&line);
            if let Ok(reply) = Reply::parse(&line) {
                let mut out = BytesMut::new();
                reply.encode(&mut out);
                prop_assert_eq!(Reply::parse(&out), Ok(reply));
            }
        }
    }

    /// One octet of a good command changed, left out, or doubled.
    #[test]
    fn damaged_commands(parts in parts(), at: prop::sample::Index, octet: u8) {
        for command in commands(&parts) {
            let wire = encoded(command);
            let line = wire.strip_suffix(b"\r\n").unwrap();
            let at = at.index(line.len());
            check_line(&[&line[..at], &[octet], &line[at + 1..]].concat());
            check_line(&[&line[..at], &line[at + 1..]].concat());
            check_line(&[&line[..at], &line[at..=at], &line[at..]].concat());
        }
    }
}

const VERBS: &[&str] = &[
    "EHLO ",
    "HELO ",
    "MAIL FROM:",
    "MAIL FROM:<a@b>",
    "RCPT TO:",
    "RCPT TO:<",
    "VRFY ",
    "AUTH ",
    "AUTH PLAIN ",
    "NOOP ",
    "250-",
    "250 ",
    "550 5.1.1 ",
];

fn check_line(line: &[u8]) {
    for tolerance in [Tolerance::STRICT, Tolerance::LENIENT] {
        match Command::parse_tolerant(line, tolerance) {
            Ok(command) => {
                let wire = encoded(command);
                let again = wire.strip_suffix(b"\r\n").unwrap();
                assert!(!again.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{again:?}");
                // Of the tolerances, only an underscore is kept on the wire.
                let mut kept = Tolerance::STRICT;
                kept.underscore_in_domain = tolerance.underscore_in_domain;
                assert_eq!(Command::parse_tolerant(again, kept), Ok(command), "{line:?}");
            }
            Err(CommandError::UnknownVerb) => {}
            Err(CommandError::Malformed(error) | CommandError::Argument(error)) => {
                assert!(error.offset <= line.len(), "{error:?} in {line:?}");
            }
        }
    }
}

/// A route is dropped, so it is not sent on.
#[test]
fn a_route_is_not_encoded() {
    let command = Command::parse(b"RCPT TO:<@a,@b:c@d>").unwrap();
    assert_eq!(encoded(command), b"RCPT TO:<c@d>\r\n");
}

/// Secrets do not end in logs.
#[test]
fn sasl_data_is_not_printed() {
    let command = Command::parse(b"AUTH PLAIN AGFsaWNlAHNlY3JldA==").unwrap();
    assert!(!format!("{command:?}").contains("AGFs"));
}
