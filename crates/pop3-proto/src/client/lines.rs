//! The lines after an answer: listings and messages.

use alloc::boxed::Box;

use mail_wire::parse::Parsed;
use mail_wire::{BodyPolicy, Direction, DotUnstuffer, Framed, SyntaxError, Unstuffed};

use super::error::{Error, ProtocolError};
use super::event::Event;
use super::sent::Sent;
use super::session::Session;
use crate::capability::Capability;
use crate::language::LanguageListing;
use crate::listing::{ScanListing, UniqueIdListing, scan_line, unique_id_line};
use crate::response::unstuff_line;

impl Session {
    /// The next octets of the message after an answer.
    pub(super) fn message<'b>(&mut self, to: Sent, input: &mut &'b [u8]) -> Event<'b> {
        // The status before it may be too long, and go on.
        if !self.framer.pass_over(input) {
            return Event::NeedInput;
        }
        // What a message holds is the caller's to judge.
        let body = self.body.get_or_insert_with(|| Box::new(DotUnstuffer::new(BodyPolicy::Keep)));
        match body.next(input) {
            Unstuffed::Piece(piece) => {
                let octets = u64::try_from(piece.len()).unwrap_or(u64::MAX);
                self.octets = self.octets.saturating_add(octets);
                Event::Body(piece)
            }
            Unstuffed::End { .. } => {
                self.log.octets(Direction::Received, core::mem::take(&mut self.octets));
                self.log_received(b".");
                self.end(to)
            }
            Unstuffed::NeedInput => Event::NeedInput,
        }
    }

    /// The same of a listing, unless it has more lines than it may.
    #[inline]
    pub(super) fn counted_listing<'b>(
        &mut self,
        to: Sent,
        input: &mut &'b [u8],
    ) -> Result<Event<'b>, Error> {
        let event = self.listing(to, input);
        if matches!(event, Event::NeedInput | Event::End(_)) {
            return Ok(event);
        }
        self.listed = self.listed.saturating_add(1);
        if self.listed > self.config.limits.listing {
            return self.fail(ProtocolError::EndlessListing);
        }
        Ok(event)
    }

    /// The next line of the listing after an answer.
    fn listing<'b>(&mut self, to: Sent, input: &mut &'b [u8]) -> Event<'b> {
        match to {
            Sent::List(_) => {
                if let Some(listing) = self.plain_line(scan_line, input) {
                    return Event::Scan(listing);
                }
            }
            Sent::Uidl(_) => {
                if let Some(listing) = self.plain_line(unique_id_line, input) {
                    return Event::UniqueId(listing);
                }
            }
            _ => {}
        }
        let line = match self.framer.next(input) {
            Framed::NeedInput => return Event::NeedInput,
            Framed::Ask { ask, .. } => match ask {},
            Framed::Whole { octets, .. } => octets,
            Framed::TooLong { start } => {
                self.framer.pass_over(input);
                self.log_received(start);
                let error = self.too_long();
                return Event::Unparsed { to: Some(to), line: start, error };
            }
        };
        self.log_received(line);
        let Some(line) = unstuff_line(line) else { return self.end(to) };
        let error = match to {
            Sent::List(_) => match ScanListing::parse(line) {
                Ok(listing) => return Event::Scan(listing),
                Err(error) => error,
            },
            Sent::Uidl(_) => match UniqueIdListing::parse(line) {
                Ok(listing) => return Event::UniqueId(listing),
                Err(error) => error,
            },
            Sent::Languages => match LanguageListing::parse(line) {
                Ok(listing) => return Event::Language(listing),
                Err(error) => error,
            },
            _ => match Capability::parse(line) {
                Ok(capability) => {
                    self.capabilities.add(capability);
                    return Event::Capability(capability);
                }
                Err(error) => error,
            },
        };
        Event::Unparsed { to: Some(to), line, error }
    }

    /// A line that is just as it should be: read in one go, for its end need not
    /// be searched for first.
    #[inline]
    fn plain_line<'b, T>(
        &mut self,
        line: impl FnOnce(&'b [u8]) -> Parsed<'b, T>,
        input: &mut &'b [u8],
    ) -> Option<T> {
        if self.framer.is_mid_unit() {
            return None;
        }
        let (rest, listing) = line(input).ok()?;
        if input.len() - rest.len() > self.config.limits.line {
            return None;
        }
        if self.log.is_on() {
            let length = input.len().saturating_sub(rest.len());
            self.log.lines(Direction::Received, input.get(..length).unwrap_or_default());
        }
        *input = rest;
        Some(listing)
    }

    fn end<'b>(&mut self, to: Sent) -> Event<'b> {
        self.lines = None;
        Event::End(to)
    }

    fn too_long(&self) -> SyntaxError {
        SyntaxError { offset: self.config.limits.line, expected: "the end of the line" }
    }
}
