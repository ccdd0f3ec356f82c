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
    Argument, Attributes, Auth, Base64, BodyType, Burl, BytesMut, ClientLine, Command,
    CommandError, DateTime, Domain, Domains, EnhancedCode, Etrn, Extension, ForwardPath, Framed,
    Hostname, LocalPart, Mail, MailParameters, Mailbox, Mechanism, Mechanisms, Obsolete,
    OtherParameters, Parameters, Query, QueueName, Rcpt, RcptParameters, Reply, ReplyCode,
    ReplyFramer, ReplyLines, ReversePath, ServerLine, Text, Tolerance, UnknownCommand, Words,
    Xtext,
};

/// The owned text that the borrowed values of one command point into.
#[derive(Clone, Debug)]
struct Parts {
    local_part: String,
    domain: String,
    hostname: String,
    text: String,
    mechanism: String,
    base64: String,
    xtext: String,
    parameters: String,
    attributes: String,
    size: Option<u64>,
    body: Option<BodyType>,
    flags: [bool; 4],
}

/// Some are so long that with some local parts they are no mailbox.
fn domain() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\\.[A-Za-z0-9ü]([a-z0-9-]{0,5}[a-z0-9])?){0,3}",
        "[a-z0-9](\\.[A-Za-z0-9]){100,127}",
        literal(),
    ]
}

fn hostname() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\\.[A-Za-z0-9]){0,120}", literal()]
}

fn literal() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<std::net::Ipv4Addr>().prop_map(|address| format!("[{address}]")),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[IPv6:{address}]")),
        "\\[x-[a-z]{1,4}:[!-Z^-~]{1,6}\\]",
    ]
}

fn local_part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~ü-]{1,6}(\\.[a-z0-9]{1,4}){0,3}",
        "[a-z]{40,64}",
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
        (
            (local_part(), domain(), hostname()),
            ("[ -~ü]{0,40}( SMTPUTF8)?", "[A-Z0-9_-]{1,20}", base64),
        ),
        (
            "([!-*,-<>-~]|\\+[1-9A-F][0-9A-F]){0,20}",
            "[A-Z_]{1,8}=([!-*,-<>-~]|\\+[1-9A-F][0-9A-F]){1,9}( addr=\\[tempUNAVAIL\\]){0,2}",
            "( (X[A-Z0-9-]{0,5}(=[!-<>-~ü]{1,6})?|SIZE=2|body=7BIT|Auth=<>|SMTPUTF8)){0,3}",
        ),
        (
            prop::option::of(any::<u64>()),
            prop::option::of(prop::sample::select(vec![
                BodyType::SevenBit,
                BodyType::EightBitMime,
                BodyType::BinaryMime,
            ])),
            any::<[bool; 4]>(),
        ),
    )
        .prop_map(
            |(
                ((local_part, domain, hostname), (text, mechanism, base64)),
                (xtext, attributes, parameters),
                (size, body, flags),
            )| {
                Parts {
                    local_part,
                    domain,
                    hostname,
                    text,
                    mechanism,
                    base64,
                    xtext,
                    parameters,
                    attributes,
                    size,
                    body,
                    flags,
                }
            },
        )
}

