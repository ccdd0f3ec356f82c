//! SEARCH: which messages (RFC 9051 §6.4.4).

pub mod query;

use std::io;

use imap_proto::{
    AString, Arena, Code, Completion, Data, Date, ESearch, Month, Search, SearchKey,
    SearchResponse, SearchResult, SearchReturn, Tag, Text,
};
use time::OffsetDateTime;

use self::query::{Facts, Numbers, Query, Read, TooMuch, Unknown};
use super::{
    client::{Client, Fault},
    messages,
    view::View,
    wire::{DONE, Wire, number},
};
use crate::store::{Error, Store, UidSet};

/// The charsets of strings that are looked for.
const CHARSETS: [&str; 2] = ["US-ASCII", "UTF-8"];

const TOO_MUCH: Completion<'static> =
    Completion::no(Some(Code::Limit), Text::truncated("too much to look for at a time"));
const UNKNOWN_CHARSET: Completion<'static> =
    Completion::no(Some(Code::BadCharset(&[])), Text::truncated("the charset is not known"));

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
        let store = self.store();
        let view = self.view()?;
        let found = match search.charset {
            Some(charset) if !known(charset) => Err(UNKNOWN_CHARSET),
            _ => match find(store, view, &search.keys, &mut || wire.check()) {
                Ok(found) => Ok(found),
                Err(Unfound::TooMuch) => Err(TOO_MUCH),
                Err(Unfound::Fault(fault)) => return Err(fault),
            },
        };
        let found = match found {
            Ok(found) => found,
            Err(refusal) => {
                // RFC 9051 §6.4.4.1: a search that ends with NO leaves nothing saved.
                if search.returns.is_some_and(|returns| returns.contains(&SearchReturn::Save)) {
                    view.save(Vec::new());
                }
                return Ok(refusal);
            }
        };
        // IMAP4rev2 has no other answer than ESEARCH.
        let returns = search.returns.or(wire.imap.is_rev2().then_some(&[]));
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

/// Why the messages that are looked for are not known.
#[derive(Debug)]
pub(super) enum Unfound {
    /// See [`TooMuch`].
    TooMuch,
    Fault(Fault),
}

impl From<TooMuch> for Unfound {
    fn from(_: TooMuch) -> Self {
        Self::TooMuch
    }
}

impl From<Error> for Unfound {
    fn from(error: Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<io::Error> for Unfound {
    fn from(error: io::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// The messages of a mailbox that all `keys` hold for: their UIDs, in rising order.
/// `go_on` is asked before each message whether that is still wanted.
fn find(
    store: &Store,
    view: &View,
    keys: &[SearchKey<'_>],
    go_on: &mut dyn FnMut() -> io::Result<()>,
) -> Result<Vec<u32>, Unfound> {
    let (count, largest_uid, saved) = (view.count(), view.largest(), view.saved());
    let mut query = Query::new(keys, Numbers { count, largest_uid, saved })?;
    let mut found = Vec::new();
    for uids in view.uids().chunks(BATCH) {
        let uids: UidSet = uids.iter().copied().collect();
        for message in store.messages(view.mailbox(), &uids)? {
            go_on()?;
            let uid = message.uid;
            let Some(number) = view.number(uid) else { continue };
            let (date, recent) = (day(message.date), view.is_recent(uid));
            let facts = Facts { number, uid, size: message.size, date, recent };
            let flags = |name: &str| message.flags.contains(name);
            let read = |what| match what {
                Read::Header => messages::header(store, &message),
                Read::Whole => messages::whole(store, &message),
            };
            match query.holds(&facts, &flags, read) {
                Ok(true) => found.push(uid),
                Ok(false) | Err(Unknown::Unreadable(Error::Expunged)) => {}
                Err(Unknown::Unreadable(error)) => return Err(error.into()),
                Err(Unknown::TooMuch) => return Err(Unfound::TooMuch),
            }
        }
    }
    Ok(found)
}

/// The day of an internal date, in its own zone.
fn day(date: OffsetDateTime) -> Option<Date> {
    let month = Month::ALL.get(usize::from(u8::from(date.month())) - 1)?;
    Date::new(u16::try_from(date.year()).ok()?, *month, date.day())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use imap_proto::{Atom, NonEmpty, SeqNumber, SeqRange, SequenceSet};
    use time::UtcOffset;

    use super::*;
    use crate::store::{Flags, NewMessage};

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

    fn find(store: &Store, view: &View, keys: &[SearchKey<'_>]) -> Result<Vec<u32>, Unfound> {
        super::find(store, view, keys, &mut || Ok(()))
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
}
