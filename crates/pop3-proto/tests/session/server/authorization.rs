//! Before the login: USER, PASS, APOP, and what comes too early (RFC 1939 §4).

use alloc::sync::Arc;
use mail_transcript::Peer;

use crate::server_side::{Server, everything, transcript, with};
use bytes::BytesMut;
use pop3_proto::Tolerance;
use pop3_proto::server::{Channel, Event, Session};

/// RFC 1939 §4 and §6: what is for one state is not for another; §7: PASS comes
/// "immediately after a successful USER command".
#[test]
fn commands_out_of_place() {
    transcript(
        &everything(),
        Channel::Clear,
        "C: STAT
         S: -ERR log in first
         C: NOOP
         S: -ERR log in first
         C: PASS tan staaf
         S: -ERR send USER first
         C: XTND XMIT
         S: -ERR unknown command
         C: USER nobody
         S: +OK send the password
         C: PASS tan staaf
         S: -ERR [AUTH] invalid name or password
         C: PASS tan staaf
         S: -ERR send USER first
         C: APOP mrose 00000000000000000000000000000000
         S: -ERR [AUTH] invalid name or password
         C: USER mrose
         S: +OK send the password
         C: LANG en
         S: +OK en I speak English
         C: PASS tan staaf
         S: -ERR send USER first
         C: user mrose
         S: +OK send the password
         C: pass tan staaf
         S: +OK the maildrop has 2 messages
         C: USER mrose
         S: -ERR logged in already
         C: AUTH PLAIN
         S: -ERR logged in already
         C: STLS
         S: -ERR logged in already
         C: UTF8
         S: -ERR logged in already",
    );
}

/// RFC 2449 §6.2: without USER there is neither USER nor PASS. The other ways to
/// log in are there still.
#[test]
fn no_user_no_pass() {
    let config = with(everything(), |config| {
        config.user = false;
        config.stls = false;
        config.utf8 = false;
        config.lang = false;
    });
    for channel in [Channel::Clear, Channel::Tls] {
        transcript(
            &config,
            channel,
            "C: CAPA
             S: +OK the capabilities follow
             S: TOP
             S: UIDL
             S: RESP-CODES
             S: AUTH-RESP-CODE
             S: PIPELINING
             S: SASL PLAIN CRAM-MD5
             S: .
             C: USER mrose
             S: -ERR USER is not offered
             C: PASS tan staaf
             S: -ERR send USER first
             C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
             S: +OK the maildrop has 2 messages",
        );
    }
}

/// APOP is there only with a timestamp in the greeting.
#[test]
fn no_timestamp_no_apop() {
    let mut out = BytesMut::new();
    let mut session = Session::new(Arc::new(everything()), Channel::Clear, &mut out);
    assert_eq!(&out[..], b"+OK POP3 server ready\r\n");
    out.clear();
    let mut input: &[u8] = b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n";
    assert!(matches!(session.receive(&mut input, &mut out), Ok(Event::NeedInput)));
    assert_eq!(&out[..], b"-ERR APOP is not offered\r\n");
}

/// RFC 6856 §2 and §3.
#[test]
fn utf8_and_lang() {
    transcript(
        &everything(),
        Channel::Clear,
        "C: UTF8
         S: +OK UTF8 enabled
         C: STLS
         S: -ERR STLS comes before UTF8
         C: USER jürgen
         S: -ERR [AUTH] the name is not US-ASCII
         C: APOP jürgen c4c9334bac560ecc979e58001b3e22fb
         S: -ERR [AUTH] the name is not US-ASCII
         C: LANG
         S: +OK the languages follow
         S: en English
         S: .
         C: LANG MUL
         S: -ERR I only speak English
         C: LANG *
         S: +OK en I speak English
         C: LANG en-GB
         S: +OK en I speak English",
    );
    transcript(
        &with(everything(), |config| config.utf8_user = true),
        Channel::Clear,
        "C: USER jürgen
         S: +OK send the password
         C: PASS grüße
         S: -ERR [AUTH] invalid name or password
         C: APOP jürgen c4c9334bac560ecc979e58001b3e22fb
         S: -ERR [AUTH] invalid name or password",
    );
    let mut server = Server::new(everything(), Channel::Clear);
    assert!(!server.session.is_utf8());
    server.receive(b"UTF8\r\n");
    assert!(server.session.is_utf8());
    // An octet that is not UTF-8 is in no name or password, unless tolerated.
    let tolerance = with(Tolerance::default(), |tolerance| tolerance.eight_bit_credentials = true);
    for (config, answer) in [
        (everything(), "-ERR [AUTH] the password is not of the right character set\r\n"),
        (
            with(everything(), |config| config.utf8_user = true),
            "-ERR [AUTH] the password is not of the right character set\r\n",
        ),
        (
            with(everything(), |config| config.tolerance = tolerance),
            "-ERR [AUTH] invalid name or password\r\n",
        ),
    ] {
        let mut server = Server::new(config, Channel::Clear);
        server.receive(b"USER mrose\r\nPASS gr\xfc\xdfe\r\n");
        assert!(server.finish().sent.ends_with(answer));
    }
}
