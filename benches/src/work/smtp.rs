//! SMTP: commands and replies read and written, and steps of the server's session.

use std::hint::black_box;
use std::sync::Arc;

use bytes::BytesMut;
use mail_wire::LineFramer;
use smtp_proto::server::{Channel, Config, Event, Session};
use smtp_proto::{Command, Extension, Reply, ReplyFramer, Text};

use super::body::{DOTTED, in_reads};
use super::{Named, Work, each_framed};
use crate::corpus::{Wire, body, smtp as corpus};

pub(super) const ALL: &[Named] = &[
    ("smtp/command-mix-framed", || commands_framed(corpus::commands())),
    ("smtp/mail-framed", || commands_framed(corpus::lines(1, corpus::mail))),
    ("smtp/ehlo-cut", || commands_cut(corpus::lines(2, corpus::ehlo))),
    ("smtp/rcpt-cut", || commands_cut(corpus::lines(3, corpus::rcpt))),
    ("smtp/data-cut", || commands_cut(corpus::lines(4, |_| "DATA".into()))),
    ("smtp/auth-cut", || commands_cut(corpus::lines(5, corpus::auth))),
    ("smtp/command-mix-encode", commands_encoded),
    ("smtp/reply-framed", || replies_framed(corpus::lines(6, corpus::reply))),
    ("smtp/ehlo-answer-framed", ehlo_answers_framed),
    ("smtp/reply-encode", || replies_encoded(corpus::lines(6, corpus::reply))),
    ("smtp/reply-encode-one-line", || replies_encoded(corpus::lines(6, corpus::reply_of_a_line))),
    ("smtp/session-ehlo", session_ehlo),
    ("smtp/session-commands", session_commands),
    ("smtp/session-rcpt-pipelined", session_rcpt),
    ("smtp/session-data", session_data),
    ("smtp/plain-login-decode", logins_decoded),
];

/// Takes everything that was parsed into account: what borrows is given out, and what is read
/// only when it is asked for is asked for.
fn read(command: Command) {
    match black_box(command) {
        Command::Mail(mail) => mail.parameters.other.iter().for_each(|parameter| {
            black_box(parameter);
        }),
        Command::Rcpt(rcpt) => rcpt.parameters.other.iter().for_each(|parameter| {
            black_box(parameter);
        }),
        Command::Unknown(unknown) => panic!("{unknown:?}"),
        _ => {}
    }
}

fn commands_framed(wire: Wire) -> Work {
    let mut framer = LineFramer::new(512 + 512);
    Work::new("line", wire.len(), move || {
        each_framed(&wire, &mut framer, |line| {
            read(Command::parse(line).expect("it is a command"))
        });
    })
}

fn commands_cut(wire: Wire) -> Work {
    Work::new("line", wire.len(), move || {
        for line in black_box(&wire).cut() {
            read(Command::parse(line).expect("it is a command"));
        }
    })
}

fn commands_encoded() -> Work {
    let wire: &'static Wire = Box::leak(corpus::commands().into());
    let commands: Vec<Command> =
        wire.cut().map(|line| Command::parse(line).expect("it is a command")).collect();
    let mut out = BytesMut::with_capacity(2 * wire.octets().len());
    Work::new("line", commands.len(), move || {
        out.clear();
        for command in black_box(&commands) {
            command.encode(&mut out);
        }
        black_box(&mut out);
    })
}

fn replies_framed(wire: Wire) -> Work {
    let mut framer = ReplyFramer::new(65_536);
    Work::new("reply", wire.len(), move || {
        each_framed(&wire, &mut framer, |octets| {
            let reply = black_box(Reply::parse(octets).expect("it is a reply"));
            for line in reply.lines().iter() {
                black_box(line);
            }
        });
    })
}

