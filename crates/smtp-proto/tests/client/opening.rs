//! From the connection to where mail can be sent.

use crate::dialogue::{Machine, Turn, dialogue, play, turns};
use bytes::BytesMut;
use mail_transcript::Cut;
use smtp_proto::client::{
    Channel, ClearText, Config, Error, Event, Login, Opening, OpeningError, Plan, Protocol,
    ProtocolError, Session, Step, TlsPolicy, Way,
};
use smtp_proto::{Command, Hostname, Mechanism, Upgrade};

struct Player<'c> {
    session: Session,
    opening: Opening<'c>,
    required: bool,
    unread: Vec<u8>,
    out: BytesMut,
    upgrade: Option<Upgrade>,
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
}

impl Machine for Player<'_> {
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
                    self.end =
                        Some(format!("{:?} {:?} {}", opened.way, opened.channel, opened.answer));
                }
                Ok(other) => panic!("{other:?}"),
                Err(error) => self.failed = Some(error),
            }
        }
        // Under `Required` nothing but the names of the hosts is ever in clear text.
        if self.required && self.session.channel() == Channel::Clear {
            let sent = String::from_utf8_lossy(&self.out).into_owned();
            assert!(
                ["EHLO c.example\r\n", "LHLO c.example\r\n", "STARTTLS\r\n", ""]
                    .contains(&&sent[..]),
                "{sent}"
            );
        }
        let left = input.len();
        self.unread.drain(..self.unread.len() - left);
    }

    fn shake_hands(&mut self) {
        self.session.upgraded(self.upgrade.take().unwrap()).unwrap();
        self.read(b"");
    }

    fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    fn outcome(&self) -> Vec<String> {
        vec![match (&self.end, &self.failed) {
            (Some(end), None) => end.clone(),
            (_, Some(error)) => error.to_string(),
            (None, None) => "unfinished".into(),
        }]
    }
}

#[track_caller]
fn transcript(plan: Plan<'_>, config: Config, channel: Channel, script: &str) {
    dialogue(&|| Player::new(plan, config, channel), script);
}

fn plan() -> Plan<'static> {
    Plan::new(Hostname::parse(b"c.example").unwrap())
}

fn with_login(tls: TlsPolicy, ways: &'static [Way<'static>]) -> Plan<'static> {
    let mut login = Login::new("alice", b"secret");
    login.ways = ways;
    let mut plan = plan();
    (plan.tls, plan.login) = (tls, Some(login));
    plan
}

fn clear_text(clear_text: ClearText) -> Config {
    let mut config = Config::default();
    config.clear_text = clear_text;
    config
}

const STARTTLS: &str = "S: 220 mx ESMTP
    C: EHLO c.example
    S: 250-mx
    S: 250-STARTTLS
    S: 250 AUTH PLAIN
    C: STARTTLS
    S: 220 Go ahead
    --- TLS ---
    C: EHLO c.example
    S: 250-mx
    S: 250 AUTH LOGIN PLAIN
    C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
    S: 235 2.7.0 welcome
    E: Some(Plain) Tls 235 2.7.0 welcome";

/// RFC 3207 §4.2, RFC 4954: EHLO before the handshake, after it, and the login.
#[test]
fn starttls_and_plain() {
    transcript(with_login(TlsPolicy::Required, &[]), Config::default(), Channel::Clear, STARTTLS);
}

