//! From the greeting to the login.

use crate::client_side::{Client, everything, transcript};
use bytes::BytesMut;
use mail_transcript::{Client as _, Peer};
use pop3_proto::client::{
    Capabilities, Channel, ClearText, CloseReason, Config, Event, Misuse, ProtocolError, Session,
    State,
};
use pop3_proto::{Command, Mechanism, WrongTicket};

/// RFC 2449 §5 and §6: what matters of it is kept, and forgotten after STLS.
#[test]
fn capabilities() {
    let mut client = Client::new(everything(), Channel::Clear);
    client.receive(b"+OK\r\n");
    assert!(is_empty(client.session.capabilities()));
    client.send(b"CAPA");
    client.receive(
        b"+OK\r\nTOP\r\nUSER\r\nSASL CRAM-MD5 PLAIN X-OWN SCRAM-SHA-256-PLUS\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n\
        LOGIN-DELAY 900\r\nPIPELINING 5\r\nEXPIRE 60\r\nUIDL\r\nSTLS REQUIRED\r\nUTF8 USER\r\nLANG\r\n\
        IMPLEMENTATION Shlemazle-Plotz-v302\r\nX-OTHER\r\n.\r\n",
    );
    let known = client.session.capabilities();
    assert!(known.top && known.user && known.sasl && known.resp_codes && known.auth_resp_code);
    assert!(known.pipelining && known.uidl && known.stls && known.utf8 && known.utf8_user);
    assert!(known.lang && known.has_mechanism(Mechanism::CramMd5));
    assert!(known.has_mechanism(Mechanism::Plain) && !known.has_mechanism(Mechanism::Login));
    assert!(known.has_mechanism(Mechanism::parse(b"X-OWN").unwrap()));
    let names: Vec<&str> = known.mechanisms.iter().map(Mechanism::as_str).collect();
    assert_eq!(names, ["CRAM-MD5", "PLAIN", "X-OWN", "SCRAM-SHA-256-PLUS"]);
    client.send(b"STLS");
    client.receive(b"+OK\r\n");
    assert!(is_empty(client.session.capabilities()));
    assert_eq!(client.session.channel(), Channel::Tls);
    client.send(b"CAPA");
    client.receive(b"-ERR what?\r\n");
    assert!(is_empty(client.session.capabilities()));
    assert_eq!(client.session.state(), State::Authorization);
}

fn is_empty(capabilities: &Capabilities) -> bool {
    format!("{capabilities:?}") == format!("{:?}", Capabilities::default())
}

/// However many mechanisms a server names, few are kept, and few looked at.
#[test]
fn mechanisms_without_end() {
    let mut config = everything();
    config.limits.line = 12288;
    let mut client = Client::new(config, Channel::Tls);
    client.receive(b"+OK\r\n");
    client.send(b"CAPA");
    let names: String = (0..800).map(|name| format!(" X-{name:06}")).collect();
    client.receive(format!("+OK\r\nSASL{names}\r\nSASL{names}\r\nUIDL\r\n.\r\n").as_bytes());
    let known = client.session.capabilities();
    assert!(known.uidl && known.mechanisms.iter().count() <= 64);
}

/// RFC 2595 §4.
#[test]
fn stls() {
    transcript(
        Config::default(),
        Channel::Clear,
        "S: +OK
         E: greeting +OK 
         C: USER a
         E: ClearText
         C: APOP a 00000000000000000000000000000000
         E: ClearText
         C: AUTH CRAM-MD5
         E: ClearText
         C: XYZ
         E: ClearText
         C: STLS
         S: -ERR no
         E: Stls -ERR no
         C: PASS b
         E: ClearText
         C: STLS
         S: +OK go
         E: handshake
         C: STLS
         E: NotNow
         C: USER a
         S: +OK
         E: User +OK ",
    );
}

/// Anything after the positive reply to STLS, whole line or not, in the
/// same read or in a later one, is an error before the handshake.
#[test]
fn nothing_may_follow_the_answer_to_stls() {
    let start: &[u8] = b"+OK go\r\n";
    for behind in [&b"+OK\r\n"[..], b"+", b"\n", b"\x15\x03\x01"] {
        let wire = [start, behind].concat();
        let cuts = (1..=wire.len()).map(|at| vec![&wire[..at], &wire[at..]]);
        for pieces in cuts.chain([wire.chunks(1).collect()]) {
            let mut out = BytesMut::new();
            let mut session = Session::new(Config::default(), Channel::Clear);
            session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap();
            session.send(Command::Stls, &mut out).unwrap();
            let (mut unread, mut upgrade, mut failed) = (Vec::new(), None, None);
            for piece in &pieces {
                unread.extend_from_slice(piece);
                let mut input = &unread[..];
                match session.receive(&mut input, &mut out) {
                    Ok(Event::NeedInput) => {}
                    Ok(Event::StartTls(granted)) => {
                        upgrade = Some(granted);
                        let early = session.receive(&mut input, &mut out).unwrap_err();
                        assert_eq!(early, Misuse::UpgradePending.into());
                    }
                    Ok(event) => panic!("{event:?} at {pieces:?}"),
                    Err(error) => failed = Some(error),
                }
                unread = input.to_vec();
            }
            assert_eq!(failed, Some(ProtocolError::PlaintextAfterStartTls.into()), "{pieces:?}");
            assert!(unread.is_empty());
            let alone = pieces.len() == wire.len() || pieces[0] == start;
            assert_eq!(upgrade.is_some(), alone, "{pieces:?}");
            if let Some(upgrade) = upgrade {
                let late = session.upgraded(upgrade);
                assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)), "it came too late");
            }
            assert_eq!(session.state(), State::Closed);
            assert_eq!(session.close_reason(), Some(CloseReason::PlaintextAfterStartTls));
            let again = session.receive(&mut &b"+OK\r\n"[..], &mut out).unwrap_err();
            assert_eq!(again, ProtocolError::PlaintextAfterStartTls.into());
            assert_eq!(session.send(Command::Capa, &mut out), Err(Misuse::Closed));
            assert_eq!(&out[..], b"STLS\r\n");
            assert_eq!(session.eof(), Err(ProtocolError::PlaintextAfterStartTls));
        }
    }
}

/// What may be sent in clear text is the caller's choice.
#[test]
fn no_passwords_in_clear_text() {
    let mut config = everything();
    config.clear_text = ClearText::NoPasswords;
    transcript(
        config,
        Channel::Clear,
        "S: +OK <a@b>
         E: greeting +OK <a@b>
         C: AUTH PLAIN AAAA
         E: ClearText
         C: USER a
         S: +OK
         E: User +OK 
         C: PASS b
         E: ClearText
         C: APOP a 00000000000000000000000000000000
         S: +OK
         E: Apop +OK ",
    );
}

/// A server may say no at once, speak unasked, or be none.
#[test]
fn odd_servers() {
    transcript(
        everything(),
        Channel::Tls,
        "S: -ERR [SYS/TEMP] come back later
         E: greeting -ERR [SYS/TEMP] come back later
         E: closed",
    );
    transcript(
        everything(),
        Channel::Tls,
        "C: NOOP
         E: NotNow
         S: 220 mx.example.org ESMTP
         E: junk \"220 mx.example.org ESMTP\": expected \"+OK\" or \"-ERR\" at octet 0
         E: NoGreeting",
    );
    transcript(
        everything(),
        Channel::Tls,
        "S: +OK
         E: greeting +OK 
         S: -ERR Disconnected for inactivity.
         E: unsolicited -ERR Disconnected for inactivity.
         E: Unsolicited
         C: QUIT
         E: Closed",
    );
}
