//! The POP3 driver over real sockets, with the store behind it.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, SocketAddr},
    sync::Arc,
    thread,
};

use common::{connect, handshake, inbox, listen, play, server};
use mail_examples::{
    imap,
    listen::{Listeners, Protocol, Security},
    login::PlaintextAuth,
    pop3,
    server::Server,
    store::Store,
};
use pop3_proto::{Digest, Timestamp};

/// A server with messages for alice.
fn start(
    messages: &[&str],
    change: impl FnOnce(&mut Server),
) -> (Listeners, SocketAddr, Arc<Store>) {
    let mut server = server(Store::in_memory().unwrap());
    change(&mut server);
    let store = Arc::clone(&server.store);
    messages.iter().for_each(|message| deliver(&store, message));
    let (listeners, address) = listen(server, pop3::drive, Security::StartTls);
    (listeners, address, store)
}

fn deliver(store: &Store, message: &str) {
    let alice = store.recipient("alice").unwrap().unwrap();
    let mut draft = store.draft().unwrap();
    draft.write_all(message.as_bytes()).unwrap();
    store.deliver(draft, &[alice]).unwrap();
}

#[test]
fn mail_is_listed_read_and_deleted() {
    let messages = ["Subject: 1\r\n\r\none\r\n.\r\ntwo\r\n", "Subject: 2\r\n\r\n", "no end"];
    let (listeners, address, store) = start(&messages, |_| ());
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: +OK mx.example.org POP3 server ready <…
         C: USER alice
         S: +OK …
         C: PASS secret
         S: +OK the maildrop has 3 messages
         C: STAT
         S: +OK 3 49
         C: LIST
         S: +OK…
         S: 1 27
         S: 2 14
         S: 3 8
         S: .
         C: RETR 1
         S: +OK …
         S: Subject: 1
         S:
         S: one
         S: ..
         S: two
         S: .
         C: TOP 1 1
         S: +OK …
         S: Subject: 1
         S:
         S: one
         S: .
         C: TOP 2 0
         S: +OK …
         S: Subject: 2
         S:
         S: .
         C: RETR 3
         S: +OK …
         S: no end
         S: .
         C: RETR 4
         S: -ERR …
         C: DELE 2
         S: +OK …
         C: LIST 2
         S: -ERR …
         C: RSET
         S: +OK …
         C: DELE 1
         S: +OK …
         C: DELE 3
         S: +OK …
         C: STAT
         S: +OK 1 14",
    );
    // What comes meanwhile is for the next session, and not deleted in this.
    deliver(&store, "later");
    play(&mut socket, "C: STAT\nS: +OK 1 14\nC: QUIT\nS: +OK …\nS:");
    assert_eq!(inbox(&store, "alice"), [messages[1], "later"]);
    listeners.stop();
}

/// RFC 1939 §11: each line end is two octets, however the message was appended.
#[test]
fn the_sizes_are_those_of_what_is_sent() {
    let messages = [
        "Subject: x\n\na\nb\nno end",
        "Subject: y\r\n\r\nno end",
        "Subject: z\r\r.cr\r\r\nmixed\n\r\n",
        "Subject: fine\r\n\r\n.\r\n",
    ];
    let mut listeners = Listeners::new(server(Store::in_memory().unwrap()));
    let mut open = |drive| {
        let protocol = Protocol { name: "test", drive, busy: "busy\r\n", alpn: b"test" };
        listeners.open(protocol, Security::StartTls, ([127, 0, 0, 1], 0).into()).unwrap()
    };
    let (imap, pop3) = (open(imap::drive), open(pop3::drive));

    let mut socket = connect(imap);
    play(&mut socket, "S: * OK …\nC: a LOGIN alice secret\nS: a OK …");
    for message in messages {
        let append = format!("b APPEND INBOX {{{}+}}\r\n{message}\r\n", message.len());
        socket.write_all(append.as_bytes()).unwrap();
        play(&mut socket, "S: b OK …");
    }
    // There they have the octets that were given.
    let total: usize = messages.iter().map(|message| message.len()).sum();
    play(
        &mut socket,
        &format!("C: c STATUS INBOX (SIZE)\nS: * STATUS INBOX (SIZE {total})\nS: c OK …"),
    );

    let mut socket = connect(pop3);
    socket.write_all(b"USER alice\r\nPASS secret\r\nSTAT\r\nLIST\r\n").unwrap();
    socket.write_all(b"RETR 1\r\nRETR 2\r\nRETR 3\r\nRETR 4\r\nQUIT\r\n").unwrap();
    let mut answers = String::new();
    socket.read_to_string(&mut answers).unwrap();
    let (listed, retrieved) = answers.split_once("\r\n.\r\n").unwrap();
    let sent = retrieved.split("\r\n.\r\n").take(messages.len()).map(|answer| {
        let (_, message) = answer.split_once("\r\n").unwrap();
        let stuffed = answer.matches("\r\n.").count();
        message.len() - stuffed + "\r\n".len()
    });
    let sent: Vec<usize> = sent.collect();
    assert_eq!(sent, [28, 22, 30, 20]);
    let mut expected = vec![format!("+OK 4 {}", sent.iter().sum::<usize>())];
    expected.push("+OK the sizes follow".into());
    expected.extend((1..).zip(&sent).map(|(number, size)| format!("{number} {size}")));
    let listed: Vec<&str> = listed.lines().skip(3).collect();
    assert_eq!(listed, expected);
    listeners.stop();
}