/// RFC 8314 §3: TLS from the start; a login, or none.
#[test]
fn ways_inside_tls() {
    let start = "S: 220 mx\nC: EHLO c.example\n";
    for (plan, script) in [
        (plan(), "S: 250 mx\nE: None Tls 250 mx"),
        (
            with_login(TlsPolicy::Required, &[]),
            "S: 250-mx
             S: 250 AUTH LOGIN
             C: AUTH LOGIN
             S: 334 VXNlcm5hbWU6
             C: YWxpY2U=
             S: 334 UGFzc3dvcmQ6
             C: c2VjcmV0
             S: 235 OK
             E: Some(Login) Tls 235 OK",
        ),
        (
            with_login(TlsPolicy::Required, &[]),
            "S: 250-mx
             S: 250 AUTH LOGIN
             C: AUTH LOGIN
             S: 334
             C: YWxpY2U=
             S: 334
             C: c2VjcmV0
             S: 334 b25jZSBtb3Jl
             C: *
             S: 501 cancelled
             E: the login is rejected: 501 cancelled",
        ),
        (
            with_login(TlsPolicy::Required, &[Way::Sasl(Mechanism::ScramSha256), Way::Plain]),
            "S: 250-mx
             S: 250 AUTH PLAIN scram-sha-256
             C: AUTH SCRAM-SHA-256 Zmlyc3Q=
             S: 334 AAAA
             C: cmU6IAAAAA==
             S: 235 OK
             E: Some(Sasl(ScramSha256)) Tls 235 OK",
        ),
        (
            with_login(TlsPolicy::Required, &[Way::Login]),
            "S: 250-mx
             S: 250 AUTH PLAIN
             E: the server offers no way to log in that may be used here",
        ),
        (
            with_login(TlsPolicy::Required, &[]),
            "S: 250 mx
             E: the server offers no way to log in that may be used here",
        ),
        (
            with_login(TlsPolicy::Required, &[]),
            "S: 250-mx
             S: 250 AUTH PLAIN
             C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
             S: 535 5.7.8 wrong
             E: the login is rejected: 535 5.7.8 wrong",
        ),
    ] {
        transcript(plan, Config::default(), Channel::Tls, &format!("{start}{script}"));
    }
}

/// RFC 4954 §4: a message that does not fit the command comes with the challenge; there is no
/// second one.
#[test]
fn plain_with_a_challenge() {
    let password = "p".repeat(400);
    let mut plan = plan();
    plan.login = Some(Login::new("alice", password.as_bytes()));
    let mut message = BytesMut::new();
    smtp_proto::encode_base64(format!("\0alice\0{password}").as_bytes(), &mut message);
    let message = core::str::from_utf8(&message).unwrap();
    let start = format!(
        "S: 220 mx
         C: EHLO c.example
         S: 250-mx
         S: 250 AUTH PLAIN
         C: AUTH PLAIN
         S: 334\x20
         C: {message}"
    );
    let open = format!("{start}\nS: 235 OK\nE: Some(Plain) Tls 235 OK");
    transcript(plan, Config::default(), Channel::Tls, &open);
    let twice = format!("{start}\nS: 334 AAAA\nC: *\nS: 501 no\nE: the login is rejected: 501 no");
    transcript(plan, Config::default(), Channel::Tls, &twice);
}

/// RFC 8314 §3: without TLS nothing more is sent, whatever the server says or does not say.
#[test]
fn tls_is_required() {
    let start = "S: 220 mx\nC: EHLO c.example\n";
    let none = "the server does not offer STARTTLS: nothing more is sent in clear text";
    for everything in [ClearText::Nothing, ClearText::Everything] {
        let config = clear_text(everything);
        for (script, end) in [
            ("S: 250-mx\nS: 250 AUTH PLAIN", none),
            (
                "S: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\nS: 554 not today",
                "the server refuses STARTTLS: 554 not today",
            ),
            ("S: 502 what?", "the server has no service: 502 what?"),
        ] {
            let script = format!("{start}{script}\nE: {end}");
            for plan in [plan(), with_login(TlsPolicy::Required, &[])] {
                transcript(plan, config, Channel::Clear, &script);
            }
        }
    }
}

/// RFC 7435: TLS where it can be had, or not at all.
#[test]
fn clear_text_by_policy() {
    let start = "S: 220 mx\nC: EHLO c.example\nS: 250-mx\n";
    let refused = "S: 250 STARTTLS\nC: STARTTLS\nS: 454 not now\nE: None Clear 250 mx STARTTLS";
    let had = "S: 250 STARTTLS\nC: STARTTLS\nS: 220 go\n--- TLS ---\nC: EHLO c.example\nS: 250 mx\n\
        E: None Tls 250 mx";
    for (tls, script) in [
        (TlsPolicy::IfOffered, had),
        (TlsPolicy::IfOffered, refused),
        (TlsPolicy::IfOffered, "S: 250 SIZE\nE: None Clear 250 mx SIZE"),
        (TlsPolicy::Never, "S: 250 STARTTLS\nE: None Clear 250 mx STARTTLS"),
        (
            TlsPolicy::IfOffered,
            "S: 250 STARTTLS\nC: STARTTLS\nS: 421 bye\nE: the server has no service: 421 bye",
        ),
    ] {
        let mut plan = plan();
        plan.tls = tls;
        transcript(plan, Config::default(), Channel::Clear, &format!("{start}{script}"));
    }
    let no_login = "E: the server offers no way to log in that may be used here";
    let plain = "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 OK\nE: Some(Plain) Clear 235 OK";
    for (allowed, rest) in [
        (ClearText::Nothing, no_login),
        (ClearText::NoPasswords, no_login),
        (ClearText::Everything, plain),
    ] {
        let script = format!("{start}S: 250 AUTH PLAIN\n{rest}");
        let plan = with_login(TlsPolicy::Never, &[]);
        transcript(plan, clear_text(allowed), Channel::Clear, &script);
    }
}

