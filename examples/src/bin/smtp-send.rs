//! Sends a message by SMTP or LMTP.

use std::{
    fmt::{self, Display},
    fs,
    io::{self, BufReader, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use clap::{Parser, ValueEnum, error::ErrorKind};
use indicatif::{ProgressBar, ProgressStyle};
use mail_examples::{
    client_connection::ServerAddress,
    client_tls::{self, Trust},
    sasl::Credentials,
    smtp_client::{Account, Security},
    smtp_send::{self, Envelope, Report, Requests, Status},
};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use smtp_proto::{Hostname, SendPolicy, client::Protocol};

/// A bar is shown for messages from so many octets on.
const LARGE: u64 = 1024 * 1024;

/// Sends the message on standard input by SMTP or LMTP, and tells what became of it for each
/// recipient.
///
/// Exit status: 0 sent to all, 64 wrong options, 65 not such a message as the server takes,
/// 66 it cannot be read, 67 no such user, 68 no such server, 69 the server does not do it,
/// 75 it may work later, 76 the server does not speak SMTP, 77 the server does not let this
/// client do it. Of several recipients 75 counts first, then the first that failed.
#[derive(Debug, Parser)]
#[command(name = "smtp-send", version, max_term_width = 100)]
struct Options {
    /// The server; port 24 for LMTP, 465 under TLS from the start, 587 with a login, else 25
    #[arg(long, value_name = "HOST[:PORT]")]
    server: ServerAddress,

    /// Who it is from; nobody, with an empty one
    #[arg(long, value_name = "ADDRESS")]
    from: String,

    /// Who it is for; may be given several times
    #[arg(long, value_name = "ADDRESS", required = true)]
    to: Vec<String>,

    /// How the connection is kept from being read
    #[arg(long, value_enum, default_value_t = Tls::Required)]
    tls: Tls,

    /// Trust the certificates in this PEM file instead of the roots of the web
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Do not check the server's certificate
    #[arg(long, conflicts_with = "ca")]
    insecure: bool,

    /// Log in
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// The file whose first line is the password
    ///
    /// Without it, the password is in the environment variable SMTP_PASSWORD.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,

    /// Speak LMTP (RFC 2033)
    #[arg(long)]
    lmtp: bool,

    /// When to report: never, or some of success, failure and delay, with commas (RFC 3461)
    #[arg(long, value_name = "NOTIFY")]
    dsn: Option<String>,

    /// What a report of a failure brings back
    #[arg(long, value_enum)]
    ret: Option<Ret>,

    /// What reports call the message
    #[arg(long, value_name = "TEXT")]
    envid: Option<String>,

    /// Send it in chunks (RFC 3030)
    #[arg(long)]
    bdat: bool,

    /// What the client calls itself; the name of this host without it
    #[arg(long, value_name = "NAME", value_parser = hostname)]
    helo: Option<String>,

    /// Show no progress
    #[arg(long)]
    quiet: bool,

    /// Show on standard error each line that goes over the wire, but for passwords
    #[arg(long)]
    log_wire: bool,
}

/// How the connection is kept from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tls {
    /// By STARTTLS
    Required,
    /// By STARTTLS where the server offers it; without a login, whoever it is (RFC 7435)
    Opportunistic,
    /// Not at all
    Never,
    /// By TLS from the start (RFC 8314 §3)
    Implicit,
}

/// What a report brings back (RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Ret {
    /// All of the message
    Full,
    /// Its header
    Hdrs,
}

fn main() -> ExitCode {
    let options = Options::try_parse().unwrap_or_else(|error| {
        let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        let status = if help { Status::Ok } else { Status::Usage };
        // Nobody has to read it.
        let _ = error.print();
        std::process::exit(status as i32)
    });
    match run(&options) {
        Ok(status) => ExitCode::from(status as u8),
        Err((status, text)) => {
            eprintln!("smtp-send: {text}");
            ExitCode::from(status as u8)
        }
    }
}

fn usage(text: impl Display) -> (Status, String) {
    (Status::Usage, text.to_string())
}

