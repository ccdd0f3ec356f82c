//! What the program is told on its command line.

use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
    str::FromStr,
};

use clap::Parser;
use mail_examples::{
    imap,
    listen::{Protocol, Security},
    pop3,
    smtp::{self, sink::Fault},
};
use rustls::pki_types::DnsName;
use smtp_proto::Hostname;

use crate::relay::RelayOptions;

/// A mail server for development: SMTP, POP3 and IMAP over one store.
///
/// Mail for a user's name at this host, at localhost, or at a domain reserved
/// for examples goes into the user's INBOX. What users send to others goes to the
/// server of --relay; without that nothing is ever sent elsewhere.
/// ADDR is HOST:PORT; port 0 takes a free one, and `none` turns the listener
/// off. SIGINT or SIGTERM ends the server.
///
/// Exit status: 0 ended by a signal, 1 could not run, 2 wrong options.
#[derive(Debug, Parser)]
#[command(name = "mailserver", version, max_term_width = 100)]
pub(crate) struct Options {
    /// Where the mail is kept; made if it is missing
    #[arg(long, value_name = "DIR", default_value = "mail-data")]
    pub(crate) data: PathBuf,

    /// Keep everything in memory; it is gone when the server ends
    #[arg(long, conflicts_with = "data")]
    pub(crate) memory: bool,

    /// The server's name: in greetings, and as the domain of its users
    #[arg(long, value_name = "NAME", default_value = "localhost", value_parser = hostname)]
    pub(crate) hostname: String,

    /// SMTP with STARTTLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2525")]
    pub(crate) smtp: Address,

    /// POP3 with STLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2110")]
    pub(crate) pop3: Address,

    /// IMAP with STARTTLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2143")]
    pub(crate) imap: Address,

    /// SMTP for the users' mail programs, which log in (RFC 6409), with STARTTLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2587")]
    pub(crate) submission: Address,

    /// LMTP for another mail server, which does not log in (RFC 2033), with STARTTLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2424")]
    pub(crate) lmtp: Address,

    /// SMTP under TLS from the start
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2465")]
    pub(crate) smtps: Address,

    /// POP3 under TLS from the start
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2995")]
    pub(crate) pop3s: Address,

    /// IMAP under TLS from the start
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2993")]
    pub(crate) imaps: Address,

    /// Make a user, or give one a new password; may be given several times
    ///
    /// Whoever sees the processes of this machine sees it too: --users-file
    /// keeps it from them. Without either, an empty store gets alice and bob
    /// with the password secret; these may log in from this machine alone, and
    /// in clear text.
    #[arg(long = "user", value_name = "NAME:PASSWORD")]
    pub(crate) users: Vec<Credentials>,

    /// The same for each line of a file
    ///
    /// Empty lines and those that begin with # are left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) users_file: Option<PathBuf>,

    /// Let alice and bob log in from everywhere with the password secret
    #[arg(long)]
    pub(crate) allow_remote_development_users: bool,

    /// The certificate (chain) for TLS, in PEM
    ///
    /// Without it, a self-signed one for the host name and localhost is made
    /// at the first start and kept with the mail.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,

    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,

    /// The largest message taken
    #[arg(long, value_name = "BYTES", default_value_t = 50 * 1024 * 1024,
          value_parser = clap::value_parser!(u64).range(1..=4_294_967_295))]
    pub(crate) max_message_size: u64,

    /// How many connections there may be at once
    #[arg(long, value_name = "N", default_value_t = 1000,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) max_connections: u32,

    /// How many of them from one address; the half of them without it
    ///
    /// An IPv6 network of 64 bits counts as one address.
    #[arg(long, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) max_connections_per_address: Option<u32>,

    /// Let clients log in without TLS, from anywhere
    #[arg(long)]
    pub(crate) allow_plaintext_auth: bool,

    /// On the ports for SMTP and LMTP take any mail for anybody, keep nothing, and tell at the end
    /// how much it was
    ///
    /// For tests of programs that send mail.
    #[arg(long)]
    pub(crate) accept_all: bool,

    /// What to do wrong there: `STEP=CODE[:N]`, or `drop` instead of a code; may be given several
    /// times
    ///
    /// STEP is ehlo, mail, rcpt, data or message; with N, it is each Nth time only.
    #[arg(long = "fault", value_name = "FAULT", requires = "accept_all")]
    pub(crate) faults: Vec<Fault>,

    /// Show on standard error what goes over the wire, line by line, but for
    /// passwords
    #[arg(long)]
    pub(crate) log_wire: bool,

    /// Last, for its heading holds for all that follow.
    #[command(flatten)]
    pub(crate) relay: RelayOptions,
}

