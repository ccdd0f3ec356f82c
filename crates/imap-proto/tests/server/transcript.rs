//! Transcripts, and a server that plays them.
//!
//! ```text
//! C: a NOOP          a line of the client; \r \n \0 \\ \xNN stand for octets
//! C> a NO            the same without CRLF behind it
//! S: a OK done       a line that the server answers
//! S* a BAD           a line of the server that begins so
//! --- TLS ---        both shake hands
//! ```
//!
//! A transcript is played four times: step by step, where each line of the
//! server has to come right behind what it answers; with the whole input at
//! once; at every split of it in two; and octet by octet. Each must give the
//! same answers, the same events and the same messages.

use std::collections::VecDeque;
use std::sync::Arc;

use imap_proto::server::{
    Channel, Config, Error, Event, Misuse, ProtocolError, Rejection, Session, Upgrade, request,
};
use imap_proto::{
    Arena, Body, BytesMut, Capability, Code, Command, CommandKind, Completion, Data, FetchData,
    Section, Text, Ticket,
};

/// The configuration that most transcripts run under.
pub(crate) fn config() -> Config {
    let mut config = Config::new("imap.example.org");
    config.plaintext_auth = true;
    config.capabilities.extend([
        Capability::Id,
        Capability::Idle,
        Capability::Move,
        Capability::Namespace,
        Capability::UidPlus,
        Capability::Unselect,
    ]);
    config
}

/// A greeting and a login, to put before a transcript that is about something
/// else.
pub(crate) const LOGIN: &str = "
S* * OK [CAPABILITY IMAP4rev1
C: l LOGIN alice secret
S* l OK [CAPABILITY IMAP4rev1
";

/// The same, and a mailbox of 3 messages.
pub(crate) const SELECTED: &str = "
S* * OK [CAPABILITY IMAP4rev1
C: l LOGIN alice secret
S* l OK [CAPABILITY IMAP4rev1
C: s SELECT INBOX
S: * 3 EXISTS
S: s OK [READ-WRITE] done
";

/// What came of a transcript.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Everything that the server wrote.
    pub(crate) written: String,
    /// The events, as `Debug` prints them. The pieces of a message are one.
    pub(crate) events: Vec<String>,
    /// The messages that were appended.
    pub(crate) messages: Vec<Vec<u8>>,
    /// What ended the session, if anything did.
    pub(crate) failure: Option<ProtocolError>,
}

/// Plays `transcripts`, one behind the other, in clear text.
pub(crate) fn play(config: Config, transcripts: &[&str]) -> Outcome {
    play_on(Channel::Clear, config, transcripts)
}

/// As [`play`], on the channel that is given.
pub(crate) fn play_on(channel: Channel, config: Config, transcripts: &[&str]) -> Outcome {
    let config = Arc::new(config);
    let steps: Vec<Step> =
        transcripts.iter().flat_map(|text| text.lines().filter_map(step)).collect();

    let mut server = Server::new(channel, config.clone());
    let mut sent = 0;
    let mut lines = VecDeque::new();
    for step in &steps {
        match step {
            Step::Client(octets) => {
                assert!(lines.is_empty(), "not in the transcript: {lines:?}");
                server.receive(octets);
            }
            Step::Tls => server.shake_hands(),
            Step::Line(expected) | Step::Start(expected) => {
                lines.extend(server.written(sent));
                sent = server.out.len();
                let line = lines.pop_front().unwrap_or_default();
                let fits = match step {
                    Step::Line(_) => line == *expected,
                    _ => line.starts_with(expected),
                };
                assert!(fits, "expected {expected:?}, got {line:?}, then {lines:?}");
            }
        }
    }
    lines.extend(server.written(sent));
    assert!(lines.is_empty(), "not in the transcript: {lines:?}");
    let expected = server.finish();

    // Octets that nothing but a handshake stands between arrive in one read.
    let mut reads: Vec<Vec<u8>> = vec![Vec::new()];
    for step in &steps {
        match step {
            Step::Client(octets) => reads.last_mut().unwrap().extend_from_slice(octets),
            Step::Tls => reads.push(Vec::new()),
            Step::Line(_) | Step::Start(_) => {}
        }
    }
    let replay = |cut: &dyn Fn(usize) -> bool, how: &str| {
        let outcome = replay(channel, &config, &reads, cut);
        assert_eq!(outcome, expected, "{how}");
    };
    replay(&|_| false, "the whole input at once");
    replay(&|_| true, "octet by octet");
    for split in 1..reads.iter().map(Vec::len).sum() {
        replay(&|at| at == split, &format!("split at {split}"));
    }
    expected
}

/// Plays `reads`, with a handshake between each two, cut where `cut` says.
pub(crate) fn replay(
    channel: Channel,
    config: &Arc<Config>,
    reads: &[Vec<u8>],
    cut: &dyn Fn(usize) -> bool,
) -> Outcome {
    let mut server = Server::new(channel, config.clone());
    let mut at = 0;
    for (number, read) in reads.iter().enumerate() {
        if number > 0 {
            server.shake_hands();
        }
        let mut start = 0;
        for end in 1..=read.len() {
            at += 1;
            if end == read.len() || cut(at) {
                server.receive(&read[start..end]);
                start = end;
            }
        }
    }
    server.finish()
}

enum Step {
    Client(Vec<u8>),
    Line(String),
    Start(String),
    Tls,
}

fn step(line: &str) -> Option<Step> {
    let line = line.trim_start();
    let text = line.get(3..).unwrap_or_default();
    Some(match line.get(..2).unwrap_or(line) {
        "" => return None,
        "C:" => Step::Client([&unescape(text)[..], b"\r\n"].concat()),
        "C>" => Step::Client(unescape(text)),
        "S:" => Step::Line(text.to_owned()),
        "S*" => Step::Start(text.to_owned()),
        "--" => Step::Tls,
        _ => panic!("no line of a transcript: {line:?}"),
    })
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        octets.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'r') => b'\r',
                Some(b'n') => b'\n',
                Some(b'0') => 0,
                Some(b'\\') => b'\\',
                Some(b'x') => {
                    let hex: Vec<u8> = bytes.by_ref().take(2).collect();
                    u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
                }
                other => panic!("unknown escape {other:?}"),
            },
            other => other,
        });
    }
    octets
}