fn run(options: &Options) -> Result<Status, (Status, String)> {
    let requests = Requests {
        notify: options.dsn.as_ref().map(|dsn| dsn.to_ascii_uppercase()),
        ret: options.ret.map(|ret| if ret == Ret::Full { "FULL".into() } else { "HDRS".into() }),
        envid: options.envid.clone(),
    };
    let envelope = Envelope::new(&options.from, &options.to, &requests).map_err(usage)?;
    let credentials = match &options.user {
        Some(name) => Some(Credentials { name: name.clone(), password: password(options)? }),
        None => None,
    };
    let trust = match &options.ca {
        _ if options.insecure => Trust::Anyone,
        Some(path) => Trust::File(path),
        None if options.tls == Tls::Opportunistic && credentials.is_none() => Trust::Anyone,
        None => Trust::Web,
    };
    let account = Account {
        server: options.server.clone(),
        protocol: if options.lmtp { Protocol::Lmtp } else { Protocol::Smtp },
        security: match options.tls {
            Tls::Required => Security::Required,
            Tls::Opportunistic => Security::Opportunistic,
            Tls::Never => Security::Never,
            Tls::Implicit => Security::Implicit,
        },
        trust: client_tls::configure(trust).map_err(usage)?,
        credentials,
        hostname: options.helo.clone().unwrap_or_else(own_hostname),
        line_ends: SendPolicy::Reject,
        log_wire: options.log_wire.then_some(|line| eprintln!("{line}")),
        stop: catch_signals().map_err(|error| (Status::Unavailable, error.to_string()))?,
    };
    let mut message = BufReader::with_capacity(64 * 1024, io::stdin().lock());
    let size = stdin_size();
    let mut progress = Progress::new(options.quiet || options.log_wire, size);
    let sent =
        smtp_send::send(&account, &envelope, &mut message, size, options.bdat, &mut progress);
    progress.bar.finish_and_clear();
    sent
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

fn password(options: &Options) -> Result<String, (Status, String)> {
    let password = match &options.password_file {
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|error| usage(format_args!("{}: {error}", path.display())))?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        None => std::env::var("SMTP_PASSWORD").map_err(|_| {
            usage("there is no password: give --password-file FILE or set SMTP_PASSWORD")
        })?,
    };
    if password.is_empty() { Err(usage("the password is empty")) } else { Ok(password) }
}

fn hostname(text: &str) -> Result<String, String> {
    let name = Hostname::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(name.as_str().to_owned())
}

/// The name of this host, if it can be said in EHLO.
fn own_hostname() -> String {
    let name = gethostname::gethostname();
    let name = name.to_str().and_then(|name| hostname(name).ok());
    name.unwrap_or_else(|| "localhost".into())
}

/// A bar on the terminal, and the outcomes on standard output.
#[derive(Debug)]
struct Progress {
    bar: ProgressBar,
}

impl Progress {
    fn new(quiet: bool, size: Option<u64>) -> Self {
        if quiet || !io::stderr().is_terminal() || size.is_some_and(|size| size < LARGE) {
            return Self { bar: ProgressBar::hidden() };
        }
        let (bar, style) = match size {
            Some(size) => (
                ProgressBar::new(size),
                "{bar:40} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}",
            ),
            None => (ProgressBar::no_length(), "{spinner} {decimal_bytes} {decimal_bytes_per_sec}"),
        };
        let style = ProgressStyle::with_template(style);
        Self { bar: style.map_or(ProgressBar::hidden(), |style| bar.with_style(style)) }
    }
}

/// How many octets standard input has, if it is a file. Line ends may become more.
#[cfg(unix)]
fn stdin_size() -> Option<u64> {
    let stat = rustix::fs::fstat(io::stdin()).ok()?;
    let file = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
    file.then(|| u64::try_from(stat.st_size).unwrap_or(0))
}

#[cfg(not(unix))]
fn stdin_size() -> Option<u64> {
    None
}

impl Report for Progress {
    fn sent(&mut self, octets: usize) {
        self.bar.inc(octets as u64);
    }

    fn outcome(&mut self, recipient: &str, outcome: &dyn fmt::Display) {
        self.bar.suspend(|| {
            // Nobody has to read it.
            let _ = writeln!(io::stdout(), "{recipient}: {outcome}");
        });
    }
}
