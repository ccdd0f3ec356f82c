//! A server in memory, clients with and without TLS, and transcripts.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use mail_examples::{
    listen::{Driver, Listeners, Protocol, Security},
    login::PlaintextAuth,
    server::Server,
    store::{Store, UidSet},
    tls,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The certificate, made once: where it is.
static TLS: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    tls::self_signed("localhost", Some(directory.path())).unwrap();
    directory
});

/// The file of the certificate.
pub(crate) fn certificate() -> PathBuf {
    Path::join(TLS.path(), "localhost-cert.pem")
}

/// A server for alice and bob, whose password is `secret`.
pub(crate) fn server(store: Store) -> Server {
    store.set_user("alice", "secret").unwrap();
    store.set_user("bob", "secret").unwrap();
    let tls = tls::self_signed("localhost", Some(TLS.path())).unwrap();
    let mut server = Server::new(store, "mx.example.org", tls);
    server.max_message_size = 10_000;
    server.plaintext_auth = PlaintextAuth::Loopback;
    server
}

/// Opens a port for one protocol.
pub(crate) fn listen(server: Server, drive: Driver, security: Security) -> (Listeners, SocketAddr) {
    let mut listeners = Listeners::new(server);
    let protocol = Protocol { name: "test", drive, busy: "busy\r\n", alpn: b"test" };
    let address = listeners.open(protocol, security, ([127, 0, 0, 1], 0).into()).unwrap();
    (listeners, address)
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket
}

/// Goes over to TLS.
pub(crate) fn handshake(socket: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate()).unwrap()).unwrap();
    let config =
        ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    let tls = ClientConnection::new(config.into(), "localhost".try_into().unwrap()).unwrap();
    StreamOwned::new(tls, socket)
}

/// Plays a transcript: says the lines after `C: ` and expects those after
/// `S: `. `…` at the end of a line stands for anything.
#[track_caller]
pub(crate) fn play(stream: &mut (impl Read + Write), transcript: &str) {
    for line in transcript.lines().map(str::trim_start).filter(|line| !line.is_empty()) {
        match line.split_at(2) {
            ("C:", line) => {
                let line = line.strip_prefix(' ').unwrap_or(line);
                stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
            }
            ("S:", expected) => {
                let expected = expected.strip_prefix(' ').unwrap_or(expected);
                let answer = read_line(stream);
                let same = match expected.strip_suffix('…') {
                    Some(start) => answer.starts_with(start),
                    None => answer == expected,
                };
                assert!(same, "expected {expected:?}, got {answer:?}, in {transcript}");
            }
            _ => panic!("{line:?}"),
        }
    }
}

/// The next line without its CRLF, or nothing at the end.
pub(crate) fn read_line(stream: &mut impl Read) -> String {
    let (mut line, mut octet) = (Vec::new(), [0]);
    while !line.ends_with(b"\r\n") && matches!(stream.read(&mut octet), Ok(1)) {
        line.extend(octet);
    }
    String::from_utf8(line).unwrap().trim_end_matches("\r\n").into()
}

/// The messages in a user's INBOX.
pub(crate) fn inbox(store: &Store, user: &str) -> Vec<String> {
    let user = store.recipient(user).unwrap().unwrap();
    let inbox = store.mailbox(user, "INBOX").unwrap();
    let messages = store.messages(inbox, &UidSet::all()).unwrap();
    let text = |message| store.body(message).unwrap().into_bytes().unwrap().to_vec();
    messages.iter().map(|message| String::from_utf8(text(message)).unwrap()).collect()
}
