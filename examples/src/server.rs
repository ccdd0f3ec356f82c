//! What all connections of the mail server share.

use std::sync::Arc;

use rustls::ServerConfig;

use crate::{connection::Connection, store::Store};

/// The mail server as its drivers see it.
#[derive(Debug)]
pub struct Server {
    /// Where the mail is.
    pub store: Arc<Store>,
    /// Its name: in greetings, and the domain of its users.
    pub hostname: String,
    /// What STARTTLS and the ports with TLS from the start offer.
    pub tls: Arc<ServerConfig>,
    /// The largest message taken, in octets.
    pub max_message_size: u64,
    /// Where passwords may come in clear text.
    pub plaintext_auth: PlaintextAuth,
}

/// Where a password may come over a connection without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaintextAuth {
    /// Nowhere.
    Never,
    /// From this machine.
    Loopback,
    /// From everywhere.
    Always,
}

impl Server {
    /// Whether a password may come over this connection as it is now. Ask
    /// again after STARTTLS.
    pub fn may_log_in(&self, connection: &Connection) -> bool {
        connection.is_encrypted()
            || match self.plaintext_auth {
                PlaintextAuth::Never => false,
                PlaintextAuth::Loopback => connection.peer().ip().is_loopback(),
                PlaintextAuth::Always => true,
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
        let server = Server {
            store: Arc::new(Store::in_memory().unwrap()),
            hostname: "Mail.Internal".into(),
            tls: crate::tls::self_signed("localhost", None).unwrap(),
            max_message_size: 1,
            plaintext_auth: PlaintextAuth::Never,
        };
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
