//! Mail for others, until it is sent on or given up.
//!
//! A message in the queue is what the client said of it (MAIL, and RCPT for each
//! recipient that is left) as SMTP writes it, and the octets that it shares with the
//! copies in mailboxes. All of that is on the disk; who works on which message is
//! known in memory alone, so that after a crash each is free again.

use std::{
    collections::HashSet,
    io::{Seek, SeekFrom},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{OptionalExtension, Transaction, params};
use time::OffsetDateTime;

use super::{Body, Draft, Error, NewMail, Store, bodies::BodyId, index::Change, lock};

/// Where a message is to go that is for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onward {
    /// MAIL with its parameters, without CRLF.
    pub mail: String,
    /// RCPT with its parameters for each recipient, without CRLF.
    pub recipients: Vec<String>,
    /// How many octets at the message's start are not for them: what only the last
    /// server puts there.
    pub start: u64,
}

/// A message of the queue, taken out to be sent: nobody else gets it until this is
/// dropped.
#[derive(Debug)]
pub struct Queued {
    taken: Taken,
    body: BodyId,
    size: u64,
    start: u64,
    /// MAIL with its parameters.
    pub mail: String,
    /// When it came.
    pub arrived: OffsetDateTime,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether its sender was told that it takes long.
    pub delay_told: bool,
    /// Those that it has not reached yet; at least one.
    pub recipients: Vec<QueuedRecipient>,
}

/// A recipient of a message of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedRecipient {
    /// Its number among the recipients of the message.
    pub number: u32,
    /// RCPT with its parameters.
    pub rcpt: String,
    /// What the server said when it was tried last.
    pub last_reply: Option<String>,
}

impl Queued {
    /// The number of the message in the store.
    pub fn id(&self) -> u64 {
        self.body
    }

    /// How many octets are to be sent.
    pub fn size(&self) -> u64 {
        self.size.saturating_sub(self.start)
    }
}

/// What came of an attempt to send a message.
#[derive(Debug)]
pub struct Attempt {
    /// The recipients that are done with, whether it was sent to them or failed for good.
    pub done: Vec<u32>,
    /// Those for whom it is to be tried again, with what the server said of each.
    pub deferred: Vec<(u32, String)>,
    /// When to try again; none while the attempt goes on.
    pub next: Option<OffsetDateTime>,
    /// Whether the sender knows now that it takes long.
    pub delay_told: bool,
    /// Mail that tells the sender of it: it is there as soon as the rest is noted.
    pub reports: Vec<NewMail>,
}

/// Who is at work on which messages, and who waits for more.
#[derive(Debug, Default)]
pub(super) struct Queue {
    taken: Mutex<HashSet<i64>>,
    changed: Condvar,
}

impl Queue {
    /// Has those that wait look again.
    pub(super) fn wake(&self) {
        // With the lock: nobody is between looking and waiting.
        let _taken = lock(&self.taken);
        self.changed.notify_all();
    }
}

/// A message is being worked on.
#[derive(Debug)]
struct Taken {
    id: i64,
    queue: Arc<Queue>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        lock(&self.queue.taken).remove(&self.id);
        self.queue.changed.notify_all();
    }
}

impl Store {
    /// The next message that is due, waiting for one no longer than `limit`, or until
    /// [`Store::wake_queue`]: then there may be none.
    pub fn next_due(&self, limit: Duration) -> Result<Option<Queued>, Error> {
        let mut taken = lock(&self.queue.taken);
        let mut free = self.free(&taken)?;
        if !free.is_some_and(Free::is_due) {
            let limit = free.map_or(limit, |free| limit.min(free.left()));
            let waited = self.queue.changed.wait_timeout(taken, limit);
            taken = waited.unwrap_or_else(PoisonError::into_inner).0;
            free = self.free(&taken)?;
        }
        let Some(free) = free.filter(|free| free.is_due()) else { return Ok(None) };
        taken.insert(free.id);
        // It locks it when it is dropped.
        drop(taken);
        let taken = Taken { id: free.id, queue: Arc::clone(&self.queue) };
        self.read(|tx| queued(tx, taken)).map(Some)
    }

    /// The message that is due first of those that nobody works on.
    fn free(&self, taken: &HashSet<i64>) -> Result<Option<Free>, Error> {
        self.read(|tx| {
            // One more than are taken: one of them is free, if there is any.
            let mut first =
                tx.prepare_cached("SELECT id, next FROM queued ORDER BY next, id LIMIT ?")?;
            let rows = first.query_map([taken.len() as i64 + 1], |row| {
                Ok(Free { id: row.get(0)?, next: row.get(1)? })
            })?;
            for row in rows {
                let free = row?;
                if !taken.contains(&free.id) {
                    return Ok(Some(free));
                }
            }
            Ok(None)
        })
    }

    /// Has [`Store::next_due`] return, whoever waits in it.
    pub fn wake_queue(&self) {
        self.queue.wake();
    }