/// RFC 5321 §3.2, §4.1.1.1: HELO, where the server does not know EHLO; never behind a 421, and not
/// where it cannot bring what is needed.
#[test]
fn helo_is_the_last_resort() {
    let start = "S: 220 mx\nC: EHLO c.example\n";
    for code in [500, 501, 502, 504, 550] {
        let script =
            format!("{start}S: {code} what?\nC: HELO c.example\nS: 250 mx\nE: None Tls 250 mx");
        transcript(plan(), Config::default(), Channel::Tls, &script);
        let script = format!("{start}S: {code} what?\nE: the server has no service: {code} what?");
        transcript(with_login(TlsPolicy::Required, &[]), Config::default(), Channel::Tls, &script);
    }
    for code in [421, 450, 554] {
        let script = format!("{start}S: {code} no\nE: the server has no service: {code} no");
        transcript(plan(), Config::default(), Channel::Tls, &script);
    }
    let script = format!(
        "{start}S: 500 what?\nC: HELO c.example\nS: 421 no\nE: the server has no service: 421 no"
    );
    transcript(plan(), Config::default(), Channel::Tls, &script);
}

/// RFC 2033 §4.1: LHLO, and nothing in its place.
#[test]
fn lhlo() {
    let mut config = Config::default();
    config.protocol = Protocol::Lmtp;
    let start = "S: 220 mx LMTP\nC: LHLO c.example\n";
    for script in [
        "S: 250-mx\nS: 250 PIPELINING\nE: None Tls 250 mx PIPELINING",
        "S: 500 what?\nE: the server has no service: 500 what?",
    ] {
        transcript(plan(), config, Channel::Tls, &format!("{start}{script}"));
    }
}

/// Greetings that are none, and a no: the line is told.
#[test]
fn greetings() {
    for (greeting, end) in [
        ("554 no", "the server has no service: 554 no"),
        // RFC 7504 §3.
        ("521 never", "the server has no service: 521 never"),
        ("421 busy", "the server has no service: 421 busy"),
        ("450 later", "the server has no service: 450 later"),
        ("+OK POP3", "the server does not greet as an SMTP server does: +OK POP3"),
        ("BAD x", "the server does not greet as an SMTP server does: BAD x"),
        ("* PREAUTH", "the server does not greet as an SMTP server does: * PREAUTH"),
        ("NO \\x01", "the server does not greet as an SMTP server does: NO \\x01"),
        ("354 go", "the server does not greet as an SMTP server does: 354 go"),
        ("", "the server does not greet as an SMTP server does: "),
    ] {
        transcript(plan(), Config::default(), Channel::Tls, &format!("S: {greeting}\nE: {end}"));
    }
}

/// A greeting that never ends is given up at the limit, and told up to a line of it.
#[test]
fn a_greeting_without_end() {
    let mut player = Player::new(plan(), Config::default(), Channel::Tls);
    player.read(&b"220-still here\r\n".repeat(5000));
    let told = player.outcome().remove(0);
    assert!(told.contains(": 220-still here\\r\\n220-") && told.len() < 700, "{told}");
}

/// A name or password that cannot be sent is found before anything is sent for it.
#[test]
fn credentials_that_cannot_be_sent() {
    let start = "S: 220 mx\nC: EHLO c.example\nS: 250-mx\nS: 250 AUTH PLAIN\nE: ";
    for (name, password, end) in [
        ("a", "se\0cret", "the password cannot be sent: expected no NUL at octet 2"),
        ("\0", "secret", "the name cannot be sent: expected no NUL at octet 0"),
    ] {
        let mut plan = plan();
        plan.login = Some(Login::new(name, password.as_bytes()));
        transcript(plan, Config::default(), Channel::Tls, &format!("{start}{end}"));
    }
}

