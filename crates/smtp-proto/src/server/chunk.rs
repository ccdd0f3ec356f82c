//! BDAT, and the octets after it (RFC 3030 §2).

use alloc::boxed::Box;
use core::fmt::Write as _;

use bytes::{BufMut, BytesMut};
use mail_wire::Direction;

use super::event::Event;
use super::faults::{NEED_MAIL, NEED_RCPT, NO_SERVICE};
use super::pending::Pending;
use super::reply::UNDEFINED;
use super::session::Session;
use super::state::State;
use super::transaction::{Form, Refusal};
use crate::protocol::Protocol;
use crate::reply::{Rejection, ReplyCode, encode_codes};

/// What a BDAT says of the chunk behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bdat {
    pub(super) size: u64,
    pub(super) last: bool,
}

impl Session {
    pub(super) fn bdat<'b>(&mut self, bdat: Bdat, out: &mut BytesMut) -> Option<Event<'b>> {
        let in_order = match self.state() {
            State::Refused => Err(NO_SERVICE),
            _ if !self.config.chunking => Err(Rejection::NOT_SUPPORTED),
            State::Transaction if self.transaction.recipients == 0 => Err(NEED_RCPT),
            State::Transaction | State::Chunks => Ok(()),
            _ => Err(NEED_MAIL),
        };
        if let Err(fault) = in_order {
            // The chunks after one that was refused are on their way already, and no new fault.
            let known = self.transaction.chunk_refused;
            let over = if known { None } else { self.one_more_bad(out) };
            if over.is_none() {
                self.refuse_chunk(bdat, fault);
            }
            return over;
        }
        let limit = self.config.size_limit().unwrap_or(u64::MAX);
        if self.body.octets.saturating_add(bdat.size) > limit {
            let over = self.one_more_refused(out);
            if over.is_none() {
                self.refuse_chunk(bdat, Rejection::TOO_BIG);
            }
            return over;
        }
        if self.state() == State::Transaction {
            self.body.wire = bdat.size;
            return Some(Event::Data(self.desk.issue(Pending::Chunk { last: bdat.last })));
        }
        self.begin_chunk(bdat);
        None
    }

    /// A chunk that is wanted.
    pub(super) fn begin_chunk(&mut self, bdat: Bdat) {
        self.enter(State::Body);
        self.transaction.form = if bdat.last { Form::LastChunk } else { Form::Chunk };
        (self.body.wire, self.body.left) = (bdat.size, bdat.size);
    }

    /// Refuses a chunk, at its end. No message without one of its chunks: the transaction ends
    /// with the first that is refused.
    pub(super) fn refuse_chunk(&mut self, bdat: Bdat, why: Rejection<'_>) {
        let mut words = BytesMut::new();
        self.no(why, &mut words);
        let times = self.answers_due(bdat.last);
        self.refusal = Some(Box::new(Refusal { words: words[..].into(), times }));
        self.reset_due = self.in_transaction();
        self.end_transaction_by_chunk(bdat.last);
        (self.body.wire, self.body.left) = (bdat.size, bdat.size);
    }

    /// There is no transaction any more, if there was one; but chunks of it may still come, unless
    /// this was the last.
    fn end_transaction_by_chunk(&mut self, last: bool) {
        let recipients = self.transaction.recipients;
        if matches!(self.state(), State::Transaction | State::Body | State::Chunks) {
            self.enter(State::Ready);
        }
        self.transaction.recipients = if last { 0 } else { recipients };
        self.transaction.chunk_refused = !last;
    }

    /// How many replies a part of a body has. In LMTP the last has one for each recipient that was
    /// accepted, and none where none was (RFC 2033 §4.2, §4.3).
    pub(super) fn answers_due(&self, last: bool) -> u32 {
        match self.config.protocol {
            Protocol::Lmtp if last => self.transaction.recipients,
            Protocol::Smtp | Protocol::Lmtp => 1,
        }
    }

    /// A chunk as it comes: nothing of it is changed, or looked at.
    pub(super) fn receive_chunk<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let piece = self.take_of_chunk(input);
        if !piece.is_empty() && self.refusal.is_none() && !self.transaction.declined {
            return Some(Event::Body(piece));
        }
        if self.body.left > 0 {
            return Some(Event::NeedInput);
        }
        let size = self.body.wire;
        self.log.octets(Direction::Received, size);
        if let Some(refusal) = self.refusal.take() {
            (0..refusal.times).for_each(|_| out.put_slice(&refusal.words));
            return None;
        }
        self.body.octets = self.body.octets.saturating_add(size);
        let last = self.transaction.form == Form::LastChunk;
        if self.transaction.declined {
            (0..self.answers_due(last)).for_each(|_| self.no(Rejection::UNAVAILABLE, out));
            self.end_transaction_by_chunk(last);
            return Some(Event::Reset);
        }
        if last {
            return Some(self.body_end());
        }
        self.enter(State::Chunks);
        encode_codes(ReplyCode::fixed(250), false, UNDEFINED, out);
        // It grows as it must: this cannot fail.
        let _ = write!(out, "{size} octets received\r\n");
        None
    }

    /// Takes what there is of a chunk off the front of `input`.
    fn take_of_chunk<'b>(&mut self, input: &mut &'b [u8]) -> &'b [u8] {
        let left = self.body.left;
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (piece, rest) = input.split_at_checked(here).unwrap_or((input, &[]));
        *input = rest;
        self.body.left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
        piece
    }
}
