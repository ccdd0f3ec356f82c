//! From the connection to the open maildrop, as transcripts: `C:` is what the client sends, `S:`
//! what the server says, at every split, and `E:` what comes of it.

use bytes::BytesMut;
use mail_transcript::{Step as Line, parse};
use pop3_proto::client::{
    Channel, ClearText, Config, Error, Event, Opening, OpeningError, Plan, ProtocolError, Session,
    Step, TlsPolicy, Way,
};
use pop3_proto::{Command, Mechanism};

#[derive(Clone, Debug)]
enum Turn {
    Server(Vec<u8>),
    Client(Vec<u8>),
    Tls,
}

/// A transcript taken apart, and its end. What one side says at once is one turn.
fn turns(script: &str) -> (Vec<Turn>, String) {
    let (mut turns, mut end) = (Vec::new(), String::new());
    for line in parse(script) {
        match (line, turns.last_mut()) {
            (Line::Server(octets), Some(Turn::Server(said)))
            | (Line::Client(octets), Some(Turn::Client(said))) => said.extend(octets),
            (Line::Server(octets), _) => turns.push(Turn::Server(octets)),
            (Line::Client(octets), _) => turns.push(Turn::Client(octets)),
            (Line::Tls, _) => turns.push(Turn::Tls),
            (Line::Event(text), _) => end = text,
            (Line::ServerStart(start), _) => panic!("a server's line is whole: {start}"),
        }
    }
    (turns, end)
}

struct Player<'c> {
    session: Session,
    opening: Opening<'c>,
    required: bool,
    unread: Vec<u8>,
    out: BytesMut,
    upgrade: Option<pop3_proto::Upgrade>,
    end: Option<String>,
    failed: Option<OpeningError>,
}

impl<'c> Player<'c> {
    fn new(plan: Plan<'c>, config: Config, channel: Channel) -> Self {
        Self {
            session: Session::new(config, channel),
            opening: Opening::new(plan),
            required: plan.tls == TlsPolicy::Required,
            unread: Vec::new(),
            out: BytesMut::new(),
            upgrade: None,
            end: None,
            failed: None,
        }
    }

    fn read(&mut self, piece: &[u8]) {
        if piece.is_empty() && self.upgrade.is_some() {
            return;
        }
        self.unread.extend_from_slice(piece);
        let mut input = &self.unread[..];
        while self.end.is_none() && self.failed.is_none() {
            match self.opening.receive(&mut self.session, &mut input, &mut self.out) {
                Ok(Step::NeedInput) => break,
                Ok(Step::StartTls(upgrade)) => {
                    self.upgrade = Some(upgrade);
                    break;
                }
                Ok(Step::Authenticate(mechanism)) => {
                    self.session.authenticate(mechanism, Some(b"first"), &mut self.out).unwrap();
                }
                Ok(Step::Challenge(challenge, ticket)) => {
                    let response = [b"re: ", &challenge.decode()[..]].concat();
                    self.session.respond(ticket, &response, &mut self.out).unwrap();
                }
                Ok(Step::Opened(opened)) => {
                    let (channel, way, utf8) = (opened.channel, opened.way, opened.utf8);
                    self.end = Some(format!("{way:?} {channel:?} {utf8} {}", opened.answer));
                }
                Ok(other) => panic!("{other:?}"),
                Err(error) => self.failed = Some(error),
            }
        }
        // Under `Required` no password and no name is ever in clear text.
        if self.required && self.session.channel() == Channel::Clear {
            let sent = String::from_utf8_lossy(&self.out).into_owned();
            assert!(["CAPA\r\n", "STLS\r\n", ""].contains(&&sent[..]), "{sent}");
        }
        let left = input.len();
        self.unread.drain(..self.unread.len() - left);
    }

    fn play(&mut self, turns: &[Turn], cut: &dyn Fn(&[u8]) -> Vec<Vec<u8>>) {
        for turn in turns {
            if self.failed.is_some() {
                return;
            }
            match turn {
                Turn::Server(said) => cut(said).iter().for_each(|piece| self.read(piece)),
                Turn::Client(said) => {
                    assert_eq!(
                        self.out.split().escape_ascii().to_string(),
                        said.escape_ascii().to_string()
                    );
                }
                Turn::Tls => {
                    self.session.upgraded(self.upgrade.take().unwrap()).unwrap();
                    self.read(b"");
                }
            }
        }
        assert!(self.out.is_empty(), "{:?}", self.out);
    }

    fn outcome(&self) -> String {
        match (&self.end, &self.failed) {
            (Some(end), None) => end.clone(),
            (_, Some(error)) => error.to_string(),
            (None, None) => "unfinished".into(),
        }
    }
}

