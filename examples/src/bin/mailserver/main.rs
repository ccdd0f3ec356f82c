//! A mail server for development: SMTP, POP3 and IMAP over one store.

mod accounts;
mod options;
mod relay;
mod started;

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use clap::Parser;
use mail_examples::{
    listen::Listeners, login::PlaintextAuth, relay::Relay, server::Server, smtp::sink::Sink,
    store::Store, tls,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
    iterator::Signals,
};

use self::{
    accounts::{Accounts, make_accounts, users_in},
    options::{Address, Listener, Options},
    started::{Port, Started},
};

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
    let relay = options.relay.settings(&options.hostname, options.log_wire)?;
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

    server.relays = relay.is_some();
    server.sink = Sink::new(options.faults.iter().copied());

    let server = Arc::new(server);
    let mut open = Listeners::new(Arc::clone(&server));
    let mut ports = Vec::new();
    for Listener { option, protocol, security, address } in listeners {
        if let Address(Some(address)) = address {
            let address = open
                .open(protocol, security, address)
                .map_err(|e| Failure::runtime(format_args!("{option} {address}: {e}")))?;
            ports.push(Port { protocol: protocol.name, security, address });
        }
    }
    let relays_to = relay.as_ref().map(|relay| relay.account.server.to_string());
    let waiting = server.store.queue_len().map_err(Failure::runtime)?;
    let relay = relay.map(|settings| Relay::start(Arc::clone(&server), settings));
    let relay = relay.transpose().map_err(Failure::runtime)?;
    let started = Started {
        kept,
        hostname: &options.hostname,
        users,
        accounts,
        ports,
        plaintext_auth,
        relays_to,
        waiting,
    };
    // Nobody has to read it.
    let _ = write!(io::stdout(), "{started}");

    signals.forever().next();
    let _ = writeln!(io::stdout(), "stopping");
    open.stop();
    if let Some(relay) = relay {
        relay.stop();
    }
    if options.accept_all {
        let _ = writeln!(io::stdout(), "{}", server.sink);
    }
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
