//! What somebody sends who means harm, beside harmless input of the same size: on the sessions
//! before login, and on the IMAP half of the mail server over a socket.
//!
//! Each attack takes at most [`FACTOR`] times as long, which is asserted before it is measured.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use imap_proto::Arena;
use mail_examples::listen::{Listeners, Protocol, Security};
use mail_examples::login::PlaintextAuth;
use mail_examples::server::Server;
use mail_examples::store::{NewMessage, Store};
use mail_examples::{imap, tls};

/// How many times as long an attack may take as what is harmless.
const FACTOR: u32 = 4;

/// So much more is no matter, on a machine that does other things too: of a session, and of the
/// mail server.
const SLACK: Duration = Duration::from_millis(5);
const SERVER_SLACK: Duration = Duration::from_millis(250);

/// Measures both, after it has asserted that the attack is in proportion.
fn beside(
    criterion: &mut Criterion,
    name: &str,
    slack: Duration,
    mut harmless: impl FnMut(),
    mut attack: impl FnMut(),
) {
    let (expected, time) = (least(&mut harmless), least(&mut attack));
    assert!(
        time <= FACTOR * expected + slack,
        "{name}: {time:?} beside {expected:?} for what is harmless"
    );
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(2));
    group.bench_function("harmless", |bencher| bencher.iter(&mut harmless));
    group.bench_function("attack", |bencher| bencher.iter(&mut attack));
    group.finish();
}

/// The time that it takes, the least of three.
fn least(run: &mut impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..3).map(time).min().unwrap_or_default()
}

/// `line`, over and over, as often as there is room for it in so many octets.
fn repeat(line: &str, octets: usize) -> String {
    line.repeat(octets / line.len())
}

/// Plays a stranger's `input` to IMAP's session, whose driver declines everything.
fn imap_session(input: &str) {
    use imap_proto::server::{Channel, Config, Event, Session};
    let (mut out, mut arena) = (BytesMut::new(), Arena::new());
    let config = Config::default();
    let mut session = Session::new(Arc::new(config), Channel::Tls, &mut out);
    let mut unread = input.as_bytes();
    loop {
        match session.receive(&mut unread, &arena, &mut out).unwrap() {
            Event::NeedInput | Event::Closed => return,
            event => session.decline(event, &mut out).unwrap(),
        }
        arena.reset();
        out.clear();
    }
}

/// Plays `input` to SMTP's session, whose driver knows no recipient.
fn smtp_session(input: &str) {
    use smtp_proto::server::{Channel, Config, Event, Rejection, Session};
    let mut out = BytesMut::new();
    let config = Config::new("mx.example.org").unwrap();
    let mut session = Session::new(Arc::new(config), Channel::Clear, &mut out);
    let mut unread = input.as_bytes();
    loop {
        match session.receive(&mut unread, &mut out).unwrap() {
            Event::NeedInput | Event::Closed => return,
            Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
            Event::Rcpt(_, ticket) => {
                session.reject(ticket, Rejection::NO_SUCH_USER, &mut out).unwrap();
            }
            other => session.decline(other, &mut out).unwrap(),
        }
        out.clear();
    }
}

