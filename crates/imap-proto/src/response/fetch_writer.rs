//! Writing a FETCH response piece by piece.
//!
//! RFC 9051 section 7.5.2.

use core::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use mail_wire::encode::decimal;

use super::body::Body;
use super::fetch::FetchData;

use crate::wire::Style;

/// Writes a FETCH response item by item, so that none of it has to be kept
/// until all of it is there.
///
/// ```
/// use bytes::BytesMut;
/// use imap_proto::{Body, FetchData, FetchWriter, Section, Style};
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let mut out = BytesMut::new();
/// let mut fetch = FetchWriter::begin(12.try_into()?, Style::PLAIN, &mut out);
/// fetch.item(&FetchData::Rfc822Size(11), &mut out);
/// let whole = Body::Section { section: Section::Whole, origin: None };
/// let mut body = fetch.body(whole, 11, &mut out);
/// body.write(b"Subject: ", &mut out)?;
/// body.write(b"\r\n", &mut out)?;
/// body.end()?.end(&mut out);
/// assert_eq!(
///     &out[..],
///     b"* 12 FETCH (RFC822.SIZE 11 BODY[] {11}\r\nSubject: \r\n)\r\n"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a FETCH response that was begun has to be ended"]
pub struct FetchWriter {
    style: Style,
    empty: bool,
}

impl FetchWriter {
    /// Begins the response about `message`.
    pub fn begin(message: NonZeroU32, style: Style, out: &mut BytesMut) -> Self {
        out.put_slice(b"* ");
        Self::start(message, style, out)
    }

    /// Begins it behind the `* `.
    fn start(message: NonZeroU32, style: Style, out: &mut BytesMut) -> Self {
        decimal(message.get().into(), out);
        out.put_slice(b" FETCH ");
        Self { style: style.of_response(), empty: true }
    }

    /// Writes one item.
    pub fn item(&mut self, item: &FetchData<'_>, out: &mut BytesMut) {
        self.separate(out);
        item.encode(self.style, out);
    }

    /// Writes the name of a body and announces its `octets`, which are then
    /// written with what this returns. What they may be, see [`Body`].
    pub fn body(mut self, body: Body<'_>, octets: u64, out: &mut BytesMut) -> BodyWriter {
        self.separate(out);
        body.encode_head(octets, self.style, out);
        BodyWriter { fetch: self, owed: octets }
    }

    /// Ends the response.
    pub fn end(self, out: &mut BytesMut) {
        out.put_slice(if self.empty { b"()\r\n" } else { b")\r\n" });
    }

    fn separate(&mut self, out: &mut BytesMut) {
        out.put_u8(if self.empty { b'(' } else { b' ' });
        self.empty = false;
    }
}

/// Writes the octets of a body that [`FetchWriter::body`] announced: as many as
/// it said, no more and no fewer.
#[derive(Debug)]
#[must_use = "the octets that were announced have to be written"]
pub struct BodyWriter {
    fetch: FetchWriter,
    owed: u64,
}

/// A body that has not the length that was announced for it. If there are fewer
/// octets than that, the connection can only be closed: the client takes what
/// comes next for the rest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BodyLength {
    /// More octets than were announced; none of the piece was written.
    #[error("the body is longer than announced: {left} octets were left, {given} given")]
    TooLong {
        /// How many octets were still owed.
        left: u64,
        /// How many there are.
        given: u64,
    },
    /// Fewer octets than were announced.
    #[error("the body is shorter than announced: write {missing} octets more, or close")]
    TooShort {
        /// How many are missing.
        missing: u64,
    },
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
    /// [`BodyLength::TooLong`] if that would be more than is owed.
    pub fn write(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), BodyLength> {
        self.sent(u64::try_from(piece.len()).unwrap_or(u64::MAX))?;
        out.put_slice(piece);
        Ok(())
    }

    /// Says that the caller sends the next `octets` itself, behind what is in
    /// `out` now: a file, say, that is not copied through it.
    ///
    /// # Errors
    /// [`BodyLength::TooLong`] if that would be more than is owed.
    pub fn sent(&mut self, octets: u64) -> Result<(), BodyLength> {
        match self.owed.checked_sub(octets) {
            Some(owed) => {
                self.owed = owed;
                Ok(())
            }
            None => Err(BodyLength::TooLong { left: self.owed, given: octets }),
        }
    }

    /// Ends the body; the response goes on.
    ///
    /// # Errors
    /// [`BodyLength::TooShort`] if octets are still owed.
    pub fn end(self) -> Result<FetchWriter, BodyLength> {
        match self.owed {
            0 => Ok(self.fetch),
            missing => Err(BodyLength::TooShort { missing }),
        }
    }
}