/// One of each command, built by hand from the parts; where they do not fit together,
/// from simpler ones.
fn commands(parts: &Parts) -> Vec<Command<'_>> {
    let hostname = Hostname::parse(parts.hostname.as_bytes()).unwrap();
    let local_part = LocalPart::parse(parts.local_part.as_bytes()).unwrap();
    let mailbox = Mailbox::new(local_part, Domain::parse(parts.domain.as_bytes()).unwrap())
        .unwrap_or(Mailbox::parse(b"a@b").unwrap());
    let argument = Argument::new(Text::new(&parts.text).unwrap()).ok();
    let mechanism = Mechanism::parse(parts.mechanism.as_bytes()).unwrap();
    let response = Base64::parse(parts.base64.as_bytes()).unwrap();
    let all = Parameters::parse(parts.parameters.as_bytes()).unwrap();
    let [smtputf8, null, with_text, with_auth] = parts.flags;
    let alice = Query::new(Argument::new(Text::new("alice").unwrap()).unwrap(), smtputf8).unwrap();
    let query = argument.and_then(|string| Query::new(string, smtputf8).ok()).unwrap_or(alice);
    let mut parameters = MailParameters::default();
    parameters.size = parts.size;
    parameters.body = parts.body;
    parameters.smtputf8 = smtputf8;
    parameters.auth = Xtext::parse(parts.xtext.as_bytes()).ok().filter(|_| with_auth);
    parameters.other = OtherParameters::of_mail(all).unwrap_or(OtherParameters::NONE);
    let mut of_rcpt = RcptParameters::default();
    of_rcpt.other = OtherParameters::of_rcpt(all).unwrap_or(OtherParameters::NONE);
    let attributes = parts.attributes.as_bytes();
    let attributes = Attributes::parse(attributes).unwrap();
    vec![
        Command::Ehlo(hostname),
        Command::Helo(hostname),
        Command::Mail(Mail {
            from: if null { ReversePath::Null } else { ReversePath::Mailbox(mailbox) },
            parameters,
        }),
        Command::Rcpt(Rcpt {
            to: if null { ForwardPath::Postmaster } else { ForwardPath::Mailbox(mailbox) },
            parameters: of_rcpt,
        }),
        Command::Data,
        Command::Rset,
        Command::Vrfy(query),
        Command::Expn(query),
        Command::Help(argument),
        Command::Noop(argument),
        Command::Quit,
        Command::StartTls,
        Command::Auth(Auth { mechanism, initial_response: with_auth.then_some(response) }),
        Command::Obsolete(
            if smtputf8 { Obsolete::Turn } else { Obsolete::Send },
            argument.filter(|_| with_text),
        ),
        Command::Obsolete(if smtputf8 { Obsolete::Soml } else { Obsolete::Saml }, argument),
        Command::Unknown(UnknownCommand::new("X-Mark2", argument.filter(|_| null)).unwrap()),
        Command::Lhlo(hostname),
        Command::Bdat { size: parts.size.unwrap_or_default(), last: null },
        Command::Burl(Burl::new("imap://mail.example.org/Drafts/;UID=2", null).unwrap()),
        Command::Etrn(match parts.parameters.len() % 3 {
            0 => Etrn::Host(hostname),
            1 => Etrn::Domain(hostname),
            _ => Etrn::Queue(QueueName::parse(b"uucp-1").unwrap()),
        }),
        Command::Atrn(Domains::parse(parts.hostname.as_bytes()).ok().filter(|_| null)),
        Command::XClient(Attributes::parse(b"NAME=[UNAVAILABLE] ADDR=192.0.2.1").unwrap()),
        Command::XForward(attributes),
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
        Command::Obsolete(Obsolete::Turn | Obsolete::Send, _) => 13,
        Command::Obsolete(Obsolete::Soml | Obsolete::Saml, _) => 14,
        Command::Unknown(_) => 15,
        Command::Lhlo(_) => 16,
        Command::Bdat { .. } => 17,
        Command::Burl(_) => 18,
        Command::Etrn(_) => 19,
        Command::Atrn(_) => 20,
        Command::XClient(_) => 21,
        Command::XForward(_) => 22,
        other => panic!("add {other:?} to `commands`"),
    }
}

fn encoded(command: Command<'_>) -> Vec<u8> {
    let mut out = BytesMut::new();
    command.encode(&mut out);
    out.to_vec()
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("(([2-5]\\.[0-9]{1,3}\\.[0-9]{1,3} ?)?[ -~ü]{0,20})?", 1..5)
}

fn enhanced_codes() -> impl Strategy<Value = Option<EnhancedCode>> {
    prop::option::of((2_u8..6, 0_u16..1000, 0_u16..1000))
        .prop_map(|code| code.and_then(|(class, a, b)| EnhancedCode::new(class, a, b)))
}

fn extensions() -> impl Strategy<Value = (String, Option<u64>)> {
    ("X[A-Z0-9-]{0,8}( [!-~]{1,5}){0,3}", prop::option::of(any::<u64>()))
}