/// What costs a session before anybody has logged in.
fn sessions(criterion: &mut Criterion) {
    let attack = format!("a {}{}\r\n", "X".repeat(30_000), "{1+}\r\nx".repeat(4_300));
    let harmless = repeat("a NOOP\r\n", attack.len());
    beside(
        criterion,
        "IMAP: 4,300 literals after a word of 30,000 octets",
        SLACK,
        || imap_session(&harmless),
        || imap_session(&attack),
    );

    let envelope = "EHLO c\r\nMAIL FROM:<a@example.com>\r\n";
    let attack = format!("{envelope}{}", "RCPT TO:<nobody@example.org>\r\n".repeat(2_000));
    let harmless = format!("{envelope}{}", "NOOP of as many octets as it\r\n".repeat(2_000));
    beside(
        criterion,
        "SMTP: 2,000 RCPT that are refused",
        SLACK,
        || smtp_session(&harmless),
        || smtp_session(&attack),
    );

    // What is not in its place is parsed all the same.
    for (name, attack) in [
        ("IMAP: 16,000 ALL in SEARCH RETURN", format!("RETURN ({})", words("ALL", 16_000))),
        ("IMAP: 50 nested SEARCH lists", format!("{}ALL{}", "(".repeat(50), ")".repeat(50))),
    ] {
        let attack = format!("a SEARCH {attack} ALL\r\n");
        let harmless = repeat("a NOOP\r\n", attack.len());
        beside(criterion, name, SLACK, || imap_session(&harmless), || imap_session(&attack));
    }
    let attack = format!("a LIST \"\" * RETURN (STATUS ({}))\r\n", words("RECENT", 9_000));
    let harmless = repeat("a NOOP\r\n", attack.len());
    beside(
        criterion,
        "IMAP: 9,000 RECENT in LIST RETURN (STATUS)",
        SLACK,
        || imap_session(&harmless),
        || imap_session(&attack),
    );
}

/// So many words of one kind.
fn words(word: &str, count: usize) -> String {
    vec![word; count].join(" ")
}

/// One word as long as so many of `word` and the blanks between them.
fn long_word(word: &str, count: usize) -> String {
    "z".repeat((word.len() + 1) * count - 1)
}

/// The mail server, and alice's connection to its IMAP half.
struct Imap {
    listeners: Listeners,
    socket: TcpStream,
    answer: Vec<u8>,
}

impl Imap {
    fn start(messages: &[String], others: usize, mailboxes: usize) -> Self {
        let store = Store::in_memory().unwrap();
        store.set_user("alice", "secret").unwrap();
        let alice = store.recipient("alice").unwrap().unwrap();
        let inbox = store.mailbox(alice, "INBOX").unwrap();
        let message = |text: &str| {
            let mut draft = store.draft().unwrap();
            draft.write_all(text.as_bytes()).unwrap();
            NewMessage::from(draft)
        };
        for text in messages {
            store.append(inbox, vec![message(text)]).unwrap();
        }
        let small = (0..others).map(|at| message(&format!("Subject: {at}\r\n\r\n")));
        store.append(inbox, small.collect()).unwrap();
        for at in 0..mailboxes {
            store.create(alice, &format!("box{at}")).unwrap();
        }

        let mut server =
            Server::new(store, "localhost", tls::self_signed("localhost", None).unwrap());
        server.plaintext_auth = PlaintextAuth::Loopback;
        let mut listeners = Listeners::new(server);
        let protocol = Protocol { name: "IMAP", drive: imap::drive, busy: "", alpn: b"imap" };
        let any = ([127, 0, 0, 1], 0).into();
        let address = listeners.open(protocol, Security::StartTls, any).unwrap();
        let mut imap =
            Self { listeners, socket: TcpStream::connect(address).unwrap(), answer: Vec::new() };
        imap.ask("LOGIN alice secret");
        imap.ask("SELECT INBOX");
        imap
    }

    /// Says a command and takes its answer, up to the tagged OK.
    fn ask(&mut self, command: &str) {
        self.socket.write_all(format!("zz {command}\r\n").as_bytes()).unwrap();
        self.answer.clear();
        let mut piece = vec![0; 1 << 16];
        loop {
            let count = self.socket.read(&mut piece).unwrap();
            assert!(count > 0, "the server has gone");
            self.answer.extend_from_slice(&piece[..count]);
            let Some(line) = self.answer.strip_suffix(b"\r\n") else { continue };
            let line = line.rsplit(|&octet| octet == b'\n').next().unwrap_or_default();
            if line.starts_with(b"zz ") {
                assert!(line.starts_with(b"zz OK"), "{}", String::from_utf8_lossy(line));
                return;
            }
        }
    }

