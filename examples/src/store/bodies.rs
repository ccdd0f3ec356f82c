//! Where the octets of the messages are: the small ones in the index, which so
//! is all that has to be made durable for them, the others in a file each.

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

use super::{Error, crlf_size::CrlfSize, lock, private};

/// Names the octets of one message; several entries in mailboxes may share
/// them.
pub(super) type BodyId = u64;

/// How many octets a message may have to be kept in the index.
pub(super) const SMALL: usize = 32 * 1024;

#[derive(Debug)]
pub(super) struct Bodies {
    place: Place,
    next: AtomicU64,
}

#[derive(Debug)]
enum Place {
    /// `ID.eml` in this directory.
    Directory(PathBuf),
    Memory(Mutex<HashMap<BodyId, Bytes>>),
}

impl Bodies {
    pub(super) fn in_memory() -> Self {
        Self { place: Place::Memory(Mutex::default()), next: AtomicU64::new(1) }
    }

    /// Opens the directory `messages` below `root` and removes every file that
    /// the index does not know: what was arriving when the last run ended.
    pub(super) fn in_directory(root: &Path, known: &HashSet<BodyId>) -> Result<Self, Error> {
        let messages = root.join("messages");
        private::make_directory(&messages)?;
        sync_directory(root)?;
        remove_files(&messages, |id| !known.contains(&id))?;
        let next = known.iter().max().map_or(1, |last| last + 1);
        Ok(Self { place: Place::Directory(messages), next: AtomicU64::new(next) })
    }

    pub(super) fn draft(self: &Arc<Self>) -> Draft {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (content, crlf_size) = (Content::Memory(Vec::new()), CrlfSize::new());
        Draft { id, size: 0, crlf_size, content, bodies: Arc::clone(self), committed: false }
    }

    pub(super) fn open(&self, id: BodyId, size: u64) -> Result<Body, Error> {
        let content = match &self.place {
            Place::Directory(messages) => {
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
            Place::Directory(messages) => drop(fs::remove_file(file_in(messages, id))),
            Place::Memory(bodies) => drop(lock(bodies).remove(&id)),
        }
    }
}

/// A message as it arrives, from [`Store::draft`](super::Store::draft).
///
/// Its octets are written in pieces of any size; while they are few, they are in
/// memory. Unless it is handed to
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
    /// Where they stay, and durable there.
    Placed,
}

impl Draft {
    /// How many octets were written so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What was written so far, to be read.
    pub fn octets(&mut self) -> io::Result<Body> {
        match &mut self.content {
            Content::Memory(octets) => Ok(Body::small(octets.clone())),
            Content::File { path, file } => {
                file.flush()?;
                Ok(Body { size: self.size, content: Readable::File(File::open(path)?) })
            }
            Content::Placed => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// How many they are if each line ends with CRLF.
    pub(super) fn crlf_size(&self) -> u64 {
        self.crlf_size.octets()
    }

    /// The number of the message in the store: a file is named after it.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Makes the octets durable, but for those that the index is to keep
    /// ([`Draft::small`]). Until [`Draft::committed`] they are removed again on
    /// drop.
    pub(super) fn place(&mut self) -> Result<(), Error> {
        match (&mut self.content, &self.bodies.place) {
            (Content::File { path, file }, Place::Directory(messages)) => {
                file.flush()
                    .and_then(|()| file.get_ref().sync_data())
                    .map_err(Error::at(&*path))?;
                sync_directory(messages)?;
                self.content = Content::Placed;
            }
            (Content::Memory(octets), Place::Memory(bodies)) => {
                lock(bodies).insert(self.id, Bytes::from(std::mem::take(octets)));
                self.content = Content::Placed;
            }
            _ => {}
        }
        Ok(())
    }

    /// The octets that are to be kept in the index.
    pub(super) fn small(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Memory(octets) => Some(octets),
            Content::File { .. } | Content::Placed => None,
        }
    }

    /// Goes over to a file, once there are too many octets.
    fn spill(&mut self) -> io::Result<()> {
        let (Content::Memory(octets), Place::Directory(messages)) =
            (&self.content, &self.bodies.place)
        else {
            return Ok(());
        };
        let path = file_in(messages, self.id);
        let mut file = BufWriter::with_capacity(SMALL, private::create_new(&path)?);
        let written = file.write_all(octets);
        self.content = Content::File { path, file };
        written
    }

    /// The index knows the message: it stays.
    pub(super) fn committed(mut self) {
        self.committed = true;
    }
}

impl Write for Draft {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.small().is_some_and(|octets| octets.len() + piece.len() > SMALL) {
            self.spill()?;
        }
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
    /// Those of a small one.
    pub(super) fn small(octets: Vec<u8>) -> Self {
        let size = octets.len() as u64;
        Self { size, content: Readable::Memory(Cursor::new(octets.into())) }
    }

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