/// Some of the parameters of MAIL and of RCPT, each with any of its values.
fn parameters() -> impl Strategy<Value = (String, String)> {
    let time = "20[0-9]{2}-0[1-9]-1[0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:30)";
    let mail = [
        " SIZE=[0-9]{1,19}".to_owned(),
        " BODY=(7BIT|8BITMIME|BINARYMIME)".to_owned(),
        " SMTPUTF8".to_owned(),
        " AUTH=<>".to_owned(),
        " RET=(FULL|hdrs)".to_owned(),
        " ENVID=([!-*,-<>-~]|\\+[2-6][0-9A-F]){1,30}".to_owned(),
        " BY=([+-]?[0-9]{1,9};NT?|\\+?[1-9][0-9]{0,8};RT?)".to_owned(),
        format!(" (HOLDFOR=[1-9][0-9]{{0,8}}|HOLDUNTIL={time})"),
        " MT-PRIORITY=(0|-?[1-9])".to_owned(),
        " REQUIRETLS".to_owned(),
        " SOLICIT=[a-z][a-zA-Z0-9.:_-]{0,9}(,[a-z]{1,5})?".to_owned(),
        " MTRK=[a-zA-Z0-9+/]{1,28}(:[0-9]{1,9})?".to_owned(),
        " CONPERM".to_owned(),
    ];
    let rcpt = [
        " NOTIFY=(NEVER|SUCCESS(,FAILURE)?|delay,failure)".to_owned(),
        " ORCPT=(rfc822;([!-*,-<>-~]|\\+[2-6][0-9A-F]){0,30}|utf-8;([!-<>-\\[\\]-~ü]|\\\\x\\{(2B|E9|4E2D)\\}){1,30}|x400;/S\\+3DA)"
            .to_owned(),
        format!(" RRVS={time}(;[CR])?"),
        " CONNEG".to_owned(),
    ];
    let some = |all: &[String]| {
        let each = all.iter().map(|one| {
            let one = proptest::string::string_regex(one).unwrap();
            prop::option::of(one).prop_map(Option::unwrap_or_default)
        });
        each.collect::<Vec<_>>().prop_shuffle().prop_map(|all| all.concat())
    };
    (some(&mail), some(&rcpt))
}

