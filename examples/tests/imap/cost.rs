//! What costs much in the hands of somebody who means harm costs no more than what is
//! harmless and of the same size: at most four times its time.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use mail_examples::store::{NewMessage, Store};

use super::{deliver, log_in, start};

/// So much more is no matter, on a machine that does other things too.
const SLACK: Duration = Duration::from_secs(2);

/// Says a command, and takes its answer up to the tagged response: all of it, and the
/// time that it took, the least of three.
fn ask(socket: &mut TcpStream, command: &str) -> (Vec<u8>, Duration) {
    let mut best: Option<(Vec<u8>, Duration)> = None;
    for _ in 0..3 {
        let start = Instant::now();
        socket.write_all(format!("zz {command}\r\n").as_bytes()).unwrap();
        let (mut answer, mut piece) = (Vec::new(), vec![0; 1 << 16]);
        let is_last = |answer: &[u8]| {
            let line = answer.strip_suffix(b"\r\n").unwrap_or_default();
            let line = line.rsplit(|&octet| octet == b'\n').next().unwrap_or_default();
            line.starts_with(b"zz ")
        };
        while !is_last(&answer) {
            let count = socket.read(&mut piece).unwrap();
            assert!(count > 0, "the server has gone");
            answer.extend_from_slice(&piece[..count]);
        }
        let time = start.elapsed();
        if best.as_ref().is_none_or(|best| time < best.1) {
            best = Some((answer, time));
        }
    }
    best.unwrap()
}

fn last_line(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    text.trim_end().rsplit('\n').next().unwrap_or_default().to_owned()
}

/// Asks both, and compares their time. Returns both answers.
#[track_caller]
fn compare(socket: &mut TcpStream, harmless: &str, harmful: &str) -> (Vec<u8>, Vec<u8>) {
    let ((one, expected), (other, time)) = (ask(socket, harmless), ask(socket, harmful));
    let harmful = &harmful[..harmful.len().min(60)];
    assert!(time <= 4 * expected + SLACK, "{harmful}: {time:?} beside {expected:?}");
    (one, other)
}

/// A connection that has selected the INBOX, whatever is in it.
fn open(address: SocketAddr) -> TcpStream {
    let mut socket = log_in(address);
    ask(&mut socket, "SELECT INBOX");
    socket
}

/// So many small messages in alice's INBOX.
fn deliver_many(store: &Store, count: usize) {
    let alice = store.recipient("alice").unwrap().unwrap();
    let inbox = store.mailbox(alice, "INBOX").unwrap();
    let message = |at: usize| {
        let mut draft = store.draft().unwrap();
        draft.write_all(format!("Subject: {at}\r\n\r\n").as_bytes()).unwrap();
        NewMessage::from(draft)
    };
    store.append(inbox, (0..count).map(message).collect()).unwrap();
}

/// A stranger's mail, of nothing but addresses.
#[test]
fn an_envelope_of_addresses() {
    let (listeners, address, store) = start();
    let field = |name: &str, value: &str| format!("{name}: {}\r\n", value.repeat(31_000));
    deliver(&store, &format!("{}\r\n", field("X-Y", "ab").repeat(64)));
    deliver(&store, &format!("{}\r\n", field("From", "a,").repeat(64)));
    deliver(&store, &format!("{}\r\n", field("From", "g:").repeat(64)));
    deliver(&store, &format!("{}\r\n", field("From", "(\"<").repeat(64)));
    let mut socket = open(address);
    for attack in ["FETCH 2 ENVELOPE", "FETCH 3 ENVELOPE", "FETCH 4 ENVELOPE", "FETCH 2 BODY"] {
        let (_, answer) = compare(&mut socket, "FETCH 1 ENVELOPE", attack);
        assert_eq!(last_line(&answer), "zz OK done");
        assert!(answer.len() < 2 << 20, "{} octets", answer.len());
    }
    for message in 2..=4 {
        compare(&mut socket, "SEARCH 1 TEXT zz", &format!("SEARCH {message} TEXT zz"));
        compare(&mut socket, "SEARCH 1 TEXT zz", &format!("SEARCH {message} FROM zz"));
    }
    listeners.stop();
}

/// Parts, each with all the parameters there is room for, in messages in messages.
#[test]
fn a_structure_of_parameters() {
    let (listeners, address, store) = start();
    let plain = "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
    let part = |value: &str| format!("--b\r\nContent-Type: a/b{}\r\n\r\nx\r\n", value.repeat(1000));
    deliver(&store, &format!("{plain}{}", part("1234").repeat(1000)));
    deliver(&store, &format!("{plain}{}", part("; a=").repeat(1000)));
    deliver(&store, &format!("{plain}{}", part(";a*=").repeat(1000)));
    let mut socket = open(address);
    for attack in ["FETCH 2 BODYSTRUCTURE", "FETCH 3 BODYSTRUCTURE"] {
        let (_, answer) = compare(&mut socket, "FETCH 1 BODYSTRUCTURE", attack);
        assert!(answer.len() < 2 << 20, "{} octets", answer.len());
    }
    listeners.stop();
}

