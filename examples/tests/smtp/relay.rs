//! Mail for others on its way from one server to the next.

use std::{
    io::Read,
    net::{SocketAddr, TcpListener},
    sync::{Arc, atomic::AtomicBool, mpsc},
    thread,
    time::{Duration, Instant},
};

use mail_examples::{
    client_connection::ServerAddress,
    client_tls::{self, Trust},
    listen::{Driver, Listeners, Protocol as Port, Security as Listening},
    relay::{Relay, Schedule, Settings},
    sasl::Credentials,
    server::Server,
    smtp::{
        self,
        sink::{self, Sink},
    },
    smtp_client::{Account, Security},
    store::{NewMail, Onward, Store},
};
use smtp_proto::{SendPolicy, client::Protocol};

use crate::common::{certificate, inbox, play, server};

/// A server that answers at its address until it is dropped.
pub(crate) struct Next {
    listeners: Option<Listeners>,
    pub(crate) address: SocketAddr,
    pub(crate) server: Arc<Server>,
}

impl Next {
    pub(crate) fn start(drive: Driver, change: impl FnOnce(&mut Server)) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), drive, change)
    }

    fn start_at(address: SocketAddr, drive: Driver, change: impl FnOnce(&mut Server)) -> Self {
        let mut server = server(Store::in_memory().unwrap());
        change(&mut server);
        let server = Arc::new(server);
        let mut listeners = Listeners::new(Arc::clone(&server));
        let port = Port { name: "test", drive, busy: "421 busy\r\n", alpn: b"smtp" };
        let address = listeners.open(port, Listening::StartTls, address).unwrap();
        Self { listeners: Some(listeners), address, server }
    }
}

impl Drop for Next {
    fn drop(&mut self) {
        self.listeners.take().unwrap().stop();
    }
}

/// Where mail goes on, and how.
pub(crate) fn settings(address: SocketAddr) -> Settings {
    let account = Account {
        server: ServerAddress { host: "localhost".into(), port: Some(address.port()) },
        protocol: Protocol::Smtp,
        security: Security::Opportunistic,
        trust: client_tls::configure(Trust::Anyone).unwrap(),
        credentials: None,
        hostname: "first.invalid".into(),
        line_ends: SendPolicy::Normalize,
        log_wire: None,
        stop: Arc::new(AtomicBool::new(false)),
    };
    let retry = vec![Duration::from_millis(50)];
    Settings { account, schedule: Schedule { retry, ..Schedule::default() }, connections: 2 }
}

/// A server that has mail for others.
pub(crate) fn first() -> Arc<Server> {
    Arc::new(server(Store::in_memory().unwrap()))
}

pub(crate) fn enqueue(server: &Server, text: &str, recipients: &[&str]) {
    enqueue_as(server, "MAIL FROM:<alice@first.invalid>", text, recipients);
}

pub(crate) fn enqueue_as(server: &Server, mail: &str, text: &str, recipients: &[&str]) {
    enqueue_with(server, mail, text, recipients, "");
}

/// `parameters` are those of RCPT.
pub(crate) fn enqueue_with(
    server: &Server,
    mail: &str,
    text: &str,
    recipients: &[&str],
    parameters: &str,
) {
    let mut draft = server.store.draft().unwrap();
    std::io::Write::write_all(&mut draft, text.as_bytes()).unwrap();
    let rcpt = |to: &&str| format!("RCPT TO:<{to}>{parameters}");
    let onward =
        Onward { mail: mail.into(), recipients: recipients.iter().map(rcpt).collect(), start: 0 };
    server.store.take_in(vec![NewMail { draft, users: vec![], onward: Some(onward) }]).unwrap();
}

#[track_caller]
pub(crate) fn wait_until(condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < end, "it takes too long");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn is_empty(server: &Server) -> bool {
    server.store.queue_len().unwrap() == 0
}

