//! What is on the server.

use std::collections::{BTreeMap, HashMap};

use pop3_proto::{
    Command, MessageNumber,
    client::{Event, Sent},
};

use super::{
    Error, Report,
    client::{Client, shown, yes_or_no},
};

/// The messages in the maildrop.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) messages: BTreeMap<MessageNumber, Listed>,
    /// Whether the server tells unique-ids.
    pub(super) has_ids: bool,
    /// The unique-ids, and whether each stands there only once: one that stands
    /// there more often tells no messages apart.
    pub(super) ids: HashMap<String, bool>,
    /// How many lines could not be read.
    pub(super) unread: usize,
}

/// A message.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// How large the server says that it is.
    pub(super) octets: u64,
    pub(super) id: Option<String>,
}

/// Asks for the sizes and the unique-ids.
pub(super) fn list(client: &mut Client, report: &mut dyn Report) -> Result<Listing, Error> {
    let mut listing = Listing::default();
    let mut refused = None;
    client.send(Command::List(None))?;
    let mut both = false;
    loop {
        if !both {
            both = client.try_send(Command::Uidl(None))?;
        }
        if client.session.waiting() == 0 {
            break;
        }
        client.next(|event| match event {
            Event::Answer(answer) => match answer.to {
                Sent::Uidl(_) => listing.has_ids = answer.is_ok(),
                _ => refused = yes_or_no(&answer).err(),
            },
            Event::Scan(scan) => {
                listing.messages.entry(scan.message).or_default().octets = scan.octets;
            }
            Event::UniqueId(listed) => {
                let id = listed.unique_id.as_str().to_owned();
                let once = listing.ids.entry(id.clone());
                once.and_modify(|once| *once = false).or_insert(true);
                listing.messages.entry(listed.message).or_default().id = Some(id);
            }
            Event::Unparsed { to: Some(to), line, error } => {
                let command = if to == Sent::List(None) { "LIST" } else { "UIDL" };
                report.problem(&format!("{command}: \"{}\": {error}", shown(line)));
                listing.unread += 1;
            }
            _ => {}
        })?;
    }
    refused.map_or(Ok(listing), |said| Err(Error::List(said)))
}
