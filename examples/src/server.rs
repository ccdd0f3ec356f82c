//! What all connections of the mail server share.

use std::{sync::Arc, time::Duration};

use rustls::ServerConfig;

use crate::{login::PlaintextAuth, smtp::sink::Sink, store::Store, throttle::Throttle};

/// The mail server as its drivers see it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Server {
    /// Where the mail is.
    pub store: Arc<Store>,
    /// Its name: in greetings, and the domain of its users.
    pub hostname: String,
    /// What STARTTLS and the ports with TLS from the start offer.
    pub tls: Arc<ServerConfig>,
    /// The largest message taken, in octets; 50 MiB to begin with.
    pub max_message_size: u64,
    /// Where passwords may come in clear text; nowhere to begin with.
    pub plaintext_auth: PlaintextAuth,
    /// Whether the users for development may log in from everywhere with the
    /// password that everybody knows, and not from this machine alone.
    pub development_users_anywhere: bool,
    /// Whether all that goes over the wire is shown on standard error, but for secrets.
    pub log_wire: bool,
    /// Whether mail for others is taken from the users, as there is somebody to send it on.
    pub relays: bool,
    /// What a sink does wrong ([`smtp::sink::drive`](crate::smtp::sink::drive)).
    pub sink: Sink,
    /// How many connections there may be, and how long.
    pub limits: Limits,
    pub(crate) throttle: Throttle,
}

/// How many connections there may be at once, over all listeners, and how long
/// they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From everywhere. Each takes a thread and one to three file descriptors.
    pub connections: usize,
    /// From one IPv4 address, or one IPv6 network of 64 bits.
    pub connections_per_address: usize,
    /// How long a client may take to log in, in POP3 and IMAP, whatever it
    /// says meanwhile.
    pub login: Duration,
    /// How long a client that has not logged in may take for a message, in
    /// SMTP, from the connection or the message before on, whatever it says
    /// meanwhile; a second more for each KiB of a message.
    pub message: Duration,
    /// How long a client may take nothing of what is sent to it.
    pub unread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1000,
            connections_per_address: 500,
            login: Duration::from_secs(3 * 60),
            // RFC 5321 §4.5.3.2 lets a client take 5 minutes for a command.
            message: Duration::from_secs(30 * 60),
            unread: Duration::from_secs(5 * 60),
        }
    }
}

impl Server {
    /// A server over this store with what there is to begin with.
    pub fn new(store: Store, hostname: impl Into<String>, tls: Arc<ServerConfig>) -> Self {
        Self {
            store: Arc::new(store),
            hostname: hostname.into(),
            tls,
            max_message_size: 50 * 1024 * 1024,
            plaintext_auth: PlaintextAuth::Never,
            development_users_anywhere: false,
            log_wire: false,
            relays: false,
            sink: Sink::default(),
            limits: Limits::default(),
            throttle: Throttle::default(),
        }
    }

    /// Whether mail for this domain stays here: the host name, `localhost`,
    /// any address literal (`[127.0.0.1]`), and the names that are reserved
    /// for tests and examples (RFC 2606, RFC 6761), which no other host has.
    pub fn serves(&self, domain: &str) -> bool {
        let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
        let last = |count| domain.rsplitn(count + 1, '.').take(count).collect::<Vec<_>>();
        domain == self.hostname.to_ascii_lowercase()
            || domain.starts_with('[')
            || matches!(last(1)[..], ["localhost" | "test" | "example"])
            || matches!(last(2)[..], ["com" | "net" | "org", "example"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_this_host_and_of_examples_are_served() {
        let tls = crate::tls::self_signed("localhost", None).unwrap();
        let server = Server::new(Store::in_memory().unwrap(), "Mail.Internal", tls);
        for domain in [
            "mail.internal",
            "MAIL.INTERNAL.",
            "localhost",
            "[127.0.0.1]",
            "[IPv6:::1]",
            "example.com",
            "mx.Example.org",
            "a.test",
        ] {
            assert!(server.serves(domain), "{domain}");
        }
        for domain in
            ["internal", "a.invalid", "gmail.com", "com", "notexample.com", "example.com.evil", ""]
        {
            assert!(!server.serves(domain), "{domain}");
        }
    }
}
