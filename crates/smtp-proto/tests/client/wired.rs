//! A client and a server, each fed with what the other writes, and faults on the way back.

use std::sync::Arc;

use mail_transcript::Unread;
use smtp_proto::client::{
    self, Envelope, Form, Opening, Outcome, Plan, Protocol, Session, Step, Transaction,
    TransactionStep,
};
use smtp_proto::server::{self, Channel, Event, Rejection};
use smtp_proto::{
    BytesMut, Command, ForwardPath, Framed, Mail, MailParameters, Mailbox, Rcpt, RcptParameters,
    ReplyFramer, ReversePath, Ticket, Upgrade,
};

/// What a server has taken: for whom, and what.
pub(crate) type Message = (Vec<String>, Vec<u8>);

/// Under which circumstances the two talk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    pub(crate) plan: Plan<'static>,
    pub(crate) protocol: Protocol,
    pub(crate) chunking: bool,
}

/// A server. `nobody` and `full` cannot be written to, `spammer` cannot write, and what says
/// `REFUSE` is refused; in LMTP, for `late` alone.
struct Server {
    session: server::Session,
    is_lmtp: bool,
    out: BytesMut,
    unread: Unread,
    envelope: Message,
    messages: Vec<Message>,
}

impl Server {
    fn new(scene: Scene) -> Self {
        let mut config = server::Config::new("mx.example.org").unwrap();
        config.starttls = true;
        config.protocol = scene.protocol;
        config.chunking = scene.chunking;
        if scene.plan.login.is_some() {
            config.mechanisms.offer("PLAIN").unwrap();
            config.mechanisms.offer("LOGIN").unwrap();
        }
        let mut out = BytesMut::new();
        let unread = Unread::new(config.limits.buffer());
        let session = server::Session::new(Arc::new(config), Channel::Clear, &mut out);
        let (envelope, messages) = <_>::default();
        Self { session, is_lmtp: scene.protocol == Protocol::Lmtp, out, unread, envelope, messages }
    }

    fn receive(&mut self, octets: &[u8]) {
        let shown = self.unread.with(octets);
        let mut input = &shown[..];
        let Self { session, is_lmtp, out, unread, envelope, messages } = self;
        let mut upgrade: Option<Upgrade> = None;
        loop {
            if let Some(upgrade) = upgrade.take() {
                session.upgraded(upgrade).unwrap();
            }
            match session.receive(&mut input, out).unwrap() {
                Event::NeedInput | Event::Closed => break,
                Event::StartTls(ticket) => upgrade = Some(session.start_tls(ticket, out).unwrap()),
                Event::Auth(auth, ticket) if auth.initial_response.is_none() => {
                    session.challenge(ticket, b"Username:", out).unwrap();
                }
                Event::Auth(_, ticket) => session.accept(ticket, out).unwrap(),
                Event::AuthResponse(said, ticket) if said.decode() == b"alice" => {
                    session.challenge(ticket, b"Password:", out).unwrap();
                }
                Event::AuthResponse(_, ticket) => session.accept(ticket, out).unwrap(),
                Event::Mail(mail, ticket) => {
                    *envelope = Message::default();
                    match mail.from.to_string() == "<spammer@b>" {
                        true => session.reject(ticket, Rejection::REFUSED, out).unwrap(),
                        false => session.accept(ticket, out).unwrap(),
                    }
                }
                Event::Rcpt(rcpt, ticket) => match rcpt.to.mailbox().unwrap().local_part().as_str()
                {
                    "nobody" => session.reject(ticket, Rejection::NO_SUCH_USER, out).unwrap(),
                    "full" => session.reject(ticket, Rejection::MAILBOX_FULL, out).unwrap(),
                    _ => {
                        envelope.0.push(rcpt.to.to_string());
                        session.accept(ticket, out).unwrap();
                    }
                },
                Event::Data(ticket) => session.accept(ticket, out).unwrap(),
                Event::Body(piece) => envelope.1.extend_from_slice(piece),
                Event::BodyEnd(ticket) if *is_lmtp => {
                    let taken = deliver(session, ticket, envelope, out);
                    messages.extend((!taken.is_empty()).then(|| (taken, envelope.1.clone())));
                }
                Event::BodyEnd(ticket) => {
                    if envelope.1.windows(6).any(|words| words == b"REFUSE") {
                        session.reject(ticket, Rejection::REFUSED, out).unwrap();
                    } else {
                        messages.push(envelope.clone());
                        session.accept(ticket, out).unwrap();
                    }
                }
                Event::Reset => *envelope = Message::default(),
                other => session.decline(other, out).unwrap(),
            }
        }
        unread.keep(input);
    }
}

