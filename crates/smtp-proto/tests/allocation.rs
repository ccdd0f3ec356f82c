//! Parsing, receiving and encoding allocate nothing.

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

use std::sync::Arc;

use smtp_proto::server::{Channel, Config, Event, Session};
use smtp_proto::{
    Action, BytesMut, Command, Diagnostic, EnhancedCode, Extension, ForwardPath, Framed, Hostname,
    Mailbox, OriginalRecipient, Reply, ReplyFramer, Report, ReportId, ReportedMessage,
    ReportedRecipient, ReversePath, Text, Xtext, client,
};

const COMMANDS: &[&str] = &[
    "EHLO client.example.org",
    "HELO [IPv6:2001:db8::1]",
    "MAIL FROM:<alice@example.org> SIZE=100000 BODY=8BITMIME SMTPUTF8",
    "MAIL FROM:<>",
    "MAIL FROM:<\"a\\\"b\"@example.org> AUTH=e+3Dmc2@example.com X-OTHER=1 RET=HDRS",
    "RCPT TO:<@x,@y:bob@example.org> NOTIFY=NEVER",
    "RCPT TO:<Postmaster>",
    "DATA",
    "BDAT 1000 LAST",
    "LHLO client.example.org",
    "MAIL FROM:<a@b> RET=HDRS ENVID=a+2B BY=-3;NT HOLDUNTIL=2026-11-28T23:55:00Z MT-PRIORITY=-4 REQUIRETLS \
     SOLICIT=n:A MTRK=AAAA:60 CONPERM",
    "RCPT TO:<c@d> NOTIFY=SUCCESS,DELAY ORCPT=utf-8;\\x{E9}@b RRVS=2014-04-03T23:01:00Z;C CONNEG",
    "ETRN @example.org",
    "ATRN a.example,b.example",
    "XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1",
    "XFORWARD HELO=a+20b",
    "BURL imap://mail.example.org/x;UID=1 LAST",
    "RSET",
    "VRFY alice",
    "VRFY josé SMTPUTF8",
    "EXPN staff",
    "HELP MAIL",
    "NOOP",
    "STARTTLS",
    "SAML FROM:<a@b>",
    "AUTH PLAIN AGFsaWNlAHNlY3JldA==",
    "QUIT",
    "WHAT is this",
    "MAIL FROM:<not an address>",
    "RCPT TO:<a@[999.1.1.1]>",
];

const REPLIES: &[&str] = &[
    "220 mx.example.org ESMTP\r\n",
    "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN\r\n250 HELP\r\n",
    "550-5.1.1 No such user\r\n550 5.1.1 here\r\n",
    "354\r\n",
    "no reply\r\n",
];

/// Asserts that `work` allocates nothing.
#[track_caller]
fn without_allocation(work: impl FnOnce()) {
    let counted = allocation_counter::measure(work);
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8])));
    assert_eq!(counted.count_total, 1);
}

#[test]
fn commands() {
    let mut out = BytesMut::with_capacity(16_384);
    without_allocation(|| {
        for line in COMMANDS {
            if let Ok(command) = Command::parse(line.as_bytes()) {
                command.encode(&mut out);
            }
        }
    });
    assert!(out.ends_with(b"QUIT\r\nWHAT is this\r\n"));
}

#[test]
fn replies() {
    let mut out = BytesMut::with_capacity(16_384);
    let mut offered = 0;
    let long = format!("550 5.1.1 {}\r\n", "word ".repeat(200));
    without_allocation(|| {
        for octets in REPLIES.iter().copied().chain([&*long]) {
            let mut framer = ReplyFramer::new(4096);
            let Framed::Whole { octets, .. } = framer.next(&mut octets.as_bytes()) else {
                panic!()
            };
            if let Ok(reply) = Reply::parse(octets) {
                reply.encode(&mut out);
                let lines = reply.lines().iter().skip(1).map(Text::as_bytes);
                offered += lines.flat_map(Extension::parse).count();
            }
        }
    });
    assert_eq!(offered, 5);
}

/// A report, of recipients of all kinds.
#[test]
fn reports() {
    let mut out = BytesMut::with_capacity(16_384);
    let original = OriginalRecipient::parse(b"rfc822;Bob+2Bhome@example.org").unwrap();
    let reply = Reply::parse(b"550-5.1.1 No such user\r\n550 5.1.1 here").unwrap();
    let mailbox = |text: &'static str| Mailbox::parse(text.as_bytes()).unwrap();
    let to = ForwardPath::Mailbox(mailbox("bob@example.com"));
    let mut failed = ReportedRecipient::of_reply(to, Action::Failed, reply);
    failed.original = Some(original);
    failed.last_attempt = Some(0);
    let code = EnhancedCode::new(4, 4, 1).unwrap();
    let abroad = ForwardPath::Mailbox(mailbox("jos\u{e9}@example.com"));
    let mut delayed = ReportedRecipient::new(abroad, Action::Delayed, code);
    delayed.diagnostic = Some(Diagnostic::Own(Text::new("Connection refused").unwrap()));
    let recipients = [failed, delayed];
    without_allocation(|| {
        let mut message = ReportedMessage::new(Hostname::parse(b"mx.example.org").unwrap());
        message.envelope_id = Some(Xtext::parse(b"QQ+2B31").unwrap());
        let from = ReversePath::Mailbox(mailbox("alice@example.org"));
        let report = Report::new(from, message, &recipients).unwrap();
        let id = ReportId::new("4TXyZ15").unwrap();
        report.begin(id, 0, &mut out);
        report.end(id, &mut out);
    });
    assert!(out.ends_with(b"--=_report_4TXyZ15--\r\n"));
}

