//! SMTP: parsing commands and replies, and bodies both ways.

use std::hint::black_box;
use std::sync::Arc;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mail_benches::corpus::body::text as body;
use mail_benches::work::body::{READ, in_reads};
use mail_wire::{BodyPolicy, DotStuffer, DotUnstuffer, SendPolicy, Unstuffed};
use memchr::memmem;
use smtp_proto::server::{Channel, Config, Event, Session};
use smtp_proto::{Command, Extension, Reply, Text};

/// What a server hears: three deliveries and what stands around them.
const COMMANDS: &[&str] = &[
    "EHLO mail-wr1-f41.google.com\r\n",
    "STARTTLS\r\n",
    "EHLO mail-wr1-f41.google.com\r\n",
    "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n",
    "MAIL FROM:<alice.liddell@example.org> SIZE=48213 BODY=8BITMIME\r\n",
    "RCPT TO:<bob@example.com>\r\n",
    "DATA\r\n",
    "RSET\r\n",
    "MAIL FROM:<> SIZE=2213\r\n",
    "RCPT TO:<owner-list+bounces-17=bob=example.com@lists.example.net>\r\n",
    "DATA\r\n",
    "MAIL FROM:<noreply@news.example.net> SIZE=90123 BODY=8BITMIME\r\n",
    "RCPT TO:<\"quoted local\"@example.com>\r\n",
    "RCPT TO:<postmaster@example.com>\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
];

/// What a client hears in one delivery.
const REPLIES: &[&str] = &[
    "220 mx.example.org ESMTP\r\n",
    "250-mx.example.org at your service\r\n250-SIZE 35882577\r\n250-8BITMIME\r\n250-STARTTLS\r\n\
     250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n",
    "250 2.1.0 OK\r\n",
    "250 2.1.5 OK\r\n",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n\
     550 5.1.1 double-checking the recipient's email address\r\n",
    "354 End data with <CR><LF>.<CR><LF>\r\n",
    "250 2.0.0 OK: queued as 4TXyZ15lPzz9sWk\r\n",
    "221 2.0.0 Bye\r\n",
];

fn stuffed(body: &[u8]) -> BytesMut {
    let mut wire = BytesMut::new();
    let mut stuffer = DotStuffer::new(SendPolicy::Reject);
    stuffer.push(body, &mut wire).unwrap();
    stuffer.finish(&mut wire).unwrap();
    wire
}

fn commands(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("commands");
    group.throughput(Throughput::Elements(COMMANDS.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            for line in COMMANDS {
                let line = black_box(line.as_bytes());
                let _ = black_box(Command::parse(&line[..line.len() - 2]).unwrap());
            }
        });
    });
    group.bench_function("parse, peer smtp-proto", |bencher| {
        bencher.iter(|| {
            for line in COMMANDS {
                let line = black_box(line.as_bytes());
                let _ = black_box(peer_smtp_proto::Request::parse(&mut line.iter()).unwrap());
            }
        });
    });
    let parsed: Vec<Command> = COMMANDS
        .iter()
        .map(|line| Command::parse(&line.as_bytes()[..line.len() - 2]).unwrap())
        .collect();
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
    group.finish();
}

fn replies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replies");
    group.throughput(Throughput::Elements(REPLIES.len() as u64));
    group.bench_function("parse", |bencher| {
        bencher.iter(|| {
            for octets in REPLIES {
                let octets = black_box(octets.as_bytes());
                let _ = black_box(Reply::parse(&octets[..octets.len() - 2]).unwrap());
            }
        });
    });
    group.bench_function("parse, peer smtp-proto", |bencher| {
        let mut parser = peer_smtp_proto::response::parser::ResponseReceiver::default();
        bencher.iter(|| {
            for octets in REPLIES {
                let _ = black_box(parser.parse(&mut black_box(octets.as_bytes()).iter()).unwrap());
                parser.reset();
            }
        });
    });
    group.bench_function("parse, the lines of EHLO too", |bencher| {
        let reply = Reply::parse(REPLIES[1].trim_end().as_bytes()).unwrap();
        bencher.iter(|| {
            let lines = black_box(reply).lines().iter().skip(1).map(Text::as_bytes);
            for extension in lines.flat_map(Extension::parse) {
                black_box(extension);
            }
        });
    });
    group.finish();
}

