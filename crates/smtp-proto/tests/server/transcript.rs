//! A server that plays transcripts.
//!
//! What the session shows its wire log is checked along with that: it has every line, and none
//! of the secrets that the transcripts tell.

use std::collections::VecDeque;
use std::sync::Arc;

use mail_transcript::{LogLines, Peer, Unread, assert_hidden, play_server};
use smtp_proto::server::{
    Channel, Config, Error, Event, Misuse, ProtocolError, Rejection, Session, Upgrade,
};
use smtp_proto::{
    Argument, BytesMut, EnhancedCode, Etrn, Framed, Mechanism, Reply, ReplyCode, ReplyFramer,
    ReplyLines, Text,
};

/// The configuration that most transcripts run under.
pub(crate) fn config() -> Config {
    let mut config = Config::new("mx.example.org").unwrap();
    config.starttls = true;
    config
}

/// A hello, to put before a transcript that is about something else.
pub(crate) const EHLO: &str = "
S: 220 mx.example.org ESMTP
C: EHLO client.example.org
S* 250 mx.example.org
";

/// A hello and the envelope of a message.
pub(crate) const ENVELOPE: &str = "
S: 220 mx.example.org ESMTP
C: EHLO client.example.org
S* 250 mx.example.org
C: MAIL FROM:<a@example.com>
S: 250 2.1.0 OK
C: RCPT TO:<b@example.org>
S: 250 2.1.5 OK
";

/// What came of a transcript.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Everything that the server wrote.
    pub(crate) replies: String,
    /// The events, as `Debug` prints them. A body is one event, and none where it
    /// was refused: how much of it was handed out depends on the split.
    pub(crate) events: Vec<String>,
    /// The messages that were delivered.
    pub(crate) messages: Vec<Message>,
    /// What ended the session, if anything did.
    pub(crate) failure: Option<ProtocolError>,
    /// What the input ended in the middle of, if anything.
    pub(crate) cut_off: Option<ProtocolError>,
    /// The wire log.
    pub(crate) log: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// Plays `transcripts`, one after the other, in clear text; checks every reply.
#[track_caller]
pub(crate) fn play(config: Config, transcripts: &[&str]) -> Outcome {
    play_on(Channel::Clear, config, transcripts)
}

/// As [`play`], on the channel that is given.
#[track_caller]
pub(crate) fn play_on(channel: Channel, config: Config, transcripts: &[&str]) -> Outcome {
    let config = Arc::new(config);
    let outcome = play_server(&|| Server::new(channel, config.clone()), transcripts);
    check_log(&outcome);
    outcome
}

/// What the transcripts send and get in exchanges of AUTH, in base64.
const SECRETS: [&str; 7] = ["AGFs", "YWxp", "c2Vj", "VXNl", "UGFz", "AAAA", "secret"];

/// The log has every reply but the challenges, of which it has the code, and no secret.
fn check_log(outcome: &Outcome) {
    let sent = outcome.log.iter().filter_map(|line| line.strip_prefix("> "));
    let replies = outcome.replies.split_terminator("\r\n").map(|line| match line {
        challenge if challenge.starts_with("334 ") => "334 …".to_owned(),
        line => line.bytes().fold(String::new(), |text, octet| match octet {
            b' '..=b'~' => text + &char::from(octet).to_string(),
            _ => format!("{text}\\x{octet:02x}"),
        }),
    });
    assert!(sent.eq(replies), "{:#?}", outcome.log);
    assert_hidden(&SECRETS, &outcome.log);
}

