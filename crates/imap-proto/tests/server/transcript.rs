//! Transcripts, and a server that plays them.
//!
//! ```text
//! C: a NOOP          a line of the client; \r \n \0 \\ \xNN stand for octets
//! C> a NO            the same without CRLF after it
//! S: a OK done       a line that the server answers
//! S* a BAD           a line of the server that begins so
//! S@ 3               what SELECT tells of a mailbox of 3 messages
//! --- TLS ---        both shake hands
//! ```
//!
//! A transcript is played four times: step by step, where each line of the
//! server has to come right after what it answers; with the whole input at
//! once; at every split of it in two; and octet by octet. Each must give the
//! same answers, the same events and the same messages.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use imap_proto::server::{
    Channel, Config, Error, Event, Misuse, ProtocolError, Rejection, Selected, Session, Upgrade,
    request,
};
use imap_proto::{
    Arena, Body, BytesMut, Capability, Code, Command, CommandKind, Completion, Data, Delimiter,
    FetchData, Flag, Listed, PermanentFlag, Section, Select, Text, Ticket,
};

use crate::wire_log::{assert_no_secret, log};

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
S@ 3
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
    /// What the wire log showed.
    pub(crate) log: Vec<String>,
    /// What ended the session, if anything did.
    pub(crate) failure: Option<ProtocolError>,
}

/// Plays `transcripts`, one after the other, in clear text.
pub(crate) fn play(config: Config, transcripts: &[&str]) -> Outcome {
    play_on(Channel::Clear, config, transcripts)
}

