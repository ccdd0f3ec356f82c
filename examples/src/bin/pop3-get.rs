//! Fetches mail by POP3 into a Maildir or an mbox.

use std::{
    fmt::Display,
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use clap::{ArgGroup, Parser};
use indicatif::{ProgressBar, ProgressStyle};
use mail_examples::{
    client_connection::ServerAddress,
    client_tls::{self, Trust},
    pop3_get::{
        self, Account, Delivery, Login, Mailbox, Maildir, Mbox, Report, Security, Seen, Summary,
    },
    sasl::Credentials,
};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

/// How long the server may be silent.
const SILENCE: Duration = Duration::from_secs(120);

/// Fetches new mail by POP3 into a Maildir or an mbox.
///
/// A message is deleted on the server once it is safely delivered, unless --keep
/// says otherwise: what was fetched with it stays there in later runs, too. What was
/// fetched before is known by its unique-id, from a record beside the mail.
///
/// Exit status: 0 done, though nothing may have been new, 1 something failed,
/// 2 wrong options.
#[derive(Debug, Parser)]
#[command(name = "pop3-get", version, max_term_width = 100)]
#[command(group(ArgGroup::new("destination").required(true).args(["maildir", "mbox"])))]
struct Options {
    /// The server: HOST or HOST:PORT; port 995 under TLS, else 110
    server: ServerAddress,

    /// Whose mail it is
    #[arg(long, value_name = "NAME")]
    user: String,

    /// The file whose first line is the password
    ///
    /// Without it, the password is in the environment variable POP3_PASSWORD.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// How the connection is kept from being read
    #[arg(long, value_enum, default_value_t = Security::Implicit)]
    tls: Security,

    /// Trust the certificates in this PEM file instead of the roots of the web
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Do not check the server's certificate
    #[arg(long, conflicts_with = "ca")]
    insecure: bool,

    /// How to log in
    #[arg(long, value_enum, default_value_t = Login::Auto)]
    login: Login,

    /// Deliver into this Maildir; made if it is missing
    #[arg(long, value_name = "DIR")]
    maildir: Option<PathBuf>,

    /// Append to this mbox; made if it is missing
    #[arg(long, value_name = "FILE")]
    mbox: Option<PathBuf>,

    /// Leave the mail on the server
    #[arg(long)]
    keep: bool,

    /// The record of what was fetched; DIR/.pop3-get-seen or FILE.seen without it
    ///
    /// Each user at each SERVER needs one: give it where the mail of several goes to
    /// one place.
    #[arg(long, value_name = "FILE")]
    seen: Option<PathBuf>,

    /// Show no progress
    #[arg(long)]
    quiet: bool,

    /// Show on standard error each line that goes over the wire, but for passwords
    #[arg(long)]
    log_wire: bool,
}

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Failure { status, text }) => {
            eprintln!("pop3-get: {text}");
            ExitCode::from(status)
        }
    }
}

/// What ends the program.
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

    fn at(path: &Path, error: &io::Error) -> Self {
        Self::runtime(format_args!("{}: {error}", path.display()))
    }
}

/// Whether all went well.
fn run(options: Options) -> Result<bool, Failure> {
    let password = password(options.password_file.as_deref())?;
    let trust = match &options.ca {
        _ if options.insecure => Trust::Anyone,
        Some(path) => Trust::File(path),
        None => Trust::Web,
    };
    let trust = client_tls::configure(trust).map_err(Failure::runtime)?;
    let owner = format!("{}@{}", options.user, options.server);
    let (mut mailbox, beside) = open(options.maildir.as_deref(), options.mbox.as_deref())?;
    let record = options.seen.unwrap_or(beside);
    let mut seen = Seen::open(&record, &owner).map_err(|error| Failure::at(&record, &error))?;

    let server = options.server;
    let account = Account {
        server: server.clone(),
        security: options.tls,
        trust,
        credentials: Credentials { name: options.user, password },
        login: options.login,
        timeout: SILENCE,
        log_wire: options.log_wire.then_some(|line| eprintln!("{line}")),
        stop: catch_signals().map_err(Failure::runtime)?,
    };
    let mut delivery = Delivery { mailbox: &mut *mailbox, seen: &mut seen, keep: options.keep };
    let mut progress = Progress::new(options.quiet || options.log_wire);
    let mut summary = Summary::default();
    let done = pop3_get::get(&account, &mut delivery, &mut progress, &mut summary);
    progress.bar.finish_and_clear();
    if done.is_ok() || summary != Summary::default() {
        // Nobody has to read it.
        let _ = writeln!(io::stdout(), "{summary}");
    }
    match done {
        Ok(()) => Ok(summary.problems == 0),
        Err(error) => Err(Failure::runtime(format_args!("{server}: {error}"))),
    }
}

/// SIGINT and SIGTERM set what is returned; a second one ends the program at once.
fn catch_signals() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

fn password(file: Option<&Path>) -> Result<String, Failure> {
    let password = match file {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::at(path, &error))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        None => std::env::var("POP3_PASSWORD").map_err(|_| {
            Failure::usage("there is no password: give --password-file FILE or set POP3_PASSWORD")
        })?,
    };
    if password.is_empty() {
        return Err(Failure::usage("the password is empty"));
    }
    Ok(password)
}

/// Opens where the mail goes. Gives the place for the record beside it, too.
fn open(
    maildir: Option<&Path>,
    mbox: Option<&Path>,
) -> Result<(Box<dyn Mailbox>, PathBuf), Failure> {
    match (maildir, mbox) {
        (Some(path), _) => {
            let maildir = Maildir::open(path).map_err(|error| Failure::at(path, &error))?;
            Ok((Box::new(maildir), path.join(".pop3-get-seen")))
        }
        (None, Some(path)) => {
            let mbox = Mbox::open(path).map_err(|error| Failure::at(path, &error))?;
            let mut record = path.as_os_str().to_owned();
            record.push(".seen");
            Ok((Box::new(mbox), record.into()))
        }
        (None, None) => Err(Failure::usage("give --maildir DIR or --mbox FILE")),
    }
}

/// A bar on the terminal, and the problems above it.
#[derive(Debug)]
struct Progress {
    shown: bool,
    bar: ProgressBar,
}

impl Progress {
    fn new(quiet: bool) -> Self {
        Self { shown: !quiet && io::stderr().is_terminal(), bar: ProgressBar::hidden() }
    }
}

impl Report for Progress {
    fn begins(&mut self, _: usize, octets: u64) {
        if self.shown && octets > 0 {
            let style =
                "{bar:40} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                self.bar = ProgressBar::new(octets).with_style(style);
            }
        }
    }

    fn received(&mut self, octets: u64) {
        self.bar.inc(octets);
    }

    fn problem(&mut self, text: &str) {
        self.bar.suspend(|| eprintln!("pop3-get: {text}"));
    }
}