/// How many lines there are to one that begins with a dot: as in mail or somewhat
/// more often (`README.md` tells what was counted), and far more often.
const DOTTED: u64 = 1000;
const OFTEN_DOTTED: u64 = 50;

fn bodies(criterion: &mut Criterion) {
    let body = body(DOTTED);
    let wire = stuffed(&body);
    let often_dotted = stuffed(&mail_benches::corpus::body::text(OFTEN_DOTTED));
    let mut group = criterion.benchmark_group("DATA");
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
    group.bench_function("copy into one warm buffer", |bencher| {
        let mut space = vec![0; READ];
        bencher.iter(|| {
            in_reads(black_box(&wire), |input| {
                space[..input.len()].copy_from_slice(input);
                black_box(&mut space);
                *input = &[];
            });
        });
    });
    group.bench_function("memmem", |bencher| {
        bencher.iter(|| {
            in_reads(black_box(&wire), |input| {
                black_box(memmem::find_iter(input, b"\r\n.").count());
                *input = &[];
            });
        });
    });
    for policy in [BodyPolicy::Reject, BodyPolicy::Keep, BodyPolicy::Normalize] {
        group.bench_function(format!("unstuff, {policy:?}"), |bencher| {
            bencher.iter(|| {
                let mut unstuffer = DotUnstuffer::new(policy);
                let mut ended = false;
                in_reads(black_box(&wire), |input| {
                    while let Unstuffed::Piece(piece) = unstuffer.next(input) {
                        black_box(piece);
                    }
                    ended = input.is_empty();
                });
                assert!(ended);
            });
        });
    }
    for (name, wire) in [("session", &wire), ("session, often dotted", &often_dotted)] {
        group.bench_function(name, |bencher| {
            let config = Arc::new(Config::new("mx.example.org").unwrap());
            let mut out = BytesMut::with_capacity(4096);
            let mut session = Session::new(config, Channel::Clear, &mut out);
            answer(&mut session, &mut &b"EHLO c\r\n"[..], &mut out);
            bencher.iter(|| {
                out.clear();
                let envelope = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
                answer(&mut session, &mut &envelope[..], &mut out);
                in_reads(black_box(wire), |input| answer(&mut session, input, &mut out));
                assert!(out.ends_with(b"250 2.0.0 OK\r\n"));
            });
        });
    }
    group.bench_function("peer smtp-proto, which copies", |bencher| {
        let mut message = Vec::with_capacity(wire.len());
        bencher.iter(|| {
            message.clear();
            let mut receiver = peer_smtp_proto::request::receiver::DataReceiver::new();
            let mut ended = false;
            for read in black_box(&wire).chunks(READ) {
                ended = receiver.ingest(&mut read.iter(), &mut message);
            }
            assert!(ended);
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("sending a body");
    group.throughput(Throughput::Bytes(body.len() as u64));
    for policy in [SendPolicy::Reject, SendPolicy::Normalize] {
        group.bench_function(format!("stuff, {policy:?}"), |bencher| {
            let mut out = BytesMut::with_capacity(2 * READ);
            bencher.iter(|| {
                let mut stuffer = DotStuffer::new(policy);
                for piece in black_box(&body).chunks(READ) {
                    out.clear();
                    stuffer.push(piece, &mut out).unwrap();
                    black_box(&mut out);
                }
                stuffer.finish(&mut out).unwrap();
            });
        });
    }
    group.finish();
}

/// A driver that says yes and drops the body.
fn answer(session: &mut Session, input: &mut &[u8], out: &mut BytesMut) {
    loop {
        match session.receive(input, out).unwrap() {
            Event::NeedInput => return,
            Event::Hello(_, ticket) => session.accept(ticket, out).unwrap(),
            Event::Mail(_, ticket) => session.accept(ticket, out).unwrap(),
            Event::Rcpt(_, ticket) => session.accept(ticket, out).unwrap(),
            Event::Data(ticket) => session.accept(ticket, out).unwrap(),
            Event::Body(piece) => {
                black_box(piece);
            }
            Event::BodyEnd(ticket) => session.accept(ticket, out).unwrap(),
            other => panic!("{other:?}"),
        }
    }
}

criterion_group!(benches, commands, replies, bodies);
criterion_main!(benches);
