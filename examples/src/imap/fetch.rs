//! FETCH (RFC 9051 §6.4.5, §7.5.2; RFC 3516).

use std::{
    cell::OnceCell,
    io::{self, Cursor, Read},
};

use bytes::Bytes;
use imap_proto::{
    Arena, Body, Code, Completion, Date, DateTime, Fetch, FetchData, FetchItem, FetchItems,
    FetchWriter, Month, Section, Text,
};
use memchr::memchr;
use time::OffsetDateTime;

use super::{
    client::{Client, Fault},
    messages::{self, GONE, NO_SUCH_NUMBER},
    mime::{Mime, UnknownEncoding, cut},
    wire::{DONE, Wire, number},
};
use crate::store::{self, Error, FlagChange, Flags, Message, Store, UidSet};

/// How many messages are looked up together.
const BATCH: usize = 100;
/// How many octets are read, or written, at once.
const PIECE: usize = 16 * 1024;

/// How many items of a message may be asked for at a time: for each the whole
/// message may have to be decoded.
const MOST_ITEMS: usize = 32;
const TOO_MANY_ITEMS: Completion<'static> =
    Completion::no(Some(Code::Limit), Text::first_line("too many items at a time"));
const UNKNOWN_ENCODING: Completion<'static> = Completion::no(
    Some(Code::UnknownCte),
    Text::first_line("the transfer encoding of a part is not known"),
);
const UNKNOWN_ITEM: Completion<'static> =
    Completion::no(None, Text::first_line("this server cannot tell one of the items"));

impl Client<'_> {
    pub(super) fn fetch<'b>(
        &mut self,
        fetch: &Fetch<'_>,
        wire: &mut Wire<'_>,
    ) -> Result<Completion<'b>, Fault> {
        let mut items = expand(fetch.items);
        if items.len() > MOST_ITEMS {
            return Ok(TOO_MANY_ITEMS);
        }
        if fetch.uid && !items.contains(&FetchItem::Uid) {
            items.insert(0, FetchItem::Uid);
        }
        let store = self.store();
        let view = self.view()?;
        let Ok(uids) = view.resolve(fetch.messages, fetch.uid) else { return Ok(NO_SUCH_NUMBER) };
        let sees = !view.is_read_only() && items.iter().any(marks_seen);
        let mut end = DONE;
        for batch in uids.chunks(BATCH) {
            let set: UidSet = batch.iter().copied().collect();
            let mut messages = store.messages(view.mailbox(), &set)?;
            if messages.len() < batch.len() {
                end = GONE;
            }
            let unseen = messages.iter().filter(|one| sees && !one.flags.contains(Flags::SEEN));
            let read = unseen.filter(|message| Reader::new(store, message).shows_any(&items));
            let newly_seen: UidSet = read.map(|one| one.uid).collect();
            if !newly_seen.ranges().is_empty() {
                let seen = FlagChange::Add(Flags::from_names([Flags::SEEN]));
                view.told(&store.store_flags(view.mailbox(), &newly_seen, &seen)?);
                messages = store.messages(view.mailbox(), &set)?;
            }
            for message in &messages {
                let Some(at) = view.number(message.uid) else { continue };
                let mut items = items.clone();
                if newly_seen.contains(message.uid) && !items.contains(&FetchItem::Flags) {
                    items.push(FetchItem::Flags);
                }
                match tell(at, &items, &Reader::new(store, message), wire)? {
                    None => {}
                    Some(Missing::Encoding) => end = UNKNOWN_ENCODING,
                    Some(Missing::Item) => end = UNKNOWN_ITEM,
                    Some(Missing::Octets(Error::Expunged)) => end = GONE,
                    Some(Missing::Octets(error)) => return Err(error.into()),
                }
            }
        }
        Ok(end)
    }
}