    /// How many messages wait in the queue, those being sent among them.
    pub fn queue_len(&self) -> Result<u64, Error> {
        self.read(|tx| {
            let count: i64 = tx.query_row("SELECT count(*) FROM queued", [], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    /// The octets of a message of the queue that are to be sent.
    pub fn queued_body(&self, queued: &Queued) -> Result<Body, Error> {
        let mut body = self.octets(queued.body, queued.size)?;
        body.seek(SeekFrom::Start(queued.start)).map_err(Error::at("the message"))?;
        Ok(body)
    }

    /// Notes what came of an attempt so far, all of it or nothing. A message without recipients that
    /// are left is gone then, and what is in `attempt.reports` is taken.
    ///
    /// # Errors
    /// When nothing of it is noted. It should be tried again before `queued` is dropped: what
    /// was sent and is not noted will be sent again.
    pub fn conclude(&self, queued: &Queued, attempt: &mut Attempt) -> Result<(), Error> {
        NewMail::place(&mut attempt.reports)?;
        self.write(|change| {
            if !note(&change.tx, queued.taken.id, attempt)? {
                change.released(queued.body);
            }
            attempt.reports.iter().try_for_each(|report| change.take_in(report))
        })?;
        let reports = std::mem::take(&mut attempt.reports);
        let enqueued = reports.iter().any(|report| report.onward.is_some());
        NewMail::committed(reports);
        if enqueued {
            self.wake_queue();
        }
        Ok(())
    }
}

/// Notes what came of an attempt; whether recipients are left. If not, the message is
/// removed.
fn note(tx: &Transaction<'_>, id: i64, attempt: &Attempt) -> Result<bool, Error> {
    let Attempt { done, deferred, next, delay_told, .. } = attempt;
    let mut remove =
        tx.prepare_cached("DELETE FROM queued_recipient WHERE message = ? AND number = ?")?;
    for number in done {
        remove.execute(params![id, number])?;
    }
    let mut note = tx.prepare_cached(
        "UPDATE queued_recipient SET last_reply = ? WHERE message = ? AND number = ?",
    )?;
    for (number, reply) in deferred {
        note.execute(params![reply, id, number])?;
    }
    let left = "SELECT 1 FROM queued_recipient WHERE message = ? LIMIT 1";
    let left = tx.prepare_cached(left)?.exists([id])?;
    match next {
        _ if !left => {
            tx.prepare_cached("DELETE FROM queued WHERE id = ?")?.execute([id])?;
        }
        Some(next) => {
            tx.prepare_cached(
                "UPDATE queued SET attempts = attempts + 1, next = ?, delay_told = ? WHERE id = ?",
            )?
            .execute(params![milliseconds(*next), delay_told, id])?;
        }
        None => {}
    }
    Ok(left)
}

impl Change<'_> {
    /// Puts a message into the queue; it is due at once.
    pub(super) fn enqueue(&mut self, draft: &Draft, onward: &Onward) -> Result<(), Error> {
        let now = milliseconds(OffsetDateTime::now_utc());
        self.tx
            .prepare_cached(
                "INSERT INTO queued (body, size, start, mail, arrived, next)
                 VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                draft.id() as i64,
                draft.size() as i64,
                onward.start as i64,
                onward.mail,
                now,
                now,
            ])?;
        let id = self.tx.last_insert_rowid();
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO queued_recipient (message, number, rcpt) VALUES (?, ?, ?)",
        )?;
        for (number, rcpt) in onward.recipients.iter().enumerate() {
            insert.execute(params![id, number as i64, rcpt])?;
        }
        Ok(())
    }
}

/// A message that nobody works on.
#[derive(Clone, Copy)]
struct Free {
    id: i64,
    /// When it is due.
    next: i64,
}

impl Free {
    fn is_due(self) -> bool {
        self.next <= milliseconds(OffsetDateTime::now_utc())
    }

    /// How long it is until then.
    fn left(self) -> Duration {
        let left = self.next.saturating_sub(milliseconds(OffsetDateTime::now_utc()));
        Duration::from_millis(left.try_into().unwrap_or(0))
    }
}

/// A message with the recipients that are left.
fn queued(tx: &Transaction<'_>, taken: Taken) -> Result<Queued, Error> {
    let id = taken.id;
    let mut recipients = tx.prepare_cached(
        "SELECT number, rcpt, last_reply FROM queued_recipient WHERE message = ? ORDER BY number",
    )?;
    let recipients = recipients.query_map([id], |row| {
        Ok(QueuedRecipient { number: row.get(0)?, rcpt: row.get(1)?, last_reply: row.get(2)? })
    })?;
    let recipients = recipients.collect::<Result<_, _>>()?;
    let mut message = tx.prepare_cached(
        "SELECT body, size, start, mail, arrived, attempts, delay_told FROM queued WHERE id = ?",
    )?;
    let message = message.query_row([id], |row| {
        let unsigned = |at| row.get::<_, i64>(at).map(i64::unsigned_abs);
        let arrived = i128::from(row.get::<_, i64>(4)?) * 1_000_000;
        Ok(Queued {
            taken,
            body: unsigned(0)?,
            size: unsigned(1)?,
            start: unsigned(2)?,
            mail: row.get(3)?,
            arrived: OffsetDateTime::from_unix_timestamp_nanos(arrived)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
            attempts: row.get(5)?,
            delay_told: row.get(6)?,
            recipients,
        })
    });
    message.optional()?.ok_or(Error::Expunged)
}

/// A moment as the index keeps it: in milliseconds since 1970.
fn milliseconds(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}
