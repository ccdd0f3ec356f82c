//! RFC 5321 §4.1.1.11: the parameters of MAIL and RCPT, each where its extension is offered.

use smtp_proto::Channel;
use smtp_proto::server::{Config, FutureRelease};

use crate::transcript::{EHLO, config, play, play_on};

/// A server that offers all of them.
fn all() -> Config {
    let mut config = config();
    config.chunking = true;
    config.binary_mime = true;
    config.dsn = true;
    config.deliver_by = Some(60);
    config.future_release = Some(FutureRelease::new(86_400, "2030-01-01T00:00:00Z").unwrap());
    config.mt_priority = true;
    config.require_tls = true;
    config.advertise_limits = true;
    config.no_soliciting = true;
    config.mtrk = true;
    config.conperm = true;
    config.conneg = true;
    config.rrvs = true;
    config
}

const MAIL: [&str; 13] = [
    "BODY=BINARYMIME",
    "RET=FULL",
    "ENVID=QQ314159",
    "BY=120;RT",
    "BY=-5;N",
    "HOLDFOR=86400",
    "HOLDUNTIL=2029-12-31T23:59:59Z",
    "MT-PRIORITY=-3",
    "REQUIRETLS",
    "SOLICIT=net.example:ADV",
    "MTRK=mQzb:86400",
    "CONPERM",
    "RET=HDRS ENVID=a+2Bb BY=90;R HOLDFOR=60",
];

const RCPT: [&str; 5] = [
    "NOTIFY=SUCCESS,FAILURE",
    "NOTIFY=NEVER",
    "ORCPT=rfc822;b+2Bb@example.org",
    "RRVS=2014-04-03T23:01:00Z;C",
    "CONNEG",
];

/// RFC 5321 §4.1.1.1: what is offered is what the configuration says; REQUIRETLS under TLS alone
/// (RFC 8689 §2).
#[test]
fn what_is_offered() {
    let offered = "
        S: 220 mx.example.org ESMTP
        C: EHLO client.example.org
        S: 250-mx.example.org
        S: 250-PIPELINING
        S: 250-SIZE
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-ENHANCEDSTATUSCODES
        S: 250-CHUNKING
        S: 250-BINARYMIME
        S: 250-DSN
        S: 250-DELIVERBY 60
        S: 250-FUTURERELEASE 86400 2030-01-01T00:00:00Z
        S: 250-MT-PRIORITY
        S: 250-REQUIRETLS
        S: 250-LIMITS RCPTMAX=1000
        S: 250-NO-SOLICITING
        S: 250-MTRK
        S: 250-CONPERM
        S: 250-CONNEG
        S: 250-RRVS
        S: 250 HELP
    ";
    play_on(Channel::Tls, all(), &[offered]);
    let mut without_least = all();
    without_least.deliver_by = Some(0);
    let clear =
        offered.replace("250-REQUIRETLS", "250-STARTTLS").replace("DELIVERBY 60", "DELIVERBY");
    let starttls = "        S: 250-STARTTLS\n";
    let without = clear.replacen(starttls, "", 1);
    let at = without.find("        S: 250-CHUNKING").unwrap();
    play(without_least, &[&without[..at], starttls, &without[at..]]);
}

/// Each reaches the driver where it is offered; elsewhere it is answered 555, and after HELO.
#[test]
fn each_where_it_is_offered() {
    let mail = |parameters: &str| format!("C: MAIL FROM:<a@example.com> {parameters}\n");
    let rcpt = |parameters: &str| format!("C: RCPT TO:<b@example.org> {parameters}\n");
    for parameters in MAIL {
        let yes = mail(parameters) + "S: 250 2.1.0 OK\n";
        play_on(Channel::Tls, all(), &[EHLO, &yes]);
        let no = mail(parameters) + "S: 555 5.5.4 Parameter not recognized or not offered\n";
        play_on(Channel::Tls, config(), &[EHLO, &no]);
        play_on(Channel::Tls, all(), &["S* 220\nC: HELO c\nS* 250\n", &no]);
    }
    let envelope = [EHLO, "C: MAIL FROM:<a@example.com>\nS: 250 2.1.0 OK\n"];
    for parameters in RCPT {
        let yes = rcpt(parameters) + "S: 250 2.1.5 OK\n";
        let seen = play(all(), &[envelope[0], envelope[1], &yes]);
        assert!(seen.events.last().unwrap().contains("Rcpt("));
        let no = rcpt(parameters) + "S: 555 5.5.4 Parameter not recognized or not offered\n";
        play(config(), &[envelope[0], envelope[1], &no]);
    }
    play(all(), &[EHLO, "C: MAIL FROM:<a@example.com> REQUIRETLS\nS* 555 5.5.4\n"]);
}