proptest! {
    #[test]
    fn every_parameter((mail, rcpt) in parameters()) {
        for line in [format!("MAIL FROM:<a@b>{mail}"), format!("RCPT TO:<a@b>{rcpt}")] {
            let command = Command::parse(line.as_bytes());
            prop_assert!(command.is_ok(), "{line}: {command:?}");
            let wire = encoded(command.unwrap());
            prop_assert_eq!(Command::parse(wire.strip_suffix(b"\r\n").unwrap()), command);
            let words = |text: &[u8]| text.split(|&octet| octet == b' ').count();
            prop_assert_eq!(words(&wire), words(line.as_bytes()));
        }
    }

    #[test]
    fn every_command(parts in parts()) {
        let commands = commands(&parts);
        prop_assert!(commands.iter().copied().map(kinds).eq(0..=22));
        for command in commands {
            let wire = encoded(command);
            let line = wire.strip_suffix(b"\r\n").unwrap();
            for tolerance in [Tolerance::STRICT, Tolerance::default(), Tolerance::LENIENT] {
                prop_assert_eq!(Command::parse_tolerant(line, tolerance), Ok(command));
            }
        }
    }

    /// RFC 5321 §2.3.8, §4.5.2: whatever stands around them.
    #[test]
    fn no_command_has_cr_lf_or_nul(
        parts in parts(),
        at: prop::sample::Index,
        odd in prop::sample::select(vec![b'\r', b'\n', 0]),
    ) {
        for command in commands(&parts) {
            let mut line = encoded(command);
            line.truncate(line.len() - 2);
            let at = at.index(line.len() + 1);
            line.insert(at, odd);
            for tolerance in [Tolerance::STRICT, Tolerance::LENIENT] {
                let error = Command::parse_tolerant(&line, tolerance).unwrap_err();
                let CommandError::Malformed(error) = error else { panic!("{error}") };
                prop_assert_eq!(error.offset, at);
            }
        }
    }

    #[test]
    fn every_reply(code in 200_u16..600, enhanced in enhanced_codes(), lines in texts()) {
        let lines: Vec<Text<'_>> = lines.iter().map(|line| Text::new(line).unwrap()).collect();
        let reply = Reply::new(ReplyCode::new(code).unwrap(), enhanced, ReplyLines::new(&lines));
        prop_assume!(reply.is_some());
        let mut out = BytesMut::new();
        reply.unwrap().encode(&mut out);
        let mut input = &out[..];
        let Framed::Whole { octets, .. } = ReplyFramer::new(4096).next(&mut input) else { panic!() };
        prop_assert!(input.is_empty());
        prop_assert_eq!(Reply::parse(octets), Ok(reply.unwrap()));
    }

    #[test]
    fn every_line_of_auth(parts in parts(), code in 200_u16..600) {
        let data = Base64::parse(parts.base64.as_bytes()).unwrap();
        for line in [ClientLine::Data(data), ClientLine::Cancel] {
            let mut out = BytesMut::new();
            line.encode(&mut out);
            prop_assert_eq!(ClientLine::parse(out.strip_suffix(b"\r\n").unwrap()), Ok(line));
        }
        prop_assume!(code != 334);
        let text = Text::new(&parts.text).unwrap().into();
        let end = Reply::new(ReplyCode::new(code).unwrap(), None, text).unwrap();
        for line in [ServerLine::Challenge(data), ServerLine::End(end)] {
            let mut out = BytesMut::new();
            line.encode(&mut out);
            prop_assert_eq!(ServerLine::parse(out.strip_suffix(b"\r\n").unwrap()), Ok(line));
        }
    }

    #[test]
    fn every_extension(
        (other, size) in extensions(),
        mechanisms in "[A-Z0-9_-]{1,20}( [A-Z0-9_-]{1,20}){0,3}",
        words in "[!-~]{1,9}( [!-~]{1,9}){0,3}",
        seconds in 1_u32..1_000_000_000,
    ) {
        let limits = format!("LIMITS {words}");
        for extension in [
            Extension::Pipelining,
            Extension::Size(size),
            Extension::EightBitMime,
            Extension::SmtpUtf8,
            Extension::EnhancedStatusCodes,
            Extension::StartTls,
            Extension::Auth(Mechanisms::parse(mechanisms.as_bytes()).unwrap()),
            Extension::Help,
            Extension::Vrfy,
            Extension::Expn,
            Extension::Chunking,
            Extension::BinaryMime,
            Extension::Dsn,
            Extension::DeliverBy(size.map(|_| seconds)),
            Extension::FutureRelease {
                interval: seconds,
                until: DateTime::parse(b"2026-11-28T23:55:00.5+01:00").unwrap(),
            },
            Extension::MtPriority(size.map(|_| "STANAG4406")),
            Extension::RequireTls,
            Extension::parse(limits.as_bytes()).unwrap(),
            Extension::Etrn,
            Extension::Atrn,
            Extension::Burl(Words::parse(words.as_bytes()).unwrap()),
            Extension::NoSoliciting(Words::parse(words.as_bytes()).unwrap()),
            Extension::Mtrk,
            Extension::ConPerm,
            Extension::ConNeg,
            Extension::Rrvs,
            Extension::XClient(Words::parse(words.as_bytes()).unwrap()),
            Extension::XForward(Words::NONE),
            Extension::parse(other.as_bytes()).unwrap(),
        ] {
            let mut out = BytesMut::new();
            extension.encode(&mut out);
            prop_assert_eq!(Extension::parse(&out), Ok(extension));
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
                prop_assert_eq!(Reply::parse(out.strip_suffix(b"\r\n").unwrap()), Ok(reply));
                let longest = out.split_inclusive(|&octet| octet == b'\n').map(<[u8]>::len).max();
                prop_assert!(longest <= Some(512));
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
    for tolerance in [Tolerance::STRICT, Tolerance::PUBLIC, Tolerance::LENIENT] {
        match Command::parse_tolerant(line, tolerance) {
            Ok(command) => {
                let wire = encoded(command);
                let again = wire.strip_suffix(b"\r\n").unwrap();
                assert!(!again.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "{again:?}");
                // Of the tolerances, only those for names are kept on the wire.
                let mut kept = tolerance;
                kept.trailing_space = false;
                kept.space_after_colon = false;
                kept.missing_brackets = false;
                assert_eq!(Command::parse_tolerant(again, kept), Ok(command), "{line:?}");
            }
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
