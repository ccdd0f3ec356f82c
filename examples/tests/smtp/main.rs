//! The SMTP driver over real sockets, with the store behind it.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod lmtp;
mod on_the_wire;
mod proxy;
mod relay;
mod reports;
mod sending;
mod sink;
mod submission;

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, SocketAddr},
    sync::Arc,
    thread,
    time::Duration,
};

use common::{connect, handshake, inbox, listen, play, read_line, server};
use mail_examples::{
    listen::{Listeners, Security},
    login::PlaintextAuth,
    smtp,
    store::Store,
};

fn start() -> (Listeners, SocketAddr, Arc<Store>) {
    let server = server(Store::in_memory().unwrap());
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, smtp::drive, Security::StartTls);
    (listeners, address, store)
}

#[test]
fn a_message_arrives_with_its_trace() {
    let (listeners, address, store) = start();
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: 220 mx.example.org ESMTP
         C: EHLO client.example.com
         S: 250-mx.example.org
         S: 250-PIPELINING
         S: 250-SIZE 10000
         S: 250-8BITMIME
         S: 250-SMTPUTF8
         S: 250-ENHANCEDSTATUSCODES
         S: 250-STARTTLS
         S: 250-CHUNKING
         S: 250-VRFY
         S: 250-HELP
         S: 250 AUTH PLAIN LOGIN
         C: MAIL FROM:<carol@example.com>
         S: 250 2.1.0 OK
         C: RCPT TO:<bob@localhost>
         S: 250 2.1.5 OK
         C: RCPT TO:<bob+list@MX.example.org>
         S: 250 2.1.5 OK
         C: DATA
         S: 354 End data with <CRLF>.<CRLF>
         C: Subject: Hello
         C:
         C: ..dot
         C: .
         S: 250 2.0.0 OK, queued as 1
         C: QUIT
         S: 221 2.0.0 Bye
         S: ",
    );
    // RFC 5321 §4.4; both recipients are bob, who gets it once.
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    let rest = message
        .strip_prefix(
            "Return-Path: <carol@example.com>\r\n\
             Received: from client.example.com ([127.0.0.1])\r\n\
             \tby mx.example.org with ESMTP id 1;\r\n\t",
        )
        .unwrap();
    let (date, rest) = rest.split_once("\r\n").unwrap();
    assert!(date.ends_with(" +0000") && date.contains(", "), "{date}");
    assert_eq!(rest, "Subject: Hello\r\n\r\n.dot\r\n");
    assert!(inbox(&store, "alice").is_empty());
    listeners.stop();
}

#[test]
fn a_pipelined_transaction_in_whatever_pieces() {
    let (listeners, address, store) = start();
    let said =
        b"EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<nobody@localhost>\r\nRCPT TO:<alice@localhost>\r\n\
        DATA\r\nhi\r\n.\r\nQUIT\r\n";
    for size in [1, 7, said.len()] {
        let mut socket = connect(address);
        for piece in said.chunks(size) {
            socket.write_all(piece).unwrap();
        }
        let mut answers = String::new();
        socket.read_to_string(&mut answers).unwrap();
        let codes: Vec<&str> = answers
            .lines()
            .filter(|line| !line.starts_with("250-"))
            .map(|line| &line[..3])
            .collect();
        assert_eq!(codes, ["220", "250", "250", "550", "250", "354", "250", "221"], "{answers}");
    }
    let messages = inbox(&store, "alice");
    assert_eq!(messages.len(), 3);
    for message in messages {
        assert!(message.starts_with("Return-Path: <>\r\n"), "{message}");
        assert!(message.ends_with("\r\nhi\r\n"), "{message}");
    }
    listeners.stop();
}

#[test]
fn who_gets_mail_here() {
    let (listeners, address, store) = start();
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: 220 …
         C: HELO client.example.com
         S: 250 mx.example.org
         C: VRFY bob
         S: 250 2.1.5 <bob@mx.example.org>
         C: VRFY <Alice@localhost>
         S: 250 2.1.5 <Alice@localhost>
         C: VRFY nobody
         S: 550 5.1.1 No such user here
         C: VRFY a b@c
         S: 550 5.1.1 No such user here
         C: MAIL FROM:<carol@example.com>
         S: 250 2.1.0 OK
         C: RCPT TO:<Postmaster>
         S: 250 2.1.5 OK
         C: RCPT TO:<\"bob\"@[127.0.0.1]>
         S: 250 2.1.5 OK
         C: RCPT TO:<dave@localhost>
         S: 550 5.1.1 No such user here
         C: RCPT TO:<alice@gmail.com>
         S: 550 5.7.1 Relaying denied
         C: DATA
         S: 354 …
         C: .
         S: 250 2.0.0 OK, queued as 1
         C: QUIT
         S: 221 2.0.0 Bye",
    );
    for user in ["alice", "bob"] {
        let [message] = &inbox(&store, user)[..] else { panic!() };
        assert!(message.contains("with SMTP id 1;"), "{message}");
    }
    listeners.stop();
}

