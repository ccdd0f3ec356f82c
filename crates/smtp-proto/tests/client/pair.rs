//! A client and a server wired together in memory, over every fragmentation, and with faults on
//! the way back.

use std::sync::Arc;

use bytes::BytesMut;
use proptest::prelude::*;
use smtp_proto::client::{
    self, Envelope, Form, Login, Opening, Outcome, Plan, Session, Step, TlsPolicy, Transaction,
    TransactionStep,
};
use smtp_proto::server::{self, Channel, Event, Rejection};
use smtp_proto::{
    Command, ForwardPath, Framed, Hostname, Mail, MailParameters, Mailbox, Rcpt, RcptParameters,
    ReplyFramer, ReversePath, Upgrade,
};

/// What a server has taken: for whom, and what.
type Message = (Vec<String>, Vec<u8>);

/// A server. `nobody` and `full` cannot be written to, `spammer` cannot write, and what says
/// `REFUSE` is refused.
struct Server {
    session: server::Session,
    out: BytesMut,
    unread: Vec<u8>,
    envelope: Message,
    messages: Vec<Message>,
}

impl Server {
    fn new(login: bool) -> Self {
        let mut config = server::Config::new("mx.example.org").unwrap();
        config.starttls = true;
        if login {
            config.mechanisms.offer("PLAIN").unwrap();
            config.mechanisms.offer("LOGIN").unwrap();
        }
        let mut out = BytesMut::new();
        let session = server::Session::new(Arc::new(config), Channel::Clear, &mut out);
        let (unread, envelope, messages) = <_>::default();
        Self { session, out, unread, envelope, messages }
    }

    fn receive(&mut self, octets: &[u8]) {
        self.unread.extend_from_slice(octets);
        let Self { session, out, unread, envelope, messages } = self;
        let mut input = &unread[..];
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
        let left = input.len();
        unread.drain(..unread.len() - left);
    }
}

/// What is sent: from whom, to whom, and what.
#[derive(Clone, Debug)]
struct Letter {
    from: &'static str,
    to: Vec<&'static str>,
    body: String,
}

/// What is done to a reply on its way.
#[derive(Clone, Copy, Debug)]
enum Fault {
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
struct Result {
    /// The outcomes of each letter that was begun.
    outcomes: Vec<Vec<Outcome>>,
    messages: Vec<Message>,
    /// How many replies the server has written.
    replies: usize,
}

fn rcpt(name: &'static str) -> Rcpt<'static> {
    let mailbox = Mailbox::parse(name.as_bytes()).unwrap();
    Rcpt { to: ForwardPath::Mailbox(mailbox), parameters: RcptParameters::default() }
}

/// One side after the other says what it has to say, in pieces.
struct Pair<'p> {
    session: Session,
    out: BytesMut,
    unread: Vec<u8>,
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
        self.unread.extend_from_slice(&said);
    }

