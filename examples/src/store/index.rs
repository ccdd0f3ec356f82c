//! The SQLite index: its schema, its connections, its transactions.

use std::{
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{Error, MailboxId, bodies::BodyId, lock, private};

/// Raised with every change of the schema; kept in `PRAGMA user_version`.
const VERSION: i64 = 4;

/// How many may read at once; the others wait. Each takes three file
/// descriptors, which stay open.
const READERS: usize = 16;

/// `uidvalidity.last` rises with every mailbox made, so that no two mailboxes
/// ever have the same, be it under one name or another.
/// `message.modseq` and `expunged.modseq` say at which modification sequence
/// of the mailbox (RFC 7162 §3.1) the message changed or went.
/// `mailbox.recent` is the first UID that is `\Recent` to the next session that
/// selects the mailbox (RFC 3501 §2.3.2).
/// `message.crlf_size` is NULL until it is counted, in an index that was of
/// version 1. `small` has the octets of small messages; those of the others, and
/// of those that came in with an earlier version, are in files.
const SCHEMA: &str = "
    CREATE TABLE user (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        password TEXT NOT NULL
    );
    CREATE TABLE uidvalidity (last INTEGER NOT NULL);
    INSERT INTO uidvalidity VALUES (0);
    CREATE TABLE mailbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user INTEGER NOT NULL REFERENCES user,
        name TEXT NOT NULL,
        noselect INTEGER NOT NULL DEFAULT 0,
        uidvalidity INTEGER NOT NULL,
        uidnext INTEGER NOT NULL DEFAULT 1,
        modseq INTEGER NOT NULL DEFAULT 1,
        recent INTEGER NOT NULL DEFAULT 1,
        UNIQUE (user, name)
    );
    CREATE TABLE subscription (
        user INTEGER NOT NULL REFERENCES user,
        name TEXT NOT NULL,
        PRIMARY KEY (user, name)
    ) WITHOUT ROWID;
    CREATE TABLE message (
        mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
        uid INTEGER NOT NULL,
        modseq INTEGER NOT NULL,
        flags INTEGER NOT NULL,
        keywords TEXT NOT NULL,
        date INTEGER NOT NULL,
        zone INTEGER NOT NULL,
        size INTEGER NOT NULL,
        body INTEGER NOT NULL,
        crlf_size INTEGER,
        PRIMARY KEY (mailbox, uid)
    ) WITHOUT ROWID;
    CREATE INDEX message_modseq ON message (mailbox, modseq);
    CREATE INDEX message_body ON message (body);
    CREATE TABLE expunged (
        mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
        uid INTEGER NOT NULL,
        modseq INTEGER NOT NULL,
        PRIMARY KEY (mailbox, uid)
    ) WITHOUT ROWID;
    CREATE INDEX expunged_modseq ON expunged (mailbox, modseq);
    CREATE TABLE small (
        body INTEGER PRIMARY KEY,
        octets BLOB NOT NULL
    );
";

/// The queue of mail for others. `mail` and `rcpt` are the commands that send it on, with
/// their parameters; `start` is how many octets of the body are not sent. Moments are in
/// milliseconds since 1970.
const QUEUE: &str = "
    CREATE TABLE queued (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        body INTEGER NOT NULL,
        size INTEGER NOT NULL,
        start INTEGER NOT NULL,
        mail TEXT NOT NULL,
        arrived INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next INTEGER NOT NULL,
        delay_told INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX queued_next ON queued (next, id);
    CREATE INDEX queued_body ON queued (body);
    CREATE TABLE queued_recipient (
        message INTEGER NOT NULL REFERENCES queued ON DELETE CASCADE,
        number INTEGER NOT NULL,
        rcpt TEXT NOT NULL,
        last_reply TEXT,
        PRIMARY KEY (message, number)
    ) WITHOUT ROWID;
";

/// Makes version 2 of version 1.
const FROM_VERSION_1: &str = "ALTER TABLE message ADD COLUMN crlf_size INTEGER";
/// Makes version 3 of version 2: what is there is not recent.
const FROM_VERSION_2: &str = "
    ALTER TABLE mailbox ADD COLUMN recent INTEGER NOT NULL DEFAULT 1;
    UPDATE mailbox SET recent = uidnext;
    CREATE TABLE small (body INTEGER PRIMARY KEY, octets BLOB NOT NULL);
";

/// One connection that writes, and some that read: in WAL mode these never wait
/// for the one that writes. An index in memory has the one connection only.
#[derive(Debug)]
pub(super) struct Index {
    writer: Mutex<Connection>,
    readers: Option<Readers>,
}

#[derive(Debug)]
struct Readers {
    path: PathBuf,
    /// Connections that nobody uses now.
    idle: Mutex<Vec<Connection>>,
    /// How many more may read.
    free: Mutex<usize>,
    freed: Condvar,
}

impl Readers {
    /// Waits until it may be read.
    fn turn(&self) -> Turn<'_> {
        let free = self.freed.wait_while(lock(&self.free), |free| *free == 0);
        *free.unwrap_or_else(PoisonError::into_inner) -= 1;
        Turn(self)
    }
}

