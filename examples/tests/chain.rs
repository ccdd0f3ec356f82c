//! Three mail servers in a row: what the first takes from a user comes to the third, however
//! often one of them dies.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mail_examples::store::{Store, UidSet};

/// How many connections a relay has.
const CONNECTIONS: usize = 4;
const SENDERS: usize = 3;

/// A mail server as a process, which can die and come back.
struct Server {
    child: Child,
    arguments: Vec<String>,
}

impl Server {
    fn start(arguments: Vec<String>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailserver"));
        let mut child =
            command.args(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // Until its ports are open.
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains(" on 127.0.0.1:")));
        Self { child, arguments }
    }

    /// SIGKILL, and again from the start.
    fn die_and_come_back(&mut self) {
        self.end();
        *self = Self::start(self.arguments.clone());
    }

    fn end(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The three of them. Mail for bob is at the third.
struct Chain {
    servers: [Server; 3],
    submission: String,
    directory: tempfile::TempDir,
}

impl Chain {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Free ones: the same after each start.
        let ports: Vec<String> = (0..3)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect::<Vec<_>>()
            .iter()
            .map(|port| port.local_addr().unwrap().to_string())
            .collect();
        let server = |number: usize, more: &[&str]| {
            let data = directory.path().join(number.to_string());
            let mut arguments = vec![
                format!("--data={}", data.display()),
                format!("--hostname={number}.invalid"),
                "--user=alice:secret".into(),
                "--user=bob:secret".into(),
            ];
            if more.iter().any(|more| more.starts_with("--relay=")) {
                arguments.push("--retry=100ms".into());
                arguments.push(format!("--relay-connections={CONNECTIONS}"));
            }
            for option in ["smtp", "submission", "lmtp", "pop3", "imap", "smtps", "pop3s", "imaps"]
            {
                if !more.iter().any(|more| more.starts_with(&format!("--{option}="))) {
                    arguments.push(format!("--{option}=none"));
                }
            }
            arguments.extend(more.iter().map(|&argument| argument.to_owned()));
            Server::start(arguments)
        };
        let [first, second, third] = &ports[..] else { unreachable!() };
        let servers = [
            server(
                1,
                &[
                    &format!("--submission={first}"),
                    "--allow-plaintext-auth",
                    &format!("--relay={second}"),
                    "--relay-user=alice:secret",
                ],
            ),
            server(2, &[&format!("--smtp={second}"), &format!("--relay={third}")]),
            server(3, &[&format!("--smtp={third}")]),
        ];
        Self { servers, submission: first.clone(), directory }
    }

    fn data(&self, number: usize) -> PathBuf {
        self.directory.path().join(number.to_string())
    }

    /// Ends them once there is nothing on its way any more.
    fn finish(mut self, expected: usize) -> HashMap<String, usize> {
        let end = Instant::now() + Duration::from_secs(60);
        while waiting(&self.data(1)) + waiting(&self.data(2)) > 0 {
            assert!(Instant::now() < end, "it takes too long for {expected}");
            thread::sleep(Duration::from_millis(20));
        }
        self.servers.iter_mut().for_each(Server::end);
        let store = Store::open(&self.data(3)).unwrap();
        let bob = store.recipient("bob").unwrap().unwrap();
        let inbox = store.mailbox(bob, "INBOX").unwrap();
        let mut subjects = HashMap::new();
        for message in store.messages(inbox, &UidSet::all()).unwrap() {
            let mut text = String::new();
            store.body(&message).unwrap().read_to_string(&mut text).unwrap();
            assert!(text.ends_with("end\r\n"), "{text}");
            assert_eq!(text.matches("\r\nReceived: ").count(), 3, "{text}");
            let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap();
            *subjects.entry(subject.to_owned()).or_default() += 1;
        }
        subjects
    }
}

