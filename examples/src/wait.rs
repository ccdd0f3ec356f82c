//! Waiting for sockets, and looking at them without reading.

use std::{
    io,
    net::{TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Waits until there is something to be read from one of the two, or the time
/// has come. It may also return for no reason.
pub(crate) fn until_readable(
    socket: &TcpStream,
    waker: &UdpSocket,
    end: Instant,
) -> io::Result<()> {
    let left = end.saturating_duration_since(Instant::now());
    let left = Timespec::try_from(left.min(LONGEST)).map_err(io::Error::other)?;
    let readable = PollFlags::IN;
    let mut two = [PollFd::new(socket, readable), PollFd::new(waker, readable)];
    match poll(&mut two, Some(&left)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Systems take no longer time than this at once.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether the peer has closed its side, or the connection is broken, although
/// there may be octets to be read before that.
pub(crate) fn is_closed(socket: &TcpStream) -> bool {
    let mut one = [PollFd::new(socket, CLOSED)];
    match poll(&mut one, Some(&Timespec::default())) {
        Ok(_) => one[0].revents().intersects(CLOSED),
        Err(_) => false,
    }
}

/// What tells it. Other systems than Linux tell of a closed side by `HUP`.
#[cfg(target_os = "linux")]
const CLOSED: PollFlags = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::RDHUP);
#[cfg(not(target_os = "linux"))]
const CLOSED: PollFlags = PollFlags::HUP.union(PollFlags::ERR);