#[test]
fn unique_ids_stay_the_same() {
    let (listeners, address, _) = start(&["1", "2", "3"], |_| ());
    let uidl = |said: &str| {
        let mut socket = connect(address);
        socket
            .write_all(format!("USER alice\r\nPASS secret\r\n{said}\r\nQUIT\r\n").as_bytes())
            .unwrap();
        let mut answers = String::new();
        socket.read_to_string(&mut answers).unwrap();
        let ids = answers.lines().filter_map(|line| line.split_once(' '));
        let ids = ids.filter(|(number, _)| number.parse::<u32>().is_ok());
        ids.map(|(_, id)| id.to_owned()).collect::<Vec<_>>()
    };
    let ids = uidl("UIDL");
    assert_eq!(ids.len(), 3);
    assert_eq!(uidl("DELE 1\r\nUIDL"), ids[1..]);
    assert_eq!(uidl("UIDL"), ids[1..]);
    listeners.stop();
}

#[test]
fn the_maildrop_is_one_clients_alone() {
    let (listeners, address, store) = start(&["1"], |_| ());
    let log_in = "C: USER alice\nS: +OK …\nC: PASS secret\nS:";
    let (mut first, mut second) = (connect(address), connect(address));
    play(&mut first, &format!("S: +OK …\n{log_in} +OK …\nC: DELE 1\nS: +OK …"));
    play(&mut second, &format!("S: +OK …\n{log_in} -ERR [IN-USE] …"));
    play(&mut second, "C: USER bob\nS: +OK …\nC: PASS secret\nS: +OK the maildrop has 0 messages");
    // It is free in the moment in which the goodbye is read.
    for _ in 0..20 {
        play(&mut first, "C: RSET\nS: +OK …\nC: QUIT\nS: +OK …");
        first = connect(address);
        play(&mut first, &format!("S: +OK …\n{log_in} +OK …"));
    }
    // A connection that breaks off deletes nothing (RFC 1939 §6).
    play(&mut first, "C: DELE 1\nS: +OK …");
    first.shutdown(Shutdown::Write).unwrap();
    first.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(inbox(&store, "alice").len(), 1);
    listeners.stop();
}

#[test]
fn logging_in() {
    let (listeners, address, _) = start(&[], |_| ());
    let transcripts = [
        "C: AUTH PLAIN AGFsaWNlAHNlY3JldA==\nS: +OK …",
        "C: AUTH PLAIN\nS: + \nC: AGFsaWNlAHNlY3JldA==\nS: +OK …",
        "C: AUTH LOGIN\nS: + VXNlcm5hbWU6\nC: YWxpY2U=\nS: + UGFzc3dvcmQ6\nC: c2VjcmV0\nS: +OK …",
        "C: AUTH PLAIN AGFsaWNlAGJhZA==\nS: -ERR [AUTH] …\nC: AUTH PLAIN =\nS: -ERR [AUTH] …
         C: AUTH LOGIN\nS: + VXNlcm5hbWU6\nC: *\nS: -ERR …\nC: AUTH CRAM-MD5\nS: -ERR …
         C: USER alice\nS: +OK …\nC: PASS bad\nS: -ERR [AUTH] …\nC: STAT\nS: -ERR …
         C: APOP alice c4c9334bac560ecc979e58001b3e22fb\nS: -ERR [AUTH] …
         C: USER alice@localhost\nS: +OK …\nC: PASS secret\nS: +OK …",
    ];
    for transcript in transcripts {
        let mut socket = connect(address);
        play(&mut socket, "S: +OK …");
        play(&mut socket, transcript);
        play(&mut socket, "C: QUIT\nS: +OK …\nS:");
    }
    listeners.stop();
}