/// Delivers a message to each of its recipients; who has it.
fn deliver(
    session: &mut server::Session,
    ticket: Ticket<server::request::Message>,
    (to, body): &Message,
    out: &mut BytesMut,
) -> Vec<String> {
    let refused = body.windows(6).any(|words| words == b"REFUSE");
    let mut due = Some(ticket);
    let mut taken = Vec::new();
    for name in to {
        let is_taken = !refused && !name.starts_with("<late@");
        let outcome = if is_taken { Ok(()) } else { Err(Rejection::REFUSED) };
        taken.extend(is_taken.then(|| name.clone()));
        due = session.answer_recipient(due.unwrap(), outcome, out).unwrap();
    }
    taken
}

/// What is sent: from whom, to whom, and what.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) from: &'static str,
    pub(crate) to: Vec<&'static str>,
    pub(crate) body: String,
}

/// What is done to a reply on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    None,
    Lost(usize),
    Doubled(usize),
    Replaced(usize, &'static str),
}

/// Carries replies over, with one fault.
#[derive(Debug)]
struct Wire {
    fault: Fault,
    framer: ReplyFramer,
    written: Vec<u8>,
    replies: usize,
    to_client: BytesMut,
}

impl Wire {
    fn carry(&mut self, octets: &[u8]) {
        self.written.extend_from_slice(octets);
        loop {
            let mut rest = &self.written[..];
            let Framed::Whole { .. } = self.framer.next(&mut rest) else { return };
            let left = rest.len();
            let reply: Vec<u8> = self.written.drain(..self.written.len() - left).collect();
            match self.fault {
                Fault::Lost(at) if at == self.replies => {}
                Fault::Doubled(at) if at == self.replies => {
                    self.to_client.extend_from_slice(&reply);
                    self.to_client.extend_from_slice(&reply);
                }
                Fault::Replaced(at, said) if at == self.replies => {
                    self.to_client.extend_from_slice(said.as_bytes());
                }
                _ => self.to_client.extend_from_slice(&reply),
            }
            self.replies += 1;
        }
    }
}

/// What came of it all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Result {
    /// The outcomes of each letter that was begun.
    pub(crate) outcomes: Vec<Vec<Outcome>>,
    pub(crate) messages: Vec<Message>,
    /// How many replies the server has written.
    pub(crate) replies: usize,
}

fn rcpt(name: &'static str) -> Rcpt<'static> {
    let mailbox = Mailbox::parse(name.as_bytes()).unwrap();
    Rcpt { to: ForwardPath::Mailbox(mailbox), parameters: RcptParameters::default() }
}

/// One side after the other says what it has to say, in pieces.
struct Pair<'p> {
    session: Session,
    out: BytesMut,
    unread: Unread,
    server: Server,
    wire: Wire,
    pieces: Box<dyn Iterator<Item = usize> + 'p>,
}

