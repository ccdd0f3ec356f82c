//! How mail comes in: into INBOXes, into the queue, or both.

use super::{
    Draft, Error, Onward, Store, UserId,
    index::Change,
    mailboxes::{self, INBOX},
};

/// A message that comes in, and where it goes.
#[derive(Debug)]
pub struct NewMail {
    /// Its octets.
    pub draft: Draft,
    /// Whose INBOX gets it.
    pub users: Vec<UserId>,
    /// Who else, by the queue.
    pub onward: Option<Onward>,
}

impl NewMail {
    /// Makes the octets of all durable, but for those that the index is to keep.
    pub(super) fn place(mails: &mut [Self]) -> Result<(), Error> {
        mails.iter_mut().try_for_each(|mail| mail.draft.place())
    }

    /// The index knows them.
    pub(super) fn committed(mails: Vec<Self>) {
        mails.into_iter().for_each(|mail| mail.draft.committed());
    }
}

impl Store {
    /// Puts a message into the INBOX of every recipient; into all of them or
    /// none. Recipients named twice get it once.
    ///
    /// Once this returns `Ok` the message is durable: SMTP may answer 250.
    pub fn deliver(&self, draft: Draft, recipients: &[UserId]) -> Result<(), Error> {
        self.take_in(vec![NewMail { draft, users: recipients.to_vec(), onward: None }])
    }

    /// Takes in messages, each into INBOXes and into the queue: all of it or nothing.
    /// Users named twice get a message once; one that is for nobody is dropped.
    ///
    /// Once this returns `Ok` they are durable: SMTP may answer 250.
    pub fn take_in(&self, mut mails: Vec<NewMail>) -> Result<(), Error> {
        mails.retain(|mail| !mail.users.is_empty() || mail.onward.is_some());
        if mails.is_empty() {
            return Ok(());
        }
        NewMail::place(&mut mails)?;
        self.write(|change| mails.iter().try_for_each(|mail| change.take_in(mail)))?;
        let enqueued = mails.iter().any(|mail| mail.onward.is_some());
        NewMail::committed(mails);
        if enqueued {
            self.wake_queue();
        }
        Ok(())
    }
}

impl Change<'_> {
    /// Takes in one message, whose octets are in their place.
    pub(super) fn take_in(&mut self, mail: &NewMail) -> Result<(), Error> {
        let NewMail { draft, users, onward } = mail;
        self.keep_small(draft)?;
        let mut users = users.clone();
        users.sort_unstable();
        users.dedup();
        for user in users {
            let inbox = mailboxes::row(&self.tx, user, INBOX)?;
            let inbox = inbox.ok_or(Error::NoSuchMailbox)?.id;
            self.put(inbox, draft)?;
        }
        onward.iter().try_for_each(|onward| self.enqueue(draft, onward))
    }
}