#[test]
fn mail_goes_on_to_the_next_server() {
    let next = Next::start(smtp::drive, |_| {});
    let first = first();
    let long = "x".repeat(70).repeat(1000);
    enqueue(&first, "Subject: 1\r\n\r\n.dot\r\n..\r\n", &["bob@localhost", "alice@localhost"]);
    let relay = Relay::start(Arc::clone(&first), settings(next.address)).unwrap();
    enqueue(&first, &format!("Subject: 2\r\n\r\n{}\r\n", &long[..998]), &["bob@localhost"]);
    wait_until(|| is_empty(&first));
    relay.stop();
    let mut bob = inbox(&next.server.store, "bob");
    bob.sort_by_key(|message| message.contains("Subject: 2"));
    let [one, two] = &bob[..] else { panic!("{bob:?}") };
    assert!(one.starts_with("Return-Path: <alice@first.invalid>\r\n"), "{one}");
    // TLS was had, though nobody asked who the server is (RFC 7435).
    assert!(one.contains("Received: from first.invalid ([127.0.0.1])\r\n"), "{one}");
    assert!(one.contains(" with ESMTPS id "), "{one}");
    assert!(one.ends_with("Subject: 1\r\n\r\n.dot\r\n..\r\n"), "{one}");
    assert!(two.ends_with(&format!("{}\r\n", &long[..998])));
    // Both recipients in one transaction.
    assert_eq!(inbox(&next.server.store, "alice"), bob[..1]);
}

#[test]
fn one_recipient_may_be_put_off_and_the_others_not() {
    let next = Next::start(sink::drive, |server| {
        server.sink = Sink::new(["rcpt=450:3", "mail=421:5"].map(|fault| fault.parse().unwrap()));
    });
    let first = first();
    for number in 0..20 {
        let to = |n| format!("{n}-{number}@far.invalid");
        let recipients = [0, 1, 2, 3].map(to);
        enqueue(&first, "hi\r\n", &recipients.each_ref().map(String::as_str));
    }
    let relay = Relay::start(Arc::clone(&first), settings(next.address)).unwrap();
    wait_until(|| is_empty(&first));
    relay.stop();
    // Each of the 80 once, in however many transactions.
    let took = next.server.sink.to_string();
    assert!(took.contains(" for 80 recipients, "), "{took}");
}

#[test]
fn mail_waits_for_a_server_that_is_not_there() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    drop(port);
    let first = first();
    enqueue(&first, "hi\r\n", &["bob@localhost"]);
    let relay = Relay::start(Arc::clone(&first), settings(address)).unwrap();
    thread::sleep(Duration::from_millis(150));
    assert!(!is_empty(&first));
    let next = Next::start_at(address, smtp::drive, |_| {});
    wait_until(|| is_empty(&first));
    // And one for which the connection ends, again and again, is not lost.
    relay.stop();
    assert_eq!(inbox(&next.server.store, "bob").len(), 1);
}

#[test]
fn a_message_is_sent_again_where_the_connection_ended_before_the_answer() {
    for fault in ["message=drop:2", "data=drop:2", "rcpt=drop:3", "mail=drop:2", "ehlo=drop:2"] {
        let next = Next::start(sink::drive, |server| {
            server.sink = Sink::new([fault.parse().unwrap()]);
        });
        let first = first();
        (0..10).for_each(|_| enqueue(&first, "hi\r\n", &["a@far.invalid", "b@far.invalid"]));
        let mut settings = settings(next.address);
        settings.account.security = Security::Never;
        let relay = Relay::start(Arc::clone(&first), settings).unwrap();
        wait_until(|| is_empty(&first));
        relay.stop();
        let took = next.server.sink.to_string();
        assert_eq!(took, "took 10 messages for 20 recipients, 40 octets", "{fault}");
    }
}

/// RFC 8314 §4.1, RFC 7435 §3.
#[test]
fn tls_as_it_is_wanted() {
    for (security, trust, arrives) in [
        (Security::Never, Trust::Anyone, Some(" with ESMTP id ")),
        (Security::Opportunistic, Trust::Anyone, Some(" with ESMTPS id ")),
        (Security::Required, Trust::File(&certificate()), Some(" with ESMTPS id ")),
        // A certificate that nobody knows.
        (Security::Required, Trust::Web, None),
    ] {
        let next = Next::start(smtp::drive, |_| {});
        let first = first();
        let mut settings = settings(next.address);
        settings.account.security = security;
        settings.account.trust = client_tls::configure(trust).unwrap();
        let relay = Relay::start(Arc::clone(&first), settings).unwrap();
        enqueue(&first, "hi\r\n", &["bob@localhost"]);
        match arrives {
            Some(with) => {
                wait_until(|| is_empty(&first));
                let [message] = &inbox(&next.server.store, "bob")[..] else { panic!() };
                assert!(message.contains(with), "{message}");
            }
            None => {
                thread::sleep(Duration::from_millis(200));
                assert!(!is_empty(&first), "{security:?}");
                assert!(inbox(&next.server.store, "bob").is_empty());
            }
        }
        relay.stop();
    }
}