fn ehlo_answers_framed() -> Work {
    let wire = corpus::lines(7, corpus::ehlo_answer);
    let mut framer = ReplyFramer::new(65_536);
    Work::new("answer", wire.len(), move || {
        each_framed(&wire, &mut framer, |octets| {
            let reply = black_box(Reply::parse(octets).expect("it is a reply"));
            for line in reply.lines().iter().skip(1) {
                match black_box(Extension::parse(Text::as_bytes(line))) {
                    Ok(Extension::Auth(mechanisms)) => mechanisms.iter().for_each(|mechanism| {
                        black_box(mechanism);
                    }),
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
    })
}

fn replies_encoded(wire: Wire) -> Work {
    let wire: &'static Wire = Box::leak(wire.into());
    let replies: Vec<Reply> =
        wire.cut().map(|octets| Reply::parse(octets).expect("it is a reply")).collect();
    let mut out = BytesMut::with_capacity(2 * wire.octets().len());
    Work::new("reply", replies.len(), move || {
        out.clear();
        for reply in black_box(&replies) {
            reply.encode(&mut out);
        }
        black_box(&mut out);
    })
}

/// A server that offers what one for submission does.
fn config() -> Arc<Config> {
    let mut config = Config::new("mx.example.org").expect("it is a name");
    config.starttls = true;
    config.plaintext_auth = true;
    config.mechanisms.offer("PLAIN").expect("it is a mechanism");
    config.mechanisms.offer("LOGIN").expect("it is a mechanism");
    config.dsn = true;
    Arc::new(config)
}

/// A driver that says yes to everything, and drops the bodies.
pub fn accept(session: &mut Session, input: &mut &[u8], out: &mut BytesMut) {
    loop {
        let said = match session.receive(input, out).expect("the client keeps to the protocol") {
            Event::NeedInput => return,
            Event::Hello(_, ticket) => session.accept(ticket, out),
            Event::Auth(_, ticket) => session.accept(ticket, out),
            Event::Mail(_, ticket) => session.accept(ticket, out),
            Event::Rcpt(_, ticket) => session.accept(ticket, out),
            Event::Data(ticket) => session.accept(ticket, out),
            Event::BodyEnd(ticket) => session.accept(ticket, out),
            Event::Body(piece) => {
                black_box(piece);
                Ok(())
            }
            Event::Reset => Ok(()),
            other => panic!("{other:?}"),
        };
        said.expect("the ticket is that of the request");
    }
}

/// A session after EHLO, and where it writes.
pub fn greeted() -> (Session, BytesMut) {
    let mut out = BytesMut::with_capacity(1 << 20);
    let mut session = Session::new(config(), Channel::Clear, &mut out);
    accept(&mut session, &mut &b"EHLO client.example.org\r\n"[..], &mut out);
    (session, out)
}

/// One session hears EHLO again and again.
fn session_ehlo() -> Work {
    let wire = corpus::lines(2, corpus::ehlo);
    let (mut session, mut out) = greeted();
    Work::new("answer", wire.len(), move || {
        out.clear();
        for mut line in black_box(&wire).items() {
            accept(&mut session, &mut line, &mut out);
        }
        assert!(out.ends_with(b"\r\n"), "{}", String::from_utf8_lossy(&out));
    })
}

/// MAIL, two RCPT and DATA with a short message, each in a read of its own.
fn session_commands() -> Work {
    let (mail, rcpt) = (corpus::lines(1, corpus::mail), corpus::lines(3, corpus::rcpt));
    let (mut session, mut out) = greeted();
    Work::new("delivery", mail.len(), move || {
        let mut recipients = rcpt.items().cycle();
        for mail in black_box(&mail).items() {
            out.clear();
            let mut hear = |mut input: &[u8]| accept(&mut session, &mut input, &mut out);
            hear(mail);
            recipients.by_ref().take(2).for_each(&mut hear);
            hear(b"DATA\r\n");
            hear(b"Subject: hello\r\n\r\nhello\r\n.\r\n");
            assert!(out.starts_with(b"250") && out.ends_with(b"250 2.0.0 OK\r\n"));
        }
    })
}

/// MAIL and a hundred RCPT in one read, over and over.
fn session_rcpt() -> Work {
    let rcpt: Vec<u8> =
        corpus::lines(3, corpus::rcpt).items().take(100).flatten().copied().collect();
    let envelope = [&b"MAIL FROM:<alice@example.org>\r\n"[..], &rcpt, b"RSET\r\n"].concat();
    let (mut session, mut out) = greeted();
    Work::new("command", 102 * 50, move || {
        for _ in 0..50 {
            out.clear();
            accept(&mut session, &mut black_box(&envelope[..]), &mut out);
        }
        assert!(out.ends_with(b"250 2.0.0 OK\r\n"));
    })
}

/// A mebibyte through the session.
fn session_data() -> Work {
    let wire = body::stuffed(&body::text(DOTTED));
    let (mut session, mut out) = greeted();
    Work::new("KiB", wire.len() / 1024, move || {
        out.clear();
        let mut envelope = &b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"[..];
        accept(&mut session, &mut envelope, &mut out);
        in_reads(black_box(&wire), |input| accept(&mut session, input, &mut out));
        assert!(out.ends_with(b"250 2.0.0 OK\r\n"));
    })
}

/// What AUTH PLAIN says, out of base64.
fn logins_decoded() -> Work {
    let wire = corpus::lines(5, corpus::auth);
    Work::new("login", wire.len(), move || {
        for line in black_box(&wire).cut() {
            let Ok(Command::Auth(auth)) = Command::parse(line) else { panic!("not an AUTH") };
            black_box(auth.initial_response.expect("it has one").decode());
        }
    })
}