impl Options {
    /// The listeners, one a line.
    pub(crate) fn listeners(&self) -> [Listener; 8] {
        use Security::{ImplicitTls, StartTls};
        let (smtp, lmtp) = if self.accept_all { (SINK, LMTP_SINK) } else { (SMTP, LMTP) };
        [
            Listener::new("--smtp", smtp, StartTls, self.smtp),
            Listener::new("--pop3", POP3, StartTls, self.pop3),
            Listener::new("--imap", IMAP, StartTls, self.imap),
            Listener::new("--submission", SUBMISSION, StartTls, self.submission),
            Listener::new("--lmtp", lmtp, StartTls, self.lmtp),
            Listener::new("--smtps", smtp, ImplicitTls, self.smtps),
            Listener::new("--pop3s", POP3, ImplicitTls, self.pop3s),
            Listener::new("--imaps", IMAP, ImplicitTls, self.imaps),
        ]
    }
}

/// The protocols, each with its driver.
const SMTP: Protocol = Protocol {
    name: "SMTP",
    drive: smtp::drive,
    busy: "421 4.3.2 Too many connections, come back\r\n",
    alpn: b"smtp",
};
const SINK: Protocol = Protocol { drive: smtp::sink::drive, ..SMTP };
const SUBMISSION: Protocol = Protocol { name: "submission", drive: smtp::drive_submission, ..SMTP };
const LMTP: Protocol = Protocol { name: "LMTP", drive: smtp::drive_lmtp, alpn: b"lmtp", ..SMTP };
const LMTP_SINK: Protocol = Protocol { drive: smtp::sink::drive_lmtp, ..LMTP };
const POP3: Protocol = Protocol {
    name: "POP3",
    drive: pop3::drive,
    busy: "-ERR [SYS/TEMP] Too many connections, come back\r\n",
    alpn: b"pop3",
};
const IMAP: Protocol = Protocol {
    name: "IMAP",
    drive: imap::drive,
    busy: "* BYE [UNAVAILABLE] Too many connections, come back\r\n",
    alpn: b"imap",
};

/// A port that may be opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listener {
    pub(crate) option: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) security: Security,
    pub(crate) address: Address,
}

impl Listener {
    fn new(option: &'static str, protocol: Protocol, security: Security, address: Address) -> Self {
        Self { option, protocol, security, address }
    }
}

/// Where to listen: `HOST:PORT`, or `none`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address(pub(crate) Option<SocketAddr>);

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        let mut addresses =
            text.to_socket_addrs().map_err(|e| format!("expected HOST:PORT or none: {e}"))?;
        let first = addresses.next().ok_or("the host has no address")?;
        Ok(Self(Some(first)))
    }
}

/// A user to be made.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl FromStr for Credentials {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.split_once(':') {
            Some((name, password)) if !name.is_empty() && !password.is_empty() => {
                Ok(Self { name: name.into(), password: password.into() })
            }
            _ => Err("expected NAME:PASSWORD"),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.name)
    }
}

fn hostname(text: &str) -> Result<String, &'static str> {
    // The certificate wants the one, and SMTP the other.
    match (DnsName::try_from(text), Hostname::parse(text.as_bytes())) {
        (Ok(_), Ok(_)) => Ok(text.to_owned()),
        _ => Err("expected a domain name"),
    }
}
