//! The submission port (RFC 6409): who may send, to whom, and what a message gets there.

use std::{
    io::Read,
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use crate::common::{connect, handshake, inbox, listen, play, server};
use mail_examples::{
    listen::{Driver, Listeners, Security},
    login::PlaintextAuth,
    smtp,
    store::{Queued, Store},
};

/// AUTH as alice.
const ALICE: &str = "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: 235 2.7.0 …";

struct Served {
    listeners: Listeners,
    address: SocketAddr,
    store: Arc<Store>,
}

fn start(drive: Driver, relays: bool) -> Served {
    let mut server = server(Store::in_memory().unwrap());
    server.relays = relays;
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, drive, Security::StartTls);
    Served { listeners, address, store }
}

/// A connection that has said EHLO.
fn greeted(address: SocketAddr) -> TcpStream {
    let mut socket = connect(address);
    play(&mut socket, "S: 220 …\nC: EHLO client.example.com");
    while crate::common::read_line(&mut socket).starts_with("250-") {}
    socket
}

fn next(store: &Store) -> Option<(Queued, String)> {
    let queued = store.next_due(Duration::ZERO).unwrap()?;
    let mut text = String::new();
    store.queued_body(&queued).unwrap().read_to_string(&mut text).unwrap();
    Some((queued, text))
}

/// RFC 6409 §4.3, RFC 4954 §6.
#[test]
fn only_who_has_logged_in_may_send() {
    let Served { listeners, address, store } = start(smtp::drive_submission, true);
    let mut socket = greeted(address);
    play(
        &mut socket,
        "C: MAIL FROM:<alice@localhost>
         S: 530 5.7.0 Authentication required
         C: RCPT TO:<bob@localhost>
         S: 503 …
         C: VRFY bob
         S: 250 …",
    );
    play(&mut socket, ALICE);
    play(
        &mut socket,
        "C: MAIL FROM:<alice@localhost>
         S: 250 2.1.0 OK
         C: RCPT TO:<bob@localhost>
         S: 250 2.1.5 OK
         C: DATA
         S: 354 …
         C: Subject: Hello
         C:
         C: Hi
         C: .
         S: 250 2.0.0 OK, queued as 1",
    );
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    let [return_path, from, by, date, subject, added_date, added_id, rest @ ..] =
        &message.split("\r\n").collect::<Vec<_>>()[..]
    else {
        panic!("{message}")
    };
    assert_eq!(*return_path, "Return-Path: <alice@localhost>");
    assert_eq!(*from, "Received: from client.example.com ([127.0.0.1])");
    assert_eq!(*by, "\tby mx.example.org with ESMTPA id 1;");
    // RFC 6409 §8.
    assert!(added_date.starts_with("Date: ") && date.starts_with('\t'), "{message}");
    assert_eq!(*subject, "Subject: Hello");
    let id = added_id.strip_prefix("Message-ID: <").unwrap();
    assert!(id.ends_with("@mx.example.org>"), "{message}");
    assert_eq!(rest, ["", "Hi", ""]);
    assert_eq!(store.queue_len().unwrap(), 0);
    listeners.stop();
}

/// RFC 8314 §3, RFC 3848.
#[test]
fn a_password_wants_tls() {
    let mut server = server(Store::in_memory().unwrap());
    server.plaintext_auth = PlaintextAuth::Never;
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, smtp::drive_submission, Security::StartTls);
    let mut socket = greeted(address);
    play(
        &mut socket,
        "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
         S: 538 5.7.11 …
         C: MAIL FROM:<alice@localhost>
         S: 530 5.7.0 …
         C: STARTTLS
         S: 220 …",
    );
    let mut stream = handshake(socket);
    play(&mut stream, "C: EHLO client.example.com");
    while crate::common::read_line(&mut stream).starts_with("250-") {}
    play(&mut stream, ALICE);
    play(
        &mut stream,
        "C: MAIL FROM:<alice@localhost>\nS: 250 …\nC: RCPT TO:<bob@localhost>\nS: 250 …\n\
         C: DATA\nS: 354 …\nC: Date: now\nC: Message-ID: <a@b>\nC:\nC: .\nS: 250 …",
    );
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    assert!(message.contains(" with ESMTPSA id "), "{message}");
    assert!(message.ends_with("\r\nDate: now\r\nMessage-ID: <a@b>\r\n\r\n"), "{message}");
    listeners.stop();
}

/// RFC 6409 §6.1.
#[test]
fn mail_is_sent_from_ones_own_address() {
    let Served { listeners, address, .. } = start(smtp::drive_submission, true);
    let mut socket = greeted(address);
    play(&mut socket, ALICE);
    for (from, answer) in [
        ("<bob@localhost>", "550 5.7.1 Mail is sent from one's own address here"),
        ("<alice@far.invalid>", "550 5.7.1 …"),
        ("<nobody@localhost>", "550 5.7.1 …"),
        ("<alice@localhost>", "250 …"),
        ("<Alice+lists@mx.example.org>", "250 …"),
        ("<\"alice\"@[127.0.0.1]>", "250 …"),
        // Its reports (RFC 5321 §4.5.5).
        ("<>", "250 …"),
    ] {
        play(&mut socket, &format!("C: MAIL FROM:{from}\nS: {answer}\nC: RSET\nS: 250 …"));
    }
    listeners.stop();
}

