//! POP3: commands, listings and messages, of the client and of the server.

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::corpus::body::text as body;
use mail_benches::work::body::{READ, in_reads};
use mail_wire::{DotStuffer, Framed, LineFramer, SendPolicy};
use memchr::memmem;
use pop3_codec::parse as peer;
use pop3_codec::types::Response;
use pop3_proto::unstuff_line;
use pop3_proto::{Command, MessageNumber, Name, Password, UniqueId, client, server};
use pop3_proto::{ScanListing, UniqueIdListing};

/// What a server hears: every way to log in, and what a client asks for then.
const COMMANDS: &[&str] = &[
    "CAPA\r\n",
    "STLS\r\n",
    "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n",
    "USER alice.liddell@example.org\r\n",
    "PASS correct horse battery staple\r\n",
    "APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n",
    "UTF8\r\n",
    "LANG en\r\n",
    "STAT\r\n",
    "LIST\r\n",
    "LIST 17\r\n",
    "UIDL\r\n",
    "UIDL 17\r\n",
    "TOP 1017 20\r\n",
    "RETR 1017\r\n",
    "DELE 1017\r\n",
    "NOOP\r\n",
    "RSET\r\n",
    "QUIT\r\n",
];

/// One line in so many begins with a dot.
const DOTTED: u64 = 1000;
const MESSAGES: u32 = 10_000;

/// Sizes of messages as they are: most are small, some have attachments.
fn sizes() -> impl Iterator<Item = u64> {
    (0..u64::from(MESSAGES)).map(|message| match message * 7919 % 100 {
        ..70 => 2_000 + message * 31 % 8_000,
        70..97 => 10_000 + message * 977 % 90_000,
        _ => 100_000 + message * 7_919 % 9_000_000,
    })
}

/// Unique-ids as Dovecot makes them: UID and UIDVALIDITY in hexadecimal.
fn unique_ids() -> Vec<String> {
    (1..=MESSAGES).map(|uid| format!("{:08x}{:08x}", uid * 3, 1_700_000_000)).collect()
}

fn without_crlf(line: &str) -> &[u8] {
    line.strip_suffix("\r\n").unwrap().as_bytes()
}

fn commands(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("POP3 commands");
    group.throughput(Throughput::Elements(COMMANDS.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            for line in COMMANDS {
                let line = without_crlf(black_box(line));
                let _ = black_box(Command::parse(line).unwrap());
            }
        });
    });
    let wire = COMMANDS.concat();
    group.bench_function("parse, the ends of lines found too", |bencher| {
        let mut framer = LineFramer::new(255);
        bencher.iter(|| {
            let mut input = black_box(wire.as_bytes());
            while let Framed::Whole { octets: line, .. } = framer.next(&mut input) {
                let _ = black_box(Command::parse(line).unwrap());
            }
            assert!(input.is_empty());
        });
    });
    group.bench_function("parse, peer pop3-codec", |bencher| {
        bencher.iter(|| {
            let mut input = black_box(wire.as_bytes());
            while !input.is_empty() {
                let (rest, command) = peer::command(input).unwrap();
                black_box(command);
                input = rest;
            }
        });
    });
    let parsed: Vec<Command> =
        COMMANDS.iter().map(|line| Command::parse(without_crlf(line)).unwrap()).collect();
    group.bench_function("encode", |bencher| {
        let mut out = BytesMut::with_capacity(4096);
        bencher.iter(|| {
            out.clear();
            for command in black_box(&parsed) {
                command.encode(&mut out);
            }
            black_box(out.len())
        });
    });
    let parsed: Vec<_> =
        COMMANDS.iter().map(|line| peer::command(line.as_bytes()).unwrap().1).collect();
    group.bench_function("encode, peer pop3-codec", |bencher| {
        bencher.iter(|| {
            for command in black_box(&parsed) {
                black_box(command.serialize());
            }
        });
    });
    group.finish();
}