/// Tells the items of a message, one after the other: no more than one value is
/// held at a time. Returns why one could not be told, if so.
fn tell(
    message: u32,
    items: &[FetchItem<'_>],
    reader: &Reader<'_>,
    wire: &mut Wire<'_>,
) -> io::Result<Option<Missing>> {
    let mut arena = Arena::new();
    let (mut response, mut missing) = (None, None);
    for item in items {
        arena.reset();
        let value = match reader.value(item, &arena) {
            Ok(value) => value,
            Err(why) => {
                missing = missing.or(Some(why));
                continue;
            }
        };
        // Not begun before there is one: a response has an item (`msg-att`).
        let fetch = match response.take() {
            Some(fetch) => fetch,
            None => wire.imap.fetch(number(message), &mut wire.out).map_err(io::Error::other)?,
        };
        response = Some(write(value, fetch, wire)?);
    }
    if let Some(fetch) = response {
        fetch.end(&mut wire.out);
    }
    Ok(missing)
}

/// The items that are asked for, each once, without the names for several.
fn expand<'a>(items: FetchItems<'a>) -> Vec<FetchItem<'a>> {
    const FAST: [FetchItem<'static>; 3] =
        [FetchItem::Flags, FetchItem::InternalDate, FetchItem::Rfc822Size];
    let with = |more: &[FetchItem<'a>]| [&FAST[..], more].concat();
    match items {
        FetchItems::Fast => with(&[]),
        FetchItems::All => with(&[FetchItem::Envelope]),
        FetchItems::Full => with(&[FetchItem::Envelope, FetchItem::Body]),
        FetchItems::Items(items) => {
            let mut once = Vec::new();
            for item in items.iter() {
                if once.len() <= MOST_ITEMS && !once.contains(item) {
                    once.push(*item);
                }
            }
            once
        }
    }
}

/// Whether an item sets `\Seen` on the messages it is told of.
fn marks_seen(item: &FetchItem<'_>) -> bool {
    match item {
        FetchItem::Rfc822 | FetchItem::Rfc822Text => true,
        FetchItem::BodySection { peek, .. } | FetchItem::Binary { peek, .. } => !peek,
        _ => false,
    }
}

/// What an item is for a message.
enum Value<'a> {
    Item(FetchData<'a>),
    /// Octets of the message.
    Octets(Body<'a>, Bytes),
    /// The message whole, which is not read before it is sent.
    Whole(Body<'a>, store::Body),
}

/// Why an item cannot be told.
enum Missing {
    /// The message cannot be read.
    Octets(Error),
    /// A part has a transfer encoding that is not known.
    Encoding,
    /// An item that the protocol crate knows and this server does not yet.
    Item,
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self::Octets(error)
    }
}

impl From<UnknownEncoding> for Missing {
    fn from(_: UnknownEncoding) -> Self {
        Self::Encoding
    }
}

/// Finds out what items are for a message.
struct Reader<'m> {
    store: &'m Store,
    message: &'m Message,
    /// Its octets, once they were needed.
    mime: OnceCell<Mime>,
}

impl<'m> Reader<'m> {
    fn new(store: &'m Store, message: &'m Message) -> Self {
        Self { store, message, mime: OnceCell::new() }
    }

    /// Whether one of the items that set `\Seen` can be told: what is answered
    /// with NO has shown nothing.
    fn shows_any(&self, items: &[FetchItem<'_>]) -> bool {
        let can_be_told = |item: &FetchItem<'_>| match *item {
            FetchItem::Binary { part, .. } => {
                self.mime().is_ok_and(|mime| mime.binary(part).is_ok())
            }
            _ => true,
        };
        items.iter().any(|item| marks_seen(item) && can_be_told(item))
    }

    fn mime(&self) -> Result<&Mime, Error> {
        if let Some(mime) = self.mime.get() {
            return Ok(mime);
        }
        let mime = messages::read(self.store, self.message)?;
        Ok(self.mime.get_or_init(|| mime))
    }

    fn value<'a>(&self, item: &FetchItem<'a>, arena: &'a Arena) -> Result<Value<'a>, Missing>
    where
        'm: 'a,
    {
        if let Some(body) = Body::answering(*item) {
            return self.body(item, body);
        }
        let message = self.message;
        Ok(Value::Item(match *item {
            FetchItem::Uid => FetchData::Uid(number(message.uid)),
            FetchItem::Flags => {
                FetchData::Flags(arena.slice(&messages::wire_flags(&message.flags)))
            }
            FetchItem::InternalDate => FetchData::InternalDate(internal_date(message.date)),
            FetchItem::Rfc822Size => FetchData::Rfc822Size(message.size),
            FetchItem::Envelope => FetchData::Envelope(arena.alloc(self.mime()?.envelope(arena))),
            FetchItem::Body => FetchData::Body(self.mime()?.structure(false, arena)),
            FetchItem::BodyStructure => {
                FetchData::BodyStructure(self.mime()?.structure(true, arena))
            }
            FetchItem::BinarySize { part } => {
                let octets = self.mime()?.binary(part)?.map_or(0, |octets| octets.len());
                FetchData::BinarySize { part, octets: octets as u64 }
            }
            _ => return Err(Missing::Item),
        }))
    }

    /// An item whose value is octets of the message.
    fn body<'a>(&self, item: &FetchItem<'a>, mut body: Body<'a>) -> Result<Value<'a>, Missing> {
        let (octets, nil) = match *item {
            FetchItem::Rfc822
            | FetchItem::BodySection { section: Section::Whole, partial: None, .. } => {
                return Ok(Value::Whole(body, self.store.body(self.message)?));
            }
            FetchItem::Rfc822Header => {
                (self.mime()?.section(Section::Header(None)), FetchData::Rfc822Header(None))
            }
            FetchItem::Rfc822Text => {
                (self.mime()?.section(Section::Text(None)), FetchData::Rfc822Text(None))
            }
            FetchItem::BodySection { section, partial, .. } => {
                let octets = self.mime()?.section(section).map(|octets| cut(&octets, partial));
                let origin = partial.map(|partial| partial.offset);
                (octets, FetchData::BodySection { section, origin, octets: None })
            }
            FetchItem::Binary { part, partial, .. } => {
                let octets = self.mime()?.binary(part)?.map(|octets| cut(&octets, partial));
                let origin = partial.map(|partial| partial.offset);
                (octets, FetchData::Binary { part, origin, octets: None })
            }
            _ => return Err(Missing::Item),
        };
        let Some(octets) = octets else { return Ok(Value::Item(nil)) };
        if let Body::Binary { nul, .. } = &mut body {
            *nul = memchr(0, &octets).is_some();
        }
        Ok(Value::Octets(body, octets))
    }
}

/// Writes an item of a FETCH response.
fn write(value: Value<'_>, mut fetch: FetchWriter, wire: &mut Wire<'_>) -> io::Result<FetchWriter> {
    let (name, size, mut octets): (_, _, Box<dyn Read>) = match value {
        Value::Item(item) => {
            fetch.item(&item, &mut wire.out);
            wire.relieve()?;
            return Ok(fetch);
        }
        Value::Octets(name, octets) => (name, octets.len() as u64, Box::new(Cursor::new(octets))),
        Value::Whole(name, octets) => (name, octets.size(), Box::new(octets)),
    };
    // A literal has no NUL (RFC 9051 §9), and an old message may have one.
    let may_have_nul = matches!(name, Body::Binary { nul: true, .. });
    let mut body = fetch.body(name, size, &mut wire.out);
    let mut piece = [0; PIECE];
    loop {
        let piece = match octets.read(&mut piece)? {
            0 => break,
            count => &mut piece[..count],
        };
        if !may_have_nul {
            replace_nuls(piece);
        }
        body.write(piece, &mut wire.out).map_err(io::Error::other)?;
        wire.relieve()?;
    }
    body.end().map_err(io::Error::other)
}

/// Puts 0x80, which a literal may hold, in the place of each NUL: everything else
/// stays where it is.
fn replace_nuls(mut octets: &mut [u8]) {
    while let Some(nul) = memchr(0, octets) {
        octets[nul] = 0x80;
        octets = &mut octets[nul + 1..];
    }
}

/// The INTERNALDATE of a message; one that IMAP cannot tell is the epoch.
fn internal_date(date: OffsetDateTime) -> DateTime {
    const DAY: Date = match Date::new(1970, Month::January, 1) {
        Some(day) => day,
        None => unreachable!(),
    };
    const EPOCH: DateTime = match DateTime::new(DAY, 0, 0, 0, 0) {
        Some(epoch) => epoch,
        None => unreachable!(),
    };
    let told = || {
        let month = Month::ALL.get(usize::from(u8::from(date.month())) - 1)?;
        let day = Date::new(u16::try_from(date.year()).ok()?, *month, date.day())?;
        DateTime::new(day, date.hour(), date.minute(), date.second(), date.offset().whole_minutes())
    };
    told().unwrap_or(EPOCH)
}
