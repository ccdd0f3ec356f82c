//! A client's connection to a server: a stream, and whom it has to be.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rustls::{
    ClientConfig, ClientConnection as Tls,
    pki_types::{InvalidDnsNameError, ServerName},
};

use crate::stream::Stream;

/// How long it may take to connect to one address.
const CONNECT: Duration = Duration::from_secs(30);
/// How long a server may leave what is sent to it unread (RFC 5321 §4.5.3.2.5).
const UNREAD: Duration = Duration::from_secs(3 * 60);
/// How often [`ClientConnection::receive`] looks whether to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Where a server is: `HOST[:PORT]`. An IPv6 address with a port stands in
/// brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// Its name or IP address.
    pub host: String,
    /// Its port, if it was given.
    pub port: Option<u16>,
}

impl FromStr for ServerAddress {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => match rest.split_once(']') {
                Some((host, "")) => (host, None),
                Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or(EXPECTED)?)),
                None => return Err(EXPECTED),
            },
            // More colons than one: an IPv6 address without a port.
            None => match text.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                _ => (text, None),
            },
        };
        let port = port.map(str::parse).transpose().map_err(|_| EXPECTED)?;
        match ServerName::try_from(host) {
            Ok(_) => Ok(Self { host: host.to_owned(), port }),
            Err(InvalidDnsNameError) => Err(EXPECTED),
        }
    }
}

const EXPECTED: &str = "expected HOST or HOST:PORT";

impl ServerAddress {
    /// Whether the host is this machine, by its name alone.
    pub fn is_loopback(&self) -> bool {
        let ip = self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        ip || self.host.eq_ignore_ascii_case("localhost")
    }
}

/// The host, and the port if there is one.
impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.port, self.host.contains(':')) {
            (None, _) => f.write_str(&self.host),
            (Some(port), false) => write!(f, "{}:{port}", self.host),
            (Some(port), true) => write!(f, "[{}]:{port}", self.host),
        }
    }
}

/// A connection to a server, blocking.
#[derive(Debug)]
pub struct ClientConnection {
    stream: Stream,
    server: ServerName<'static>,
    config: Arc<ClientConfig>,
}

impl ClientConnection {
    /// Connects in clear text, to the first of the host's addresses that
    /// answers. `config` is for [`ClientConnection::start_tls`].
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when the host has no address; others when none answers within 30
    /// seconds.
    pub fn connect(host: &str, port: u16, config: Arc<ClientConfig>) -> io::Result<Self> {
        let invalid = |e| io::Error::new(ErrorKind::InvalidInput, e);
        let server = ServerName::try_from(host.to_owned()).map_err(invalid)?;
        let mut failed = io::Error::new(ErrorKind::NotFound, "the host has no address");
        let unknown = |e| io::Error::new(ErrorKind::NotFound, e);
        for address in (host, port).to_socket_addrs().map_err(unknown)? {
            match TcpStream::connect_timeout(&address, CONNECT) {
                Ok(socket) => {
                    return Ok(Self {
                        stream: Stream::new(Arc::new(socket), UNREAD)?,
                        server,
                        config,
                    });
                }
                Err(error) => failed = at(address, &error),
            }
        }
        Err(failed)
    }

    /// Whether the connection is under TLS.
    pub fn is_encrypted(&self) -> bool {
        self.stream.is_encrypted()
    }

    /// Goes over to TLS, as the asking side. What was received before must
    /// have been forgotten, and what was to be sent in clear text be sent.
    ///
    /// # Errors
    /// When the handshake fails, the server is not whom it should be, or it
    /// takes more than 30 seconds. The connection is of no more use then.
    pub fn start_tls(&mut self) -> io::Result<()> {
        let tls = Tls::new(Arc::clone(&self.config), self.server.clone());
        self.stream.handshake(tls.map_err(io::Error::other)?.into())
    }

    /// Sends all that is in `out`, and empties it.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(&mut self, out: &mut BytesMut) -> io::Result<()> {
        self.stream.write_all(out)?;
        out.clear();
        Ok(())
    }

    /// Reads what has come, waiting for it no longer than `limit` and no longer
    /// than `stop` is unset; 0 octets are the end. `space` must not be empty.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`], [`ErrorKind::Interrupted`] once `stop` is set, and
    /// when the connection breaks.
    pub fn receive(
        &mut self,
        space: &mut [u8],
        limit: Duration,
        stop: &AtomicBool,
    ) -> io::Result<usize> {
        let end = Instant::now() + limit;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(ErrorKind::Interrupted.into());
            }
            let now = Instant::now();
            match self.stream.read_by(space, end.min(now + LOOK)) {
                Err(error) if error.kind() == ErrorKind::TimedOut && now + LOOK < end => {}
                read => return read,
            }
        }
    }

    /// Closes the connection so that the server gets all that was sent.
    pub fn close(self) {
        self.stream.close();
    }
}

/// An error with the address at which it happened.
fn at(address: SocketAddr, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{address}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_and_without_ports() {
        for (text, host, port) in [
            ("mail.example.org", "mail.example.org", None),
            ("mail.example.org:1110", "mail.example.org", Some(1110)),
            ("127.0.0.1:995", "127.0.0.1", Some(995)),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("[::1]:995", "::1", Some(995)),
        ] {
            let address = ServerAddress::from_str(text).unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port), "{text}");
        }
        for text in
            ["", ":995", "a b", "host:", "host:x", "host:65536", "[::1", "[::1]995", "a:1:2"]
        {
            assert!(ServerAddress::from_str(text).is_err(), "{text}");
        }
        let shown = |text| ServerAddress::from_str(text).unwrap().to_string();
        assert_eq!([shown("::1"), shown("[::1]:995")], ["::1", "[::1]:995"]);
    }
}