/// A whole session: hello, two messages, one of them refused, and goodbye.
#[test]
fn a_session() {
    let mut config = Config::new("mx.example.org").unwrap();
    config.chunking = true;
    config.plaintext_auth = true;
    config.mechanisms.offer("PLAIN").unwrap();
    let config = Arc::new(config);
    let body = "Subject: hi\r\n\r\n..dots\r\n".to_owned() + &"text\r\n".repeat(1000) + ".\r\n";
    let message =
        "MAIL FROM:<a@b> SIZE=10\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n".to_owned() + &body;
    let wire = "EHLO -\r\nEHLO c\r\nNOOP\r\nVRFY x\r\nMAIL FROM:x\r\nDATA\r\nAUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n".to_owned()
        + &message
        + &message.replacen("text", "te\nxt", 1)
        + "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 9\r\na\nchunk\r\nBDAT 2 LAST\r\n\r\n"
        + "RSET\r\nHELP\r\nQUIT\r\n";
    for chunk in [wire.len(), 1000, 7, 1] {
        let mut out = BytesMut::with_capacity(65_536);
        let mut delivered = 0;
        without_allocation(|| {
            let mut session = Session::new(config.clone(), Channel::Clear, &mut out);
            let (mut start, mut end) = (0, 0);
            while end < wire.len() {
                end = (end + chunk).min(wire.len());
                let mut input = wire.as_bytes().get(start..end).unwrap();
                loop {
                    match session.receive(&mut input, &mut out).unwrap() {
                        Event::NeedInput | Event::Closed => break,
                        Event::Hello(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                        Event::Auth(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                        Event::Mail(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                        Event::Rcpt(_, ticket) => session.accept(ticket, &mut out).unwrap(),
                        Event::Data(ticket) => session.accept(ticket, &mut out).unwrap(),
                        Event::BodyEnd(ticket) => {
                            delivered += 1;
                            session.accept(ticket, &mut out).unwrap();
                        }
                        Event::Body(_) | Event::Reset => {}
                        _ => panic!(),
                    }
                }
                start = end - input.len();
            }
        });
        assert_eq!(delivered, 2);
        assert!(out.ends_with(b"221 2.0.0 Bye\r\n"));
    }
}

/// A client's session: two messages, one with DATA and one in chunks, and a recipient that is
/// refused. What the answer to EHLO offers is kept, which allocates; the queue of what waits for
/// its answer grows once.
#[test]
fn a_client() {
    let say = |session: &mut client::Session, out: &mut BytesMut, line: &[u8]| {
        session.send(Command::parse(line).unwrap(), out).unwrap();
    };
    let hear = |session: &mut client::Session, out: &mut BytesMut, wire: &[u8], chunk: usize| {
        let (mut start, mut end, mut events) = (0, 0, 0);
        while end < wire.len() {
            end = (end + chunk).min(wire.len());
            let mut input = wire.get(start..end).unwrap();
            while !matches!(session.receive(&mut input, out).unwrap(), client::Event::NeedInput) {
                events += 1;
            }
            start = end - input.len();
        }
        events
    };
    for chunk in [1000, 7, 1] {
        let mut out = BytesMut::with_capacity(65_536);
        let mut session = client::Session::new(client::Config::default(), Channel::Tls);
        hear(&mut session, &mut out, b"220 mx\r\n", chunk);
        say(&mut session, &mut out, b"EHLO c");
        let hello = b"250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 100\r\n";
        hear(&mut session, &mut out, hello, chunk);
        let envelope = |session: &mut client::Session, out: &mut BytesMut| {
            for line in [&b"MAIL FROM:<a@b>"[..], b"RCPT TO:<c@d>", b"RCPT TO:<e@f>"] {
                say(session, out, line);
            }
        };
        let answers = b"250 OK\r\n250-2.1.5 OK\r\n250 2.1.5 really\r\n550 5.1.1 who?\r\n";
        let work = |session: &mut client::Session, out: &mut BytesMut| {
            envelope(session, out);
            assert_eq!(hear(session, out, answers, chunk), 3);
            say(session, out, b"DATA");
            assert_eq!(hear(session, out, b"354 Go on\r\n", chunk), 1);
            session.body(b"hi\r\n.\r\n", out).unwrap();
            session.end_body(out).unwrap();
            assert_eq!(hear(session, out, b"250 OK\r\n", chunk), 1);
            envelope(session, out);
            assert_eq!(hear(session, out, answers, chunk), 3);
            session.chunk(b"hi\r\n", false, out).unwrap();
            session.chunk(b"", true, out).unwrap();
            assert_eq!(hear(session, out, b"250 OK\r\n250 OK\r\n", chunk), 2);
        };
        work(&mut session, &mut out);
        without_allocation(|| work(&mut session, &mut out));
    }
}
