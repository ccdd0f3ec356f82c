//! The messages in the mailboxes: how they come, change, and go.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use time::{OffsetDateTime, UtcOffset};

use super::{
    Body, Draft, Error, FlagChange, Flags, MailboxId, Store, UidSet, UserId,
    bodies::{BodyId, SMALL},
    index::Change,
    mailboxes::{self, INBOX},
};

/// One message of a mailbox, without its octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its unique identifier in the mailbox.
    pub uid: u32,
    /// The modification sequence at which it last changed (RFC 7162 §3.1).
    pub modseq: u64,
    /// Its flags.
    pub flags: Flags,
    /// INTERNALDATE, in the zone it was given in.
    pub date: OffsetDateTime,
    /// RFC822.SIZE.
    pub size: u64,
    /// Its octets if each line ends with CRLF: what POP3's LIST says
    /// (RFC 1939 §11).
    pub crlf_size: u64,
    body: BodyId,
}

/// A message to be appended. `draft.into()` is one without flags, of now.
#[derive(Debug)]
pub struct NewMessage {
    /// Its octets.
    pub draft: Draft,
    /// Its flags.
    pub flags: Flags,
    /// INTERNALDATE.
    pub date: OffsetDateTime,
}

impl From<Draft> for NewMessage {
    fn from(draft: Draft) -> Self {
        Self { draft, flags: Flags::default(), date: OffsetDateTime::now_utc() }
    }
}

/// What the APPENDUID code tells (RFC 4315 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// UIDVALIDITY of the mailbox.
    pub uidvalidity: u32,
    /// The UIDs that the messages got, in the order they were given in.
    pub uids: Vec<u32>,
}

/// What the COPYUID code tells (RFC 4315 §3). `from` and `to` are of the same
/// length and order; when they are empty, there is no such code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// UIDVALIDITY of the target.
    pub uidvalidity: u32,
    /// The UIDs in the source.
    pub from: Vec<u32>,
    /// The UIDs in the target.
    pub to: Vec<u32>,
}

/// What has changed in a mailbox since a given state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The state that this leads to, for the next call.
    pub modseq: u64,
    /// UIDNEXT in that state.
    pub uidnext: u32,
    /// The UIDs that went, in rising order. One that also came in between is
    /// among them: the caller never knew it.
    pub vanished: Vec<u32>,
    /// The messages that came or whose flags changed, in the order of their
    /// UIDs: those from the caller's last UIDNEXT on are new. What they are now
    /// tells [`Store::messages`], some hundred at a time.
    pub messages: Vec<Changed>,
}

/// A message that came or whose flags changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its UID.
    pub uid: u32,
    /// The modification sequence at which it last changed.
    pub modseq: u64,
}

const COLUMNS: &str = "uid, modseq, flags, keywords, date, zone, size, crlf_size, body";

impl Store {
    /// Begins a message that arrives.
    pub fn draft(&self) -> Result<Draft, Error> {
        Ok(self.bodies.draft())
    }

    /// APPEND (RFC 9051 §6.3.12), of one message or, as in RFC 3502, of
    /// several: all or none.
    pub fn append(
        &self,
        mailbox: MailboxId,
        mut messages: Vec<NewMessage>,
    ) -> Result<Appended, Error> {
        for new in &mut messages {
            new.draft.place()?;
        }
        let appended = self.write(|change| {
            let into = change.arrive(mailbox, messages.len())?;
            let mut uids = Vec::with_capacity(messages.len());
            for (at, new) in messages.iter().enumerate() {
                let message = into.message(at, &new.draft, new.flags.clone(), new.date);
                change.keep_small(&new.draft)?;
                change.insert(mailbox, &message)?;
                uids.push(message.uid);
            }
            Ok(Appended { uidvalidity: into.uidvalidity, uids })
        })?;
        messages.into_iter().for_each(|new| new.draft.committed());
        Ok(appended)
    }

    /// The messages of a set, in the order of their UIDs; those that are not
    /// there are left out.
    ///
    /// A message takes some 150 octets here: for a large mailbox ask for some
    /// hundred UIDs at a time.
    pub fn messages(&self, mailbox: MailboxId, set: &UidSet) -> Result<Vec<Message>, Error> {
        self.read(|tx| select(tx, mailbox, set))
    }

