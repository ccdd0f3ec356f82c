//! The record of what was fetched.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::mailbox::{lock, private};

/// The unique-ids of the messages that were delivered and are still on the
/// server, in a file: first a line with whose they are, then one a line. Those
/// after which stands `delete` are not to stay there. A unique-id that several
/// messages have says of none that it was delivered, and does not belong here.
///
/// The file is written anew under a temporary name, and renamed; only single
/// unique-ids are appended to it. A last line without its end, of a machine that
/// stopped, counts for nothing: its message is fetched again.
///
/// As long as this value lives, the file of that name with `.lock` after it is
/// locked: of two programs that fetch at once, each would fetch all.
#[derive(Debug)]
pub struct Seen {
    path: PathBuf,
    _lock: File,
    account: String,
    ids: BTreeMap<String, Then>,
    /// Open once something was appended.
    file: Option<File>,
}

/// What is to become of a message on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stays.
    Keep,
    /// It is to be deleted, and is not yet as far as is known.
    Delete,
}

const HEADING: &str = "# pop3-get: seen of ";
const DELETE: &str = " delete";

impl Seen {
    /// Opens the record of an account (`NAME@HOST`, or with the port after it);
    /// nothing was seen if there is none.
    ///
    /// # Errors
    /// When it cannot be read, another program has it open, or it is of another
    /// account: each would forget what is the other's.
    pub fn open(path: &Path, account: &str) -> io::Result<Self> {
        let beside = beside(path, ".lock");
        let lock_file = private().write(true).create(true).truncate(false).open(beside)?;
        lock(&lock_file)?;
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        if let Some(heading) = lines.next() {
            let owner = heading.strip_prefix(HEADING).ok_or_else(|| {
                io::Error::new(ErrorKind::InvalidData, "it is no record of pop3-get")
            })?;
            if owner != account {
                let said = format!("it is the record of {}, not {account}", owner.escape_debug());
                return Err(io::Error::new(ErrorKind::InvalidData, said));
            }
        }
        let ids = lines.map(|line| match line.strip_suffix(DELETE) {
            Some(id) => (id.to_owned(), Then::Delete),
            None => (line.to_owned(), Then::Keep),
        });
        Ok(Self {
            path: path.to_owned(),
            _lock: lock_file,
            account: account.to_owned(),
            ids: ids.collect(),
            file: None,
        })
    }

    /// What was to become of the message with this unique-id, if it was seen.
    pub fn get(&self, id: &str) -> Option<Then> {
        self.ids.get(id).copied()
    }

    /// Adds a message that was delivered.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, id: &str, then: Then) -> io::Result<()> {
        self.ids.insert(id.to_owned(), then);
        match &mut self.file {
            Some(file) => {
                file.write_all(line(id, then).as_bytes())?;
                file.sync_data()
            }
            None => self.write(),
        }
    }

    /// Forgets all messages but those for which `stays` is true, and writes the
    /// record if that changes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn retain(&mut self, stays: impl Fn(&str) -> bool) -> io::Result<()> {
        let before = self.ids.len();
        self.ids.retain(|id, _| stays(id));
        if self.ids.len() == before { Ok(()) } else { self.write() }
    }

    /// Writes the whole record, and leaves it open to be appended to.
    fn write(&mut self) -> io::Result<()> {
        self.file = None;
        let temporary = beside(&self.path, ".tmp");
        let mut text = format!("{HEADING}{}\n", self.account);
        text.extend(self.ids.iter().map(|(id, then)| line(id, *then)));
        let mut file = private().write(true).create(true).truncate(true).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &self.path)?;
        self.file = Some(file);
        Ok(())
    }
}

/// The file of that name with `ending` after it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn line(id: &str, then: Then) -> String {
    let delete = if then == Then::Delete { DELETE } else { "" };
    format!("{id}{delete}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seen");
        let mut seen = Seen::open(&path, "alice@host").unwrap();
        seen.retain(|_| true).unwrap();
        assert!(!path.exists());
        seen.add("1.1", Then::Keep).unwrap();
        seen.add("1.2", Then::Delete).unwrap();
        seen.add("delete", Then::Keep).unwrap();
        let text = "# pop3-get: seen of alice@host\n1.1\n1.2 delete\ndelete\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), text);

        drop(seen);
        let mut seen = Seen::open(&path, "alice@host").unwrap();
        assert_eq!(seen.get("1.1"), Some(Then::Keep));
        assert_eq!(seen.get("1.2"), Some(Then::Delete));
        assert_eq!(seen.get("delete"), Some(Then::Keep));
        assert_eq!(seen.get("2"), None);
        seen.retain(|id| id != "1.1").unwrap();
        let text = "# pop3-get: seen of alice@host\n1.2 delete\ndelete\n";
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        let mut names: Vec<_> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["seen", "seen.lock"]);
    }

    #[test]
    fn two_do_not_have_it_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seen");
        let seen = Seen::open(&path, "alice@host").unwrap();
        let busy = Seen::open(&path, "alice@host").unwrap_err();
        assert_eq!(busy.kind(), ErrorKind::ResourceBusy);
        drop(seen);
        assert!(Seen::open(&path, "alice@host").is_ok());
    }

    #[test]
    fn half_a_line_counts_for_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seen");
        for (text, ids) in [
            ("# pop3-ge", &[][..]),
            ("# pop3-get: seen of a@b\n1 del", &[]),
            ("# pop3-get: seen of a@b\n1\n2", &["1"]),
        ] {
            fs::write(&path, text).unwrap();
            let mut seen = Seen::open(&path, "a@b").unwrap();
            assert_eq!(seen.ids.keys().collect::<Vec<_>>(), ids, "{text}");
            seen.add("3", Then::Keep).unwrap();
            drop(seen);
            let seen = Seen::open(&path, "a@b").unwrap();
            assert_eq!(seen.ids.len(), ids.len() + 1, "{text}");
        }
    }

    #[test]
    fn what_is_not_the_accounts_record_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seen");
        for (text, said) in [
            ("# pop3-get: seen of bob@host\n", "it is the record of bob@host, not alice@host"),
            ("Subject: 1\n", "it is no record of pop3-get"),
        ] {
            fs::write(&path, text).unwrap();
            assert_eq!(Seen::open(&path, "alice@host").unwrap_err().to_string(), said);
        }
    }
}
