//! SEARCH: which messages (RFC 9051 §6.4.4).

use std::cell::OnceCell;

use imap_proto::{
    AString, Arena, Code, Completion, Data, Date, ESearch, Month, Search, SearchKey,
    SearchResponse, SearchResult, SearchReturn, SequenceSet, Tag, Text,
};
use time::OffsetDateTime;

use super::{
    client::{Client, Fault},
    messages::{self, NO_SUCH_NUMBER},
    mime::{Mime, Needle},
    view::View,
    wire::{DONE, Wire, number},
};
use crate::store::{Error, Flags, Message, Store, UidSet};

/// The charsets of strings that are looked for.
const CHARSETS: [&str; 2] = ["US-ASCII", "UTF-8"];

/// How many keys may need the octets of a message: for each the whole message may
/// have to be decoded.
const MOST_READINGS: usize = 100;
const TOO_MANY_READINGS: Completion<'static> =
    Completion::no(Some(Code::Limit), Text::first_line("too much to look for at a time"));
const UNKNOWN_CHARSET: Completion<'static> =
    Completion::no(Some(Code::BadCharset(&[])), Text::first_line("the charset is not known"));

/// How many messages are looked at together.
const BATCH: usize = 500;

impl Client<'_> {
    pub(super) fn search<'b>(
        &mut self,
        search: &Search<'_>,
        tag: Tag<'_>,
        arena: &Arena,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let known = |charset: AString<'_>| {
            let name = charset.as_bytes();
            CHARSETS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
        };
        let refusal = if search.charset.is_some_and(|charset| !known(charset)) {
            Some(UNKNOWN_CHARSET)
        } else if search.keys.iter().map(readings).sum::<usize>() > MOST_READINGS {
            Some(TOO_MANY_READINGS)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            // RFC 9051 §6.4.4.1: a search that ends with NO leaves nothing saved.
            if search.returns.is_some_and(|returns| returns.contains(&SearchReturn::Save)) {
                self.view()?.save(Vec::new());
            }
            return Ok(refusal);
        }
        let store = self.store();
        let view = self.view()?;
        if !search.keys.iter().all(|key| has_numbers(view, key)) {
            return Ok(NO_SUCH_NUMBER);
        }
        let found = find(store, view, &search.keys)?;
        // IMAP4rev2 has no other answer than ESEARCH.
        let returns = search.returns.or(wire.imap.is_utf8().then_some(&[]));
        let numbers: Vec<u32> = match search.uid {
            true => found.clone(),
            false => found.iter().filter_map(|&uid| view.number(uid)).collect(),
        };
        let Some(returns) = returns else {
            let numbers: Vec<_> = numbers.into_iter().map(number).collect();
            wire.data(&Data::Search(SearchResponse::new(&numbers)))?;
            return Ok(DONE);
        };
        if returns.contains(&SearchReturn::Save) {
            view.save(saved(&found, returns));
        }
        if returns != [SearchReturn::Save] {
            let results = results(&numbers, returns, arena);
            let tag = AString::new(tag.as_str().as_bytes()).ok();
            wire.data(&Data::ESearch(ESearch { tag, uid: search.uid, results: &results }))?;
        }
        Ok(DONE)
    }
}

/// What `SAVE` remembers: all, unless nothing is returned but an end or both
/// (RFC 9051 §6.4.4.2).
fn saved(found: &[u32], returns: &[SearchReturn]) -> Vec<u32> {
    let has = |one| returns.contains(&one);
    let all = has(SearchReturn::All) || has(SearchReturn::Count);
    if all || !(has(SearchReturn::Min) || has(SearchReturn::Max)) {
        return found.to_vec();
    }
    let min = found.first().filter(|_| has(SearchReturn::Min));
    let max = found.last().filter(|_| has(SearchReturn::Max));
    let mut ends: Vec<u32> = min.into_iter().chain(max).copied().collect();
    ends.dedup();
    ends
}

