//! What can go wrong in the store, sorted by what a driver answers.

use std::{io, path::PathBuf};

/// Why the store did not do what it was asked to.
///
/// The variants up to [`Error::Busy`] are answers to a client's
/// request; the rest are faults of the machine or of the installation, see
/// [`Error::is_temporary_fault`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No mailbox has this name, it has been deleted meanwhile, or it is a
    /// `\Noselect` name that holds no messages.
    #[error("no such mailbox")]
    NoSuchMailbox,
    /// A mailbox of this name exists already.
    #[error("a mailbox of this name exists already")]
    MailboxExists,
    /// The name cannot be that of a mailbox; the text says why.
    #[error("not a mailbox name here: {0}")]
    InvalidName(&'static str),
    /// INBOX cannot be deleted (RFC 9051 §6.3.5).
    #[error("INBOX cannot be deleted")]
    InboxStays,
    /// A `\Noselect` name with inferior names cannot be deleted (RFC 9051
    /// §6.3.5).
    #[error("the name has inferior names and is no mailbox itself")]
    HasChildren,
    /// The message was expunged meanwhile.
    #[error("the message has been expunged")]
    Expunged,
    /// A date and time that cannot be kept.
    #[error("the date cannot be kept: it is not from year 0 to 9999 in Universal Time")]
    InvalidDate,
    /// A bound of the store is reached; the text says which.
    #[error("limit reached: {0}")]
    Limit(&'static str),
    /// The text says what is wrong with a user name or a password.
    #[error("not a user: {0}")]
    InvalidUser(&'static str),
    /// Another POP3 session holds the maildrop (`[IN-USE]`, RFC 2449 §8.1.2).
    #[error("the maildrop is in use by another session")]
    MaildropInUse,
    /// Too much of this kind is asked for at the moment; the text says what.
    /// It may be tried again later: SMTP says 454, IMAP `NO [UNAVAILABLE]`,
    /// POP3 `-ERR [SYS/TEMP]`.
    #[error("try again later: {0}")]
    Busy(&'static str),

    /// Another process has this data directory open.
    #[error("{} is in use by another mail server", .0.display())]
    DirectoryInUse(PathBuf),
    /// The index was written by another version of this program.
    #[error(
        "{} has index version {found}, this program reads version {expected}; \
         use the program that wrote it, or another data directory", path.display()
    )]
    Version {
        /// The index file.
        path: PathBuf,
        /// The version found in it.
        found: i64,
        /// The version this program reads and writes.
        expected: i64,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite could not do its part.
    #[error("the index: {0}")]
    Index(#[from] rusqlite::Error),
    /// A password could not be hashed, or a stored hash not be read.
    #[error("the password hash: {0}")]
    Password(argon2::password_hash::Error),
}

impl Error {
    /// Turns an [`io::Error`] into one that names `path`; for `map_err`.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// Whether the disk, or what the system lets the server have of it, is
    /// full: SMTP says 452 (RFC 5321 §4.2.3), IMAP `NO [UNAVAILABLE]`.
    pub fn is_storage_full(&self) -> bool {
        match self {
            Self::File { source, .. } => is_storage_full(source),
            Self::Index(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            _ => false,
        }
    }

    /// Whether this is a fault of the machine that may pass (a full disk, an
    /// unreadable file) and no answer to what was asked: SMTP says 451, IMAP
    /// `NO [SERVERBUG]`, POP3 `-ERR [SYS/TEMP]`, and the operator wants to
    /// read about it.
    pub fn is_temporary_fault(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Index(_) | Self::Password(_))
    }
}

/// Whether a file could not be written because there is no room for it.
pub(crate) fn is_storage_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        let file = |kind: io::ErrorKind| Error::at("17.eml")(kind.into());
        let index = |code| {
            Error::Index(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None))
        };
        for (error, full) in [
            (file(io::ErrorKind::StorageFull), true),
            (file(io::ErrorKind::QuotaExceeded), true),
            (file(io::ErrorKind::PermissionDenied), false),
            (index(rusqlite::ffi::SQLITE_FULL), true),
            (index(rusqlite::ffi::SQLITE_IOERR), false),
            (Error::Expunged, false),
        ] {
            assert_eq!(error.is_storage_full(), full, "{error}");
        }
    }
}
