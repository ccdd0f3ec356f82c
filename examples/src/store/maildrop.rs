//! A user's INBOX as POP3 sees it: locked, and of the state at login
//! (RFC 1939 §4).

use std::sync::Arc;

use super::{Error, MailboxId, Message, Store, UidSet, UserId, lock, messages};

/// The one open maildrop of a user; dropping it lets the next session in.
///
/// What it lists stays the same however much mail arrives meanwhile. It keeps
/// other POP3 sessions out but not IMAP: a message may turn out to be
/// [`Error::Expunged`] when it is read.
#[derive(Debug)]
pub struct Maildrop {
    store: Arc<Store>,
    user: UserId,
    inbox: MailboxId,
    uidvalidity: u32,
    messages: Vec<Message>,
}

impl Store {
    /// Opens and locks a user's maildrop.
    ///
    /// # Errors
    /// [`Error::MaildropInUse`] while another session has it.
    pub fn maildrop(self: &Arc<Self>, user: UserId) -> Result<Maildrop, Error> {
        if !lock(&self.maildrops).insert(user) {
            return Err(Error::MaildropInUse);
        }
        // From here on the lock is given back on every way out.
        let (store, messages) = (Arc::clone(self), Vec::new());
        let mut maildrop = Maildrop { store, user, inbox: MailboxId(0), uidvalidity: 0, messages };
        (maildrop.inbox, maildrop.uidvalidity) = self.read(|tx| messages::inbox(tx, user))?;
        maildrop.messages = self.messages(maildrop.inbox, &UidSet::all())?;
        Ok(maildrop)
    }
}

impl Maildrop {
    /// The messages there were at login: POP3's message number 1 is at 0.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// What UIDL says of a message (RFC 1939 §7): at most 21 characters, the
    /// same in every session, never used again.
    pub fn unique_id(&self, message: &Message) -> String {
        format!("{}.{}", self.uidvalidity, message.uid)
    }

    /// Removes the messages with these UIDs, in the UPDATE state (RFC 1939
    /// §6). Those that have gone already are no error.
    pub fn delete(&self, uids: &UidSet) -> Result<(), Error> {
        self.store.remove(self.inbox, uids, |_| true).map(drop)
    }
}

impl Drop for Maildrop {
    fn drop(&mut self) {
        lock(&self.store.maildrops).remove(&self.user);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn deliver(store: &Store, user: UserId, text: &str) {
        let mut draft = store.draft().unwrap();
        draft.write_all(text.as_bytes()).unwrap();
        store.deliver(draft, &[user]).unwrap();
    }

    #[test]
    fn only_one_session_has_it() {
        let store = Arc::new(Store::in_memory().unwrap());
        let alice = store.set_user("alice", "secret").unwrap();
        let bob = store.set_user("bob", "secret").unwrap();
        let first = store.maildrop(alice).unwrap();
        assert!(matches!(store.maildrop(alice), Err(Error::MaildropInUse)));
        store.maildrop(bob).unwrap();
        drop(first);
        store.maildrop(alice).unwrap();
    }

    #[test]
    fn a_failed_opening_leaves_no_lock() {
        let store = Arc::new(Store::in_memory().unwrap());
        for _ in 0..2 {
            assert!(matches!(store.maildrop(UserId(7)), Err(Error::NoSuchMailbox)));
        }
    }

    #[test]
    fn it_stays_as_it_was_and_deletes_what_it_is_told() {
        let store = Arc::new(Store::in_memory().unwrap());
        let alice = store.set_user("alice", "secret").unwrap();
        deliver(&store, alice, "one");
        deliver(&store, alice, "three");
        let maildrop = store.maildrop(alice).unwrap();
        deliver(&store, alice, "later");
        let sizes: Vec<u64> = maildrop.messages().iter().map(|message| message.size).collect();
        assert_eq!(sizes, [3, 5]);
        let kept = maildrop.unique_id(&maildrop.messages()[1]);
        maildrop.delete(&[1, 99].into_iter().collect()).unwrap();
        maildrop.delete(&UidSet::from(1)).unwrap();
        drop(maildrop);
        let maildrop = store.maildrop(alice).unwrap();
        assert_eq!(maildrop.messages().len(), 2);
        assert_eq!(maildrop.unique_id(&maildrop.messages()[0]), kept);
    }
}