/// A message as the client receives it.
fn retr_received(criterion: &mut Criterion) {
    let mut wire = BytesMut::from("+OK the message follows\r\n");
    let mut stuffer = DotStuffer::new(SendPolicy::Reject);
    stuffer.push(&body(DOTTED), &mut wire).unwrap();
    stuffer.finish(&mut wire).unwrap();

    let mut group = criterion.benchmark_group("RETR received");
    group.throughput(Throughput::Bytes(wire.len() as u64));
    group.bench_function("copy", |bencher| {
        let mut message = Vec::with_capacity(wire.len());
        bencher.iter(|| {
            message.clear();
            for read in black_box(&wire).chunks(READ) {
                message.extend_from_slice(read);
            }
            black_box(&mut message);
        });
    });
    group.bench_function("memmem", |bencher| {
        let finder = memmem::Finder::new(b"\r\n.");
        bencher.iter(|| {
            in_reads(black_box(&wire), |input| {
                black_box(finder.find_iter(input).count());
                *input = &[];
            });
        });
    });
    group.bench_function("session", |bencher| {
        let (mut session, mut out) = logged_in();
        let command = Command::Retr(MessageNumber::new(1).unwrap());
        bencher.iter(|| {
            out.clear();
            session.send(command, &mut out).unwrap();
            let mut ended = false;
            in_reads(black_box(&wire), |input| {
                ended = receive(&mut session, input, &mut out);
            });
            assert!(ended);
        });
    });
    // It has no reader of pieces: it takes the whole answer, and makes a string
    // of each line, from which it does not take the dots that were stuffed.
    group.bench_function("peer pop3-codec, which copies lines", |bencher| {
        bencher.iter(|| {
            let (rest, response) = peer::response_retr(black_box(&wire)).unwrap();
            assert!(rest.is_empty());
            black_box(response);
        });
    });
    group.finish();
}

/// A message as the server writes it.
fn retr_written(criterion: &mut Criterion) {
    let body = body(DOTTED);
    let mut group = criterion.benchmark_group("RETR written");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("copy", |bencher| {
        let mut out = BytesMut::with_capacity(2 * READ);
        bencher.iter(|| {
            for piece in black_box(&body).chunks(READ) {
                out.clear();
                out.extend_from_slice(piece);
                black_box(&mut out);
            }
        });
    });
    group.bench_function("session", |bencher| {
        let (mut session, mut out) = opened();
        bencher.iter(|| {
            out.clear();
            let mut input: &[u8] = b"RETR 1\r\n";
            let server::Event::Retr(_, ticket) = session.receive(&mut input, &mut out).unwrap()
            else {
                panic!("not a RETR");
            };
            let mut message = session.send_message(ticket, &mut out).unwrap();
            for piece in black_box(&body).chunks(READ) {
                out.clear();
                message.push(piece, &mut out);
                black_box(&mut out);
            }
            session.finish(message, &mut out).unwrap();
        });
    });
    group.finish();
}

fn list(criterion: &mut Criterion) {
    let mut wire = String::from("+OK the sizes follow\r\n");
    for (message, size) in (1..=MESSAGES).zip(sizes()) {
        wire += &format!("{message} {size}\r\n");
    }
    wire += ".\r\n";

    let mut group = criterion.benchmark_group("LIST");
    group.throughput(Throughput::Elements(MESSAGES.into()));
    group.bench_function("received by the session", |bencher| {
        let (mut session, mut out) = logged_in();
        bencher.iter(|| {
            out.clear();
            session.send(Command::List(None), &mut out).unwrap();
            let mut ended = false;
            in_reads(black_box(wire.as_bytes()), |input| {
                ended = receive(&mut session, input, &mut out);
            });
            assert!(ended);
        });
    });
    group.bench_function("received, without the session", |bencher| {
        bencher.iter(|| {
            let lines = lines(black_box(wire.as_bytes()), |line| {
                black_box(ScanListing::parse(line).unwrap());
            });
            assert_eq!(lines, MESSAGES);
        });
    });
    group.bench_function("received by peer pop3-codec", |bencher| {
        bencher.iter(|| {
            let (rest, response) = peer::response_list_all(black_box(wire.as_bytes())).unwrap();
            assert!(rest.is_empty());
            let Response::Ok(response) = response else { panic!("not +OK") };
            assert_eq!(black_box(response).body.len(), MESSAGES as usize);
        });
    });
    group.bench_function("written by the session", |bencher| {
        let (mut session, mut out) = opened();
        let sizes: Vec<u64> = sizes().collect();
        bencher.iter(|| {
            out.clear();
            let mut input: &[u8] = b"LIST\r\n";
            let server::Event::Sizes(ticket) = session.receive(&mut input, &mut out).unwrap()
            else {
                panic!("not a LIST");
            };
            session.sizes(ticket, black_box(&sizes).iter().copied(), &mut out).unwrap();
            assert_eq!(out.len(), wire.len());
        });
    });
    group.finish();
}

