//! What was answered 250 is there after SIGKILL, whenever it comes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use mail_examples::store::{Store, UidSet};

/// Starts the server, and tells where it speaks SMTP.
fn start(data: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    command.args(["--smtp", "127.0.0.1:0"]).arg("--data").arg(data);
    for port in ["--submission", "--lmtp", "--pop3", "--imap", "--smtps", "--pop3s", "--imaps"] {
        command.args([port, "none"]);
    }
    let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.as_mut().unwrap()).lines();
    let address = lines.find_map(|line| {
        Some(line.unwrap().strip_prefix("SMTP on ")?.split(' ').next()?.to_owned())
    });
    (server, address.unwrap())
}

/// Sends messages until the connection breaks. Returns the subjects of those
/// that were answered 250.
fn load(address: &str, name: &str) -> HashSet<String> {
    let socket = TcpStream::connect(address).unwrap();
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
    let mut expect = |code: &str| match answers.next() {
        Some(Ok(line)) => {
            assert!(line.starts_with(code), "{line}");
            true
        }
        _ => false,
    };
    let mut accepted = HashSet::new();
    (&socket).write_all(b"HELO client.example.com\r\n").unwrap();
    if !expect("220") || !expect("250") {
        return accepted;
    }
    for number in 0.. {
        let subject = format!("{name}-{number}");
        // Of some the octets are in the index, of others in a file.
        let text = format!("{}\r\n", "x".repeat(78)).repeat(number % 10 * 80);
        let said = format!(
            "MAIL FROM:<>\r\nRCPT TO:<bob@localhost>\r\nDATA\r\nSubject: {subject}\r\n\r\n{text}end\r\n.\r\n"
        );
        let sent = (&socket).write_all(said.as_bytes()).is_ok();
        if !sent || !["250", "250", "354", "250"].into_iter().all(&mut expect) {
            break;
        }
        accepted.insert(subject);
    }
    accepted
}

#[test]
fn nothing_that_was_accepted_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let mut accepted = HashSet::new();
    for round in 0..3 {
        let (mut server, address) = start(directory.path());
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let address = address.clone();
                thread::spawn(move || load(&address, &format!("{round}-{client}")))
            })
            .collect();
        thread::sleep(Duration::from_millis(300));
        // SIGKILL.
        server.kill().unwrap();
        server.wait().unwrap();
        clients.into_iter().for_each(|client| accepted.extend(client.join().unwrap()));
    }
    assert!(!accepted.is_empty());

    let store = Store::open(directory.path()).unwrap();
    let bob = store.recipient("bob").unwrap().unwrap();
    let inbox = store.mailbox(bob, "INBOX").unwrap();
    let (mut stored, mut in_files) = (HashSet::new(), 0);
    for message in store.messages(inbox, &UidSet::all()).unwrap() {
        let mut text = String::new();
        in_files += usize::from(message.size > 32 * 1024);
        store.body(&message).unwrap().read_to_string(&mut text).unwrap();
        // Whole, and only once.
        assert!(text.ends_with("end\r\n"), "{text}");
        let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap();
        assert!(stored.insert(subject.to_owned()), "{subject} twice");
    }
    let lost: Vec<_> = accepted.difference(&stored).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // Of those that broke off, nothing is left over.
    assert_eq!(directory.path().join("messages").read_dir().unwrap().count(), in_files);
    assert!(in_files > 0);
}
