//! Where the octets of the messages are: a file each, or in memory.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
    io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;

use super::{Error, crlf_size::CrlfSize, lock, remover::Remover};

/// Names the octets of one message; several entries in mailboxes may share
/// them.
pub(super) type BodyId = u64;

#[derive(Debug)]
pub(super) struct Bodies {
    place: Place,
    next: AtomicU64,
}

#[derive(Debug)]
enum Place {
    /// `messages/ID.eml`, and `incoming/ID.eml` while it arrives.
    Directory {
        incoming: PathBuf,
        messages: PathBuf,
        remover: Remover,
    },
    Memory(Mutex<HashMap<BodyId, Bytes>>),
}

impl Bodies {
    pub(super) fn in_memory() -> Self {
        Self { place: Place::Memory(Mutex::default()), next: AtomicU64::new(1) }
    }

    /// Opens the directories below `root` and removes every file that the
    /// index does not know: what was arriving when the last run ended.
    pub(super) fn in_directory(root: &Path, known: &HashSet<BodyId>) -> Result<Self, Error> {
        let (incoming, messages) = (root.join("incoming"), root.join("messages"));
        for directory in [&incoming, &messages] {
            fs::create_dir_all(directory).map_err(Error::at(directory))?;
        }
        sync_directory(root)?;
        remove_files(&incoming, |_| true)?;
        remove_files(&messages, |id| !known.contains(&id))?;
        let next = known.iter().max().map_or(1, |last| last + 1);
        let place = Place::Directory { incoming, messages, remover: Remover::new() };
        Ok(Self { place, next: AtomicU64::new(next) })
    }

    pub(super) fn draft(self: &Arc<Self>) -> Result<Draft, Error> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let content = match &self.place {
            Place::Directory { incoming, .. } => {
                let path = file_in(incoming, id);
                let file = File::create_new(&path).map_err(Error::at(&path))?;
                Content::File { path, file: BufWriter::with_capacity(32 * 1024, file) }
            }
            Place::Memory(_) => Content::Memory(Vec::new()),
        };
        let (crlf_size, bodies) = (CrlfSize::new(), Arc::clone(self));
        Ok(Draft { id, size: 0, crlf_size, content, bodies, committed: false })
    }

    pub(super) fn open(&self, id: BodyId, size: u64) -> Result<Body, Error> {
        let content = match &self.place {
            Place::Directory { messages, .. } => {
                let path = file_in(messages, id);
                match File::open(&path) {
                    Ok(file) => Readable::File(file),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Error::Expunged),
                    Err(e) => return Err(Error::at(path)(e)),
                }
            }
            Place::Memory(bodies) => {
                let bytes = lock(bodies).get(&id).cloned().ok_or(Error::Expunged)?;
                Readable::Memory(Cursor::new(bytes))
            }
        };
        Ok(Body { size, content })
    }

    /// Removes octets that no message has any more, soon.
    pub(super) fn remove(&self, id: BodyId) {
        match &self.place {
            Place::Directory { messages, remover, .. } => remover.remove(file_in(messages, id)),
            Place::Memory(bodies) => drop(lock(bodies).remove(&id)),
        }
    }
}

/// A message as it arrives, from [`Store::draft`](super::Store::draft).
///
/// Its octets are written in pieces of any size. Unless it is handed to
/// [`Store::deliver`](super::Store::deliver) or
/// [`Store::append`](super::Store::append), dropping it removes every trace.
#[derive(Debug)]
pub struct Draft {
    id: BodyId,
    size: u64,
    crlf_size: CrlfSize,
    content: Content,
    bodies: Arc<Bodies>,
    committed: bool,
}

#[derive(Debug)]
enum Content {
    File {
        path: PathBuf,
        file: BufWriter<File>,
    },
    Memory(Vec<u8>),
    /// Durable under its final name.
    Placed,
}

impl Draft {
    /// How many octets were written so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many they are if each line ends with CRLF.
    pub(super) fn crlf_size(&self) -> u64 {
        self.crlf_size.octets()
    }

    /// The number of the message in the store: a file is named after it.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Makes the octets durable under their final name. Until
    /// [`Draft::committed`] they are removed again on drop.
    pub(super) fn place(&mut self) -> Result<(), Error> {
        match (&mut self.content, &self.bodies.place) {
            (Content::File { path, file }, Place::Directory { messages, .. }) => {
                let last = file_in(messages, self.id);
                file.flush().and_then(|()| file.get_ref().sync_all()).map_err(Error::at(&*path))?;
                fs::rename(&*path, &last).map_err(Error::at(last))?;
                self.content = Content::Placed;
                sync_directory(messages)
            }
            (Content::Memory(octets), Place::Memory(bodies)) => {
                lock(bodies).insert(self.id, Bytes::from(std::mem::take(octets)));
                self.content = Content::Placed;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The index knows the message: it stays.
    pub(super) fn committed(mut self) {
        self.committed = true;
    }
}

impl Write for Draft {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let written = match &mut self.content {
            Content::File { file, .. } => file.write(piece)?,
            Content::Memory(octets) => octets.write(piece)?,
            Content::Placed => return Err(io::ErrorKind::Unsupported.into()),
        };
        self.size += written as u64;
        self.crlf_size.push(&piece[..written]);
        Ok(written)
    }

    /// Does nothing of use: what is written counts once it is delivered.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        match &self.content {
            Content::File { path, .. } => drop(fs::remove_file(path)),
            Content::Placed if !self.committed => self.bodies.remove(self.id),
            Content::Placed | Content::Memory(_) => {}
        }
    }
}

/// The octets of a message, opened for reading from
/// [`Store::body`](super::Store::body). They stay readable although the message
/// is expunged meanwhile.
#[derive(Debug)]
pub struct Body {
    size: u64,
    content: Readable,
}

#[derive(Debug)]
enum Readable {
    File(File),
    Memory(Cursor<Bytes>),
}

impl Body {
    /// How many octets the message has: RFC822.SIZE.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// All octets of the message.
    pub fn into_bytes(self) -> io::Result<Bytes> {
        match self.content {
            Readable::Memory(bytes) => Ok(bytes.into_inner()),
            Readable::File(mut file) => {
                let mut octets = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0));
                file.rewind()?;
                file.read_to_end(&mut octets)?;
                Ok(octets.into())
            }
        }
    }
}

impl Read for Body {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        match &mut self.content {
            Readable::File(file) => file.read(space),
            Readable::Memory(bytes) => bytes.read(space),
        }
    }
}

impl Seek for Body {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.content {
            Readable::File(file) => file.seek(to),
            Readable::Memory(bytes) => bytes.seek(to),
        }
    }
}

fn file_in(directory: &Path, id: BodyId) -> PathBuf {
    directory.join(format!("{id}.eml"))
}

fn remove_files(directory: &Path, remove: impl Fn(BodyId) -> bool) -> Result<(), Error> {
    for entry in fs::read_dir(directory).map_err(Error::at(directory))? {
        let path = entry.map_err(Error::at(directory))?.path();
        let id =
            path.file_name().and_then(|name| name.to_str()?.strip_suffix(".eml")?.parse().ok());
        // A file that is not named like ours is not ours to remove.
        if id.is_some_and(&remove) {
            fs::remove_file(&path).map_err(Error::at(path))?;
        }
    }
    Ok(())
}

/// A new name is durable only once its directory is.
pub(super) fn sync_directory(path: &Path) -> Result<(), Error> {
    if cfg!(unix) {
        File::open(path).and_then(|directory| directory.sync_all()).map_err(Error::at(path))?;
    }
    Ok(())
}
