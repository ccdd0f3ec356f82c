//! A server that plays transcripts, in which `S@ 3` is short for what SELECT tells of a mailbox
//! of 3 messages.

use std::sync::Arc;

use imap_proto::server::{
    Channel, Config, Error, Event, Misuse, ProtocolError, Rejection, Selected, Session, Upgrade,
    request,
};
use imap_proto::{
    Arena, Body, BytesMut, Capability, Code, Command, CommandKind, Completion, Data, Delimiter,
    FetchData, Flag, Listed, PermanentFlag, Section, Select, Text, Ticket,
};
use mail_transcript::{LogLines, Peer, Unread, assert_hidden, play_server};

/// What must not be in the log of any transcript: the passwords of the transcripts, as they are and in base64.
pub(crate) const SECRETS: [&str; 4] = ["secret", "AGFsaWNlAHNlY3JldA", "bW9yZQ", "Z28gb24"];

/// The configuration that most transcripts run under.
pub(crate) fn config() -> Config {
    let mut config = Config::default();
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
    /// What the input ended in the middle of, if anything.
    pub(crate) cut_off: Option<ProtocolError>,
}

/// Plays `transcripts`, one after the other, in clear text.
#[track_caller]
pub(crate) fn play(config: Config, transcripts: &[&str]) -> Outcome {
    play_on(Channel::Clear, config, transcripts)
}

/// As [`play`], on the channel that is given.
#[track_caller]
pub(crate) fn play_on(channel: Channel, config: Config, transcripts: &[&str]) -> Outcome {
    let config = Arc::new(config);
    let scripts: Vec<String> = transcripts.iter().map(|script| in_full(script)).collect();
    let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let outcome = play_server(&|| Server::new(channel, config.clone()), &scripts);
    assert_hidden(&SECRETS, &outcome.log);
    outcome
}

/// The script with the lines that `S@` is short for.
fn in_full(script: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix("S@ ") {
        None => format!("{line}\n"),
        Some(messages) => format!(
            "S: * FLAGS (\\\\Seen \\\\Deleted)
            S: * {messages} EXISTS
            S: * 0 RECENT
            S: * OK [UIDVALIDITY 7] UIDs valid
            S: * OK [UIDNEXT 4] the next UID
            S: * OK [PERMANENTFLAGS (\\\\Seen \\\\*)] flags that are kept\n"
        ),
    };
    script.lines().map(line).collect()
}

/// A server of one user, alice, whose password is `secret`; each of her
/// mailboxes has three messages `hello`, but `Missing` is none and `Archive` can
/// only be read. A message whose first piece begins with `!` is declined.
pub(crate) struct Server {
    session: Session,
    config: Arc<Config>,
    unread: Unread,
    out: BytesMut,
    upgrade: Option<Upgrade>,
    message: Vec<u8>,
    /// Whether it may hold a NUL (RFC 3516 §4.4).
    binary: bool,
    declined: bool,
    /// How many messages the mailbox has that is selected.
    messages: u32,
    outcome: Outcome,
    closed: bool,
    log: LogLines,
}

impl Server {
    pub(crate) fn new(channel: Channel, config: Arc<Config>) -> Self {
        let mut out = BytesMut::new();
        let mut session = Session::new(config.clone(), channel, &mut out);
        let log = LogLines::default();
        session.log_wire(log.log(), &out);
        Self {
            session,
            unread: Unread::new(config.limits.buffer()),
            config,
            out,
            upgrade: None,
            message: Vec::new(),
            binary: false,
            declined: false,
            messages: 0,
            outcome: Outcome::default(),
            closed: false,
            log,
        }
    }

    fn note(&mut self, event: &Event<'_>) {
        let event = match event {
            Event::Body(_) => {
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
            Event::Append(append, ticket) => {
                assert!(append.message.octets <= self.config.limits.message);
                self.message.clear();
                (self.binary, self.declined) = (append.message.binary, false);
                session.accept(ticket, out)
            }
            event @ Event::Body(piece) => {
                assert!(!self.declined, "a message is declined as a whole");
                assert!(!piece.is_empty());
                assert!(self.binary || !piece.contains(&0), "only a literal8 holds a NUL");
                if self.message.is_empty() && piece.starts_with(b"!") {
                    self.declined = true;
                    return session.decline(event, out);
                }
                self.message.extend_from_slice(piece);
                assert!(self.message.len() as u64 <= self.config.limits.message);
                Ok(())
            }
            Event::BodyEnd(ticket) => {
                assert!(!self.declined, "a declined message is not kept");
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
            Event::Unknown(command, ticket) => {
                // One response, or none.
                let line = [b"X-SAID ", command.arguments].concat();
                let start = out.len();
                match session.raw_data(&line, out) {
                    Ok(()) => assert_eq!(out[start..], [b"* ", &line[..], b"\r\n"].concat()),
                    Err(_) => assert_eq!(out.len(), start),
                }
                session.accept(ticket, out)
            }
            Event::Closed => {
                self.closed = true;
                Ok(())
            }
            other => session.decline(other, out),
        }
    }
}

impl Peer for Server {
    type Outcome = Outcome;

    fn receive(&mut self, octets: &[u8]) {
        let shown = self.unread.with(octets);
        let mut input = &shown[..];
        let arena = Arena::new();
        while !self.closed && self.upgrade.is_none() {
            match self.session.receive(&mut input, &arena, &mut self.out) {
                Ok(Event::NeedInput) => break,
                Ok(event) => {
                    self.note(&event);
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
        self.unread.keep(input);
    }

    fn written(&self) -> &[u8] {
        &self.out
    }

    fn shake_hands(&mut self) {
        assert!(self.unread.is_empty());
        let upgrade = self.upgrade.take().expect("STARTTLS was not accepted");
        self.session.upgraded(upgrade).unwrap();
    }

    fn finish(mut self) -> Outcome {
        self.outcome.cut_off = self.session.eof().err();
        self.outcome.log = self.log.lines();
        self.outcome.written = String::from_utf8_lossy(&self.out).into_owned();
        self.outcome
    }
}

impl mail_transcript::Server for Server {}

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
            if *messages == 0 {
                assert_eq!(session.fetch(one, out).map(drop), Err(Misuse::NoSuchMessage));
            } else {
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
