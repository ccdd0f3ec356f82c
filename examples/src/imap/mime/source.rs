//! A message that is read line by line, of which little is held.

use std::io::{self, Read};

/// How many octets of a line can be looked at before it is taken; no fewer than its
/// delimiter has.
pub(super) const PEEK: usize = 4 * 1024;
/// How many octets are held.
const WINDOW: usize = 64 * 1024;

/// The octets of a message, from a place in it on.
#[derive(Debug)]
pub(super) struct Source<R> {
    input: R,
    window: Vec<u8>,
    /// Where in `window` the octets are that were read and not yet taken.
    start: usize,
    end: usize,
    ended: bool,
    /// How many octets were taken.
    at: usize,
    /// The last two of them.
    last: [u8; 2],
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R) -> Self {
        let window = vec![0; WINDOW];
        Self { input, window, start: 0, end: 0, ended: false, at: 0, last: [0; 2] }
    }

    /// How many octets were taken.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// How many octets the line end has that was taken last.
    pub(super) fn line_end(&self) -> usize {
        match self.last {
            [b'\r', b'\n'] => 2,
            [_, b'\n'] => 1,
            _ => 0,
        }
    }

    /// The next octets: as many as `PEEK`, or all that are left.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.fill(PEEK)
    }

    /// Takes what is left of the line, which it hands over in pieces.
    pub(super) fn take_line(&mut self, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        loop {
            let here = self.fill(1)?;
            let end = memchr::memchr(b'\n', here).map(|end| end + 1);
            let octets = end.unwrap_or(here.len());
            each(&here[..octets]);
            self.take(octets);
            if end.is_some() || octets == 0 {
                return Ok(());
            }
        }
    }

    /// Takes all up to the next line that begins with `--`; without one, all. Whether
    /// there is one.
    pub(super) fn take_to_dashes(&mut self) -> io::Result<bool> {
        loop {
            let here = self.fill(3)?;
            if let Some(found) = memchr::memmem::find(here, b"\n--") {
                self.take(found + 1);
                return Ok(true);
            }
            let octets = here.len();
            if self.ended {
                self.take(octets);
                return Ok(false);
            }
            // The beginning of what is looked for may be at the end.
            self.take(octets.saturating_sub(2));
        }
    }

    /// The octets that were read and not yet taken: so many at least, or all that are
    /// left.
    fn fill(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while self.end - self.start < wanted && !self.ended {
            if self.window.len() - self.start < wanted {
                self.window.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            match self.input.read(&mut self.window[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.window[self.start..self.end])
    }

    fn take(&mut self, octets: usize) {
        let taken = &self.window[self.start..self.start + octets];
        self.last = match taken {
            [.., one, two] => [*one, *two],
            [one] => [self.last[1], *one],
            [] => self.last,
        };
        self.start += octets;
        self.at += octets;
    }
}