/// Blanks that are one too many are no fault on a public server.
#[test]
fn blanks_that_are_too_many() {
    let (listeners, address, _) = start(&["a: b\r\n\r\nc\r\n"], |_| ());
    let mut socket = connect(address);
    play(&mut socket, "S: +OK …\nC: USER  alice \nS: +OK …\nC: PASS secret\nS: +OK …");
    play(&mut socket, "C: STAT \nS: +OK 1 11\nC: LIST  1 \nS: +OK 1 11\nC: QUIT \nS: +OK …\nS:");
    listeners.stop();
}

/// Reads a greeting, and gives its timestamp if there is one.
fn timestamp(socket: &mut impl Read) -> Option<String> {
    let (mut line, mut octet) = (Vec::new(), [0]);
    while !line.ends_with(b"\r\n") && socket.read(&mut octet).unwrap() == 1 {
        line.extend(octet);
    }
    let line = String::from_utf8(line).unwrap();
    assert!(line.starts_with("+OK mx.example.org POP3 server ready"), "{line}");
    let start = line.find('<')?;
    Some(line[start..].trim_end().to_owned())
}

/// What a client proves with that it knows a password.
fn digest(timestamp: &str, password: &str) -> String {
    let timestamp = Timestamp::new(timestamp).unwrap();
    let digest = Digest::new(timestamp, password.as_bytes()).0;
    digest.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn apop_is_for_those_whose_password_is_known() {
    let directory = tempfile::tempdir().unwrap();
    Store::open(directory.path()).unwrap().set_user("carol", "known once").unwrap();
    let (listeners, address) = {
        let server = server(Store::open(directory.path()).unwrap());
        listen(server, pop3::drive, Security::StartTls)
    };
    let mut socket = connect(address);
    let first = timestamp(&mut socket).unwrap();
    assert!(first.ends_with("@mx.example.org>"), "{first}");
    for (name, password) in
        [("alice", "bad"), ("nobody", ""), ("carol", "known once"), ("carol", "")]
    {
        let digest = digest(&first, password);
        play(
            &mut socket,
            &format!("C: APOP {name} {digest}\nS: -ERR [AUTH] …\nC: STAT\nS: -ERR …"),
        );
    }
    play(&mut socket, "C: USER carol\nS: +OK …\nC: PASS known once\nS: +OK …\nC: QUIT\nS: +OK …");

    let mut socket = connect(address);
    let second = timestamp(&mut socket).unwrap();
    assert_ne!(first, second);
    let (old, good) = (digest(&first, "secret"), digest(&second, "secret"));
    play(&mut socket, &format!("C: APOP alice {old}\nS: -ERR [AUTH] …"));
    play(&mut socket, &format!("C: APOP alice@localhost {good}\nS: +OK …\nC: STAT\nS: +OK 0 0"));
    listeners.stop();
}

#[test]
fn no_timestamp_where_nobody_could_use_it() {
    let never = |server: &mut Server| server.plaintext_auth = PlaintextAuth::Never;
    let (listeners, address, _) = start(&[], never);
    assert_eq!(timestamp(&mut connect(address)), None);
    listeners.stop();

    let directory = tempfile::tempdir().unwrap();
    Store::open(directory.path()).unwrap().set_user("alice", "secret").unwrap();
    let reopened = |server: &mut Server| {
        server.store = Arc::new(Store::open(directory.path()).unwrap());
    };
    let (listeners, address, _) = start(&[], reopened);
    let mut socket = connect(address);
    assert_eq!(timestamp(&mut socket), None);
    let digest = digest("<1@mx.example.org>", "secret");
    play(&mut socket, &format!("C: APOP alice {digest}\nS: -ERR APOP is not offered"));
    listeners.stop();
}

#[test]
fn languages_and_utf8() {
    let message = "Subject: gr\u{fc}\u{df}e\r\n\r\n";
    let (listeners, address, store) = start(&[message], |_| ());
    store.set_user("m\u{fc}ller", "gr\u{fc}n").unwrap();
    play(
        &mut connect(address),
        "S: +OK …
         C: USER m\u{fc}ller
         S: +OK …
         C: PASS gr\u{fc}n
         S: +OK …",
    );
    play(
        &mut connect(address),
        "S: +OK …
         C: LANG
         S: +OK …
         S: en English
         S: .
         C: LANG de
         S: -ERR …
         C: UTF8
         S: +OK …
         C: USER alice
         S: +OK …
         C: PASS secret
         S: +OK …
         C: RETR 1
         S: +OK …
         S: Subject: gr\u{fc}\u{df}e
         S:
         S: .
         C: QUIT
         S: +OK …",
    );
    listeners.stop();
}

#[test]
fn passwords_in_clear_text_only_where_allowed() {
    let never = |server: &mut Server| server.plaintext_auth = PlaintextAuth::Never;
    let (listeners, address, _) = start(&["1"], never);
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: +OK …
         C: CAPA
         S: +OK …
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: STLS
         S: UTF8 USER
         S: LANG
         S: EXPIRE NEVER
         S: IMPLEMENTATION mail-examples
         S: .
         C: USER alice
         S: -ERR no passwords in clear text: use TLS
         C: AUTH PLAIN AGFsaWNlAHNlY3JldA==
         S: -ERR no passwords in clear text: use TLS
         C: STLS
         S: +OK …",
    );
    let mut stream = handshake(socket);
    play(
        &mut stream,
        "C: CAPA
         S: +OK …
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: USER
         S: UTF8 USER
         S: LANG
         S: EXPIRE NEVER
         S: IMPLEMENTATION mail-examples
         S: SASL PLAIN LOGIN
         S: .
         C: STLS
         S: -ERR …
         C: USER alice
         S: +OK …
         C: PASS secret
         S: +OK …
         C: QUIT
         S: +OK …",
    );
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "close_notify came");
    listeners.stop();
}