/// A server of a few known users. `nobody`, `full` and `relay` cannot be
/// written to, `spammer` cannot write, a body with `REFUSE` is refused, and one from
/// `blind` is not looked at.
pub(crate) struct Server {
    session: Session,
    config: Arc<Config>,
    unread: Unread,
    out: BytesMut,
    upgrade: Option<Upgrade>,
    log: LogLines,
    envelope: Message,
    outcome: Outcome,
    closed: bool,
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
            log,
            envelope: Message::default(),
            outcome: Outcome::default(),
            closed: false,
        }
    }

    /// Every reply is one of the grammar, none of its lines is longer than 512
    /// octets, and the enhanced codes are there: in all but the greeting, the
    /// intermediate replies, and those to HELO and EHLO (RFC 2034 §4). A 421, 500 or 501
    /// that the session itself writes can be one of those.
    fn check_replies(&self, start: usize, hello: bool) {
        let mut written = &self.out[start..];
        let mut replies = ReplyFramer::new(65_536);
        let start = written;
        while let Framed::Whole { octets, .. } = replies.next(&mut written) {
            let reply = Reply::parse(octets).unwrap();
            let without = hello || reply.code().is_intermediate();
            let to_any = matches!(reply.code().get(), 421 | 500 | 501);
            assert!(to_any || reply.enhanced().is_some() != without, "{reply:?}");
        }
        let longest = start.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::len).max();
        assert!(longest <= Some(512), "{longest:?}");
        assert!(written.is_empty());
    }

    fn log(&mut self, event: &Event<'_>) {
        let events = &mut self.outcome.events;
        match event {
            Event::Body(piece) => {
                assert!(!piece.is_empty());
                self.envelope.body.extend_from_slice(piece);
                let size = self.envelope.body.len() as u64;
                assert!(self.config.max_message_size.is_none_or(|most| size <= most));
                if events.last().map(String::as_str) != Some("Body") {
                    events.push("Body".to_owned());
                }
                return;
            }
            Event::Reset if events.last().map(String::as_str) == Some("Body") => {
                events.pop();
            }
            _ => {}
        }
        events.push(format!("{event:?}"));
    }

    fn answer(&mut self, event: Event<'_>) {
        let (session, out) = (&mut self.session, &mut self.out);
        match event {
            Event::Hello(_, ticket) => session.accept(ticket, out),
            Event::Mail(mail, ticket) => {
                assert_eq!(self.envelope, Message::default(), "no Reset told that it is over");
                let from =
                    mail.from.mailbox().map(|mailbox| mailbox.to_string()).unwrap_or_default();
                if from.starts_with("spammer@") {
                    session.reject(ticket, Rejection::REFUSED, out)
                } else {
                    self.envelope = Message { from, ..Message::default() };
                    session.accept(ticket, out)
                }
            }
            Event::Rcpt(rcpt, ticket) => {
                let to = rcpt
                    .to
                    .mailbox()
                    .map_or("Postmaster".to_owned(), |mailbox| mailbox.to_string());
                match to.split('@').next() {
                    Some("nobody") => session.reject(ticket, Rejection::NO_SUCH_USER, out),
                    Some("full") => session.reject(ticket, Rejection::MAILBOX_FULL, out),
                    Some("relay") => session.reject(ticket, Rejection::RELAY_DENIED, out),
                    _ => {
                        self.envelope.to.push(to);
                        session.accept(ticket, out)
                    }
                }
            }
            Event::Data(ticket) => session.accept(ticket, out),
            Event::Body(_) if self.envelope.from.starts_with("blind@") => {
                session.decline(event, out)
            }
            Event::Body(_) => Ok(()),
            Event::BodyEnd(ticket) => {
                let message = std::mem::take(&mut self.envelope);
                let most = self.config.limits.recipients as usize;
                assert!((1..=most).contains(&message.to.len()));
                if message.body.windows(6).any(|octets| octets == b"REFUSE") {
                    session.reject(ticket, Rejection::REFUSED, out)
                } else {
                    self.outcome.messages.push(message);
                    session.accept_with(ticket, Text::new("Queued").unwrap(), out)
                }
            }
            Event::Reset => {
                self.envelope = Message::default();
                Ok(())
            }
            Event::StartTls(ticket) => {
                session.start_tls(ticket, out).map(|upgrade| self.upgrade = Some(upgrade))
            }
            Event::Auth(auth, ticket) if auth.mechanism == Mechanism::Login => {
                session.challenge(ticket, b"Username:", out)
            }
            Event::Auth(auth, ticket) => {
                match auth.initial_response.map(smtp_proto::Base64::decode) {
                    None => session.challenge(ticket, b"", out),
                    Some(response) if response == b"\0alice\0secret" => session.accept(ticket, out),
                    Some(_) => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
                }
            }
            Event::AuthResponse(response, ticket) => match &response.decode()[..] {
                b"alice" => session.challenge(ticket, b"Password:", out),
                b"secret" | b"\0alice\0secret" => session.accept(ticket, out),
                _ => session.reject(ticket, Rejection::AUTHENTICATION_FAILED, out),
            },
            Event::Vrfy(query, ticket) if query.string() == "alice" => {
                session.accept_with(ticket, Text::new("Alice <alice@example.org>").unwrap(), out)
            }
            Event::Vrfy(query, ticket) if query.string() == "josé" || query.string() == "jose" => {
                session.accept_with(ticket, Text::new("José <josé@example.org>").unwrap(), out)
            }
            Event::Expn(query, ticket) if query.string() == "staff" => {
                let members = ["<alice@example.org>", "<bob@example.org>"];
                let members = members.map(|member| Text::new(member).unwrap());
                session.accept_with(ticket, ReplyLines::new(&members), out)
            }
            Event::Expn(query, ticket)
                if query.string() == "équipe" || query.string() == "team" =>
            {
                let members = ["<alice@example.org>", "<josé@example.org>"];
                let members = members.map(|member| Text::new(member).unwrap());
                session.accept_with(ticket, ReplyLines::new(&members), out)
            }
            Event::Help(Some(topic), ticket) => session.accept_with(ticket, topic.text(), out),
            Event::Etrn(Etrn::Host(_), ticket) => session.accept(ticket, out),
            Event::Etrn(Etrn::Queue(_), ticket) => {
                let text = Text::new("OK, pending messages for the queue started").unwrap();
                let code = ReplyCode::new(252).unwrap();
                let reply = Reply::new(code, EnhancedCode::new(2, 0, 0), text.into()).unwrap();
                session.reply(ticket, reply, out)
            }
            Event::Atrn(Some(_), ticket) => session.turn(ticket, out),
            Event::Atrn(None, ticket) => {
                let text = Text::new("You have no mail").unwrap();
                let none = Rejection::new(453, EnhancedCode::new(4, 2, 1), text).unwrap();
                session.reject(ticket, none, out)
            }
            Event::XClient(_, ticket) => session.accept(ticket, out),
            Event::XForward(_, ticket) => session.accept(ticket, out),
            Event::Unknown(unknown, ticket) if unknown.verb() == "XWHO" => {
                let argument = unknown.argument().map_or(Text::EMPTY, Argument::text);
                let lines = [Text::new("You are").unwrap(), argument];
                let code = ReplyCode::new(250).unwrap();
                let reply = Reply::new(code, EnhancedCode::new(2, 0, 0), ReplyLines::new(&lines));
                session.reply(ticket, reply.unwrap(), out)
            }
            Event::Closed => {
                self.closed = true;
                Ok(())
            }
            other => session.decline(other, out),
        }
        .unwrap();
    }
}

