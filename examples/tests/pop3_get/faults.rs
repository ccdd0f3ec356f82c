//! Against servers that are not as they should be.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener},
    process::{Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{mail, places, program, run, succeeds};

/// The first line that a server did not expect.
type Unexpected = JoinHandle<Option<String>>;

/// A server that plays a transcript: says the lines after `S: ` and expects
/// those after `C: `.
fn play(transcript: &str) -> (SocketAddr, Unexpected) {
    let (listener, address) = listen();
    (address, play_on(&listener, transcript))
}

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// The same for the next who connects here.
fn play_on(listener: &TcpListener, transcript: &str) -> Unexpected {
    let (listener, transcript) = (listener.try_clone().unwrap(), transcript.to_owned());
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
        for step in transcript.lines().map(str::trim_start) {
            match step.split_at(step.len().min(3)) {
                ("S: " | "S:", said) => write!(socket, "{said}\r\n").unwrap(),
                (_, expected) => match lines.next() {
                    Some(Ok(line)) if line == expected => {}
                    other => return Some(format!("{other:?}")),
                },
            }
        }
        // What else is there? Nothing, when the client hangs up.
        socket.shutdown(Shutdown::Write).unwrap();
        lines.next().map(|line| line.unwrap())
    })
}

/// The same after a login, at a server that says of itself nothing.
fn play_logged_in_on(listener: &TcpListener, transcript: &str) -> Unexpected {
    let login = "S: +OK ready
         C: CAPA
         S: -ERR
         C: USER alice
         S: +OK
         C: PASS secret
         S: +OK";
    play_on(listener, &format!("{login}\n{transcript}"))
}