    /// The octets of a message.
    ///
    /// # Errors
    /// [`Error::Expunged`] when the message has gone meanwhile.
    pub fn body(&self, message: &Message) -> Result<Body, Error> {
        self.octets(message.body, message.size)
    }

    /// The octets of that number, which are so many.
    pub(super) fn octets(&self, body: BodyId, size: u64) -> Result<Body, Error> {
        if size <= SMALL as u64 {
            let octets = self.read(|tx| {
                let mut small = tx.prepare_cached("SELECT octets FROM small WHERE body = ?")?;
                Ok(small.query_row([body as i64], |row| row.get(0)).optional()?)
            })?;
            if let Some(octets) = octets {
                return Ok(Body::small(octets));
            }
        }
        self.bodies.open(body, size)
    }

    /// What has changed since the state that `modseq` names.
    pub fn changes(&self, mailbox: MailboxId, modseq: u64) -> Result<Changes, Error> {
        self.read(|tx| {
            let now = mailboxes::counters(tx, mailbox)?;
            let mut gone = tx.prepare_cached(
                "SELECT uid FROM expunged WHERE mailbox = ? AND modseq > ? ORDER BY uid",
            )?;
            let gone = gone.query_map(params![mailbox.0, modseq as i64], |row| row.get(0))?;
            let vanished = gone.collect::<Result<_, _>>()?;
            let mut changed = tx.prepare_cached(
                "SELECT uid, modseq FROM message WHERE mailbox = ? AND modseq > ? ORDER BY uid",
            )?;
            let changed = changed.query_map(params![mailbox.0, modseq as i64], |row| {
                Ok(Changed { uid: row.get(0)?, modseq: row.get::<_, i64>(1)? as u64 })
            })?;
            let messages = changed.collect::<Result<_, _>>()?;
            Ok(Changes { modseq: now.modseq, uidnext: now.uidnext, vanished, messages })
        })
    }

    /// STORE (RFC 9051 §6.4.6). Returns the messages of the set as they are
    /// now, in the order of their UIDs, changed or not.
    pub fn store_flags(
        &self,
        mailbox: MailboxId,
        set: &UidSet,
        flags: &FlagChange,
    ) -> Result<Vec<Message>, Error> {
        self.write(|change| {
            let mut messages = select(&change.tx, mailbox, set)?;
            let mut raised = None;
            for message in &mut messages {
                let new = message.flags.changed(flags)?;
                if new == message.flags {
                    continue;
                }
                let modseq = match raised {
                    Some(modseq) => modseq,
                    None => *raised.insert(change.raise_modseq(mailbox)?),
                };
                (message.flags, message.modseq) = (new, modseq);
                let (system, keywords) = message.flags.to_columns();
                change
                    .tx
                    .prepare_cached(
                        "UPDATE message SET flags = ?, keywords = ?, modseq = ?
                         WHERE mailbox = ? AND uid = ?",
                    )?
                    .execute(params![system, keywords, modseq as i64, mailbox.0, message.uid])?;
            }
            if raised.is_none() {
                mailboxes::counters(&change.tx, mailbox)?;
            }
            Ok(messages)
        })
    }

    /// EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9): removes the messages
    /// of the set that have `\Deleted`. Returns their UIDs in rising order.
    pub fn expunge(&self, mailbox: MailboxId, set: &UidSet) -> Result<Vec<u32>, Error> {
        self.remove(mailbox, set, |message| message.flags.contains(Flags::DELETED))
    }

    /// Removes the messages of the set that `condition` holds for.
    pub(super) fn remove(
        &self,
        mailbox: MailboxId,
        set: &UidSet,
        condition: impl Fn(&Message) -> bool,
    ) -> Result<Vec<u32>, Error> {
        self.write(|change| {
            mailboxes::counters(&change.tx, mailbox)?;
            let mut gone = Vec::new();
            for batch in batches(&uids(&change.tx, mailbox, set)?) {
                let messages = select(&change.tx, mailbox, &batch)?;
                let some = messages.iter().filter(|message| condition(message));
                gone.extend(some.map(|message| (message.uid, message.body)));
            }
            change.expunge(mailbox, &gone)?;
            Ok(gone.into_iter().map(|(uid, _)| uid).collect())
        })
    }

