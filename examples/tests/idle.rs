//! Clients that wait for news take no time of the processor.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

const SESSIONS: usize = 300;

/// The server, killed at the end whatever happens.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it, and tells where it speaks SMTP and IMAP.
fn start() -> (Server, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
    command.args(["--memory", "--smtp", "127.0.0.1:0", "--imap", "127.0.0.1:0"]);
    for port in ["--submission", "--lmtp", "--pop3", "--smtps", "--pop3s", "--imaps"] {
        command.args([port, "none"]);
    }
    let mut server = Server(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.as_mut().unwrap()).lines();
    let mut address = |protocol: &str| {
        let line = lines.find(|line| line.as_ref().unwrap().starts_with(protocol));
        line.unwrap().unwrap().split(' ').nth(2).unwrap().to_owned()
    };
    let (smtp, imap) = (address("SMTP on "), address("IMAP on "));
    (server, smtp, imap)
}

struct Client {
    socket: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Client {
    fn new(address: &str) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let answers = BufReader::new(socket.try_clone().unwrap());
        Self { socket, answers }
    }

    fn say(&mut self, line: &str) {
        self.socket.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    /// Reads up to the line that begins with this.
    fn expect(&mut self, start: &str) {
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            assert_ne!(self.answers.read_line(&mut line).unwrap(), 0, "the end, before {start}");
        }
    }
}

/// What the server has taken of the processor, in ticks of 10 ms.
fn ticks(server: &Server) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.0.id())).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// RFC 2177.
#[test]
fn sessions_that_idle_take_no_time_and_hear_at_once() {
    let (server, smtp, imap) = start();
    let mut idle: Vec<_> = (0..SESSIONS)
        .map(|_| {
            let mut client = Client::new(&imap);
            client.say("a LOGIN alice secret");
            client.expect("a OK");
            client.say("b SELECT INBOX");
            client.expect("b OK");
            client.say("c IDLE");
            client.expect("+ ");
            client
        })
        .collect();
    thread::sleep(Duration::from_millis(300));
    let before = ticks(&server);
    thread::sleep(Duration::from_secs(3));
    let taken = ticks(&server) - before;
    assert!(taken <= 1, "{taken} ticks in 3 seconds");

    let mut sender = Client::new(&smtp);
    sender.say("HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<alice@localhost>\r\nDATA");
    sender.expect("354");
    sender.say("Subject: news\r\n\r\n.");
    sender.expect("250");
    for client in &mut idle {
        client.expect("* 1 EXISTS");
        client.say("DONE");
        client.expect("c OK");
    }
}
