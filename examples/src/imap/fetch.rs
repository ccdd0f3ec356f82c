//! FETCH (RFC 9051 §6.4.5, §7.5.2; RFC 3516).

use std::{
    cell::OnceCell,
    io::{self, Read, Take},
    num::NonZeroU32,
    ops::Range,
};

use imap_proto::{
    Arena, Body, Code, Completion, Date, DateTime, Fetch, FetchData, FetchItem, FetchItems,
    FetchWriter, Month, Section, Text,
};
use memchr::memchr;
use time::OffsetDateTime;

use super::{
    client::{Client, Fault},
    messages::{self, NO_SUCH_NUMBER},
    mime::{self, Layout, Piece, UnknownEncoding, window},
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
    Completion::no(Some(Code::Limit), Text::truncated("too many items at a time"));
const UNKNOWN_ENCODING: Completion<'static> = Completion::no(
    Some(Code::UnknownCte),
    Text::truncated("the transfer encoding of a part is not known"),
);
const UNKNOWN_ITEM: Completion<'static> =
    Completion::no(None, Text::truncated("this server cannot tell one of the items"));

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
        let gone = messages::gone(fetch.uid);
        let mut end = DONE;
        for batch in uids.chunks(BATCH) {
            let set: UidSet = batch.iter().copied().collect();
            let mut messages = store.messages(view.mailbox(), &set)?;
            if messages.len() < batch.len() {
                end = gone;
            }
            let unseen = messages.iter().filter(|one| sees && !one.flags.contains(Flags::SEEN));
            let read =
                unseen.filter(|message| Reader::new(store, message, false).shows_any(&items));
            let newly_seen: UidSet = read.map(|one| one.uid).collect();
            let mut is_told = !newly_seen.ranges().is_empty();
            if is_told {
                let seen = FlagChange::Add(Flags::from_names([Flags::SEEN]));
                match store.store_flags(view.mailbox(), &newly_seen, &seen) {
                    Ok(changes) => {
                        view.told(&changes);
                        messages = store.messages(view.mailbox(), &set)?;
                    }
                    // Mail can be read from a full disk, though it stays unseen.
                    Err(error) if error.is_storage_full() => is_told = false,
                    Err(error) => return Err(error.into()),
                }
            }
            for message in &messages {
                let Some(at) = view.number(message.uid) else { continue };
                let mut items = items.clone();
                if is_told && newly_seen.contains(message.uid) && !items.contains(&FetchItem::Flags)
                {
                    items.push(FetchItem::Flags);
                }
                let recent = view.is_recent(message.uid);
                match tell(at, &items, &Reader::new(store, message, recent), wire)? {
                    None => {}
                    Some(Missing::Encoding) => end = UNKNOWN_ENCODING,
                    Some(Missing::Item) => end = UNKNOWN_ITEM,
                    Some(Missing::Octets(Error::Expunged)) => end = gone,
                    Some(Missing::Octets(error)) => return Err(error.into()),
                    Some(Missing::Connection(error)) => return Err(error.into()),
                }
            }
        }
        Ok(end)
    }
}