/// A server of one user, alice, whose password is `secret`; each of her
/// mailboxes has three messages `hello`, but `Missing` is none and `Archive` can
/// only be read.
pub(crate) struct Server {
    session: Session,
    unread: Vec<u8>,
    out: BytesMut,
    upgrade: Option<Upgrade>,
    message: Vec<u8>,
    outcome: Outcome,
    closed: bool,
    limit: usize,
}

impl Server {
    pub(crate) fn new(channel: Channel, config: Arc<Config>) -> Self {
        let mut out = BytesMut::new();
        let limit = config.limits.buffer();
        let session = Session::new(config, channel, &mut out);
        Self {
            session,
            unread: Vec::new(),
            out,
            upgrade: None,
            message: Vec::new(),
            outcome: Outcome::default(),
            closed: false,
            limit,
        }
    }

    /// The lines written since `start`.
    fn written(&self, start: usize) -> VecDeque<String> {
        String::from_utf8_lossy(&self.out[start..])
            .split_terminator("\r\n")
            .map(str::to_owned)
            .collect()
    }

    fn shake_hands(&mut self) {
        assert!(self.unread.is_empty());
        self.session.upgraded(self.upgrade.take().expect("STARTTLS was not accepted"));
    }

    pub(crate) fn receive(&mut self, octets: &[u8]) {
        self.unread.extend_from_slice(octets);
        let unread = std::mem::take(&mut self.unread);
        let mut input = &unread[..];
        let arena = Arena::new();
        while !self.closed && self.upgrade.is_none() {
            match self.session.receive(&mut input, &arena, &mut self.out) {
                Ok(Event::NeedInput) => break,
                Ok(event) => {
                    self.log(&event);
                    self.answer(event).unwrap();
                }
                Err(Error::Protocol(failure)) => {
                    self.outcome.failure = Some(failure);
                    self.closed = true;
                }
                Err(Error::Misuse(misuse)) => panic!("{misuse}"),
            }
        }
        if self.closed {
            input = &[];
        }
        assert!(input.len() < self.limit, "{} octets left", input.len());
        self.unread = input.to_vec();
    }

    pub(crate) fn finish(mut self) -> Outcome {
        self.outcome.written = String::from_utf8_lossy(&self.out).into_owned();
        self.outcome
    }