    /// COPY (RFC 9051 §6.4.7), with flags and internal dates; all or none.
    ///
    /// # Errors
    /// [`Error::Expunged`] when one of them is gone.
    pub fn copy(
        &self,
        source: MailboxId,
        set: &UidSet,
        target: MailboxId,
    ) -> Result<Copied, Error> {
        self.write(|change| {
            mailboxes::counters(&change.tx, source)?;
            let uids = all_of(&change.tx, source, set)?;
            Ok(change.copy(source, &uids, target)?.0)
        })
    }

    /// MOVE (RFC 9051 §6.4.8): all or none, and never in both mailboxes or in
    /// neither. The UIDs in `from` are those that vanish from the source.
    ///
    /// # Errors
    /// [`Error::Expunged`] when one of them is gone.
    pub fn move_messages(
        &self,
        source: MailboxId,
        set: &UidSet,
        target: MailboxId,
    ) -> Result<Copied, Error> {
        self.write(|change| {
            mailboxes::counters(&change.tx, source)?;
            let uids = all_of(&change.tx, source, set)?;
            let (copied, gone) = change.copy(source, &uids, target)?;
            change.expunge(source, &gone)?;
            Ok(copied)
        })
    }
}

/// What a mailbox gives to the messages that come into it.
struct Arrival {
    uidvalidity: u32,
    first: u32,
    modseq: u64,
}

impl Arrival {
    fn message(&self, at: usize, draft: &Draft, flags: Flags, date: OffsetDateTime) -> Message {
        Message {
            uid: self.first + at as u32,
            modseq: self.modseq,
            flags,
            date,
            size: draft.size(),
            crlf_size: draft.crlf_size(),
            body: draft.id(),
        }
    }
}