impl Pair<'_> {
    /// Moves a piece each way. Whoever hears nothing any more is told that the time is over.
    fn exchange(&mut self) {
        let length = self.pieces.next().unwrap();
        let sent = self.out.split_to(length.min(self.out.len()));
        self.server.receive(&sent);
        let replies = self.server.out.split();
        self.wire.carry(&replies);
        let to_client = &mut self.wire.to_client;
        let said = to_client.split_to(length.min(to_client.len()));
        if said.is_empty() && sent.is_empty() {
            self.session.timed_out(&mut self.out);
        }
        let unread = self.unread.with(&said);
        self.unread.put_off(&unread);
    }

    fn open(&mut self, plan: Plan<'_>) -> bool {
        let mut opening = Opening::new(plan);
        loop {
            let shown = self.unread.with(b"");
            let mut input = &shown[..];
            let step = opening.receive(&mut self.session, &mut input, &mut self.out);
            self.unread.put_off(input);
            match step {
                Ok(Step::NeedInput) => self.exchange(),
                Ok(Step::StartTls(upgrade)) => {
                    while !self.out.is_empty() {
                        self.exchange();
                    }
                    self.session.upgraded(upgrade).unwrap();
                }
                Ok(Step::Opened(_)) => return true,
                Ok(other) => panic!("{other:?}"),
                Err(_) => return false,
            }
        }
    }

    fn deliver(&mut self, letter: &Letter) -> Option<Vec<Outcome>> {
        let from = ReversePath::Mailbox(Mailbox::parse(letter.from.as_bytes()).unwrap());
        let recipients: Vec<_> = letter.to.iter().map(|name| rcpt(name)).collect();
        let mail = Mail { from, parameters: MailParameters::default() };
        let envelope = Envelope { mail, recipients: &recipients };
        let form = Form::best(&self.session);
        let mut transaction = Transaction::new(&self.session, envelope, form).ok()?;
        let mut outcomes = vec![None; recipients.len()];
        let mut body = letter.body.as_bytes().chunks(7);
        loop {
            let shown = self.unread.with(b"");
            let mut input = &shown[..];
            let step = transaction.receive(&mut self.session, &mut input, &mut self.out).unwrap();
            self.unread.put_off(input);
            match step {
                TransactionStep::NeedInput => self.exchange(),
                TransactionStep::Body => {
                    let piece = body.next();
                    let (piece, last) = (piece.unwrap_or_default(), piece.is_none());
                    transaction.body(&mut self.session, piece, last, &mut self.out).unwrap();
                }
                TransactionStep::Recipient { index, outcome } => {
                    assert_eq!(outcomes[index].replace(outcome), None, "told twice");
                }
                TransactionStep::Done => {
                    let outcomes: Option<Vec<_>> = outcomes.into_iter().collect();
                    return Some(outcomes.expect("each is told"));
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(crate) fn play(scene: Scene, letters: &[Letter], fault: Fault, pieces: &[usize]) -> Result {
    let mut config = client::Config::default();
    config.clear_text = client::ClearText::NoPasswords;
    config.limits.pipelined = 50;
    config.protocol = scene.protocol;
    let wire = Wire {
        fault,
        framer: ReplyFramer::new(4096),
        written: Vec::new(),
        replies: 0,
        to_client: BytesMut::new(),
    };
    let mut pair = Pair {
        session: Session::new(config, Channel::Clear),
        out: BytesMut::new(),
        unread: Unread::new(config.limits.buffer()),
        server: Server::new(scene),
        wire,
        pieces: Box::new(pieces.iter().copied().cycle()),
    };
    let mut outcomes = Vec::new();
    if pair.open(scene.plan) {
        outcomes.extend(letters.iter().map_while(|letter| pair.deliver(letter)));
    }
    if pair.session.send(Command::Quit, &mut pair.out).is_ok() {
        while !pair.out.is_empty() {
            pair.exchange();
        }
    }
    Result { outcomes, messages: pair.server.messages, replies: pair.wire.replies }
}

/// Whoever is told that the message was taken has it, once for each time it was told.
pub(crate) fn check(scene: Scene, letters: &[Letter], result: &Result, exactly: bool) {
    let mut told = Vec::new();
    for (letter, outcomes) in letters.iter().zip(&result.outcomes) {
        let accepted = letter.to.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_accepted());
        let to: Vec<_> = accepted.map(|(name, _)| format!("<{name}>")).collect();
        if !to.is_empty() {
            let mut body = letter.body.clone();
            if !scene.chunking && !body.is_empty() && !body.ends_with("\r\n") {
                body.push_str("\r\n");
            }
            told.push((to, body.into_bytes()));
        }
    }
    if exactly {
        assert_eq!(told, result.messages);
    }
    // Whether it went out in chunks depends on what the fault has left of EHLO.
    let text = |body: &[u8]| body.strip_suffix(b"\r\n").unwrap_or(body).to_vec();
    for (to, body) in &told {
        let has = |taken: &Message| {
            text(&taken.1) == text(body) && to.iter().all(|name| taken.0.contains(name))
        };
        assert!(result.messages.iter().any(has), "{to:?} {:?}", result.messages);
    }
}
