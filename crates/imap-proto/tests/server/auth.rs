//! LOGIN and AUTHENTICATE (RFC 9051 §6.2.2 and 6.2.3, RFC 4959).

use imap_proto::Capability;
use imap_proto::server::{Channel, Config};

use crate::transcript::{config, play, play_on};

fn plain() -> Config {
    let mut config = config();
    config.mechanisms.offer("PLAIN").unwrap();
    config
}

#[test]
fn with_and_without_an_initial_response() {
    for exchange in [
        "
        C: a AUTHENTICATE PLAIN
        S: +\\x20
        C: AGFsaWNlAHNlY3JldA==
        S* a OK [CAPABILITY IMAP4rev1
        ",
        "
        C: a authenticate plain AGFsaWNlAHNlY3JldA==
        S* a OK [CAPABILITY IMAP4rev1
        ",
        "
        C: a AUTHENTICATE PLAIN bW9yZQ==
        S: + Z28gb24=
        C: AGFsaWNlAHNlY3JldA==
        S* a OK [CAPABILITY IMAP4rev1
        ",
    ] {
        let exchange = exchange.replace("+\\x20", "+ ");
        play(plain(), &["S* * OK", &exchange, "C: b NOOP\nS: b OK done"]);
    }
}

/// Cancelled, wrong, not base64, too long, and more after each.
#[test]
fn exchanges_that_fail() {
    let mut config = plain();
    config.limits.auth_line = 64;
    config.limits.auth_rounds = 2;
    let too_long = format!("C: {}\n", "A".repeat(64));
    let seen = play(
        config,
        &[
            "S* * OK\nC: a AUTHENTICATE PLAIN\nS: + \nC: *\nS: a BAD cancelled",
            "C: b AUTHENTICATE PLAIN\nS: + \nC: AGF!\nS: b BAD expected base64",
            "C: c AUTHENTICATE PLAIN\nS: + \n",
            &too_long,
            "S: c BAD expected a shorter line that ends with CRLF",
            "C: d AUTHENTICATE PLAIN =\nS: d NO [AUTHENTICATIONFAILED] wrong name or password",
            "C: e AUTHENTICATE X-NONE\nS* e NO",
            "C: f AUTHENTICATE PLAIN b\nS* f BAD",
            "C: g AUTHENTICATE PLAIN\nS: + \nC: bW9yZQ==\nS: + Z28gb24=\nC: bW9yZQ==\nS: + Z28gb24=\nC: bW9yZQ==\nS: g BAD too many responses",
            &format!(
                "C: x AUTHENTICATE PLAIN {}\nS: x BAD [TOOBIG] the response is too long",
                "A".repeat(68)
            ),
            "C: h LOGIN alice wrong\nS: h NO [AUTHENTICATIONFAILED] wrong name or password",
            "C: i LOGIN alice {6}\nS* +\nC: secret\nS* i OK",
        ],
    );
    assert_eq!(seen.events.iter().filter(|event| *event == "AuthCancelled").count(), 4);
    assert!(!seen.events.concat().contains("secret"), "{:?}", seen.events);
}

/// SASL-IR only where it is offered (RFC 4959).
#[test]
fn no_initial_response_unless_offered() {
    let mut config = plain();
    config.capabilities = vec![Capability::Imap4Rev1];
    play(
        config,
        &["S* * OK\nC: a AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==\nS* a BAD SASL-IR is not offered"],
    );
}

/// In clear text a password is neither asked for nor let come.
#[test]
fn clear_text_passwords_need_tls() {
    let mut config = plain();
    config.plaintext_auth = false;
    config.starttls = true;
    config.mechanisms.offer("SCRAM-SHA-256").unwrap();
    config.capabilities = vec![Capability::Imap4Rev1];
    let seen = play(
        config.clone(),
        &["
        S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED AUTH=SCRAM-SHA-256] IMAP server ready
        C: a LOGIN alice secret
        S: a NO [PRIVACYREQUIRED] LOGIN is disabled
        C: b LOGIN alice {6}
        S: b NO [PRIVACYREQUIRED] LOGIN is disabled
        C: c AUTHENTICATE PLAIN
        S: c NO the mechanism is not offered here
        C: d NOOP
        S: d OK done
        "],
    );
    assert!(seen.events.is_empty());
    play_on(
        Channel::Tls,
        config,
        &["
        S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=SCRAM-SHA-256] IMAP server ready
        C: a STARTTLS
        S: a BAD not offered here
        C: b LOGIN alice secret
        S: b OK [CAPABILITY IMAP4rev1] done
        "],
    );
}
