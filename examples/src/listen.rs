//! Accepting connections: a thread for each, a bound on their number, and an
//! orderly end.

use std::{
    collections::HashMap,
    fmt, io,
    io::Write,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustls::ServerConfig;

use crate::{
    connection::Connection,
    server::{Limits, Server},
    throttle,
};

/// How long connections have to say goodbye when the server stops.
const GOODBYE: Duration = Duration::from_secs(3);

/// Serves one connection from the greeting to the goodbye, and returns; it is
/// then closed.
///
/// A listener with TLS from the start has gone over to TLS before. An error is
/// written to the server's standard error.
pub type Driver = fn(&Server, &mut Connection) -> io::Result<()>;

/// What is spoken at a port.
#[derive(Clone, Copy, Debug)]
pub struct Protocol {
    /// Its name.
    pub name: &'static str,
    /// Who speaks it.
    pub drive: Driver,
    /// The greeting, with its CRLF, for a client that finds the server with
    /// as many connections as it can take, or its address with its share.
    pub busy: &'static str,
    /// Its name in TLS's ALPN (RFC 7301). A client that offers others only is
    /// refused, so that none can be led here to whom this is another protocol.
    pub alpn: &'static [u8],
}

/// How a port begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// In clear text; the protocol may go over to TLS.
    StartTls,
    /// With a TLS handshake (RFC 8314 §3).
    ImplicitTls,
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StartTls => "clear text, TLS on demand",
            Self::ImplicitTls => "TLS",
        })
    }
}

/// The open ports of a server and the connections they have accepted.
#[derive(Debug)]
pub struct Listeners {
    server: Arc<Server>,
    connections: Arc<Connections>,
    accepting: Vec<(SocketAddr, JoinHandle<()>)>,
}

impl Listeners {
    /// No port yet.
    pub fn new(server: impl Into<Arc<Server>>) -> Self {
        Self { server: server.into(), connections: Arc::default(), accepting: Vec::new() }
    }

    /// Opens a port and accepts connections there from now on. Returns its
    /// address, which has the real number when 0 was asked for.
    ///
    /// # Errors
    /// When the address is in use, or is none of this machine.
    pub fn open(
        &mut self,
        protocol: Protocol,
        security: Security,
        address: SocketAddr,
    ) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let mut tls = ServerConfig::clone(&self.server.tls);
        tls.alpn_protocols = vec![protocol.alpn.into()];
        let port = Arc::new(Port { protocol, security, tls: Arc::new(tls) });
        let (server, connections) = (Arc::clone(&self.server), Arc::clone(&self.connections));
        let accept = move || accept(&listener, &port, &server, &connections);
        let name = format!("{} {address}", protocol.name);
        self.accepting.push((address, thread::Builder::new().name(name).spawn(accept)?));
        Ok(address)
    }

    /// Closes the ports, lets every connection say goodbye, and returns once
    /// they are closed; after some seconds it closes what is left.
    pub fn stop(self) {
        self.connections.stopping.store(true, Ordering::Release);
        for (address, thread) in self.accepting {
            // Wakes the thread out of `accept`. If it cannot be woken it is
            // left behind: no connection gets past `stopping`.
            if TcpStream::connect_timeout(&reachable(address), Duration::from_secs(1)).is_ok() {
                let _ = thread.join();
            }
        }
        // First their waiting for input ends, and they answer; then all.
        self.connections.shut_down(Shutdown::Read, GOODBYE);
        self.connections.shut_down(Shutdown::Both, Duration::from_secs(1));
    }
}

/// A port, as its connections see it.
#[derive(Debug)]
struct Port {
    protocol: Protocol,
    security: Security,
    tls: Arc<ServerConfig>,
}

/// The connections that are open.
#[derive(Debug, Default)]
struct Connections {
    stopping: Arc<AtomicBool>,
    open: Mutex<Open>,
    closed: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    sockets: HashMap<u64, Arc<TcpStream>>,
    /// How many there are from each network.
    from: HashMap<IpAddr, usize>,
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection in, if there is room and the server goes on.
    fn admit(
        self: &Arc<Self>,
        limits: &Limits,
        id: u64,
        socket: &Arc<TcpStream>,
        peer: SocketAddr,
    ) -> Option<Admitted> {
        let network = throttle::network(peer.ip());
        let mut open = self.lock();
        let share = open.from.get(&network).copied().unwrap_or_default();
        let room = open.sockets.len() < limits.connections
            && share < limits.connections_per_address
            && !self.stopping.load(Ordering::Acquire);
        room.then(|| {
            open.sockets.insert(id, Arc::clone(socket));
            open.from.insert(network, share + 1);
            Admitted { id, network, connections: Arc::clone(self) }
        })
    }

    /// Shuts down all sockets and waits for their connections to end.
    fn shut_down(&self, how: Shutdown, limit: Duration) {
        let open = self.lock();
        for socket in open.sockets.values() {
            // It fails for a client that is gone already.
            let _ = socket.shutdown(how);
        }
        let ended = self.closed.wait_timeout_while(open, limit, |open| !open.sockets.is_empty());
        drop(ended.unwrap_or_else(PoisonError::into_inner));
    }
}

/// Counts the connection out when it ends, however it does.
#[derive(Debug)]
struct Admitted {
    id: u64,
    network: IpAddr,
    connections: Arc<Connections>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        open.sockets.remove(&self.id);
        match open.from.get_mut(&self.network) {
            Some(share @ 2..) => *share -= 1,
            _ => drop(open.from.remove(&self.network)),
        }
        drop(open);
        self.connections.closed.notify_all();
    }
}

fn accept(
    listener: &TcpListener,
    port: &Arc<Port>,
    server: &Arc<Server>,
    connections: &Arc<Connections>,
) {
    let Port { protocol, security, .. } = **port;
    while !connections.stopping.load(Ordering::Acquire) {
        let Ok((socket, peer)) = listener.accept() else {
            // No file descriptor left, most likely: some will come back.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let socket = Arc::new(socket);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let Some(admitted) = connections.admit(&server.limits, id, &socket, peer) else {
            if security == Security::StartTls {
                // A few octets fit into the system's buffer: this cannot wait.
                let _ = (&*socket).write_all(protocol.busy.as_bytes());
            }
            continue;
        };
        let (server, port) = (Arc::clone(server), Arc::clone(port));
        let stopping = Arc::clone(&connections.stopping);
        let serve = move || {
            let _admitted = admitted;
            if let Err(e) = serve(&server, &port, socket, peer, stopping) {
                eprintln!("{} {peer}: {e}", protocol.name);
            }
        };
        if let Err(e) =
            thread::Builder::new().name(format!("{} {peer}", protocol.name)).spawn(serve)
        {
            eprintln!("{} {peer}: no thread for it: {e}", protocol.name);
        }
    }
}

/// Numbers the connections.
static NEXT: AtomicU64 = AtomicU64::new(0);

fn serve(
    server: &Server,
    port: &Port,
    socket: Arc<TcpStream>,
    peer: SocketAddr,
    stopping: Arc<AtomicBool>,
) -> io::Result<()> {
    let unread = server.limits.unread;
    let mut connection = Connection::new(socket, peer, Arc::clone(&port.tls), stopping, unread)?;
    connection.limit_time(Some(server.limits.login));
    if port.security == Security::ImplicitTls {
        connection.start_tls()?;
    }
    let served = (port.protocol.drive)(server, &mut connection);
    connection.close();
    served
}

/// An address to reach a listener of this machine at: one that listens
/// everywhere also listens on loopback.
pub fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}