/// Each answer of the server's with junk before it, with a reply to nothing after it, replaced by
/// a no or a 421, or not there at all: the opening goes on only where it may.
#[test]
fn faults_at_every_answer() {
    let (turns, end) = turns(STARTTLS);
    let plan = with_login(TlsPolicy::Required, &[]);
    let answers = (0..turns.len()).filter(|at| matches!(turns[*at], Turn::Server(_)));
    for at in answers {
        let play_changed = |change: &dyn Fn(&[u8]) -> Vec<u8>, upto: usize| {
            let mut turns = turns[..=upto].to_vec();
            if let Turn::Server(said) = &mut turns[at] {
                *said = change(said);
            }
            let mut player = Player::new(plan, Config::default(), Channel::Clear);
            play(&mut player, &turns, Cut::Nowhere);
            player
        };
        // A blank line before an answer is told and passed over; as a greeting it is none.
        let upto = if at == 0 { 0 } else { turns.len() - 1 };
        let player = play_changed(&|said| [b"\r\n", said].concat(), upto);
        match player.failed {
            Some(OpeningError::NotSmtp(_)) => assert_eq!(at, 0),
            _ => assert_eq!(player.outcome(), end, "{at}"),
        }
        let last = at + 1 == turns.len();
        let player = play_changed(&|said| [said, b"250 forged\r\n"].concat(), at);
        match &player.failed {
            Some(OpeningError::Unsolicited(said)) => assert_eq!(said.to_string(), "250 forged"),
            Some(OpeningError::Session(Error::Protocol(error))) => {
                assert_eq!(*error, ProtocolError::PlaintextAfterStartTls);
                assert!(matches!(turns[at + 1], Turn::Tls));
            }
            None => {
                assert!(last && player.session.close_reason().is_some(), "{at}");
            }
            other => panic!("{at}: {other:?}"),
        }
        for no in [&b"421 bye\r\n"[..], b"554 no\r\n", b"451 no\r\n", b"250-a\r\n550 b\r\n"] {
            let player = play_changed(&|_| no.to_vec(), at);
            assert!(player.failed.is_some(), "{at}: {:?}", player.outcome());
        }
        let mut cut = Player::new(plan, Config::default(), Channel::Clear);
        play(&mut cut, &turns[..at], Cut::Nowhere);
        assert_eq!(cut.outcome(), ["unfinished"]);
        assert_eq!(cut.session.eof(), Err(ProtocolError::UnexpectedEnd));
        cut.upgrade = None;
        cut.read(b"");
        assert!(cut.failed.is_some());
    }
}

/// What comes together with the answer to STARTTLS, or between it and the handshake, is not read.
#[test]
fn clear_text_before_the_handshake() {
    let (turns, _) = turns(STARTTLS);
    let before = turns.iter().position(|turn| matches!(turn, Turn::Tls)).unwrap();
    let plan = with_login(TlsPolicy::Required, &[]);
    let mut player = Player::new(plan, Config::default(), Channel::Clear);
    play(&mut player, &turns[..before], Cut::Nowhere);
    player.read(b"2");
    let Some(OpeningError::Session(Error::Protocol(error))) = player.failed else {
        panic!("{:?}", player.failed);
    };
    assert_eq!(error, ProtocolError::PlaintextAfterStartTls);
    assert!(player.session.upgraded(player.upgrade.unwrap()).is_err());
}

/// After it the session is like any other; and the opening is over.
#[test]
fn the_session_goes_on() {
    let (turns, _) = turns(STARTTLS);
    let plan = with_login(TlsPolicy::Required, &[]);
    let mut player = Player::new(plan, Config::default(), Channel::Clear);
    play(&mut player, &turns, Cut::Nowhere);
    let Player { mut session, mut opening, mut out, .. } = player;
    assert!(session.is_authenticated() && session.close_reason().is_none());
    session.send(Command::Noop(None), &mut out).unwrap();
    let event = session.receive(&mut &b"250 OK\r\n"[..], &mut out).unwrap();
    assert!(matches!(event, Event::Answer(_)));
    let over = opening.receive(&mut session, &mut &b""[..], &mut out);
    assert!(matches!(over, Err(OpeningError::Closed)));
}
