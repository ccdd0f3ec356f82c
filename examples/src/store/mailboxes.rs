//! The mailboxes of a user and the names they have (RFC 9051 §5.1, §6.3).

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Error, Flags, MailboxId, Store, UserId, Watch, index::Change};

/// The one mailbox that every user has; its name in any case means it.
pub(super) const INBOX: &str = "INBOX";

/// Between the levels of a mailbox name.
pub const HIERARCHY_SEPARATOR: char = '/';

/// The longest mailbox name, in octets of UTF-8.
const MAX_NAME: u32 = 500;
/// How many mailboxes, and how many subscriptions, a user may have.
const MAX_MAILBOXES: i64 = 10_000;

/// One name that LIST shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMailbox {
    /// The name in UTF-8; INBOX, and the first level of what is below it, in
    /// capitals.
    pub name: String,
    /// `\Noselect`: there is no mailbox of this name, only below it.
    pub noselect: bool,
    /// `\Subscribed`.
    pub subscribed: bool,
    /// `\HasChildren`, else `\HasNoChildren`.
    pub has_children: bool,
}

/// A mailbox as SELECT finds it.
#[derive(Clone, Debug)]
pub struct Selected {
    /// For all further calls about this mailbox; survives a RENAME.
    pub id: MailboxId,
    /// UIDVALIDITY (RFC 9051 §2.3.1.1), never 0.
    pub uidvalidity: u32,
    /// UIDNEXT: greater than every UID there has been.
    pub uidnext: u32,
    /// HIGHESTMODSEQ (RFC 7162): the state that this is, for
    /// [`Store::changes`] and [`Watch::changed_since`].
    pub modseq: u64,
    /// The UIDs of the messages in rising order: message number 1 is at 0.
    pub uids: Vec<u32>,
    /// The UID of the first message without `\Seen`.
    pub first_unseen: Option<u32>,
    /// The keywords in use.
    pub keywords: Vec<String>,
    /// The first UID that is `\Recent` (RFC 3501 §2.3.2): the messages from it on
    /// have not been told of to a session that has [taken](Store::take_recent) them.
    pub recent: u32,
}

/// What STATUS tells (RFC 9051 §6.3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// MESSAGES.
    pub messages: u32,
    /// UNSEEN: how many are without `\Seen`.
    pub unseen: u32,
    /// DELETED: how many have `\Deleted`.
    pub deleted: u32,
    /// RECENT: how many no session was told of (RFC 3501 §2.3.2).
    pub recent: u32,
    /// SIZE: octets, together.
    pub size: u64,
    /// UIDNEXT.
    pub uidnext: u32,
    /// UIDVALIDITY.
    pub uidvalidity: u32,
    /// HIGHESTMODSEQ.
    pub modseq: u64,
}

impl Store {
    /// All names of a user's mailboxes in the order of their octets. What a
    /// LIST pattern matches is the caller's business.
    pub fn list(&self, user: UserId) -> Result<Vec<ListedMailbox>, Error> {
        self.read(|tx| {
            let mut names = tx.prepare_cached(
                "SELECT mailbox.name, noselect, subscription.name IS NOT NULL FROM mailbox
                 LEFT JOIN subscription USING (user, name)
                 WHERE mailbox.user = ? ORDER BY mailbox.name",
            )?;
            let rows = names.query_map([user.0], |row| {
                let (name, noselect, subscribed) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(ListedMailbox { name, noselect, subscribed, has_children: false })
            })?;
            let mut names: Vec<ListedMailbox> = rows.collect::<Result<_, _>>()?;
            let parents: HashSet<String> = names
                .iter()
                .filter_map(|mailbox| mailbox.name.rsplit_once(HIERARCHY_SEPARATOR))
                .map(|(parent, _)| parent.to_owned())
                .collect();
            for mailbox in &mut names {
                mailbox.has_children = parents.contains(&mailbox.name);
            }
            Ok(names)
        })
    }