/// As [`play`], on the channel that is given.
pub(crate) fn play_on(channel: Channel, config: Config, transcripts: &[&str]) -> Outcome {
    let config = Arc::new(config);
    let steps: Vec<Step> =
        transcripts.iter().flat_map(|text| text.lines().flat_map(steps)).collect();

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
    assert_no_secret(&expected.log);
    let replay = |cut: &dyn Fn(usize) -> bool, how: &str| {
        let outcome = replay(channel, &config, &reads, cut);
        assert_no_secret(&outcome.log);
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

/// The step that a line of a transcript is, or the steps that it is short for.
fn steps(line: &str) -> Vec<Step> {
    match line.trim_start().strip_prefix("S@ ") {
        None => step(line).into_iter().collect(),
        Some(messages) => [
            "* FLAGS (\\Seen \\Deleted)",
            &format!("* {messages} EXISTS"),
            "* 0 RECENT",
            "* OK [UIDVALIDITY 7] UIDs valid",
            "* OK [UIDNEXT 4] the next UID",
            "* OK [PERMANENTFLAGS (\\Seen \\*)] flags that are kept",
        ]
        .map(|line| Step::Line(line.to_owned()))
        .into(),
    }
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
    /// How many messages the mailbox has that is selected.
    messages: u32,
    outcome: Outcome,
    closed: bool,
    limit: usize,
    /// What the wire log shows.
    pub(crate) lines: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new(channel: Channel, config: Arc<Config>) -> Self {
        let mut out = BytesMut::new();
        let limit = config.limits.buffer();
        let mut session = Session::new(config, channel, &mut out);
        let (log, lines) = log();
        session.log_wire(log, &out);
        Self {
            session,
            unread: Vec::new(),
            out,
            upgrade: None,
            message: Vec::new(),
            messages: 0,
            outcome: Outcome::default(),
            closed: false,
            limit,
            lines,
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
        let upgrade = self.upgrade.take().expect("STARTTLS was not accepted");
        self.session.upgraded(upgrade).unwrap();
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
        self.outcome.log = self.lines.lock().unwrap().clone();
        self.outcome.written = String::from_utf8_lossy(&self.out).into_owned();
        self.outcome
    }

    fn log(&mut self, event: &Event<'_>) {
        let event = match event {
            Event::Body(piece) => {
                self.message.extend_from_slice(piece);
                if self.outcome.events.last().is_some_and(|last| last == "Body") {
                    return;
                }
                "Body".to_owned()
            }
            event => format!("{event:?}"),
        };
        self.outcome.events.push(event);
    }

    fn answer(&mut self, event: Event<'_>) -> Result<(), Misuse> {
        let (session, out) = (&mut self.session, &mut self.out);
        let messages = &mut self.messages;
        match event {
            Event::Command(command, ticket) => carry_out(session, command, messages, ticket, out),
            Event::Select(select, ticket) => {
                *messages = 3;
                answer_select(session, select, ticket, out)
            }
            Event::Append(append, ticket) if append.mailbox.as_str() == Some("Missing") => {
                session.reject(ticket, Rejection::TRY_CREATE, out)
            }
            Event::Append(_, ticket) => session.accept(ticket, out),
            // The log keeps them.
            Event::Body(_) => Ok(()),
            Event::BodyEnd(ticket) => {
                self.outcome.messages.push(std::mem::take(&mut self.message));
                if session.state().is_selected() {
                    *messages += 1;
                    session.data(&Data::Exists(*messages), out)?;
                }
                session.accept(ticket, out)
            }
            Event::BodyCancelled => {
                self.message.clear();
                Ok(())
            }
            Event::Idle(ticket) => {
                session.accept(ticket, out)?;
                if session.state().is_selected() {
                    session.data(&Data::Exists(*messages + 1), out)?;
                    session.data(&Data::Expunge(1.try_into().unwrap()), out)?;
                }
                Ok(())
            }
            Event::StartTls(ticket) => {
                session.start_tls(ticket, out).map(|upgrade| self.upgrade = Some(upgrade))
            }
            Event::Auth(auth, ticket) => match auth.initial_response {
                Some(response) => log_in(session, &response.decode(), ticket, out),
                None => session.challenge(ticket, b"", out),
            },
            Event::AuthResponse(response, ticket) => {
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
    ticket: Ticket<request::Auth>,
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
    messages: &mut u32,
    ticket: Ticket<request::Command>,
    out: &mut BytesMut,
) -> Result<(), Misuse> {
    let done = Completion::ok(None, Text::truncated("done"));
    match command.kind {
        CommandKind::Login { user, password } => {
            if (user.as_bytes(), password.reveal()) == (b"alice", b"secret") {
                session.complete(ticket, done, out)
            } else {
                session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out)
            }
        }
        CommandKind::Fetch(fetch) => {
            let one = 1.try_into().unwrap();
            assert_eq!(session.may_expunge(), fetch.uid, "RFC 9051 §7.5.1");
            if fetch.uid && *messages > 1 {
                session.data(&Data::Expunge(one), out)?;
                *messages -= 1;
            }
            if *messages > 0 {
                let mut fetch = session.fetch(one, out)?;
                fetch.item(&FetchData::Uid(one), out).unwrap();
                let whole = Body::Section { section: Section::Whole, origin: None };
                let mut body = fetch.body(whole, 5, out);
                body.write(b"hel", out).unwrap();
                body.write(b"lo", out).unwrap();
                session.end_fetch(body.end().unwrap(), out)?;
            }
            session.complete(ticket, done, out)
        }
        CommandKind::Expunge { .. } => {
            if *messages > 1 {
                session.data(&Data::Expunge(2.try_into().unwrap()), out)?;
                *messages -= 1;
            }
            session.complete(ticket, done, out)
        }
        CommandKind::List(_) => session.reject(ticket, Rejection::NOT_SUPPORTED, out),
        CommandKind::Check => {
            session.complete(ticket, Completion::bad(None, Text::truncated("no checks")), out)
        }
        _ => session.complete(ticket, done, out),
    }
}

/// What the tests' servers tell of a mailbox.
pub(crate) fn selected(select: Select<'_>, messages: u32) -> Selected<'_> {
    let listed = Listed {
        attributes: &[],
        delimiter: Delimiter::new(b'/'),
        mailbox: select.mailbox,
        extended: &[],
    };
    let number = |number: u32| number.try_into().unwrap();
    let mut selected = Selected::new(listed, messages, number(4), number(7));
    selected.flags = &[Flag::Seen, Flag::Deleted];
    selected.permanent_flags = &[PermanentFlag::Flag(Flag::Seen), PermanentFlag::NewKeywords];
    selected
}

fn answer_select(
    session: &mut Session,
    select: Select<'_>,
    ticket: Ticket<request::Select>,
    out: &mut BytesMut,
) -> Result<(), Misuse> {
    let mut selected = selected(select, 3);
    match select.mailbox.as_str() {
        Some("Missing") => {
            let why = Rejection::no(Some(Code::NonExistent), Text::truncated("no"));
            return session.reject(ticket, why, out);
        }
        Some("Archive") => selected.read_only = true,
        _ => {}
    }
    session.select(ticket, &selected, out)
}

/// A session with a mailbox of so many messages selected, and nothing in `out`.
pub(crate) fn session_in_mailbox(messages: u32, out: &mut BytesMut) -> Session {
    let mut session = Session::preauthenticated(Arc::new(config()), Channel::Tls, out);
    let arena = Arena::new();
    match session.receive(&mut &b"s SELECT INBOX\r\n"[..], &arena, out) {
        Ok(Event::Select(select, ticket)) => {
            session.select(ticket, &selected(select, messages), out).unwrap();
        }
        other => panic!("{other:?}"),
    }
    out.clear();
    session
}