    fn log(&mut self, event: &Event<'_>) {
        let event = match event {
            Event::AppendPiece(piece) => {
                self.message.extend_from_slice(piece);
                if self.outcome.events.last().is_some_and(|last| last == "AppendPiece") {
                    return;
                }
                "AppendPiece".to_owned()
            }
            event => format!("{event:?}"),
        };
        self.outcome.events.push(event);
    }

    fn answer(&mut self, event: Event<'_>) -> Result<(), Misuse> {
        let (session, out) = (&mut self.session, &mut self.out);
        match event {
            Event::Command(command, ticket) => carry_out(session, command, ticket, out),
            Event::Append(append, ticket) if append.mailbox.as_str() == Some("Missing") => {
                session.reject(ticket, Rejection::TRY_CREATE, out)
            }
            Event::Append(_, ticket) => session.accept(ticket, out),
            // The log keeps them.
            Event::AppendPiece(_) => Ok(()),
            Event::AppendEnd(ticket) => {
                self.outcome.messages.push(std::mem::take(&mut self.message));
                session.data(&Data::Exists(4), out)?;
                session.accept(ticket, out)
            }
            Event::AppendCancelled => {
                self.message.clear();
                Ok(())
            }
            Event::Idle(ticket) => {
                session.accept(ticket, out)?;
                session.data(&Data::Exists(4), out)?;
                session.data(&Data::Expunge(1.try_into().unwrap()), out)
            }
            Event::StartTls(ticket) => {
                session.accept(ticket, out).map(|upgrade| self.upgrade = Some(upgrade))
            }
            Event::Authenticate { initial_response, ticket, .. } => match initial_response {
                Some(response) => log_in(session, &response.decode(), ticket, out),
                None => session.challenge(ticket, b"", out),
            },
            Event::AuthenticateResponse(response, ticket) => {
                log_in(session, &response.decode(), ticket, out)
            }
            Event::Closed => {
                self.closed = true;
                Ok(())
            }
            other => session.decline(other, out),
        }
    }
}

fn log_in(
    session: &mut Session,
    response: &[u8],
    ticket: Ticket<request::Authenticate>,
    out: &mut BytesMut,
) -> Result<(), Misuse> {
    match response {
        b"\0alice\0secret" => session.accept(ticket, out),
        b"more" => session.challenge(ticket, b"go on", out),
        _ => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
    }
}

fn carry_out(
    session: &mut Session,
    command: Command<'_>,
    ticket: Ticket<request::Command>,
    out: &mut BytesMut,
) -> Result<(), Misuse> {
    let done = Completion::ok(None, Text::first_line("done"));
    match command.kind {
        CommandKind::Login { user, password } => {
            if (user.as_bytes(), password.reveal()) == (b"alice", b"secret") {
                session.complete(ticket, done, out)
            } else {
                session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out)
            }
        }
        CommandKind::Select(mailbox) | CommandKind::Examine(mailbox) => match mailbox.as_str() {
            Some("Missing") => {
                let code = Some(Code::NonExistent);
                session.complete(ticket, Completion::no(code, Text::first_line("no")), out)
            }
            Some("Archive") => {
                session.complete(ticket, Completion { code: Some(Code::ReadOnly), ..done }, out)
            }
            _ => {
                session.data(&Data::Exists(3), out)?;
                session.complete(ticket, done, out)
            }
        },
        CommandKind::Fetch(fetch) => {
            let one = 1.try_into().unwrap();
            let expunge = session.data(&Data::Expunge(one), out);
            assert_eq!(expunge.is_err(), !fetch.uid, "RFC 9051 section 7.5.1");
            let mut fetch = session.fetch(one, out)?;
            fetch.item(&FetchData::Uid(one), out);
            let whole = Body::Section { section: Section::Whole, origin: None };
            let mut body = fetch.body(whole, 5, out);
            body.write(b"hel", out).unwrap();
            body.write(b"lo", out).unwrap();
            body.end().unwrap().end(out);
            session.complete(ticket, done, out)
        }
        CommandKind::Expunge { .. } => {
            session.data(&Data::Expunge(2.try_into().unwrap()), out)?;
            session.complete(ticket, done, out)
        }
        CommandKind::List(_) => session.reject(ticket, Rejection::NOT_SERVED, out),
        CommandKind::Check => {
            session.complete(ticket, Completion::bad(None, Text::first_line("no checks")), out)
        }
        _ => session.complete(ticket, done, out),
    }
}