#[test]
fn logging_in() {
    let (listeners, address, _) = start();
    let plain = "AGFsaWNlAHNlY3JldA==";
    let transcripts = [
        format!("C: AUTH PLAIN {plain}\nS: 235 2.7.0 …\nC: AUTH PLAIN {plain}\nS: 503 5.5.1 …"),
        format!("C: AUTH PLAIN\nS: 334 \nC: {plain}\nS: 235 2.7.0 …"),
        // Username: alice, Password: secret.
        "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YWxpY2U=\nS: 334 UGFzc3dvcmQ6\n\
         C: c2VjcmV0\nS: 235 2.7.0 …"
            .into(),
        "C: AUTH LOGIN YWxpY2U=\nS: 334 UGFzc3dvcmQ6\nC: c2VjcmV0\nS: 235 2.7.0 …".into(),
        // bad password; not of the mechanism; given up; unknown; then it works.
        format!(
            "C: AUTH PLAIN AGFsaWNlAGJhZA==\nS: 535 5.7.8 …\nC: AUTH PLAIN =\nS: 535 5.7.8 …\n\
             C: AUTH LOGIN\nS: 334 …\nC: *\nS: 501 …\nC: AUTH CRAM-MD5\nS: 504 …\n\
             C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 …\nC: AUTH PLAIN {plain}\nS: 235 …"
        ),
    ];
    for transcript in transcripts {
        let mut socket = connect(address);
        play(&mut socket, "S: 220 …\nC: EHLO c");
        (0..11).for_each(|_| play(&mut socket, "S: 250…"));
        play(&mut socket, &transcript);
        play(&mut socket, "C: QUIT\nS: 221 …");
    }
    listeners.stop();
}

#[test]
fn passwords_in_clear_text_only_where_allowed() {
    let mut server = server(Store::in_memory().unwrap());
    server.plaintext_auth = PlaintextAuth::Never;
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, smtp::drive, Security::StartTls);
    let mut socket = connect(address);
    play(&mut socket, "S: 220 …\nC: EHLO clear.example.com");
    (0..9).for_each(|_| play(&mut socket, "S: 250-…"));
    play(
        &mut socket,
        "S: 250 HELP
         C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
         S: 538 5.7.11 …
         C: MAIL FROM:<carol@example.com>
         S: 250 2.1.0 OK
         C: STARTTLS
         S: 220 2.0.0 Ready to start TLS",
    );
    let mut stream = handshake(socket);
    // Nothing of before counts (RFC 3207 §4.2).
    play(
        &mut stream,
        "C: MAIL FROM:<carol@example.com>
         S: 503 …
         C: EHLO tls.example.com",
    );
    (0..8).for_each(|_| play(&mut stream, "S: 250-…"));
    play(
        &mut stream,
        "S: 250-HELP
         S: 250 AUTH PLAIN LOGIN
         C: STARTTLS
         S: 503 5.5.1 …
         C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
         S: 235 2.7.0 …
         C: MAIL FROM:<alice@localhost> BODY=8BITMIME SMTPUTF8
         S: 250 2.1.0 OK
         C: RCPT TO:<bob@localhost>
         S: 250 2.1.5 OK
         C: DATA
         S: 354 …
         C: é
         C: .
         S: 250 2.0.0 …
         C: QUIT
         S: 221 …",
    );
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "close_notify came");
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    assert!(message.contains("from tls.example.com ("), "{message}");
    assert!(message.contains(" with UTF8SMTPSA id "), "{message}");
    listeners.stop();
}

