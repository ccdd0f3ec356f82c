//! What is said once the server runs.

use std::{
    fmt::{self, Display},
    net::SocketAddr,
};

use mail_examples::{
    listen::{self, Security},
    login::{DEVELOPMENT_PASSWORD, PlaintextAuth},
};

use crate::accounts::Accounts;

/// A port that is open.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) protocol: &'static str,
    pub(crate) security: Security,
    pub(crate) address: SocketAddr,
}

/// What is said once the server runs.
#[derive(Debug)]
pub(crate) struct Started<'a> {
    pub(crate) kept: String,
    pub(crate) hostname: &'a str,
    pub(crate) users: Vec<String>,
    pub(crate) accounts: Accounts,
    pub(crate) ports: Vec<Port>,
    pub(crate) plaintext_auth: PlaintextAuth,
    pub(crate) relays_to: Option<String>,
    /// How many messages are for others.
    pub(crate) waiting: u64,
}

impl Display for Started<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.accounts == (Accounts::ForDevelopment { new: true }) {
            writeln!(f, "Made the users alice and bob, both with the password secret.")?;
        }
        writeln!(f, "Mail is kept in {}, for {}.", self.kept, self.users.join(", "))?;
        match (&self.relays_to, self.waiting) {
            (Some(server), _) => writeln!(f, "Mail of the users for others goes to {server}.")?,
            (None, 0) => {}
            (None, 1) => writeln!(f, "A message for others waits for --relay.")?,
            (None, waiting) => writeln!(f, "{waiting} messages for others wait for --relay.")?,
        }
        writeln!(
            f,
            "{}",
            match self.plaintext_auth {
                PlaintextAuth::Never => "Logging in takes TLS.",
                PlaintextAuth::Loopback => "Logging in takes TLS, but not from this machine.",
                PlaintextAuth::Always => "Logging in is possible in clear text, from anywhere.",
            }
        )?;
        for Port { protocol, security, address } in &self.ports {
            writeln!(f, "{protocol} on {address} ({security})")?;
        }
        self.try_it(f)
    }
}

impl Started<'_> {
    /// Lines for curl that work as they stand.
    fn try_it(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(from), Some(to)) = (self.users.first(), self.users.last()) else {
            return Ok(());
        };
        let login = match self.accounts {
            Accounts::ForDevelopment { .. } => format!("{to}:{DEVELOPMENT_PASSWORD}"),
            // curl asks for the password.
            Accounts::Own => to.clone(),
        };
        writeln!(f, "Try it:")?;
        if let Some(url) = self.url("SMTP", "", true) {
            let host = self.hostname;
            writeln!(
                f,
                r"  printf 'Subject: Hello\r\n\r\nIt works.\r\n' | curl {url} \
       --mail-from {from}@{host} --mail-rcpt {to}@{host} --upload-file -"
            )?;
        }
        let login_in_clear = self.plaintext_auth != PlaintextAuth::Never;
        if let Some(url) = self.url("POP3", "/1", login_in_clear) {
            writeln!(f, "  curl {url} --user {login}")?;
        }
        if let Some(url) = self.url("IMAP", "/INBOX;MAILINDEX=1", login_in_clear) {
            writeln!(f, "  curl {url} --user {login}")?;
        }
        Ok(())
    }

    /// The URL, and options, by which curl reaches a protocol; in clear text
    /// where that is enough.
    fn url(&self, protocol: &str, path: &str, clear: bool) -> Option<String> {
        let port = self.ports.iter().find(|port| port.protocol == protocol)?;
        let address = listen::reachable(port.address);
        let scheme = protocol.to_ascii_lowercase();
        Some(match port.security {
            Security::ImplicitTls => format!("'{scheme}s://{address}{path}' --insecure"),
            Security::StartTls if clear => format!("'{scheme}://{address}{path}'"),
            Security::StartTls => format!("'{scheme}://{address}{path}' --ssl-reqd --insecure"),
        })
    }
}
