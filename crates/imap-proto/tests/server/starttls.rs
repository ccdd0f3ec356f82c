//! STARTTLS (RFC 9051 §6.2.1), and what must not survive it.

use std::sync::Arc;

use imap_proto::server::{Channel, Config, Error, Event, Misuse, ProtocolError, Session};
use imap_proto::{Arena, BytesMut, WrongTicket};

use crate::transcript::{config, play};

fn starttls() -> Config {
    let mut config = config();
    config.plaintext_auth = false;
    config.starttls = true;
    config
}

#[test]
fn login_under_tls() {
    play(
        starttls(),
        &["
        S* * OK
        C: a STARTTLS now
        S* a BAD
        C: b STARTTLS
        S: b OK begin the TLS handshake
        --- TLS ---
        C: c STARTTLS
        S: c BAD not offered here
        C: d LOGIN alice secret
        S* d OK [CAPABILITY
        "],
    );
}

/// A handshake costs a stranger nothing: what was wrong before it still counts.
#[test]
fn bad_commands_before_the_handshake_count() {
    let mut config = starttls();
    config.limits.bad_commands = 2;
    play(
        config,
        &["
        S* * OK
        C: a X
        S* a BAD
        C: b X
        S* b BAD
        C: c STARTTLS
        S* c OK
        --- TLS ---
        C: d X
        S* d BAD
        S: * BYE too many bad commands
        "],
    );
}

/// An upgrade is its session's: another one stays where it is.
#[test]
fn the_upgrade_of_another_session() {
    let (mut out, arena) = (BytesMut::new(), Arena::new());
    let mut upgrading = || {
        let mut session = Session::new(Arc::new(starttls()), Channel::Clear, &mut out);
        let mut input = &b"a STARTTLS\r\n"[..];
        let Ok(Event::StartTls(ticket)) = session.receive(&mut input, &arena, &mut out) else {
            panic!()
        };
        let upgrade = session.start_tls(ticket, &mut out).unwrap();
        (session, upgrade)
    };
    let ((mut one, own), (_, other)) = (upgrading(), upgrading());
    assert_eq!(one.upgraded(other), Err(Misuse::WrongTicket(WrongTicket)));
    assert!(!one.channel().is_tls());
    let pending = one.receive(&mut &b""[..], &arena, &mut out).unwrap_err();
    assert_eq!(pending, Error::Misuse(Misuse::UpgradePending));
    assert_eq!(one.upgraded(own), Ok(()));
    assert!(one.channel().is_tls());
}

/// What follows STARTTLS in clear text, whole or not, is never carried out.
#[test]
fn injected_commands() {
    for tail in ["b NOOP\r\n", "b NO", "\r\n", "x"] {
        let mut out = BytesMut::new();
        let arena = Arena::new();
        let mut session = Session::new(Arc::new(starttls()), Channel::Clear, &mut out);
        out.clear();
        let octets = format!("a STARTTLS\r\n{tail}");
        let mut input = octets.as_bytes();
        for _ in 0..2 {
            let error = session.receive(&mut input, &arena, &mut out).unwrap_err();
            assert_eq!(error, Error::Protocol(ProtocolError::PlaintextAfterStartTls));
            assert!(input.is_empty());
            assert_eq!(&out[..], b"* BYE clear text followed STARTTLS\r\n");
        }
    }
}

/// The same where it arrives while the server decides.
#[test]
fn injected_late() {
    let mut out = BytesMut::new();
    let arena = Arena::new();
    let mut session = Session::new(Arc::new(starttls()), Channel::Clear, &mut out);
    let Ok(Event::StartTls(ticket)) =
        session.receive(&mut &b"a STARTTLS\r\n"[..], &arena, &mut out)
    else {
        panic!()
    };
    let _upgrade = session.start_tls(ticket, &mut out).unwrap();
    let pending = session.receive(&mut &b""[..], &arena, &mut out).unwrap_err();
    assert_eq!(pending, Error::Misuse(Misuse::UpgradePending));
    let error = session.receive(&mut &b"b NOOP\r\n"[..], &arena, &mut out).unwrap_err();
    assert_eq!(error, Error::Protocol(ProtocolError::PlaintextAfterStartTls));
}
