//! STORE, COPY, MOVE and EXPUNGE (RFC 9051 §6.4.3, §6.4.6 to §6.4.8), and
//! what they have in common with FETCH.

use std::{
    io::{Read, Seek, SeekFrom, Take},
    ops::Range,
};

use imap_proto::{
    Arena, Atom, Code, Completion, Data, FetchData, FetchResponse, Flag, Mailbox, NonEmpty,
    SequenceSet, Store as StoreCommand, StoreAction, Text, UidRange,
};

use super::{
    client::{Client, Fault},
    mailboxes,
    mime::HeaderEnd,
    wire::{DONE, Wire, no, number, ok},
};
use crate::store::{Body, Copied, Error, FlagChange, Flags, MailboxId, Message, Store, UidSet};

/// How many messages STORE changes together.
const BATCH: usize = 500;

/// The answer to a message number past the last message.
pub(super) const NO_SUCH_NUMBER: Completion<'static> =
    Completion::bad(None, Text::truncated("there is no message of that number"));
const READ_ONLY: Completion<'static> = no("the mailbox is selected only to read");

impl Client<'_> {
    pub(super) fn store_flags<'b>(
        &mut self,
        store: &StoreCommand<'_>,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let change = match store.action {
            StoreAction::Replace => FlagChange::Replace(flags_to_keep(store.flags)?),
            StoreAction::Add => FlagChange::Add(flags_to_keep(store.flags)?),
            StoreAction::Remove => FlagChange::Remove(flags(store.flags)),
        };
        let all = self.store();
        let view = self.view()?;
        let Ok(uids) = view.resolve(store.messages, store.uid) else { return Ok(NO_SUCH_NUMBER) };
        if view.is_read_only() {
            return Ok(READ_ONLY);
        }
        let (watch, mut known_to) = view.watch();
        let mut count = 0;
        for batch in uids.chunks(BATCH) {
            wire.check()?;
            // What others did before is news also where this is silent.
            let is_known = !store.silent || !watch.changed_since(known_to);
            let set = batch.iter().copied().collect();
            let messages = all.store_flags(view.mailbox(), &set, &change)?;
            count += messages.len();
            if is_known {
                view.told(&messages);
                known_to = messages.iter().map(|one| one.modseq).fold(known_to, u64::max);
            }
            for message in messages.iter().filter(|_| !store.silent) {
                let Some(at) = view.number(message.uid) else { continue };
                let flags = wire_flags(&message.flags, view.is_recent(message.uid));
                let data = [FetchData::Flags(&flags), FetchData::Uid(number(message.uid))];
                let data = if store.uid { &data[..] } else { &data[..1] };
                wire.data(&Data::Fetch(FetchResponse { message: number(at), data }))?;
            }
        }
        // RFC 2180 §4.2.1 to §4.2.3: the flags of the others are set.
        Ok(match count == uids.len() || store.silent {
            true => DONE,
            false => gone(store.uid),
        })
    }

    pub(super) fn copy<'b>(
        &mut self,
        uid: bool,
        messages: SequenceSet<'_>,
        mailbox: Mailbox<'_>,
        arena: &'b Arena,
        wire: &Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let Ok(uids) = self.view()?.resolve(messages, uid) else { return Ok(NO_SUCH_NUMBER) };
        let Some(target) = self.target(mailbox, wire)? else { return Ok(TRY_CREATE) };
        let (all, from) = (self.store(), self.view()?.mailbox());
        let copied = match all.copy(from, &uids.into_iter().collect(), target) {
            Err(Error::Expunged) => return Ok(GONE),
            copied => copied?,
        };
        Ok(match copy_uid(&copied, arena) {
            Some(code) => Completion::ok(Some(code), Text::truncated("copied")),
            None => ok("there was nothing to copy"),
        })
    }

    /// MOVE: COPYUID goes out before the EXPUNGEs (RFC 9051 §6.4.8), which are
    /// news like any other.
    pub(super) fn move_messages<'b>(
        &mut self,
        uid: bool,
        messages: SequenceSet<'_>,
        mailbox: Mailbox<'_>,
        arena: &Arena,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let Ok(uids) = self.view()?.resolve(messages, uid) else { return Ok(NO_SUCH_NUMBER) };
        if self.view()?.is_read_only() {
            return Ok(READ_ONLY);
        }
        let Some(target) = self.target(mailbox, wire)? else { return Ok(TRY_CREATE) };
        let (all, from) = (self.store(), self.view()?.mailbox());
        let moved = match all.move_messages(from, &uids.into_iter().collect(), target) {
            Err(Error::Expunged) => return Ok(GONE),
            moved => moved?,
        };
        if let Some(code) = copy_uid(&moved, arena) {
            wire.tell(code, "moved")?;
        }
        Ok(DONE)
    }

    /// EXPUNGE, or UID EXPUNGE of these.
    pub(super) fn expunge<'b>(
        &mut self,
        uids: Option<SequenceSet<'_>>,
    ) -> Result<Completion<'b>, Fault> {
        let all = self.store();
        let view = self.view()?;
        if view.is_read_only() {
            return Ok(READ_ONLY);
        }
        let set = match uids.map(|uids| view.resolve(uids, true)) {
            None => UidSet::all(),
            Some(uids) => uids.unwrap_or_default().into_iter().collect(),
        };
        all.expunge(view.mailbox(), &set)?;
        Ok(DONE)
    }

    /// The mailbox that messages are to go to, if there is one of this name.
    fn target(&self, mailbox: Mailbox<'_>, wire: &Wire<'_>) -> Result<Option<MailboxId>, Error> {
        let name = mailboxes::decode(mailbox, wire.imap.is_utf8())?;
        match self.store().mailbox(self.user()?, &name) {
            Ok(mailbox) => Ok(Some(mailbox)),
            Err(Error::NoSuchMailbox) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

const TRY_CREATE: Completion<'static> =
    Completion::no(Some(Code::TryCreate), Text::truncated("there is no such mailbox"));

/// What FETCH says when some messages of a set are gone: the others are told (RFC 2180
/// §4.1.2). UIDs that are not there are no error (RFC 9051 §6.4.9).
pub(super) fn gone(uid: bool) -> Completion<'static> {
    if uid { DONE } else { GONE }
}

/// The answer when some messages of a set are gone (RFC 5530 §3).
const GONE: Completion<'static> =
    Completion::no(Some(Code::ExpungeIssued), Text::truncated("some of the messages are gone"));

/// The octets of a message.
pub(super) fn whole(store: &Store, message: &Message) -> Result<Vec<u8>, Error> {
    octets(store, message, 0..message.size)
}

/// The header of a message.
pub(super) fn header(store: &Store, message: &Message) -> Result<Vec<u8>, Error> {
    octets(store, message, 0..end_of_header(store, message)?)
}

/// Some octets of a message.
pub(super) fn octets(
    store: &Store,
    message: &Message,
    range: Range<u64>,
) -> Result<Vec<u8>, Error> {
    let size = usize::try_from(range.end - range.start).unwrap_or_default();
    let mut octets = Vec::with_capacity(size);
    let mut body = open(store, message, range)?;
    body.read_to_end(&mut octets).map_err(|source| unreadable(message, source))?;
    Ok(octets)
}

/// Opens some octets of a message for reading.
pub(super) fn open(
    store: &Store,
    message: &Message,
    range: Range<u64>,
) -> Result<Take<Body>, Error> {
    let mut body = store.body(message)?;
    body.seek(SeekFrom::Start(range.start)).map_err(|source| unreadable(message, source))?;
    Ok(body.take(range.end.saturating_sub(range.start)))
}

/// Where the header of a message ends, for which no more than that is read.
pub(super) fn end_of_header(store: &Store, message: &Message) -> Result<u64, Error> {
    let mut body = store.body(message)?;
    let (mut end, mut piece) = (HeaderEnd::new(), [0; 4096]);
    loop {
        match body.read(&mut piece).map_err(|source| unreadable(message, source))? {
            0 => return Ok(end.end()),
            count => {
                if let Some(end) = end.push(&piece[..count]) {
                    return Ok(end);
                }
            }
        }
    }
}

/// The error for a message whose octets cannot be read.
pub(super) fn unreadable(message: &Message, source: std::io::Error) -> Error {
    Error::File { path: format!("message {}", message.uid).into(), source }
}

/// Flags from the wire that a message is to have.
///
/// # Errors
/// [`Error::Limit`] when they cannot all be kept.
pub(super) fn flags_to_keep(all: &[Flag<'_>]) -> Result<Flags, Error> {
    Flags::check(all.iter().filter_map(|flag| match flag {
        Flag::Keyword(name) => Some(name.as_str()),
        _ => None,
    }))?;
    Ok(flags(all))
}

/// Flags from the wire.
fn flags(flags: &[Flag<'_>]) -> Flags {
    Flags::from_names(flags.iter().filter_map(|flag| match flag {
        Flag::Seen => Some(Flags::SEEN),
        Flag::Answered => Some(Flags::ANSWERED),
        Flag::Flagged => Some(Flags::FLAGGED),
        Flag::Deleted => Some(Flags::DELETED),
        Flag::Draft => Some(Flags::DRAFT),
        Flag::Keyword(name) => Some(name.as_str()),
        // Not a client's to set, or not known here.
        _ => None,
    }))
}

/// Flags for the wire, `\Recent` if the message is recent.
pub(super) fn wire_flags(flags: &Flags, recent: bool) -> Vec<Flag<'_>> {
    let flag = |name| match name {
        Flags::SEEN => Some(Flag::Seen),
        Flags::ANSWERED => Some(Flag::Answered),
        Flags::FLAGGED => Some(Flag::Flagged),
        Flags::DELETED => Some(Flag::Deleted),
        Flags::DRAFT => Some(Flag::Draft),
        keyword => Atom::new(keyword).ok().map(Flag::Keyword),
    };
    flags.iter().filter_map(flag).chain(recent.then_some(Flag::Recent)).collect()
}

/// UIDs in the order given, those that follow each other as a range. None if
/// there are none.
pub(super) fn uid_set<'a>(uids: &[u32], arena: &'a Arena) -> Option<NonEmpty<'a, UidRange>> {
    let mut ranges: Vec<UidRange> = Vec::new();
    for &uid in uids {
        match ranges.last_mut() {
            Some(range) if range.last.get().checked_add(1) == Some(uid) => range.last = number(uid),
            _ => ranges.push(UidRange::one(number(uid))),
        }
    }
    NonEmpty::new(arena.slice(&ranges))
}

