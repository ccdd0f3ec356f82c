//! The mail server as a program: how it starts, what it says, how it ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use mail_examples::store::{NewMail, Onward, Store};

const PORTS: [&str; 8] =
    ["--smtp", "--submission", "--lmtp", "--pop3", "--imap", "--smtps", "--pop3s", "--imaps"];

fn mailserver() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    for port in PORTS {
        command.args([port, "127.0.0.1:0"]);
    }
    command
}

/// Runs the server until it has said all of `Try it:`, then ends it with
/// SIGTERM. Returns what it said and its exit status.
fn start_and_stop(command: &mut Command) -> (String, Option<i32>) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.by_ref() {
        said += &format!("{}\n", line.unwrap());
        if said.contains("MAILINDEX") {
            break;
        }
    }
    terminate(&child);
    said.extend(lines.map(|line| format!("{}\n", line.unwrap())));
    (said, child.wait().unwrap().code())
}

fn terminate(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
}

#[test]
fn it_starts_and_ends_cleanly() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("mail-data");
    let mut command = mailserver();
    command.arg("--data").arg(&data);
    let (said, status) = start_and_stop(&mut command);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with("Made the users alice and bob, both with the password secret.\n"));
    assert!(said.contains("not from this machine"), "{said}");
    assert!(said.contains("--user bob:secret"), "{said}");
    for protocol in ["SMTP", "POP3", "IMAP"] {
        for security in ["(clear text, TLS on demand)", "(TLS)"] {
            let line = |line: &&str| line.starts_with(protocol) && line.ends_with(security);
            assert_eq!(said.lines().filter(line).count(), 1, "{protocol} {security}: {said}");
        }
    }
    assert!(said.ends_with("stopping\n"), "{said}");
    assert!(data.join("tls/localhost-cert.pem").exists());

    // The same users are there again, and known for what they are.
    let (said, _) = start_and_stop(&mut command);
    assert!(!said.contains("Made the users") && said.contains("--user bob:secret"), "{said}");

    // Until one of them has a password of his own.
    let (said, _) = start_and_stop(command.args(["--user", "bob:better"]));
    assert!(said.contains("Logging in takes TLS.\n"), "{said}");
    assert!(said.contains("--ssl-reqd --insecure --user bob\n"), "{said}");
}