/// Tells the items of a message, one after the other: nothing large is held while they
/// are sent. Returns why one could not be told, if so.
fn tell(
    message: u32,
    items: &[FetchItem<'_>],
    reader: &Reader<'_>,
    wire: &mut Wire<'_>,
) -> io::Result<Option<Missing>> {
    let mut arena = Arena::new();
    let (mut response, mut missing) = (None, None);
    let begin = |response: Option<FetchWriter>, wire: &mut Wire<'_>| match response {
        Some(fetch) => Ok(fetch),
        // Not begun before there is an item: a response has one (`msg-att`).
        None => wire.imap.fetch(number(message), &mut wire.out).map_err(io::Error::other),
    };
    for item in items {
        arena.reset();
        let told = match Body::answering(*item) {
            Some(body) => reader.body(item, body).and_then(|content| match content {
                Told::Octets(body, content) => {
                    // Not announced before it is known that they are there.
                    let octets = reader.open(&content)?;
                    let fetch = begin(response.take(), wire)?;
                    response = Some(content.write(octets, fetch, body, wire)?);
                    Ok(())
                }
                Told::Item(item) => {
                    let mut fetch = begin(response.take(), wire)?;
                    fetch.item(&item, &mut wire.out).map_err(io::Error::other)?;
                    response = Some(fetch);
                    Ok(())
                }
            }),
            None => reader.octets(item).and_then(|octets| {
                let value = reader.value(item, &octets, &arena)?;
                let mut fetch = begin(response.take(), wire)?;
                fetch.item(&value, &mut wire.out).map_err(io::Error::other)?;
                response = Some(fetch);
                Ok(())
            }),
        };
        match told {
            Ok(()) => wire.relieve()?,
            Err(Missing::Connection(error)) => return Err(error),
            Err(why) => missing = missing.or(Some(why)),
        }
    }
    if let Some(fetch) = response {
        wire.imap.end_fetch(fetch, &mut wire.out).map_err(io::Error::other)?;
    }
    Ok(missing)
}

/// The items that are asked for, each once, without the names for several.
fn expand<'a>(items: FetchItems<'a>) -> Vec<FetchItem<'a>> {
    let mut once = Vec::new();
    for item in items.items() {
        if once.len() <= MOST_ITEMS && !once.contains(item) {
            once.push(*item);
        }
    }
    once
}

/// Whether an item sets `\Seen` on the messages it is told of.
fn marks_seen(item: &FetchItem<'_>) -> bool {
    match item {
        FetchItem::Rfc822 | FetchItem::Rfc822Text => true,
        FetchItem::BodySection { peek, .. } | FetchItem::Binary { peek, .. } => !peek,
        _ => false,
    }
}

/// Why an item cannot be told.
enum Missing {
    /// The message cannot be read.
    Octets(Error),
    /// A part has a transfer encoding that is not known.
    Encoding,
    /// An item that the protocol crate knows and this server does not yet.
    Item,
    /// There is nobody to tell it.
    Connection(io::Error),
}

impl From<Error> for Missing {
    fn from(error: Error) -> Self {
        Self::Octets(error)
    }
}

impl From<io::Error> for Missing {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
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
    recent: bool,
    /// Where its parts are, once that was needed.
    layout: OnceCell<Layout>,
    /// The same, but for parts.
    header: OnceCell<Layout>,
}

impl<'m> Reader<'m> {
    fn new(store: &'m Store, message: &'m Message, recent: bool) -> Self {
        Self { store, message, recent, layout: OnceCell::new(), header: OnceCell::new() }
    }

    /// Whether one of the items that set `\Seen` can be told: what is answered
    /// with NO has shown nothing.
    fn shows_any(&self, items: &[FetchItem<'_>]) -> bool {
        let can_be_told = |item: &FetchItem<'_>| match *item {
            FetchItem::Binary { part, .. } => self.binary(part).is_ok(),
            _ => true,
        };
        items.iter().any(|item| marks_seen(item) && can_be_told(item))
    }

    /// Where the parts of the message are.
    fn layout(&self) -> Result<&Layout, Error> {
        if let Some(layout) = self.layout.get() {
            return Ok(layout);
        }
        let octets = messages::open(self.store, self.message, 0..self.message.size)?;
        let layout = Layout::read(octets);
        let layout = layout.map_err(|source| messages::unreadable(self.message, source))?;
        Ok(self.layout.get_or_init(|| layout))
    }

    /// Where header and text of the message are.
    fn header(&self) -> Result<&Layout, Error> {
        if let Some(layout) = self.header.get() {
            return Ok(layout);
        }
        let header = messages::end_of_header(self.store, self.message)?;
        Ok(self.header.get_or_init(|| Layout::of_header(header, self.message.size)))
    }

