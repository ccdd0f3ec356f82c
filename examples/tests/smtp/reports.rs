//! What a sender is told of its mail (RFC 3461, RFC 3464).

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use mail_examples::{
    relay::{Relay, Settings},
    sasl::Credentials,
    server::Server,
    smtp::{
        self,
        sink::{self, Sink},
    },
};

use smtp_proto::client::Protocol;

use crate::{
    common::{connect, inbox, play},
    relay::{Next, enqueue_as, enqueue_with, first, is_empty, settings, wait_until},
};

fn sink(faults: &[&str]) -> Next {
    Next::start(sink::drive, |server| {
        server.sink = Sink::new(faults.iter().map(|fault| fault.parse().unwrap()));
    })
}

/// Sends until nothing is left.
fn run(first: &Arc<Server>, settings: Settings) {
    let relay = Relay::start(Arc::clone(first), settings).unwrap();
    wait_until(|| is_empty(first));
    relay.stop();
}

/// The values of a field in a text, unfolded.
fn values<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

const MESSAGE: &str = "Subject: hello\r\nX-A: b\r\n\r\nthe body\r\n";
const ALICE: &str = "MAIL FROM:<alice@localhost>";

#[test]
fn what_fails_comes_back() {
    let next = sink(&["rcpt=550:2"]);
    let first = first();
    enqueue_as(
        &first,
        &format!("{ALICE} ENVID=QQ+2B314"),
        MESSAGE,
        &["a@far.invalid", "b@far.invalid"],
    );
    run(&first, settings(next.address));
    let [report] = &inbox(&first.store, "alice")[..] else { panic!() };
    assert!(report.starts_with("Return-Path: <>\r\n"), "{report}");
    assert_eq!(values(report, "To"), ["<alice@localhost>"]);
    assert_eq!(values(report, "Subject")[0], "Your message was not delivered");
    assert!(report.contains("Content-Type: multipart/report; report-type=delivery-status;"));
    for (name, value) in [
        ("Original-Envelope-Id", "QQ+314"),
        ("Reporting-MTA", "dns; mx.example.org"),
        ("Final-Recipient", "rfc822; b@far.invalid"),
        ("Action", "failed"),
        ("Status", "5.0.0"),
        ("Remote-MTA", "dns; localhost"),
        ("Diagnostic-Code", "smtp; 550 5.0.0 As it was told to"),
    ] {
        assert_eq!(values(report, name), [value], "{name}: {report}");
    }
    // The header alone.
    assert!(report.contains("\r\nSubject: hello\r\nX-A: b\r\n") && !report.contains("the body"));
    assert_eq!(
        next.server.sink.to_string(),
        format!("took 1 messages for 1 recipients, {} octets", MESSAGE.len())
    );
}

/// RFC 3461 §4.3, §5.2.
#[test]
fn senders_are_told_what_they_want() {
    for (mail, parameters, told, full) in [
        (ALICE, "", true, false),
        (ALICE, " NOTIFY=FAILURE,DELAY", true, false),
        (ALICE, " NOTIFY=SUCCESS", false, false),
        (ALICE, " NOTIFY=NEVER", false, false),
        ("MAIL FROM:<>", "", false, false),
        ("MAIL FROM:<nobody@localhost>", "", false, false),
        ("MAIL FROM:<alice@localhost> RET=FULL", "", true, true),
        ("MAIL FROM:<alice@localhost> RET=HDRS", "", true, false),
    ] {
        let next = sink(&["rcpt=550"]);
        let first = first();
        enqueue_with(&first, mail, MESSAGE, &["a@far.invalid"], parameters);
        run(&first, settings(next.address));
        let reports = inbox(&first.store, "alice");
        assert_eq!(!reports.is_empty(), told, "{mail} {parameters}");
        if let [report] = &reports[..] {
            assert_eq!(report.contains("the body"), full, "{mail} {parameters}: {report}");
        }
    }
}

/// RFC 3461 §5.2.2: the next server does not tell.
#[test]
fn that_it_was_passed_on_is_told_where_nobody_else_does() {
    for (parameters, told) in [
        (" NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Bob+2B@far.invalid", true),
        (" NOTIFY=FAILURE", false),
        ("", false),
    ] {
        let next = sink(&[]);
        let first = first();
        enqueue_with(&first, ALICE, MESSAGE, &["b@far.invalid"], parameters);
        run(&first, settings(next.address));
        let reports = inbox(&first.store, "alice");
        assert_eq!(!reports.is_empty(), told, "{parameters}");
        if let [report] = &reports[..] {
            assert_eq!(values(report, "Action"), ["relayed"]);
            assert_eq!(values(report, "Status"), ["2.0.0"]);
            assert_eq!(values(report, "Original-Recipient"), ["rfc822; Bob+@far.invalid"]);
        }
    }
}

/// RFC 2033 §2: who answers in LMTP has delivered it.
#[test]
fn that_it_was_delivered_by_lmtp_is_told() {
    let next = Next::start(sink::drive_lmtp, |_| {});
    let first = first();
    enqueue_with(&first, ALICE, MESSAGE, &["b@far.invalid"], " NOTIFY=SUCCESS");
    let mut settings = settings(next.address);
    settings.account.protocol = Protocol::Lmtp;
    run(&first, settings);
    let [report] = &inbox(&first.store, "alice")[..] else { panic!() };
    assert_eq!(values(report, "Action"), ["delivered"]);
    assert_eq!(values(report, "Final-Recipient"), ["rfc822; b@far.invalid"]);
}

