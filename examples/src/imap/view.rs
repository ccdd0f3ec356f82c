//! The selected mailbox as its client knows it: message numbers and what has
//! been told (RFC 9051 §5.2, §7.4.1, §7.5.1).

use std::{
    collections::HashMap,
    ops::{Range, RangeInclusive},
};

use imap_proto::SequenceSet;

use crate::store::{self, Changed, MailboxId, Message, Selected, Store, UidSet, Watch};

/// A selected mailbox.
#[derive(Debug)]
pub struct View {
    mailbox: MailboxId,
    read_only: bool,
    watch: Watch,
    /// The state of the store that the client knows of, but for `gone`.
    modseq: u64,
    uidnext: u32,
    /// The UIDs in rising order; message number 1 is at 0.
    uids: Vec<u32>,
    /// Those of `uids` that are expunged, which the client was not told yet.
    gone: Vec<u32>,
    /// The flags that the client was told as a reply to its own command.
    told: HashMap<u32, u64>,
    /// What `$` stands for: UIDs in rising order (RFC 9051 §6.4.4.1).
    saved: Vec<u32>,
    /// The UIDs that are `\Recent` here, in rising order; a session that has
    /// enabled IMAP4rev2 has none.
    recent: Vec<Range<u32>>,
}

/// Something that has happened in the mailbox, in the order to tell it in.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// The message of this number is gone.
    Expunge(u32),
    /// There are so many messages now.
    Exists(u32),
    /// So many of them are `\Recent` (RFC 3501 §7.3.2).
    Recent(u32),
    /// The message of this number and UID has other flags now.
    Flags(u32, u32),
}

/// A message number past the last message (RFC 9051 §9, `seq-number`).
#[derive(Debug, PartialEq, Eq)]
pub struct NoSuchNumber;

impl View {
    /// Selects a mailbox, or examines it if `read_only`.
    pub fn open(
        store: &Store,
        mailbox: MailboxId,
        read_only: bool,
    ) -> Result<(Self, Selected), store::Error> {
        let watch = store.watch(mailbox);
        let mut selected = store.select(mailbox)?;
        let view = Self {
            mailbox,
            read_only,
            watch,
            modseq: selected.modseq,
            uidnext: selected.uidnext,
            uids: std::mem::take(&mut selected.uids),
            gone: Vec::new(),
            told: HashMap::new(),
            saved: Vec::new(),
            recent: Vec::new(),
        };
        Ok((view, selected))
    }

    /// Makes recent what no other session has been told of, and unless this one only
    /// reads, what no other will be (RFC 3501 §2.3.2).
    pub fn take_recent(&mut self, store: &Store) -> Result<(), store::Error> {
        let recent = match self.read_only {
            true => store.recent(self.mailbox)?,
            false => store.take_recent(self.mailbox)?,
        };
        // One that only reads is told of the same ones again.
        let known = self.recent.last().map_or(0, |last| last.end);
        let recent = recent.start.max(known)..recent.end;
        if !recent.is_empty() {
            self.recent.push(recent);
        }
        Ok(())
    }

    /// Whether the message with this UID is `\Recent`.
    pub fn is_recent(&self, uid: u32) -> bool {
        let at = self.recent.partition_point(|range| range.end <= uid);
        self.recent.get(at).is_some_and(|range| range.contains(&uid))
    }

    /// How many messages are `\Recent`.
    pub fn recent(&self) -> u32 {
        let before = |uid: u32| self.uids.partition_point(|&other| other < uid);
        let count = |range: &Range<u32>| before(range.end) - before(range.start);
        u32::try_from(self.recent.iter().map(count).sum::<usize>()).unwrap_or(u32::MAX)
    }

    /// Which mailbox it is.
    pub fn mailbox(&self) -> MailboxId {
        self.mailbox
    }

    /// Whether it was selected with EXAMINE.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// How many messages there are, as the client knows it.
    pub fn count(&self) -> u32 {
        // UIDs are 32-bit numbers, and no two are the same.
        u32::try_from(self.uids.len()).unwrap_or(u32::MAX)
    }

    /// All UIDs, in rising order.
    pub fn uids(&self) -> &[u32] {
        &self.uids
    }

