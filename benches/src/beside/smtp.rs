//! SMTP. Stalwart's parser finds the ends of lines and checks few addresses; rustyknife checks
//! them by the grammar; smtp-codec knows no parameters of RFC 5321 but as words; mailrs
//! hardly checks. mailin is not here: its parser is private, and its session takes neither SIZE nor
//! the reverse-path of a bounce.

use std::hint::black_box;
use std::str::FromStr;

use lettre::transport::smtp::extension::ServerInfo;
use lettre::transport::smtp::response::Response;
use memchr::memchr;
use rustyknife::behaviour::Intl;
use stalwart_smtp_proto::response::parser::ResponseReceiver;
use stalwart_smtp_proto::{EhloResponse, Request};

use super::{Row, cut, framing, scanned_lines, text};
use crate::corpus::{Wire, smtp as corpus};
use crate::work::Work;

pub(super) const ROWS: &[Row] = &[
    Row {
        title: "SMTP commands, mix, framed",
        ours: "smtp/command-mix-framed",
        limit: Some(("scan", || scanned_lines("line", corpus::commands(), scan))),
        peers: &[("Stalwart", || stalwart(corpus::commands()))],
        less: &[],
        goal: Some(0.7),
    },
    Row {
        title: "MAIL with parameters, framed",
        ours: "smtp/mail-framed",
        limit: Some(("scan", || scanned_lines("line", mail(), scan))),
        peers: &[
            ("Stalwart", || stalwart(mail())),
            ("rustyknife", || {
                framing("line", mail(), |input| {
                    let (rest, command) =
                        rustyknife::rfc5321::mail_command::<Intl>(input).expect("MAIL");
                    black_box(command);
                    rest
                })
            }),
            ("smtp-codec", || {
                framing("line", mail(), |input| {
                    let (rest, command) = smtp_codec::parse::command::command(input).expect("MAIL");
                    black_box(command);
                    rest
                })
            }),
        ],
        less: &[],
        goal: Some(0.6),
    },
    Row {
        title: "EHLO, cut",
        ours: "smtp/ehlo-cut",
        limit: None,
        peers: &[
            ("mailrs", || mailrs(corpus::lines(2, corpus::ehlo))),
            ("Stalwart", || stalwart(corpus::lines(2, corpus::ehlo))),
        ],
        less: &[],
        goal: Some(1.0),
    },
    Row {
        title: "RCPT, cut",
        ours: "smtp/rcpt-cut",
        limit: None,
        peers: &[
            ("mailrs", || mailrs(corpus::lines(3, corpus::rcpt))),
            ("Stalwart", || stalwart(corpus::lines(3, corpus::rcpt))),
        ],
        less: &[],
        goal: Some(1.0),
    },
    Row {
        title: "DATA, cut",
        ours: "smtp/data-cut",
        limit: None,
        peers: &[
            ("mailrs", || mailrs(corpus::lines(4, |_| "DATA".into()))),
            ("Stalwart", || stalwart(corpus::lines(4, |_| "DATA".into()))),
        ],
        less: &[],
        goal: Some(1.0),
    },
    Row {
        title: "AUTH PLAIN, cut",
        ours: "smtp/auth-cut",
        limit: None,
        peers: &[
            ("mailrs", || mailrs(corpus::lines(5, corpus::auth))),
            ("Stalwart", || stalwart(corpus::lines(5, corpus::auth))),
        ],
        less: &[],
        goal: Some(1.0),
    },
    Row {
        title: "replies, framed and read",
        ours: "smtp/reply-framed",
        limit: Some(("scan", || {
            let replies = corpus::lines(6, corpus::reply);
            let work = scanned_lines("line", corpus::lines(6, corpus::reply), |line| {
                black_box((line[0], line[3]));
            });
            Work { unit: "reply", items: replies.len() as u64, run: work.run }
        })),
        peers: &[
            ("Stalwart", || {
                let receiver = std::cell::RefCell::new(ResponseReceiver::default());
                framing("reply", corpus::lines(6, corpus::reply), move |input| {
                    let mut octets = input.iter();
                    let mut receiver = receiver.borrow_mut();
                    black_box(receiver.parse(&mut octets).expect("it is a reply"));
                    receiver.reset();
                    octets.as_slice()
                })
            }),
            ("lettre", || {
                whole(corpus::lines(6, corpus::reply), |reply| {
                    black_box(Response::from_str(reply).expect("it is a reply"));
                })
            }),
        ],
        less: &[],
        goal: Some(0.55),
    },
    Row {
        title: "the answer to EHLO, framed and read",
        ours: "smtp/ehlo-answer-framed",
        limit: Some(("scan", || {
            let answers = corpus::lines(7, corpus::ehlo_answer);
            let work = scanned_lines("line", corpus::lines(7, corpus::ehlo_answer), |line| {
                black_box((line[3], memchr(b' ', &line[4..])));
            });
            Work { unit: "answer", items: answers.len() as u64, run: work.run }
        })),
        peers: &[
            ("Stalwart", || {
                framing("answer", corpus::lines(7, corpus::ehlo_answer), |input| {
                    let mut octets = input.iter();
                    black_box(EhloResponse::parse(&mut octets).expect("it is an answer"));
                    octets.as_slice()
                })
            }),
            ("lettre", || {
                whole(corpus::lines(7, corpus::ehlo_answer), |answer| {
                    let response = Response::from_str(answer).expect("it is a reply");
                    black_box(ServerInfo::from_response(&response).expect("it is an answer"));
                })
            }),
        ],
        less: &[],
        goal: Some(0.65),
    },
    Row {
        title: "EHLO heard and answered",
        ours: "smtp/session-ehlo",
        limit: None,
        peers: &[("Stalwart", stalwart_answers), ("mailrs", mailrs_answers)],
        less: &[],
        goal: Some(0.5),
    },
    Row {
        title: "replies of a line written",
        ours: "smtp/reply-encode-one-line",
        limit: None,
        peers: &[("Stalwart", stalwart_replies)],
        less: &[],
        goal: Some(1.0),
    },
];

