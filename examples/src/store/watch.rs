//! Telling a waiting session that a mailbox has changed.

use std::{
    collections::HashMap,
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
}

impl Watch {
    /// Whether the mailbox has changed, or is gone, since it had this
    /// modification sequence. Costs next to nothing.
    pub fn changed_since(&self, modseq: u64) -> bool {
        *lock(&self.0.modseq) > modseq
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
        latest.risen.notify_all();
    }
}
