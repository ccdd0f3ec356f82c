//! Telling a waiting session that a mailbox has changed.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, UdpSocket},
    sync::{Arc, Condvar, Mutex, Weak},
    time::Duration,
};

use super::{MailboxId, lock};

/// An eye on one mailbox, from [`Store::watch`](super::Store::watch).
///
/// It tells only *that* something has changed since a state the caller knows
/// by its modification sequence; [`Store::changes`](super::Store::changes)
/// tells what.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Latest>);

#[derive(Debug, Default)]
struct Latest {
    modseq: Mutex<u64>,
    risen: Condvar,
    wakers: Mutex<Vec<Arc<Waker>>>,
}

/// Wakes somebody who waits for a socket: one of its own becomes readable.
///
/// It is a socket that is connected with itself, which every system has, and
/// into which nobody else can write.
#[derive(Debug)]
pub struct Waker(UdpSocket);

impl Waker {
    /// Its socket is not readable yet.
    ///
    /// # Errors
    /// When there is no file descriptor for it.
    pub fn new() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(socket.local_addr()?)?;
        socket.set_nonblocking(true)?;
        Ok(Self(socket))
    }

    /// What to wait for.
    pub fn socket(&self) -> &UdpSocket {
        &self.0
    }

    /// Has its socket readable.
    pub fn wake(&self) {
        // It fails where it would wait: then it is readable already.
        let _ = self.0.send(&[1]);
    }

    /// Has its socket not readable until the next [`Waker::wake`].
    pub fn clear(&self) {
        while self.0.recv(&mut [0]).is_ok() {}
    }
}

/// While it lives, the waker is woken by every change.
#[derive(Debug)]
#[must_use]
pub struct Wakes<'w> {
    watch: &'w Watch,
    waker: &'w Arc<Waker>,
}

impl Drop for Wakes<'_> {
    fn drop(&mut self) {
        lock(&self.watch.0.wakers).retain(|other| !Arc::ptr_eq(other, self.waker));
    }
}

impl Watch {
    /// Whether the mailbox has changed, or is gone, since it had this
    /// modification sequence. Costs next to nothing.
    pub fn changed_since(&self, modseq: u64) -> bool {
        *lock(&self.0.modseq) > modseq
    }

    /// Has this waker woken by every change from now on, until what is returned
    /// is dropped. Ask [`Watch::changed_since`] only then.
    pub fn wakes<'w>(&'w self, waker: &'w Arc<Waker>) -> Wakes<'w> {
        lock(&self.0.wakers).push(Arc::clone(waker));
        Wakes { watch: self, waker }
    }

    /// Waits until the mailbox has changed since it had this modification
    /// sequence, no longer than `limit`. Returns whether it has.
    pub fn wait(&self, modseq: u64, limit: Duration) -> bool {
        let latest = lock(&self.0.modseq);
        let waited = self.0.risen.wait_timeout_while(latest, limit, |latest| *latest <= modseq);
        let (latest, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        *latest > modseq
    }
}

/// The mailboxes that somebody watches.
#[derive(Debug, Default)]
pub(super) struct Watches(Mutex<HashMap<MailboxId, Weak<Latest>>>);

impl Watches {
    pub(super) fn watch(&self, mailbox: MailboxId) -> Watch {
        let mut watched = lock(&self.0);
        if let Some(latest) = watched.get(&mailbox).and_then(Weak::upgrade) {
            return Watch(latest);
        }
        watched.retain(|_, latest| latest.strong_count() > 0);
        let latest = Arc::default();
        watched.insert(mailbox, Arc::downgrade(&latest));
        Watch(latest)
    }

    /// Tells the watchers of a mailbox of its new modification sequence, once
    /// that is committed. Calls may come in another order than the commits.
    pub(super) fn publish(&self, mailbox: MailboxId, modseq: u64) {
        let Some(latest) = lock(&self.0).get(&mailbox).and_then(Weak::upgrade) else { return };
        let mut known = lock(&latest.modseq);
        *known = modseq.max(*known);
        drop(known);
        latest.risen.notify_all();
        lock(&latest.wakers).iter().for_each(|waker| waker.wake());
    }
}
