//! A server over one maildrop of two messages, and transcripts for it.

use alloc::sync::Arc;
use std::sync::Mutex;

use bytes::BytesMut;
use pop3_proto::server::{
    Channel, Config, Error, Event, Login, Proof, Rejection, Session, State, request,
};
use pop3_proto::{
    Auth, Base64, Mechanism, MessageNumber, Ticket, Timestamp, UniqueId, WireLine, WireLog,
};

/// RFC 1939 §7; the digest in its example is of this and `tanstaaf`.
pub(crate) const TIMESTAMP: &str = "<1896.697170952@dbc.mtview.ca.us>";

pub(crate) const MESSAGES: [(&str, &str); 2] = [
    ("whqtswO00WBw418f9t5JxYwZ", "Subject: one\r\n\r\nHello.\r\nSecond line\r\n"),
    ("QhdPYR:00WBw1Ph7x7", ".odd: two\r\n\r\n.dot\nbare\n.\nno end"),
];

/// The message as RETR sends it, and LIST counts it, without the dots that are
/// stuffed: each line ends with CRLF (RFC 1939 §11).
pub(crate) fn received(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + line + "\r\n")
}

/// Everything is offered, in clear text too.
pub(crate) fn everything() -> Config {
    with(Config::default(), |config| {
        config.plaintext_auth = true;
        config.stls = true;
        config.mechanisms.offer("PLAIN").unwrap();
        config.mechanisms.offer("CRAM-MD5").unwrap();
        config.utf8 = true;
        config.lang = true;
    })
}

/// The value with changes.
pub(crate) fn with<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

/// What the scripts hold that no log may show: passwords, digests, and SASL both ways.
const SECRETS: [&str; 7] = [
    "tan staaf",
    "c4c9334bac560ecc979e58001b3e22fb",
    "00000000000000000000000000000000",
    "dGVzdAB0ZXN0AHRlc3Q=",
    "AAAA",
    "AAA=BBB",
    "PDE4OTYuNjk3MTcwOTUyQGRiYy5tdHZpZXcuY2EudXM+",
];

/// What came of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) sent: String,
    /// The lines of the wire log.
    pub(crate) log: Vec<String>,
    pub(crate) deleted: Vec<u32>,
    /// How many exchanges of AUTH ended with nothing to decide.
    pub(crate) cancelled: u32,
    pub(crate) closed: bool,
    pub(crate) error: Option<Error>,
}

pub(crate) struct Server {
    pub(crate) session: Session,
    pub(crate) out: BytesMut,
    unread: Vec<u8>,
    outcome: Outcome,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new(config: Config, channel: Channel) -> Self {
        let mut out = BytesMut::new();
        let timestamp = Timestamp::new(TIMESTAMP).unwrap();
        let mut session = Session::with_timestamp(Arc::new(config), channel, timestamp, &mut out);
        let log = Arc::new(Mutex::new(Vec::new()));
        let sink = log.clone();
        let show = move |line: WireLine<'_>| sink.lock().unwrap().push(line.to_string());
        session.log_wire(WireLog::new(show), &out);
        Self { session, out, unread: Vec::new(), outcome: Outcome::default(), log }
    }

    /// Takes what was read, and answers all that it asks for.
    pub(crate) fn read(&mut self, piece: &[u8]) {
        let Self { session, out, unread, outcome, .. } = self;
        unread.extend_from_slice(piece);
        let mut input = &unread[..];
        loop {
            match session.receive(&mut input, out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Closed) => {
                    outcome.closed = true;
                    break;
                }
                Ok(event) => answer(session, event, outcome, out),
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
            }
        }
        let left = input.len();
        assert!(left < Config::default().limits.buffer(), "{left} octets are left unread");
        unread.drain(..unread.len() - left);
    }

    pub(crate) fn end(self) -> Outcome {
        let sent = String::from_utf8(self.out.to_vec()).unwrap();
        let log = core::mem::take(&mut *self.log.lock().unwrap());
        for secret in SECRETS {
            let leaks = log.iter().find(|line| line.contains(secret));
            assert_eq!(leaks, None, "{secret} in {log:?}");
        }
        Outcome { sent, log, ..self.outcome }
    }
}

