//! Writing a FETCH response piece by piece.
//!
//! RFC 9051 §7.5.2.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::Ticket;
use mail_wire::encode::decimal;
use memchr::memchr;

use super::FETCH;
use super::body::Body;
use super::fetch::FetchData;
use crate::wire::Style;

/// Writes a FETCH response item by item, so that none of it has to be kept
/// until all of it is there.
///
/// It is the duty to end the response: the session that gave it out does nothing else until
/// [`end_fetch`](crate::server::Session::end_fetch) gets it back. It borrows nothing, and may
/// be kept as long as it takes. Where it is lost, or a body cannot be finished, the session can
/// only be ended, with [`abandon_fetch`](crate::server::Session::abandon_fetch).
///
/// ```
/// use imap_proto::{Body, BytesMut, FetchData, Section};
/// use imap_proto::server::Session;
///
/// fn first_two_lines(imap: &mut Session, out: &mut BytesMut) -> Result<(), Box<dyn core::error::Error>> {
///     let mut fetch = imap.fetch(12.try_into()?, out)?;
///     fetch.item(&FetchData::Rfc822Size(11), out)?;
///     let mut body = fetch.body(Body::Section { section: Section::Whole, origin: None }, 11, out);
///     body.write(b"Subject: ", out)?;
///     body.write(b"\r\n", out)?;
///     imap.end_fetch(body.end()?, out)?;
///     Ok(())
/// }
/// # use imap_proto::{Arena, Delimiter, Listed, Mailbox};
/// # use imap_proto::server::{Channel, Config, Event, Selected};
/// # let (mut out, arena) = (BytesMut::new(), Arena::new());
/// # let mut imap = Session::preauthenticated(Config::default().into(), Channel::Tls, &mut out);
/// # let Ok(Event::Select(_, ticket)) = imap.receive(&mut &b"a SELECT INBOX\r\n"[..], &arena, &mut out) else { panic!() };
/// # let (mailbox, one) = (Mailbox::INBOX, 1.try_into()?);
/// # let listed = Listed { attributes: &[], delimiter: None, mailbox, extended: &[] };
/// # imap.select(ticket, &Selected::new(listed, 12, one, one), &mut out)?;
/// # out.clear();
/// # first_two_lines(&mut imap, &mut out)?;
/// # assert_eq!(
/// #     &out[..],
/// #     b"* 12 FETCH (RFC822.SIZE 11 BODY[] {11}\r\nSubject: \r\n)\r\n"
/// # );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a FETCH response that was begun has to be ended, with `end_fetch`"]
pub struct FetchWriter {
    ticket: Ticket<Self>,
    open: Open,
}

/// A FETCH response that is being written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) message: NonZeroU32,
    /// How many octets were written.
    octets: u64,
    style: Style,
    empty: bool,
}

impl FetchWriter {
    /// Begins the response about `message`.
    pub(crate) fn begin(
        ticket: Ticket<Self>,
        message: NonZeroU32,
        style: Style,
        out: &mut BytesMut,
    ) -> Self {
        let style = style.of_response();
        let mut open = Open { message, octets: 0, style, empty: true };
        open.write(out, |out| {
            out.put_slice(b"* ");
            decimal(message.get().into(), out);
            out.put_u8(b' ');
            FETCH.encode(out);
            out.put_u8(b' ');
        });
        Self { ticket, open }
    }

    /// Writes one item.
    ///
    /// # Errors
    /// [`BodyError::Nul`] where it holds a NUL that the grammar has no place for.
    pub fn item(&mut self, item: &FetchData<'_>, out: &mut BytesMut) -> Result<(), BodyError> {
        let (before, start) = (self.open, out.len());
        self.open.item(out, |out| item.encode(before.style, out));
        let written = out.get(start..).unwrap_or_default();
        if memchr(0, written).is_some() && !matches!(item, FetchData::Binary { .. }) {
            out.truncate(start);
            self.open = before;
            return Err(BodyError::Nul);
        }
        Ok(())
    }

    /// Writes the name of a body and announces its `octets`, which are then
    /// written with what this returns. What they may be, see [`Body`].
    pub fn body(mut self, body: Body<'_>, octets: u64, out: &mut BytesMut) -> BodyWriter {
        let style = self.open.style;
        self.open.item(out, |out| body.encode_head(octets, style, out));
        BodyWriter { fetch: self, owed: octets, nul: body.may_hold_nul() }
    }