    /// Measures both commands beside each other.
    fn beside(&mut self, criterion: &mut Criterion, name: &str, harmless: &str, attack: &str) {
        let imap = std::cell::RefCell::new(self);
        beside(
            criterion,
            &format!("mail server: {name}"),
            SERVER_SLACK,
            || imap.borrow_mut().ask(harmless),
            || imap.borrow_mut().ask(attack),
        );
    }

    fn stop(mut self) {
        self.ask("LOGOUT");
        self.listeners.stop();
    }
}

/// Mail of a stranger, looked at by its owner.
fn mail(criterion: &mut Criterion) {
    let fields = |name: &str, value: &str| {
        format!("{name}: {}\r\n", value.repeat(62_000 / value.len())).repeat(64)
    };
    let text = "zy zx ".repeat(10_000);
    let messages = [
        format!("{}\r\n", fields("From", "Ann Lee <ann.lee@example.org>, ")),
        format!("{}\r\n", fields("From", "a,")),
        format!("{}\r\n", "a:\r\n".repeat(1 << 18)),
        format!("{}\r\n", format!("X: {text}\r\n").repeat(128)),
    ];
    let mut imap = Imap::start(&messages, 0, 0);
    imap.beside(
        criterion,
        "ENVELOPE of From: a,a,… (4 MiB)",
        "FETCH 1 ENVELOPE",
        "FETCH 2 ENVELOPE",
    );
    let names = |names: &str| format!("FETCH 3 BODY.PEEK[HEADER.FIELDS ({names})]");
    imap.beside(
        criterion,
        "HEADER.FIELDS of 32,000 names on 1 MiB of short fields",
        &names(&long_word("b", 32_000)),
        &names(&words("b", 32_000)),
    );
    let others: Vec<_> = (1_000..10_000).map(|at| format!("b{at}")).collect();
    imap.beside(
        criterion,
        "HEADER.FIELDS of 9,000 different names",
        &names(&long_word("b1000", 9_000)),
        &names(&others.join(" ")),
    );
    imap.beside(
        criterion,
        "99 NOT TEXT on a header of 8 MiB",
        &format!("SEARCH 4 NOT TEXT {}", long_word("NOT TEXT zzz", 98)),
        &format!("SEARCH 4 {}", words("NOT TEXT zzz", 99)),
    );
    imap.stop();
}

/// Many mailboxes, and many messages in one.
fn store(criterion: &mut Criterion) {
    let mut imap = Imap::start(&[], 4_096, 400);
    let nested = format!("{}{}{}", "(".repeat(63), words("ALL", 16_000), ")".repeat(63));
    imap.beside(
        criterion,
        "SEARCH of 16,000 ALL in 63 nested lists, 4,096 messages",
        &format!("SEARCH UNKEYWORD {}", long_word("ALL", 16_000)),
        &format!("SEARCH {nested}"),
    );
    imap.beside(
        criterion,
        "SEARCH RETURN (ALL ALL … ×16,000)",
        &format!("SEARCH UNKEYWORD {}", long_word("ALL", 16_000)),
        &format!("SEARCH RETURN ({}) ALL", words("ALL", 16_000)),
    );
    imap.beside(
        criterion,
        "LIST with 16,000 patterns, 400 mailboxes",
        &format!("LIST \"\" (*{})", long_word("*z", 16_000)),
        &format!("LIST \"\" ({})", words("*z", 16_000)),
    );
    imap.beside(
        criterion,
        "LIST RETURN (STATUS (RECENT … ×9,000)), 400 mailboxes",
        &format!("LIST \"\" (* {}) RETURN (STATUS (RECENT))", long_word("RECENT", 8_999)),
        &format!("LIST \"\" * RETURN (STATUS ({}))", words("RECENT", 9_000)),
    );
    imap.stop();
}

criterion_group!(benches, sessions, mail, store);
criterion_main!(benches);
