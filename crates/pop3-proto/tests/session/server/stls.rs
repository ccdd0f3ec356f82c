//! STLS (RFC 2595 §4).

use crate::server_side::{Server, everything, transcript, with};
use bytes::BytesMut;
use mail_transcript::Peer;
use pop3_proto::WrongTicket;
use pop3_proto::server::{Channel, Event, Misuse, ProtocolError, Session, State};

/// What comes in clear text after STLS is never carried out, in the same
/// read or in a later one, during the handshake.
#[test]
fn nothing_may_follow_stls() {
    let start: &[u8] = b"USER mrose\r\nSTLS\r\n";
    for behind in [&b"PASS tan staaf\r\nDELE 1\r\nQUIT\r\n"[..], b"C", b"\n", b"\x16\x03\x01"] {
        let wire = [start, behind].concat();
        let cuts = (1..=wire.len()).map(|at| vec![&wire[..at], &wire[at..]]);
        for pieces in cuts.chain([wire.chunks(1).collect()]) {
            let mut out = BytesMut::new();
            let mut session = Session::new(everything().into(), Channel::Clear, &mut out);
            let (mut unread, mut upgrade, mut failed) = (Vec::new(), None, None);
            for piece in &pieces {
                unread.extend_from_slice(piece);
                let mut input = &unread[..];
                match session.receive(&mut input, &mut out) {
                    Ok(Event::NeedInput) => {}
                    Ok(Event::StartTls(ticket)) => {
                        upgrade = Some(session.start_tls(ticket, &mut out).unwrap());
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
            let answer = match upgrade.is_some() {
                true => "+OK begin the TLS negotiation",
                false => "-ERR octets in clear text after STLS: goodbye",
            };
            let alone = pieces.len() == wire.len() || pieces[0] == start;
            assert_eq!(upgrade.is_some(), alone, "{pieces:?}");
            if let Some(upgrade) = upgrade {
                let late = session.upgraded(upgrade);
                assert_eq!(late, Err(Misuse::WrongTicket(WrongTicket)), "it came too late");
            }
            assert_eq!(session.state(), State::Closed);
            let again = session.receive(&mut &b"CAPA\r\n"[..], &mut out).unwrap_err();
            assert_eq!(again, ProtocolError::PlaintextAfterStartTls.into());
            let sent = format!("+OK POP3 server ready\r\n+OK send the password\r\n{answer}\r\n");
            assert_eq!(&out[..], sent.as_bytes(), "{pieces:?}");
        }
    }
}

/// What was learnt in clear text is forgotten, and STLS takes no argument.
#[test]
fn the_handshake_forgets() {
    let clear: &[u8] = b"USER mrose\r\nSTLS x\r\nSTLS\r\n";
    let inside: &[u8] = b"PASS tan staaf\r\nSTLS\r\nUTF8\r\n";
    for at in 0..clear.len().max(inside.len()) {
        let mut server = Server::new(everything(), Channel::Clear);
        for side in [clear, inside] {
            let (before, after) = side.split_at(at.min(side.len()));
            server.receive(before);
            server.receive(after);
        }
        let sent = server.finish().sent;
        let sent: Vec<&str> = sent.lines().skip(1).collect();
        assert_eq!(
            sent,
            [
                "+OK send the password",
                "-ERR expected the end at octet 4",
                "+OK begin the TLS negotiation",
                "-ERR send USER first",
                "-ERR TLS is active already",
                "+OK UTF8 enabled",
            ],
            "split at {at}"
        );
    }
    // Where it is not offered, it is an unkept promise of no one.
    transcript(
        &with(everything(), |config| config.stls = false),
        Channel::Clear,
        "C: STLS
         S: -ERR STLS is not offered
         C: QUIT
         S: +OK goodbye",
    );
}

/// RFC 2595 §4: the capabilities are other ones inside TLS, and the login is there.
#[test]
fn a_login_after_stls() {
    let config = with(everything(), |config| {
        config.plaintext_auth = false;
        config.utf8 = false;
        config.lang = false;
    });
    transcript(
        &config,
        Channel::Clear,
        "C: USER mrose
         S: -ERR no passwords in clear text: use TLS
         C: STLS
         S: +OK begin the TLS negotiation
         --- TLS ---
         C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .
         C: USER mrose
         S: +OK send the password
         C: PASS tan staaf
         S: +OK the maildrop has 2 messages",
    );
}