    fn section<'a>(&self, section: Section<'a>) -> Result<Option<Piece<'a>>, Error> {
        let layout = match section.part() {
            [] => self.header()?,
            _ => self.layout()?,
        };
        Ok(layout.section(section))
    }

    fn binary(&self, part: &[NonZeroU32]) -> Result<Option<Piece<'static>>, Missing> {
        Ok(match part {
            [] => Some(Piece::whole(self.message.size)),
            part => self.layout()?.binary(part)?,
        })
    }

    /// The octets that have to be there to tell the value of an item.
    fn octets(&self, item: &FetchItem<'_>) -> Result<Vec<u8>, Missing> {
        Ok(match item {
            FetchItem::Envelope => messages::header(self.store, self.message)?,
            FetchItem::Body | FetchItem::BodyStructure => {
                let octets = messages::whole(self.store, self.message)?;
                self.layout.get_or_init(|| Layout::parse(&octets));
                octets
            }
            _ => Vec::new(),
        })
    }

    /// The value of an item that is no octets of the message.
    fn value<'a>(
        &self,
        item: &FetchItem<'a>,
        octets: &'a [u8],
        arena: &'a Arena,
    ) -> Result<FetchData<'a>, Missing>
    where
        'm: 'a,
    {
        let message = self.message;
        Ok(match *item {
            FetchItem::Uid => FetchData::Uid(number(message.uid)),
            FetchItem::Flags => {
                let flags = messages::wire_flags(&message.flags, self.recent);
                FetchData::Flags(arena.slice(&flags))
            }
            FetchItem::InternalDate => FetchData::InternalDate(internal_date(message.date)),
            FetchItem::Rfc822Size => FetchData::Rfc822Size(message.size),
            FetchItem::Envelope => FetchData::Envelope(arena.alloc(mime::envelope(octets, arena))),
            FetchItem::Body => FetchData::Body(self.layout()?.structure(octets, false, arena)),
            FetchItem::BodyStructure => {
                FetchData::BodyStructure(self.layout()?.structure(octets, true, arena))
            }
            FetchItem::BinarySize { part } => {
                let octets = match self.binary(part)? {
                    None => 0,
                    Some(piece) => self.length(&piece)?,
                };
                FetchData::BinarySize { part, octets }
            }
            _ => return Err(Missing::Item),
        })
    }

    /// An item whose value is octets of the message.
    fn body<'a>(&self, item: &FetchItem<'a>, mut body: Body<'a>) -> Result<Told<'a>, Missing> {
        let (piece, partial, nil) = match *item {
            FetchItem::Rfc822 => {
                (Some(Piece::whole(self.message.size)), None, FetchData::Rfc822(None))
            }
            FetchItem::Rfc822Header => {
                (self.section(Section::Header(None))?, None, FetchData::Rfc822Header(None))
            }
            FetchItem::Rfc822Text => {
                (self.section(Section::Text(None))?, None, FetchData::Rfc822Text(None))
            }
            FetchItem::BodySection { section: Section::Whole, partial, .. } => {
                let (section, origin) = (Section::Whole, partial.map(|partial| partial.offset));
                let nil = FetchData::BodySection { section, origin, octets: None };
                (Some(Piece::whole(self.message.size)), partial, nil)
            }
            FetchItem::BodySection { section, partial, .. } => {
                let origin = partial.map(|partial| partial.offset);
                let nil = FetchData::BodySection { section, origin, octets: None };
                (self.section(section)?, partial, nil)
            }
            FetchItem::Binary { part, partial, .. } => {
                let origin = partial.map(|partial| partial.offset);
                let nil = FetchData::Binary { part, origin, octets: None };
                (self.binary(part)?, partial, nil)
            }
            _ => return Err(Missing::Item),
        };
        let Some(piece) = piece else { return Ok(Told::Item(nil)) };
        let window = window(self.length(&piece)?, partial);
        let may_have_nul = matches!(body, Body::Binary { .. });
        let content = Content { piece, window, may_have_nul };
        if let Body::Binary { nul, .. } = &mut body {
            *nul = self.has_nul(&content)?;
        }
        Ok(Told::Octets(body, content))
    }

    /// How many octets a section has.
    fn length(&self, piece: &Piece<'_>) -> Result<u64, Error> {
        let range = piece.octets.clone();
        if piece.filter().is_none() {
            return Ok(range.end - range.start);
        }
        let mut length = 0;
        let content = Content { piece: piece.clone(), window: 0..u64::MAX, may_have_nul: true };
        let counted = content.pieces(&mut self.open(&content)?, |piece| {
            length += piece.len() as u64;
            Ok(())
        });
        counted.map_err(|source| messages::unreadable(self.message, source))?;
        Ok(length)
    }

    fn has_nul(&self, content: &Content<'_>) -> Result<bool, Error> {
        let mut has_nul = false;
        let looked = content.pieces(&mut self.open(content)?, |piece| {
            has_nul |= memchr(0, piece).is_some();
            Ok(())
        });
        looked.map_err(|source| messages::unreadable(self.message, source))?;
        Ok(has_nul)
    }

    /// The octets of the message that have to be read for a content.
    fn open(&self, content: &Content<'_>) -> Result<Take<store::Body>, Error> {
        let Range { start, end } = content.piece.octets.clone();
        let range = match content.piece.filter() {
            Some(_) => start..end,
            None => start + content.window.start..end.min(start.saturating_add(content.window.end)),
        };
        messages::open(self.store, self.message, range)
    }
}