/// Leave to read, given back on drop.
struct Turn<'r>(&'r Readers);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *lock(&self.0.free) += 1;
        self.0.freed.notify_one();
    }
}

impl Index {
    pub(super) fn in_memory() -> Result<Self, Error> {
        let mut connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "foreign_keys", true)?;
        create_or_upgrade(&mut connection, Path::new(":memory:"))?;
        Ok(Self { writer: Mutex::new(connection), readers: None })
    }

    pub(super) fn in_file(path: PathBuf) -> Result<Self, Error> {
        // The files that SQLite makes beside it get the same permissions.
        drop(private::open(&path)?);
        let mut connection = connect(&path)?;
        create_or_upgrade(&mut connection, &path)?;
        let (idle, free, freed) = (Mutex::default(), Mutex::new(READERS), Condvar::new());
        let readers = Some(Readers { path, idle, free, freed });
        Ok(Self { writer: Mutex::new(connection), readers })
    }

    /// As on a disk with room for so many pages of the index, of 4 KiB, or as many as it has.
    #[cfg(test)]
    pub(super) fn limit(&self, pages: u32) {
        lock(&self.writer).pragma_update(None, "max_page_count", pages).unwrap();
    }

    /// Reads one consistent state of the index.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(readers) = &self.readers else {
            return work(&lock(&self.writer).transaction()?);
        };
        let _turn = readers.turn();
        let idle = lock(&readers.idle).pop();
        let mut connection = idle.map_or_else(|| connect(&readers.path), Ok)?;
        let result = work(&connection.transaction()?);
        lock(&readers.idle).push(connection);
        result
    }

    /// Changes the index, wholly or not at all. Once this returns `Ok`, the
    /// change is durable, and what the `Change` noted is to be done.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&mut Change<'_>) -> Result<T, Error>,
    ) -> Result<(T, Aftermath), Error> {
        let mut connection = lock(&self.writer);
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut change = Change { tx, aftermath: Aftermath::default() };
        let done = work(&mut change)?;
        let Change { tx, mut aftermath } = change;
        {
            let mut used = tx.prepare_cached(
                "SELECT 1 FROM message WHERE body = ?1
                 UNION ALL SELECT 1 FROM queued WHERE body = ?1 LIMIT 1",
            )?;
            let mut remove = tx.prepare_cached("DELETE FROM small WHERE body = ?")?;
            let mut unused = Vec::new();
            for body in aftermath.released {
                if !used.exists([body as i64])? && remove.execute([body as i64])? == 0 {
                    unused.push(body);
                }
            }
            aftermath.released = unused;
        }
        tx.commit()?;
        Ok((done, aftermath))
    }
}

/// A transaction that writes.
#[derive(Debug)]
pub(super) struct Change<'c> {
    pub(super) tx: Transaction<'c>,
    aftermath: Aftermath,
}

/// What is left to do once a change is committed.
#[derive(Debug, Default)]
pub(super) struct Aftermath {
    /// Mailboxes whose watchers are to be told.
    pub(super) touched: Vec<(MailboxId, u64)>,
    /// Files of bodies that nothing has any more.
    pub(super) released: Vec<BodyId>,
}

impl Change<'_> {
    /// Has the watchers of a mailbox told, after the commit, that it has this
    /// modification sequence now.
    pub(super) fn touched(&mut self, mailbox: MailboxId, modseq: u64) {
        self.aftermath.touched.push((mailbox, modseq));
    }

    /// One message fewer has this body. After the commit it is removed, if
    /// that was the last.
    pub(super) fn released(&mut self, body: BodyId) {
        self.aftermath.released.push(body);
    }
}

fn connect(path: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit is on the disk when it returns: in WAL mode, NORMAL would not
    // promise that.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

fn create_or_upgrade(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let empty = !tx.prepare("SELECT 1 FROM sqlite_schema")?.exists([])?;
    let missing: &[&str] = match found {
        VERSION => return Ok(()),
        0 if empty => &[SCHEMA, QUEUE],
        1 => &[FROM_VERSION_1, FROM_VERSION_2, QUEUE],
        2 => &[FROM_VERSION_2, QUEUE],
        // All that version 4 has more.
        3 => &[QUEUE],
        _ => return Err(Error::Version { path: path.into(), found, expected: VERSION }),
    };
    missing.iter().try_for_each(|missing| tx.execute_batch(missing))?;
    tx.pragma_update(None, "user_version", VERSION)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn as_many_read_at_once_as_there_are_turns() {
        let directory = tempfile::tempdir().unwrap();
        let index = Index::in_file(directory.path().join("index.sqlite")).unwrap();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..READERS * 4 {
                scope.spawn(|| {
                    index
                        .read(|_| {
                            most.fetch_max(
                                now.fetch_add(1, Ordering::SeqCst) + 1,
                                Ordering::SeqCst,
                            );
                            thread::sleep(Duration::from_millis(20));
                            now.fetch_sub(1, Ordering::SeqCst);
                            Ok(())
                        })
                        .unwrap();
                });
            }
        });
        assert!((2..=READERS).contains(&most.into_inner()));
        // One that fails gives its turn back too.
        for _ in 0..READERS * 2 {
            index.read::<()>(|_| Err(Error::Expunged)).unwrap_err();
        }
    }
}