#[test]
fn header_fields_of_many_names() {
    let (listeners, address, store) = start();
    deliver(&store, &format!("{}\r\n", "a:\r\n".repeat(1 << 18)));
    let mut socket = open(address);
    let same = "b ".repeat(31_000);
    let others: String = (0..9_000).map(|at| format!("b{at} ")).collect();
    for names in [same, others] {
        let ask = |names: &str| format!("FETCH 1 BODY.PEEK[HEADER.FIELDS ({})]", names.trim());
        compare(&mut socket, &ask("b"), &ask(&names));
        let ask = |names: &str| format!("FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT ({})]", names.trim());
        compare(&mut socket, &ask("b"), &ask(&names));
    }
    listeners.stop();
}

#[test]
fn a_search_of_many_keys_that_nest() {
    let (listeners, address, store) = start();
    deliver_many(&store, 4_096);
    let mut socket = open(address);
    let nest = |keys: &str| format!("SEARCH {}{}{}", "(".repeat(60), keys.trim(), ")".repeat(60));
    let (_, answer) = compare(&mut socket, "SEARCH ALL", &nest(&"ALL ".repeat(16_000)));
    assert_eq!(last_line(&answer), "zz OK done");
    compare(&mut socket, "SEARCH SEEN", &nest(&"OR SEEN (SEEN SEEN) ".repeat(3_000)));
    compare(&mut socket, "SEARCH NOT SEEN", &nest(&"NOT SEEN ".repeat(7_000)));
    // As many numbers, each of them looked up in a set that is sorted once.
    let odd: Vec<_> = (0..2_000).map(|at| (2 * at + 1).to_string()).collect();
    compare(&mut socket, "SEARCH ALL", &format!("SEARCH {}", odd.join(",")));
    listeners.stop();
}

#[test]
fn a_search_of_many_strings() {
    let (listeners, address, store) = start();
    deliver(&store, &format!("X: {}\r\n\r\n{0}", "zy zx ".repeat(200_000)));
    let mut socket = open(address);
    let same = "NOT TEXT zzz ".repeat(99);
    let others: String = (0..99).map(|at| format!("NOT TEXT z{at} NOT HEADER X y{at} ")).collect();
    for keys in [same, others] {
        let (one, other) =
            compare(&mut socket, "SEARCH NOT TEXT zzz", &format!("SEARCH {}", keys.trim()));
        assert_eq!(one, other, "all of them are looked for");
    }
    listeners.stop();
}

#[test]
fn lists_of_many_patterns_and_levels() {
    let (listeners, address, store) = start();
    let alice = store.recipient("alice").unwrap().unwrap();
    for at in 0..400 {
        store.create(alice, &format!("box{at}")).unwrap();
        let deep: Vec<_> = (0..60).map(|level| format!("{at}.{level}")).collect();
        store.subscribe(alice, &deep.join("/")).unwrap();
        store.subscribe(alice, &format!("{at}{}", "/x".repeat(240))).unwrap();
    }
    let mut socket = log_in(address);
    let same = "*z ".repeat(16_000);
    compare(&mut socket, "LIST \"\" *", &format!("LIST \"\" ({})", same.trim()));
    let others: String = (0..3_000).map(|at| format!("*z{at} ")).collect();
    let (answer, time) = ask(&mut socket, &format!("LIST \"\" ({})", others.trim()));
    assert_eq!(last_line(&answer), "zz OK done");
    assert!(time < Duration::from_secs(10), "what was really asked for: {time:?}");
    for attack in [
        "LSUB \"\" %",
        "LSUB \"\" %/%",
        "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" %",
        "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" *",
    ] {
        compare(&mut socket, "LSUB \"\" *", attack);
    }
    listeners.stop();
}

/// A client that has gone is worked for no longer.
#[test]
fn a_search_for_nobody_ends() {
    let (listeners, address, store) = start();
    for _ in 0..64 {
        deliver(&store, &format!("\r\n{}", "some text\r\n".repeat(50_000)));
    }
    let alice = store.recipient("alice").unwrap().unwrap();
    let inbox = store.mailbox(alice, "INBOX").unwrap();
    for _ in 0..9 {
        store.copy(inbox, &(1..=64).collect(), inbox).unwrap();
    }
    let mut socket = open(address);
    let start = Instant::now();
    socket.write_all(b"zy SEARCH BODY nowhere\r\n").unwrap();
    let mut answer = [0; 8];
    socket.read_exact(&mut answer).unwrap();
    let whole = start.elapsed();
    let mut socket = open(address);
    socket.write_all(b"zy SEARCH BODY nowhere\r\n").unwrap();
    let start = Instant::now();
    socket.shutdown(Shutdown::Write).unwrap();
    socket.read_to_end(&mut Vec::new()).unwrap();
    let rest = start.elapsed();
    assert!(rest <= whole / 2 + SLACK / 4, "{rest:?} of {whole:?}");
    listeners.stop();
}
