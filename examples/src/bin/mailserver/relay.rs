//! The options that say where mail for others goes.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

use clap::{ArgGroup, Args, ValueEnum};
use mail_examples::{
    client_connection::ServerAddress,
    client_tls::{self, Trust},
    relay::{Schedule, Settings, Span},
    sasl,
    smtp_client::{Account, Security},
};
use smtp_proto::{SendPolicy, client::Protocol};

use crate::{Failure, options::Credentials};

/// Where mail for others goes, and when.
#[derive(Debug, Args)]
#[command(next_help_heading = "Mail for others")]
#[command(group(ArgGroup::new("next").args(["relay", "relay_lmtp"])))]
pub(crate) struct RelayOptions {
    /// Send mail of the users for others on to this server, by SMTP
    ///
    /// It waits on the disk until that server has taken it. What it does not take comes back
    /// to its sender as a report. The port is 25, or 587 with a login.
    #[arg(long, value_name = "HOST[:PORT]")]
    relay: Option<ServerAddress>,

    /// The same, by LMTP; port 24 without one
    #[arg(long, value_name = "HOST[:PORT]")]
    relay_lmtp: Option<ServerAddress>,

    /// How the connection to it is kept from being read
    #[arg(long, value_name = "HOW", requires = "next", value_enum, default_value_t = Tls::Opportunistic)]
    relay_tls: Tls,

    /// With `--relay-tls required` or `implicit`, trust the certificates in this PEM file
    /// instead of the roots of the web
    #[arg(long, value_name = "FILE", requires = "next")]
    relay_ca: Option<PathBuf>,

    /// Log in there; to another machine it takes `--relay-tls required` or `implicit`
    ///
    /// Whoever sees the processes of this machine sees it too: --relay-user-file keeps it from
    /// them.
    #[arg(long, value_name = "NAME:PASSWORD", requires = "next")]
    relay_user: Option<Credentials>,

    /// The same, from the first line of a file
    #[arg(long, value_name = "FILE", requires = "next", conflicts_with = "relay_user")]
    relay_user_file: Option<PathBuf>,

    /// How many connections to it there are at a time
    #[arg(long, value_name = "N", requires = "next", default_value_t = 4,
          value_parser = clap::value_parser!(u8).range(1..=100))]
    relay_connections: u8,

    /// After how long mail is tried again, for the first time, for the second, and so on
    ///
    /// Such as 30s or 5m,1h; the last holds for all that follow. Without it, after 5 minutes,
    /// and then each time after twice as long, up to 4 hours.
    #[arg(long, value_name = "TIME", requires = "next", value_delimiter = ',')]
    retry: Vec<Span>,

    /// After how long the sender is told that mail is not sent yet
    #[arg(long, value_name = "TIME", requires = "next", default_value = "4h")]
    warn_after: Span,

    /// After how long mail comes back to its sender
    #[arg(long, value_name = "TIME", requires = "next", default_value = "5d")]
    give_up: Span,
}

/// How a connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tls {
    /// By STARTTLS where the server offers it, whoever it is (RFC 7435)
    Opportunistic,
    /// By STARTTLS, from a server whose certificate is good
    Required,
    /// By TLS from the start, from a server whose certificate is good
    Implicit,
    /// Not at all
    Never,
}

impl RelayOptions {
    /// Where the mail goes, if anywhere.
    pub(crate) fn settings(
        &self,
        hostname: &str,
        log_wire: bool,
    ) -> Result<Option<Settings>, Failure> {
        let (server, protocol) = match (&self.relay, &self.relay_lmtp) {
            (Some(server), _) => (server.clone(), Protocol::Smtp),
            (None, Some(server)) => (server.clone(), Protocol::Lmtp),
            (None, None) => return Ok(None),
        };
        let (security, trust) = match (self.relay_tls, &self.relay_ca) {
            (Tls::Opportunistic, _) => (Security::Opportunistic, Trust::Anyone),
            (Tls::Never, _) => (Security::Never, Trust::Anyone),
            (Tls::Required, None) => (Security::Required, Trust::Web),
            (Tls::Required, Some(file)) => (Security::Required, Trust::File(file)),
            (Tls::Implicit, None) => (Security::Implicit, Trust::Web),
            (Tls::Implicit, Some(file)) => (Security::Implicit, Trust::File(file)),
        };
        let credentials = self.credentials()?;
        let verified = matches!(security, Security::Required | Security::Implicit);
        if credentials.is_some() && !verified && !server.is_loopback() {
            return Err(Failure::usage(
                "--relay-user: a password goes to another machine only with --relay-tls required \
                 or implicit",
            ));
        }
        let account = Account {
            server,
            protocol,
            security,
            trust: client_tls::configure(trust).map_err(Failure::usage)?,
            credentials,
            hostname: hostname.to_owned(),
            // What came in chunks may have others than DATA takes.
            line_ends: SendPolicy::Normalize,
            log_wire: log_wire.then_some(|line| eprintln!("relay {line}")),
            stop: Arc::new(AtomicBool::new(false)),
        };
        let mut schedule = Schedule {
            warn_after: self.warn_after.0,
            give_up: self.give_up.0,
            ..Schedule::default()
        };
        if !self.retry.is_empty() {
            schedule.retry = self.retry.iter().map(|span| span.0).collect();
        }
        let connections = usize::from(self.relay_connections);
        Ok(Some(Settings { account, schedule, connections }))
    }

    fn credentials(&self) -> Result<Option<sasl::Credentials>, Failure> {
        let given = match (&self.relay_user, &self.relay_user_file) {
            (Some(given), _) => given.clone(),
            (None, Some(path)) => {
                let failed = |error: &dyn std::fmt::Display| {
                    Failure::usage(format_args!("{}: {error}", path.display()))
                };
                let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
                let line = text.lines().next().unwrap_or_default();
                line.parse().map_err(|error: &str| failed(&error))?
            }
            (None, None) => return Ok(None),
        };
        let Credentials { name, password } = given;
        Ok(Some(sasl::Credentials { name, password }))
    }
}
