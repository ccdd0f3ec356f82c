//! The users that the server begins with.

use std::{fmt::Display, fs, path::Path};

use mail_examples::{
    login::{DEVELOPMENT_PASSWORD, DEVELOPMENT_USERS},
    store::Store,
};

use crate::{Failure, options::Credentials};

/// The users of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accounts {
    /// Those that somebody chose.
    Own,
    /// alice and bob, whose password everybody knows.
    ForDevelopment { new: bool },
}

/// The users in a file.
pub(crate) fn users_in(path: &Path) -> Result<Vec<Credentials>, Failure> {
    let failed = |error: &dyn Display| Failure::usage(format_args!("{}: {error}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let user = |(number, line): (usize, &str)| {
        line.parse().map_err(|error| failed(&format_args!("line {number}: {error}")))
    };
    lines.map(user).collect()
}

pub(crate) fn make_accounts(store: &Store, given: &[Credentials]) -> Result<Accounts, Failure> {
    // All of them first: one that is wrong leaves nothing behind.
    for Credentials { name, password } in given {
        Store::check_user(name, password)
            .map_err(|e| Failure::usage(format_args!("--user {name}: {e}")))?;
    }
    for Credentials { name, password } in given {
        store.set_user(name, password).map_err(Failure::runtime)?;
    }
    if !given.is_empty() {
        return Ok(Accounts::Own);
    }
    let users = store.users().map_err(Failure::runtime)?;
    if users.is_empty() {
        for name in DEVELOPMENT_USERS {
            store.set_user(name, DEVELOPMENT_PASSWORD).map_err(Failure::runtime)?;
        }
        return Ok(Accounts::ForDevelopment { new: true });
    }
    // Those of an earlier run, if nobody has changed anything about them.
    if users != DEVELOPMENT_USERS {
        return Ok(Accounts::Own);
    }
    for name in DEVELOPMENT_USERS {
        let user =
            store.authenticate(name, DEVELOPMENT_PASSWORD, &|| false).map_err(Failure::runtime)?;
        if user.is_none() {
            return Ok(Accounts::Own);
        }
    }
    for name in DEVELOPMENT_USERS {
        // So that the store knows it, for APOP.
        store.set_user(name, DEVELOPMENT_PASSWORD).map_err(Failure::runtime)?;
    }
    Ok(Accounts::ForDevelopment { new: false })
}