    pub(crate) fn into_parts(self) -> (Ticket<Self>, Open) {
        (self.ticket, self.open)
    }
}

impl Open {
    /// Ends the response; how many octets it has.
    pub(crate) fn end(mut self, out: &mut BytesMut) -> u64 {
        let end: &[u8] = if self.empty { b"()\r\n" } else { b")\r\n" };
        self.write(out, |out| out.put_slice(end));
        self.octets
    }

    /// Writes an item, after what has to stand before it.
    fn item(&mut self, out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
        let before = if self.empty { b'(' } else { b' ' };
        self.empty = false;
        self.write(out, |out| {
            out.put_u8(before);
            write(out);
        });
    }

    fn write(&mut self, out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
        let start = out.len();
        write(out);
        let octets = u64::try_from(out.len().saturating_sub(start)).unwrap_or(u64::MAX);
        self.octets = self.octets.saturating_add(octets);
    }
}

/// Writes the octets of a body that [`FetchWriter::body`] announced: as many as
/// it said, no more and no fewer.
#[derive(Debug)]
#[must_use = "the octets that were announced have to be written"]
pub struct BodyWriter {
    fetch: FetchWriter,
    owed: u64,
    /// Whether it was announced as one that may hold a NUL.
    nul: bool,
}

/// A body that is not what was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// More octets than were announced; none of the piece was written.
    #[error("the body is longer than announced: {left} octets were left, {given} given")]
    TooLong {
        /// How many octets were still owed.
        left: u64,
        /// How many there are.
        given: u64,
    },
    /// Fewer octets than were announced: the client takes whatever comes next for the rest of
    /// them. End the session with [`abandon_fetch`](crate::server::Session::abandon_fetch).
    #[error("the body is shorter than announced by {missing} octets: end it with `abandon_fetch`")]
    TooShort {
        /// How many are missing.
        missing: u64,
    },
    /// A NUL where the grammar has none (RFC 9051 §4.3); none of the piece was written.
    #[error("a literal holds no NUL, except that of BINARY[…]")]
    Nul,
}

impl BodyWriter {
    /// How many octets are still owed.
    #[must_use]
    pub const fn owed(&self) -> u64 {
        self.owed
    }

    /// Writes the next octets.
    ///
    /// # Errors
    /// [`BodyError::TooLong`] if that would be more than is owed, [`BodyError::Nul`] for a NUL
    /// where [`Body`] has none. Nothing is written then.
    pub fn write(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), BodyError> {
        if !self.nul && memchr(0, piece).is_some() {
            return Err(BodyError::Nul);
        }
        self.sent(u64::try_from(piece.len()).unwrap_or(u64::MAX))?;
        out.put_slice(piece);
        Ok(())
    }

    /// Says that the caller sends the next `octets` itself, after what is in
    /// `out` now: a file, say, that is not copied through it. Whether there is a NUL among
    /// them is the caller's to know.
    ///
    /// # Errors
    /// [`BodyError::TooLong`] if that would be more than is owed.
    pub fn sent(&mut self, octets: u64) -> Result<(), BodyError> {
        match self.owed.checked_sub(octets) {
            Some(owed) => {
                self.owed = owed;
                let open = &mut self.fetch.open;
                open.octets = open.octets.saturating_add(octets);
                Ok(())
            }
            None => Err(BodyError::TooLong { left: self.owed, given: octets }),
        }
    }

    /// Ends the body; the response goes on.
    ///
    /// # Errors
    /// [`BodyError::TooShort`] if octets are still [`owed`](Self::owed).
    pub fn end(self) -> Result<FetchWriter, BodyError> {
        match self.owed {
            0 => Ok(self.fetch),
            missing => Err(BodyError::TooShort { missing }),
        }
    }
}

/// Whether its value is octets of the message.
pub(crate) const fn holds_octets(item: &FetchData<'_>) -> bool {
    matches!(
        item,
        FetchData::Rfc822(_)
            | FetchData::Rfc822Header(_)
            | FetchData::Rfc822Text(_)
            | FetchData::BodySection { .. }
            | FetchData::Binary { .. }
    )
}

/// Whether the item is written with a NUL where the grammar has none: anywhere but in BINARY.
pub(crate) fn has_nul(item: &FetchData<'_>, style: Style) -> bool {
    if matches!(item, FetchData::Binary { .. }) {
        return false;
    }
    let mut written = BytesMut::new();
    item.encode(style, &mut written);
    memchr(0, &written).is_some()
}
