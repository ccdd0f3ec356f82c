//! STARTTLS (RFC 3207).

use crate::client_side::{Client, everything, transcript};
use bytes::BytesMut;
use mail_transcript::{Client as _, Peer};
use smtp_proto::Command;
use smtp_proto::client::{
    Channel, CloseReason, Config, Error, Event, Misuse, ProtocolError, Session, State,
};

/// RFC 3207 §4.2: what was said in clear text is forgotten.
#[test]
fn a_handshake() {
    transcript(
        Config::default(),
        Channel::Clear,
        &["S: 220 mx
           E: greeting 220 mx
           C: EHLO c
           S: 250-mx
           S: 250-PIPELINING
           S: 250 STARTTLS
           E: Ehlo 250 mx PIPELINING STARTTLS
           C: STARTTLS
           C: NOOP
           E: AnswerPending
           S: 454 not now
           E: StartTls 454 not now
           C: STARTTLS
           S: 220 Go ahead
           E: handshake
           C: STARTTLS
           E: NotNow
           C: MAIL FROM:<a@b>
           E: NotNow
           C: EHLO c
           S: 250 mx
           E: Ehlo 250 mx
           C: MAIL FROM:<a@b>
           C: RCPT TO:<a@b>
           E: AnswerPending
           S: 250 OK
           E: Mail 250 OK"],
    );
}

/// A session to which STARTTLS was sent.
fn asked() -> (Session, BytesMut) {
    let mut client = Client::new(everything(), Channel::Clear);
    client.receive(b"220 mx\r\n");
    client.send(b"EHLO c");
    client.receive(b"250-mx\r\n250 STARTTLS\r\n");
    client.send(b"STARTTLS");
    (client.session, client.out)
}

/// RFC 3207 §6: octets behind the yes, a whole line or not, in the same read or before the
/// handshake, are never taken for what came inside TLS.
#[test]
fn clear_text_before_the_handshake() {
    for behind in ["2", "250 OK", "250 OK\r\n", "\0", "\r\n"] {
        let whole = format!("220 Go ahead\r\n{behind}");
        let fault = Error::Protocol(ProtocolError::PlaintextAfterStartTls);
        let (mut session, mut out) = asked();
        let mut input = whole.as_bytes();
        assert_eq!(session.receive(&mut input, &mut out).unwrap_err(), fault);
        assert!(input.is_empty());
        let reason = Some(CloseReason::PlaintextAfterStartTls);
        assert_eq!((session.close_reason(), session.state()), (reason, State::Closed));
        assert_eq!(session.receive(&mut &b""[..], &mut out).unwrap_err(), fault);

        let (mut session, mut out) = asked();
        let mut input: &[u8] = b"220 Go ahead\r\n";
        let Ok(Event::StartTls(upgrade)) = session.receive(&mut input, &mut out) else { panic!() };
        let due = session.receive(&mut input, &mut out).unwrap_err();
        assert_eq!(due, Error::Misuse(Misuse::UpgradePending));
        assert_eq!(session.close_reason(), Some(CloseReason::Unread));
        assert_eq!(session.receive(&mut behind.as_bytes(), &mut out).unwrap_err(), fault);
        assert!(matches!(session.upgraded(upgrade), Err(Misuse::WrongTicket(_))));
    }
}

/// RFC 3207 §4.2: a login in clear text is forgotten with all else, so that there may be another.
#[test]
fn a_login_before_the_handshake() {
    transcript(
        everything(),
        Channel::Clear,
        &["S: 220 mx
           E: greeting 220 mx
           C: EHLO c
           S: 250-mx
           S: 250-AUTH PLAIN
           S: 250 STARTTLS
           E: Ehlo 250 mx AUTH PLAIN STARTTLS
           C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
           S: 235 OK
           E: Auth 235 OK
           C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
           E: NotNow
           C: STARTTLS
           S: 220 Go ahead
           E: handshake
           C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
           E: NotNow
           C: EHLO c
           S: 250-mx
           S: 250 AUTH PLAIN
           E: Ehlo 250 mx AUTH PLAIN
           C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
           S: 235 OK
           E: Auth 235 OK"],
    );
}

/// Nothing is sent while the handshake is due; an upgrade is of one session.
#[test]
fn upgrades() {
    let upgrade = |session: &mut Session, out: &mut BytesMut| match session
        .receive(&mut &b"220 Go ahead\r\n"[..], out)
    {
        Ok(Event::StartTls(upgrade)) => upgrade,
        other => panic!("{other:?}"),
    };
    let ((mut one, mut out), (mut other, mut others)) = (asked(), asked());
    let (mine, theirs) = (upgrade(&mut one, &mut out), upgrade(&mut other, &mut others));
    assert_eq!(one.send(Command::Noop(None), &mut out), Err(Misuse::NotNow));
    assert!(matches!(one.upgraded(theirs), Err(Misuse::WrongTicket(_))));
    one.upgraded(mine).unwrap();
    assert_eq!((one.channel(), one.state()), (Channel::Tls, State::Connected));
    assert!(!one.extensions().starttls);
}