fn answer(session: &mut Session, event: Event<'_>, outcome: &mut Outcome, out: &mut BytesMut) {
    match event {
        Event::Login(Login { name, proof }, ticket) => {
            let known = match proof {
                Proof::Password(password) => name == "mrose" && password.reveal() == b"tan staaf",
                // RFC 1939 §7
                Proof::Apop(digest) => name == "mrose" && digest.0[..2] == [0xc4, 0xc9],
            };
            match known {
                true => session.open(ticket, 2, out).unwrap(),
                false => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out).unwrap(),
            }
        }
        Event::Auth(Auth { mechanism: Mechanism::CramMd5, initial_response: None }, ticket) => {
            session.challenge(ticket, TIMESTAMP.as_bytes(), out).unwrap();
        }
        Event::Auth(Auth { initial_response: None, .. }, ticket) => {
            session.challenge(ticket, b"", out).unwrap();
        }
        Event::Auth(Auth { initial_response: Some(response), .. }, ticket)
        | Event::AuthResponse(response, ticket) => match is_plain(response) {
            true => session.open(ticket, 2, out).unwrap(),
            false => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out).unwrap(),
        },
        Event::StartTls(ticket) => {
            let upgrade = session.start_tls(ticket, out).unwrap();
            assert_eq!(session.state(), State::Handshake);
            session.upgraded(upgrade).unwrap();
        }
        Event::Sizes(ticket) => {
            let sizes = MESSAGES.iter().map(|(_, text)| received(text).len() as u64);
            session.sizes(ticket, sizes, out).unwrap();
        }
        Event::UniqueIds(ticket) => {
            let ids = MESSAGES.iter().map(|(id, _)| UniqueId::new(id).unwrap());
            session.unique_ids(ticket, ids, out).unwrap();
        }
        Event::Retr(number, ticket) | Event::Top(number, _, ticket) => {
            let mut body = session.send_message(ticket, out).unwrap();
            for piece in MESSAGES[number.index()].1.as_bytes().chunks(3) {
                body.push(piece, out);
            }
            session.finish(body, out).unwrap();
        }
        Event::AuthCancelled => outcome.cancelled += 1,
        Event::Update(deleted, ticket) => {
            outcome.deleted = deleted.iter().map(MessageNumber::get).collect();
            session.accept(ticket, out).unwrap();
        }
        other => session.decline(other, out).unwrap(),
    }
}

/// RFC 5034 §6
fn is_plain(response: Base64<'_>) -> bool {
    response.decode() == b"test\0test\0test"
}

/// A session after APOP, and the ticket of the login.
pub(crate) fn opened(out: &mut BytesMut) -> (Session, Ticket<request::Login>) {
    let mut session = Server::new(everything(), Channel::Clear).session;
    let mut input: &[u8] = b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n";
    match session.receive(&mut input, out) {
        Ok(Event::Login(_, ticket)) => (session, ticket),
        other => panic!("{other:?}"),
    }
}

/// What comes of `input`, which is the same at every split in two and octet by
/// octet.
pub(crate) fn every_split(config: &Config, channel: Channel, input: &[u8]) -> Outcome {
    every_split_of(config, channel, &[input])
}

/// The same of several inputs, which never share a read: TLS begins between them.
fn every_split_of(config: &Config, channel: Channel, inputs: &[&[u8]]) -> Outcome {
    let run = |cut: &dyn Fn(&[u8], &mut Server)| {
        let mut server = Server::new(config.clone(), channel);
        inputs.iter().for_each(|input| cut(input, &mut server));
        server.end()
    };
    let whole = run(&|input, server| server.read(input));
    for at in 0..=inputs.iter().map(|input| input.len()).max().unwrap_or_default() {
        let split = run(&|input, server| {
            let (before, after) = input.split_at(at.min(input.len()));
            server.read(before);
            server.read(after);
        });
        assert_eq!(split, whole, "split at {at}");
    }
    let octets = run(&|input, server| input.chunks(1).for_each(|octet| server.read(octet)));
    assert_eq!(octets, whole, "octet by octet");
    whole
}

/// A step of a transcript.
enum Step {
    /// What the client sends, and what must be answered to that, and to that alone.
    Turn(String, String),
    /// The handshake is over: the session knows.
    Tls,
}

/// Takes a transcript apart: `C:` and `S:` are lines of the client and the server, `TLS` is a
/// line of its own.
fn steps(script: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for line in script.lines().map(str::trim_start) {
        let (side, text) = line.split_at(line.len().min(2));
        let text = text.strip_prefix(' ').unwrap_or(text).to_owned() + "\r\n";
        match (side, steps.last_mut()) {
            ("C:", Some(Step::Turn(sent, answered))) if answered.is_empty() => *sent += &text,
            ("C:", _) => steps.push(Step::Turn(text, String::new())),
            ("S:", Some(Step::Turn(_, answered))) => *answered += &text,
            ("TL", _) => steps.push(Step::Tls),
            _ => panic!("whose line is {line:?}?"),
        }
    }
    steps
}

/// Plays a transcript: line for line, each answer in its place; and the lines of the client in
/// one piece and at every split, of which the same must come.
pub(crate) fn transcript(config: &Config, channel: Channel, script: &str) -> Outcome {
    let mut server = Server::new(config.clone(), channel);
    let greeting = format!("+OK POP3 server ready {TIMESTAMP}\r\n");
    assert_eq!(&server.out[..], greeting.as_bytes());
    let mut inputs = vec![String::new()];
    for step in steps(script) {
        match step {
            Step::Turn(sent, answered) => {
                let start = server.out.len();
                server.read(sent.as_bytes());
                assert_eq!(core::str::from_utf8(&server.out[start..]), Ok(&answered[..]), "{sent}");
                *inputs.last_mut().unwrap() += &sent;
            }
            Step::Tls => {
                assert_eq!(server.session.channel(), Channel::Tls);
                inputs.push(String::new());
            }
        }
    }
    let in_turn = server.end();
    let inputs: Vec<&[u8]> = inputs.iter().map(String::as_bytes).collect();
    assert_eq!(every_split_of(config, channel, &inputs), in_turn);
    in_turn
}
