//! Recipients that are decided on together.

use bytes::{BufMut, BytesMut};
use mail_wire::Ticket;

use super::error::Misuse;
use super::event::Event;
use super::pending::Pending;
use super::request;
use super::session::Session;
use super::state::State;

impl Session {
    /// The ticket of an RCPT: of its own where there may be several.
    pub(super) fn issue_rcpt(&mut self) -> Ticket<request::Rcpt> {
        if self.config.limits.recipients_ahead > 1 {
            self.ahead.get_or_insert_default().issue()
        } else {
            self.desk.issue(Pending::Rcpt)
        }
    }

    /// How many RCPTs the driver has not decided on.
    pub(super) fn recipients_undecided(&self) -> usize {
        self.ahead.as_ref().map_or(0, |ahead| ahead.undecided())
    }

    /// The next RCPT of those that come together, if it is whole and one more may be taken.
    pub(super) fn receive_ahead<'b>(
        &mut self,
        input: &mut &'b [u8],
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let waiting = self.ahead.as_ref().map_or(0, |ahead| ahead.len());
        if waiting >= self.config.limits.recipients_ahead || !is_rcpt(input) {
            return Some(Event::AnswersDue);
        }
        let mut reply = BytesMut::new();
        let event = self.receive_line(input, &mut reply);
        if self.state() == State::Closed {
            out.put_slice(&reply);
        } else if let (false, Some(ahead)) = (reply.is_empty(), &mut self.ahead) {
            ahead.push(reply[..].into());
        }
        match event {
            Some(Event::NeedInput) => Some(Event::AnswersDue),
            event => event,
        }
    }

    /// Whether a ticket is that of an RCPT that was taken ahead.
    pub(super) fn is_ahead<R>(&self, ticket: &Ticket<R>) -> bool {
        self.ahead.as_ref().is_some_and(|ahead| ahead.holds(ticket))
    }

    /// Answers one of them: what `write` writes goes out once those before it have.
    pub(super) fn answer_ahead<R>(
        &mut self,
        ticket: Ticket<R>,
        out: &mut BytesMut,
        write: impl FnOnce(&mut Self, &mut BytesMut),
    ) -> Result<(), Misuse> {
        let start = out.len();
        let mut reply = BytesMut::new();
        write(self, &mut reply);
        if let Some(ahead) = &mut self.ahead {
            ahead.answer(ticket, reply[..].into())?;
            while let Some(reply) = ahead.pop() {
                out.put_slice(&reply);
            }
            if ahead.is_empty() {
                self.ahead = None;
            }
        } else {
            // It was the end of the session.
            out.put_slice(&reply);
        }
        self.log_sent(start, out);
        Ok(())
    }
}

/// Whether a line begins that is RCPT.
fn is_rcpt(input: &[u8]) -> bool {
    match input.split_first_chunk::<4>() {
        Some((verb, [b' ' | b'\t' | b'\r' | b'\n', ..])) => verb.eq_ignore_ascii_case(b"RCPT"),
        _ => false,
    }
}