impl Change<'_> {
    /// A new modification sequence for a change of this mailbox.
    fn raise_modseq(&mut self, mailbox: MailboxId) -> Result<u64, Error> {
        Ok(self.arrive(mailbox, 0)?.modseq)
    }

    /// The UIDs and the modification sequence for `count` messages that come.
    fn arrive(&mut self, mailbox: MailboxId, count: usize) -> Result<Arrival, Error> {
        let full = || Error::Limit("UIDs have 32 bits");
        let count = u32::try_from(count).map_err(|_| full())?;
        let counters = mailboxes::counters(&self.tx, mailbox)?;
        let next = counters.uidnext.checked_add(count).ok_or_else(full)?;
        let modseq = counters.modseq + 1;
        self.tx
            .prepare_cached("UPDATE mailbox SET uidnext = ?, modseq = ? WHERE id = ?")?
            .execute(params![next, modseq as i64, mailbox.0])?;
        self.touched(mailbox, modseq);
        Ok(Arrival { uidvalidity: counters.uidvalidity, first: counters.uidnext, modseq })
    }

    /// Puts a message into a mailbox, without flags, as of now. Its octets are kept by
    /// then, or will be in this change.
    pub(super) fn put(&mut self, mailbox: MailboxId, draft: &Draft) -> Result<(), Error> {
        let into = self.arrive(mailbox, 1)?;
        let message = into.message(0, draft, Flags::default(), OffsetDateTime::now_utc());
        self.insert(mailbox, &message)
    }

    /// Keeps the octets of a small message.
    pub(super) fn keep_small(&mut self, draft: &Draft) -> Result<(), Error> {
        if let Some(octets) = draft.small() {
            self.tx
                .prepare_cached("INSERT INTO small (body, octets) VALUES (?, ?)")?
                .execute(params![draft.id() as i64, octets])?;
        }
        Ok(())
    }

    fn insert(&mut self, mailbox: MailboxId, message: &Message) -> Result<(), Error> {
        let Message { uid, modseq, flags, date, size, crlf_size, body } = message;
        let (system, keywords) = flags.to_columns();
        self.tx
            .prepare_cached(&format!(
                "INSERT INTO message (mailbox, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            ))?
            .execute(params![
                mailbox.0,
                uid,
                *modseq as i64,
                system,
                keywords,
                date.unix_timestamp(),
                date.offset().whole_seconds(),
                *size as i64,
                *crlf_size as i64,
                *body as i64,
            ])?;
        Ok(())
    }

    /// Copies messages of these UIDs, which are all there. Returns them with what they
    /// are kept as, too.
    fn copy(
        &mut self,
        source: MailboxId,
        uids: &[u32],
        target: MailboxId,
    ) -> Result<(Copied, Vec<(u32, BodyId)>), Error> {
        if uids.is_empty() {
            let uidvalidity = mailboxes::counters(&self.tx, target)?.uidvalidity;
            return Ok((Copied { uidvalidity, from: Vec::new(), to: Vec::new() }, Vec::new()));
        }
        let into = self.arrive(target, uids.len())?;
        let mut copied = Vec::with_capacity(uids.len());
        let mut next = into.first;
        for batch in batches(uids) {
            for message in select(&self.tx, source, &batch)? {
                copied.push((message.uid, message.body));
                self.insert(target, &Message { uid: next, modseq: into.modseq, ..message })?;
                next += 1;
            }
        }
        let to = (into.first..next).collect();
        Ok((Copied { uidvalidity: into.uidvalidity, from: uids.to_vec(), to }, copied))
    }

    /// Removes these messages.
    fn expunge(&mut self, mailbox: MailboxId, messages: &[(u32, BodyId)]) -> Result<(), Error> {
        if messages.is_empty() {
            return Ok(());
        }
        let modseq = self.raise_modseq(mailbox)?;
        for &(uid, body) in messages {
            let remove = "DELETE FROM message WHERE mailbox = ? AND uid = ?";
            self.tx.prepare_cached(remove)?.execute(params![mailbox.0, uid])?;
            let note = "INSERT INTO expunged (mailbox, uid, modseq) VALUES (?, ?, ?)";
            let gone = params![mailbox.0, uid, modseq as i64];
            self.tx.prepare_cached(note)?.execute(gone)?;
            self.released(body);
        }
        Ok(())
    }

    /// Moves every message, for the RENAME of INBOX.
    pub(super) fn move_all(&mut self, source: MailboxId, target: MailboxId) -> Result<(), Error> {
        let uids = uids(&self.tx, source, &UidSet::all())?;
        let (_, gone) = self.copy(source, &uids, target)?;
        self.expunge(source, &gone)
    }
}

/// How many messages are looked at together: each may have 6 KiB of keywords.
const BATCH: usize = 500;

/// UIDs in rising order, some at a time.
fn batches(uids: &[u32]) -> impl Iterator<Item = UidSet> {
    uids.chunks(BATCH).map(|some| some.iter().copied().collect())
}

/// The UIDs of a set, every one of which has to be there.
fn all_of(tx: &Transaction<'_>, mailbox: MailboxId, set: &UidSet) -> Result<Vec<u32>, Error> {
    let uids = uids(tx, mailbox, set)?;
    if uids.len() as u64 == set.count() { Ok(uids) } else { Err(Error::Expunged) }
}

/// The UIDs of a set that are there, in rising order.
fn uids(tx: &Transaction<'_>, mailbox: MailboxId, set: &UidSet) -> Result<Vec<u32>, Error> {
    let mut some = tx.prepare_cached(
        "SELECT uid FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid",
    )?;
    let mut uids = Vec::new();
    for range in set.ranges() {
        for uid in
            some.query_map(params![mailbox.0, range.start(), range.end()], |row| row.get(0))?
        {
            uids.push(uid?);
        }
    }
    Ok(uids)
}

fn select(tx: &Transaction<'_>, mailbox: MailboxId, set: &UidSet) -> Result<Vec<Message>, Error> {
    let mut some = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM message WHERE mailbox = ? AND uid BETWEEN ? AND ? ORDER BY uid"
    ))?;
    let mut messages = Vec::new();
    for range in set.ranges() {
        for row in some.query_map(params![mailbox.0, range.start(), range.end()], message)? {
            messages.push(row?);
        }
    }
    Ok(messages)
}

/// The message of a row with [`COLUMNS`].
fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    let (seconds, zone) = (row.get(4)?, row.get(5)?);
    let date = OffsetDateTime::from_unix_timestamp(seconds).ok();
    let zone = UtcOffset::from_whole_seconds(zone).unwrap_or(UtcOffset::UTC);
    let size: i64 = row.get(6)?;
    Ok(Message {
        uid: row.get(0)?,
        modseq: row.get::<_, i64>(1)? as u64,
        flags: Flags::from_columns(row.get(2)?, row.get_ref(3)?.as_str()?),
        // Only an index that was edited by hand has a date past year 9999.
        date: date
            .and_then(|utc| utc.checked_to_offset(zone))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH),
        size: size as u64,
        crlf_size: row.get::<_, Option<i64>>(7)?.unwrap_or(size) as u64,
        body: row.get::<_, i64>(8)? as u64,
    })
}