/// RFC 3461 §5.2.1, §5.2.3: the next server does.
#[test]
fn requests_go_along_to_a_server_that_takes_them() {
    let next = Next::start(smtp::drive_submission, |_| {});
    let first = first();
    enqueue_with(
        &first,
        &format!("{ALICE} RET=FULL ENVID=x"),
        MESSAGE,
        &["bob@localhost"],
        " NOTIFY=SUCCESS ORCPT=rfc822;bob@old.invalid",
    );
    let mut settings = settings(next.address);
    let credentials = Credentials { name: "alice".into(), password: "secret".into() };
    settings.account.credentials = Some(credentials);
    run(&first, settings);
    assert!(inbox(&first.store, "alice").is_empty());
    assert_eq!(inbox(&next.server.store, "bob").len(), 1);
    let [report] = &inbox(&next.server.store, "alice")[..] else { panic!() };
    assert_eq!(values(report, "Action"), ["delivered"]);
    assert_eq!(values(report, "Original-Envelope-Id"), ["x"]);
    assert_eq!(values(report, "Original-Recipient"), ["rfc822; bob@old.invalid"]);
    // All of it comes back only with a failure.
    assert!(!report.contains("the body"), "{report}");
}

/// RFC 3461 §4.1, §5.2.5.
#[test]
fn that_it_takes_long_is_told_once_and_then_it_fails() {
    let next = sink(&["rcpt=450"]);
    let first = first();
    enqueue_as(&first, ALICE, MESSAGE, &["a@far.invalid"]);
    let mut settings = settings(next.address);
    settings.schedule.warn_after = Duration::from_millis(300);
    settings.schedule.give_up = Duration::from_secs(4);
    let start = Instant::now();
    let relay = Relay::start(Arc::clone(&first), settings).unwrap();
    wait_until(|| !inbox(&first.store, "alice").is_empty());
    assert!(!is_empty(&first));
    thread::sleep(Duration::from_millis(200));
    let [delayed] = &inbox(&first.store, "alice")[..] else { panic!("more than one") };
    assert_eq!(values(delayed, "Subject")[0], "Your message is delayed");
    assert_eq!(values(delayed, "Action"), ["delayed"]);
    assert_eq!(values(delayed, "Status"), ["4.0.0"]);
    assert_eq!(values(delayed, "Will-Retry-Until").len(), 1);
    wait_until(|| is_empty(&first));
    relay.stop();
    assert!(start.elapsed() >= Duration::from_millis(3990));
    let [_, failed] = &inbox(&first.store, "alice")[..] else { panic!() };
    assert_eq!(values(failed, "Action"), ["failed"]);
    assert_eq!(values(failed, "Status"), ["5.4.7"]);
    assert_eq!(values(failed, "Diagnostic-Code"), ["smtp; 450 4.0.0 As it was told to"]);
}

/// RFC 6152 §3, RFC 6531 §3.4: what the next server cannot take does not go.
#[test]
fn what_the_next_server_cannot_take_comes_back() {
    for (mail, text, status) in [
        ("MAIL FROM:<alice@localhost>", "x".repeat(20_000), Some("5.3.4")),
        ("MAIL FROM:<alice@localhost> BODY=8BITMIME", "é\r\n".into(), None),
    ] {
        let next = sink(&[]);
        let first = first();
        enqueue_as(&first, mail, &text, &["a@far.invalid"]);
        run(&first, settings(next.address));
        let reports = inbox(&first.store, "alice");
        assert_eq!(reports.first().map(|report| values(report, "Status")[0]), status);
        if let Some(report) = reports.first() {
            assert_eq!(values(report, "Remote-MTA"), [""; 0]);
            assert!(values(report, "Diagnostic-Code")[0].contains("20000 octets"), "{report}");
        }
    }
}

/// RFC 3461 §5.2.3.
#[test]
fn that_it_was_delivered_here_is_told_who_wants_to_know() {
    let next = Next::start(smtp::drive_submission, |server| {
        server.max_message_size = 1_000_000;
    });
    let mut socket = connect(next.address);
    play(&mut socket, "S: 220 …\nC: EHLO c");
    let mut offered = String::new();
    loop {
        let line = crate::common::read_line(&mut socket);
        offered += &line;
        if !line.starts_with("250-") {
            break;
        }
    }
    assert!(offered.contains("250-DSN"), "{offered}");
    play(&mut socket, "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 …");
    let large = format!("C: {}\n", "x".repeat(78)).repeat(1000);
    for (body, reports) in [("C: hi", 1), (large.trim_end(), 2)] {
        play(
            &mut socket,
            &format!(
                "C: MAIL FROM:<alice@localhost> ENVID=abc
                 S: 250 …
                 C: RCPT TO:<bob@localhost> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b@x
                 S: 250 …
                 C: RCPT TO:<alice@localhost> NOTIFY=FAILURE
                 S: 250 …
                 C: DATA
                 S: 354 …
                 C: Subject: hi
                 C:
                 {body}
                 C: .
                 S: 250 …"
            ),
        );
        let all = inbox(&next.server.store, "alice");
        let all: Vec<_> = all.iter().filter(|one| one.contains("multipart/report")).collect();
        assert_eq!(all.len(), reports);
        let report = all.last().unwrap();
        assert_eq!(values(report, "Final-Recipient"), ["rfc822; bob@localhost"]);
        assert_eq!(values(report, "Original-Recipient"), ["rfc822; b@x"]);
        assert_eq!(values(report, "Action"), ["delivered"]);
        assert!(report.contains("\r\nSubject: hi\r\n"), "{report}");
    }
    assert_eq!(inbox(&next.server.store, "bob").len(), 2);
}
