//! The body of a message on its way out.

use bytes::{BufMut, BytesMut};
use mail_wire::{Direction, DotStuffer};

use super::error::Misuse;
use super::outgoing::{Body, Kind};
use super::sent::Sent;
use super::session::Session;
use super::state::State;
use crate::command::Command;
use crate::protocol::Protocol;

impl Session {
    /// Writes the next octets of the body, cut anywhere. After DATA was answered, dots are
    /// stuffed, and [`end_body`](Self::end_body) ends the body; after BDAT was sent, they go out
    /// as they are, until there are as many as it has announced.
    ///
    /// Send `out` before it grows too long. [`receive`](Self::receive) may be called between two
    /// pieces.
    ///
    /// # Errors
    /// [`Misuse::NotNow`] where no body is to go out, [`Misuse::TooMuch`] where BDAT has announced
    /// fewer; nothing is written then. [`Misuse::IrregularBody`], by [`Config::body_policy`]: nothing
    /// but [`abandon`](Self::abandon) is left.
    ///
    /// [`Config::body_policy`]: super::Config::body_policy
    pub fn body(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), Misuse> {
        match &mut self.body.kind {
            Kind::None => Err(Misuse::NotNow),
            Kind::Text(stuffer) => {
                stuffer.push(piece, out)?;
                self.body.octets = self.body.octets.saturating_add(count(piece.len()));
                Ok(())
            }
            Kind::Chunk { owed, .. } if *owed < count(piece.len()) => Err(Misuse::TooMuch),
            Kind::Chunk { .. } => {
                out.put_slice(piece);
                self.body_aside(count(piece.len()))
            }
        }
    }

    /// Says that so many of the octets that BDAT has announced go out beside the session: from a
    /// file, say, right after what is in `out`.
    ///
    /// # Errors
    /// [`Misuse::NotNow`] where BDAT was not sent, [`Misuse::TooMuch`] where it has announced
    /// fewer.
    pub fn body_aside(&mut self, octets: u64) -> Result<(), Misuse> {
        let Kind::Chunk { owed, last } = &mut self.body.kind else { return Err(Misuse::NotNow) };
        *owed = owed.checked_sub(octets).ok_or(Misuse::TooMuch)?;
        let (owed, last) = (*owed, *last);
        self.body.octets = self.body.octets.saturating_add(octets);
        if owed == 0 {
            self.end_chunk(last);
        }
        Ok(())
    }

    /// Ends a body that was asked for by DATA: writes the dot. A last line without CRLF gets one.
    ///
    /// # Errors
    /// [`Misuse::NotNow`] where there is none. [`Misuse::IrregularBody`], by [`Config::body_policy`]:
    /// nothing but [`abandon`](Self::abandon) is left.
    ///
    /// [`Config::body_policy`]: super::Config::body_policy
    pub fn end_body(&mut self, out: &mut BytesMut) -> Result<(), Misuse> {
        let Kind::Text(stuffer) = &self.body.kind else { return Err(Misuse::NotNow) };
        stuffer.clone().finish(out)?;
        self.log.octets(Direction::Sent, self.body.octets);
        self.log.lines(Direction::Sent, b".");
        self.body = Body::default();
        self.end_message();
        Ok(())
    }

    /// Sends a whole chunk: BDAT, and its octets (RFC 3030 §2).
    ///
    /// ```text
    /// BDAT 6
    /// Hello.
    /// ```
    ///
    /// # Errors
    /// As for [`send`](Self::send).
    pub fn chunk(&mut self, octets: &[u8], last: bool, out: &mut BytesMut) -> Result<(), Misuse> {
        self.send(Command::Bdat { size: count(octets.len()), last }, out)?;
        if octets.is_empty() { Ok(()) } else { self.body(octets, out) }
    }

    /// DATA was answered 354.
    pub(super) fn begin_text(&mut self) {
        self.body.kind = Kind::Text(DotStuffer::new(self.config.body_policy));
        self.enter(State::Body);
    }

    /// BDAT was written, and owes so many octets.
    pub(super) fn begin_chunk(&mut self, size: u64, last: bool) {
        self.transaction.chunked = true;
        self.body.kind = Kind::Chunk { owed: size, last };
        self.enter(State::Body);
        if size == 0 {
            self.end_chunk(last);
        }
    }

    /// Only now can the server answer: it has to read them all, whatever it says (RFC 3030 §2).
    fn end_chunk(&mut self, last: bool) {
        self.log.octets(Direction::Sent, self.body.octets);
        self.body = Body::default();
        if last {
            self.end_message();
        } else {
            self.chunks = self.chunks.saturating_add(1);
            self.await_answer(Sent::Chunk, 0);
            self.enter(State::Transaction);
        }
    }

    /// The whole message has been written: answers are due.
    fn end_message(&mut self) {
        self.transaction.complete = true;
        self.enter(State::Ready);
        match self.config.protocol {
            Protocol::Smtp => self.await_answer(Sent::Message, 0),
            // RFC 2033 §4.2: in the order of RCPT.
            Protocol::Lmtp => {
                for recipient in core::mem::take(&mut self.transaction.deliveries) {
                    self.await_answer(Sent::Delivery(recipient), 0);
                }
            }
        }
    }
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