    /// The largest UID, or 0.
    pub fn largest(&self) -> u32 {
        self.uids.last().copied().unwrap_or(0)
    }

    /// The number of the message with this UID.
    pub fn number(&self, uid: u32) -> Option<u32> {
        let at = self.uids.binary_search(&uid).ok()?;
        u32::try_from(at + 1).ok()
    }

    /// Whether there is something to tell, or expunged messages that have not
    /// been told of.
    pub fn has_news(&self) -> bool {
        !self.gone.is_empty() || self.watch.changed_since(self.modseq)
    }

    /// An eye on the mailbox and the state to wait for the next one after.
    pub fn watch(&self) -> (Watch, u64) {
        (self.watch.clone(), self.modseq)
    }

    /// Whether each message number of a set is that of a message. `*` is the
    /// number of the last one, and of none where there is none (RFC 9051 §9,
    /// `seq-number`).
    pub fn has_numbers(&self, set: SequenceSet<'_>) -> bool {
        let count = self.count();
        let known = |range: RangeInclusive<u32>| *range.start() > 0 && *range.end() <= count;
        set.resolve(count).is_none_or(|mut ranges| ranges.all(known))
    }

    /// The messages of a set: their UIDs, in rising order.
    ///
    /// # Errors
    /// For a message number that [is none](Self::has_numbers).
    pub fn resolve(&self, set: SequenceSet<'_>, uid: bool) -> Result<Vec<u32>, NoSuchNumber> {
        let largest = if uid { self.largest() } else { self.count() };
        let Some(ranges) = set.resolve(largest) else {
            let still = |uid: &u32| self.uids.binary_search(uid).is_ok();
            return Ok(self.saved.iter().copied().filter(still).collect());
        };
        if !uid && !self.has_numbers(set) {
            return Err(NoSuchNumber);
        }
        let merged: UidSet = ranges.collect();
        let mut found = Vec::new();
        for range in merged.ranges() {
            let (first, end) = if uid {
                let place = |uid| self.uids.partition_point(|&other| other < uid);
                (place(*range.start()), self.uids.partition_point(|uid| uid <= range.end()))
            } else {
                (range.start().saturating_sub(1) as usize, *range.end() as usize)
            };
            found.extend_from_slice(self.uids.get(first..end).unwrap_or_default());
        }
        Ok(found)
    }

    /// Remembers what `$` stands for.
    pub fn save(&mut self, uids: Vec<u32>) {
        self.saved = uids;
    }

    /// What `$` stands for: UIDs in rising order.
    pub fn saved(&self) -> &[u32] {
        &self.saved
    }

    /// Notes flags that the client is told, or has set, by its own command:
    /// they are no news.
    pub fn told(&mut self, messages: &[Message]) {
        self.told.extend(messages.iter().map(|message| (message.uid, message.modseq)));
    }