/// What answers for an item whose value is octets of the message.
enum Told<'a> {
    /// That there are none.
    Item(FetchData<'a>),
    /// These.
    Octets(Body<'a>, Content<'a>),
}

/// Octets of a message as they are told, which are read as they are sent.
struct Content<'a> {
    piece: Piece<'a>,
    /// Which octets of the section are told.
    window: Range<u64>,
    /// Whether NULs are told as such.
    may_have_nul: bool,
}

impl Content<'_> {
    /// Writes them, as an item of a FETCH response.
    fn write(
        &self,
        mut octets: impl Read,
        fetch: FetchWriter,
        name: Body<'_>,
        wire: &mut Wire<'_>,
    ) -> io::Result<FetchWriter> {
        let size = self.window.end - self.window.start;
        let mut body = fetch.body(name, size, &mut wire.out);
        self.pieces(&mut octets, |piece| {
            body.write(piece, &mut wire.out).map_err(io::Error::other)?;
            wire.relieve()
        })?;
        body.end().map_err(io::Error::other)
    }

    /// Hands over the octets, piece by piece, from what was opened for them.
    fn pieces(
        &self,
        octets: &mut impl Read,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(mut filter) = self.piece.filter() else {
            let mut piece = [0; PIECE];
            loop {
                match octets.read(&mut piece)? {
                    0 => return Ok(()),
                    count => self.hand_over(&mut piece[..count], &mut take)?,
                }
            }
        };
        let (mut piece, mut made, mut at) = ([0; PIECE], Vec::new(), 0);
        loop {
            made.clear();
            let count = octets.read(&mut piece)?;
            filter.push(&piece[..count], &mut made);
            if count == 0 {
                filter.finish(&mut made);
                return self.hand_over(self.inside(&mut made, &mut at), &mut take);
            }
            self.hand_over(self.inside(&mut made, &mut at), &mut take)?;
            if at >= self.window.end {
                return Ok(());
            }
        }
    }

    /// Those of the octets that come at `at` that are in the window.
    fn inside<'o>(&self, octets: &'o mut [u8], at: &mut u64) -> &'o mut [u8] {
        let place = |wanted: u64| {
            usize::try_from(wanted.saturating_sub(*at)).unwrap_or(usize::MAX).min(octets.len())
        };
        let (start, end) = (place(self.window.start), place(self.window.end));
        *at += octets.len() as u64;
        &mut octets[start..end]
    }

    fn hand_over(
        &self,
        octets: &mut [u8],
        take: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        // A literal has no NUL (RFC 9051 §9), and an old message may have one.
        if !self.may_have_nul {
            replace_nuls(octets);
        }
        take(octets)
    }
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
