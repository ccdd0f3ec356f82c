//! What the relay says to a server, word for word. `C:` is what the server sends, and `S:`
//! what it expects, for it is the one that plays.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use mail_examples::{relay::Relay, smtp_client::Security, store::Store};
use smtp_proto::client::Protocol;

use crate::{
    common::{inbox, play, server},
    relay::{enqueue, enqueue_as, enqueue_with, first, is_empty, settings, wait_until},
};

/// A server that plays a transcript on each connection that comes.
fn playing(connections: &[&str]) -> (SocketAddr, JoinHandle<()>) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let connections: Vec<String> = connections.iter().map(|&one| one.to_owned()).collect();
    let playing = thread::spawn(move || {
        for transcript in connections {
            let (mut socket, _) = port.accept().unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            play(&mut socket, &transcript);
        }
    });
    (address, playing)
}

/// Sends all that is in the queue of a server over one connection at a time.
fn run(
    connections: &[&str],
    protocol: Protocol,
    enqueue: impl FnOnce(&mail_examples::server::Server),
) -> Arc<mail_examples::server::Server> {
    let first = first();
    enqueue(&first);
    let (address, playing) = playing(connections);
    let mut settings = settings(address);
    settings.connections = 1;
    settings.account.protocol = protocol;
    settings.account.security = Security::Opportunistic;
    let relay = Relay::start(Arc::clone(&first), settings).unwrap();
    wait_until(|| is_empty(&first));
    relay.stop();
    playing.join().unwrap();
    first
}

const OPENED: &str =
    "C: 220 next.invalid ESMTP\nS: EHLO first.invalid\nC: 250-next.invalid\nC: 250 PIPELINING\n";
const SENT: &str = "S: DATA\nC: 354 Go on\nS: hi\nS: .\nC: 250 Taken\n";

/// RFC 5321 §3.3: one connection, one transaction for all recipients, and QUIT in the end.
#[test]
fn messages_share_a_connection_and_recipients_a_transaction() {
    let transcript = format!(
        "{OPENED}
         S: MAIL FROM:<alice@first.invalid>
         S: RCPT TO:<a@x.invalid>
         S: RCPT TO:<b@x.invalid>
         S: DATA
         C: 250 OK
         C: 550 Nobody
         C: 250 OK
         C: 354 Go on
         S: hi
         S: .
         C: 250 Taken
         S: MAIL FROM:<>
         S: RCPT TO:<c@x.invalid>
         C: 250 OK
         C: 250 OK
         {SENT}
         S: QUIT
         C: 221 Bye"
    );
    run(&[&transcript], Protocol::Smtp, |first| {
        enqueue(first, "hi\r\n", &["a@x.invalid", "b@x.invalid"]);
        enqueue_as(first, "MAIL FROM:<>", "hi\r\n", &["c@x.invalid"]);
    });
}

/// RFC 9422 §4.
#[test]
fn limits_are_kept() {
    let offers = OPENED.replace("250 PIPELINING", "250 LIMITS MAILMAX=2 RCPTMAX=1");
    let mail = "S: MAIL FROM:<alice@first.invalid>\nC: 250 OK\n";
    let to = |name: &str| format!("S: RCPT TO:<{name}@x.invalid>\nC: 250 OK\n");
    let first =
        format!("{offers}{mail}{}{SENT}{mail}{}{SENT}S: QUIT\nC: 221 Bye\n", to("a"), to("b"));
    let second = format!("{offers}{mail}{}{SENT}S: QUIT\nC: 221 Bye\n", to("c"));
    run(&[&first, &second], Protocol::Smtp, |first| {
        enqueue(first, "hi\r\n", &["a@x.invalid", "b@x.invalid", "c@x.invalid"]);
    });
}

/// RFC 5321 §4.5.3.1.10.
#[test]
fn who_is_too_many_has_a_turn_at_once() {
    let mail = "S: MAIL FROM:<alice@first.invalid>\n";
    let transcript = format!(
        "{OPENED}{mail}
         S: RCPT TO:<a@x.invalid>
         S: RCPT TO:<b@x.invalid>
         S: DATA
         C: 250 OK
         C: 250 OK
         C: 452 4.5.3 Too many recipients
         C: 354 Go on
         S: hi
         S: .
         C: 250 Taken
         {mail}
         S: RCPT TO:<b@x.invalid>
         S: DATA
         C: 250 OK
         C: 250 OK
         C: 354 Go on
         S: hi
         S: .
         C: 250 Taken
         S: QUIT
         C: 221 Bye"
    );
    run(&[&transcript], Protocol::Smtp, |first| {
        enqueue(first, "hi\r\n", &["a@x.invalid", "b@x.invalid"]);
    });
}