impl Peer for Server {
    type Outcome = Outcome;

    fn receive(&mut self, octets: &[u8]) {
        let shown = self.unread.with(octets);
        let mut input = &shown[..];
        while !self.closed && self.upgrade.is_none() {
            let start = self.out.len();
            let result = self.session.receive(&mut input, &mut self.out);
            self.check_replies(start, false);
            match result {
                Ok(Event::NeedInput) => break,
                Ok(event) => {
                    let hello = matches!(event, Event::Hello(..) | Event::XClient(..));
                    let start = self.out.len();
                    self.log(&event);
                    self.answer(event);
                    self.check_replies(start, hello);
                }
                Err(Error::Protocol(failure)) => {
                    self.outcome.failure = Some(failure);
                    self.closed = true;
                }
                // What comes is another session's.
                Err(Error::Misuse(Misuse::Turned)) => self.closed = true,
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
        self.session.upgraded(self.upgrade.take().expect("STARTTLS was not accepted")).unwrap();
    }

    fn finish(mut self) -> Outcome {
        self.outcome.replies = String::from_utf8_lossy(&self.out).into_owned();
        self.outcome.cut_off = self.session.eof().err();
        self.outcome.log = self.log.lines();
        // How much of a body that has not ended was handed out depends on the
        // cuts, and under `BodyPolicy::Reject` it may be nothing.
        if self.outcome.events.last().is_some_and(|event| event == "Body") {
            self.outcome.events.pop();
        }
        self.outcome
    }
}

impl mail_transcript::Server for Server {
    /// A reply of several lines is told by its first, as if it were its only one.
    fn reply(lines: &mut VecDeque<String>) -> Option<String> {
        let first = lines.pop_front()?;
        let mut line = first.clone();
        while line.get(3..4) == Some("-") {
            line = lines.pop_front().expect("a reply without a last line");
        }
        Some(first.replacen('-', " ", usize::from(first.get(3..4) == Some("-"))))
    }
}
