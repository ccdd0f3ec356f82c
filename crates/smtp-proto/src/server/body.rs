//! The body after DATA.

use bytes::BytesMut;
use mail_wire::{Direction, Unstuffed};

use super::event::Event;
use super::faults::IRREGULAR_BODY;
use super::pending::Pending;
use super::session::Session;
use super::state::State;
use crate::reply::Rejection;

impl Session {
    /// A body that is refused is read to its end all the same, so that what
    /// follows is in sync.
    pub(super) fn receive_body<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Event<'b> {
        let limit = self.config.size_limit().unwrap_or(u64::MAX);
        loop {
            let shown = input.len();
            let found = self.unstuffer.next(input);
            let taken = shown.saturating_sub(input.len());
            self.body.wire = self.body.wire.saturating_add(octets(taken));
            match found {
                Unstuffed::NeedInput => return Event::NeedInput,
                Unstuffed::Piece(piece) => {
                    self.body.octets = self.body.octets.saturating_add(octets(piece.len()));
                    if self.body.octets <= limit && !self.transaction.declined {
                        return Event::Body(piece);
                    }
                }
                Unstuffed::End { refused } => {
                    self.log.octets(Direction::Received, self.body.wire);
                    let fault = if refused {
                        IRREGULAR_BODY
                    } else if self.body.octets > limit {
                        Rejection::TOO_BIG
                    } else if self.transaction.declined {
                        Rejection::UNAVAILABLE
                    } else {
                        return self.body_end();
                    };
                    (0..self.answers_due(true)).for_each(|_| self.no(fault, out));
                    self.enter(State::Ready);
                    return Event::Reset;
                }
            }
        }
    }

    /// The message is whole.
    pub(super) fn body_end<'b>(&mut self) -> Event<'b> {
        self.enter(State::Delivery);
        Event::BodyEnd(self.desk.issue(Pending::Message))
    }
}

fn octets(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
