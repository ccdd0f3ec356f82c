//! `smtp-send` as a program: what it sends, what it says, and its exit status.

use std::{
    io::{Read, Seek, Write},
    net::{SocketAddr, TcpListener},
    process::{Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use mail_examples::{
    listen::Driver,
    server::Server,
    smtp::{
        self,
        sink::{self, Sink},
    },
};

use crate::{
    common::{certificate, inbox, play, read_line},
    relay::Next,
};

/// Runs it with a message. Returns its exit status, and what it wrote to standard output and
/// to standard error.
fn send(address: SocketAddr, from: &str, options: &[&str], message: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_smtp-send"))
        .args(["--server", &format!("localhost:{}", address.port()), "--from", from])
        .args(options)
        .env("SMTP_PASSWORD", "secret")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended without reading it.
    let _ = child.stdin.take().unwrap().write_all(message.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const CAROL: &str = "carol@example.com";
const ALICE: &str = "alice@localhost";
/// To bob, in clear text.
const BOB: [&str; 6] = ["--tls", "never", "--helo", "client.invalid", "--to", "bob@localhost"];

fn next(drive: Driver, faults: &[&str]) -> Next {
    Next::start(drive, |server: &mut Server| {
        server.max_message_size = 1_000_000;
        server.sink = Sink::new(faults.iter().map(|fault| fault.parse().unwrap()));
    })
}

#[test]
fn it_sends_and_tells_each_outcome() {
    let next = next(smtp::drive, &[]);
    let ca = certificate();
    let (status, said, complained) = send(
        next.address,
        CAROL,
        &[
            "--helo",
            "client.invalid",
            "--ca",
            ca.to_str().unwrap(),
            "--to",
            "bob@localhost",
            "--to",
            "<alice@localhost>",
        ],
        "Subject: hi\n\n.dot\nlast",
    );
    assert_eq!((status, complained.as_str()), (0, ""), "{said}");
    assert_eq!(
        said,
        "<bob@localhost>: 250 2.0.0 OK, queued as 1\n\
         <alice@localhost>: 250 2.0.0 OK, queued as 1\n"
    );
    let [message] = &inbox(&next.server.store, "bob")[..] else { panic!() };
    assert!(message.starts_with("Return-Path: <carol@example.com>\r\n"), "{message}");
    assert!(message.contains("from client.invalid (") && message.contains(" with ESMTPS id "));
    assert!(message.ends_with("Subject: hi\r\n\r\n.dot\r\nlast\r\n"), "{message}");
}

#[test]
fn the_status_is_by_outcome() {
    for (faults, more, status) in [
        (&[][..], &["--to", "nobody@localhost"][..], 0),
        (&["rcpt=550"], &[], 67),
        (&["rcpt=554"], &[], 69),
        (&["rcpt=450"], &[], 75),
        // Whoever can be sent to later makes it worth trying.
        (&["rcpt=550:1", "rcpt=450:2"], &["--to", "b@localhost"], 67),
        (&["rcpt=450:2"], &["--to", "b@localhost"], 75),
        (&["mail=552"], &[], 65),
        (&["data=451"], &[], 75),
        (&["message=554"], &[], 69),
        (&["message=drop"], &[], 75),
        (&["ehlo=421"], &[], 75),
        (&["ehlo=554"], &[], 69),
    ] {
        let next = next(sink::drive, faults);
        let (got, said, complained) =
            send(next.address, CAROL, &[&BOB[..], more].concat(), "Subject: hi\n\nhi\n");
        assert_eq!(got, status, "{faults:?}: {said}{complained}");
    }
}

#[test]
fn logins() {
    let next = next(smtp::drive_submission, &[]);
    for (user, status, said) in [
        (&["--user", "alice"][..], 0, "<bob@localhost>: 250 2.0.0 "),
        (&["--user", "carol"], 77, "the login is rejected: 535 5.7.8 "),
        (&[], 77, "<bob@localhost>: 530 5.7.0 Authentication required\n"),
    ] {
        let (got, out, complained) = send(next.address, ALICE, &[&BOB[..], user].concat(), "");
        assert_eq!(got, status, "{out}{complained}");
        assert!(format!("{out}{complained}").contains(said), "{out}{complained}");
    }
}

#[test]
fn the_log_shows_the_lines_and_no_password() {
    let next = next(smtp::drive_submission, &[]);
    let options = [&BOB[..], &["--user", "alice", "--log-wire"]].concat();
    let (status, _, log) = send(next.address, ALICE, &options, "");
    assert_eq!(status, 0, "{log}");
    for line in ["AUTH PLAIN", "MAIL FROM:<alice@localhost>", "RCPT TO:<bob@localhost>", "QUIT"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(!log.contains("secret") && !log.contains("AGFsaWNlAHNlY3JldA"), "{log}");
}

#[test]
fn wrong_options_have_a_status_of_their_own() {
    let nowhere = ([127, 0, 0, 1], 9).into();
    for options in [
        &[][..],
        &["--to", "a b@c"],
        &["--to", "x@y", "--tls", "perhaps"],
        &["--to", "x@y", "--helo", "a b"],
        &["--to", "x@y", "--password-file", "/nowhere"],
        &["--to", "x@y", "--dsn", "never,success"],
        &["--to", "x@y", "--envid", "é"],
    ] {
        let (status, _, complained) = send(nowhere, CAROL, options, "");
        assert_eq!(status, 64, "{options:?}: {complained}");
    }
    for argument in ["--help", "--version"] {
        let status = Command::new(env!("CARGO_BIN_EXE_smtp-send"))
            .arg(argument)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(0));
    }
}

#[test]
fn servers_that_are_none() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let odd = thread::spawn(move || {
        let (mut socket, _) = port.accept().unwrap();
        socket.write_all(b"+OK POP3 here\r\n").unwrap();
        read_line(&mut socket);
    });
    assert_eq!(send(address, CAROL, &BOB, "").0, 76);
    odd.join().unwrap();
    // Nobody listens there any more; perhaps somebody does later.
    let (status, _, complained) = send(address, CAROL, &BOB, "");
    assert_eq!(status, 75, "{complained}");
    let output = Command::new(env!("CARGO_BIN_EXE_smtp-send"))
        .args(["--server", "nobody.invalid", "--from", "", "--to", "a@b", "--tls", "never"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(68), "{output:?}");
    let next = next(sink::drive, &[]);
    let (status, _, complained) = send(next.address, CAROL, &["--to", "bob@localhost"], "");
    assert_eq!(status, 69, "a certificate that nobody knows: {complained}");
}

/// A server that says one of these after the other, each but the first when it has heard a line.
/// Returns the lines that it has heard.
fn saying(said: Vec<String>) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut socket, _) = port.accept().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut heard = Vec::new();
        for (at, said) in said.iter().enumerate() {
            if at > 0 {
                heard.push(read_line(&mut socket));
            }
            // The client may be gone before it is all said.
            let _ = socket.write_all(said.as_bytes());
        }
        let mut rest = Vec::new();
        let _ = socket.read_to_end(&mut rest);
        heard.extend(String::from_utf8_lossy(&rest).lines().map(str::to_owned));
        heard
    });
    (address, server)
}

