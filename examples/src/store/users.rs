//! Who has mail here: names, passwords, and the addresses that reach them.

use rusqlite::{OptionalExtension, params};

use super::{Error, Store, mailboxes};

/// Names a user; stays the same as long as the user exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub(super) i64);

impl Store {
    /// Says whether a user can have this name and password.
    ///
    /// # Errors
    /// As for [`Store::set_user`].
    pub fn check_user(name: &str, password: &str) -> Result<(), Error> {
        let allowed = |c: char| c.is_alphanumeric() || "._-".contains(c);
        if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
            return Err(Error::InvalidUser(
                "a name has 1 to 64 octets: letters, digits, '.', '_', '-'",
            ));
        }
        if password.is_empty() {
            return Err(Error::InvalidUser("the password is empty"));
        }
        Ok(())
    }

    /// Makes a user with an empty INBOX, or gives an existing one a new
    /// password. Its hash is kept; until the store is dropped, the password too
    /// ([`Store::prove`]).
    ///
    /// # Errors
    /// [`Error::InvalidUser`] for an empty password and for a name that has
    /// characters other than letters, digits, and `. _ -`.
    pub fn set_user(&self, name: &str, password: &str) -> Result<UserId, Error> {
        Self::check_user(name, password)?;
        let hash = self.hashing.hash(password)?;
        let user = self.write(|change| {
            let user = change.tx.query_row(
                "INSERT INTO user (name, password) VALUES (?, ?)
                 ON CONFLICT (name) DO UPDATE SET password = excluded.password RETURNING id",
                params![name, hash],
                |row| row.get(0).map(UserId),
            )?;
            if mailboxes::row(&change.tx, user, mailboxes::INBOX)?.is_none() {
                change.make_mailbox(user, mailboxes::INBOX)?;
            }
            Ok(user)
        })?;
        self.secrets.keep(user, password);
        Ok(user)
    }

    /// The names of all users, in the order in which they were made.
    pub fn users(&self) -> Result<Vec<String>, Error> {
        self.read(|tx| {
            let mut users = tx.prepare_cached("SELECT name FROM user ORDER BY id")?;
            let names = users.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })
    }

    /// The user with this name and password, if there is one. The name may be
    /// an address (`alice@localhost`), of which the local part counts.
    ///
    /// It takes as long for a name that does not exist. How many passwords are
    /// looked at at once is bounded, as is how many wait for that; `gone` is
    /// asked meanwhile whether the client has gone away, so that nothing is
    /// done for it.
    ///
    /// # Errors
    /// [`Error::Busy`] when it is not looked at.
    pub fn authenticate(
        &self,
        name: &str,
        password: &str,
        gone: &dyn Fn() -> bool,
    ) -> Result<Option<UserId>, Error> {
        let found = self.read(|tx| {
            let mut user = tx.prepare_cached("SELECT id, password FROM user WHERE name = ?")?;
            let row = |row: &rusqlite::Row<'_>| Ok((UserId(row.get(0)?), row.get(1)?));
            Ok(user.query_row([local_part(name)], row).optional()?)
        })?;
        let (user, hash): (_, Option<String>) = found.unzip();
        let good = self.hashing.verify(password, hash.as_deref(), gone)?;
        Ok(user.filter(|_| good))
    }

    /// The user with this name, as [`Store::authenticate`] takes it.
    pub(super) fn user(&self, name: &str) -> Result<Option<UserId>, Error> {
        self.read(|tx| {
            let mut user = tx.prepare_cached("SELECT id FROM user WHERE name = ?")?;
            Ok(user.query_row([local_part(name)], |row| row.get(0).map(UserId)).optional()?)
        })
    }

    /// The user whom an address names, by its local part (unquoted) alone:
    /// `alice`, `alice+detail` (RFC 5233), and `postmaster` (RFC 5321 §4.5.1),
    /// which is the first user unless there is one of that name.
    pub fn recipient(&self, local_part: &str) -> Result<Option<UserId>, Error> {
        let base = local_part.split_once('+').map_or(local_part, |(user, _)| user);
        self.read(|tx| {
            let mut by_name = tx.prepare_cached("SELECT id FROM user WHERE name = ?")?;
            let id = |row: &rusqlite::Row<'_>| row.get(0).map(UserId);
            let user = by_name.query_row([base], id).optional()?;
            if user.is_some() || !base.eq_ignore_ascii_case("postmaster") {
                return Ok(user);
            }
            let mut first = tx.prepare_cached("SELECT id FROM user ORDER BY id LIMIT 1")?;
            Ok(first.query_row([], id).optional()?)
        })
    }
}

/// The local part of an address, or what is none as it is.
pub(crate) fn local_part(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(local, _)| local)
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn passwords_are_checked_and_can_be_changed() {
        let store = Store::in_memory().unwrap();
        let authenticate =
            |name: &str, password: &str| store.authenticate(name, password, &|| false).unwrap();
        let alice = store.set_user("alice", "one").unwrap();
        assert_eq!(authenticate("Alice@localhost", "one"), Some(alice));
        assert_eq!(authenticate("alice", "two"), None);
        assert_eq!(authenticate("nobody", "one"), None);
        assert_eq!(store.set_user("ALICE", "two").unwrap(), alice);
        assert_eq!(authenticate("alice", "two"), Some(alice));
        assert_eq!(store.users().unwrap(), ["alice"]);
    }

    #[test]
    fn addresses_reach_users() {
        let store = Store::in_memory().unwrap();
        assert_eq!(store.recipient("postmaster").unwrap(), None);
        let alice = store.set_user("alice", "x").unwrap();
        let bob = store.set_user("bob", "x").unwrap();
        for (local_part, user) in [
            ("alice", Some(alice)),
            ("ALICE", Some(alice)),
            ("bob+lists+rust", Some(bob)),
            ("Postmaster", Some(alice)),
            ("carol", None),
            ("", None),
            ("+bob", None),
        ] {
            assert_eq!(store.recipient(local_part).unwrap(), user, "{local_part}");
        }
        let postmaster = store.set_user("postmaster", "x").unwrap();
        assert_eq!(store.recipient("postmaster").unwrap(), Some(postmaster));
    }

    #[test]
    fn bad_names_are_refused() {
        let store = Store::in_memory().unwrap();
        for (name, password) in [("", "x"), ("a b", "x"), ("a@b", "x"), ("a+b", "x"), ("a", "")] {
            let refused = store.set_user(name, password);
            assert!(matches!(refused, Err(Error::InvalidUser(_))), "{name:?} {password:?}");
        }
    }
}
