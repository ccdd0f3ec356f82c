//! Passwords that are known as they are, for logins that do not send them.

use std::{collections::HashMap, fmt, sync::Mutex};

use super::{Error, Store, UserId, lock};

/// The passwords that were given since the start. They are in memory alone: the
/// index has their hashes.
#[derive(Default)]
pub(super) struct Secrets(Mutex<HashMap<UserId, String>>);

/// Without the passwords.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Secrets {
    pub(super) fn keep(&self, user: UserId, password: &str) {
        lock(&self.0).insert(user, password.to_owned());
    }
}

impl Store {
    /// Whether the password of any user is known as it is, which
    /// [`Store::prove`] needs: that of each for whom [`Store::set_user`] was
    /// called since the store was opened.
    pub fn has_secrets(&self) -> bool {
        !lock(&self.secrets.0).is_empty()
    }

    /// The user with this name (see [`Store::authenticate`]) if his password is
    /// known as it is, and `proof` finds it good.
    ///
    /// Whether there is such a user shows in no more than the time of a look-up:
    /// `proof` is always called.
    pub fn prove(
        &self,
        name: &str,
        proof: impl FnOnce(&str) -> bool,
    ) -> Result<Option<UserId>, Error> {
        let user = self.user(name)?;
        let secret = user.and_then(|user| lock(&self.secrets.0).get(&user).cloned());
        let good = proof(secret.as_deref().unwrap_or_default());
        Ok(user.filter(|_| secret.is_some() && good))
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn passwords_are_known_until_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        assert!(!store.has_secrets());
        let alice = store.set_user("alice", "one").unwrap();
        assert!(store.has_secrets());
        let prove = |store: &Store, name, password: &str| {
            store.prove(name, |known| known == password).unwrap()
        };
        assert_eq!(prove(&store, "Alice@localhost", "one"), Some(alice));
        assert_eq!(prove(&store, "alice", "two"), None);
        assert_eq!(store.prove("nobody", |_| true).unwrap(), None);
        store.set_user("alice", "two").unwrap();
        assert_eq!(prove(&store, "alice", "one"), None);
        assert_eq!(prove(&store, "alice", "two"), Some(alice));
        assert!(!format!("{store:?}").contains("two"));

        drop(store);
        let store = Store::open(directory.path()).unwrap();
        assert!(!store.has_secrets());
        assert_eq!(store.prove("alice", |_| true).unwrap(), None);
        assert_eq!(store.authenticate("alice", "two", &|| false).unwrap(), Some(alice));
    }
}