    /// The names a user has subscribed to in the order of their octets; not
    /// all of them need exist (RFC 9051 §6.3.7).
    pub fn subscriptions(&self, user: UserId) -> Result<Vec<String>, Error> {
        self.read(|tx| {
            let mut names = tx.prepare_cached(
                "SELECT name FROM subscription WHERE user = ? ORDER BY subscription.name",
            )?;
            let names = names.query_map([user.0], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    /// SUBSCRIBE (RFC 9051 §6.3.7). The mailbox need not exist.
    pub fn subscribe(&self, user: UserId, name: &str) -> Result<(), Error> {
        let name = canonical(name)?;
        self.write(|change| {
            let count = "SELECT count(*) FROM subscription WHERE user = ?";
            if change.tx.query_row(count, [user.0], |row| row.get::<_, i64>(0))? >= MAX_MAILBOXES {
                return Err(Error::Limit("10,000 subscriptions"));
            }
            let insert = "INSERT OR IGNORE INTO subscription (user, name) VALUES (?, ?)";
            change.tx.execute(insert, params![user.0, name])?;
            Ok(())
        })
    }

    /// UNSUBSCRIBE (RFC 9051 §6.3.8). The name need not be subscribed.
    pub fn unsubscribe(&self, user: UserId, name: &str) -> Result<(), Error> {
        let name = canonical(name)?;
        self.write(|change| {
            let delete = "DELETE FROM subscription WHERE user = ? AND name = ?";
            change.tx.execute(delete, params![user.0, name])?;
            Ok(())
        })
    }

    /// CREATE (RFC 9051 §6.3.4), with the superior mailboxes that are
    /// missing. A separator at the end of the name is ignored.
    pub fn create(&self, user: UserId, name: &str) -> Result<MailboxId, Error> {
        let name = canonical(name)?;
        self.write(|change| match row(&change.tx, user, &name)? {
            Some(Row { noselect: false, .. }) => Err(Error::MailboxExists),
            Some(Row { id, noselect: true }) => {
                // Nobody can have selected it: it may be made anew in place.
                let uidvalidity = change.new_uidvalidity()?;
                let revive = "UPDATE mailbox SET noselect = 0, uidvalidity = ? WHERE id = ?";
                change.tx.execute(revive, params![uidvalidity, id.0])?;
                Ok(id)
            }
            None => {
                change.make_superiors(user, &name)?;
                change.make_mailbox(user, &name)
            }
        })
    }

    /// DELETE (RFC 9051 §6.3.5): the mailbox and its messages. A mailbox with
    /// inferior names leaves a `\Noselect` name behind.
    pub fn delete(&self, user: UserId, name: &str) -> Result<(), Error> {
        let name = canonical(name)?;
        if name == INBOX {
            return Err(Error::InboxStays);
        }
        self.write(|change| {
            let Row { id, noselect } = row(&change.tx, user, &name)?.ok_or(Error::NoSuchMailbox)?;
            let (first, end) = below(&name);
            let inferior = "SELECT 1 FROM mailbox WHERE user = ? AND name > ? AND name < ?";
            let parent = change.tx.prepare_cached(inferior)?.exists(params![user.0, first, end])?;
            if noselect && parent {
                return Err(Error::HasChildren);
            }
            let mut bodies = Vec::new();
            {
                let mut all =
                    change.tx.prepare_cached("SELECT body FROM message WHERE mailbox = ?")?;
                for body in all.query_map([id.0], |row| row.get::<_, i64>(0))? {
                    bodies.push(body? as u64);
                }
            }
            bodies.into_iter().for_each(|body| change.released(body));
            change.tx.execute("DELETE FROM mailbox WHERE id = ?", [id.0])?;
            if parent {
                let keep = "INSERT INTO mailbox (user, name, noselect, uidvalidity)
                            VALUES (?, ?, 1, 0)";
                change.tx.execute(keep, params![user.0, name])?;
            }
            // Wakes who has it selected; the next call finds it gone.
            change.touched(id, u64::MAX);
            Ok(())
        })
    }

    /// RENAME (RFC 9051 §6.3.6), with all inferior names. Renaming INBOX moves
    /// its messages into a new mailbox. Subscriptions stay as they are.
    pub fn rename(&self, user: UserId, from: &str, to: &str) -> Result<(), Error> {
        let (from, to) = (canonical(from)?, canonical(to)?);
        self.write(|change| {
            let source = row(&change.tx, user, &from)?.ok_or(Error::NoSuchMailbox)?;
            if row(&change.tx, user, &to)?.is_some() {
                return Err(Error::MailboxExists);
            }
            if from == INBOX {
                change.make_superiors(user, &to)?;
                let target = change.make_mailbox(user, &to)?;
                return change.move_all(source.id, target);
            }
            let (first, end) = below(&from);
            if to.starts_with(&first) {
                return Err(Error::InvalidName("it is below the mailbox to be renamed"));
            }
            change.make_superiors(user, &to)?;
            change.tx.execute(
                "UPDATE mailbox SET name = ?2 || substr(name, 1 + length(?3))
                 WHERE user = ?1 AND (name = ?3 OR name > ?4 AND name < ?5)",
                params![user.0, to, from, first, end],
            )?;
            let longest = "SELECT max(octet_length(name)) FROM mailbox WHERE user = ?";
            if change.tx.query_row(longest, [user.0], |row| row.get::<_, u32>(0))? > MAX_NAME {
                return Err(Error::InvalidName("an inferior name would be too long"));
            }
            Ok(())
        })
    }

    /// The mailbox of this name, for SELECT, STATUS, APPEND, COPY and MOVE.
    pub fn mailbox(&self, user: UserId, name: &str) -> Result<MailboxId, Error> {
        // What cannot be a name is none: SELECT of it is answered NO.
        let Ok(name) = canonical(name) else { return Err(Error::NoSuchMailbox) };
        match self.read(|tx| row(tx, user, &name))? {
            Some(Row { id, noselect: false }) => Ok(id),
            _ => Err(Error::NoSuchMailbox),
        }
    }

    /// The state of a mailbox for SELECT and EXAMINE (RFC 9051 §6.3.2).
    ///
    /// Call [`Store::watch`] first, if at all, so that no change is missed in
    /// between.
    pub fn select(&self, mailbox: MailboxId) -> Result<Selected, Error> {
        self.read(|tx| {
            let Counters { uidvalidity, uidnext, modseq, recent } = counters(tx, mailbox)?;
            let mut uids =
                tx.prepare_cached("SELECT uid FROM message WHERE mailbox = ? ORDER BY uid")?;
            let uids = uids.query_map([mailbox.0], |row| row.get(0))?;
            let uids = uids.collect::<Result<_, _>>()?;
            let first_unseen = tx
                .prepare_cached("SELECT min(uid) FROM message WHERE mailbox = ? AND flags & ? = 0")?
                .query_row(params![mailbox.0, Flags::SEEN_BIT], |row| row.get(0))?;
            let mut in_use = tx.prepare_cached(
                "SELECT DISTINCT keywords FROM message WHERE mailbox = ? AND keywords <> ''",
            )?;
            // By their names in lower case, each once.
            let mut keywords = BTreeMap::new();
            for some in in_use.query_map([mailbox.0], |row| row.get::<_, String>(0))? {
                for keyword in some?.split_ascii_whitespace() {
                    keywords
                        .entry(keyword.to_ascii_lowercase())
                        .or_insert_with(|| keyword.to_owned());
                }
            }
            let keywords = keywords.into_values().collect();
            Ok(Selected {
                id: mailbox,
                uidvalidity,
                uidnext,
                modseq,
                uids,
                first_unseen,
                keywords,
                recent,
            })
        })
    }

    /// Makes the messages that are `\Recent` those of one session: no other will be
    /// told that they are (RFC 3501 §2.3.2). Returns the UIDs that were taken.
    pub fn take_recent(&self, mailbox: MailboxId) -> Result<Range<u32>, Error> {
        let Counters { recent, uidnext, .. } = self.read(|tx| counters(tx, mailbox))?;
        if recent >= uidnext {
            return Ok(uidnext..uidnext);
        }
        self.write(|change| {
            let Counters { recent, uidnext, .. } = counters(&change.tx, mailbox)?;
            let take = "UPDATE mailbox SET recent = ? WHERE id = ?";
            change.tx.prepare_cached(take)?.execute(params![uidnext, mailbox.0])?;
            Ok(recent..uidnext)
        })
    }

    /// The UIDs that are `\Recent`, without taking them.
    pub fn recent(&self, mailbox: MailboxId) -> Result<Range<u32>, Error> {
        let Counters { recent, uidnext, .. } = self.read(|tx| counters(tx, mailbox))?;
        Ok(recent..uidnext)
    }

    /// What STATUS tells of a mailbox.
    pub fn status(&self, mailbox: MailboxId) -> Result<Status, Error> {
        self.read(|tx| {
            let Counters { uidvalidity, uidnext, modseq, recent } = counters(tx, mailbox)?;
            let mut sums = tx.prepare_cached(
                "SELECT count(*), total(flags & ?2 = 0), total(flags & ?3 <> 0),
                        coalesce(sum(size), 0), total(uid >= ?4)
                 FROM message WHERE mailbox = ?1",
            )?;
            let bits = params![mailbox.0, Flags::SEEN_BIT, Flags::DELETED_BIT, recent];
            Ok(sums.query_row(bits, |row| {
                Ok(Status {
                    messages: row.get(0)?,
                    unseen: row.get::<_, f64>(1)? as u32,
                    deleted: row.get::<_, f64>(2)? as u32,
                    size: row.get::<_, i64>(3)? as u64,
                    recent: row.get::<_, f64>(4)? as u32,
                    uidnext,
                    uidvalidity,
                    modseq,
                })
            })?)
        })
    }

    /// An eye on a mailbox, which tells when it changes: for IDLE, and for
    /// NOOP, which need not ask the index while nothing has changed.
    pub fn watch(&self, mailbox: MailboxId) -> Watch {
        self.watches.watch(mailbox)
    }
}

impl Change<'_> {
    /// Makes a mailbox. There must be none of that name.
    pub(super) fn make_mailbox(&mut self, user: UserId, name: &str) -> Result<MailboxId, Error> {
        let count = "SELECT count(*) FROM mailbox WHERE user = ?";
        if self.tx.query_row(count, [user.0], |row| row.get::<_, i64>(0))? >= MAX_MAILBOXES {
            return Err(Error::Limit("10,000 mailboxes"));
        }
        let uidvalidity = self.new_uidvalidity()?;
        let make = "INSERT INTO mailbox (user, name, uidvalidity) VALUES (?, ?, ?)";
        self.tx.execute(make, params![user.0, name, uidvalidity])?;
        Ok(MailboxId(self.tx.last_insert_rowid()))
    }

    /// Makes the mailboxes above `name` that are missing.
    fn make_superiors(&mut self, user: UserId, name: &str) -> Result<(), Error> {
        for (end, _) in name.match_indices(HIERARCHY_SEPARATOR) {
            let superior = &name[..end];
            if row(&self.tx, user, superior)?.is_none() {
                self.make_mailbox(user, superior)?;
            }
        }
        Ok(())
    }

    /// A UIDVALIDITY that no mailbox has had: the time in seconds, or one more
    /// than the last. Also over a fresh index that replaces a lost one, it is
    /// new to clients (RFC 9051 §2.3.1.1).
    fn new_uidvalidity(&mut self) -> Result<u32, Error> {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        let raise = "UPDATE uidvalidity SET last = max(last + 1, ?) RETURNING last";
        let last: i64 = self.tx.query_row(raise, [now], |row| row.get(0))?;
        u32::try_from(last).map_err(|_| Error::Limit("UIDVALIDITY has 32 bits"))
    }
}

/// The row of a mailbox, as far as its name goes.
pub(super) struct Row {
    pub(super) id: MailboxId,
    pub(super) noselect: bool,
}

pub(super) fn row(tx: &Connection, user: UserId, name: &str) -> Result<Option<Row>, Error> {
    let mut row =
        tx.prepare_cached("SELECT id, noselect FROM mailbox WHERE user = ? AND name = ?")?;
    let row = row.query_row(params![user.0, name], |row| {
        Ok(Row { id: MailboxId(row.get(0)?), noselect: row.get(1)? })
    });
    Ok(row.optional()?)
}

/// What a mailbox counts.
pub(super) struct Counters {
    pub(super) uidvalidity: u32,
    pub(super) uidnext: u32,
    pub(super) modseq: u64,
    pub(super) recent: u32,
}

pub(super) fn counters(tx: &Connection, mailbox: MailboxId) -> Result<Counters, Error> {
    let mut row = tx.prepare_cached(
        "SELECT uidvalidity, uidnext, modseq, recent FROM mailbox
         WHERE id = ? AND noselect = 0",
    )?;
    let row = row.query_row([mailbox.0], |row| {
        let (uidvalidity, uidnext) = (row.get(0)?, row.get(1)?);
        let (modseq, recent) = (row.get::<_, i64>(2)? as u64, row.get(3)?);
        Ok(Counters { uidvalidity, uidnext, modseq, recent })
    });
    row.optional()?.ok_or(Error::NoSuchMailbox)
}

/// Checks a name and gives it in the form it has in the index: without a
/// separator at its end, and INBOX in capitals, also as the first level.
fn canonical(name: &str) -> Result<String, Error> {
    let name = name.strip_suffix(HIERARCHY_SEPARATOR).unwrap_or(name);
    if name.len() > MAX_NAME as usize {
        return Err(Error::InvalidName("it has more than 500 octets"));
    }
    if name.split(HIERARCHY_SEPARATOR).any(str::is_empty) {
        return Err(Error::InvalidName("it has an empty level"));
    }
    // RFC 9051 §5.1: no control characters, no wildcards of LIST.
    if name.contains(|c: char| c.is_control() || "%*\u{2028}\u{2029}".contains(c)) {
        return Err(Error::InvalidName("it has a control character, '%' or '*'"));
    }
    let (first, rest) = name.split_at(name.find(HIERARCHY_SEPARATOR).unwrap_or(name.len()));
    if first.eq_ignore_ascii_case(INBOX) {
        return Ok(format!("{INBOX}{rest}"));
    }
    Ok(name.to_owned())
}

/// The bounds, both excluded, of the names below `name`, in the order of their
/// octets: from `name/` to `name0`, `0` being the octet after `/`.
fn below(name: &str) -> (String, String) {
    (format!("{name}/"), format!("{name}0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> (Store, UserId) {
        let store = Store::in_memory().unwrap();
        let alice = store.set_user("alice", "secret").unwrap();
        (store, alice)
    }

    /// The names as LIST would print them: `foo`, `(foo)` when `\Noselect`, with a
    /// `+` when there are children and a `!` when subscribed.
    fn names(store: &Store, user: UserId) -> String {
        let show = |mailbox: &ListedMailbox| {
            let ListedMailbox { name, noselect, subscribed, has_children } = mailbox;
            let name = if *noselect { format!("({name})") } else { name.clone() };
            let children = if *has_children { "+" } else { "" };
            format!("{name}{children}{}", if *subscribed { "!" } else { "" })
        };
        store.list(user).unwrap().iter().map(show).collect::<Vec<_>>().join(" ")
    }

    fn append(store: &Store, mailbox: MailboxId, text: &str) -> u32 {
        use std::io::Write;
        let mut draft = store.draft().unwrap();
        draft.write_all(text.as_bytes()).unwrap();
        store.append(mailbox, vec![draft.into()]).unwrap().uids[0]
    }

    #[test]
    fn inbox_is_always_there_in_any_case() {
        let (store, alice) = alice();
        let inbox = store.mailbox(alice, "inbox").unwrap();
        assert_eq!(store.mailbox(alice, "InBox").unwrap(), inbox);
        assert!(matches!(store.create(alice, "Inbox/"), Err(Error::MailboxExists)));
        assert!(matches!(store.delete(alice, "inbox"), Err(Error::InboxStays)));
        store.create(alice, "inbox/Inbox").unwrap();
        assert_eq!(names(&store, alice), "INBOX+ INBOX/Inbox");
    }

    #[test]
    fn create_makes_what_is_above() {
        let (store, alice) = alice();
        store.create(alice, "owatagusiam/").unwrap();
        store.create(alice, "foo/bar/zap").unwrap();
        store.create(alice, "foo bar").unwrap();
        assert_eq!(
            names(&store, alice),
            "INBOX foo+ foo bar foo/bar+ foo/bar/zap owatagusiam",
            "the separator sorts behind the space"
        );
        assert!(matches!(store.create(alice, "foo"), Err(Error::MailboxExists)));
    }

    #[test]
    fn names_are_checked() {
        let (store, alice) = alice();
        let long = "x".repeat(501);
        for name in ["", "/", "/a", "a//b", "a//", "a%", "*", "a\r\nb", "a\0", &long] {
            let refused = store.create(alice, name);
            assert!(matches!(refused, Err(Error::InvalidName(_))), "{name:?}");
            assert!(matches!(store.mailbox(alice, name), Err(Error::NoSuchMailbox)), "{name:?}");
        }
        store.create(alice, "日本語/&_'\"; DROP TABLE user").unwrap();
        assert_eq!(store.users().unwrap(), ["alice"]);
    }

    /// The example of RFC 9051 §6.3.5.
    #[test]
    fn delete_leaves_inferior_names() {
        let (store, alice) = alice();
        store.create(alice, "foo/bar").unwrap();
        let foo = store.mailbox(alice, "foo").unwrap();
        append(&store, foo, "gone");
        let watch = store.watch(foo);
        let modseq = store.select(foo).unwrap().modseq;
        store.delete(alice, "foo").unwrap();
        assert_eq!(names(&store, alice), "INBOX (foo)+ foo/bar");
        assert!(watch.changed_since(modseq));
        assert!(matches!(store.select(foo), Err(Error::NoSuchMailbox)));
        assert!(matches!(store.mailbox(alice, "foo"), Err(Error::NoSuchMailbox)));
        assert!(matches!(store.delete(alice, "foo"), Err(Error::HasChildren)));
        store.delete(alice, "foo/bar").unwrap();
        assert_eq!(names(&store, alice), "INBOX (foo)");
        store.delete(alice, "foo").unwrap();
        assert!(matches!(store.delete(alice, "foo"), Err(Error::NoSuchMailbox)));
    }

    #[test]
    fn what_is_made_again_has_another_uidvalidity() {
        let (store, alice) = alice();
        let mut seen = HashSet::new();
        for _ in 0..3 {
            let foo = store.create(alice, "foo").unwrap();
            store.create(alice, "foo/bar").unwrap();
            assert!(seen.insert(store.select(foo).unwrap().uidvalidity));
            assert_eq!(append(&store, foo, "text"), 1);
            store.delete(alice, "foo").unwrap();
            // Revived in place of the \Noselect name.
            let foo = store.create(alice, "foo").unwrap();
            let again = store.select(foo).unwrap();
            assert!(seen.insert(again.uidvalidity) && again.uids.is_empty());
            store.delete(alice, "foo/bar").unwrap();
            store.rename(alice, "foo", "zap").unwrap();
            store.delete(alice, "zap").unwrap();
        }
    }

    /// The first example of RFC 9051 §6.3.6.
    #[test]
    fn rename_takes_inferior_names_along() {
        let (store, alice) = alice();
        let bar = store.create(alice, "foo/bar").unwrap();
        store.create(alice, "foo/bär/ß").unwrap();
        store.create(alice, "foo0").unwrap();
        append(&store, bar, "kept");
        store.delete(alice, "foo").unwrap();
        store.rename(alice, "foo", "zowie").unwrap();
        assert_eq!(names(&store, alice), "INBOX foo0 (zowie)+ zowie/bar zowie/bär+ zowie/bär/ß",);
        assert_eq!(store.mailbox(alice, "zowie/bar").unwrap(), bar);
        assert_eq!(store.select(bar).unwrap().uids, [1]);

        store.rename(alice, "zowie/bar", "new/deep/er").unwrap();
        assert_eq!(store.mailbox(alice, "new/deep/er").unwrap(), bar);
        store.mailbox(alice, "new/deep").unwrap();
    }

    #[test]
    fn rename_refuses() {
        let (store, alice) = alice();
        store.create(alice, "a/b").unwrap();
        store.create(alice, "c").unwrap();
        let long = "x".repeat(499);
        assert!(matches!(store.rename(alice, "nope", "x"), Err(Error::NoSuchMailbox)));
        assert!(matches!(store.rename(alice, "a", "c"), Err(Error::MailboxExists)));
        assert!(matches!(store.rename(alice, "a", "inbox"), Err(Error::MailboxExists)));
        assert!(matches!(store.rename(alice, "a", "a/d"), Err(Error::InvalidName(_))));
        assert!(matches!(store.rename(alice, "a", &long), Err(Error::InvalidName(_))));
        assert_eq!(names(&store, alice), "INBOX a+ a/b c");
    }

    /// The second example of RFC 9051 §6.3.6.
    #[test]
    fn renaming_inbox_moves_its_messages() {
        let (store, alice) = alice();
        store.create(alice, "INBOX/bar").unwrap();
        let inbox = store.mailbox(alice, "INBOX").unwrap();
        append(&store, inbox, "one");
        append(&store, inbox, "two");
        let before = store.select(inbox).unwrap();
        store.rename(alice, "inbox", "old-mail").unwrap();
        assert_eq!(names(&store, alice), "INBOX+ INBOX/bar old-mail");
        let old = store.mailbox(alice, "old-mail").unwrap();
        let mail = store.messages(old, &super::super::UidSet::all()).unwrap();
        assert_eq!(store.body(&mail[1]).unwrap().into_bytes().unwrap(), "two");
        let after = store.select(inbox).unwrap();
        assert!(after.uids.is_empty());
        assert_eq!((after.uidvalidity, after.uidnext), (before.uidvalidity, before.uidnext));
        assert_eq!(store.changes(inbox, before.modseq).unwrap().vanished, [1, 2]);
    }

    #[test]
    fn subscriptions_are_kept_apart() {
        let (store, alice) = alice();
        store.subscribe(alice, "#news/comp").unwrap();
        store.subscribe(alice, "inbox").unwrap();
        store.subscribe(alice, "inbox").unwrap();
        store.unsubscribe(alice, "never").unwrap();
        assert_eq!(store.subscriptions(alice).unwrap(), ["#news/comp", "INBOX"]);
        assert_eq!(names(&store, alice), "INBOX!");
        store.unsubscribe(alice, "INBOX").unwrap();
        assert_eq!(store.subscriptions(alice).unwrap(), ["#news/comp"]);
    }

    #[test]
    fn status_counts() {
        let (store, alice) = alice();
        let inbox = store.mailbox(alice, "INBOX").unwrap();
        for text in ["12345", "123", "1"] {
            append(&store, inbox, text);
        }
        let seen = super::super::FlagChange::Add(Flags::from_names(["\\Seen", "kw"]));
        store.store_flags(inbox, &1.into(), &seen).unwrap();
        let deleted = super::super::FlagChange::Add(Flags::from_names(["\\Deleted", "KW", "b"]));
        store.store_flags(inbox, &2.into(), &deleted).unwrap();
        let status = store.status(inbox).unwrap();
        assert_eq!((status.messages, status.unseen, status.deleted, status.size), (3, 2, 1, 9));
        assert_eq!(status.uidnext, 4);
        let selected = store.select(inbox).unwrap();
        assert_eq!((selected.uids, selected.first_unseen), (vec![1, 2, 3], Some(2)));
        assert_eq!(selected.keywords, ["b", "kw"]);
    }
}
