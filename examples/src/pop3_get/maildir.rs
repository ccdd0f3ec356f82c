//! Delivery into a Maildir: a file a message.

use std::{
    fs::{self, DirBuilder, File},
    io::{self, BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
    process,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    line_ends::LineEnds,
    mailbox::{Mailbox, WRITE_AT, not_begun, private, sync_directory},
};

/// How many names are tried before a message is given up.
const TRIES: u32 = 100;

/// A Maildir (<https://cr.yp.to/proto/maildir.html>). Messages are written to
/// `tmp`, made durable, and then renamed into `new`, with LF for line ends.
#[derive(Debug)]
pub struct Maildir {
    root: PathBuf,
    host: String,
    /// How many names were given.
    names: u32,
    message: Option<Message>,
}

#[derive(Debug)]
struct Message {
    name: String,
    file: BufWriter<File>,
    /// Only so that it need not be allocated for each piece.
    out: Vec<u8>,
    ends: LineEnds,
}

impl Maildir {
    /// Opens a Maildir, and makes it if it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        for directory in ["tmp", "new", "cur"] {
            builder.create(root.join(directory))?;
        }
        sync_directory(root)?;
        let host = gethostname::gethostname().to_string_lossy().into_owned();
        // The two that the name of a file cannot have here.
        let host = host.replace('/', "\\057").replace(':', "\\072");
        Ok(Self { root: root.to_owned(), host, names: 0, message: None })
    }

    /// A name that no other delivery has: of this moment, this process, and
    /// this call.
    fn name(&mut self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.names += 1;
        let (seconds, micros) = (now.as_secs(), now.subsec_micros());
        format!("{seconds}.M{micros}P{}Q{}.{}", process::id(), self.names, self.host)
    }

    fn tmp(&self, name: &str) -> PathBuf {
        self.root.join("tmp").join(name)
    }
}

impl Mailbox for Maildir {
    fn begin(&mut self) -> io::Result<()> {
        self.abort()?;
        for _ in 0..TRIES {
            let name = self.name();
            match private().write(true).create_new(true).open(self.tmp(&name)) {
                Ok(file) => {
                    let file = BufWriter::with_capacity(WRITE_AT, file);
                    let (out, ends) = (Vec::new(), LineEnds::default());
                    self.message = Some(Message { name, file, out, ends });
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        let message = self.message.as_mut().ok_or_else(not_begun)?;
        message.out.clear();
        message.ends.push(piece, &mut message.out);
        message.file.write_all(&message.out)
    }

    fn commit(&mut self) -> io::Result<()> {
        let Message { name, mut file, mut out, ends } =
            self.message.take().ok_or_else(not_begun)?;
        let (tmp, new) = (self.tmp(&name), self.root.join("new"));
        out.clear();
        ends.finish(&mut out);
        let placed = file
            .write_all(&out)
            .and_then(|()| file.flush())
            .and_then(|()| file.get_ref().sync_all())
            .and_then(|()| fs::rename(&tmp, new.join(&name)));
        if let Err(error) = placed {
            // What went wrong first is what counts.
            let _ = fs::remove_file(&tmp);
            return Err(error);
        }
        sync_directory(&new)
    }

    fn abort(&mut self) -> io::Result<()> {
        match self.message.take() {
            Some(message) => fs::remove_file(self.tmp(&message.name)),
            None => Ok(()),
        }
    }
}

impl Drop for Maildir {
    fn drop(&mut self) {
        // There is nobody left to be told.
        let _ = self.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(directory: &Path) -> Vec<PathBuf> {
        fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect()
    }

    #[test]
    fn messages_at_every_cut() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("mail");
        let mut maildir = Maildir::open(&root).unwrap();
        let text = b"Subject: 1\r\n\r\nFrom me\r\n";
        for cut in 0..=text.len() {
            maildir.begin().unwrap();
            maildir.write(&text[..cut]).unwrap();
            maildir.write(&text[cut..]).unwrap();
            assert_eq!(files(&root.join("tmp")).len(), 1);
            maildir.commit().unwrap();
        }
        let delivered = files(&root.join("new"));
        assert_eq!(delivered.len(), text.len() + 1);
        for file in delivered {
            assert_eq!(fs::read(file).unwrap(), b"Subject: 1\n\nFrom me\n");
        }
        assert!(files(&root.join("tmp")).is_empty() && files(&root.join("cur")).is_empty());
    }

    #[test]
    fn what_is_not_committed_is_gone() {
        let directory = tempfile::tempdir().unwrap();
        let mut maildir = Maildir::open(directory.path()).unwrap();
        for _ in 0..2 {
            maildir.begin().unwrap();
            maildir.write(b"half").unwrap();
        }
        assert_eq!(files(&directory.path().join("tmp")).len(), 1);
        drop(maildir);
        assert!(files(&directory.path().join("tmp")).is_empty());
        assert!(files(&directory.path().join("new")).is_empty());
        let mut maildir = Maildir::open(directory.path()).unwrap();
        assert!(maildir.write(b"x").is_err() && maildir.commit().is_err());
    }
}
