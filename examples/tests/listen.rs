//! Connections and listeners, over real sockets, with a protocol of one line.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};

use mail_examples::{
    connection::{Connection, Input},
    listen::{Listeners, Protocol, Security},
    server::{PlaintextAuth, Server},
    store::Store,
    tls,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Answers each line: with itself, or by what it asks for.
const ECHO: Protocol = Protocol { name: "echo", drive: echo, busy: "busy\r\n" };

fn echo(server: &Server, connection: &mut Connection) -> io::Result<()> {
    connection.write_all(b"hello\r\n")?;
    let (mut line, mut space) = (Vec::new(), [0; 100]);
    loop {
        match connection.receive(&mut space, Duration::from_secs(30))? {
            Input::Octets(count) => line.extend_from_slice(&space[..count]),
            Input::Stopping => return connection.write_all(b"stopping\r\n"),
            Input::End | Input::TimedOut | Input::Interrupted => return Ok(()),
        }
        if !line.ends_with(b"\n") {
            continue;
        }
        match &line[..] {
            b"tls\r\n" => {
                connection.write_all(b"go ahead\r\n")?;
                connection.start_tls()?;
            }
            b"may?\r\n" => writeln!(connection, "{}\r", server.may_log_in(connection))?,
            b"idle\r\n" => {
                let user = server.store.recipient("alice").unwrap().unwrap();
                let inbox = server.store.mailbox(user, "INBOX").unwrap();
                let watch = server.store.watch(inbox);
                let modseq = server.store.select(inbox).unwrap().modseq;
                connection.write_all(b"idling\r\n")?;
                let limit = Duration::from_secs(30);
                let changed = || watch.changed_since(modseq);
                match connection.receive_unless(&mut space, limit, changed)? {
                    Input::Interrupted => connection.write_all(b"changed\r\n")?,
                    other => writeln!(connection, "{other:?}\r")?,
                }
            }
            b"wait\r\n" => {
                let limit = Duration::from_millis(20);
                let input = connection.receive(&mut space, limit)?;
                writeln!(connection, "{input:?}\r")?;
            }
            b"quit\r\n" => return connection.write_all(b"bye\r\n"),
            b"fail\r\n" => return Err(io::Error::other("as asked")),
            b"panic\r\n" => panic!("as asked"),
            other => connection.write_all(other)?,
        }
        line.clear();
    }
}

/// The certificate, made once: where it is.
static TLS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    tls::self_signed("localhost", Some(directory.path())).unwrap();
    directory
});

fn server() -> Server {
    let store = Store::in_memory().unwrap();
    store.set_user("alice", "secret").unwrap();
    Server {
        store: Arc::new(store),
        hostname: "localhost".into(),
        tls: tls::self_signed("localhost", Some(TLS.path())).unwrap(),
        max_message_size: 1000,
        plaintext_auth: PlaintextAuth::Never,
    }
}