fn whole(block: &[u8]) -> Vec<Vec<u8>> {
    vec![block.to_vec()]
}

fn transcript(plan: Plan<'_>, config: Config, channel: Channel, script: &str) {
    let (turns, end) = turns(script);
    let play = |cut: &dyn Fn(&[u8]) -> Vec<Vec<u8>>| {
        let mut player = Player::new(plan, config, channel);
        player.play(&turns, cut);
        assert_eq!(player.outcome(), end);
    };
    play(&whole);
    for at in 1..60 {
        play(&|block| {
            let (before, after) = block.split_at(at.min(block.len()));
            vec![before.to_vec(), after.to_vec()]
        });
    }
    play(&|block| block.chunks(1).map(<[u8]>::to_vec).collect());
}

fn plan() -> Plan<'static> {
    Plan::new("mrose", b"secret")
}

fn clear_text(clear_text: ClearText) -> Config {
    let mut config = Config::default();
    config.clear_text = clear_text;
    config
}

const STLS: &str = "S: +OK ready <1896.697170952@dbc.mtview.ca.us>
    C: CAPA
    S: +OK
    S: STLS
    S: USER
    S: .
    C: STLS
    S: +OK begin
    --- TLS ---
    C: CAPA
    S: +OK
    S: SASL SCRAM-SHA-256-PLUS PLAIN
    S: USER
    S: UTF8
    S: .
    C: AUTH PLAIN AG1yb3NlAHNlY3JldA==
    S: +OK [X] welcome
    C: CAPA
    S: +OK
    S: UIDL
    S: .
    E: Plain Tls false [X] welcome";

/// RFC 2595 §4, RFC 2449 §5: capabilities before STLS, after it and after the login.
#[test]
fn stls_and_plain() {
    transcript(plan(), Config::default(), Channel::Clear, STLS);
}

/// RFC 8314 §3: TLS from the start.
#[test]
fn ways_inside_tls() {
    let mut with_utf8 = plan();
    with_utf8.utf8 = true;
    transcript(
        with_utf8,
        Config::default(),
        Channel::Tls,
        "S: +OK ready <1896.697170952@dbc.mtview.ca.us>
         C: CAPA
         S: +OK
         S: USER
         S: UTF8
         S: .
         C: UTF8
         S: +OK
         C: USER mrose
         S: +OK
         C: PASS secret
         S: +OK
         C: CAPA
         S: -ERR
         E: User Tls true no reason given",
    );
    // RFC 1939 §4: no CAPA at all.
    transcript(
        plan(),
        Config::default(),
        Channel::Tls,
        "S: +OK ready
         C: CAPA
         S: -ERR what?
         C: USER mrose
         S: +OK
         C: PASS secret
         S: -ERR [AUTH] wrong
         E: the login is rejected: [AUTH] wrong",
    );
    let mut apop = Plan::new("mrose", b"tanstaaf");
    apop.ways = &[Way::Apop];
    transcript(
        apop,
        Config::default(),
        Channel::Tls,
        "S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
         C: CAPA
         S: -ERR what?
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK mrose's maildrop has 2 messages
         E: Apop Tls false mrose's maildrop has 2 messages",
    );
}

/// RFC 5034 §4: a message that does not fit the command comes with the challenge; there is no
/// second one.
#[test]
fn plain_with_a_challenge() {
    let password = "p".repeat(200);
    let plan = Plan::new("mrose", password.as_bytes());
    let mut message = BytesMut::new();
    pop3_proto::encode_base64(format!("\0mrose\0{password}").as_bytes(), &mut message);
    let message = core::str::from_utf8(&message).unwrap();
    let start = format!(
        "S: +OK ready
         C: CAPA
         S: +OK
         S: SASL PLAIN
         S: .
         C: AUTH PLAIN
         S: +\x20
         C: {message}"
    );
    let open =
        format!("{start}\nS: +OK\nC: CAPA\nS: +OK\nS: .\nE: Plain Tls false no reason given");
    transcript(plan, Config::default(), Channel::Tls, &open);
    let twice = format!("{start}\nS: + AAAA\nC: *\nS: -ERR no\nE: the login is rejected: no");
    transcript(plan, Config::default(), Channel::Tls, &twice);
}