/// RFC 5321 §4.5.5, RFC 3461 §6.1: a report to somebody elsewhere goes through the queue, from
/// nobody; and when it fails in its turn, nobody is told.
#[test]
fn of_a_report_there_is_no_report() {
    let mut first = server(Store::in_memory().unwrap());
    first.relays = true;
    let first = Arc::new(first);
    enqueue_as(&first, "MAIL FROM:<carol@first.invalid>", "hi\r\n", &["a@x.invalid"]);
    let (address, playing) = playing(&["C: 220 next.invalid
         S: EHLO first.invalid
         C: 250 next.invalid
         S: MAIL FROM:<carol@first.invalid>
         C: 250 OK
         S: RCPT TO:<a@x.invalid>
         C: 550 Nobody
         S: RSET
         C: 250 OK
         S: MAIL FROM:<>
         C: 250 OK
         S: RCPT TO:<carol@first.invalid>
         C: 550 Nobody
         S: RSET
         C: 250 OK
         S: QUIT
         C: 221 Bye"]);
    let mut settings = settings(address);
    settings.connections = 1;
    let relay = Relay::start(Arc::clone(&first), settings).unwrap();
    playing.join().unwrap();
    relay.stop();
    assert!(is_empty(&first));
    for user in ["alice", "bob"] {
        assert!(inbox(&first.store, user).is_empty());
    }
}

/// RFC 5321 §3.2, §4.2.4.
#[test]
fn old_servers_are_told_helo() {
    let transcript = format!(
        "C: 220 old.invalid
         S: EHLO first.invalid
         C: 500 What?
         S: HELO first.invalid
         C: 250 old.invalid
         S: MAIL FROM:<alice@first.invalid>
         C: 250 OK
         S: RCPT TO:<a@x.invalid>
         C: 250 OK
         {SENT}
         S: QUIT
         C: 221 Bye"
    );
    run(&[&transcript], Protocol::Smtp, |first| {
        // Which does not take 8BITMIME, and need not for this.
        let mail = "MAIL FROM:<alice@first.invalid> BODY=8BITMIME RET=HDRS";
        enqueue_with(first, mail, "hi\r\n", &["a@x.invalid"], " NOTIFY=FAILURE");
    });
}

/// RFC 7435 §3.
#[test]
fn without_tls_mail_goes_all_the_same() {
    let transcript = format!(
        "C: 220 next.invalid ESMTP
         S: EHLO first.invalid
         C: 250-next.invalid
         C: 250 STARTTLS
         S: STARTTLS
         C: 454 4.7.0 Not now
         S: MAIL FROM:<alice@first.invalid>
         C: 250 OK
         S: RCPT TO:<a@x.invalid>
         C: 250 OK
         {SENT}
         S: QUIT
         C: 221 Bye"
    );
    run(&[&transcript], Protocol::Smtp, |first| enqueue(first, "hi\r\n", &["a@x.invalid"]));
}

/// RFC 5321 §3.8, §4.5.4.1.
#[test]
fn what_was_not_taken_is_tried_on_another_connection() {
    let mail = "S: MAIL FROM:<alice@first.invalid>\nS: RCPT TO:<a@x.invalid>\nS: DATA\n";
    let yes = format!(
        "{OPENED}{mail}C: 250 OK\nC: 250 OK\nC: 354 Go on\nS: hi\nS: .\nC: 250 Taken\nS: QUIT\n\
         C: 221 Bye"
    );
    for refusal in [
        format!("{OPENED}{mail}C: 421 I go"),
        format!("{OPENED}{mail}C: 250 OK\nC: 451 Later\nC: 503 Nobody\nS: RSET\nC: 421 I go"),
        format!(
            "{OPENED}{mail}C: 250 OK\nC: 250 OK\nC: 354 Go on\nS: hi\nS: .\nC: 451 Disk full\n\
                 S: QUIT\nC: 221 Bye"
        ),
        format!("{OPENED}{mail}C: 250 OK\nC: 250 OK\nC: 354 Go on\nS: hi\nS: ."),
        format!("{OPENED}{mail}C: 2500 What?"),
        "C: 421 Too many connections".into(),
        "C: 554 No".into(),
        "C: SSH-2.0-x".into(),
    ] {
        // Where the connection is kept, it goes on.
        let second = match refusal.contains("Disk full") {
            true => {
                let refusal = refusal.replace("S: QUIT\nC: 221 Bye", "");
                vec![format!("{refusal}{}", yes.strip_prefix(OPENED).unwrap())]
            }
            false => vec![refusal, yes.clone()],
        };
        let connections: Vec<&str> = second.iter().map(String::as_str).collect();
        run(&connections, Protocol::Smtp, |first| enqueue(first, "hi\r\n", &["a@x.invalid"]));
    }
}

/// RFC 2033 §4.2.
#[test]
fn lmtp_has_an_answer_for_each() {
    let transcript = "C: 220 next.invalid LMTP
         S: LHLO first.invalid
         C: 250-next.invalid
         C: 250-PIPELINING
         C: 250 CHUNKING
         S: MAIL FROM:<alice@first.invalid>
         S: RCPT TO:<a@x.invalid>
         S: RCPT TO:<b@x.invalid>
         C: 250 OK
         C: 250 OK
         C: 250 OK
         S: BDAT 4 LAST
         S: hi
         C: 250 Taken
         C: 452 4.2.2 Full
         S: MAIL FROM:<alice@first.invalid>
         S: RCPT TO:<b@x.invalid>
         C: 250 OK
         C: 250 OK
         S: BDAT 4 LAST
         S: hi
         C: 250 Taken
         S: QUIT
         C: 221 Bye";
    run(&[transcript], Protocol::Lmtp, |first| {
        enqueue(first, "hi\r\n", &["a@x.invalid", "b@x.invalid"]);
    });
}

/// RFC 2033 §4.2: of whom the server said nothing before it went, it is told again; of the other
/// it has said that he has it.
#[test]
fn lmtp_with_fewer_answers_than_recipients() {
    let opened = "C: 220 next.invalid LMTP\nS: LHLO first.invalid\nC: 250-next.invalid\n\
        C: 250 PIPELINING\nS: MAIL FROM:<alice@first.invalid>\n";
    let first = format!(
        "{opened}
         S: RCPT TO:<a@x.invalid>
         S: RCPT TO:<b@x.invalid>
         S: DATA
         C: 250 OK
         C: 250 OK
         C: 250 OK
         C: 354 Go on
         S: hi
         S: .
         C: 250 Taken"
    );
    let second = format!(
        "{opened}
         S: RCPT TO:<b@x.invalid>
         S: DATA
         C: 250 OK
         C: 250 OK
         C: 354 Go on
         S: hi
         S: .
         C: 250 Taken
         S: QUIT
         C: 221 Bye"
    );
    run(&[&first, &second], Protocol::Lmtp, |first| {
        enqueue(first, "hi\r\n", &["a@x.invalid", "b@x.invalid"]);
    });
}

/// RFC 6152 §3, RFC 6531 §3.4, RFC 1870 §6.1: nothing of it is said where it cannot go.
#[test]
fn what_the_server_does_not_take_is_not_tried() {
    let offers = OPENED.replace("250 PIPELINING", "250 SIZE 10");
    for (mail, to, text, status) in [
        ("MAIL FROM:<alice@localhost> BODY=8BITMIME", "a@x.invalid", "é\r\n", "5.6.3"),
        ("MAIL FROM:<alice@localhost> SMTPUTF8", "é@x.invalid", "hi\r\n", "5.6.7"),
        ("MAIL FROM:<alice@localhost>", "a@x.invalid", "0123456789\r\n", "5.3.4"),
    ] {
        let transcript = format!("{offers}S: QUIT\nC: 221 Bye");
        let first = run(&[&transcript], Protocol::Smtp, |first| {
            enqueue_as(first, mail, text, &[to]);
        });
        let [report] = &inbox(&first.store, "alice")[..] else { panic!("{mail}") };
        assert!(report.contains(&format!("\r\nStatus: {status}\r\n")), "{mail}: {report}");
        assert!(!report.contains("Remote-MTA"), "{report}");
    }
}

/// What was answered is noted before anything else is sent: the process may die then.
#[test]
fn each_transaction_is_noted_before_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let first = Arc::new(server(Store::open(directory.path()).unwrap()));
    enqueue(&first, "hi\r\n", &["a@x.invalid", "b@x.invalid"]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let relay = Relay::start(Arc::clone(&first), settings(port.local_addr().unwrap())).unwrap();
    let (mut socket, _) = port.accept().unwrap();
    let offers = OPENED.replace("250 PIPELINING", "250 LIMITS RCPTMAX=1");
    let mail = "S: MAIL FROM:<alice@first.invalid>\nC: 250 OK\n";
    play(&mut socket, &format!("{offers}{mail}S: RCPT TO:<a@x.invalid>\nC: 250 OK\n{SENT}{mail}"));
    // It has begun with the other.
    let index = rusqlite::Connection::open(directory.path().join("index.sqlite")).unwrap();
    let left: Vec<String> = index
        .prepare("SELECT rcpt FROM queued_recipient")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(left, ["RCPT TO:<b@x.invalid>"]);
    play(&mut socket, &format!("S: RCPT TO:<b@x.invalid>\nC: 250 OK\n{SENT}"));
    wait_until(|| is_empty(&first));
    relay.stop();
}