/// What is returned of the numbers found, which are in rising order. Of none
/// there is only a count.
fn results<'a>(
    numbers: &[u32],
    returns: &[SearchReturn],
    arena: &'a Arena,
) -> Vec<SearchResult<'a>> {
    let all = [SearchReturn::All];
    let returns = if returns.is_empty() { &all } else { returns };
    let result = |one: &SearchReturn| match one {
        SearchReturn::Min => numbers.first().map(|&min| SearchResult::Min(number(min))),
        SearchReturn::Max => numbers.last().map(|&max| SearchResult::Max(number(max))),
        SearchReturn::All => messages::uid_set(numbers, arena).map(SearchResult::All),
        SearchReturn::Count => {
            Some(SearchResult::Count(u32::try_from(numbers.len()).unwrap_or(u32::MAX)))
        }
        _ => None,
    };
    returns.iter().filter_map(result).collect()
}

/// The messages of a mailbox that all `keys` hold for: their UIDs, in rising
/// order.
pub fn find(store: &Store, view: &View, keys: &[SearchKey<'_>]) -> Result<Vec<u32>, Error> {
    let mut found = Vec::new();
    for uids in view.uids().chunks(BATCH) {
        let uids: UidSet = uids.iter().copied().collect();
        for message in store.messages(view.mailbox(), &uids)? {
            let uid = message.uid;
            let Some(number) = view.number(uid) else { continue };
            let candidate = Candidate { store, view, number, message, mime: OnceCell::new() };
            match candidate.is_all(keys) {
                Ok(true) => found.push(uid),
                Ok(false) | Err(Error::Expunged) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(found)
}

/// A message that may be found.
struct Candidate<'s> {
    store: &'s Store,
    view: &'s View,
    number: u32,
    message: Message,
    /// Its octets, once they were needed.
    mime: OnceCell<Mime>,
}

impl Candidate<'_> {
    fn mime(&self) -> Result<&Mime, Error> {
        if let Some(mime) = self.mime.get() {
            return Ok(mime);
        }
        let mime = super::messages::read(self.store, &self.message)?;
        Ok(self.mime.get_or_init(|| mime))
    }

    /// Whether all keys hold; those first that do not read the message.
    fn is_all(&self, keys: &[SearchKey<'_>]) -> Result<bool, Error> {
        for reading in [false, true] {
            for key in keys.iter().filter(|key| reads(key) == reading) {
                if !self.is(key)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn is(&self, key: &SearchKey<'_>) -> Result<bool, Error> {
        let flag = |name: &str| self.message.flags.contains(name);
        let field = |name: &str, text: AString<'_>| -> Result<bool, Error> {
            Ok(self.mime()?.field_has(name, &Needle::new(text.as_bytes())))
        };
        Ok(match *key {
            SearchKey::All => true,
            SearchKey::Answered => flag(Flags::ANSWERED),
            SearchKey::Deleted => flag(Flags::DELETED),
            SearchKey::Draft => flag(Flags::DRAFT),
            SearchKey::Flagged => flag(Flags::FLAGGED),
            SearchKey::Seen => flag(Flags::SEEN),
            SearchKey::Keyword(name) => flag(name.as_str()),
            SearchKey::Unanswered => !flag(Flags::ANSWERED),
            SearchKey::Undeleted => !flag(Flags::DELETED),
            SearchKey::Undraft => !flag(Flags::DRAFT),
            SearchKey::Unflagged => !flag(Flags::FLAGGED),
            SearchKey::Unseen => !flag(Flags::SEEN),
            SearchKey::Unkeyword(name) => !flag(name.as_str()),
            // No message here is ever \Recent.
            SearchKey::New | SearchKey::Recent => false,
            SearchKey::Old => true,
            SearchKey::Larger(size) => self.message.size > size,
            SearchKey::Smaller(size) => self.message.size < size,
            SearchKey::Before(date) => day(self.message.date) < Some(date),
            SearchKey::On(date) => day(self.message.date) == Some(date),
            SearchKey::Since(date) => day(self.message.date) >= Some(date),
            SearchKey::SentBefore(date) => self.mime()?.sent().is_some_and(|sent| sent < date),
            SearchKey::SentOn(date) => self.mime()?.sent() == Some(date),
            SearchKey::SentSince(date) => self.mime()?.sent() >= Some(date),
            SearchKey::Bcc(text) => field("Bcc", text)?,
            SearchKey::Cc(text) => field("Cc", text)?,
            SearchKey::From(text) => field("From", text)?,
            SearchKey::Subject(text) => field("Subject", text)?,
            SearchKey::To(text) => field("To", text)?,
            SearchKey::Header(name, text) => match name.as_str() {
                Some(name) => field(name, text)?,
                None => false,
            },
            SearchKey::Body(text) => self.mime()?.body_has(&Needle::new(text.as_bytes())),
            SearchKey::Text(text) => {
                let (mime, needle) = (self.mime()?, Needle::new(text.as_bytes()));
                mime.header_has(&needle) || mime.body_has(&needle)
            }
            SearchKey::Uid(set) => self.is_in(set, self.message.uid, self.view.largest()),
            SearchKey::Messages(set) => self.is_in(set, self.number, self.view.count()),
            SearchKey::Not(key) => !self.is(key)?,
            SearchKey::Or(one, other) if reads(one) => self.is(other)? || self.is(one)?,
            SearchKey::Or(one, other) => self.is(one)? || self.is(other)?,
            SearchKey::And(keys) => self.is_all(&keys)?,
            // What this server does not offer.
            _ => false,
        })
    }

    fn is_in(&self, set: SequenceSet<'_>, number: u32, largest: u32) -> bool {
        set.contains(number, largest).unwrap_or_else(|| self.view.is_saved(self.message.uid))
    }
}

/// Whether each message number in a key is that of a message.
fn has_numbers(view: &View, key: &SearchKey<'_>) -> bool {
    match *key {
        SearchKey::Messages(set) => view.has_numbers(set),
        SearchKey::Not(key) => has_numbers(view, key),
        SearchKey::Or(one, other) => has_numbers(view, one) && has_numbers(view, other),
        SearchKey::And(keys) => keys.iter().all(|key| has_numbers(view, key)),
        _ => true,
    }
}

/// Whether the octets of the message are needed for this key.
fn reads(key: &SearchKey<'_>) -> bool {
    readings(key) > 0
}

/// How often they are needed.
fn readings(key: &SearchKey<'_>) -> usize {
    match key {
        SearchKey::SentBefore(_) | SearchKey::SentOn(_) | SearchKey::SentSince(_) => 1,
        SearchKey::Bcc(_) | SearchKey::Cc(_) | SearchKey::From(_) | SearchKey::To(_) => 1,
        SearchKey::Subject(_) | SearchKey::Header(..) => 1,
        SearchKey::Body(_) | SearchKey::Text(_) => 1,
        SearchKey::Not(key) => readings(key),
        SearchKey::Or(one, other) => readings(one) + readings(other),
        SearchKey::And(keys) => keys.iter().map(readings).sum(),
        _ => 0,
    }
}

/// The day of an internal date, in its own zone.
fn day(date: OffsetDateTime) -> Option<Date> {
    let month = Month::ALL.get(usize::from(u8::from(date.month())) - 1)?;
    Date::new(u16::try_from(date.year()).ok()?, *month, date.day())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use imap_proto::{Atom, NonEmpty, SeqNumber, SeqRange};
    use time::UtcOffset;

    use super::*;
    use crate::store::NewMessage;

    /// Three messages: UIDs 1 to 3, of 1, 2 and 3 July 2024 in a zone where
    /// that is not the day in Universal Time.
    fn mailbox() -> (Store, View) {
        let store = Store::in_memory().unwrap();
        let alice = store.set_user("alice", "secret").unwrap();
        let inbox = store.mailbox(alice, "INBOX").unwrap();
        for (day, flags, text) in [
            (1, "\\Seen $Junk", "From: Ann <ann@example.org>\r\nSubject: one\r\n\r\nfirst\r\n"),
            (2, "\\Flagged", "Subject: =?utf-8?q?zw=C3=B6lf?=\r\n\r\nsecond, longer\r\n"),
            (3, "", "Date: Mon, 1 Jan 2024 00:00:00 +1400\r\nX: y\r\n\r\nthird\r\n"),
        ] {
            let mut draft = store.draft().unwrap();
            draft.write_all(text.as_bytes()).unwrap();
            let july = time::Date::from_calendar_date(2024, time::Month::July, day).unwrap();
            let zone = UtcOffset::from_hms(-7, 0, 0).unwrap();
            let date = july.with_hms(23, 0, 0).unwrap().assume_offset(zone);
            let flags = Flags::from_names(flags.split_ascii_whitespace());
            store.append(inbox, vec![NewMessage { draft, flags, date }]).unwrap();
        }
        let (view, _) = View::open(&store, inbox, true).unwrap();
        (store, view)
    }

    fn text(text: &str) -> AString<'_> {
        AString::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn each_key_finds_what_it_says() {
        let (store, view) = mailbox();
        let july = |day| Date::new(2024, Month::July, day).unwrap();
        let january = Date::new(2024, Month::January, 1).unwrap();
        let last = [SeqRange { first: SeqNumber::Largest, last: SeqNumber::Largest }];
        let last = SequenceSet::Ranges(NonEmpty::new(&last).unwrap());
        let (seen, flagged) = (SearchKey::Seen, SearchKey::Flagged);
        let both = [SearchKey::Body(text("second")), SearchKey::Flagged];
        for (key, uids) in [
            (SearchKey::All, &[1, 2, 3][..]),
            (SearchKey::Unseen, &[2, 3]),
            (SearchKey::Keyword(Atom::new("$JUNK").unwrap()), &[1]),
            (SearchKey::Unkeyword(Atom::new("$junk").unwrap()), &[2, 3]),
            (SearchKey::Old, &[1, 2, 3]),
            (SearchKey::New, &[]),
            (SearchKey::Before(july(2)), &[1]),
            (SearchKey::On(july(2)), &[2]),
            (SearchKey::Since(july(2)), &[2, 3]),
            (SearchKey::SentOn(january), &[3]),
            (SearchKey::SentSince(january), &[3]),
            (SearchKey::SentBefore(january), &[]),
            (SearchKey::Larger(52), &[3]),
            (SearchKey::Smaller(52), &[2]),
            (SearchKey::From(text("ANN@")), &[1]),
            (SearchKey::Subject(text("ZWÖLF")), &[2]),
            (SearchKey::Header(text("x"), text("")), &[3]),
            (SearchKey::Body(text("thi")), &[3]),
            (SearchKey::Text(text("subject: O")), &[1]),
            (SearchKey::Messages(last), &[3]),
            (SearchKey::Uid(last), &[3]),
            (SearchKey::Not(&seen), &[2, 3]),
            (SearchKey::Or(&seen, &flagged), &[1, 2]),
            (SearchKey::And(NonEmpty::new(&both).unwrap()), &[2]),
        ] {
            assert_eq!(find(&store, &view, &[key]).unwrap(), uids, "{key:?}");
        }
        assert_eq!(find(&store, &view, &[seen, flagged]).unwrap(), [] as [u32; 0]);
    }

    #[test]
    fn what_was_saved_can_be_searched() {
        let (store, mut view) = mailbox();
        view.save(vec![1, 2]);
        let keys = [SearchKey::Uid(SequenceSet::Saved), SearchKey::Unseen];
        assert_eq!(find(&store, &view, &keys).unwrap(), [2]);
    }

    #[test]
    fn what_is_returned_and_saved() {
        use SearchReturn::{All, Count, Max, Min, Save};
        let arena = Arena::new();
        let show = |numbers: &[u32], returns: &[SearchReturn]| {
            format!("{:?}", results(numbers, returns, &arena))
        };
        assert_eq!(show(&[2, 3, 9], &[Min, Max, Count]), "[Min(2), Max(9), Count(3)]");
        assert_eq!(show(&[2, 3, 9], &[]), show(&[2, 3, 9], &[All]));
        assert_eq!(show(&[], &[Min, Max, All, Count]), "[Count(0)]");
        for (returns, uids) in [
            (&[Save][..], &[2, 3, 9][..]),
            (&[Save, Min], &[2]),
            (&[Save, Min, Max], &[2, 9]),
            (&[Save, Min, Count], &[2, 3, 9]),
        ] {
            assert_eq!(saved(&[2, 3, 9], returns), uids, "{returns:?}");
        }
    }

    #[test]
    fn messages_are_read_only_for_keys_that_need_it() {
        let body = SearchKey::Body(text("x"));
        assert!(reads(&body) && reads(&SearchKey::Not(&body)));
        assert!(!reads(&SearchKey::Not(&SearchKey::Seen)));
    }
}
