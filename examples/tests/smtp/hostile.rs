//! Mail for others, where the next server is not well.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use mail_examples::{
    relay::Relay,
    server::Server,
    smtp::sink::{self, Sink},
};

use crate::{
    common::{inbox, play},
    relay::{Next, enqueue_as, first, is_empty, settings, wait_until},
};

const ALICE: &str = "MAIL FROM:<alice@localhost>";

/// A server that plays this once.
fn scripted(transcript: String) -> (SocketAddr, JoinHandle<()>) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let server = thread::spawn(move || play(&mut port.accept().unwrap().0, &transcript));
    (address, server)
}

/// What the sender is told of a message for these that is given up after one attempt.
fn reports(first: &Arc<Server>, address: SocketAddr, recipients: &[&str]) -> Vec<String> {
    enqueue_as(first, ALICE, "hi\r\n", recipients);
    let mut settings = settings(address);
    settings.schedule.give_up = Duration::ZERO;
    let relay = Relay::start(Arc::clone(first), settings).unwrap();
    wait_until(|| is_empty(first));
    relay.stop();
    inbox(&first.store, "alice")
}

/// What a server says of each of many recipients is not all kept: it would be as much as both
/// together choose.
#[test]
fn of_what_a_server_says_at_length_the_start_is_told() {
    const MANY: usize = 40;
    let said = format!("C: 550-5.1.1 The first line\n{}", "C: 550-5.1.1 more\n".repeat(2000));
    let one = |number| format!("S: RCPT TO:<{number}@far.invalid>\n{said}C: 550 5.1.1 end\n");
    let (address, server) = scripted(format!(
        "C: 220 far.invalid\nS: EHLO first.invalid\nC: 250 far.invalid\n\
         S: {ALICE}\nC: 250 OK\n{}S: RSET\nC: 250 OK\n",
        (0..MANY).map(one).collect::<String>(),
    ));
    let first = first();
    let recipients: Vec<String> = (0..MANY).map(|n| format!("{n}@far.invalid")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let [report] = &reports(&first, address, &recipients)[..] else { panic!() };
    server.join().unwrap();
    assert_eq!(report.matches("\r\nStatus: 5.1.1\r\n").count(), MANY);
    assert!(report.contains("Diagnostic-Code: smtp; 550-5.1.1 The first line\r\n"), "{report}");
    assert!(report.len() < MANY * 5 * 1024, "{}", report.len());
}

/// Of a reply that is none the sender is not told that it was a no (RFC 5321 §4.2.1).
#[test]
fn a_reply_that_cannot_be_read_is_told_as_that() {
    let (address, server) = scripted(format!(
        "C: 220 far.invalid\nS: EHLO first.invalid\nC: 250 far.invalid\n\
         S: {ALICE}\nC: 250 OK\nS: RCPT TO:<a@far.invalid>\nC: 550-no\nC: 551 no\n",
    ));
    let first = first();
    let [report] = &reports(&first, address, &["a@far.invalid"])[..] else { panic!() };
    server.join().unwrap();
    let told = "Diagnostic-Code: X-Local; what the server said cannot be read\r\n";
    assert!(report.contains(told), "{report}");
}

/// Though the server takes some of them at a time (RFC 5321 §4.5.3.1.10).
#[test]
fn of_all_who_fail_in_an_attempt_one_report_tells() {
    let next = Next::start(sink::drive, |server| {
        server.sink = Sink::new(["rcpt=550:2", "rcpt=452:3"].map(|fault| fault.parse().unwrap()));
    });
    let first = first();
    let recipients: Vec<String> = (0..40).map(|n| format!("{n}@far.invalid")).collect();
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let [report] = &reports(&first, next.address, &recipients)[..] else { panic!() };
    assert!(report.matches("\r\nAction: failed\r\n").count() > 10, "{report}");
}

/// Though it is not tried again before.
#[test]
fn the_sender_is_told_when_it_was_to_be_told() {
    let next = Next::start(sink::drive, |server| {
        server.sink = Sink::new(["rcpt=450".parse().unwrap()]);
    });
    let first = first();
    enqueue_as(&first, ALICE, "hi\r\n", &["a@far.invalid"]);
    let mut settings = settings(next.address);
    settings.schedule.retry = vec![Duration::from_secs(60 * 60)];
    settings.schedule.warn_after = Duration::from_millis(300);
    settings.schedule.give_up = Duration::from_millis(600);
    let relay = Relay::start(Arc::clone(&first), settings).unwrap();
    wait_until(|| is_empty(&first));
    relay.stop();
    let actions: Vec<bool> =
        inbox(&first.store, "alice").iter().map(|one| one.contains("Action: delayed")).collect();
    assert_eq!(actions, [true, false]);
}
