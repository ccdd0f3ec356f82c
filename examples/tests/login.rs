//! Those who guess passwords, and those who log in meanwhile, over real sockets.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

#[allow(dead_code, reason = "it is for all the tests")]
mod common;

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use common::{listen, read_line, server};
use mail_examples::{
    imap,
    listen::{Driver, Listeners, Security},
    pop3, smtp,
    store::Store,
};

/// A protocol: who drives it, what a wrong login and a right one look like, and
/// how an answer begins of which it is one.
struct Way {
    name: &'static str,
    drive: Driver,
    wrong: fn() -> String,
    right: &'static str,
    /// What begins the answer to a password that was looked at and is wrong,
    /// to one that was not looked at, and to the right one.
    answers: [&'static str; 3],
}

const WAYS: [Way; 4] = [
    Way {
        name: "SMTP",
        drive: smtp::drive,
        // alice and bad.
        wrong: || "AUTH PLAIN AGFsaWNlAGJhZA==".into(),
        right: "AUTH PLAIN AGJvYgBzZWNyZXQ=",
        answers: ["535 5.7.8 ", "454 4.7.0 ", "235 "],
    },
    Way {
        name: "POP3",
        drive: pop3::drive,
        wrong: || "USER alice\r\nPASS bad".into(),
        right: "USER bob\r\nPASS secret",
        answers: ["-ERR [AUTH]", "-ERR [SYS/TEMP]", "+OK "],
    },
    Way {
        name: "APOP",
        drive: pop3::drive,
        wrong: || format!("APOP alice {}", "0".repeat(32)),
        right: "USER bob\r\nPASS secret",
        answers: ["-ERR [AUTH]", "-ERR [SYS/TEMP]", "+OK "],
    },
    Way {
        name: "IMAP",
        drive: imap::drive,
        wrong: || "a LOGIN alice bad".into(),
        right: "a LOGIN bob secret",
        answers: ["a NO [AUTHENTICATIONFAILED]", "a NO [UNAVAILABLE]", "a OK "],
    },
];

fn start(way: &Way) -> (Listeners, SocketAddr) {
    listen(server(Store::in_memory().unwrap()), way.drive, Security::StartTls)
}

/// A connection from one of the addresses of this machine, `127.0.0.…`.
fn connect_from(last: u8, address: SocketAddr) -> TcpStream {
    use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    connect(&socket, &address).unwrap();
    let socket = TcpStream::from(socket);
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// Says a line, to somebody who may be gone.
fn say(stream: &mut impl Write, line: &str) {
    let _ = stream.write_all(format!("{line}\r\n").as_bytes());
}

/// Tries something in all of them at once.
fn in_each_way(test: impl Fn(&Way) + Sync) {
    thread::scope(|scope| {
        let test = &test;
        WAYS.iter().for_each(|way| drop(scope.spawn(move || test(way))));
    });
}

/// A connection after its greeting.
fn greeted(way: &Way, from: u8, address: SocketAddr) -> TcpStream {
    let mut socket = connect_from(from, address);
    read_line(&mut socket);
    if way.name == "SMTP" {
        say(&mut socket, "EHLO c");
        while read_line(&mut socket).starts_with("250-") {}
    }
    socket
}

/// Logs in, and gives the last line of the answer, which is empty if the
/// connection was closed.
fn log_in(socket: &mut TcpStream, with: &str) -> String {
    say(socket, with);
    if with.starts_with("USER") && read_line(socket).is_empty() {
        return String::new();
    }
    read_line(socket)
}

/// RFC 4616 §6, RFC 9051 §11.7: guessing takes time.
#[test]
fn an_address_has_few_guesses() {
    in_each_way(|way| {
        let (listeners, address) = start(way);
        let begun = Instant::now();
        let mut tried = 0;
        while begun.elapsed() < Duration::from_secs(2) {
            let mut socket = greeted(way, 1, address);
            loop {
                let answer = log_in(&mut socket, &(way.wrong)());
                if !answer.starts_with(way.answers[0]) {
                    break;
                }
                tried += 1;
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        assert!(tried >= 10, "{}: {tried}", way.name);
        assert!(f64::from(tried) <= 11.0 + seconds, "{}: {tried} in {seconds} s", way.name);
        listeners.stop();
    });
}

#[test]
fn a_flood_of_wrong_passwords_keeps_nobody_waiting() {
    in_each_way(|way| {
        let (listeners, address) = start(way);
        let over = AtomicBool::new(false);
        // A busy machine takes longer for all: the more so where forty wait before.
        let begun = Instant::now();
        log_in(&mut greeted(way, 98, address), way.right);
        let limit = Duration::from_secs(2).max(begun.elapsed() * 60);
        thread::scope(|scope| {
            for guesser in 0..40 {
                let over = &over;
                scope.spawn(move || {
                    while !over.load(Ordering::Relaxed) {
                        let mut socket = greeted(way, 10 + guesser % 8, address);
                        let answer = log_in(&mut socket, &(way.wrong)());
                        let [wrong, busy, _] = way.answers;
                        let told = [wrong, busy].iter().any(|start| answer.starts_with(start));
                        assert!(told, "{}: {answer}", way.name);
                    }
                });
            }
            thread::sleep(Duration::from_millis(300));
            for _ in 0..3 {
                let begun = Instant::now();
                let mut socket = greeted(way, 99, address);
                let answer = log_in(&mut socket, way.right);
                let waited = begun.elapsed();
                over.store(waited > limit, Ordering::Relaxed);
                assert!(
                    answer.starts_with(way.answers[2]) || answer.starts_with("* CAP"),
                    "{answer}"
                );
                assert!(waited < limit, "{}: {waited:?} of {limit:?}", way.name);
                drop(socket);
                thread::sleep(Duration::from_millis(100));
            }
            over.store(true, Ordering::Relaxed);
        });
        listeners.stop();
    });
}

/// RFC 4616 §2: nobody acts for another here, whatever his password.
#[test]
fn to_act_for_another_is_refused() {
    // bob, alice, secret.
    let message = "Ym9iAGFsaWNlAHNlY3JldA==";
    in_each_way(|way| {
        let (listeners, address) = start(way);
        let mut socket = greeted(way, 1, address);
        let begin = if way.name == "IMAP" { "a AUTHENTICATE PLAIN" } else { "AUTH PLAIN" };
        say(&mut socket, begin);
        read_line(&mut socket);
        let answer = log_in(&mut socket, message);
        assert!(answer.starts_with(way.answers[0]), "{}: {answer}", way.name);
        listeners.stop();
    });
}

/// Whatever it says, a client that has not logged in has to come to an end; one
/// that has may stay.
#[test]
fn before_login_time_is_limited_in_all() {
    in_each_way(|way| {
        let mut server = server(Store::in_memory().unwrap());
        server.limits.login = Duration::from_secs(1);
        server.limits.message = Duration::from_secs(1);
        let (listeners, address) = listen(server, way.drive, Security::StartTls);
        let mut member = greeted(way, 1, address);
        assert!(log_in(&mut member, way.right).starts_with(way.answers[2]), "{}", way.name);
        let mut stranger = greeted(way, 1, address);
        let noop = if way.name == "IMAP" { "a NOOP" } else { "NOOP" };
        let begun = Instant::now();
        loop {
            say(&mut stranger, noop);
            if matches!(read_line(&mut stranger).get(..3), None | Some("421" | "* B")) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
            assert!(begun.elapsed() < Duration::from_secs(10), "{}", way.name);
        }
        say(&mut member, noop);
        let answer = read_line(&mut member);
        assert!(["250", "+OK", "a O"].contains(&&answer[..3]), "{}: {answer}", way.name);
        listeners.stop();
    });
}
