//! A server over one maildrop of two messages, and transcripts for it.

use alloc::sync::Arc;

use bytes::BytesMut;
use mail_transcript::{LogLines, Peer, Unread, assert_hidden, at_every_split, play_server};
use pop3_proto::server::{
    Channel, Config, Error, Event, Login, Proof, ProtocolError, Rejection, Session, State, request,
};
use pop3_proto::{Auth, Base64, Mechanism, MessageNumber, Ticket, Timestamp, UniqueId};

/// RFC 1939 §7; the digest in its example is of this and `tanstaaf`.
pub(crate) const TIMESTAMP: &str = "<1896.697170952@dbc.mtview.ca.us>";

pub(crate) const MESSAGES: [(&str, &str); 2] = [
    ("whqtswO00WBw418f9t5JxYwZ", "Subject: one\r\n\r\nHello.\r\nSecond line\r\n"),
    ("QhdPYR:00WBw1Ph7x7", ".odd: two\r\n\r\n.dot\nbare\n.\nno end"),
];

/// The message as RETR sends it, and LIST counts it, without the dots that are
/// stuffed: each line ends with CRLF (RFC 1939 §11).
pub(crate) fn received(message: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    for (at, octet) in message.iter().enumerate() {
        match octet {
            b'\n' if at > 0 && message[at - 1] == b'\r' => {}
            b'\r' | b'\n' => lines.extend_from_slice(b"\r\n"),
            octet => lines.push(*octet),
        }
    }
    if !lines.is_empty() && !lines.ends_with(b"\r\n") {
        lines.extend_from_slice(b"\r\n");
    }
    lines
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

impl Outcome {
    /// The same, whose log shows none of the scripts' secrets.
    #[track_caller]
    pub(crate) fn hidden(self) -> Self {
        assert_hidden(&SECRETS, &self.log);
        self
    }
}

pub(crate) struct Server {
    pub(crate) session: Session,
    pub(crate) out: BytesMut,
    /// The maildrop: unique-ids and texts.
    pub(crate) messages: Vec<(&'static str, Vec<u8>)>,
    /// How long the pieces are in which a text is sent.
    pub(crate) pieces: usize,
    config: Arc<Config>,
    unread: Unread,
    outcome: Outcome,
    log: LogLines,
}

impl Server {
    pub(crate) fn new(config: Config, channel: Channel) -> Self {
        let mut out = BytesMut::new();
        let timestamp = Timestamp::new(TIMESTAMP).unwrap();
        let config = Arc::new(config);
        let unread = Unread::new(config.limits.buffer());
        let mut session = Session::with_timestamp(config.clone(), channel, timestamp, &mut out);
        let log = LogLines::default();
        session.log_wire(log.log(), &out);
        Self {
            session,
            out,
            messages: MESSAGES.iter().map(|(id, text)| (*id, text.as_bytes().to_vec())).collect(),
            pieces: 3,
            config,
            unread,
            outcome: Outcome::default(),
            log,
        }
    }

    fn answer(&mut self, event: Event<'_>) {
        let Self { session, out, messages, outcome, .. } = self;
        match event {
            Event::Login(Login { name, proof }, ticket) => {
                let known = match proof {
                    Proof::Password(password) => {
                        name == "mrose" && password.reveal() == b"tan staaf"
                    }
                    // RFC 1939 §7
                    Proof::Apop(digest) => name == "mrose" && digest.0[..2] == [0xc4, 0xc9],
                };
                match known {
                    true => session.open(ticket, messages.len(), out).unwrap(),
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
                true => session.open(ticket, messages.len(), out).unwrap(),
                false => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out).unwrap(),
            },
            Event::StartTls(ticket) => {
                assert_eq!(session.channel(), Channel::Clear);
                let upgrade = session.start_tls(ticket, out).unwrap();
                assert_eq!(session.state(), State::Handshake);
                session.upgraded(upgrade).unwrap();
            }
            Event::Sizes(ticket) => {
                let sizes = messages.iter().map(|(_, text)| received(text).len() as u64);
                session.sizes(ticket, sizes, out).unwrap();
            }
            Event::UniqueIds(ticket) => {
                let ids = messages.iter().map(|(id, _)| UniqueId::new(id).unwrap());
                session.unique_ids(ticket, ids, out).unwrap();
            }
            Event::Retr(number, ticket) | Event::Top(number, _, ticket) => {
                let mut body = session.send_message(ticket, out).unwrap();
                for piece in messages[number.index()].1.chunks(self.pieces.max(1)) {
                    body.push(piece, out);
                }
                session.finish(body, out).unwrap();
            }
            Event::AuthCancelled => outcome.cancelled += 1,
            Event::Update(deleted, ticket) => {
                assert!(deleted.iter().all(|number| number.index() < messages.len()));
                outcome.deleted = deleted.iter().map(MessageNumber::get).collect();
                session.accept(ticket, out).unwrap();
            }
            other => session.decline(other, out).unwrap(),
        }
    }
}

impl Peer for Server {
    type Outcome = Outcome;

    fn receive(&mut self, piece: &[u8]) {
        let shown = self.unread.with(piece);
        let mut input = &shown[..];
        while self.outcome.error.is_none() {
            match self.session.receive(&mut input, &mut self.out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Closed) => {
                    self.outcome.closed = true;
                    break;
                }
                Ok(
                    Event::Login(Login { proof: Proof::Password(_), .. }, _)
                    | Event::Auth(Auth { mechanism: Mechanism::Plain, .. }, _),
                ) if !self.config.plaintext_auth && self.session.channel() == Channel::Clear => {
                    panic!("a password in clear text");
                }
                Ok(event) => self.answer(event),
                Err(error) => {
                    assert_eq!(self.session.state(), State::Closed);
                    let injected = error == ProtocolError::PlaintextAfterStartTls.into();
                    assert!(input.is_empty() || !injected, "it stays for the handshake");
                    self.outcome.error = Some(error);
                }
            }
        }
        if self.outcome.closed || self.outcome.error.is_some() {
            input = &[];
        }
        self.unread.keep(input);
    }

    fn written(&self) -> &[u8] {
        &self.out
    }

    /// The session was told when STLS was answered.
    fn shake_hands(&mut self) {
        assert_eq!(self.session.channel(), Channel::Tls);
    }

    fn finish(self) -> Outcome {
        let sent = String::from_utf8(self.out.to_vec()).unwrap();
        let log = self.log.lines();
        Outcome { sent, log, ..self.outcome }
    }
}

impl mail_transcript::Server for Server {}

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
#[track_caller]
pub(crate) fn every_split(config: &Config, channel: Channel, input: &[u8]) -> Outcome {
    at_every_split(&|| Server::new(config.clone(), channel), input).hidden()
}

/// Plays a transcript, after the greeting.
#[track_caller]
pub(crate) fn transcript(config: &Config, channel: Channel, script: &str) -> Outcome {
    let greeting = format!("S: +OK POP3 server ready {TIMESTAMP}");
    play_server(&|| Server::new(config.clone(), channel), &[&greeting, script]).hidden()
}
