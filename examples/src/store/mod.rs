//! One embedded store for all the protocols: users, mailboxes, messages, and the
//! queue of mail for others.
//!
//! On disk it is a directory:
//!
//! ```text
//! mail-data/
//!   lock           held while a server has the directory open
//!   index.sqlite   everything but the octets of large messages (WAL mode)
//!   messages/      17.eml, …: one file a large message, for all its copies
//! ```
//!
//! Up to 32 KiB, a message is a row of the index, so that one write makes it
//! durable, wholly or not at all. A larger one is written to its file, made
//! durable, and only then committed to the index; an expunged one goes the
//! other way round. So the index never
//! names a file that is not there, whenever the process or the machine stops;
//! files that the index does not name are removed at the next start. Only the
//! owner may read any of it.
//!
//! A session that has a mailbox selected keeps the UIDs it has told its client
//! and the modification sequence of that state. [`Watch`] tells it cheaply
//! that there is something new, [`Store::changes`] what:
//!
//! ```
//! # use std::io::Write;
//! # use mail_examples::store::{Store, Error};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::in_memory()?;
//! let alice = store.set_user("alice", "secret")?;
//!
//! let inbox = store.mailbox(alice, "INBOX")?;
//! let watch = store.watch(inbox);
//! let selected = store.select(inbox)?;
//!
//! let mut draft = store.draft()?;
//! draft.write_all(b"Subject: hello\r\n\r\nHello.\r\n")?;
//! store.deliver(draft, &[alice])?;
//!
//! assert!(watch.changed_since(selected.modseq));
//! let changes = store.changes(inbox, selected.modseq)?;
//! assert_eq!(changes.messages[0].uid, 1);
//! # Ok(()) }
//! ```

mod bodies;
mod crlf_size;
mod delivery;
mod error;
mod flags;
mod hashing;
mod index;
mod mailboxes;
mod maildrop;
mod messages;
mod private;
mod queue;
mod removal;
mod secrets;
mod uid_set;
mod users;
mod watch;

use std::{
    collections::HashSet,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use fs4::{FileExt, TryLockError};
use rusqlite::Transaction;

pub use self::{
    bodies::{Body, Draft},
    delivery::NewMail,
    error::Error,
    flags::{FlagChange, Flags},
    mailboxes::{HIERARCHY_SEPARATOR, ListedMailbox, Selected, Status},
    maildrop::Maildrop,
    messages::{Appended, Changed, Changes, Copied, Message, NewMessage},
    queue::{Attempt, Onward, Queued, QueuedRecipient},
    uid_set::UidSet,
    users::UserId,
    watch::{Waker, Wakes, Watch},
};
pub(crate) use self::{error::is_storage_full, users::local_part};

/// Names a mailbox; stays the same through a RENAME, and is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailboxId(i64);

/// The store. All methods take `&self`: threads share it in an [`Arc`], and
/// those that only read never wait for one that writes, and for others that read
/// only when there are more than some.
#[derive(Debug)]
pub struct Store {
    index: index::Index,
    bodies: Arc<bodies::Bodies>,
    /// None in memory, where it takes no time.
    removal: Option<removal::Removal>,
    watches: watch::Watches,
    queue: Arc<queue::Queue>,
    /// Whose maildrops are open.
    maildrops: Mutex<HashSet<UserId>>,
    secrets: secrets::Secrets,
    hashing: hashing::Hashing,
    /// Keeps other processes out of the directory.
    _lock: Option<File>,
}

impl Store {
    /// A store that is gone when it is dropped.
    pub fn in_memory() -> Result<Self, Error> {
        Ok(Self::of(index::Index::in_memory()?, bodies::Bodies::in_memory(), None))
    }

    /// Opens the store in a directory. One that it makes only its owner may
    /// read; an existing one keeps the permissions it has, but what the store
    /// makes in it is its owner's alone.
    ///
    /// # Errors
    /// [`Error::DirectoryInUse`] while another process has it open,
    /// [`Error::Version`] when another version of this program wrote it,
    /// [`Error::File`] and [`Error::Index`] when it cannot be read or written.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        if !directory.is_dir() {
            private::make_directory(directory)?;
        }
        let lock = private::open(&directory.join("lock"))?;
        match FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::DirectoryInUse(directory.into())),
            Err(TryLockError::Error(e)) => return Err(Error::at(directory)(e)),
        }
        let index = index::Index::in_file(directory.join("index.sqlite"))?;
        let known = index.read(|tx| {
            let mut bodies =
                tx.prepare("SELECT body FROM message UNION SELECT body FROM queued")?;
            let bodies = bodies.query_map([], |row| row.get::<_, i64>(0))?;
            Ok(bodies.map(|body| body.map(|id| id as u64)).collect::<Result<_, _>>()?)
        })?;
        let bodies = bodies::Bodies::in_directory(directory, &known)?;
        let store = Self::of(index, bodies, Some(lock));
        store.count_crlf_sizes()?;
        Ok(store)
    }

    fn of(index: index::Index, bodies: bodies::Bodies, lock: Option<File>) -> Self {
        let bodies = Arc::new(bodies);
        Self {
            index,
            // There is a lock where there is a directory.
            removal: lock.is_some().then(|| removal::Removal::new(Arc::clone(&bodies))),
            bodies,
            watches: watch::Watches::default(),
            queue: Arc::default(),
            maildrops: Mutex::default(),
            secrets: secrets::Secrets::default(),
            hashing: hashing::Hashing::default(),
            _lock: lock,
        }
    }

    fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.index.read(work)
    }

    /// Changes the index, then tells the watchers, and has removed what nothing
    /// names any more.
    fn write<T>(
        &self,
        work: impl FnOnce(&mut index::Change<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (done, index::Aftermath { touched, released }) = self.index.write(work)?;
        for (mailbox, modseq) in touched {
            self.watches.publish(mailbox, modseq);
        }
        match &self.removal {
            Some(removal) => removal.remove(released),
            None => released.into_iter().for_each(|body| self.bodies.remove(body)),
        }
        Ok(done)
    }
}

/// Locks a mutex. A thread that panicked with it has left nothing half-done:
/// transactions roll back, and the sets and maps change in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
