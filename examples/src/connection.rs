//! One connection: a TCP stream, in clear text or under TLS.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rustls::{ServerConfig, ServerConnection};

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How long a peer may leave what is sent to it unread.
const WRITE: Duration = Duration::from_secs(60);
/// How long a peer has to close its side once we have closed ours.
const LINGER: Duration = Duration::from_secs(1);
/// How often [`Connection::receive_unless`] looks at its condition.
const LOOK: Duration = Duration::from_millis(100);

/// A connection from a client, blocking.
///
/// It is read with [`Connection::receive`], which has a time limit, and
/// written through [`Write`], which gives up after a minute in which the peer
/// takes nothing. [`Connection::start_tls`] upgrades it in place.
#[derive(Debug)]
pub struct Connection {
    socket: Arc<TcpStream>,
    peer: SocketAddr,
    tls: Option<Box<ServerConnection>>,
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
        socket.set_nodelay(true)?;
        socket.set_write_timeout(Some(WRITE))?;
        Ok(Self { socket, peer, tls: None, config, stopping })
    }

    /// Who is at the other end.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Whether the connection is under TLS.
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Goes over to TLS, as the answering side. What was received before must
    /// have been forgotten, and what was to be sent in clear text be sent.
    ///
    /// # Errors
    /// When the handshake fails or takes more than 30 seconds. The connection
    /// is of no more use then.
    pub fn start_tls(&mut self) -> io::Result<()> {
        let tls = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        let tls = self.tls.insert(Box::new(tls));
        let end = Instant::now() + HANDSHAKE;
        while tls.is_handshaking() {
            if read_records(tls, &self.socket, end)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        write_records(tls, &self.socket)
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
        debug_assert!(!space.is_empty(), "reading into no space looks like the end");
        if self.is_stopping() {
            return Ok(Input::Stopping);
        }
        let read = match &mut self.tls {
            None => read_by(&self.socket, end, |mut socket| socket.read(space)),
            Some(tls) => read_tls(tls, &self.socket, space, end),
        };
        match read {
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

    /// Closes the connection so that the client gets all that was sent: with
    /// `close_notify` under TLS, and then, for a second at most, reading past
    /// what the client still sends. Octets unread at a close would make the
    /// system reset the connection, and the last reply be lost.
    pub(crate) fn close(mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            // The peer may be gone: then there is nobody to be told.
            let _ = write_records(tls, &self.socket);
        }
        if self.socket.shutdown(Shutdown::Write).is_err() {
            return;
        }
        let end = Instant::now() + LINGER;
        let mut past = [0; 4096];
        while matches!(read_by(&self.socket, end, |mut socket| socket.read(&mut past)), Ok(1..)) {}
    }
}

impl Write for Connection {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            None => (&*self.socket).write(octets),
            Some(tls) => {
                let taken = tls.writer().write(octets)?;
                write_records(tls, &self.socket)?;
                Ok(taken)
            }
        }
    }

    /// Does nothing: what is written is sent.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads from a socket until `end`, which past it is [`ErrorKind::TimedOut`].
fn read_by(
    socket: &TcpStream,
    end: Instant,
    mut read: impl FnMut(&TcpStream) -> io::Result<usize>,
) -> io::Result<usize> {
    loop {
        let left = end.saturating_duration_since(Instant::now());
        // The system takes 0 for no limit at all.
        socket.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match read(socket) {
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            // Which of the two it is depends on the system.
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(ErrorKind::TimedOut.into());
            }
            result => return result,
        }
    }
}

/// Reads plaintext, and for it as many TLS records as it takes.
fn read_tls(
    tls: &mut ServerConnection,
    socket: &TcpStream,
    space: &mut [u8],
    end: Instant,
) -> io::Result<usize> {
    loop {
        match tls.reader().read(space) {
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            // Without close_notify. The mail protocols say themselves where
            // they end, so that nothing can be cut off unseen.
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(0),
            result => return result,
        }
        read_records(tls, socket, end)?;
    }
}

/// Sends what TLS has to send, then reads once and takes in what has come.
fn read_records(tls: &mut ServerConnection, socket: &TcpStream, end: Instant) -> io::Result<usize> {
    write_records(tls, socket)?;
    let read = read_by(socket, end, |mut socket| tls.read_tls(&mut socket))?;
    if let Err(e) = tls.process_new_packets() {
        // The alert that says why; the connection is lost either way.
        let _ = write_records(tls, socket);
        return Err(io::Error::new(ErrorKind::InvalidData, e));
    }
    Ok(read)
}

fn write_records(tls: &mut ServerConnection, mut socket: &TcpStream) -> io::Result<()> {
    while tls.wants_write() {
        if tls.write_tls(&mut socket)? == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
    }
    Ok(())
}
