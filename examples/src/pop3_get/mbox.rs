//! Delivery into an mbox: one file, messages one after another.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use time::{OffsetDateTime, format_description};

use super::{
    line_ends::LineEnds,
    mailbox::{Mailbox, WRITE_AT, lock, not_begun, private, sync_directory},
    quoting::Quoting,
};

/// An mbox (RFC 4155), of the kind mboxrd: a line that is `From `, or that with
/// any number of `>` in front, gets one `>` more, so that the quoting can be
/// taken away again. Lines end with LF.
///
/// The file is locked against other programs as long as this value lives.
#[derive(Debug)]
pub struct Mbox {
    file: File,
    message: Option<Message>,
    /// The last piece with LF for line ends; here only so that it need not be
    /// allocated for each.
    lines: Vec<u8>,
    /// What is not written yet.
    out: Vec<u8>,
}

#[derive(Debug)]
struct Message {
    /// Where it begins: how long the file was before.
    start: u64,
    ends: LineEnds,
    quoting: Quoting,
}

impl Mbox {
    /// Opens an mbox, and makes it if it is missing.
    ///
    /// # Errors
    /// When it cannot be opened, or another program has it locked.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = private().read(true).write(true).create(true).truncate(false).open(path)?;
        lock(&file)?;
        sync_directory(path.parent().unwrap_or(path))?;
        Ok(Self { file, message: None, lines: Vec::new(), out: Vec::new() })
    }

    /// What has to stand before a separator, at the end of the file as it is:
    /// other programs may have left out a line end, or the empty line.
    fn gap(&mut self, length: u64) -> io::Result<&'static str> {
        self.file.seek(SeekFrom::Start(length.saturating_sub(2)))?;
        let mut last = Vec::new();
        (&self.file).take(2).read_to_end(&mut last)?;
        Ok(match last[..] {
            [] | [b'\n'] | [b'\n', b'\n'] => "",
            [.., b'\n'] => "\n",
            _ => "\n\n",
        })
    }

    /// Writes the last octets of a message, and all of it to the disk.
    fn end(&mut self, message: Message) -> io::Result<()> {
        let Message { ends, mut quoting, .. } = message;
        self.lines.clear();
        ends.finish(&mut self.lines);
        quoting.push(&self.lines, &mut self.out);
        quoting.finish(&mut self.out);
        self.out.push(b'\n');
        self.file.write_all(&self.out)?;
        self.file.sync_all()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.sync_all()
    }
}

impl Mailbox for Mbox {
    fn begin(&mut self) -> io::Result<()> {
        self.abort()?;
        self.out.clear();
        let start = self.file.seek(SeekFrom::End(0))?;
        let gap = self.gap(start)?;
        self.file.seek(SeekFrom::Start(start))?;
        let message = Message { start, ends: LineEnds::default(), quoting: Quoting::default() };
        self.message = Some(message);
        let date = date(OffsetDateTime::now_utc())?;
        writeln!(self.file, "{gap}From MAILER-DAEMON {date}")
    }

    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        let message = self.message.as_mut().ok_or_else(not_begun)?;
        self.lines.clear();
        message.ends.push(piece, &mut self.lines);
        message.quoting.push(&self.lines, &mut self.out);
        if self.out.len() >= WRITE_AT {
            self.file.write_all(&self.out)?;
            self.out.clear();
        }
        Ok(())
    }

    fn commit(&mut self) -> io::Result<()> {
        let message = self.message.take().ok_or_else(not_begun)?;
        let start = message.start;
        self.end(message).inspect_err(|_| {
            // What went wrong first is what counts.
            let _ = self.truncate(start);
        })
    }

    fn abort(&mut self) -> io::Result<()> {
        match self.message.take() {
            Some(message) => self.truncate(message.start),
            None => Ok(()),
        }
    }
}

impl Drop for Mbox {
    fn drop(&mut self) {
        // There is nobody left to be told.
        let _ = self.abort();
    }
}

/// The date of a separator line, as `asctime` of C has it; in UTC.
fn date(now: OffsetDateTime) -> io::Result<String> {
    const ASCTIME: &str = "[weekday repr:short] [month repr:short] [day padding:space] \
                           [hour]:[minute]:[second] [year]";
    let format = format_description::parse_borrowed::<2>(ASCTIME).map_err(io::Error::other)?;
    now.format(&format).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// What the file holds, with `DATE` for the dates.
    fn read(path: &Path) -> String {
        let text = fs::read_to_string(path).unwrap();
        let separator = "From MAILER-DAEMON ";
        let lines = text.split_inclusive('\n').map(|line| match line.strip_prefix(separator) {
            Some(date) => {
                assert_eq!(date.len(), "Thu Jan  1 00:00:00 1970\n".len(), "{date}");
                format!("{separator}DATE\n")
            }
            None => line.to_owned(),
        });
        lines.collect()
    }

    #[test]
    fn messages_stand_apart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mbox");
        let mut expected = String::new();
        for (message, delivered) in [
            ("Subject: 1\r\n\r\nFrom me\r\n", "Subject: 1\n\n>From me\n"),
            ("no end", "no end\n"),
            ("\r\n>From", "\n>From\n"),
            ("", ""),
        ] {
            let mut mbox = Mbox::open(&path).unwrap();
            for cut in 0..=message.len() {
                mbox.begin().unwrap();
                mbox.write(&message.as_bytes()[..cut]).unwrap();
                mbox.write(&message.as_bytes()[cut..]).unwrap();
                mbox.commit().unwrap();
                expected += &format!("From MAILER-DAEMON DATE\n{delivered}\n");
            }
        }
        assert_eq!(read(&path), expected);
    }

    #[test]
    fn half_a_message_is_taken_away_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mbox");
        fs::write(&path, "From me\n\nno end").unwrap();
        for _ in 0..2 {
            let mut mbox = Mbox::open(&path).unwrap();
            mbox.begin().unwrap();
            mbox.write(b"half").unwrap();
            mbox.abort().unwrap();
            mbox.begin().unwrap();
            mbox.write(b"half").unwrap();
        }
        assert_eq!(read(&path), "From me\n\nno end");
        let mut mbox = Mbox::open(&path).unwrap();
        mbox.begin().unwrap();
        mbox.commit().unwrap();
        assert_eq!(read(&path), "From me\n\nno end\n\nFrom MAILER-DAEMON DATE\n\n");
        assert!(mbox.write(b"x").is_err() && mbox.commit().is_err());
    }

    #[test]
    fn one_program_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mbox");
        let first = Mbox::open(&path).unwrap();
        assert_eq!(Mbox::open(&path).unwrap_err().kind(), io::ErrorKind::ResourceBusy);
        drop(first);
        Mbox::open(&path).unwrap();
    }

    #[test]
    fn dates_are_of_asctime() {
        assert_eq!(date(OffsetDateTime::UNIX_EPOCH).unwrap(), "Thu Jan  1 00:00:00 1970");
    }
}