fn mail() -> Wire {
    corpus::lines(1, corpus::mail)
}

/// The verb, and where what follows it is.
fn scan(line: &[u8]) {
    let verb: Option<&[u8; 4]> = line.first_chunk();
    black_box(verb.map(|verb| u32::from_le_bytes(*verb) & 0xdfdf_dfdf));
    let Some(path) = memchr(b'<', line) else { return };
    let Some(end) = memchr(b'>', &line[path..]) else { return };
    black_box(&line[path..path + end]);
    let mut parameters = &line[path + end..];
    while let Some(equals) = memchr(b'=', parameters) {
        black_box(equals);
        parameters = &parameters[equals + 1..];
    }
}

fn stalwart(wire: Wire) -> Work {
    framing("line", wire, |input| {
        let mut octets = input.iter();
        let _ = black_box(Request::parse(&mut octets).expect("it is a command"));
        octets.as_slice()
    })
}

fn mailrs(wire: Wire) -> Work {
    cut("line", wire, |line| {
        let _ = black_box(mailrs_smtp_proto::parse_command(text(line)).expect("it is a command"));
    })
}

/// Each item with its CRLF, as text: lettre reads lines until a reply is whole, and parses that.
fn whole(wire: Wire, parse: fn(&str)) -> Work {
    Work::new("reply", wire.len(), move || {
        black_box(&wire).items().for_each(|reply| parse(text(reply)));
    })
}

/// EHLO parsed, and the answer written that ours gives, but for the words of the first line.
fn stalwart_answers() -> Work {
    use stalwart_smtp_proto::{
        AUTH_LOGIN, AUTH_PLAIN, EXT_8BIT_MIME, EXT_AUTH, EXT_DSN, EXT_ENHANCED_STATUS_CODES,
        EXT_HELP, EXT_PIPELINING, EXT_SIZE, EXT_SMTP_UTF8, EXT_START_TLS,
    };
    let wire = corpus::lines(2, corpus::ehlo);
    let mut out = Vec::with_capacity(1 << 20);
    Work::new("answer", wire.len(), move || {
        out.clear();
        let mut input = black_box(wire.octets());
        while !input.is_empty() {
            let mut octets = input.iter();
            black_box(Request::parse(&mut octets).expect("it is a command"));
            input = octets.as_slice();
            let mut answer = EhloResponse::new("mx.example.org");
            answer.capabilities = EXT_8BIT_MIME
                | EXT_AUTH
                | EXT_DSN
                | EXT_ENHANCED_STATUS_CODES
                | EXT_HELP
                | EXT_PIPELINING
                | EXT_SIZE
                | EXT_SMTP_UTF8
                | EXT_START_TLS;
            answer.auth_mechanisms = AUTH_LOGIN | AUTH_PLAIN;
            black_box(&answer).write(&mut out).expect("a vector takes everything");
        }
        black_box(&mut out);
    })
}

fn mailrs_answers() -> Work {
    let offered = ["PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"];
    let offered: Vec<&str> =
        offered.into_iter().chain(["STARTTLS", "DSN", "HELP", "AUTH PLAIN LOGIN"]).collect();
    cut("answer", corpus::lines(2, corpus::ehlo), move |line| {
        black_box(mailrs_smtp_proto::parse_command(text(line)).expect("it is a command"));
        black_box(mailrs_smtp_proto::format_ehlo_response("mx.example.org", black_box(&offered)));
    })
}

fn stalwart_replies() -> Work {
    let wire = corpus::lines(6, corpus::reply_of_a_line);
    let mut receiver = ResponseReceiver::default();
    let replies: Vec<_> = wire
        .items()
        .map(|octets| {
            let reply = receiver.parse(&mut octets.iter()).expect("it is a reply");
            receiver.reset();
            reply
        })
        .collect();
    let mut out = Vec::with_capacity(2 * wire.octets().len());
    Work::new("reply", replies.len(), move || {
        out.clear();
        for reply in black_box(&replies) {
            reply.write(&mut out).expect("a vector takes everything");
        }
        black_box(&mut out);
    })
}