#[test]
fn nothing_behind_starttls_is_carried_out() {
    let (listeners, address, store) = start();
    let mut socket = connect(address);
    socket
        .write_all(
            b"EHLO c\r\nSTARTTLS\r\nMAIL FROM:<>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\nx\r\n.\r\n",
        )
        .unwrap();
    let mut answers = String::new();
    socket.read_to_string(&mut answers).unwrap();
    assert!(answers.ends_with("\r\n554 5.5.1 Nothing may be sent after STARTTLS\r\n"), "{answers}");
    assert!(inbox(&store, "bob").is_empty());
    listeners.stop();
}

#[test]
fn tls_from_the_start() {
    let server = server(Store::in_memory().unwrap());
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, smtp::drive, Security::ImplicitTls);
    let mut stream = handshake(connect(address));
    let body = format!("C: {}\n", "x".repeat(70)).repeat(100);
    play(
        &mut stream,
        &format!(
            "S: 220 …\nC: HELO c\nS: 250 …\nC: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<bob@localhost>\n\
             S: 250 …\nC: DATA\nS: 354 …\n{body}C: .\nS: 250 2.0.0 OK, queued as 1\nC: QUIT\n\
             S: 221 …"
        ),
    );
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    // There is no other name for HELO, under TLS or not (RFC 3848 §2).
    assert!(message.contains(" with SMTP id 1;"), "{message}");
    assert!(message.ends_with(&format!("{}\r\n", "x".repeat(70)).repeat(100)), "{message}");
    listeners.stop();
}

/// RFC 5321 §4.1.1, and what programs that send genuine mail get wrong; never a bare LF; a browser
/// is not talked to (RFC 9112 §3).
#[test]
fn genuine_mail_is_taken() {
    let (listeners, address, store) = start();
    let mut socket = connect(address);
    play(&mut socket, "S: 220 …\nC: EHLO mac.local. \nS: 250-mx.example.org");
    while read_line(&mut socket).starts_with("250-") {}
    play(
        &mut socket,
        "C: MAIL FROM: <da.me..@x.example>
         S: 250 2.1.0 OK
         C: RCPT TO: <bob@localhost>
         S: 250 2.1.5 OK
         C: VRFY \"\u{1}\"
         S: 501 …
         C: DATA\t
         S: 354 …
         C: Subject: hi
         C:
         C: .
         S: 250 …",
    );
    socket.write_all(b"NOOP\n").unwrap();
    play(&mut socket, "S: 500 …\nC: GET / HTTP/1.1\nS: 421 4.7.0 …");
    assert_eq!(read_line(&mut socket), "");
    let [message] = &inbox(&store, "bob")[..] else { panic!() };
    assert!(message.starts_with("Return-Path: <da.me..@x.example>\r\n"), "{message}");
    listeners.stop();
}

#[test]
fn what_is_too_big_is_refused_in_sync() {
    let (listeners, address, store) = start();
    let mut socket = connect(address);
    let body = format!("C: {}\n", "x".repeat(98)).repeat(101);
    play(&mut socket, "S: 220 …\nC: HELO c\nS: 250 …\nC: EHLO c");
    (0..11).for_each(|_| play(&mut socket, "S: 250…"));
    play(
        &mut socket,
        &format!(
            "C: MAIL FROM:<> SIZE=10001\nS: 552 5.3.4 …\nC: MAIL FROM:<>\nS: 250 …\n\
             C: RCPT TO:<bob@localhost>\nS: 250 …\nC: DATA\nS: 354 …\n{body}C: .\nS: 552 5.3.4 …\n\
             C: MAIL FROM:<> SIZE=10000\nS: 250 …\nC: RSET\nS: 250 …\nC: DATA\nS: 503 …"
        ),
    );
    assert!(inbox(&store, "bob").is_empty());
    listeners.stop();
}

#[test]
fn a_connection_that_breaks_off_delivers_nothing() {
    let (listeners, address, store) = start();
    let whole = b"HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\nhi\r\n.\r\n";
    for end in 1..whole.len() {
        let mut socket = connect(address);
        socket.write_all(&whole[..end]).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        socket.read_to_end(&mut Vec::new()).unwrap();
    }
    assert!(inbox(&store, "bob").is_empty());
    let mut socket = connect(address);
    socket.write_all(whole).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    socket.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(inbox(&store, "bob").len(), 1);
    listeners.stop();
}