    fn open(&mut self, plan: Plan<'_>) -> bool {
        let mut opening = Opening::new(plan);
        loop {
            let mut input = &self.unread[..];
            let step = opening.receive(&mut self.session, &mut input, &mut self.out);
            let left = input.len();
            match step {
                Ok(Step::NeedInput) => {
                    self.unread.drain(..self.unread.len() - left);
                    self.exchange();
                }
                Ok(Step::StartTls(upgrade)) => {
                    self.unread.drain(..self.unread.len() - left);
                    while !self.out.is_empty() {
                        self.exchange();
                    }
                    self.session.upgraded(upgrade).unwrap();
                }
                Ok(Step::Opened(_)) => {
                    self.unread.drain(..self.unread.len() - left);
                    return true;
                }
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
            let mut input = &self.unread[..];
            let step = transaction.receive(&mut self.session, &mut input, &mut self.out).unwrap();
            let left = input.len();
            self.unread.drain(..self.unread.len() - left);
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

fn play(plan: Plan<'_>, letters: &[Letter], fault: Fault, pieces: &[usize]) -> Result {
    let mut config = client::Config::default();
    config.clear_text = client::ClearText::NoPasswords;
    config.limits.pipelined = 50;
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
        unread: Vec::new(),
        server: Server::new(plan.login.is_some()),
        wire,
        pieces: Box::new(pieces.iter().copied().cycle()),
    };
    let mut outcomes = Vec::new();
    if pair.open(plan) {
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
fn check(letters: &[Letter], result: &Result, exactly: bool) {
    let mut told = Vec::new();
    for (letter, outcomes) in letters.iter().zip(&result.outcomes) {
        let accepted = letter.to.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_accepted());
        let to: Vec<_> = accepted.map(|(name, _)| format!("<{name}>")).collect();
        if !to.is_empty() {
            let mut body = letter.body.clone();
            if !body.is_empty() && !body.ends_with("\r\n") {
                body.push_str("\r\n");
            }
            told.push((to, body.into_bytes()));
        }
    }
    if exactly {
        assert_eq!(told, result.messages);
    }
    for message in told {
        let has = |taken: &Message| {
            taken.1 == message.1 && message.0.iter().all(|name| taken.0.contains(name))
        };
        assert!(result.messages.iter().any(has), "{message:?} {:?}", result.messages);
    }
}

fn plan(tls: TlsPolicy) -> Plan<'static> {
    let mut plan = Plan::new(Hostname::parse(b"c.example").unwrap());
    plan.tls = tls;
    plan
}

fn letters() -> Vec<Letter> {
    let letter =
        |from, to: &[&'static str], body: &str| Letter { from, to: to.to_vec(), body: body.into() };
    vec![
        letter(
            "a@b",
            &["c@d", "nobody@d", "e@f", "full@d"],
            "Subject: hi\r\n\r\n.\r\n..dots\r\nno end",
        ),
        letter("spammer@b", &["c@d", "e@f"], "x"),
        letter("a@b", &["nobody@d", "full@d"], "x"),
        letter("a@b", &["c@d"], "REFUSE\r\n"),
        letter("a@b", &["c@d", "e@f", "g@h", "i@j", "k@l"], ""),
    ]
}

#[test]
fn mail_goes_over_at_every_fragmentation() {
    let login = Login::new("alice", b"secret");
    for mut plan in [plan(TlsPolicy::Required), plan(TlsPolicy::Never), plan(TlsPolicy::IfOffered)]
    {
        if plan.tls == TlsPolicy::Required {
            plan.login = Some(login);
        }
        let whole = play(plan, &letters(), Fault::None, &[usize::MAX]);
        check(&letters(), &whole, true);
        assert_eq!(whole.messages.len(), 2);
        let told: Vec<Vec<bool>> = whole
            .outcomes
            .iter()
            .map(|outcomes| outcomes.iter().map(Outcome::is_accepted).collect())
            .collect();
        assert_eq!(told[0], [true, false, true, false]);
        assert!(whole.outcomes[1][0].is_permanent_failure());
        assert_eq!(whole.outcomes[2][1].reply().unwrap().code().get(), 452);
        assert_eq!(told[3..], [vec![false], vec![true; 5]]);
        for length in 1..120 {
            assert_eq!(play(plan, &letters(), Fault::None, &[length]), whole, "{length}");
        }
    }
}

/// Each reply lost, said twice, or replaced: nobody is told that a message was taken that was not,
/// each recipient is told once, and a connection that is out of step is not used again.
#[test]
fn each_reply_with_each_fault() {
    let plan = plan(TlsPolicy::Never);
    let replies = play(plan, &letters(), Fault::None, &[usize::MAX]).replies;
    for at in 0..replies {
        let mut faults = vec![Fault::Lost(at), Fault::Doubled(at)];
        faults.extend(
            [
                "550 no\r\n",
                "450 no\r\n",
                "421 bye\r\n",
                "354 what\r\n",
                "junk\r\n",
                "999 x\r\n",
                "250-a\r\n550 b\r\n",
                "\r\n",
                "250",
                "550-a\r\n550 b\r\n",
            ]
            .map(|said| Fault::Replaced(at, said)),
        );
        for fault in faults {
            for pieces in [&[usize::MAX][..], &[1], &[3, 17]] {
                let result = play(plan, &letters(), fault, pieces);
                check(&letters(), &result, false);
            }
        }
    }
}

fn letter() -> impl Strategy<Value = Letter> {
    let names = vec!["c@d", "e@f", "nobody@d", "full@d", "g@h"];
    (
        prop::sample::select(vec!["a@b", "spammer@b", "z@y"]),
        prop::sample::subsequence(names, 1..5),
        "([a-z.]{0,3}\r\n|\\.\r\n|REFUSE|\\.\\.){0,6}",
    )
        .prop_map(|(from, to, body)| Letter { from, to, body })
}

proptest! {
    #[test]
    fn any_letters_over_any_fragmentation(
        letters in prop::collection::vec(letter(), 0..5),
        pieces in prop::collection::vec(1_usize..60, 1..8),
        fault in prop_oneof![
            Just(Fault::None),
            (0_usize..30).prop_map(Fault::Lost),
            (0_usize..30).prop_map(Fault::Doubled),
            (0_usize..30).prop_map(|at| Fault::Replaced(at, "451 no\r\n")),
        ],
    ) {
        let plan = plan(TlsPolicy::Never);
        let result = play(plan, &letters, fault, &pieces);
        check(&letters, &result, matches!(fault, Fault::None));
        if let Fault::None = fault {
            prop_assert_eq!(&play(plan, &letters, fault, &[usize::MAX]), &result);
            prop_assert_eq!(result.outcomes.len(), letters.len());
        }
    }
}