/// A server that goes wrong before there is a message hears nothing more than that it is left:
/// RFC 5321 §3.2 and §3.8, no HELO behind a 421 and the like; RFC 3207 §4.1, nothing in clear text
/// where TLS is required; §6, nothing that came before the handshake is taken for what came in it.
#[test]
fn openings_that_fail() {
    const EHLO: &str = "EHLO client.invalid";
    let starttls = "250-mx\r\n250 STARTTLS\r\n";
    let large = "250-X-EXTENSION\r\n".repeat(600_000);
    for (tls, said, status, heard) in [
        ("never", &["421 busy\r\n"][..], 75, &[][..]),
        ("never", &["554 no\r\n"], 69, &[]),
        ("never", &["NO such thing\r\n"], 76, &[]),
        ("never", &["220 mx\r\n", "421 busy\r\n"], 75, &[EHLO]),
        ("never", &["220 mx\r\n", "450 later\r\n"], 75, &[EHLO]),
        ("never", &["220 mx\r\n", "554 no\r\n"], 69, &[EHLO]),
        (
            "never",
            &["220 mx\r\n", "500 what\r\n", "421 no\r\n"],
            75,
            &[EHLO, "HELO client.invalid"],
        ),
        ("never", &["220 mx\r\n250 forged\r\n"], 75, &[]),
        ("never", &["220 mx\r\n", &large], 76, &[EHLO]),
        ("required", &["220 mx\r\n", "250 mx\r\n"], 69, &[EHLO]),
        ("required", &["220 mx\r\n", starttls, "554 no\r\n"], 69, &[EHLO, "STARTTLS"]),
        ("required", &["220 mx\r\n", starttls, "454 no\r\n"], 75, &[EHLO, "STARTTLS"]),
        (
            "required",
            &["220 mx\r\n", starttls, "220 go\r\n250 forged\r\n"],
            76,
            &[EHLO, "STARTTLS"],
        ),
        ("required", &["220 mx\r\n", starttls, "220 go\r\n2"], 76, &[EHLO, "STARTTLS"]),
    ] {
        let (address, server) = saying(said.iter().map(|&one| one.to_owned()).collect());
        let options = ["--tls", tls, "--helo", "client.invalid", "--to", "bob@localhost"];
        let (got, out, complained) = send(address, CAROL, &options, "hi");
        let lines = server.join().unwrap();
        let said = &said.concat()[..said.concat().len().min(200)];
        assert_eq!((got, out.as_str()), (status, ""), "{said:?}: {complained}");
        let lines: Vec<_> =
            lines.iter().map(String::as_str).filter(|&line| line != "QUIT").collect();
        assert_eq!(lines, heard, "{said:?}: {complained}");
        assert!(!complained.is_empty() && complained.len() < 2000, "{}", complained.len());
    }
}

