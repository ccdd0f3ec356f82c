//! A client that plays a transcript, and what it sees.

use bytes::BytesMut;
use mail_transcript::{LogLines, Peer, Unread, assert_hidden, escape, play_client};
use pop3_proto::client::{
    Answer, Channel, ClearText, Config, Error, Event, Session, State, request,
};
use pop3_proto::{Base64, Command, Response, Status, Ticket};

/// A client and what was told it so far.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) out: BytesMut,
    unread: Unread,
    challenge: Option<Ticket<request::Challenge>>,
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
            seen: Vec::new(),
            log,
            secrets: Vec::new(),
        }
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
                Ok(Event::Body(piece)) => {
                    let piece = piece.escape_ascii().to_string();
                    match self.seen.last_mut() {
                        // Where a message is cut depends on the reads.
                        Some(last) if last.starts_with("body ") => last.push_str(&piece),
                        _ => self.seen.push(format!("body {piece}")),
                    }
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
                    assert!(input.is_empty() || self.session.state() == State::Closed);
                    input = &[];
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
            None => {
                let command = Command::parse(line).unwrap();
                if let Command::Pass(_) | Command::Apop { .. } | Command::Auth(_) = command {
                    let line = escape(line);
                    let word = line.split_once(' ').unwrap().1;
                    let auth = matches!(command, Command::Auth(_));
                    let secret = if auth { word.split_once(' ').unzip().1 } else { Some(word) };
                    self.secrets.extend(secret.map(str::to_owned));
                }
                let allowed = self.session.allows(command);
                let sent = self.session.send(command, &mut self.out);
                assert!(allowed == sent || allowed.is_ok(), "{allowed:?} {sent:?}");
                sent
            }
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
        Event::Greeting(response) => format!("greeting {}", status(response)),
        Event::Answer(Answer { to, response }) => format!("{to:?} {}", status(response)),
        Event::Scan(listing) => format!("scan {} {}", listing.message, listing.octets),
        Event::UniqueId(listing) => {
            format!("id {} {}", listing.message, listing.unique_id.as_str())
        }
        Event::Capability(capability) => format!("{capability:?}"),
        Event::Language(listing) => {
            format!("{} {}", listing.language.as_str(), listing.description)
        }
        Event::End(to) => format!("{to:?} end"),
        Event::Unparsed { to: None, line, error } => {
            format!("junk {:?}: {error}", line.escape_ascii().to_string())
        }
        Event::Unparsed { to: Some(to), line, error } => {
            format!("{to:?} unparsed {:?}: {error}", line.escape_ascii().to_string())
        }
        Event::Unsolicited(response) => format!("unsolicited {}", status(response)),
        other => panic!("{other:?}"),
    }
}

fn status(response: &Response<'_>) -> String {
    let status = match response.status {
        Status::Ok => "+OK",
        Status::Err => "-ERR",
    };
    match response.code {
        Some(code) => format!("{status} [{}] {}", code.as_str(), response.text),
        None => format!("{status} {}", response.text),
    }
}

/// Everything may be sent in clear text too.
pub(crate) fn everything() -> Config {
    let mut config = Config::default();
    config.clear_text = ClearText::Everything;
    config.limits.line = 128;
    config.limits.pipelined = 3;
    config.limits.idle_timeout = core::time::Duration::from_secs(60);
    config
}

/// Plays a transcript.
#[track_caller]
pub(crate) fn transcript(config: Config, channel: Channel, script: &str) {
    play_client(&|| Client::new(config, channel), &[script]);
}
