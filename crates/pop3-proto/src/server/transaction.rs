//! The TRANSACTION state (RFC 1939 §5): the maildrop is open.

use bytes::{BufMut, BytesMut};
use mail_wire::Ticket;

use super::deletion_marks::DeletionMarks;
use super::ending::{err, ok};
use super::error::Misuse;
use super::event::Event;
use super::pending::Pending;
use super::rejection::Rejection;
use super::request;
use super::session::Session;
use super::state::State;
use crate::command::Command;
use crate::listing::{DropListing, ScanListing, UniqueIdListing};
use crate::message_number::MessageNumber;
use crate::response::Response;
use crate::unique_id::UniqueId;

impl Session {
    pub(super) fn transaction<'b>(
        &mut self,
        command: Command<'b>,
        out: &mut BytesMut,
    ) -> Option<Event<'b>> {
        let about = match command {
            Command::List(message) | Command::Uidl(message) => message,
            Command::Retr(message) | Command::Dele(message) => Some(message),
            Command::Top { message, .. } => Some(message),
            _ => None,
        };
        if about.is_some_and(|message| !self.has(message, out)) {
            return None;
        }
        match command {
            Command::Stat => return Some(Event::Sizes(self.desk.issue(Pending::Stat))),
            Command::List(message) => {
                return Some(Event::Sizes(self.desk.issue(Pending::List(message))));
            }
            Command::Uidl(message) => {
                return Some(Event::UniqueIds(self.desk.issue(Pending::Uidl(message))));
            }
            Command::Retr(message) => {
                let ticket = self.desk.issue(Pending::Message { lines: None });
                return Some(Event::Retr(message, ticket));
            }
            Command::Top { message, lines } => {
                let ticket = self.desk.issue(Pending::Message { lines: Some(lines) });
                return Some(Event::Top(message, lines, ticket));
            }
            Command::Dele(message) => {
                self.marks.insert(message);
                ok("deleted", out);
            }
            Command::Rset => {
                self.marks = DeletionMarks::default();
                ok("nothing is deleted", out);
            }
            Command::Noop => ok("", out),
            Command::Quit if self.marks.is_empty() => {
                ok("goodbye", out);
                self.enter(State::Closed);
            }
            Command::Quit => {
                self.enter(State::Update);
                let marks = core::mem::take(&mut self.marks);
                return Some(Event::Update(marks, self.desk.issue(Pending::Update)));
            }
            _ => self.say_no("logged in already", out),
        }
        None
    }

    /// Whether there is such a message, not marked as deleted; answers if not.
    fn has(&self, message: MessageNumber, out: &mut BytesMut) -> bool {
        if message.get() > self.messages {
            err("no such message", out);
        } else if self.marks.contains(message) {
            err("the message is deleted", out);
        } else {
            return true;
        }
        false
    }

    /// Answers STAT or LIST. `sizes` are the octets of every message, those
    /// that are marked as deleted too, in order; each line's end counts as two
    /// (RFC 1939 §11). Only as many are taken as are needed; where there are fewer,
    /// the client is told to try again later.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    pub fn sizes(
        &mut self,
        ticket: Ticket<request::Sizes>,
        sizes: impl IntoIterator<Item = u64>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let start = out.len();
        match self.desk.redeem(ticket)? {
            Pending::List(None) => {
                self.listing("the sizes follow", sizes, out, |message, octets, out| {
                    ScanListing { message, octets }.encode(out);
                });
            }
            Pending::List(Some(message)) => match sizes.into_iter().nth(message.index()) {
                Some(octets) => {
                    out.put_slice(b"+OK ");
                    ScanListing { message, octets }.encode(out);
                    out.put_slice(b"\r\n");
                }
                None => too_few(out),
            },
            _ => {
                let (mut messages, mut octets) = (0_u32, 0_u64);
                for (_, size) in self.left(sizes) {
                    messages = messages.saturating_add(1);
                    octets = octets.saturating_add(size);
                }
                if messages < self.count() {
                    too_few(out);
                } else {
                    out.put_slice(b"+OK ");
                    DropListing { messages, octets }.encode(out);
                    out.put_slice(b"\r\n");
                }
            }
        }
        self.answered(start, out);
        Ok(())
    }

    /// Answers UIDL. `ids` are the unique-ids of every message, those that are
    /// marked as deleted too, in order. Only as many are taken as are needed; where
    /// there are fewer, the client is told to try again later.
    ///
    /// # Errors
    /// [`Misuse::WrongTicket`]; nothing is written then.
    #[allow(single_use_lifetimes, reason = "`impl Trait` takes no anonymous lifetime")]
    pub fn unique_ids<'i>(
        &mut self,
        ticket: Ticket<request::UniqueIds>,
        ids: impl IntoIterator<Item = UniqueId<'i>>,
        out: &mut BytesMut,
    ) -> Result<(), Misuse> {
        let start = out.len();
        match self.desk.redeem(ticket)? {
            Pending::Uidl(Some(message)) => match ids.into_iter().nth(message.index()) {
                Some(unique_id) => {
                    out.put_slice(b"+OK ");
                    UniqueIdListing { message, unique_id }.encode(out);
                    out.put_slice(b"\r\n");
                }
                None => too_few(out),
            },
            _ => self.listing("the unique-ids follow", ids, out, |message, unique_id, out| {
                UniqueIdListing { message, unique_id }.encode(out);
            }),
        }
        self.answered(start, out);
        Ok(())
    }

    /// Writes a line for each message that is left, by what `all` have.
    fn listing<T>(
        &self,
        text: &'static str,
        all: impl IntoIterator<Item = T>,
        out: &mut BytesMut,
        encode: impl Fn(MessageNumber, T, &mut BytesMut),
    ) {
        let start = out.len();
        ok(text, out);
        let mut listed = 0;
        for (message, what) in self.left(all) {
            encode(message, what, out);
            out.put_slice(b"\r\n");
            listed += 1;
        }
        if listed < self.count() {
            out.truncate(start);
            too_few(out);
        } else {
            out.put_slice(b".\r\n");
        }
    }

    /// How many messages are left.
    const fn count(&self) -> u32 {
        self.messages.saturating_sub(self.marks.len())
    }

    /// Each of `all` messages that is not marked as deleted, with its number.
    fn left<T>(
        &self,
        all: impl IntoIterator<Item = T>,
    ) -> impl Iterator<Item = (MessageNumber, T)> {
        (1..=self.messages)
            .filter_map(MessageNumber::new)
            .zip(all)
            .filter(|(message, _)| !self.marks.contains(*message))
    }
}

/// The caller knows of fewer messages than there were at first. A client that was told
/// so would take the others for deleted.
fn too_few(out: &mut BytesMut) {
    Response::from(Rejection::UNAVAILABLE).encode(out);
}