#[test]
fn nothing_behind_stls_is_carried_out() {
    let (listeners, address, _) = start(&[], |_| ());
    let mut socket = connect(address);
    socket.write_all(b"STLS\r\nUSER alice\r\nPASS secret\r\n").unwrap();
    let mut answers = String::new();
    socket.read_to_string(&mut answers).unwrap();
    assert!(
        answers.ends_with("\r\n-ERR octets in clear text after STLS: goodbye\r\n"),
        "{answers}"
    );
    listeners.stop();
}

#[test]
fn a_large_message_comes_whole_under_tls_from_the_start() {
    let server = server(Store::in_memory().unwrap());
    let message = format!("Subject: large\r\n\r\n{}", ".line\r\n".repeat(50_000));
    deliver(&server.store, &message);
    let (listeners, address) = listen(server, pop3::drive, Security::ImplicitTls);
    let mut stream = handshake(connect(address));
    stream.write_all(b"USER alice\r\nPASS secret\r\nRETR 1\r\nTOP 1 2\r\nQUIT\r\n").unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    let stuffed = message.replace("\r\n.", "\r\n..");
    assert!(answers.contains(&format!("\r\n{stuffed}.\r\n+OK ")));
    assert!(answers.contains("\r\nSubject: large\r\n\r\n..line\r\n..line\r\n.\r\n+OK "));
    listeners.stop();
}

#[test]
fn a_message_that_went_or_cannot_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let server = server(Store::open(directory.path()).unwrap());
    let large = "x".repeat(40_000);
    deliver(&server.store, &large);
    deliver(&server.store, &large);
    let (listeners, address) = listen(server, pop3::drive, Security::StartTls);
    let mut socket = connect(address);
    play(&mut socket, "S: +OK …\nC: USER alice\nS: +OK …\nC: PASS secret\nS: +OK …");
    let messages = directory.path().join("messages");
    fs::remove_file(messages.join("1.eml")).unwrap();
    play(&mut socket, "C: RETR 1\nS: -ERR no such message\nC: RETR 2\nS: +OK …\nS: xxx…\nS: .");
    fs::remove_dir_all(&messages).unwrap();
    fs::write(&messages, "").unwrap();
    play(&mut socket, "C: RETR 2\nS: -ERR [SYS/TEMP] …\nC: NOOP\nS: +OK…");
    drop(socket);
    listeners.stop();
}

#[test]
fn the_server_says_goodbye_when_it_stops() {
    let (listeners, address, store) = start(&["1"], |_| ());
    let mut socket = connect(address);
    play(
        &mut socket,
        "S: +OK …\nC: USER alice\nS: +OK …\nC: PASS secret\nS: +OK …\nC: DELE 1\nS: +OK …",
    );
    let stopping = thread::spawn(move || listeners.stop());
    play(&mut socket, "S: -ERR [SYS/TEMP] the server is shutting down\nS:");
    drop(socket);
    stopping.join().unwrap();
    assert_eq!(inbox(&store, "alice").len(), 1);
}
