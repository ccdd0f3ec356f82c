//! The content filter between a client and a server that says what the filter does not know.

use std::{
    io::{BufRead, BufReader, Read},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use mail_examples::smtp;

use crate::{
    common::{connect, inbox, play},
    relay::Next,
};

/// The filter as a process.
struct Proxy {
    child: Child,
    address: SocketAddr,
}

impl Proxy {
    fn start(server: SocketAddr) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_filter-proxy"))
            .args(["127.0.0.1:0", &server.to_string(), "this line is bad"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("SMTP on ").unwrap().parse().unwrap();
        Self { child, address }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A client tries again later, instead of finding out for itself (RFC 5321 §4.2.1).
#[test]
fn without_the_server_behind_there_is_no_service() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::start(port.local_addr().unwrap());
    let busy = thread::spawn(move || play(&mut port.accept().unwrap().0, "C: 421 busy"));
    play(&mut connect(proxy.address), "S: 421 4.3.2 …\nS:");
    busy.join().unwrap();
    // Nobody listens there any more.
    play(&mut connect(proxy.address), "S: 421 4.3.2 …\nS:");
}

#[test]
fn a_message_with_the_line_does_not_pass() {
    let next = Next::start(smtp::drive, |_| {});
    let proxy = Proxy::start(next.address);
    let mut socket = connect(proxy.address);
    play(&mut socket, "S: 220 …\nC: EHLO client.invalid");
    while crate::common::read_line(&mut socket).starts_with("250-") {}
    let envelope =
        "C: MAIL FROM:<>\nS: 250 …\nC: RCPT TO:<bob@localhost>\nS: 250 …\nC: DATA\nS: 354 …";
    for (body, answer) in [
        ("C: Subject: 1\nC:\nC: this line is bad", "554 5.7.1 Refused"),
        ("C: Subject: 2\nC:\nC: this line is bad, too\nC: ..dot", "250 2.0.0 OK, queued as …"),
        ("C: this line is bad\nC: Subject: 3", "554 5.7.1 Refused"),
        ("C: Subject: 4\nC:\nC: so this line is bad", "250 2.0.0 …"),
    ] {
        play(&mut socket, &format!("{envelope}\n{body}\nC: .\nS: {answer}"));
    }
    play(
        &mut socket,
        "C: MAIL FROM:<>
         S: 250 2.1.0 OK
         C: RCPT TO:<nobody@localhost>
         S: 550 5.1.1 No such user here
         C: RSET
         S: 250 …
         C: VRFY bob
         S: 250 2.1.5 <bob@mx.example.org>
         C: QUIT
         S: 221 …",
    );
    let messages = inbox(&next.server.store, "bob");
    let subjects: Vec<_> = messages
        .iter()
        .flat_map(|message| message.lines().filter(|line| line.starts_with("Sub")))
        .collect();
    assert_eq!(subjects, ["Subject: 2", "Subject: 4"]);
    assert!(messages[0].ends_with("this line is bad, too\r\n.dot\r\n"));
}

#[test]
fn what_it_does_not_know_passes_it() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::start(server.local_addr().unwrap());
    // The other way round: C is the server.
    let server = thread::spawn(move || {
        let (mut socket, _): (TcpStream, _) = server.accept().unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        play(
            &mut socket,
            "C: 220 behind.invalid ESMTP
             S: EHLO localhost
             C: 250-behind.invalid
             C: 250-XFUTURE a b
             C: 250-DSN
             C: 250-X-NO-VALUE
             C: 250 SIZE 1000
             S: XFUTURE one two
             C: 299-5.5.5 Yes,
             C: 299 certainly
             S: XGONE
             C: 500 What?
             S: MAIL FROM:<a@b> RET=HDRS XFUTURE=x
             C: 250 2.1.0 Whoever
             S: RCPT TO:<c@d> NOTIFY=NEVER X-NO-VALUE
             C: 251-2.1.5 He has gone,
             C: 251 2.1.5 but I know where
             S: RCPT TO:<e@f>
             C: 450 4.2.2 Full
             S: DATA
             C: 354 Go on
             S: hi
             S: .
             C: 250 2.6.0 All of it",
        );
        socket.read_to_end(&mut Vec::new()).unwrap();
    });
    let mut socket = connect(proxy.address);
    play(
        &mut socket,
        "S: 220 …
         C: EHLO client.invalid
         S: 250-localhost
         S: 250-PIPELINING
         S: 250-SIZE 1000
         S: 250-ENHANCEDSTATUSCODES
         S: 250-DSN
         S: 250-HELP
         S: 250-XFUTURE a b
         S: 250 X-NO-VALUE
         C: XFUTURE one two
         S: 299-5.5.5 Yes,
         S: 299 certainly
         C: XGONE
         S: 500 What?
         C: MAIL FROM:<a@b> RET=HDRS XFUTURE=x
         S: 250 2.1.0 Whoever
         C: RCPT TO:<c@d> NOTIFY=NEVER X-NO-VALUE
         S: 250-2.1.5 He has gone,
         S: 250 2.1.5 but I know where
         C: RCPT TO:<e@f>
         S: 450 4.2.2 Full
         C: DATA
         S: 354 …
         C: hi
         C: .
         S: 250 2.0.0 All of it
         C: QUIT
         S: 221 …",
    );
    drop(socket);
    server.join().unwrap();
}
