//! Fetches mail by POP3 into a Maildir or an mbox.
//!
//! - [`get`]: one session, from the connection to QUIT;
//! - [`Maildir`], [`Mbox`]: where the mail goes, as [`Mailbox`];
//! - [`Seen`]: the record of what was fetched, so that nothing is twice.
//!
//! A message is deleted on the server once it is safely delivered and recorded;
//! where the connection breaks before QUIT, the next session does it.

mod client;
mod error;
mod line_ends;
mod listing;
mod login;
mod mailbox;
mod maildir;
mod mbox;
mod quoting;
mod seen;
mod transfer;

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use clap::ValueEnum;
use indicatif::DecimalBytes;
use pop3_proto::{Command, WireLine, client::ClearText};
use rustls::ClientConfig;

use self::{client::Client, transfer::Transfer};
pub use self::{
    error::Error,
    mailbox::Mailbox,
    maildir::Maildir,
    mbox::Mbox,
    seen::{Seen, Then},
};
use crate::{client_connection::ServerAddress, sasl::Credentials};

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Security {
    /// By TLS from the start (RFC 8314 §3)
    Implicit,
    /// By TLS after STLS (RFC 2595 §4)
    #[value(name = "starttls")]
    StartTls,
    /// Not at all
    None,
}

/// How to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Login {
    /// PLAIN or USER under TLS and on this machine, APOP otherwise
    Auto,
    /// AUTH PLAIN, with the password as it is
    Plain,
    /// APOP, which does not show the password
    Apop,
    /// USER and PASS, with the password as it is
    User,
}

/// Where the mail is, and how to get at it.
#[derive(Clone, Debug)]
pub struct Account {
    /// The server.
    pub server: ServerAddress,
    /// How the connection is kept from being read.
    pub security: Security,
    /// Which servers are trusted.
    pub trust: Arc<ClientConfig>,
    /// Who logs in.
    pub credentials: Credentials,
    /// How.
    pub login: Login,
    /// How long the server may be silent.
    pub timeout: Duration,
    /// Who is shown each line that goes over the wire, without what is secret in it.
    pub log_wire: Option<fn(WireLine<'_>)>,
    /// Once it is set, the session ends where it is, and a message that is not
    /// whole is dropped.
    pub stop: Arc<AtomicBool>,
}

impl Account {
    fn port(&self) -> u16 {
        let usual = if self.security == Security::Implicit { 995 } else { 110 };
        self.server.port.unwrap_or(usual)
    }

    /// What may be sent in clear text: the password only to this machine, or
    /// where the login was chosen by somebody who had to know.
    fn clear_text(&self) -> ClearText {
        match (self.security, self.login) {
            (Security::Implicit | Security::StartTls, _) => ClearText::Nothing,
            (Security::None, Login::Plain | Login::User) => ClearText::Everything,
            (Security::None, _) if self.server.is_loopback() => ClearText::Everything,
            (Security::None, _) => ClearText::NoPasswords,
        }
    }
}

/// What becomes of the mail.
#[derive(Debug)]
pub struct Delivery<'d> {
    /// Where it goes.
    pub mailbox: &'d mut dyn Mailbox,
    /// What was fetched before.
    pub seen: &'d mut Seen,
    /// Whether it stays on the server.
    pub keep: bool,
}

/// Who is told how it goes.
pub trait Report {
    /// So many messages, of so many octets in all, will be fetched.
    fn begins(&mut self, messages: usize, octets: u64);

    /// So many octets more have come.
    fn received(&mut self, octets: u64);

    /// Something went wrong, and the rest goes on. The text can be shown as it is.
    fn problem(&mut self, text: &str);
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many messages were delivered.
    pub new: usize,
    /// How many octets of messages have come.
    pub received: u64,
    /// How many messages had been fetched before.
    pub seen: usize,
    /// How many messages are deleted on the server.
    pub deleted: usize,
    /// How many problems there were.
    pub problems: usize,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, received, seen, deleted, .. } = self;
        let messages = if *new == 1 { "message" } else { "messages" };
        let size = DecimalBytes(*received);
        write!(
            f,
            "{new} new {messages}, {size}; {seen} seen before; {deleted} deleted on the server"
        )
    }
}

/// Fetches what is new: one session, from the connection to QUIT. `summary` says
/// what was done even where the session failed.
///
/// # Errors
/// When the session fails. Messages that fail for themselves are told to
/// `report`, and counted.
pub fn get(
    account: &Account,
    delivery: &mut Delivery<'_>,
    report: &mut dyn Report,
    summary: &mut Summary,
) -> Result<(), Error> {
    let mut client = Client::connect(account)?;
    let deleted = match fetch(&mut client, account, delivery, report, summary) {
        Ok(deleted) => deleted,
        Err(error) => {
            // The server is told, where it is still there.
            if client.session.allows(Command::Quit).is_ok() {
                let _ = client.quit();
            }
            return Err(error);
        }
    };
    if let Err(said) = client.quit()? {
        summary.problems += 1;
        report.problem(&format!("the server has not deleted all: {said}"));
        return Ok(());
    }
    summary.deleted = deleted.len();
    let gone: HashSet<String> = deleted.into_iter().flatten().collect();
    delivery.seen.retain(|id| !gone.contains(id)).map_err(Error::Seen)
}

/// All but QUIT. Gives the messages that are deleted with it, and the unique-ids
/// they have.
fn fetch(
    client: &mut Client,
    account: &Account,
    delivery: &mut Delivery<'_>,
    report: &mut dyn Report,
    summary: &mut Summary,
) -> Result<Vec<Option<String>>, Error> {
    login::log_in(client, account)?;
    let listing = listing::list(client, report)?;
    summary.problems += listing.unread;
    if !listing.has_ids && delivery.keep {
        return Err(Error::NoUniqueIds);
    }
    if listing.has_ids {
        // Which message is delivered of those that share an id, nobody knows; and one
        // that is not there may have been in a line that could not be read.
        let unlisted = listing.unread > 0;
        let stays = |id: &str| listing.ids.get(id).map_or(unlisted, |once| *once);
        delivery.seen.retain(stays).map_err(Error::Seen)?;
    }
    let mut transfer = Transfer::new(client, listing, delivery, report, summary);
    transfer.run()?;
    Ok(transfer.into_deleted())
}
