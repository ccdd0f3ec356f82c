//! What is held in memory for IMAP's clients, in a process of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "it is for all the tests")]
mod common;

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use common::{connect, listen, play, server};
use mail_examples::{imap, listen::Security, store::Store};

const MIB: u64 = 1 << 20;

/// So many octets of the process are in memory, or were at most.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_ascii_whitespace().next().unwrap().parse::<u64>().unwrap() * 1024
}

/// Forgets how much it was at most.
fn forget_most() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn select(address: SocketAddr) -> TcpStream {
    let mut socket = connect(address);
    play(&mut socket, "S: * OK …\nC: a LOGIN alice secret\nS: a OK …");
    ask(&mut socket, "EXAMINE INBOX");
    ask(&mut socket, "SELECT INBOX");
    socket
}

/// Says a command and reads past its answer.
fn ask(socket: &mut TcpStream, command: &str) {
    socket.write_all(format!("zz {command}\r\n").as_bytes()).unwrap();
    let (mut last, mut piece) = (Vec::new(), vec![0; 1 << 16]);
    while !last.split(|&octet| octet == b'\n').any(|line| line.starts_with(b"zz OK")) {
        let count = socket.read(&mut piece).unwrap();
        assert!(count > 0, "the server has gone");
        let keep = last.len().saturating_sub(100);
        last.drain(..keep);
        last.extend_from_slice(&piece[..count]);
    }
}

#[test]
fn little_is_held_whatever_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let server = server(Store::open(directory.path()).unwrap());
    let store = std::sync::Arc::clone(&server.store);
    let alice = store.recipient("alice").unwrap().unwrap();
    let inbox = store.mailbox(alice, "INBOX").unwrap();
    let (listeners, address) = listen(server, imap::drive, Security::StartTls);

    // Thousands of messages with all the keywords that there is room for, which others
    // are told of.
    let mut draft = store.draft().unwrap();
    draft.write_all(b"\r\n").unwrap();
    store.append(inbox, vec![draft.into()]).unwrap();
    for count in (0..8).map(|doublings| 1 << doublings).chain([256; 31]) {
        store.copy(inbox, &(1..=count).collect(), inbox).unwrap();
    }
    let (mut one, mut other) = (select(address), select(address));
    let keywords: Vec<_> = (0..64).map(|at| format!("{at:0>100}")).collect();
    let keywords = keywords.join(" ");
    forget_most();
    let before = memory("VmRSS:");
    ask(&mut one, &format!("STORE 1:* +FLAGS.SILENT ({keywords})"));
    ask(&mut other, "NOOP");
    let most = memory("VmHWM:").saturating_sub(before);
    // Their flags take 50 MiB, in each session.
    assert!(most < 35 * MIB, "{} MiB were held for STORE and what it told", most / MIB);

    // A large message, that nobody reads who has asked for it.
    let mut draft = store.draft().unwrap();
    let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n";
    draft.write_all(head.as_bytes()).unwrap();
    for _ in 0..20 * MIB / 78 {
        draft.write_all(&[b"QUJD".repeat(19).as_slice(), b"\r\n"].concat()).unwrap();
    }
    draft.write_all(b"--b--\r\n").unwrap();
    store.append(inbox, vec![draft.into()]).unwrap();
    let items = ["BODY.PEEK[]", "BODY.PEEK[TEXT]", "BODY.PEEK[1]<7.99999999>", "BINARY.PEEK[1]"];
    let mut readers: Vec<_> = (0..12).map(|_| select(address)).collect();
    let before = memory("VmRSS:");
    for (at, socket) in readers.iter_mut().enumerate() {
        let item = items[at % items.len()];
        socket.write_all(format!("b FETCH * {item}\r\n").as_bytes()).unwrap();
        socket.read_exact(&mut [0; 1]).unwrap();
    }
    thread::sleep(Duration::from_secs(1));
    let held = memory("VmRSS:").saturating_sub(before);
    assert!(held < 40 * MIB, "{} MiB are held for 12 sessions that do not read", held / MIB);
    drop(readers);
    listeners.stop();
}