    /// What has happened since the last call; with `has_recent`, what is
    /// [recent](Self::take_recent) too. Unless `expunge` says that now
    /// is a moment for it (RFC 9051 §7.5.1), messages that are gone keep their
    /// numbers, and are told of later.
    ///
    /// # Errors
    /// [`store::Error::NoSuchMailbox`] when the mailbox itself is gone.
    pub fn update(
        &mut self,
        store: &Store,
        expunge: bool,
        has_recent: bool,
    ) -> Result<Vec<News>, store::Error> {
        let mut news = Vec::new();
        let mut messages = Vec::new();
        if self.watch.changed_since(self.modseq) {
            let changes = store.changes(self.mailbox, self.modseq)?;
            let known = |uid: &u32| self.uids.binary_search(uid).is_ok();
            self.gone.extend(changes.vanished.into_iter().filter(known));
            messages = changes.messages;
            self.modseq = changes.modseq;
            self.uidnext = changes.uidnext.max(self.uidnext);
        }
        if expunge && !self.gone.is_empty() {
            let mut gone = std::mem::take(&mut self.gone);
            gone.sort_unstable();
            let is_gone = |uid: &u32| gone.binary_search(uid).is_ok();
            // Each number counts after those before it are gone.
            let mut number = 1;
            self.uids.retain(|uid| {
                let keep = !is_gone(uid);
                match keep {
                    true => number += 1,
                    false => news.push(News::Expunge(number)),
                }
                keep
            });
            self.saved.retain(|uid| !is_gone(uid));
        }
        let before = self.uids.len();
        let last = self.largest();
        self.uids.extend(messages.iter().map(|message| message.uid).filter(|&uid| uid > last));
        if self.uids.len() > before {
            news.push(News::Exists(self.count()));
            if has_recent {
                self.take_recent(store)?;
                news.push(News::Recent(self.recent()));
            }
        }
        for Changed { uid, modseq } in messages {
            let told = self.told.get(&uid) == Some(&modseq);
            if let Some(number) = self.number(uid).filter(|_| !told) {
                if (number as usize) <= before {
                    news.push(News::Flags(number, uid));
                }
            }
        }
        self.told.clear();
        Ok(news)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use imap_proto::{NonEmpty, SeqNumber, SeqRange};

    use super::*;
    use crate::store::{FlagChange, Flags, UserId};

    struct Alice {
        store: Store,
        user: UserId,
        inbox: MailboxId,
    }

    fn alice(messages: usize) -> Alice {
        let store = Store::in_memory().unwrap();
        let user = store.set_user("alice", "secret").unwrap();
        let inbox = store.mailbox(user, "INBOX").unwrap();
        let alice = Alice { store, user, inbox };
        (0..messages).for_each(|_| alice.deliver());
        alice
    }

    impl Alice {
        fn deliver(&self) {
            let mut draft = self.store.draft().unwrap();
            draft.write_all(b"Subject: x\r\n\r\n").unwrap();
            self.store.deliver(draft, &[self.user]).unwrap();
        }

        fn flag(&self, uid: u32, flag: &str) -> Vec<Message> {
            let change = FlagChange::Add(Flags::from_names([flag]));
            self.store.store_flags(self.inbox, &uid.into(), &change).unwrap()
        }

        fn expunge(&self, uid: u32) {
            self.flag(uid, Flags::DELETED);
            self.store.expunge(self.inbox, &uid.into()).unwrap();
        }

        fn view(&self) -> View {
            View::open(&self.store, self.inbox, false).unwrap().0
        }
    }

    fn range(first: u32, last: Option<u32>) -> SeqRange {
        let number = |number: u32| SeqNumber::Number(number.try_into().unwrap());
        SeqRange { first: number(first), last: last.map_or(SeqNumber::Largest, number) }
    }

    #[test]
    fn sets_are_resolved() {
        let alice = alice(5);
        alice.expunge(2);
        let view = alice.view();
        assert_eq!(view.uids(), [1, 3, 4, 5]);
        let resolve = |ranges: &[SeqRange], uid| {
            view.resolve(SequenceSet::Ranges(NonEmpty::new(ranges).unwrap()), uid)
        };
        let all = [range(1, Some(u32::MAX))];
        for (ranges, uid, uids) in [
            (&[range(2, Some(3)), range(3, Some(2))][..], false, Ok(vec![3, 4])),
            (&[range(2, Some(3))], true, Ok(vec![3])),
            (&[range(2, None)], false, Ok(vec![3, 4, 5])),
            (&[range(9, None)], true, Ok(vec![5])),
            (&all, true, Ok(vec![1, 3, 4, 5])),
            (&all, false, Err(NoSuchNumber)),
            (&[range(5, Some(5))], false, Err(NoSuchNumber)),
            (&[range(1, Some(1)), range(5, None)], false, Err(NoSuchNumber)),
        ] {
            assert_eq!(resolve(ranges, uid), uids, "{ranges:?}");
        }
    }

    #[test]
    fn an_empty_mailbox_has_no_numbers() {
        let view = alice(0).view();
        let last = SeqRange { first: SeqNumber::Largest, last: SeqNumber::Largest };
        for ranges in [[range(1, None)], [range(1, Some(1))], [last]] {
            let set = SequenceSet::Ranges(NonEmpty::new(&ranges).unwrap());
            assert_eq!(view.resolve(set, false), Err(NoSuchNumber));
            assert_eq!(view.resolve(set, true), Ok(vec![]));
        }
        assert_eq!(view.resolve(SequenceSet::Saved, false), Ok(vec![]));
    }

    #[test]
    fn expunges_wait_for_their_moment() {
        let alice = alice(4);
        let mut view = alice.view();
        assert!(!view.has_news());
        alice.expunge(2);
        alice.expunge(4);
        alice.deliver();
        assert_eq!(view.update(&alice.store, false, false).unwrap(), [News::Exists(5)]);
        assert_eq!(view.number(3), Some(3), "numbers stay until it is told");
        assert!(view.has_news());
        let news = view.update(&alice.store, true, false).unwrap();
        assert_eq!(news, [News::Expunge(2), News::Expunge(3)]);
        assert_eq!(view.uids(), [1, 3, 5]);
        assert!(!view.has_news());
    }

    #[test]
    fn what_comes_and_goes_between_is_no_news() {
        let alice = alice(1);
        let mut view = alice.view();
        alice.deliver();
        alice.expunge(2);
        assert_eq!(view.update(&alice.store, true, false).unwrap(), []);
        assert_eq!(view.count(), 1);
    }

    #[test]
    fn flags_of_others_are_news_and_own_ones_are_not() {
        let alice = alice(2);
        let mut view = alice.view();
        view.told(&alice.flag(1, Flags::SEEN));
        let other = alice.flag(2, Flags::FLAGGED).remove(0);
        assert_eq!(view.update(&alice.store, false, false).unwrap(), [News::Flags(2, other.uid)]);
        view.told(&alice.flag(1, Flags::DRAFT));
        let later = alice.flag(1, Flags::ANSWERED).remove(0);
        assert_eq!(view.update(&alice.store, false, false).unwrap(), [News::Flags(1, later.uid)]);
    }

    #[test]
    fn saved_results_lose_what_is_expunged() {
        let alice = alice(3);
        let mut view = alice.view();
        view.save(vec![1, 3]);
        alice.expunge(1);
        view.update(&alice.store, true, false).unwrap();
        assert_eq!(view.resolve(SequenceSet::Saved, true), Ok(vec![3]));
        assert_eq!(view.saved(), [3]);
    }

    /// RFC 3501 §2.3.2: the first session to be told of a message is the one that it is
    /// recent to, unless that one only reads.
    #[test]
    fn a_message_is_recent_to_the_first_session_that_is_told() {
        let alice = alice(2);
        let open = |read_only| {
            let (mut view, _) = View::open(&alice.store, alice.inbox, read_only).unwrap();
            view.take_recent(&alice.store).unwrap();
            view
        };
        let (mut reader, mut first, mut second) = (open(true), open(false), open(false));
        assert_eq!([reader.recent(), first.recent(), second.recent()], [2, 2, 0]);
        alice.deliver();
        let told = |view: &mut View| view.update(&alice.store, true, true).unwrap();
        assert_eq!(told(&mut reader), [News::Exists(3), News::Recent(3)]);
        assert_eq!(told(&mut second), [News::Exists(3), News::Recent(1)]);
        assert_eq!(told(&mut first), [News::Exists(3), News::Recent(2)]);
        assert!(second.is_recent(3) && !second.is_recent(2) && !first.is_recent(3));
        alice.expunge(1);
        assert_eq!(told(&mut first), [News::Expunge(1)]);
        assert_eq!(first.recent(), 1);
        // One that only reads does not keep them from being recent.
        alice.deliver();
        assert_eq!(told(&mut reader)[1..], [News::Exists(3), News::Recent(3)]);
        assert_eq!(open(false).recent(), 1);
        assert_eq!(open(false).recent(), 0);
    }

    #[test]
    fn a_mailbox_that_is_deleted_is_an_error() {
        let alice = alice(0);
        let work = alice.store.create(alice.user, "work").unwrap();
        let (mut view, _) = View::open(&alice.store, work, false).unwrap();
        alice.store.delete(alice.user, "work").unwrap();
        assert!(matches!(view.update(&alice.store, true, false), Err(store::Error::NoSuchMailbox)));
    }
}