#[test]
fn mail_for_others_goes_into_the_queue() {
    let Served { listeners, address, store } = start(smtp::drive_submission, true);
    let mut socket = greeted(address);
    play(&mut socket, ALICE);
    play(
        &mut socket,
        "C: MAIL FROM:<alice@localhost> SIZE=100 BODY=8BITMIME AUTH=<>
         S: 250 …
         C: RCPT TO:<carol@far.invalid>
         S: 250 2.1.5 OK
         C: RCPT TO:<nobody@localhost>
         S: 550 5.1.1 …
         C: RCPT TO:<bob@localhost>
         S: 250 2.1.5 OK
         C: RCPT TO:<\"d d\"@far.invalid>
         S: 250 2.1.5 OK
         C: DATA
         S: 354 …
         C: Date: now
         C: Message-ID: <a@b>
         C:
         C: é
         C: .
         S: 250 2.0.0 OK, queued as 1",
    );
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    let (queued, text) = next(&store).unwrap();
    assert_eq!(queued.mail, "MAIL FROM:<alice@localhost> BODY=8BITMIME");
    let rcpts = queued.recipients.iter().map(|recipient| recipient.rcpt.as_str());
    assert_eq!(
        rcpts.collect::<Vec<_>>(),
        ["RCPT TO:<carol@far.invalid>", "RCPT TO:<\"d d\"@far.invalid>"]
    );
    // The octets are the same, but for what the last server puts there.
    assert_eq!(*message, format!("Return-Path: <alice@localhost>\r\n{text}"));
    assert!(text.starts_with("Received: from client.example.com"), "{text}");
    assert!(next(&store).is_none());
    listeners.stop();
}

#[test]
fn without_somebody_to_send_it_on_mail_for_others_is_refused() {
    for drive in [smtp::drive_submission, smtp::drive] {
        let Served { listeners, address, .. } = start(drive, false);
        let mut socket = greeted(address);
        play(&mut socket, ALICE);
        play(
            &mut socket,
            "C: MAIL FROM:<alice@localhost>\nS: 250 …\nC: RCPT TO:<carol@far.invalid>\n\
             S: 550 5.7.1 Relaying denied",
        );
        listeners.stop();
    }
}

/// Where everybody may send mail to the users, only who has logged in may to others.
#[test]
fn strangers_send_to_the_users_alone() {
    let Served { listeners, address, store } = start(smtp::drive, true);
    let mut socket = greeted(address);
    let to_both = |from: &str, answer: &str| {
        format!(
            "C: MAIL FROM:{from}\nS: 250 …\nC: RCPT TO:<bob@localhost>\nS: 250 …\n\
             C: RCPT TO:<carol@far.invalid>\nS: {answer}\nC: RSET\nS: 250 …"
        )
    };
    for from in ["<alice@localhost>", "<>", "<eve@far.invalid>"] {
        play(&mut socket, &to_both(from, "550 5.7.1 …"));
    }
    play(&mut socket, ALICE);
    // It may be a server that has the mail from others.
    for from in ["<alice@localhost>", "<>", "<eve@far.invalid>"] {
        play(&mut socket, &to_both(from, "250 …"));
    }
    assert_eq!(store.queue_len().unwrap(), 0);
    listeners.stop();
}

/// RFC 3461 §5.2.3: a report goes to whomever the client names as the sender, and is offered to
/// those alone of whom it is known that they are that.
#[test]
fn strangers_ask_for_no_reports() {
    let hello = |socket: &mut TcpStream, line: &str| {
        play(socket, &format!("S: 220 …\nC: {line} client.example.com"));
        let mut offered = String::new();
        while !offered.contains("\n250 ") {
            offered += &format!("\n{}", crate::common::read_line(socket));
        }
        offered.contains("\n250-DSN\n")
    };
    for (drive, line) in [(smtp::drive as Driver, "EHLO"), (smtp::drive_lmtp, "LHLO")] {
        let Served { listeners, address, store } = start(drive, true);
        let mut socket = connect(address);
        assert!(!hello(&mut socket, line), "{line}");
        play(
            &mut socket,
            "C: MAIL FROM:<victim@far.invalid> RET=FULL
             S: 555 5.5.4 …
             C: MAIL FROM:<victim@far.invalid>
             S: 250 …
             C: RCPT TO:<bob@localhost> NOTIFY=SUCCESS,DELAY
             S: 555 5.5.4 …
             C: RCPT TO:<bob@localhost>
             S: 250 …
             C: DATA
             S: 354 …
             C: Subject: hi
             C:
             C: .
             S: 250 …",
        );
        assert_eq!((store.queue_len().unwrap(), inbox(&store, "bob").len()), (0, 1));
        listeners.stop();
    }
    let Served { listeners, address, .. } = start(smtp::drive_submission, true);
    assert!(hello(&mut connect(address), "EHLO"));
    listeners.stop();
}

/// RFC 5321 §6.3.
#[test]
fn a_message_that_goes_in_circles_is_refused() {
    let Served { listeners, address, store } = start(smtp::drive, false);
    let mut socket = greeted(address);
    for (hops, answer) in
        [(100, "250 …"), (101, "554 5.4.6 The message has passed too many servers")]
    {
        let header = "C: Received: from a by b\n".repeat(hops);
        play(
            &mut socket,
            &format!(
                "C: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<bob@localhost>\nS: 250 …\nC: DATA\n\
                 S: 354 …\n{header}C:\nC: .\nS: {answer}"
            ),
        );
    }
    assert_eq!(inbox(&store, "bob").len(), 1);
    listeners.stop();
}
