//! Logging in, for all three protocols: who may from where, and how often
//! something wrong may be tried.

use std::net::IpAddr;

use crate::{
    connection::{Connection, Peer},
    server::Server,
    store::{Error, UserId, local_part},
};

/// The users that an empty store gets, for development.
pub const DEVELOPMENT_USERS: [&str; 2] = ["alice", "bob"];
/// Their password, which everybody knows.
pub const DEVELOPMENT_PASSWORD: &str = "secret";

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
                PlaintextAuth::Loopback => is_loopback(connection.peer().address().ip()),
                PlaintextAuth::Always => true,
            }
    }

    /// The user with this name and password, if there is one
    /// ([`Store::authenticate`](crate::store::Store::authenticate)).
    ///
    /// # Errors
    /// [`Error::Busy`] after some seconds, when too many wrong ones were tried
    /// from there or for this user, or too many log in at once.
    pub fn log_in(&self, peer: &Peer, name: &str, password: &str) -> Result<Option<UserId>, Error> {
        self.attempt(peer, name, || {
            if !self.may_use(peer.address().ip(), name, password) {
                return Ok(None);
            }
            self.store.authenticate(name, password, &|| peer.is_gone())
        })
    }

    /// The same where a proof of the password came instead: `proof` says
    /// whether it is one of this password
    /// ([`Store::prove`](crate::store::Store::prove)).
    ///
    /// # Errors
    /// As for [`Server::log_in`].
    pub fn log_in_by_proof(
        &self,
        peer: &Peer,
        name: &str,
        proof: impl FnOnce(&str) -> bool,
    ) -> Result<Option<UserId>, Error> {
        self.attempt(peer, name, || {
            let proof = |password: &str| {
                proof(password) && self.may_use(peer.address().ip(), name, password)
            };
            self.store.prove(name, proof)
        })
    }

    fn attempt(
        &self,
        peer: &Peer,
        name: &str,
        check: impl FnOnce() -> Result<Option<UserId>, Error>,
    ) -> Result<Option<UserId>, Error> {
        let user = local_part(name).to_lowercase();
        let attempt = self.throttle.take(peer.address().ip(), &user, &|| peer.is_gone());
        let attempt = attempt.ok_or(Error::Busy("too many wrong passwords"))?;
        let checked = check();
        match checked {
            Ok(Some(_)) => attempt.was_right(),
            // It stays counted.
            Ok(None) => drop(attempt),
            Err(_) => attempt.give_back(),
        }
        checked
    }

    /// Whether this is not the password that everybody knows, or comes from
    /// where it counts.
    fn may_use(&self, from: IpAddr, name: &str, password: &str) -> bool {
        let name = local_part(name);
        let everybodys = password == DEVELOPMENT_PASSWORD
            && DEVELOPMENT_USERS.iter().any(|user| user.eq_ignore_ascii_case(name));
        !everybodys || self.development_users_anywhere || is_loopback(from)
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::Store, tls};

    #[test]
    fn a_password_that_everybody_knows_counts_on_this_machine() {
        let tls = tls::self_signed("localhost", None).unwrap();
        let mut server = Server::new(Store::in_memory().unwrap(), "localhost", tls);
        let [here, mapped, elsewhere] =
            ["127.0.0.1", "::ffff:127.0.0.1", "192.0.2.1"].map(|ip| ip.parse().unwrap());
        for (from, name, password, may) in [
            (here, "alice", "secret", true),
            (mapped, "bob@localhost", "secret", true),
            (elsewhere, "alice", "secret", false),
            (elsewhere, "BOB@localhost", "secret", false),
            (elsewhere, "alice", "better", true),
            (elsewhere, "carol", "secret", true),
        ] {
            assert_eq!(server.may_use(from, name, password), may, "{from} {name} {password}");
        }
        server.development_users_anywhere = true;
        assert!(server.may_use(elsewhere, "alice", "secret"));
    }
}
