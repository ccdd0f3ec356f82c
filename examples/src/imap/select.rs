//! SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3), and telling what is new.

use std::io;

use imap_proto::server::Selected;
use imap_proto::{
    Arena, Atom, Completion, Data, FetchData, FetchResponse, Flag, Listed, PermanentFlag, Select,
    Text,
};

use super::{
    client::{Client, Fault, delimiter},
    mailboxes, messages,
    view::{News, View},
    wire::{Wire, number, ok},
};
use crate::store::{Error, UidSet};

/// How many messages are looked up together.
const BATCH: usize = 100;

/// The flags that every mailbox has.
const SYSTEM: [Flag<'static>; 5] =
    [Flag::Answered, Flag::Flagged, Flag::Deleted, Flag::Seen, Flag::Draft];

impl Client<'_> {
    /// What the client is told of the mailbox that it selects.
    pub(super) fn select<'b>(
        &mut self,
        select: Select<'b>,
        wire: &Wire<'_>,
        arena: &'b Arena,
    ) -> Result<Selected<'b>, Error> {
        let Select { mailbox, read_only, .. } = select;
        self.view = None;
        let name = mailboxes::decode(mailbox, wire.imap.is_utf8())?;
        let id = self.store().mailbox(self.user()?, &name)?;
        let (mut view, state) = View::open(self.store(), id, read_only)?;
        if !wire.imap.is_rev2() {
            view.take_recent(self.store())?;
        }
        let (attributes, extended) = (&[][..], &[][..]);
        let listed = Listed { attributes, delimiter: delimiter(), mailbox, extended };
        let (uid_next, uid_validity) = (number(state.uidnext), number(state.uidvalidity));
        let mut selected = Selected::new(listed, view.count(), uid_next, uid_validity);
        let keywords = state.keywords.iter().filter_map(|name| Atom::new(arena.str(name)).ok());
        let flags: Vec<_> = SYSTEM.into_iter().chain(keywords.map(Flag::Keyword)).collect();
        selected.flags = arena.slice(&flags);
        if !read_only {
            let kept = flags.into_iter().map(PermanentFlag::Flag);
            let kept: Vec<_> = kept.chain([PermanentFlag::NewKeywords]).collect();
            selected.permanent_flags = arena.slice(&kept);
        }
        selected.read_only = read_only;
        selected.recent = view.recent();
        selected.unseen = state.first_unseen.and_then(|uid| view.number(uid)).map(number);
        self.view = Some(view);
        Ok(selected)
    }

    /// CLOSE (RFC 9051 §6.4.1): expunges without telling.
    pub(super) fn close<'b>(&mut self) -> Result<Completion<'b>, Fault> {
        if let Some(view) = self.view.as_ref().filter(|view| !view.is_read_only()) {
            match self.store().expunge(view.mailbox(), &UidSet::all()) {
                // There is nothing left of it.
                Ok(_) | Err(Error::NoSuchMailbox) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.view = None;
        Ok(ok("closed"))
    }

    /// Tells what is new in the selected mailbox. Where that is not known any more,
    /// the session must end, and this returns why: a client can be told in no other
    /// way that its mailbox is gone.
    pub(super) fn tell_news(&mut self, wire: &mut Wire<'_>) -> io::Result<Option<Text<'static>>> {
        let store = self.store();
        let Some(view) = self.view.as_mut().filter(|view| view.has_news()) else {
            return Ok(None);
        };
        let news = match view.update(store, wire.imap.may_expunge(), !wire.imap.is_rev2()) {
            Ok(news) => news,
            Err(error) => {
                self.view = None;
                return Ok(Some(self.lost(&error)));
            }
        };
        let mut flags = Vec::new();
        for one in news {
            match one {
                News::Expunge(message) => wire.data(&Data::Expunge(number(message)))?,
                News::Exists(count) => wire.data(&Data::Exists(count))?,
                News::Recent(count) => wire.data(&Data::Recent(count))?,
                News::Flags(message, uid) => flags.push((message, uid)),
            }
        }
        // Some at a time: others may have set thousands of long keywords.
        for some in flags.chunks(BATCH) {
            let uids = some.iter().map(|(_, uid)| *uid).collect();
            let changed = match store.messages(view.mailbox(), &uids) {
                Ok(changed) => changed,
                Err(error) => {
                    self.view = None;
                    return Ok(Some(self.lost(&error)));
                }
            };
            // Those that have gone meanwhile are told of next time.
            for now in changed {
                let Some(message) = view.number(now.uid) else { continue };
                let flags = messages::wire_flags(&now.flags, view.is_recent(now.uid));
                let data = [FetchData::Flags(&flags), FetchData::Uid(number(now.uid))];
                let message = number(message);
                wire.data(&Data::Fetch(FetchResponse { message, data: &data }))?;
            }
        }
        Ok(None)
    }

    /// Why a session has to end that cannot know any more what is in its mailbox.
    fn lost(&self, error: &Error) -> Text<'static> {
        self.report(error);
        Text::truncated(match error {
            Error::NoSuchMailbox => "the selected mailbox is gone",
            _ => "a fault of the server",
        })
    }
}
