//! A TCP stream, in clear text or under TLS, as either side of it.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::net::sockopt::set_socket_send_buffer_size;
use rustls::Connection as Tls;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How many octets the system takes of what is sent before the peer has taken
/// them. Left to itself it takes megabytes, of each who reads nothing.
const SEND_BUFFER: usize = 256 * 1024;
/// How long a peer has to close its side once we have closed ours.
const LINGER: Duration = Duration::from_secs(1);

/// A blocking stream that is read with a time limit, and written through
/// [`Write`], which gives up once the peer has taken nothing for too long.
#[derive(Debug)]
pub(crate) struct Stream {
    socket: Arc<TcpStream>,
    tls: Option<Box<Tls>>,
}

impl Stream {
    /// A stream in clear text, whose peer may leave what is sent to it unread
    /// for so long.
    pub(crate) fn new(socket: Arc<TcpStream>, unread: Duration) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        // It is waited for twice: see `patiently`.
        socket.set_write_timeout(Some(unread / 2))?;
        set_socket_send_buffer_size(&socket, SEND_BUFFER)?;
        Ok(Self { socket, tls: None })
    }

    /// Whether the stream is under TLS.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Does the handshake, as the side that `tls` is of. What was received
    /// before must have been forgotten, and what was to be sent be sent.
    pub(crate) fn handshake(&mut self, tls: Tls) -> io::Result<()> {
        let tls = self.tls.insert(Box::new(tls));
        let end = Instant::now() + HANDSHAKE;
        while tls.is_handshaking() {
            if read_records(tls, &self.socket, end)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        write_records(tls, &self.socket)
    }

    /// Reads what has come, waiting for it until `end`; past it, that is
    /// [`ErrorKind::TimedOut`], and no octet is lost. `space` must not be empty.
    pub(crate) fn read_by(&mut self, space: &mut [u8], end: Instant) -> io::Result<usize> {
        debug_assert!(!space.is_empty(), "reading into no space looks like the end");
        match &mut self.tls {
            None => read_by(&self.socket, end, |mut socket| socket.read(space)),
            Some(tls) => read_tls(tls, &self.socket, space, end),
        }
    }

    /// Closes the stream so that the peer gets all that was sent: with
    /// `close_notify` under TLS, and then, for a second at most, reading past
    /// what the peer still sends. Octets unread at a close would make the
    /// system reset the connection, and what was sent last be lost.
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

impl Write for Stream {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            None => patiently(|| (&*self.socket).write(octets)),
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

/// Writes, for as long as the peer takes anything: the system says that there is
/// room again only once a third of all that waits has gone, which may be too
/// late for a slow reader, but a second try finds any room there is.
fn patiently(mut write: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    match write() {
        Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => write(),
        written => written,
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
    tls: &mut Tls,
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
fn read_records(tls: &mut Tls, socket: &TcpStream, end: Instant) -> io::Result<usize> {
    write_records(tls, socket)?;
    let read = read_by(socket, end, |mut socket| tls.read_tls(&mut socket))?;
    if let Err(e) = tls.process_new_packets() {
        // The alert that says why; the connection is lost either way.
        let _ = write_records(tls, socket);
        return Err(io::Error::new(ErrorKind::InvalidData, e));
    }
    Ok(read)
}

fn write_records(tls: &mut Tls, mut socket: &TcpStream) -> io::Result<()> {
    while tls.wants_write() {
        if patiently(|| tls.write_tls(&mut socket))? == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
    }
    Ok(())
}