fn uidl(criterion: &mut Criterion) {
    let ids = unique_ids();
    let mut wire = String::from("+OK the unique-ids follow\r\n");
    for (message, id) in (1..=MESSAGES).zip(&ids) {
        wire += &format!("{message} {id}\r\n");
    }
    wire += ".\r\n";

    let mut group = criterion.benchmark_group("UIDL");
    group.throughput(Throughput::Elements(MESSAGES.into()));
    group.bench_function("received by the session", |bencher| {
        let (mut session, mut out) = logged_in();
        bencher.iter(|| {
            out.clear();
            session.send(Command::Uidl(None), &mut out).unwrap();
            let mut ended = false;
            in_reads(black_box(wire.as_bytes()), |input| {
                ended = receive(&mut session, input, &mut out);
            });
            assert!(ended);
        });
    });
    group.bench_function("received, without the session", |bencher| {
        bencher.iter(|| {
            let lines = lines(black_box(wire.as_bytes()), |line| {
                black_box(UniqueIdListing::parse(line).unwrap());
            });
            assert_eq!(lines, MESSAGES);
        });
    });
    group.bench_function("received by peer pop3-codec", |bencher| {
        bencher.iter(|| {
            let (rest, response) = peer::response_uidl_all(black_box(wire.as_bytes())).unwrap();
            assert!(rest.is_empty());
            let Response::Ok(response) = response else { panic!("not +OK") };
            assert_eq!(black_box(response).body.len(), MESSAGES as usize);
        });
    });
    group.bench_function("written by the session", |bencher| {
        let (mut session, mut out) = opened();
        let ids: Vec<_> = ids.iter().map(|id| UniqueId::new(id).unwrap()).collect();
        bencher.iter(|| {
            out.clear();
            let mut input: &[u8] = b"UIDL\r\n";
            let server::Event::UniqueIds(ticket) = session.receive(&mut input, &mut out).unwrap()
            else {
                panic!("not a UIDL");
            };
            session.unique_ids(ticket, black_box(&ids).iter().copied(), &mut out).unwrap();
            assert_eq!(out.len(), wire.len());
        });
    });
    group.finish();
}

/// Hands on the lines after the first, and tells how many they were.
fn lines(wire: &[u8], mut parse: impl FnMut(&[u8])) -> u32 {
    let mut framer = LineFramer::new(12288);
    let mut input = wire;
    framer.next(&mut input);
    let mut lines = 0;
    while let Framed::Whole { octets: line, .. } = framer.next(&mut input) {
        let Some(line) = unstuff_line(line) else { break };
        parse(line);
        lines += 1;
    }
    lines
}

/// Receives what is in `input`, and says whether the answer ended in it.
fn receive(session: &mut client::Session, input: &mut &[u8], out: &mut BytesMut) -> bool {
    loop {
        match session.receive(input, out).unwrap() {
            client::Event::NeedInput => return false,
            client::Event::End(_) => return true,
            client::Event::Answer(answer) => assert!(answer.more()),
            client::Event::Body(piece) => {
                black_box(piece);
            }
            client::Event::Scan(listing) => {
                black_box(listing);
            }
            client::Event::UniqueId(listing) => {
                black_box(listing);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A client that is logged in.
fn logged_in() -> (client::Session, BytesMut) {
    let mut out = BytesMut::with_capacity(4096);
    let mut session = client::Session::new(client::Config::default(), client::Channel::Tls);
    let user = Command::User(Name::new("alice").unwrap());
    let pass = Command::Pass(Password::new(b"secret").unwrap());
    let hear = |session: &mut client::Session, out: &mut BytesMut| {
        session.receive(&mut &b"+OK\r\n"[..], out).unwrap();
    };
    hear(&mut session, &mut out);
    for command in [user, pass] {
        session.send(command, &mut out).unwrap();
        hear(&mut session, &mut out);
    }
    assert_eq!(session.state(), client::State::Transaction);
    (session, out)
}

/// A server whose client has logged in.
fn opened() -> (server::Session, BytesMut) {
    let mut out = BytesMut::with_capacity(1 << 20);
    let config = server::Config::default();
    let mut session = server::Session::new(config.into(), server::Channel::Tls, &mut out);
    let mut input: &[u8] = b"USER alice\r\nPASS secret\r\n";
    let server::Event::Login(_, ticket) = session.receive(&mut input, &mut out).unwrap() else {
        panic!("not a login");
    };
    session.open(ticket, MESSAGES as usize, &mut out).unwrap();
    (session, out)
}

criterion_group!(benches, commands, retr_received, retr_written, list, uidl);
criterion_main!(benches);
