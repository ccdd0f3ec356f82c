//! Connections and listeners, over real sockets, with a protocol of one line.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::{Arc, LazyLock},
    thread,
    time::{Duration, Instant},
};

use mail_examples::{
    connection::{Connection, Input},
    listen::{Listeners, Protocol, Security},
    server::Server,
    store::Store,
    tls,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Answers each line: with itself, or by what it asks for.
const ECHO: Protocol = Protocol { name: "echo", drive: echo, busy: "busy\r\n", alpn: b"test" };

/// More than the system takes.
const MUCH: usize = 6 * 1024 * 1024;

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
                match connection.receive_unless_changed(&mut space, limit, &watch, modseq)? {
                    Input::Interrupted => connection.write_all(b"changed\r\n")?,
                    other => writeln!(connection, "{other:?}\r")?,
                }
            }
            b"wait\r\n" => {
                let limit = Duration::from_millis(20);
                let input = connection.receive(&mut space, limit)?;
                writeln!(connection, "{input:?}\r")?;
            }
            b"much\r\n" => {
                for _ in 0..MUCH / 512 {
                    connection.write_all(&[b'x'; 512])?;
                }
            }
            b"gone?\r\n" => {
                connection.write_all(b"still here\r\n")?;
                while !connection.peer().is_gone() {
                    thread::sleep(Duration::from_millis(10));
                }
                return connection.write_all(b"gone\r\n");
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
    let tls = tls::self_signed("localhost", Some(TLS.path())).unwrap();
    Server::new(store, "localhost", tls)
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

fn handshake(socket: TcpStream, alpn: &[&str]) -> StreamOwned<ClientConnection, TcpStream> {
    let certificate = Path::join(TLS.path(), "localhost-cert.pem");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let mut config =
        ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
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
    let mut stream = handshake(socket, &[]);
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
    let mut stream = handshake(connect(address), &[]);
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
    let mut stream = handshake(socket, &[]);
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
    let mut encrypted = handshake(encrypted, &[]);
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

/// A connection from one of the addresses of this machine, whose system takes
/// little before it is read.
#[cfg(target_os = "linux")]
fn connect_from(last: u8, address: SocketAddr) -> TcpStream {
    use rustix::net::{AddressFamily, SocketType, bind, connect, socket, sockopt};
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    sockopt::set_socket_recv_buffer_size(&socket, 64 * 1024).unwrap();
    bind(&socket, &SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    connect(&socket, &address).unwrap();
    let socket = TcpStream::from(socket);
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// RFC 5321 §3.1, RFC 9051 §7.1.5.
#[test]
#[cfg(target_os = "linux")]
fn past_the_bound_clients_are_told() {
    let mut server = server();
    (server.limits.connections, server.limits.connections_per_address) = (25, 10);
    let (listeners, address) = listen(server, Security::StartTls);
    let fill = |from: u8| {
        let mut open = Vec::new();
        let told = loop {
            assert!(open.len() < 1000, "there is a bound");
            let mut socket = connect_from(from, address);
            match &*ask(&mut socket, "") {
                "hello" => open.push(socket),
                other => break other.to_owned(),
            }
        };
        assert_eq!(told, "busy");
        open
    };
    // One address has its share, and the others have theirs.
    let (one, two, three) = (fill(1), fill(2), fill(3));
    assert_eq!((one.len(), two.len(), three.len()), (10, 10, 5));
    drop(one);
    // The places are free again, if not in the same moment.
    let mut greeting = String::new();
    for _ in 0..100 {
        greeting = ask(&mut connect_from(4, address), "");
        if greeting == "hello" {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(greeting, "hello");
    listeners.stop();
}

#[test]
fn who_drips_octets_has_a_time_in_all() {
    let mut server = server();
    server.limits.login = Duration::from_millis(500);
    let (listeners, address) = listen(server, Security::StartTls);
    let mut socket = connect(address);
    assert_eq!(ask(&mut socket, ""), "hello");
    let begun = Instant::now();
    socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    loop {
        // It may be refused already.
        let _ = socket.write_all(b"x");
        match socket.read(&mut [0]) {
            Ok(0) => break,
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(_) => break,
            Ok(_) => panic!("no line was said"),
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    assert!(begun.elapsed() >= Duration::from_millis(400));
    listeners.stop();
}

/// A time limit on sending counts from the last octet that the client took.
#[test]
#[cfg(target_os = "linux")]
fn who_reads_slowly_is_served_and_who_does_not_is_given_up() {
    let mut server = server();
    server.limits.unread = Duration::from_secs(2);
    let (listeners, address) = listen(server, Security::StartTls);
    let mut slow = connect(address);
    assert_eq!(ask(&mut slow, ""), "hello");
    slow.write_all(b"much\r\n").unwrap();
    let (mut space, mut read, begun) = (vec![0; 32 * 1024], 0, Instant::now());
    while read < MUCH {
        match slow.read(&mut space).unwrap() {
            0 => panic!("cut off after {read} octets"),
            count => read += count,
        }
        if begun.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(100));
        }
    }
    assert_eq!(ask(&mut slow, "still there"), "still there");

    let mut silent = connect_from(1, address);
    assert_eq!(ask(&mut silent, ""), "hello");
    silent.write_all(b"much\r\n").unwrap();
    thread::sleep(Duration::from_secs(6));
    let mut rest = Vec::new();
    let _ = silent.read_to_end(&mut rest);
    assert!(rest.len() < MUCH, "{}", rest.len());
    listeners.stop();
}

/// RFC 7301 §3.2, so that a client of another protocol cannot be led here.
#[test]
fn another_protocol_in_alpn_is_refused() {
    let (listeners, address) = listen(server(), Security::ImplicitTls);
    for (offered, served) in
        [(&["test"][..], true), (&["http/1.1", "test"], true), (&["h2", "http/1.1"], false)]
    {
        let mut stream = handshake(connect(address), offered);
        if served {
            assert_eq!(ask(&mut stream, ""), "hello", "{offered:?}");
            assert_eq!(stream.conn.alpn_protocol(), Some(&b"test"[..]));
        } else {
            let refused = stream.read(&mut [0]).unwrap_err().to_string();
            assert!(refused.contains("NoApplicationProtocol"), "{refused}");
        }
    }
    listeners.stop();
}

#[test]
fn a_client_that_goes_is_noticed_without_reading() {
    let (listeners, address) = listen(server(), Security::StartTls);
    let mut socket = connect(address);
    assert_eq!(ask(&mut socket, ""), "hello");
    socket.write_all(b"gone?\r\n").unwrap();
    assert_eq!(ask(&mut socket, ""), "still here");
    // There is something unread before the end.
    socket.write_all(b"more").unwrap();
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(ask(&mut socket, ""), "gone");
    listeners.stop();
}

#[test]
fn a_port_in_use_is_an_error() {
    let (mut listeners, address) = listen(server(), Security::StartTls);
    let refused = listeners.open(ECHO, Security::StartTls, address).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
    listeners.stop();
}
