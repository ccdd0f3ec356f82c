//! CAPA (RFC 2449 §5).

use crate::server_side::{everything, transcript, with};
use pop3_proto::server::{Channel, Config};
use pop3_proto::{Retention, Text};

/// RFC 2449 §5: by state and channel.
#[test]
fn capabilities() {
    let config = with(everything(), |config| {
        config.expire = Some(Retention::Days(60));
        config.login_delay = Some(900);
        config.implementation = Some(Text::new("Shlemazle-Plotz-v302").unwrap().into());
        config.utf8_user = true;
        config.plaintext_auth = false;
    });
    transcript(
        &config,
        Channel::Clear,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: STLS
         S: UTF8 USER
         S: LANG
         S: EXPIRE 60
         S: LOGIN-DELAY 900
         S: IMPLEMENTATION Shlemazle-Plotz-v302
         S: SASL CRAM-MD5
         S: .",
    );
    transcript(
        &with(Config::default(), |config| config.stls = true),
        Channel::Clear,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: STLS
         S: .
         C: USER mrose
         S: -ERR no passwords in clear text: use TLS
         C: AUTH PLAIN
         S: -ERR the mechanism is not offered
         C: UTF8
         S: -ERR UTF8 is not offered
         C: LANG
         S: -ERR LANG is not offered",
    );
    transcript(
        &with(everything(), |config| {
            config.utf8 = false;
            config.lang = false;
        }),
        Channel::Tls,
        "C: AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=
         S: +OK the maildrop has 2 messages
         C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .",
    );
}

/// RFC 2449 §5 and RFC 2595 §4: STLS is told where it is permitted. Clear text is
/// not enough for it, once the client is logged in; nor is it to come before login.
#[test]
fn stls_is_told_by_state_and_by_channel() {
    let config = with(everything(), |config| {
        config.utf8 = false;
        config.lang = false;
    });
    transcript(
        &config,
        Channel::Clear,
        "C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK the maildrop has 2 messages
         C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .",
    );
    transcript(
        &config,
        Channel::Tls,
        "C: CAPA
         S: +OK the capabilities follow
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: SASL PLAIN CRAM-MD5
         S: .",
    );
}
