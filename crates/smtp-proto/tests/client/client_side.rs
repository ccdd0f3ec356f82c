//! A client that plays a transcript, and what it sees.

use bytes::BytesMut;
use mail_transcript::{LogLines, Peer, Unread, assert_hidden, escape, play_client};
use smtp_proto::client::{
    Answer, Channel, ClearText, Config, Error, Event, Misuse, Session, State, request,
};
use smtp_proto::{Base64, Command, Reply, ReplyBuf, Ticket};

/// A client and what was told it so far.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) out: BytesMut,
    unread: Unread,
    challenge: Option<Ticket<request::Challenge>>,
    /// How many octets of a chunk are still to be sent, if the body is one.
    owed: Option<usize>,
    pub(crate) seen: Vec<String>,
    log: LogLines,
    /// What was said that no log may show.
    secrets: Vec<String>,
}

impl Client {
    pub(crate) fn new(config: Config, channel: Channel) -> Self {
        let unread = Unread::new(config.limits.buffer());
        let mut session = Session::new(config, channel);
        let log = LogLines::default();
        session.log_wire(log.log(), &BytesMut::new());
        Self {
            session,
            out: BytesMut::new(),
            unread,
            challenge: None,
            owed: None,
            seen: Vec::new(),
            log,
            secrets: Vec::new(),
        }
    }

    /// One that has said EHLO to a server that offers `extensions`.
    pub(crate) fn greeted(config: Config, extensions: &[&str]) -> Self {
        let mut client = Self::new(config, Channel::Tls);
        client.receive(b"220 mx\r\n");
        mail_transcript::Client::send(&mut client, b"EHLO c");
        client.receive(hello(extensions).as_bytes());
        client.seen.clear();
        client
    }

    /// The lines of the wire log, none of which shows a secret.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = self.log.lines();
        let secrets: Vec<_> = self.secrets.iter().filter(|secret| secret.len() > 3).collect();
        assert_hidden(&secrets, &log);
        log
    }

    /// Whether a challenge is to be answered.
    pub(crate) fn awaits_response(&self) -> bool {
        self.challenge.is_some()
    }

    fn send_body(&mut self, line: &[u8]) -> Result<(), Misuse> {
        let whole = [line, b"\r\n"].concat();
        if let Some(owed) = self.owed {
            let piece = if owed >= whole.len() { &whole } else { line };
            self.session.body(piece, &mut self.out)?;
            self.owed = Some(owed - piece.len()).filter(|owed| *owed > 0);
            return Ok(());
        }
        match line {
            b"." => self.session.end_body(&mut self.out),
            [b'.', ..] => self.session.body(&whole[1..], &mut self.out),
            _ => self.session.body(&whole, &mut self.out),
        }
    }

    fn send_command(&mut self, line: &[u8]) -> Result<(), Misuse> {
        let command = Command::parse(line).unwrap();
        if let Command::Auth(_) = command {
            let line = escape(line);
            self.secrets.extend(line.split(' ').nth(2).map(str::to_owned));
        }
        let allowed = self.session.allows(command);
        let sent = self.session.send(command, &mut self.out);
        assert!(allowed == sent || allowed.is_ok(), "{allowed:?} {sent:?}");
        if let (Ok(()), Command::Bdat { size: size @ 1.., .. }) = (sent, command) {
            self.owed = usize::try_from(size).ok();
        }
        sent
    }
}

/// The answer to EHLO that offers these.
pub(crate) fn hello(extensions: &[&str]) -> String {
    let mut lines = vec!["mx"];
    lines.extend_from_slice(extensions);
    let last = lines.pop().unwrap();
    let lines: String = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
    format!("{lines}250 {last}\r\n")
}

impl Peer for Client {
    type Outcome = (BytesMut, Vec<String>);

    fn receive(&mut self, piece: &[u8]) {
        let shown = self.unread.with(piece);
        let mut input = &shown[..];
        while self.challenge.is_none() {
            match self.session.receive(&mut input, &mut self.out) {
                Ok(Event::NeedInput) => break,
                Ok(Event::Challenge(challenge, ticket)) => {
                    self.seen.push(format!("challenge {:?}", challenge.as_str()));
                    self.secrets.push(challenge.as_str().into());
                    self.challenge = Some(ticket);
                }
                Ok(Event::StartTls(upgrade)) => {
                    self.seen.push("handshake".into());
                    self.session.upgraded(upgrade).unwrap();
                }
                Ok(Event::Closed) => {
                    if self.seen.last().is_none_or(|last| last != "closed") {
                        self.seen.push("closed".into());
                    }
                    input = &[];
                    break;
                }
                Ok(event) => self.seen.push(show(&event)),
                Err(Error::Misuse(misuse)) => panic!("{misuse}"),
                Err(Error::Protocol(error)) => {
                    let error = format!("{error:?}");
                    if self.seen.last() != Some(&error) {
                        self.seen.push(error);
                    }
                    assert_eq!((input.len(), self.session.state()), (0, State::Closed));
                    break;
                }
            }
        }
        match self.challenge {
            // It is to be answered first.
            Some(_) => self.unread.put_off(input),
            None => self.unread.keep(input),
        }
    }

    fn written(&self) -> &[u8] {
        &self.out
    }

    /// The session was told when it asked for it.
    fn shake_hands(&mut self) {}

    /// What was sent, and the wire log.
    fn finish(self) -> Self::Outcome {
        let log = self.log();
        (self.out, log)
    }
}

impl mail_transcript::Client for Client {
    fn send(&mut self, line: &[u8]) {
        let sent = match self.challenge.take() {
            Some(ticket) if line == b"*" => self.session.cancel(ticket, &mut self.out),
            Some(ticket) => {
                self.secrets.push(escape(line));
                let response = Base64::parse(line).unwrap().decode();
                self.session.respond(ticket, &response, &mut self.out)
            }
            None if self.session.state() == State::Body => self.send_body(line),
            None => self.send_command(line),
        };
        if let Err(misuse) = sent {
            self.seen.push(format!("{misuse:?}"));
        }
    }

    fn seen(&mut self) -> Vec<String> {
        core::mem::take(&mut self.seen)
    }
}

fn show(event: &Event<'_>) -> String {
    match event {
        Event::Greeting(reply) => format!("greeting {}", text(*reply)),
        Event::Answer(Answer { to, reply }) => format!("{to:?} {}", text(*reply)),
        Event::Unparsed { to: None, line, error } => {
            format!("junk {:?}: {error}", line.escape_ascii().to_string())
        }
        Event::Unparsed { to: Some(to), line, error } => {
            format!("{to:?} unparsed {:?}: {error}", line.escape_ascii().to_string())
        }
        Event::Unsolicited(reply) => format!("unsolicited {}", text(*reply)),
        other => panic!("{other:?}"),
    }
}

fn text(reply: Reply<'_>) -> String {
    ReplyBuf::from(reply).to_string()
}

/// Everything may be sent in clear text too.
pub(crate) fn everything() -> Config {
    let mut config = Config::default();
    config.clear_text = ClearText::Everything;
    config.limits.reply = 256;
    config.limits.pipelined = 64;
    config
}

/// Plays a transcript.
#[track_caller]
pub(crate) fn transcript(config: Config, channel: Channel, scripts: &[&str]) {
    play_client(&|| Client::new(config, channel), scripts);
}

/// A hello, to put before a transcript that is about something else.
pub(crate) const EHLO: &str = "
S: 220 mx.example.org ESMTP
E: greeting 220 mx.example.org ESMTP
C: EHLO client.example.org
S: 250 mx.example.org
E: Ehlo 250 mx.example.org
";