#[test]
fn the_password_is_not_sent_where_it_should_not() {
    let session = "S: +OK ready
         C: CAPA
         S: +OK
         S: USER
         S: SASL PLAIN
         S: .
         C: QUIT
         S: +OK";
    for (options, expected) in [
        (["--tls", "starttls", "--insecure"], "does not offer STLS"),
        (["--tls", "none", "--login=apop"], "greeting has no timestamp"),
    ] {
        let (address, server) = play(session);
        let (_directory, maildir, _) = places();
        let mut command = program(address, &options);
        let (status, _, stderr) = run(command.arg("--maildir").arg(&maildir));
        assert_eq!(status, 1, "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert_eq!(server.join().unwrap(), None);
    }
}

#[test]
fn apop_of_rfc_1939_and_no_unique_ids() {
    let transcript = "S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>
         C: CAPA
         S: -ERR what?
         C: APOP mrose c4c9334bac560ecc979e58001b3e22fb
         S: +OK maildrop has 1 message (369 octets)
         C: LIST
         S: +OK
         S: 1 369
         S: .
         C: UIDL
         S: -ERR what?
         C: RETR 1
         S: +OK
         S: ..
         S: .
         C: DELE 1
         S: +OK
         C: QUIT
         S: +OK";
    let (_directory, _, mbox) = places();
    let (address, server) = play(transcript);
    let mut command = Command::new(env!("CARGO_BIN_EXE_pop3-get"));
    command.arg(address.to_string()).args(["--tls", "none", "--user", "mrose"]);
    command.env("POP3_PASSWORD", "tanstaaf").arg("--mbox").arg(&mbox);
    succeeds(&mut command, "1 new message, 3 B; 0 seen before; 1 deleted on the server");
    assert_eq!(server.join().unwrap(), None);
    assert!(fs::read_to_string(&mbox).unwrap().ends_with("\n.\n\n"));
}

#[test]
fn one_bad_message_or_line_does_not_stop_the_others() {
    let (address, server) = play(
        "S: +OK ready
         C: CAPA
         S: what?
         S:
         S: -ERR
         C: USER alice
         S: +OK
         C: PASS secret
         S: +OK
         C: LIST
         S: +OK
         S: 1 5
         S: 2 5
         S: 3 five
         S: 4 5
         S: 5 5
         S: .
         C: UIDL
         S: +OK
         S: 1 a
         S: 2 b
         S: 3 c
         S: 5 e
         S: .
         C: RETR 1
         S: -ERR [SYS/TEMP] \u{1b}[2Jlater
         C: RETR 2
         S: +OK
         S: two
         S: .
         C: DELE 2
         S: -ERR never
         C: RETR 3
         S: +OK
         S: three
         S: .
         C: DELE 3
         S: +OK
         C: RETR 5
         S: what?
         S: -ERR
         C: QUIT
         S: +OK",
    );
    let (_directory, maildir, _) = places();
    let mut command = program(address, &["--tls", "none", "--maildir", maildir.to_str().unwrap()]);
    let (status, said, stderr) = run(&mut command);
    assert_eq!(server.join().unwrap(), None, "{stderr}");
    assert_eq!(status, 1, "{stderr}");
    assert_eq!(said, "2 new messages, 12 B; 0 seen before; 1 deleted on the server\n");
    let expected = [
        "pop3-get: LIST: \"3 five\": ",
        "pop3-get: message 4: it has no unique-id",
        "pop3-get: message 1 (a): the server does not send it: [SYS/TEMP] \\x1b[2Jlater",
        "pop3-get: message 2 (b): the server does not delete it: never",
        "pop3-get: message 5 (e): the server does not send it: no reason given",
    ];
    assert_eq!(stderr.lines().count(), expected.len(), "{stderr}");
    for (line, expected) in stderr.lines().zip(expected) {
        assert!(line.starts_with(expected), "{stderr}");
    }
    assert_eq!(mail(&maildir), ["three\n", "two\n"]);
    // It is tried again.
    let record = fs::read_to_string(maildir.join(".pop3-get-seen")).unwrap();
    assert_eq!(record, format!("# pop3-get: seen of alice@{address}\nb delete\n"));
}

#[test]
fn after_a_broken_connection_nothing_is_fetched_twice() {
    let (listener, address) = listen();
    let server = play_logged_in_on(
        &listener,
        "C: LIST
         S: +OK
         S: 1 5
         S: 2 5
         S: .
         C: UIDL
         S: +OK
         S: 1 a
         S: 2 b
         S: .
         C: RETR 1
         S: +OK
         S: one
         S: .
         C: DELE 1
         S: +OK
         C: RETR 2
         S: +OK
         S: half of",
    );
    let (_directory, _, mbox) = places();
    let options = ["--tls", "none", "--mbox", mbox.to_str().unwrap()];
    let (status, said, stderr) = run(&mut program(address, &options));
    assert_eq!(status, 1, "{stderr}");
    assert_eq!(said, "1 new message, 14 B; 0 seen before; 0 deleted on the server\n");
    assert!(stderr.ends_with(": message 2: the server closed the connection\n"), "{stderr}");
    drop(server.join());
    let before = fs::read_to_string(&mbox).unwrap();
    assert!(before.ends_with("\none\n\n"), "{before}");

    let server = play_on(
        &listener,
        "S: +OK ready
         C: CAPA
         S: +OK
         S: PIPELINING
         S: .
         C: USER alice
         S: +OK
         C: PASS secret
         S: +OK
         C: CAPA
         S: +OK
         S: PIPELINING
         S: .
         C: LIST
         C: UIDL
         S: +OK
         S: 1 5
         S: 2 5
         S: .
         S: +OK
         S: 1 a
         S: 2 b
         S: .
         C: DELE 1
         C: RETR 2
         S: +OK
         S: +OK
         S: whole
         S: .
         C: DELE 2
         S: +OK
         C: QUIT
         S: +OK",
    );
    let mut command = program(address, &options);
    succeeds(&mut command, "1 new message, 7 B; 1 seen before; 2 deleted on the server");
    assert_eq!(server.join().unwrap(), None);
    let after = fs::read_to_string(&mbox).unwrap();
    assert!(after.starts_with(&before) && after.ends_with("\nwhole\n\n"), "{after}");
    // What another server has under the same unique-ids is not known by them.
    let (_, elsewhere) = listen();
    let (status, _, stderr) = run(&mut program(elsewhere, &options));
    assert_eq!(status, 1);
    let said = format!(": it is the record of alice@{address}, not alice@{elsewhere}\n");
    assert!(stderr.ends_with(&said), "{stderr}");
}

#[test]
fn what_shares_its_unique_id_is_never_deleted_unfetched() {
    let (listener, address) = listen();
    let server = play_logged_in_on(
        &listener,
        "C: LIST
         S: +OK
         S: 1 5
         S: 2 5
         S: .
         C: UIDL
         S: +OK
         S: 1 same
         S: 2 same
         S: .
         C: RETR 1
         S: +OK
         S: one
         S: .
         C: DELE 1
         S: +OK
         C: RETR 2
         S: +OK
         S: half of",
    );
    let (_directory, maildir, _) = places();
    let options = ["--tls", "none", "--maildir", maildir.to_str().unwrap()];
    let (status, said, stderr) = run(&mut program(address, &options));
    assert_eq!(status, 1, "{stderr}");
    assert_eq!(said, "1 new message, 14 B; 0 seen before; 0 deleted on the server\n");
    drop(server.join());
    let record = maildir.join(".pop3-get-seen");
    assert!(!record.exists());
    // As if the first had been there alone.
    let heading = format!("# pop3-get: seen of alice@{address}\n");
    fs::write(&record, format!("{heading}other delete\nsame delete\n")).unwrap();

    let server = play_logged_in_on(
        &listener,
        "C: LIST
         S: +OK
         S: 1 5
         S: 2 5
         S: 3 5
         S: .
         C: UIDL
         S: +OK
         S: 1 same
         S: 2 same
         S: 3 other
         S: .
         C: DELE 3
         S: +OK
         C: RETR 1
         S: +OK
         S: one
         S: .
         C: DELE 1
         S: +OK
         C: RETR 2
         S: -ERR later
         C: QUIT
         S: +OK",
    );
    let (status, said, stderr) = run(&mut program(address, &options));
    assert_eq!(server.join().unwrap(), None, "{stderr}");
    assert_eq!(status, 1, "{stderr}");
    assert_eq!(said, "1 new message, 5 B; 1 seen before; 2 deleted on the server\n");
    assert_eq!(stderr, "pop3-get: message 2 (same): the server does not send it: later\n");
    assert_eq!(mail(&maildir), ["one\n", "one\n"]);
    assert_eq!(fs::read_to_string(&record).unwrap(), heading);
}

#[test]
fn what_shares_its_unique_id_is_kept_and_fetched_again() {
    const SESSION: &str = "C: LIST
         S: +OK
         S: 1 5
         S: 2 5
         S: .
         C: UIDL
         S: +OK
         S: 1 same
         S: 2 same
         S: .
         C: RETR 1
         S: +OK
         S: one
         S: .
         C: RETR 2
         S: +OK
         S: two
         S: .
         C: QUIT
         S: +OK";
    let (_directory, maildir, _) = places();
    let options = ["--tls", "none", "--keep", "--maildir", maildir.to_str().unwrap()];
    let (listener, address) = listen();
    for _ in 0..2 {
        let server = play_logged_in_on(&listener, SESSION);
        let (status, said, stderr) = run(&mut program(address, &options));
        assert_eq!(server.join().unwrap(), None, "{stderr}");
        assert_eq!(status, 1, "{stderr}");
        assert_eq!(said, "2 new messages, 10 B; 0 seen before; 0 deleted on the server\n");
        let problem =
            "(same): it is delivered, but not recorded: another message has its unique-id, too\n";
        let expected = format!("pop3-get: message 1 {problem}pop3-get: message 2 {problem}");
        assert_eq!(stderr, expected);
    }
    assert_eq!(mail(&maildir), ["one\n", "one\n", "two\n", "two\n"]);
}

#[test]
#[cfg(unix)]
fn a_signal_leaves_no_half_message() {
    let (listener, address) = listen();
    let server = play_logged_in_on(
        &listener,
        "C: LIST
         S: +OK
         S: 1 5
         S: .
         C: UIDL
         S: +OK
         S: 1 a
         S: .
         C: RETR 1
         S: +OK
         S: half of
         C: nothing",
    );
    let (_directory, _, mbox) = places();
    let mut command = program(address, &["--tls", "none", "--mbox", mbox.to_str().unwrap()]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // The separator is written first.
    while !fs::read(&mbox).is_ok_and(|octets| octets.ends_with(b"\n")) {
        thread::sleep(Duration::from_millis(20));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.ends_with(b": message 1: stopped\n"), "{ended:?}");
    assert_eq!(fs::read(&mbox).unwrap(), b"");
    assert_eq!(server.join().unwrap().as_deref(), Some("None"));
}

/// A message that holds its own end and an answer: nothing is taken for deleted, and the
/// maildrop is left as it is.
#[test]
fn an_answer_that_a_message_brings_along() {
    let (listener, address) = listen();
    let server = play_logged_in_on(
        &listener,
        "C: LIST
         S: +OK
         S: 1 5
         S: .
         C: UIDL
         S: +OK
         S: 1 a
         S: .
         C: RETR 1
         S: +OK
         S: Subject: -
         S: .
         S: +OK deleted
         S: .",
    );
    let (_directory, maildir, _) = places();
    let options = ["--tls", "none", "--maildir", maildir.to_str().unwrap()];
    let (status, said, stderr) = run(&mut program(address, &options));
    assert_eq!(status, 1, "{stderr}");
    assert!(said.ends_with("0 deleted on the server\n"), "{said}");
    assert!(!server.join().unwrap().is_some_and(|line| line.contains("QUIT")));
}

/// What goes over the wire is shown, and the password is not.
#[test]
fn the_wire_log_shows_no_password() {
    let (address, server) = play(
        "S: +OK ready
         C: CAPA
         S: -ERR what?
         C: USER alice
         S: +OK
         C: PASS secret
         S: -ERR [AUTH] no
         C: QUIT
         S: +OK bye",
    );
    let (_directory, maildir, _) = places();
    let options = ["--tls", "none", "--log-wire", "--maildir", maildir.to_str().unwrap()];
    let (status, _, stderr) = run(&mut program(address, &options));
    assert_eq!((status, server.join().unwrap()), (1, None));
    let log = "< +OK ready\n> CAPA\n< -ERR what?\n> USER alice\n< +OK\n> PASS …\n\
        < -ERR [AUTH] no\n> QUIT\n< +OK bye\n";
    assert!(stderr.starts_with(log), "{stderr}");
}