fn listen(server: Server, security: Security) -> (Listeners, SocketAddr) {
    let mut listeners = Listeners::new(server);
    let address = listeners.open(ECHO, security, ([127, 0, 0, 1], 0).into()).unwrap();
    (listeners, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

fn handshake(socket: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let certificate = Path::join(TLS.path(), "localhost-cert.pem");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let config =
        ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    // By its address, which the certificate has as well.
    let tls = ClientConnection::new(config.into(), "127.0.0.1".try_into().unwrap()).unwrap();
    StreamOwned::new(tls, socket)
}

/// Says a line, if it is not empty, and gives the one that is answered.
fn ask(stream: &mut (impl Read + Write), line: &str) -> String {
    if !line.is_empty() {
        stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }
    let (mut answer, mut octet) = (String::new(), [0]);
    while octet != *b"\n" && stream.read(&mut octet).unwrap() == 1 {
        answer.push(octet[0].into());
    }
    answer.trim_end().to_owned()
}

#[test]
fn clear_text_goes_over_to_tls() {
    let (listeners, address) = listen(server(), Security::StartTls);
    let mut socket = connect(address);
    assert_eq!(ask(&mut socket, ""), "hello");
    assert_eq!(ask(&mut socket, "may?"), "false");
    assert_eq!(ask(&mut socket, "tls"), "go ahead");
    let mut stream = handshake(socket);
    assert_eq!(ask(&mut stream, "may?"), "true");
    // More than one TLS record.
    let long = "x".repeat(50_000);
    assert_eq!(ask(&mut stream, &long), long);
    assert_eq!(ask(&mut stream, "quit"), "bye");
    assert_eq!(stream.read(&mut [0]).unwrap(), 0, "close_notify came");
    listeners.stop();
}

#[test]
fn tls_from_the_start() {
    let (listeners, address) = listen(server(), Security::ImplicitTls);
    let mut stream = handshake(connect(address));
    assert_eq!(ask(&mut stream, ""), "hello");
    assert_eq!(ask(&mut stream, "may?"), "true");
    // Clear text there is answered with an alert and the end.
    let mut socket = connect(address);
    socket.write_all(b"EHLO client.example\r\n").unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(&[21]), "a TLS alert: {answer:?}");
    listeners.stop();
}

#[test]
fn waiting_ends_in_time_and_loses_nothing() {
    let (listeners, address) = listen(server(), Security::StartTls);
    let mut socket = connect(address);
    assert_eq!(ask(&mut socket, ""), "hello");
    assert_eq!(ask(&mut socket, "wait"), "TimedOut");
    assert_eq!(ask(&mut socket, "tls"), "go ahead");
    let mut stream = handshake(socket);
    assert_eq!(ask(&mut stream, "wait"), "TimedOut");

    // Half a record, a time limit that runs out, the other half.
    assert_eq!(ask(&mut stream, "idle"), "idling");
    let mut record = Vec::new();
    stream.conn.writer().write_all(b"whole\r\n").unwrap();
    stream.conn.write_tls(&mut record).unwrap();
    let (first, rest) = record.split_at(record.len() / 2);
    stream.sock.write_all(first).unwrap();
    thread::sleep(Duration::from_millis(250));
    stream.sock.write_all(rest).unwrap();
    assert_eq!(ask(&mut stream, ""), "Octets(7)");
    listeners.stop();
}

#[test]
fn idle_sees_the_mailbox_change() {
    let server = server();
    let store = Arc::clone(&server.store);
    let (listeners, address) = listen(server, Security::StartTls);
    let mut socket = connect(address);
    assert_eq!(ask(&mut socket, ""), "hello");
    assert_eq!(ask(&mut socket, "idle"), "idling");
    let alice = store.recipient("alice").unwrap().unwrap();
    store.deliver(store.draft().unwrap(), &[alice]).unwrap();
    assert_eq!(ask(&mut socket, ""), "changed");
    assert_eq!(ask(&mut socket, "idle"), "idling");
    assert_eq!(ask(&mut socket, "done"), "Octets(6)");
    listeners.stop();
}

#[test]
fn stopping_lets_everyone_say_goodbye() {
    let (listeners, address) = listen(server(), Security::StartTls);
    let mut clear = connect(address);
    let mut idle = connect(address);
    let mut encrypted = connect(address);
    for socket in [&mut clear, &mut idle, &mut encrypted] {
        assert_eq!(ask(socket, ""), "hello");
    }
    assert_eq!(ask(&mut idle, "idle"), "idling");
    assert_eq!(ask(&mut encrypted, "tls"), "go ahead");
    let mut encrypted = handshake(encrypted);
    assert_eq!(ask(&mut encrypted, "echo"), "echo");
    let begun = Instant::now();
    let stopping = thread::spawn(move || listeners.stop());
    assert_eq!(ask(&mut clear, ""), "stopping");
    assert_eq!(ask(&mut idle, ""), "Stopping");
    assert_eq!(ask(&mut encrypted, ""), "stopping");
    drop((clear, idle, encrypted));
    stopping.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20));
    TcpStream::connect(address).unwrap_err();
}

#[test]
fn a_failing_driver_takes_nothing_else_along() {
    let (listeners, address) = listen(server(), Security::StartTls);
    let mut other = connect(address);
    assert_eq!(ask(&mut other, ""), "hello");
    for how in ["fail", "panic"] {
        let mut socket = connect(address);
        assert_eq!(ask(&mut socket, ""), "hello");
        assert_eq!(ask(&mut socket, how), "", "closed");
    }
    assert_eq!(ask(&mut other, "still here"), "still here");
    drop(other);
    listeners.stop();
}

#[test]
fn past_the_bound_clients_are_told() {
    let (listeners, address) = listen(server(), Security::StartTls);
    let mut open = Vec::new();
    let told = loop {
        assert!(open.len() < 1000, "there is a bound");
        let mut socket = BufReader::new(connect(address));
        let mut greeting = String::new();
        socket.read_line(&mut greeting).unwrap();
        if greeting != "hello\r\n" {
            break greeting;
        }
        open.push(socket);
    };
    assert_eq!((told.as_str(), open.len()), ("busy\r\n", 400));
    open.clear();
    // The places are free again, if not in the same moment.
    let mut greeting = String::new();
    for _ in 0..100 {
        greeting = ask(&mut connect(address), "");
        if greeting == "hello" {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(greeting, "hello");
    listeners.stop();
}

#[test]
fn a_port_in_use_is_an_error() {
    let (mut listeners, address) = listen(server(), Security::StartTls);
    let refused = listeners.open(ECHO, Security::StartTls, address).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
    listeners.stop();
}