/// How many messages are in the queue of a server that runs.
fn waiting(data: &Path) -> u32 {
    let index = rusqlite::Connection::open(data.join("index.sqlite")).unwrap();
    index.busy_timeout(Duration::from_secs(10)).unwrap();
    index.query_row("SELECT count(*) FROM queued", [], |row| row.get(0)).unwrap()
}

/// Submits messages until it is told to stop; one that is not answered again, since nobody
/// knows what became of it. Returns how often that was.
fn submit(address: &str, next: &dyn Fn() -> Option<String>) -> usize {
    let (mut unanswered, mut subject) = (0, next());
    while subject.is_some() {
        let Ok(socket) = TcpStream::connect(address) else {
            thread::sleep(Duration::from_millis(10));
            continue;
        };
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut lines = BufReader::new(socket.try_clone().unwrap()).lines();
        let mut say = |said: &str, code: &str| -> bool {
            let sent = (&socket).write_all(said.as_bytes()).is_ok();
            sent && lines
                .by_ref()
                .map_while(Result::ok)
                .find(|line| line.get(3..4) == Some(" "))
                .is_some_and(|line| {
                    assert!(line.starts_with(code), "{line}");
                    true
                })
        };
        let login = "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n";
        if !say("", "220") || !say("EHLO client.invalid\r\n", "250") || !say(login, "235") {
            continue;
        }
        while let Some(now) = &subject {
            let size = now.len() * 7 % 10 * 80;
            let text = format!("{}\r\n", "x".repeat(78)).repeat(size);
            let message = format!("Subject: {now}\r\n\r\n{text}end\r\n.\r\n");
            let ready = say("MAIL FROM:<alice@1.invalid>\r\n", "250")
                && say("RCPT TO:<bob@3.invalid>\r\n", "250")
                && say("DATA\r\n", "354");
            if !ready {
                break;
            }
            if !say(&message, "250") {
                unanswered += 1;
                break;
            }
            subject = next();
        }
    }
    unanswered
}

/// Submits messages by several clients while `meanwhile` goes on. Returns how many, and how
/// often one was not answered.
fn load(chain: &mut Chain, meanwhile: impl FnOnce(&mut Chain)) -> (usize, usize) {
    let (number, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (number, stop) = (Arc::clone(&number), Arc::clone(&stop));
            let address = chain.submission.clone();
            thread::spawn(move || {
                let next = || {
                    let go_on = !stop.load(Ordering::Relaxed);
                    go_on.then(|| format!("number {}", number.fetch_add(1, Ordering::Relaxed)))
                };
                submit(&address, &next)
            })
        })
        .collect();
    meanwhile(chain);
    stop.store(true, Ordering::Relaxed);
    let unanswered = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
    (number.load(Ordering::Relaxed), unanswered)
}

#[test]
fn all_arrive_once() {
    let mut chain = Chain::start();
    let (count, unanswered) = load(&mut chain, |_| thread::sleep(Duration::from_secs(1)));
    assert!(count > 10 && unanswered == 0, "{unanswered} of {count} were not answered");
    let arrived = chain.finish(count);
    assert_eq!(arrived.len(), count);
    assert!(arrived.values().all(|&times| times == 1), "{arrived:?}");
}

#[test]
fn none_is_lost_whoever_dies() {
    const DEATHS: usize = 9;
    let mut chain = Chain::start();
    let (count, unanswered) = load(&mut chain, |chain| {
        for death in 0..DEATHS {
            thread::sleep(Duration::from_millis(150));
            chain.servers[death % 3].die_and_come_back();
        }
    });
    let arrived = chain.finish(count);
    assert_eq!(arrived.len(), count);
    let doubled: usize = arrived.values().map(|times| times - 1).sum();
    // Those that were on their way: to the server that died, and from it.
    let on_their_way = unanswered + DEATHS * 2 * CONNECTIONS;
    assert!(
        doubled <= on_their_way,
        "{doubled} of {count}, where {on_their_way} were on their way"
    );
}
