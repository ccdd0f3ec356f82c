//! The messages themselves: from the server into the mailbox, and deleted there.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    io,
};

use pop3_proto::{
    Command, MessageNumber,
    client::{Answer, Event, Sent},
};

use super::{
    Delivery, Error, Report, Summary, Then,
    client::{Client, yes_or_no},
    listing::{Listed, Listing},
};

/// A transfer under way.
pub(super) struct Transfer<'t, 'd> {
    client: &'t mut Client,
    delivery: &'t mut Delivery<'d>,
    report: &'t mut dyn Report,
    summary: &'t mut Summary,
    messages: BTreeMap<MessageNumber, Listed>,
    /// Whether each stands in the listing only once.
    ids: HashMap<String, bool>,
    to_fetch: VecDeque<MessageNumber>,
    to_delete: VecDeque<MessageNumber>,
    /// What is being received, as long as it can be delivered.
    open: Option<MessageNumber>,
    /// Marked as deleted, until QUIT.
    deleted: Vec<MessageNumber>,
}

/// What an event comes to.
enum Step {
    Begin(MessageNumber),
    /// So many octets of a message; what became of those before.
    Wrote(usize, io::Result<()>),
    End,
    Refused(Sent, String),
    Deleted(MessageNumber),
    Nothing,
}

impl<'t, 'd> Transfer<'t, 'd> {
    /// Decides which messages are new.
    pub(super) fn new(
        client: &'t mut Client,
        listing: Listing,
        delivery: &'t mut Delivery<'d>,
        report: &'t mut dyn Report,
        summary: &'t mut Summary,
    ) -> Self {
        let Listing { messages, has_ids, ids, .. } = listing;
        let (mut to_fetch, mut to_delete) = (VecDeque::new(), VecDeque::new());
        let mut octets = 0_u64;
        for (number, Listed { octets: size, id }) in &messages {
            let seen = id.as_deref().and_then(|id| delivery.seen.get(id));
            match seen {
                None if has_ids && id.is_none() => {
                    report.problem(&format!("message {}: it has no unique-id", number.get()));
                    summary.problems += 1;
                }
                None => {
                    to_fetch.push_back(*number);
                    octets = octets.saturating_add(*size);
                }
                Some(then) => {
                    summary.seen += 1;
                    if then == Then::Delete && !delivery.keep {
                        to_delete.push_back(*number);
                    }
                }
            }
        }
        report.begins(to_fetch.len(), octets);
        let (open, deleted) = (None, Vec::new());
        Self {
            client,
            delivery,
            report,
            summary,
            messages,
            ids,
            to_fetch,
            to_delete,
            open,
            deleted,
        }
    }

    /// Fetches and deletes until nothing is left to do.
    pub(super) fn run(&mut self) -> Result<(), Error> {
        loop {
            self.send()?;
            if self.client.session.waiting() == 0 {
                return Ok(());
            }
            if let Err(error) = self.receive() {
                let Some(open) = self.open.take() else { return Err(error) };
                if let Err(error) = self.delivery.mailbox.abort() {
                    self.problem(open, &error.to_string());
                }
                return Err(Error::Message { number: open.get(), source: Box::new(error) });
            }
        }
    }

    /// The messages that QUIT will delete, with the unique-ids they have.
    pub(super) fn into_deleted(mut self) -> Vec<Option<String>> {
        let ids = self.deleted.iter().map(|number| self.messages.remove(number)?.id);
        ids.collect()
    }

    /// Sends as many commands as may be sent.
    fn send(&mut self) -> Result<(), Error> {
        while let Some(&number) = self.to_delete.front() {
            if !self.client.try_send(Command::Dele(number))? {
                return Ok(());
            }
            self.to_delete.pop_front();
        }
        while let Some(&number) = self.to_fetch.front() {
            if !self.client.try_send(Command::Retr(number))? {
                return Ok(());
            }
            self.to_fetch.pop_front();
        }
        Ok(())
    }

    fn receive(&mut self) -> Result<(), Error> {
        let mailbox = &mut *self.delivery.mailbox;
        let open = self.open;
        let step = self.client.next(|event| match event {
            Event::Body(piece) => {
                let written = open.map_or(Ok(()), |_| mailbox.write(piece));
                Step::Wrote(piece.len(), written)
            }
            Event::End(_) => Step::End,
            Event::Answer(answer @ Answer { to, .. }) => match (to, yes_or_no(&answer)) {
                (_, Err(said)) => Step::Refused(to, said),
                (Sent::Retr(number), Ok(())) => Step::Begin(number),
                (Sent::Dele(number), Ok(())) => Step::Deleted(number),
                _ => Step::Nothing,
            },
            _ => Step::Nothing,
        })?;
        match step {
            Step::Begin(number) => match self.delivery.mailbox.begin() {
                Ok(()) => self.open = Some(number),
                Err(error) => self.give_up(number, &error),
            },
            Step::Wrote(octets, written) => {
                self.report.received(octets as u64);
                self.summary.received += octets as u64;
                if let (Some(number), Err(error)) = (self.open, written) {
                    self.give_up(number, &error);
                }
            }
            Step::End => {
                if let Some(number) = self.open.take() {
                    self.deliver(number);
                }
            }
            Step::Refused(Sent::Retr(number), said) => {
                self.problem(number, &format!("the server does not send it: {said}"));
            }
            Step::Refused(Sent::Dele(number), said) => {
                self.problem(number, &format!("the server does not delete it: {said}"));
            }
            Step::Deleted(number) => self.deleted.push(number),
            Step::Refused(..) | Step::Nothing => {}
        }
        Ok(())
    }

    /// A message has come whole.
    fn deliver(&mut self, number: MessageNumber) {
        if let Err(error) = self.delivery.mailbox.commit() {
            return self.give_up(number, &error);
        }
        self.summary.new += 1;
        let then = if self.delivery.keep { Then::Keep } else { Then::Delete };
        let id = self.messages.get(&number).and_then(|listed| listed.id.as_deref());
        match id.and_then(|id| self.ids.get_key_value(id)) {
            Some((id, true)) => {
                if let Err(error) = self.delivery.seen.add(id, then) {
                    self.problem(number, &format!("it is delivered, but not recorded: {error}"));
                    self.to_fetch.clear();
                }
            }
            // It would say that the others are delivered, too.
            Some((_, false)) if then == Then::Keep => {
                let said =
                    "it is delivered, but not recorded: another message has its unique-id, too";
                self.problem(number, said);
            }
            _ => {}
        }
        if then == Then::Delete {
            self.to_delete.push_back(number);
        }
    }

    /// A message cannot be delivered, and so will no other be: what is on its
    /// way is read past.
    fn give_up(&mut self, number: MessageNumber, error: &io::Error) {
        self.open = None;
        // The first error is the one that counts.
        let _ = self.delivery.mailbox.abort();
        self.to_fetch.clear();
        self.problem(number, &error.to_string());
    }

    fn problem(&mut self, number: MessageNumber, said: &str) {
        self.summary.problems += 1;
        let id = self.messages.get(&number).and_then(|listed| listed.id.as_deref());
        let id = id.map_or(String::new(), |id| format!(" ({})", id.escape_debug()));
        self.report.problem(&format!("message {}{id}: {said}", number.get()));
    }
}