/// RFC 3461 §4.5 and others: what is not of a parameter's grammar is answered 501, whether it is
/// offered or not.
#[test]
fn values_out_of_their_grammar() {
    for config in [all(), config()] {
        for parameters in [
            "RET=X",
            "RET=FULL RET=FULL",
            "ENVID=a+0D+0Ab",
            "BY=120;;",
            "BY=0;R",
            "HOLDFOR=XYZ",
            "HOLDFOR=1 HOLDFOR=2",
            "HOLDUNTIL=XYZ",
            "MT-PRIORITY=ab",
            "MTRK=:",
            "SOLICIT=%",
            "CONPERM=1",
        ] {
            let script = format!("C: MAIL FROM:<a@example.com> {parameters}\nS* 501 5.5.4\n");
            play(config.clone(), &[EHLO, &script]);
        }
        for parameters in [
            "NOTIFY=NEVER,SUCCESS",
            "NOTIFY=",
            "ORCPT=++",
            "ORCPT=rfc822;+4Z",
            "ORCPT=rfc822;a+0D+0A",
            "RRVS=yesterday",
            "CONNEG=1",
            "NOTIFY=NEVER NOTIFY=NEVER",
        ] {
            let script = format!(
                "C: MAIL FROM:<a@b>\nS: 250 2.1.0 OK\nC: RCPT TO:<c@d> {parameters}\nS* 501 5.5.4\n"
            );
            play(config.clone(), &[EHLO, &script]);
        }
    }
}

/// RFC 5321 §4.5.3.1.4, and each extension in what it adds to that: MAIL with all that is offered,
/// as long as it may be, is no line that is too long.
#[test]
fn as_long_as_each_may_be() {
    let mut config = all();
    config.mechanisms.offer("PLAIN").unwrap();
    let long = |octets: usize| "x".repeat(octets);
    let line = format!(
        "MAIL FROM:<{}@{}d> SIZE={} BODY=BINARYMIME SMTPUTF8 AUTH={} RET=HDRS ENVID={} \
         BY=999999999;RT HOLDUNTIL=2029-12-31T23:59:59.000+00:00 MT-PRIORITY=-9 REQUIRETLS \
         SOLICIT={} MTRK={}:999999999 CONPERM",
        long(64),
        "d.".repeat(94),
        u64::MAX,
        long(494),
        long(100),
        long(1000),
        "mQzb".repeat(6),
    );
    assert!(line.len() > 2000, "{}", line.len());
    play_on(Channel::Tls, config, &[EHLO, &format!("C: {line}\nS: 250 2.1.0 OK\n")]);
    let line = format!(
        "RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{} \
         RRVS=2014-04-03T23:01:00Z;C CONNEG",
        long(490),
    );
    let mail = "C: MAIL FROM:<a@example.com>\nS: 250 2.1.0 OK\n";
    play(all(), &[EHLO, mail, &format!("C: {line}\nS: 250 2.1.5 OK\n")]);
}

/// RFC 2852 §2, RFC 4865 §4.2 and §5.2.2: what is more than the server offers.
#[test]
fn more_than_is_offered() {
    play(
        all(),
        &[
            EHLO,
            "
            C: MAIL FROM:<a@example.com> BY=59;R
            S: 555 5.5.4 Mail cannot be delivered as fast as that
            C: MAIL FROM:<a@example.com> HOLDFOR=86401
            S: 501 5.5.4 Mail is not held as long as that
            C: MAIL FROM:<a@example.com> HOLDUNTIL=2030-01-01T00:00:01Z
            S: 501 5.5.4 Mail is not held as long as that
            C: MAIL FROM:<a@example.com> HOLDUNTIL=2030-01-01T01:00:00+01:00
            S: 250 2.1.0 OK
            C: RSET
            S: 250 2.0.0 OK
            C: MAIL FROM:<a@example.com> HOLDFOR=90 BY=60;R
            S: 501 5.5.4 Mail would be held until it is late
            C: MAIL FROM:<a@example.com> HOLDFOR=60 BY=60;R
            S: 250 2.1.0 OK
            ",
        ],
    );
}

/// RFC 6533 §3: an original address in UTF-8 itself only in a message with SMTPUTF8.
#[test]
fn original_recipients_past_ascii() {
    play(
        all(),
        &[
            EHLO,
            "
            C: MAIL FROM:<a@example.com>
            S: 250 2.1.0 OK
            C: RCPT TO:<b@example.org> ORCPT=utf-8;é@example.org
            S: 553 5.6.7 A non-ASCII address needs SMTPUTF8
            C: RCPT TO:<b@example.org> ORCPT=utf-8;\\\\x{E9}@example.org
            S: 250 2.1.5 OK
            C: RSET
            S: 250 2.0.0 OK
            C: MAIL FROM:<a@example.com> SMTPUTF8
            S: 250 2.1.0 OK
            C: RCPT TO:<b@example.org> ORCPT=utf-8;é@example.org
            S: 250 2.1.5 OK
            ",
        ],
    );
}
