//! A large message on its way from one server to the next: no program holds much of it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use mail_examples::store::{Store, UidSet};

const MIB: u64 = 1 << 20;
const SIZE: u64 = 1024 * MIB;

/// A mail server as a process; `port` is open at the address that comes with it.
fn start(options: &[&str], port: &str) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    for option in ["smtp", "submission", "lmtp", "pop3", "imap", "smtps", "pop3s", "imaps"] {
        let address = if option == port { "127.0.0.1:0" } else { "none" };
        command.arg(format!("--{option}={address}"));
    }
    command.args(["--user=alice:secret", "--max-message-size=2000000000"]);
    let mut server = command.args(options).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.as_mut().unwrap()).lines();
    let address = lines.find_map(|line| {
        Some(line.unwrap().split_once(" on 127.0.0.1:")?.1.split(' ').next()?.to_owned())
    });
    (server, format!("127.0.0.1:{}", address.unwrap()))
}

/// The most octets that a process has had in memory.
fn most(process: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_ascii_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn a_gibibyte_goes_through_in_32_mebibytes() {
    let directory = tempfile::tempdir().unwrap();
    let data =
        |number: u8| format!("--data={}", directory.path().join(number.to_string()).display());
    let (mut last, relay) = start(&[&data(2), "--hostname=2.invalid"], "smtp");
    let first = [
        &data(1),
        "--hostname=1.invalid",
        "--allow-plaintext-auth",
        &format!("--relay={relay}"),
        "--relay-tls=never",
        "--retry=1s",
    ];
    let (mut first, submission) = start(&first, "submission");

    let mut sender = Command::new(env!("CARGO_BIN_EXE_smtp-send"))
        .args(["--server", &submission, "--tls=never", "--user=alice", "--from=alice@1.invalid"])
        .args(["--to=alice@2.invalid", "--quiet"])
        .env("SMTP_PASSWORD", "secret")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut message = sender.stdin.take().unwrap();
    let line = [&[b'x'; 76][..], b"\r\n"].concat();
    let piece = line.repeat(1000);
    message.write_all(b"Subject: large\r\n\r\n").unwrap();
    for _ in 0..SIZE.div_ceil(piece.len() as u64) {
        message.write_all(&piece).unwrap();
    }
    let sent = most(&sender);
    drop(message);
    assert_eq!(sender.wait().unwrap().code(), Some(0));

    let end = Instant::now() + Duration::from_secs(300);
    let waiting = || {
        let index = directory.path().join("1/index.sqlite");
        let index = rusqlite::Connection::open(index).unwrap();
        let count = "SELECT count(*) FROM queued";
        index.query_row(count, [], |row| row.get::<_, u32>(0)).unwrap()
    };
    while waiting() > 0 {
        assert!(Instant::now() < end, "it takes too long");
        thread::sleep(Duration::from_millis(50));
    }
    let servers = [most(&first), most(&last)];
    for server in [&mut first, &mut last] {
        server.kill().unwrap();
        server.wait().unwrap();
    }
    for held in servers.into_iter().chain([sent]) {
        assert!(held < 32 * MIB, "{} MiB: {servers:?} and {sent}", held / MIB);
    }
    // Nobody has it any more but the last.
    assert_eq!(directory.path().join("1/messages").read_dir().unwrap().count(), 0);
    let store = Store::open(&directory.path().join("2")).unwrap();
    let alice = store.recipient("alice").unwrap().unwrap();
    let inbox = store.mailbox(alice, "INBOX").unwrap();
    let sizes = store.messages(inbox, &UidSet::all()).unwrap();
    assert!(sizes.len() == 1 && sizes[0].size > SIZE);
}
