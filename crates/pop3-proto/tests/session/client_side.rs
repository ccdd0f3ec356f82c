//! A client that plays a transcript, and what it sees.

use alloc::sync::Arc;
use std::sync::Mutex;

use bytes::BytesMut;
use pop3_proto::client::{Answer, Channel, ClearText, Config, Error, Event, Session, request};
use pop3_proto::{Base64, Command, Response, Status, Ticket, WireLine, WireLog};

/// A client and what was told it so far.
pub(crate) struct Client {
    pub(crate) session: Session,
    pub(crate) out: BytesMut,
    unread: Vec<u8>,
    challenge: Option<Ticket<request::Challenge>>,
    pub(crate) seen: Vec<String>,
    log: Arc<Mutex<Vec<String>>>,
    /// What was said that no log may show.
    secrets: Vec<String>,
}

impl Client {
    pub(crate) fn new(config: Config, channel: Channel) -> Self {
        let mut session = Session::new(config, channel);
        let log = Arc::new(Mutex::new(Vec::new()));
        let sink = log.clone();
        let show = move |line: WireLine<'_>| sink.lock().unwrap().push(line.to_string());
        session.log_wire(WireLog::new(show), &BytesMut::new());
        Self {
            session,
            out: BytesMut::new(),
            unread: Vec::new(),
            challenge: None,
            seen: Vec::new(),
            log,
            secrets: Vec::new(),
        }
    }

    /// The lines of the wire log, none of which shows a secret.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = self.log.lock().unwrap().clone();
        for secret in self.secrets.iter().filter(|secret| secret.len() > 3) {
            assert!(!log.iter().any(|line| line.contains(secret)), "{secret} in {log:?}");
        }
        log
    }

    /// Whether a challenge is to be answered.
    pub(crate) fn awaits_response(&self) -> bool {
        self.challenge.is_some()
    }

    /// Sends a command, or the answer to a challenge; what is in the way of it
    /// is seen.
    pub(crate) fn send(&mut self, line: &str) {
        let sent = match self.challenge.take() {
            Some(ticket) if line == "*" => self.session.cancel(ticket, &mut self.out),
            Some(ticket) => {
                self.secrets.push(line.into());
                let response = Base64::parse(line.as_bytes()).unwrap().decode();
                self.session.respond(ticket, &response, &mut self.out)
            }
            None => {
                let command = Command::parse(line.as_bytes()).unwrap();
                if let Command::Pass(_) | Command::Apop { .. } | Command::Auth(_) = command {
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

    /// Takes what was read, and notes what it tells.
    pub(crate) fn read(&mut self, piece: &[u8]) {
        self.unread.extend_from_slice(piece);
        let mut input = &self.unread[..];
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
                    break;
                }
                Ok(event) => self.seen.push(show(&event)),
                Err(Error::Misuse(misuse)) => panic!("{misuse}"),
                Err(Error::Protocol(error)) => {
                    let error = format!("{error:?}");
                    if self.seen.last() != Some(&error) {
                        self.seen.push(error);
                    }
                    break;
                }
            }
        }
        let left = input.len();
        self.unread.drain(..self.unread.len() - left);
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

/// Plays a script: the lines of the client (`C:`) are sent one after another,
/// and those of the server (`S:`) read, in one piece, at every split in two, and
/// octet by octet. What the client sees must be the lines of `E:`.
pub(crate) fn transcript(config: Config, channel: Channel, script: &str) {
    let mut steps: Vec<(char, Vec<u8>)> = Vec::new();
    let mut expected = String::new();
    for line in script.lines().map(str::trim_start) {
        let (side, text) = line.split_at(line.len().min(2));
        let text = text.strip_prefix(' ').unwrap_or(text);
        match (side, steps.last_mut()) {
            ("E:", _) => expected += &format!("{text}\n"),
            ("S:", Some(('S', block))) => block.extend([text.as_bytes(), b"\r\n"].concat()),
            ("S:", _) => steps.push(('S', [text.as_bytes(), b"\r\n"].concat())),
            // As it is, with escapes, and no end of a line.
            ("s:", Some(('S', block))) => block.extend(unescape(text)),
            ("s:", _) => steps.push(('S', unescape(text))),
            ("C:", _) => steps.push(('C', text.as_bytes().to_vec())),
            _ => panic!("whose line is {line:?}?"),
        }
    }
    let play = |cut: &dyn Fn(&[u8]) -> Vec<Vec<u8>>| {
        let mut client = Client::new(config, channel);
        for (side, text) in &steps {
            match side {
                'S' => cut(text).iter().for_each(|piece| client.read(piece)),
                _ => client.send(core::str::from_utf8(text).unwrap()),
            }
        }
        client
    };
    let whole = play(&|block| vec![block.to_vec()]);
    assert_eq!(whole.seen.join("\n") + "\n", expected);
    let sent: Vec<u8> = steps
        .iter()
        .filter(|(side, _)| *side == 'C')
        .flat_map(|(_, line)| [&line[..], b"\r\n"].concat())
        .collect();
    let refused = |seen: &String| seen.chars().all(char::is_alphabetic) && seen != "closed";
    if !whole.seen.iter().any(refused) {
        assert_eq!(whole.out.escape_ascii().to_string(), sent.escape_ascii().to_string());
    }
    let longest = steps.iter().map(|(_, text)| text.len()).max().unwrap_or_default();
    for at in 1..longest {
        let split = play(&|block| {
            let (before, after) = block.split_at(at.min(block.len()));
            vec![before.to_vec(), after.to_vec()]
        });
        assert_eq!(split.seen, whole.seen, "split at {at}");
        assert_eq!(split.out, whole.out, "split at {at}");
        assert_eq!(split.log(), whole.log(), "split at {at}");
    }
    let octets = play(&|block| block.chunks(1).map(<[u8]>::to_vec).collect());
    assert_eq!(octets.seen, whole.seen, "octet by octet");
    assert_eq!(octets.log(), whole.log(), "octet by octet");
}

fn unescape(text: &str) -> Vec<u8> {
    text.replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("\\0", "\0")
        .replace("\\t", "\t")
        .into_bytes()
}
