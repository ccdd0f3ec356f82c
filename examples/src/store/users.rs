//! Who has mail here: names, passwords, and the addresses that reach them.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use rusqlite::{OptionalExtension, params};

use super::{Error, Store, lock, mailboxes};

/// Names a user; stays the same as long as the user exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub(super) i64);

/// Argon2id's cost: the least memory of those that OWASP recommends (7 MiB,
/// five passes), some ten milliseconds.
const MEMORY_KIB: u32 = 7 * 1024;
const PASSES: u32 = 5;

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
        let hash = self.hash(password)?;
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
    /// It takes as long for a name that does not exist. Passwords are hashed
    /// one at a time, so that many logins at once do not take 7 MiB each.
    pub fn authenticate(&self, name: &str, password: &str) -> Result<Option<UserId>, Error> {
        let name = user_name(name);
        let found = self.read(|tx| {
            let mut user = tx.prepare_cached("SELECT id, password FROM user WHERE name = ?")?;
            let row = |row: &rusqlite::Row<'_>| Ok((UserId(row.get(0)?), row.get(1)?));
            Ok(user.query_row([name], row).optional()?)
        })?;
        let Some((user, hash)) = found else {
            self.hash(password)?;
            return Ok(None);
        };
        let hash: String = hash;
        let hash = PasswordHash::new(&hash).map_err(|e| Error::Password(e.into()))?;
        let _one = lock(&self.hashing);
        match argon2()?.verify_password(password.as_bytes(), &hash) {
            Ok(()) => Ok(Some(user)),
            Err(password_hash::Error::PasswordInvalid) => Ok(None),
            Err(other) => Err(Error::Password(other)),
        }
    }

    /// The user with this name, as [`Store::authenticate`] takes it.
    pub(super) fn user(&self, name: &str) -> Result<Option<UserId>, Error> {
        self.read(|tx| {
            let mut user = tx.prepare_cached("SELECT id FROM user WHERE name = ?")?;
            Ok(user.query_row([user_name(name)], |row| row.get(0).map(UserId)).optional()?)
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

    fn hash(&self, password: &str) -> Result<String, Error> {
        let _one = lock(&self.hashing);
        let hash = argon2()?.hash_password(password.as_bytes()).map_err(Error::Password)?;
        Ok(hash.to_string())
    }
}

/// The local part of an address, or what is none as it is.
fn user_name(name: &str) -> &str {
    name.rsplit_once('@').map_or(name, |(local, _)| local)
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None);
    let params = params.map_err(|e| Error::Password(e.into()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn passwords_are_checked_and_can_be_changed() {
        let store = Store::in_memory().unwrap();
        let alice = store.set_user("alice", "one").unwrap();
        assert_eq!(store.authenticate("Alice@localhost", "one").unwrap(), Some(alice));
        assert_eq!(store.authenticate("alice", "two").unwrap(), None);
        assert_eq!(store.authenticate("nobody", "one").unwrap(), None);
        assert_eq!(store.set_user("ALICE", "two").unwrap(), alice);
        assert_eq!(store.authenticate("alice", "two").unwrap(), Some(alice));
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
