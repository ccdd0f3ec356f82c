//! A mail server for development: SMTP, POP3 and IMAP over one store.

use std::{
    fmt::{self, Display},
    fs,
    io::{self, Write},
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    process::ExitCode,
    str::FromStr,
    sync::{Arc, atomic::AtomicBool},
};

use clap::Parser;
use mail_examples::{
    imap,
    listen::{self, Listeners, Protocol, Security},
    login::{DEVELOPMENT_PASSWORD, DEVELOPMENT_USERS, PlaintextAuth},
    pop3,
    server::Server,
    smtp,
    store::Store,
    tls,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::pki_types::DnsName;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
    iterator::Signals,
};
use smtp_proto::Hostname;

/// A mail server for development: SMTP, POP3 and IMAP over one store.
///
/// Mail for a user's name at this host, at localhost, or at a domain reserved
/// for examples goes into the user's INBOX; nothing is ever sent elsewhere.
/// ADDR is HOST:PORT; port 0 takes a free one, and `none` turns the listener
/// off. SIGINT or SIGTERM ends the server.
///
/// Exit status: 0 ended by a signal, 1 could not run, 2 wrong options.
#[derive(Debug, Parser)]
#[command(name = "mailserver", version, max_term_width = 100)]
struct Options {
    /// Where the mail is kept; made if it is missing
    #[arg(long, value_name = "DIR", default_value = "mail-data")]
    data: PathBuf,

    /// Keep everything in memory; it is gone when the server ends
    #[arg(long, conflicts_with = "data")]
    memory: bool,

    /// The server's name: in greetings, and as the domain of its users
    #[arg(long, value_name = "NAME", default_value = "localhost", value_parser = hostname)]
    hostname: String,

    /// SMTP with STARTTLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2525")]
    smtp: Address,

    /// POP3 with STLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2110")]
    pop3: Address,

    /// IMAP with STARTTLS
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2143")]
    imap: Address,

    /// SMTP under TLS from the start
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2465")]
    smtps: Address,

    /// POP3 under TLS from the start
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2995")]
    pop3s: Address,

    /// IMAP under TLS from the start
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:2993")]
    imaps: Address,

    /// Make a user, or give one a new password; may be given several times
    ///
    /// Whoever sees the processes of this machine sees it too: --users-file
    /// keeps it from them. Without either, an empty store gets alice and bob
    /// with the password secret; these may log in from this machine alone, and
    /// in clear text.
    #[arg(long = "user", value_name = "NAME:PASSWORD")]
    users: Vec<Credentials>,

    /// The same for each line of a file
    ///
    /// Empty lines and those that begin with # are left out.
    #[arg(long, value_name = "FILE")]
    users_file: Option<PathBuf>,

    /// Let alice and bob log in from everywhere with the password secret
    #[arg(long)]
    allow_remote_development_users: bool,

    /// The certificate (chain) for TLS, in PEM
    ///
    /// Without it, a self-signed one for the host name and localhost is made
    /// at the first start and kept with the mail.
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// The certificate's private key, in PEM
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// The largest message taken
    #[arg(long, value_name = "BYTES", default_value_t = 50 * 1024 * 1024,
          value_parser = clap::value_parser!(u64).range(1..=4_294_967_295))]
    max_message_size: u64,

    /// How many connections there may be at once
    #[arg(long, value_name = "N", default_value_t = 1000,
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections: u32,

    /// How many of them from one address; the half of them without it
    ///
    /// An IPv6 network of 64 bits counts as one address.
    #[arg(long, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_connections_per_address: Option<u32>,

    /// Let clients log in without TLS, from anywhere
    #[arg(long)]
    allow_plaintext_auth: bool,

    /// Show on standard error what goes over the wire, line by line, but for
    /// passwords
    #[arg(long)]
    log_wire: bool,
}

impl Options {
    /// The listeners, one a line.
    fn listeners(&self) -> [Listener; 6] {
        use Security::{ImplicitTls, StartTls};
        [
            Listener::new("--smtp", SMTP, StartTls, self.smtp),
            Listener::new("--pop3", POP3, StartTls, self.pop3),
            Listener::new("--imap", IMAP, StartTls, self.imap),
            Listener::new("--smtps", SMTP, ImplicitTls, self.smtps),
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
struct Listener {
    option: &'static str,
    protocol: Protocol,
    security: Security,
    address: Address,
}

impl Listener {
    fn new(option: &'static str, protocol: Protocol, security: Security, address: Address) -> Self {
        Self { option, protocol, security, address }
    }
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { status, text }) => {
            eprintln!("mailserver: {text}");
            ExitCode::from(status)
        }
    }
}

/// What ends the program before a signal does.
#[derive(Debug)]
struct Failure {
    status: u8,
    text: String,
}

impl Failure {
    fn usage(text: impl Display) -> Self {
        Self { status: 2, text: text.to_string() }
    }