/// RFC 3030, RFC 2033.
#[test]
fn chunks_and_lmtp() {
    for (drive, option, with) in [
        (smtp::drive as Driver, &["--bdat"][..], " with ESMTP id "),
        (smtp::drive_lmtp, &["--lmtp"], " with LMTP id "),
        (smtp::drive_lmtp, &["--lmtp", "--bdat"], " with LMTP id "),
    ] {
        let next = next(drive, &[]);
        let options = [&BOB[..], &["--to", "nobody@localhost", "--to", "alice@localhost"], option];
        let message = format!("Subject: hi\n\n.dot\n{}", "x".repeat(200_000));
        let (status, said, _) = send(next.address, CAROL, &options.concat(), &message);
        assert_eq!(
            (status, said.as_str()),
            (
                67,
                "<nobody@localhost>: 550 5.1.1 No such user here\n\
                 <bob@localhost>: 250 2.0.0 OK, queued as 1\n\
                 <alice@localhost>: 250 2.0.0 OK, queued as 1\n"
            ),
            "{option:?}"
        );
        let [message] = &inbox(&next.server.store, "alice")[..] else { panic!() };
        assert!(message.contains(with), "{}", &message[..300]);
        assert!(message.contains("\r\n\r\n.dot\r\nxxx"), "{}", &message[..300]);
    }
}

/// RFC 3461, RFC 1870, RFC 6152: what is asked for along with a message.
#[test]
fn requests_are_said() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut socket, _) = port.accept().unwrap();
        play(
            &mut socket,
            "C: 220 mx.invalid ESMTP
             S: EHLO client.invalid
             C: 250-mx.invalid
             C: 250-SIZE
             C: 250-8BITMIME
             C: 250 DSN
             S: MAIL FROM:<carol@example.com> SIZE=4 BODY=8BITMIME RET=HDRS ENVID=a+20b
             C: 250 OK
             S: RCPT TO:<bob@localhost> NOTIFY=FAILURE,DELAY
             C: 250 OK
             S: DATA
             C: 354 Go on
             S: é
             S: .
             C: 250 OK
             S: QUIT
             C: 221 Bye",
        );
    });
    // From a file, whose size is known.
    let mut file = tempfile::tempfile().unwrap();
    file.write_all("é\r\n".as_bytes()).unwrap();
    file.rewind().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_smtp-send"))
        .args(["--server", &format!("localhost:{}", address.port()), "--from", CAROL])
        .args(BOB)
        .args(["--dsn", "failure,delay", "--ret", "hdrs", "--envid", "a b"])
        .stdin(file)
        .output()
        .unwrap();
    server.join().unwrap();
    assert!(output.status.success(), "{output:?}");
}
