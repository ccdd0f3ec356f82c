//! One connection from a client: a stream, and what the server has to know of it.

use std::{
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

use crate::stream::Stream;

/// How often [`Connection::receive_unless`] looks at its condition.
const LOOK: Duration = Duration::from_millis(100);

/// A connection from a client, blocking.
///
/// It is read with [`Connection::receive`], which has a time limit, and
/// written through [`Write`], which gives up after a minute in which the peer
/// takes nothing. [`Connection::start_tls`] upgrades it in place.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    peer: SocketAddr,
    config: Arc<ServerConfig>,
    stopping: Arc<AtomicBool>,
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
    /// The condition of [`Connection::receive_unless`] holds.
    Interrupted,
    /// The server is shutting down: say goodbye and return.
    Stopping,
}

impl Connection {
    /// A connection in clear text. `config` is for [`Connection::start_tls`];
    /// once `stopping` is set and the socket's reading side shut down,
    /// waiting ends with [`Input::Stopping`].
    pub(crate) fn new(
        socket: Arc<TcpStream>,
        peer: SocketAddr,
        config: Arc<ServerConfig>,
        stopping: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        Ok(Self { stream: Stream::new(socket)?, peer, config, stopping })
    }

    /// Who is at the other end.
    pub fn peer(&self) -> SocketAddr {
        self.peer
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
    /// longer than `condition` is false. It is looked at every tenth of a
    /// second, so it should cost little: [`Watch::changed_since`].
    ///
    /// This is how IDLE waits for its client and its mailbox at once.
    ///
    /// [`Watch::changed_since`]: crate::store::Watch::changed_since
    pub fn receive_unless(
        &mut self,
        space: &mut [u8],
        limit: Duration,
        condition: impl Fn() -> bool,
    ) -> io::Result<Input> {
        let end = Instant::now() + limit;
        loop {
            if condition() {
                return Ok(Input::Interrupted);
            }
            let now = Instant::now();
            match self.receive_by(space, end.min(now + LOOK))? {
                Input::TimedOut if now + LOOK < end => {}
                other => return Ok(other),
            }
        }
    }

    fn receive_by(&mut self, space: &mut [u8], end: Instant) -> io::Result<Input> {
        if self.is_stopping() {
            return Ok(Input::Stopping);
        }
        match self.stream.read_by(space, end) {
            Ok(0) if self.is_stopping() => Ok(Input::Stopping),
            Ok(0) => Ok(Input::End),
            Ok(count) => Ok(Input::Octets(count)),
            Err(e) if e.kind() == ErrorKind::TimedOut => Ok(Input::TimedOut),
            Err(e) => Err(e),
        }
    }

    /// Whether the client has closed the connection, or the server is stopping: for a
    /// driver that is busy and does not read. What the client has sent stays for
    /// [`Connection::receive`].
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn is_over(&mut self) -> io::Result<bool> {
        Ok(self.is_stopping() || self.stream.has_ended()?)
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