/// The INBOX of a user with what identifies it.
pub(super) fn inbox(tx: &Transaction<'_>, user: UserId) -> Result<(MailboxId, u32), Error> {
    let mut inbox =
        tx.prepare_cached("SELECT id, uidvalidity FROM mailbox WHERE user = ? AND name = ?")?;
    let inbox =
        inbox.query_row(params![user.0, INBOX], |row| Ok((MailboxId(row.get(0)?), row.get(1)?)));
    inbox.optional()?.ok_or(Error::NoSuchMailbox)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Seek, SeekFrom, Write},
        sync::Arc,
        thread,
        time::Duration,
    };

    use super::*;

    fn draft(store: &Store, text: &str) -> Draft {
        let mut draft = store.draft().unwrap();
        text.as_bytes().chunks(3).for_each(|piece| draft.write_all(piece).unwrap());
        assert_eq!(draft.size(), text.len() as u64);
        draft
    }

    fn texts(store: &Store, mailbox: MailboxId) -> Vec<(u32, String, String)> {
        let messages = store.messages(mailbox, &UidSet::all()).unwrap();
        let text = |message: Message| {
            let octets = store.body(&message).unwrap().into_bytes().unwrap();
            (message.uid, String::from_utf8(octets.into()).unwrap(), message.flags.to_string())
        };
        messages.into_iter().map(text).collect()
    }

    fn row(uid: u32, text: &str, flags: &str) -> (u32, String, String) {
        (uid, text.into(), flags.into())
    }

    struct Alice {
        store: Arc<Store>,
        user: UserId,
        inbox: MailboxId,
    }

    fn alice() -> Alice {
        let store = Arc::new(Store::in_memory().unwrap());
        let user = store.set_user("alice", "secret").unwrap();
        let inbox = store.mailbox(user, "INBOX").unwrap();
        Alice { store, user, inbox }
    }

    /// What does not fit is refused as such and changes nothing, what was kept can be read, and
    /// all goes on once there is room.
    #[test]
    fn a_full_disk_loses_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let user = store.set_user("alice", "secret").unwrap();
        let inbox = store.mailbox(user, "INBOX").unwrap();
        store.create(user, "Copies").unwrap();
        let copies = store.mailbox(user, "Copies").unwrap();
        store.index.limit(100);
        let message = "x".repeat(10_000);
        let mut kept = 0;
        let full = |error: Error| assert!(error.is_storage_full(), "{error}");
        loop {
            match store.deliver(draft(&store, &message), &[user]) {
                Ok(()) => kept += 1,
                Err(error) => break full(error),
            }
        }
        let new = NewMessage::from(draft(&store, &message));
        full(store.append(inbox, vec![new]).unwrap_err());
        // A copy is small: the octets are shared.
        let all: UidSet = (1..=kept).collect();
        full((0..1000).find_map(|_| store.copy(inbox, &all, copies).err()).unwrap());
        let keywords: Vec<String> = (0..60).map(|n| format!("k{n}-{}", "y".repeat(90))).collect();
        let change = FlagChange::Add(Flags::from_names(keywords.iter().map(String::as_str)));
        full(store.store_flags(inbox, &UidSet::all(), &change).unwrap_err());
        full((0..1000).find_map(|n| store.create(user, &format!("box{n}")).err()).unwrap());

        let rows: Vec<_> = (1..=kept).map(|uid| row(uid, &message, "")).collect();
        assert!(kept > 10);
        assert_eq!(texts(&store, inbox), rows);
        // Removing messages makes room for others.
        store.remove(copies, &UidSet::all(), |_| true).unwrap();
        store.remove(inbox, &1.into(), |_| true).unwrap();
        store.deliver(draft(&store, &message), &[user]).unwrap();
        full(store.deliver(draft(&store, &message.repeat(3)), &[user]).unwrap_err());
        store.index.limit(1_000_000);
        store.deliver(draft(&store, &message.repeat(3)), &[user]).unwrap();
        drop(store);
        let store = Store::open(directory.path()).unwrap();
        assert_eq!(texts(&store, inbox).len(), kept as usize + 1);
    }

    #[test]
    fn delivery_reaches_every_recipient_once() {
        let Alice { store, user, inbox } = alice();
        let bob = store.set_user("bob", "secret").unwrap();
        let message = draft(&store, "Subject: hi\r\n\r\nhi\r\n");
        store.deliver(message, &[bob, user, bob]).unwrap();
        let bobs = store.mailbox(bob, "INBOX").unwrap();
        for mailbox in [inbox, bobs] {
            assert_eq!(texts(&store, mailbox), [row(1, "Subject: hi\r\n\r\nhi\r\n", "")]);
        }
        // The octets are shared, and go with the last message that has them.
        let one = &store.messages(inbox, &1.into()).unwrap()[0];
        store.remove(inbox, &1.into(), |_| true).unwrap();
        assert_eq!(store.body(one).unwrap().size(), one.size);
        store.remove(bobs, &1.into(), |_| true).unwrap();
        assert!(matches!(store.body(one), Err(Error::Expunged)));
    }

    #[test]
    fn delivery_is_all_or_nothing() {
        let Alice { store, user, inbox } = alice();
        let nobody = UserId(99);
        assert!(store.deliver(draft(&store, "text"), &[user, nobody]).is_err());
        assert_eq!(texts(&store, inbox), []);
        assert_eq!(store.select(inbox).unwrap().uidnext, 1);
    }

    #[test]
    fn append_keeps_flags_and_date() {
        let Alice { store, inbox, .. } = alice();
        let zone = UtcOffset::from_hms(-7, -30, 0).unwrap();
        let date = OffsetDateTime::from_unix_timestamp(837_596_665).unwrap().to_offset(zone);
        let flags = Flags::from_names(["\\Seen", "$Junk"]);
        let one = NewMessage { draft: draft(&store, "one"), flags: flags.clone(), date };
        let appended = store.append(inbox, vec![one, draft(&store, "two").into()]).unwrap();
        assert_eq!(appended.uids, [1, 2]);
        let message = &store.messages(inbox, &1.into()).unwrap()[0];
        assert_eq!((&message.flags, message.date, message.size), (&flags, date, 3));
        assert_eq!(message.date.offset(), zone);
    }

    #[test]
    fn bodies_are_read_from_anywhere() {
        let Alice { store, inbox, .. } = alice();
        store.append(inbox, vec![draft(&store, "0123456789").into()]).unwrap();
        let message = &store.messages(inbox, &1.into()).unwrap()[0];
        let mut body = store.body(message).unwrap();
        body.seek(SeekFrom::Start(4)).unwrap();
        let mut part = [0; 3];
        body.read_exact(&mut part).unwrap();
        assert_eq!(&part, b"456");
        assert_eq!(body.into_bytes().unwrap(), "0123456789");
    }

    #[test]
    fn flags_are_stored_and_only_changes_count() {
        let Alice { store, inbox, .. } = alice();
        for _ in 0..3 {
            store.append(inbox, vec![draft(&store, "x").into()]).unwrap();
        }
        let before = store.select(inbox).unwrap().modseq;
        let flagged = FlagChange::Add(Flags::from_names(["\\Flagged"]));
        let set = [2..=9].into_iter().collect();
        let stored = store.store_flags(inbox, &set, &flagged).unwrap();
        let uids = |messages: &[Message]| messages.iter().map(|m| m.uid).collect::<Vec<_>>();
        assert_eq!(uids(&stored), [2, 3]);
        let changes = store.changes(inbox, before).unwrap();
        let changed = stored.iter().map(|m| Changed { uid: m.uid, modseq: m.modseq });
        assert_eq!(changes.messages, changed.collect::<Vec<_>>());
        assert_eq!(changes.modseq, before + 1);

        // A second time nothing changes, and nobody is told.
        let watch = store.watch(inbox);
        let all = store.store_flags(inbox, &set, &flagged).unwrap();
        assert_eq!(all, stored);
        assert!(!watch.changed_since(changes.modseq));
        assert_eq!(store.select(inbox).unwrap().modseq, changes.modseq);
    }

    #[test]
    fn expunge_takes_what_is_marked() {
        let Alice { store, inbox, .. } = alice();
        for text in ["one", "two", "three", "four"] {
            store.append(inbox, vec![draft(&store, text).into()]).unwrap();
        }
        let before = store.select(inbox).unwrap();
        let deleted = FlagChange::Add(Flags::from_names(["\\Deleted"]));
        store.store_flags(inbox, &[1, 2, 4].into_iter().collect(), &deleted).unwrap();
        assert_eq!(store.expunge(inbox, &[2..=3].into_iter().collect()).unwrap(), [2]);
        assert_eq!(store.expunge(inbox, &UidSet::all()).unwrap(), [1, 4]);
        assert_eq!(texts(&store, inbox), [row(3, "three", "")]);
        let after = store.changes(inbox, before.modseq).unwrap();
        assert_eq!((after.vanished.as_slice(), after.messages.len()), (&[1, 2, 4][..], 0));
        assert_eq!(after.uidnext, before.uidnext, "UIDs are not used again");
    }

    #[test]
    fn copy_and_move_keep_everything_but_the_uid() {
        let Alice { store, user, inbox } = alice();
        let flags = Flags::from_names(["\\Answered", "kw"]);
        for text in ["one", "two", "three"] {
            let flags = flags.clone();
            let date = OffsetDateTime::UNIX_EPOCH;
            let new = NewMessage { flags, date, draft: draft(&store, text) };
            store.append(inbox, vec![new]).unwrap();
        }
        let archive = store.create(user, "Archive").unwrap();
        let gone = store.copy(inbox, &[2, 3, 7].into_iter().collect(), archive);
        assert!(matches!(gone, Err(Error::Expunged)));
        let copied = store.copy(inbox, &[2, 3].into_iter().collect(), archive).unwrap();
        assert_eq!((copied.from.as_slice(), copied.to.as_slice()), (&[2, 3][..], &[1, 2][..]));
        assert_eq!(copied.uidvalidity, store.select(archive).unwrap().uidvalidity);
        let moved = store.move_messages(inbox, &[1..=2].into_iter().collect(), archive).unwrap();
        assert_eq!((moved.from.as_slice(), moved.to.as_slice()), (&[1, 2][..], &[3, 4][..]));
        assert_eq!(texts(&store, inbox), [row(3, "three", "\\Answered kw")]);
        let there: Vec<String> = texts(&store, archive).into_iter().map(|t| t.1).collect();
        assert_eq!(there, ["two", "three", "one", "two"]);
        assert!(
            store
                .messages(archive, &UidSet::all())
                .unwrap()
                .iter()
                .all(|m| m.date == OffsetDateTime::UNIX_EPOCH && m.flags == flags)
        );
        // Into the mailbox they are in: new UIDs.
        let moved = store.move_messages(inbox, &3.into(), inbox).unwrap();
        assert_eq!((moved.from.as_slice(), moved.to.as_slice()), (&[3][..], &[4][..]));
        let none: UidSet = [0_u32; 0].into_iter().collect();
        assert!(store.copy(inbox, &none, archive).unwrap().from.is_empty());
    }

    #[test]
    fn a_failed_move_changes_nothing() {
        let Alice { store, user, inbox } = alice();
        store.append(inbox, vec![draft(&store, "one").into()]).unwrap();
        let archive = store.create(user, "Archive").unwrap();
        store.delete(user, "Archive").unwrap();
        let before = store.select(inbox).unwrap().modseq;
        for refused in [
            store.move_messages(inbox, &1.into(), archive),
            store.copy(inbox, &1.into(), archive),
            store.copy(archive, &1.into(), inbox),
        ] {
            assert!(matches!(refused, Err(Error::NoSuchMailbox)));
        }
        let gone = store.move_messages(inbox, &[1, 9].into_iter().collect(), inbox);
        assert!(matches!(gone, Err(Error::Expunged)));
        assert_eq!(texts(&store, inbox), [row(1, "one", "")]);
        assert_eq!(store.select(inbox).unwrap().modseq, before);
    }

    #[test]
    fn a_watcher_is_woken_by_another_thread() {
        let Alice { store, user, inbox } = alice();
        let watch = store.watch(inbox);
        let mut modseq = store.select(inbox).unwrap().modseq;
        assert!(!watch.wait(modseq, Duration::from_millis(1)));
        let sender = {
            let store = Arc::clone(&store);
            thread::spawn(move || store.deliver(draft(&store, "mail"), &[user]).unwrap())
        };
        assert!(watch.wait(modseq, Duration::from_secs(10)));
        sender.join().unwrap();
        let changes = store.changes(inbox, modseq).unwrap();
        assert_eq!((changes.messages.len(), changes.uidnext), (1, 2));
        modseq = changes.modseq;
        assert!(!watch.changed_since(modseq));
        store.remove(inbox, &1.into(), |_| true).unwrap();
        assert_eq!(store.changes(inbox, modseq).unwrap().vanished, [1]);
    }
}