#[test]
fn what_cannot_be_stored_is_to_be_tried_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut server = server(Store::open(directory.path()).unwrap());
    server.max_message_size = 100_000;
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, smtp::drive, Security::StartTls);
    let mut socket = connect(address);
    let envelope =
        "C: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<bob@localhost>\nS: 250 …\nC: DATA\nS: 354 …";
    let large = format!("C: {}\n", "x".repeat(78)).repeat(500);
    play(&mut socket, "S: 220 …\nC: HELO c\nS: 250 …");

    let messages = directory.path().join("messages");
    fs::remove_dir(&messages).unwrap();
    play(&mut socket, envelope);
    play(&mut socket, &format!("{large}C: .\nS: 451 4.3.0 Local error, try again later"));
    assert!(inbox(&store, "bob").is_empty());

    fs::create_dir(&messages).unwrap();
    play(&mut socket, envelope);
    play(&mut socket, &format!("{large}C: .\nS: 250 …"));
    assert_eq!(inbox(&store, "bob").len(), 1);
    listeners.stop();
}

#[test]
fn the_server_says_goodbye_when_it_stops() {
    let (listeners, address, store) = start();
    let (mut idle, mut busy) = (connect(address), connect(address));
    play(&mut idle, "S: 220 …");
    play(
        &mut busy,
        "S: 220 …\nC: HELO c\nS: 250 …\nC: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<bob@localhost>\n\
         S: 250 …\nC: DATA\nS: 354 …\nC: half a message",
    );
    let stopping = thread::spawn(move || listeners.stop());
    play(&mut idle, "S: 421 4.3.2 The server is shutting down\nS: ");
    play(&mut busy, "S: 421 4.3.2 The server is shutting down\nS: ");
    drop((idle, busy));
    stopping.join().unwrap();
    assert!(inbox(&store, "bob").is_empty());
}

#[test]
fn many_commands_at_once_are_all_answered() {
    let (listeners, address, _) = start();
    let mut socket = connect(address);
    socket.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut writing = socket.try_clone().unwrap();
    let said = thread::spawn(move || {
        writing.write_all("EHLO client.example.com\r\n".repeat(20_000).as_bytes()).unwrap();
        writing.write_all(b"QUIT\r\n").unwrap();
    });
    let mut answers = String::new();
    socket.read_to_string(&mut answers).unwrap();
    said.join().unwrap();
    assert_eq!(answers.matches("250-PIPELINING").count(), 20_000);
    assert!(answers.ends_with("221 2.0.0 Bye\r\n"));
    listeners.stop();
}

#[test]
fn a_client_may_go_by_the_name_of_a_file() {
    let (listeners, address, _) = start();
    play(
        &mut connect(address),
        "S: 220 …\nC: HELO my_mail.eml\nS: 250 mx.example.org\nC: QUIT\nS: 221 2.0.0 Bye",
    );
    listeners.stop();
}

/// RFC 3030 §2. What comes so may hold what DATA may not, and is held to the same.
#[test]
fn chunks_are_held_to_what_data_is() {
    let (listeners, address, store) = start();
    let mut socket = connect(address);
    play(&mut socket, "S: 220 …\nC: EHLO c");
    (0..11).for_each(|_| play(&mut socket, "S: 250…"));
    let envelope = "C: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<bob@localhost>\nS: 250 …";
    let irregular = "S: 554 5.6.0 Message has a bare CR, a bare LF or a NUL";
    for (octets, answer) in [
        (&b"BDAT 6\r\n.\r\na\r\nBDAT 5\r\n\r\n.\r\nBDAT 0 LAST\r\n"[..], None),
        (b"BDAT 2\r\na\rBDAT 2 LAST\r\n\nb", None),
        (b"BDAT 3 LAST\r\na\0b", Some(irregular)),
        (b"BDAT 5 LAST\r\na\n.\nb", Some(irregular)),
        (b"BDAT 2 LAST\r\na\r", Some(irregular)),
    ] {
        play(&mut socket, envelope);
        socket.write_all(octets).unwrap();
        let chunks = octets.windows(5).filter(|window| window == b"BDAT ").count();
        (1..chunks).for_each(|_| play(&mut socket, "S: 250 …"));
        play(&mut socket, answer.unwrap_or("S: 250 2.0.0 OK, queued as …"));
    }
    play(&mut socket, "C: NOOP\nS: 250 …");
    let [one, two] = &inbox(&store, "bob")[..] else { panic!() };
    assert!(one.ends_with(" +0000\r\n.\r\na\r\n\r\n.\r\n"), "{one}");
    assert!(two.ends_with(" +0000\r\na\r\nb"), "{two}");
    listeners.stop();
}
