//! Where the mail goes.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
};

use fs4::{FileExt, TryLockError};

/// A place that takes messages, one at a time and in pieces.
///
/// A message is there wholly, and for good, once [`Mailbox::commit`] has
/// returned; until then it is not there at all.
pub trait Mailbox: fmt::Debug {
    /// Begins a message; one that was not committed is dropped.
    fn begin(&mut self) -> io::Result<()>;

    /// Adds to the message. Pieces are cut anywhere.
    fn write(&mut self, piece: &[u8]) -> io::Result<()>;

    /// Ends the message and makes it durable.
    fn commit(&mut self) -> io::Result<()>;

    /// Drops the message that was begun, if one was.
    fn abort(&mut self) -> io::Result<()>;
}

/// So many octets are written to a file at a time, for pieces may be small.
pub(super) const WRITE_AT: usize = 32 * 1024;

/// What was to be done without a message having been begun.
pub(super) fn not_begun() -> io::Error {
    io::Error::other("no message was begun")
}

/// For files that only their owner may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Keeps other programs from the file, as long as it is open here.
pub(super) fn lock(file: &File) -> io::Result<()> {
    FileExt::try_lock(file).map_err(|error| match error {
        TryLockError::WouldBlock => {
            io::Error::new(ErrorKind::ResourceBusy, "another program has it locked")
        }
        TryLockError::Error(error) => error,
    })
}

/// Makes the names in a directory durable. Elsewhere than on Unix, directories
/// cannot be opened.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
