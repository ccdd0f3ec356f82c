//! Sends the mail of the queue on, to one server that takes all of it.
//!
//! - [`Relay`]: the connections, some at a time, each of which takes one message after
//!   another out of the queue;
//! - [`Schedule`]: when a message is tried again.
//!
//! What became of a message is noted as soon as the server has said it, so that a message
//! is sent twice only where the process ends between the two.

mod attempt;
mod conclusion;
mod fate;
mod schedule;

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

pub use self::schedule::{Schedule, Span};
use crate::{
    server::Server,
    smtp_client::{Account, Error, Security, SmtpClient},
    store::{Attempt, Queued},
};

/// How long a connection is kept that has nothing to do. Servers wait for 5 minutes (RFC
/// 5321 §4.5.3.2.7).
const KEEP: Duration = Duration::from_secs(10);
/// How long a message may still take when the relay stops.
const GRACE: Duration = Duration::from_secs(5);
/// After how long a server that could not be reached is tried again; sooner, if mail is.
const DOWN: Duration = Duration::from_secs(60);

/// Where the mail goes, and when.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server that takes it.
    pub account: Account,
    /// When it is tried again.
    pub schedule: Schedule,
    /// How many connections there are at a time.
    pub connections: usize,
}

/// Sends mail on until it is stopped.
#[derive(Debug)]
pub struct Relay {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
}

/// What the connections share.
#[derive(Debug)]
struct Shared {
    server: Arc<Server>,
    settings: Settings,
    stopping: AtomicBool,
    /// The server could not be reached: until when it is not tried again, and why.
    down: Mutex<Option<(Instant, String)>>,
}

impl Relay {
    /// Begins.
    ///
    /// # Errors
    /// When the system gives no thread for it.
    pub fn start(server: Arc<Server>, settings: Settings) -> io::Result<Self> {
        let (stopping, down) = (AtomicBool::new(false), Mutex::default());
        let shared = Arc::new(Shared { server, settings, stopping, down });
        let worker = |number| {
            let shared = Arc::clone(&shared);
            let name = format!("relay {number}");
            thread::Builder::new().name(name).spawn(move || shared.work())
        };
        let workers = (0..shared.settings.connections).map(worker).collect::<Result<_, _>>()?;
        Ok(Self { shared, workers })
    }

    /// Sends no more messages, waits a little for those that are on their way, and gives up
    /// what is left of them, which stays in the queue.
    pub fn stop(self) {
        let Self { shared, workers } = self;
        shared.stopping.store(true, Ordering::Release);
        shared.server.store.wake_queue();
        join(&workers, GRACE);
        shared.settings.account.stop.store(true, Ordering::Release);
        join(&workers, Duration::from_secs(1));
    }
}

/// Waits until all have ended, but not for long.
fn join(workers: &[JoinHandle<()>], limit: Duration) {
    let end = Instant::now() + limit;
    while Instant::now() < end && !workers.iter().all(JoinHandle::is_finished) {
        thread::sleep(Duration::from_millis(5));
    }
}

impl Shared {
    /// Takes messages out of the queue and sends them, over one connection as long as that
    /// is good.
    fn work(&self) {
        let mut open: Option<SmtpClient> = None;
        let mut idle_since = Instant::now();
        while !self.stopping.load(Ordering::Acquire) {
            let patience = match open {
                Some(_) => KEEP.saturating_sub(idle_since.elapsed()),
                None => Duration::from_secs(60 * 60),
            };
            match self.server.store.next_due(patience) {
                Ok(Some(queued)) => {
                    attempt::attempt(self, &queued, &mut open);
                    idle_since = Instant::now();
                }
                Ok(None) if idle_since.elapsed() >= KEEP => {
                    if let Some(client) = open.take() {
                        client.quit();
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    self.report(&error);
                    thread::sleep(Duration::from_secs(1));
                }
            }
        }
        if let Some(client) = open {
            client.quit();
        }
    }

    /// A new connection; not soon after one that failed, for which its reason holds.
    fn connect(&self) -> Result<SmtpClient, String> {
        let down = || self.down.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((until, why)) = &*down() {
            if Instant::now() < *until {
                return Err(why.clone());
            }
        }
        match self.try_to_connect() {
            Ok(client) => {
                *down() = None;
                Ok(client)
            }
            Err(error) => {
                let Settings { account, schedule, .. } = &self.settings;
                let why = format!("{}: {error}", account.server);
                self.report(&why);
                *down() = Some((Instant::now() + DOWN.min(schedule.wait(1)), why.clone()));
                Err(why)
            }
        }
    }

    /// Where TLS is had only if it can be, a handshake that fails is no reason to send
    /// nothing (RFC 7435 §3).
    fn try_to_connect(&self) -> Result<SmtpClient, Error> {
        let account = &self.settings.account;
        match SmtpClient::connect(account) {
            Err(Error::Tls(error)) if account.security == Security::Opportunistic => {
                self.report(&format!("{}: {error}; sending in clear text", account.server));
                SmtpClient::connect(&Account { security: Security::Never, ..account.clone() })
            }
            connected => connected,
        }
    }

    /// Removes a message from the queue.
    fn drop_message(&self, queued: &Queued) {
        let done = queued.recipients.iter().map(|recipient| recipient.number).collect();
        let (deferred, reports) = (Vec::new(), Vec::new());
        let mut attempt = Attempt { done, deferred, next: None, delay_told: false, reports };
        if let Err(error) = self.server.store.conclude(queued, &mut attempt) {
            self.report(&error);
        }
    }

    fn report(&self, error: &dyn std::fmt::Display) {
        eprintln!("relay: {error}");
    }
}