#[test]
fn it_logs_in_where_it_has_a_name() {
    let next = Next::start(smtp::drive_submission, |_| {});
    for (password, arrives) in [("secret", true), ("wrong", false)] {
        let first = first();
        let mut settings = settings(next.address);
        let credentials = Credentials { name: "alice".into(), password: password.into() };
        settings.account.credentials = Some(credentials);
        let relay = Relay::start(Arc::clone(&first), settings).unwrap();
        enqueue_as(&first, "MAIL FROM:<alice@localhost>", "hi\r\n", &["bob@localhost"]);
        if arrives {
            wait_until(|| is_empty(&first));
        } else {
            thread::sleep(Duration::from_millis(200));
            assert!(!is_empty(&first));
        }
        relay.stop();
        let [message] = &inbox(&next.server.store, "bob")[..] else { panic!() };
        assert!(message.contains(" with ESMTPSA id "), "{message}");
    }
}

/// A message that is on its way when the relay stops is given up and stays, or is sent and
/// does not.
#[test]
fn nothing_is_lost_when_it_stops() {
    let next = Next::start(smtp::drive, |_| {});
    let first = first();
    const ALL: u64 = 200;
    (0..ALL).for_each(|_| enqueue(&first, "hi\r\n", &["bob@localhost"]));
    let mut rounds = 0;
    while !is_empty(&first) {
        let relay = Relay::start(Arc::clone(&first), settings(next.address)).unwrap();
        thread::sleep(Duration::from_millis(30));
        relay.stop();
        rounds += 1;
        assert!(rounds < 500);
    }
    assert_eq!(inbox(&next.server.store, "bob").len() as u64, ALL);
}

/// A server that never answers does not hold up the end for long.
#[test]
fn a_message_that_hangs_is_given_up_when_it_stops() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let (has_it, has_come) = mpsc::channel();
    let silent = thread::spawn(move || {
        let (mut socket, _) = port.accept().unwrap();
        play(
            &mut socket,
            "C: 220 slow.invalid\nS: EHLO first.invalid\nC: 250 slow.invalid\n\
             S: MAIL FROM:<alice@first.invalid>\nC: 250 OK\nS: RCPT TO:<bob@localhost>\n\
             C: 250 OK\nS: DATA\nC: 354 Go on\nS: hi\nS: .",
        );
        has_it.send(()).unwrap();
        assert_eq!(socket.read(&mut [0]).unwrap_or(0), 0);
    });
    let first = first();
    enqueue(&first, "hi\r\n", &["bob@localhost"]);
    let relay = Relay::start(Arc::clone(&first), settings(address)).unwrap();
    has_come.recv().unwrap();
    let start = Instant::now();
    relay.stop();
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    silent.join().unwrap();
    let queued = first.store.next_due(Duration::from_secs(1)).unwrap().unwrap();
    let said = queued.recipients[0].last_reply.as_deref().unwrap();
    assert!(said.contains("before the server had answered for the message"), "{said}");
}

/// A message whose octets are gone is told of in the end, and holds up nobody.
#[test]
fn a_message_that_cannot_be_read_comes_back_without_it() {
    let directory = tempfile::tempdir().unwrap();
    let first = Arc::new(server(Store::open(directory.path()).unwrap()));
    let next = Next::start(smtp::drive, |_| {});
    let large = "x".repeat(70) + "\r\n";
    enqueue_as(&first, "MAIL FROM:<alice@localhost>", &large.repeat(1000), &["bob@localhost"]);
    let file = directory.path().join("messages").read_dir().unwrap().next().unwrap().unwrap();
    std::fs::remove_file(file.path()).unwrap();
    enqueue(&first, "hi\r\n", &["bob@localhost"]);
    let mut settings = settings(next.address);
    settings.schedule.give_up = Duration::from_millis(300);
    let relay = Relay::start(Arc::clone(&first), settings).unwrap();
    wait_until(|| is_empty(&first));
    relay.stop();
    assert_eq!(inbox(&next.server.store, "bob").len(), 1);
    let [report] = &inbox(&first.store, "alice")[..] else { panic!() };
    assert!(report.contains("\r\nStatus: 5.4.7\r\n"), "{report}");
    assert!(report.contains("the message cannot be read"), "{report}");
}