/// COPYUID, if something was copied.
fn copy_uid<'a>(copied: &Copied, arena: &'a Arena) -> Option<Code<'a>> {
    Some(Code::CopyUid {
        validity: number(copied.uidvalidity),
        source: uid_set(&copied.from, arena)?,
        destination: uid_set(&copied.to, arena)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_keep_their_order_in_ranges() {
        let arena = Arena::new();
        let ranges = |uids: &[u32]| -> Vec<(u32, u32)> {
            let set = uid_set(uids, &arena);
            let ranges = set.iter().flat_map(|set| set.iter());
            ranges.map(|range| (range.first.get(), range.last.get())).collect()
        };
        assert_eq!(ranges(&[1, 2, 3, 7, 5, 6]), [(1, 3), (7, 7), (5, 6)]);
        assert_eq!(ranges(&[]), []);
    }

    #[test]
    fn flags_go_both_ways() {
        let wire = [Flag::Seen, Flag::Draft, Flag::Keyword(Atom::new("$Junk").unwrap())];
        let kept = flags(&wire);
        assert_eq!(kept.to_string(), "\\Seen \\Draft $Junk");
        assert_eq!(wire_flags(&kept, false), wire);
        assert_eq!(wire_flags(&kept, true).last(), Some(&Flag::Recent));
        assert!(flags(&[Flag::Recent]).is_empty());
    }
}