/// A mechanism of the caller's, which is asked for what it has to say.
#[test]
fn a_mechanism_of_the_callers() {
    let mechanism = Mechanism::parse(b"SCRAM-SHA-256-PLUS").unwrap();
    let mut plan = plan();
    let ways = [Way::Sasl(mechanism), Way::User];
    plan.ways = &ways;
    let script = "S: +OK ready
         C: CAPA
         S: +OK
         S: USER
         S: SASL PLAIN scram-sha-256-plus
         S: .
         C: AUTH SCRAM-SHA-256-PLUS Zmlyc3Q=
         S: + AAAA
         C: cmU6IAAAAA==
         S: +OK
         C: CAPA
         S: +OK
         S: .
         E: Sasl(Other(MechanismName(\"SCRAM-SHA-256-PLUS\"))) Tls false no reason given";
    transcript(plan, Config::default(), Channel::Tls, script);
    let script = "S: +OK ready
         C: CAPA
         S: +OK
         S: USER
         S: SASL PLAIN
         S: .
         C: USER mrose
         S: -ERR never heard of mrose
         E: the login is rejected: never heard of mrose";
    transcript(plan, Config::default(), Channel::Tls, script);
}

/// RFC 8314 §3: without TLS nothing secret is sent, whatever the server says or does not say.
#[test]
fn tls_is_required() {
    let start = "S: +OK ready <1@a>\nC: CAPA\n";
    let none = "the server does not offer STLS: nothing secret is sent in clear text";
    for everything in [ClearText::Nothing, ClearText::Everything] {
        let config = clear_text(everything);
        for (script, end) in [
            ("S: +OK\nS: USER\nS: SASL PLAIN\nS: .", none),
            (
                "S: +OK\nS: STLS\nS: .\nC: STLS\nS: -ERR not today",
                "the server refuses STLS: not today",
            ),
            ("S: -ERR no CAPA\nC: STLS\nS: -ERR not today", "the server refuses STLS: not today"),
        ] {
            let script = format!("{start}{script}\nE: {end}");
            transcript(plan(), config, Channel::Clear, &script);
        }
    }
}

/// Clear text, where it was asked for: what may be sent is [`ClearText`]'s to say.
#[test]
fn clear_text_by_policy() {
    let no_login = "the server offers no way to log in that may be used here";
    let mut relaxed = Plan::new("mrose", b"tanstaaf");
    let stamp = "S: +OK ready <1896.697170952@dbc.mtview.ca.us>\nC: CAPA\nS: +OK\nS: USER\n";
    let apop = "C: APOP mrose c4c9334bac560ecc979e58001b3e22fb\nS: +OK\nC: CAPA\nS: +OK\nS: .\n\
        E: Apop Clear false no reason given";
    let user = "C: USER mrose\nS: +OK\nC: PASS tanstaaf\nS: +OK\nC: CAPA\nS: +OK\nS: .\n\
        E: User Clear false no reason given";
    for (tls, allowed, stls, rest) in [
        (TlsPolicy::Never, ClearText::Everything, "S: STLS\n", apop),
        (TlsPolicy::Never, ClearText::NoPasswords, "", apop),
        (TlsPolicy::Never, ClearText::Nothing, "S: STLS\n", ""),
        (TlsPolicy::IfOffered, ClearText::NoPasswords, "", apop),
        (TlsPolicy::IfOffered, ClearText::Nothing, "", ""),
    ] {
        relaxed.tls = tls;
        let rest = if rest.is_empty() { format!("E: {no_login}") } else { rest.into() };
        let script = format!("{stamp}{stls}S: .\n{rest}");
        transcript(relaxed, clear_text(allowed), Channel::Clear, &script);
    }
    relaxed.tls = TlsPolicy::IfOffered;
    let refused = format!("{stamp}S: STLS\nS: .\nC: STLS\nS: -ERR no\n{apop}");
    transcript(relaxed, clear_text(ClearText::Everything), Channel::Clear, &refused);
    relaxed.tls = TlsPolicy::Never;
    let plain = format!("S: +OK\nC: CAPA\nS: +OK\nS: .\n{user}");
    transcript(relaxed, clear_text(ClearText::Everything), Channel::Clear, &plain);
    let plain = format!("S: +OK\nC: CAPA\nS: +OK\nS: USER\nS: .\nE: {no_login}");
    transcript(relaxed, clear_text(ClearText::NoPasswords), Channel::Clear, &plain);
}

/// RFC 2595 §4: the timestamp of a greeting in clear text is forgotten.
#[test]
fn no_apop_after_stls() {
    let mut plan = plan();
    plan.ways = &[Way::Apop];
    transcript(
        plan,
        Config::default(),
        Channel::Clear,
        "S: +OK ready <1@a>
         C: CAPA
         S: +OK
         S: STLS
         S: .
         C: STLS
         S: +OK
         --- TLS ---
         C: CAPA
         S: +OK
         S: SASL LOGIN
         S: .
         E: the server offers no way to log in that may be used here",
    );
}

/// Greetings that are none, and a no: the line is told.
#[test]
fn greetings() {
    for (greeting, end) in [
        ("-ERR [SYS/TEMP] busy", "the server takes no connection: [SYS/TEMP] busy"),
        ("220 mx ESMTP", "the server does not greet as a POP3 server does: 220 mx ESMTP"),
        ("* PREAUTH", "the server does not greet as a POP3 server does: * PREAUTH"),
        ("", "the server does not greet as a POP3 server does: "),
    ] {
        let script = format!("S: {greeting}\nE: {end}");
        transcript(plan(), Config::default(), Channel::Tls, &script);
    }
}

/// A name or password that cannot be sent is found before anything is sent for it.
#[test]
fn credentials_that_cannot_be_sent() {
    let start = "S: +OK ready\nC: CAPA\nS: +OK\nS: USER\nS: SASL PLAIN\nS: .\nE: ";
    for (name, password, way, end) in [
        ("a b", "secret", Way::User, "the name cannot be sent: expected the end at octet 1"),
        ("a", "se\ncret", Way::User, "the password cannot be sent: expected the end at octet 2"),
        ("a", "se\0cret", Way::Plain, "the password cannot be sent: expected no NUL at octet 2"),
        ("\0", "secret", Way::Plain, "the name cannot be sent: expected no NUL at octet 0"),
    ] {
        let ways = [way];
        let mut plan = Plan::new(name, password.as_bytes());
        plan.ways = &ways;
        transcript(plan, Config::default(), Channel::Tls, &format!("{start}{end}"));
    }
}

/// Each answer of the server's with junk before it, with an answer to nothing after it, or not
/// there at all: the opening goes on only where it may.
#[test]
fn faults_at_every_answer() {
    let (turns, end) = turns(STLS);
    let answers = (0..turns.len()).filter(|at| matches!(turns[*at], Turn::Server(_)));
    for at in answers {
        let play = |change: &dyn Fn(&[u8]) -> Vec<u8>| {
            let mut turns = turns.clone();
            if let Turn::Server(said) = &mut turns[at] {
                *said = change(said);
            }
            let mut player = Player::new(plan(), Config::default(), Channel::Clear);
            player.play(&turns, &whole);
            player
        };
        // Junk is passed over, but not in the place of the greeting. (In an exchange of SASL
        // it would be answered with `*`.)
        let sasl =
            at > 0 && matches!(&turns[at - 1], Turn::Client(said) if said.starts_with(b"AUTH"));
        let junk: &[u8] = if sasl { b"\r\n" } else { b"\r\njunk\r\n" };
        let junk = play(&|said| [junk, said].concat());
        assert_eq!(junk.outcome() == end, at != 0, "{at}: {}", junk.outcome());
        // What answers nothing ends it, in clear text before the handshake above all.
        if at + 1 < turns.len() {
            let forged = play(&|said| [said, b"+OK forged\r\n"].concat());
            match forged.failed {
                Some(OpeningError::Unsolicited(said)) => assert_eq!(said.to_string(), "forged"),
                Some(OpeningError::Session(Error::Protocol(error))) => {
                    assert_eq!(error, ProtocolError::PlaintextAfterStartTls);
                    assert!(matches!(turns[at + 1], Turn::Tls));
                }
                other => panic!("{at}: {other:?}"),
            }
        }
        let mut cut = Player::new(plan(), Config::default(), Channel::Clear);
        cut.play(&turns[..at], &whole);
        assert_eq!(cut.outcome(), "unfinished");
        assert_eq!(cut.session.eof(), Err(ProtocolError::UnexpectedEnd));
        cut.read(b"");
        assert!(cut.failed.is_some());
    }
}

/// What comes together with the answer to STLS, or between it and the handshake, is not read.
#[test]
fn clear_text_before_the_handshake() {
    let (turns, _) = turns(STLS);
    let before = turns.iter().position(|turn| matches!(turn, Turn::Tls)).unwrap();
    let mut player = Player::new(plan(), Config::default(), Channel::Clear);
    player.play(&turns[..before], &whole);
    player.read(b"+");
    let Some(OpeningError::Session(Error::Protocol(error))) = player.failed else {
        panic!("{:?}", player.failed);
    };
    assert_eq!(error, ProtocolError::PlaintextAfterStartTls);
    assert!(player.session.upgraded(player.upgrade.unwrap()).is_err());
}

/// After it the session is like any other.
#[test]
fn the_session_goes_on() {
    let (turns, _) = turns(STLS);
    let mut player = Player::new(plan(), Config::default(), Channel::Clear);
    player.play(&turns, &whole);
    let Player { mut session, mut out, .. } = player;
    assert!(session.capabilities().uidl && session.close_reason().is_none());
    session.send(Command::Stat, &mut out).unwrap();
    let event = session.receive(&mut &b"+OK 0 0\r\n"[..], &mut out).unwrap();
    assert!(matches!(event, Event::Answer(_)));
}
