//! One connection from a client: a stream, and what the server has to know of it.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rustls::{ServerConfig, ServerConnection};
use smtp_proto::WireLog;

use crate::{
    server::Server,
    store::{Waker, Watch},
    stream::Stream,
    wait,
};

/// A connection from a client, blocking.
///
/// It is read with [`Connection::receive`], which has a time limit, and
/// written through [`Write`], which gives up once the peer has taken nothing
/// for some minutes. [`Connection::start_tls`] upgrades it in place.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    peer: Peer,
    config: Arc<ServerConfig>,
    stopping: Arc<AtomicBool>,
    /// When it ends, whatever the client says.
    ends_at: Option<Instant>,
    /// What wakes it while it waits for a mailbox; made when it first does.
    waker: Option<Arc<Waker>>,
}

/// The other end of a connection.
#[derive(Clone, Debug)]
pub struct Peer {
    address: SocketAddr,
    socket: Arc<TcpStream>,
}

impl Peer {
    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it has closed its side of the connection, or the connection is
    /// broken, or the server is shutting down: look at it now and then in what
    /// takes long, and give that up.
    ///
    /// A client that still reads after it has closed its side for sending looks
    /// the same, so it should not be asked in what is done soon. It takes a call
    /// of the system.
    pub fn is_gone(&self) -> bool {
        wait::is_closed(&self.socket)
    }
}

/// As its address.
impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

/// What came of waiting for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// So many octets were read; not 0.
    Octets(usize),
    /// The client has closed its side: there will be no more octets.
    End,
    /// Nothing came within the time limit. No octet is lost: what has come
    /// of a TLS record stays for the next call.
    TimedOut,
    /// The mailbox of [`Connection::receive_unless_changed`] has changed.
    Interrupted,
    /// The server is shutting down: say goodbye and return.
    Stopping,
}

impl Connection {
    /// A connection in clear text, that may send nothing for the time `unread`
    /// if the peer takes nothing. `config` is for [`Connection::start_tls`];
    /// once `stopping` is set and the socket's reading side shut down,
    /// waiting ends with [`Input::Stopping`].
    pub(crate) fn new(
        socket: Arc<TcpStream>,
        address: SocketAddr,
        config: Arc<ServerConfig>,
        stopping: Arc<AtomicBool>,
        unread: Duration,
    ) -> io::Result<Self> {
        let peer = Peer { address, socket: Arc::clone(&socket) };
        let stream = Stream::new(socket, unread)?;
        Ok(Self { stream, peer, config, stopping, ends_at: None, waker: None })
    }

    /// Who is at the other end.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// What shows this connection's lines on standard error, where the server is
    /// to show them.
    pub fn wire_log(&self, server: &Server) -> Option<WireLog> {
        let peer = self.peer.address;
        server.log_wire.then(|| WireLog::new(move |line| eprintln!("{peer} {line}")))
    }

    /// From now on the client has this time for all that it says, or as much as
    /// it likes: then [`Input::TimedOut`] comes, though it was never silent.
    pub fn limit_time(&mut self, limit: Option<Duration>) {
        self.ends_at = limit.map(|limit| Instant::now() + limit);
    }

    /// Lengthens the time of [`Connection::limit_time`].
    pub fn prolong(&mut self, by: Duration) {
        self.ends_at = self.ends_at.map(|end| end + by);
    }

    /// Whether the connection is under TLS.
    pub fn is_encrypted(&self) -> bool {
        self.stream.is_encrypted()
    }

    /// Goes over to TLS, as the answering side. What was received before must
    /// have been forgotten, and what was to be sent in clear text be sent.
    ///
    /// # Errors
    /// When the handshake fails or takes more than 30 seconds. The connection
    /// is of no more use then.
    pub fn start_tls(&mut self) -> io::Result<()> {
        let tls = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        self.stream.handshake(tls.into())
    }

    /// Sends all that is in `out`, and empties it.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(&mut self, out: &mut BytesMut) -> io::Result<()> {
        self.write_all(out)?;
        out.clear();
        Ok(())
    }

    /// Reads what has come, waiting for it no longer than `limit`.
    ///
    /// `space` must not be empty.
    pub fn receive(&mut self, space: &mut [u8], limit: Duration) -> io::Result<Input> {
        self.receive_by(space, Instant::now() + limit)
    }

    /// Reads what has come, waiting for it no longer than `limit` and no
    /// longer than until the mailbox has changed since it had this modification
    /// sequence.
    ///
    /// This is how IDLE waits for its client and its mailbox at once. Meanwhile
    /// it takes no time of the processor, and one more file descriptor.
    pub fn receive_unless_changed(
        &mut self,
        space: &mut [u8],
        limit: Duration,
        watch: &Watch,
        modseq: u64,
    ) -> io::Result<Input> {
        let end = Instant::now() + limit;
        let waker = match &self.waker {
            Some(waker) => Arc::clone(waker),
            None => Arc::clone(self.waker.insert(Arc::new(Waker::new()?))),
        };
        // From here on a change wakes it.
        let _woken = watch.wakes(&waker);
        loop {
            waker.clear();
            if watch.changed_since(modseq) {
                return Ok(Input::Interrupted);
            }
            // Of what has come, TLS may have some already.
            let now = Instant::now();
            match self.receive_by(space, now)? {
                Input::TimedOut if now < end => {}
                other => return Ok(other),
            }
            let end = self.ends_at.map_or(end, |ends_at| ends_at.min(end));
            wait::until_readable(&self.peer.socket, waker.socket(), end)?;
        }
    }

    fn receive_by(&mut self, space: &mut [u8], end: Instant) -> io::Result<Input> {
        if self.is_stopping() {
            return Ok(Input::Stopping);
        }
        let end = self.ends_at.map_or(end, |ends_at| ends_at.min(end));
        match self.stream.read_by(space, end) {
            Ok(0) if self.is_stopping() => Ok(Input::Stopping),
            Ok(0) => Ok(Input::End),
            Ok(count) => Ok(Input::Octets(count)),
            Err(e) if e.kind() == ErrorKind::TimedOut => Ok(Input::TimedOut),
            Err(e) => Err(e),
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Closes the connection so that the client gets all that was sent.
    pub(crate) fn close(self) {
        self.stream.close();
    }
}

impl Write for Connection {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.write(octets)
    }

    /// Does nothing: what is written is sent.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