#[test]
fn in_memory_nothing_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let (said, status) = start_and_stop(mailserver().arg("--memory").current_dir(&directory));
    assert_eq!(status, Some(0));
    assert!(said.contains("Mail is kept in memory, for alice, bob.\n"), "{said}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

/// Passwords need not be seen by whoever lists the processes.
#[test]
fn users_come_from_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("users");
    fs::write(&file, "# the team\ncarol:a:b c\n\ndave:two\r\n").unwrap();
    let data = directory.path().join("mail-data");
    let mut command = mailserver();
    command.arg("--data").arg(&data).arg("--users-file").arg(&file).args(["--user", "erin:three"]);
    let (said, status) = start_and_stop(&mut command);
    assert_eq!(status, Some(0), "{said}");
    let store = Store::open(&data).unwrap();
    assert_eq!(store.users().unwrap(), ["erin", "carol", "dave"]);
    for (name, password) in [("carol", "a:b c"), ("dave", "two"), ("erin", "three")] {
        assert!(store.authenticate(name, password, &|| false).unwrap().is_some(), "{name}");
    }
    drop(store);

    for (text, said) in [("carol", "line 1: expected NAME"), ("\na b:c", "a b: not a user")] {
        fs::write(&file, text).unwrap();
        let (status, stderr) = fails(mailserver().arg("--memory").arg("--users-file").arg(&file));
        assert_eq!(status, 2, "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
    let missing = directory.path().join("none");
    let (status, stderr) = fails(mailserver().arg("--memory").arg("--users-file").arg(&missing));
    assert_eq!(status, 2, "{stderr}");
    assert!(stderr.contains(&missing.display().to_string()), "{stderr}");
}

fn fails(command: &mut Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(stdout.is_empty());
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn wrong_options_are_told_with_status_2() {
    for (options, said) in [
        (&["--smtp", "2525"][..], "expected HOST:PORT or none"),
        (&["--user", "alice"], "expected NAME:PASSWORD"),
        (&["--user", "al ice:secret", "--memory"], "--user al ice: not a user"),
        (&["--hostname", "not a name"], "expected a domain name"),
        (&["--hostname", "my_host"], "expected a domain name"),
        (&["--hostname", "mx.example.org."], "expected a domain name"),
        (&["--hostname", "[127.0.0.1]"], "expected a domain name"),
        (&["--max-message-size", "0"], "--max-message-size"),
        (&["--max-message-size", "1k"], "--max-message-size"),
        (&["--max-connections", "0"], "--max-connections"),
        (&["--max-connections-per-address", "many"], "--max-connections-per-address"),
        (&["--cert", "cert.pem"], "--key"),
        (&["--memory", "--data", "x"], "cannot be used with"),
        (&["--verbose"], "unexpected argument"),
        (&["--relay", "a:25", "--relay-lmtp", "b:24"], "cannot be used with"),
        (&["--retry", "5m"], "--relay"),
        (&["--relay", "a b"], "expected HOST"),
        (&["--relay", "a", "--retry", "5"], "expected a number and ms, s, m, h or d"),
        (&["--relay", "a", "--relay-tls", "perhaps"], "--relay-tls"),
        (&["--relay", "a", "--relay-tls", "required", "--relay-ca", "/nowhere"], "/nowhere"),
        (&["--relay", "mx.invalid", "--relay-user", "a:b"], "only with --relay-tls required"),
        (&["--relay", "a", "--relay-user-file", "/nowhere"], "/nowhere"),
        (&["--fault", "rcpt=450"], "--accept-all"),
        (&["--accept-all", "--fault", "rcpt=250"], "CODE one from 400 to 599"),
    ] {
        let (status, stderr) = fails(Command::new(env!("CARGO_BIN_EXE_mailserver")).args(options));
        assert_eq!(status, 2, "{options:?}: {stderr}");
        assert!(stderr.contains(said), "{options:?}: {stderr}");
    }
    let mut none = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    let (status, stderr) = fails(none.args(PORTS.map(|port| [port, "none"]).as_flattened()));
    assert_eq!((status, stderr.as_str()), (2, "mailserver: every listener is turned off\n"));
}

#[test]
fn a_wrong_user_makes_none() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    command.arg("--data").arg(directory.path()).args(["--user", "good:x", "--user", "no good:x"]);
    let (status, stderr) = fails(&mut command);
    assert_eq!(status, 2, "{stderr}");
    assert!(Store::open(directory.path()).unwrap().users().unwrap().is_empty());
}

#[test]
fn what_stands_in_the_way_is_told_with_status_1() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    let (status, stderr) = fails(command.args(["--memory", "--smtp", &address]));
    assert_eq!(status, 1, "{stderr}");
    assert!(stderr.contains(&format!("--smtp {address}: ")), "{stderr}");

    let file = directory.path().join("file");
    fs::write(&file, "text").unwrap();
    let below = file.join("mail-data");
    for data in [&file, &below] {
        let (status, stderr) = fails(mailserver().arg("--data").arg(data));
        assert_eq!(status, 1, "{stderr}");
        assert!(stderr.contains(&data.display().to_string()), "{stderr}");
    }
    for (cert, key) in [(Path::new("/no/such/file"), &*file), (&file, &file)] {
        let mut command = mailserver();
        let (status, stderr) =
            fails(command.arg("--memory").arg("--cert").arg(cert).arg("--key").arg(key));
        assert_eq!(status, 1, "{stderr}");
        assert!(stderr.contains(&cert.display().to_string()), "{stderr}");
    }
}

/// What was sent to others while there was a relay waits for one.
#[test]
fn mail_for_others_that_waits_is_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let mut draft = store.draft().unwrap();
    std::io::Write::write_all(&mut draft, b"hi\r\n").unwrap();
    let onward = Onward {
        mail: "MAIL FROM:<>".into(),
        recipients: vec!["RCPT TO:<a@far.invalid>".into()],
        start: 0,
    };
    store.take_in(vec![NewMail { draft, users: Vec::new(), onward: Some(onward) }]).unwrap();
    drop(store);
    let mut command = mailserver();
    command.arg("--data").arg(directory.path());
    let (said, _) = start_and_stop(&mut command);
    assert!(said.contains("\nA message for others waits for --relay.\n"), "{said}");
    // Nobody is there, and it still ends cleanly.
    let (said, status) = start_and_stop(command.args(["--relay", "127.0.0.1:9"]));
    assert!(said.contains("\nMail of the users for others goes to 127.0.0.1:9.\n"), "{said}");
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(Store::open(directory.path()).unwrap().queue_len().unwrap(), 1);
}