    fn runtime(text: impl Display) -> Self {
        Self { status: 1, text: text.to_string() }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let listeners = options.listeners();
    if listeners.iter().all(|listener| listener.address.0.is_none()) {
        return Err(Failure::usage("every listener is turned off"));
    }
    let mut signals = catch_signals().map_err(Failure::runtime)?;

    let (store, kept) = if options.memory {
        (Store::in_memory(), "memory".to_owned())
    } else {
        (Store::open(&options.data), options.data.display().to_string())
    };
    let store = store.map_err(Failure::runtime)?;
    let tls = match (&options.cert, &options.key) {
        (Some(cert), Some(key)) => tls::from_files(cert, key),
        _ => {
            let directory = (!options.memory).then(|| options.data.join("tls"));
            tls::self_signed(&options.hostname, directory.as_deref())
        }
    };
    let tls = tls.map_err(Failure::runtime)?;
    let mut given = options.users.clone();
    if let Some(path) = &options.users_file {
        given.extend(users_in(path)?);
    }
    let accounts = make_accounts(&store, &given)?;
    let plaintext_auth = match accounts {
        _ if options.allow_plaintext_auth => PlaintextAuth::Always,
        Accounts::ForDevelopment { .. } => PlaintextAuth::Loopback,
        Accounts::Own => PlaintextAuth::Never,
    };
    let users = store.users().map_err(Failure::runtime)?;

    let mut server = Server::new(store, &*options.hostname, tls);
    server.max_message_size = options.max_message_size;
    server.plaintext_auth = plaintext_auth;
    server.log_wire = options.log_wire;
    server.development_users_anywhere = options.allow_remote_development_users;
    let share = options.max_connections_per_address;
    let share = share.unwrap_or(options.max_connections.div_ceil(2));
    server.limits.connections = options.max_connections as usize;
    server.limits.connections_per_address = share as usize;
    make_room_for(options.max_connections);

    let mut open = Listeners::new(server);
    let mut ports = Vec::new();
    for Listener { option, protocol, security, address } in listeners {
        if let Address(Some(address)) = address {
            let address = open
                .open(protocol, security, address)
                .map_err(|e| Failure::runtime(format_args!("{option} {address}: {e}")))?;
            ports.push(Port { protocol: protocol.name, security, address });
        }
    }
    let started =
        Started { kept, hostname: &options.hostname, users, accounts, ports, plaintext_auth };
    // Nobody has to read it.
    let _ = write!(io::stdout(), "{started}");

    signals.forever().next();
    let _ = writeln!(io::stdout(), "stopping");
    open.stop();
    Ok(())
}

/// SIGINT and SIGTERM; a second one ends the program at once.
fn catch_signals() -> io::Result<Signals> {
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&again))?;
        flag::register(signal, Arc::clone(&again))?;
    }
    Signals::new([SIGINT, SIGTERM])
}

/// The users of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accounts {
    /// Those that somebody chose.
    Own,
    /// alice and bob, whose password everybody knows.
    ForDevelopment { new: bool },
}

/// The users in a file.
fn users_in(path: &Path) -> Result<Vec<Credentials>, Failure> {
    let failed = |error: &dyn Display| Failure::usage(format_args!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let user = |(number, line): (usize, &str)| {
        line.parse().map_err(|error| failed(&format_args!("line {number}: {error}")))
    };
    lines.map(user).collect()
}

/// Has the system let the server have file descriptors for so many connections,
/// as far as it may: each takes its socket, what wakes it while it idles, and
/// the message that it reads.
fn make_room_for(connections: u32) {
    let needed = u64::from(connections) * 3 + 200;
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.map_or(needed, |maximum| needed.min(maximum));
    if limit.current.is_some_and(|current| current < enough) {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(enough), ..limit });
        if let Err(error) = raised {
            eprintln!("mailserver: the number of open files stays as it is: {error}");
        }
    }
}

fn make_accounts(store: &Store, given: &[Credentials]) -> Result<Accounts, Failure> {
    // All of them first: one that is wrong leaves nothing behind.
    for Credentials { name, password } in given {
        Store::check_user(name, password)
            .map_err(|e| Failure::usage(format_args!("--user {name}: {e}")))?;
    }
    for Credentials { name, password } in given {
        store.set_user(name, password).map_err(Failure::runtime)?;
    }
    if !given.is_empty() {
        return Ok(Accounts::Own);
    }
    let users = store.users().map_err(Failure::runtime)?;
    if users.is_empty() {
        for name in DEVELOPMENT_USERS {
            store.set_user(name, DEVELOPMENT_PASSWORD).map_err(Failure::runtime)?;
        }
        return Ok(Accounts::ForDevelopment { new: true });
    }
    // Those of an earlier run, if nobody has changed anything about them.
    if users != DEVELOPMENT_USERS {
        return Ok(Accounts::Own);
    }
    for name in DEVELOPMENT_USERS {
        let user =
            store.authenticate(name, DEVELOPMENT_PASSWORD, &|| false).map_err(Failure::runtime)?;
        if user.is_none() {
            return Ok(Accounts::Own);
        }
    }
    for name in DEVELOPMENT_USERS {
        // So that the store knows it, for APOP.
        store.set_user(name, DEVELOPMENT_PASSWORD).map_err(Failure::runtime)?;
    }
    Ok(Accounts::ForDevelopment { new: false })
}

/// A port that is open.
#[derive(Debug)]
struct Port {
    protocol: &'static str,
    security: Security,
    address: SocketAddr,
}

/// What is said once the server runs.
#[derive(Debug)]
struct Started<'a> {
    kept: String,
    hostname: &'a str,
    users: Vec<String>,
    accounts: Accounts,
    ports: Vec<Port>,
    plaintext_auth: PlaintextAuth,
}

impl Display for Started<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.accounts == (Accounts::ForDevelopment { new: true }) {
            writeln!(f, "Made the users alice and bob, both with the password secret.")?;
        }
        writeln!(f, "Mail is kept in {}, for {}.", self.kept, self.users.join(", "))?;
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

/// Where to listen: `HOST:PORT`, or `none`.
#[derive(Clone, Copy, Debug)]
struct Address(Option<SocketAddr>);

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
struct Credentials {
    name: String,
    password: String,
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
