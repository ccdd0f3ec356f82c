//! Files and directories that only their owner may read, whatever the directory
//! they are in and the user's defaults.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

use super::Error;

/// Makes a directory, with those above it, or takes away from one that is there
/// what others may do with it.
pub(super) fn make_directory(path: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(Error::at(path))?;
    restrict(path, 0o700)
}

/// Makes a file that must not be there.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

/// Makes a file, or takes away from one that is there what others may do with
/// it.
pub(super) fn open(path: &Path) -> Result<File, Error> {
    let file = options().create(true).truncate(false).open(path).map_err(Error::at(path))?;
    restrict(path, 0o600)?;
    Ok(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path).map_err(Error::at(path))?.permissions();
    match permissions.mode() & 0o777 & !mode {
        0 => Ok(()),
        _ => fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(Error::at(path)),
    }
}

#[cfg(not(unix))]
fn restrict(_: &Path, _: u32) -> Result<(), Error> {
    Ok(())
}
