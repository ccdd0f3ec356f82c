//! What goes over the wire, as text that holds no secret.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::{self, Write as _};

/// Which way a line goes, seen from the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The peer sent it.
    Received,
    /// The session sends it.
    Sent,
}

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WireLine<'a> {
    /// Which way it goes.
    pub direction: Direction,
    /// The line without its end, as US-ASCII: what is not visible, and what is past US-ASCII,
    /// is escaped (`\x00`), and `…` stands for what is secret.
    pub text: &'a str,
}

/// As `< QUIT` for what was received, `> 221 Bye` for what is sent.
impl fmt::Display for WireLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.direction {
            Direction::Received => '<',
            Direction::Sent => '>',
        };
        write!(f, "{sign} {}", self.text)
    }
}

/// Shows a driver what goes over the wire, line by line, in both directions, and never a secret:
/// a session knows which octets are passwords and exchanges of SASL, and shows `…` in their
/// place. Of a line that it cannot read it shows the first words alone. Messages are shown as
/// the number of their octets.
///
/// It is given to a session with its `log_wire`.
///
/// ```
/// # use mail_wire::WireLog;
/// let log = WireLog::new(|line| eprintln!("192.0.2.1 {line}"));
/// ```
#[derive(Default)]
pub struct WireLog(Option<Box<Sink>>);

type Sink = dyn FnMut(WireLine<'_>) + Send + Sync;

impl fmt::Debug for WireLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "WireLog(on)" } else { "WireLog(off)" })
    }
}

impl WireLog {
    /// A log that hands its lines to `sink`.
    #[must_use]
    pub fn new(sink: impl FnMut(WireLine<'_>) + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(sink)))
    }

    /// Whether there is somebody to hand lines to.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Shows lines, whole: each of `octets` up to its CRLF or LF.
    #[inline]
    pub fn lines(&mut self, direction: Direction, octets: &[u8]) {
        if self.0.is_some() && !octets.is_empty() {
            self.show_lines(direction, octets);
        }
    }

    /// Shows a line of which only the first `shown` octets are no secret.
    #[inline]
    pub fn secret(&mut self, direction: Direction, line: &[u8], shown: usize) {
        if self.0.is_some() {
            let (line, _) = split_line(line);
            let mut text = escaped(line.get(..shown).unwrap_or(line));
            text.push('…');
            self.tell(direction, &text);
        }
    }

    /// Shows that octets of a message, or other counted octets, went by.
    #[inline]
    pub fn octets(&mut self, direction: Direction, count: u64) {
        if self.0.is_some() && count > 0 {
            let mut text = String::new();
            let _ = write!(text, "({count} octets)");
            self.tell(direction, &text);
        }
    }

    #[cold]
    fn show_lines(&mut self, direction: Direction, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() {
            let (line, after) = split_line(rest);
            self.tell(direction, &escaped(line));
            rest = after;
        }
    }

    fn tell(&mut self, direction: Direction, text: &str) {
        if let Some(sink) = &mut self.0 {
            sink(WireLine { direction, text });
        }
    }
}

/// The first line of `octets`, without its end, and what is after that.
fn split_line(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1);
    let (line, rest) = octets.split_at_checked(end).unwrap_or((octets, &[]));
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn escaped(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len() + 3);
    for &octet in octets {
        match octet {
            b' '..=b'~' => text.push(char::from(octet)),
            _ => {
                let _ = write!(text, "\\x{octet:02x}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::sync::Arc;
    use alloc::vec::Vec;
    use std::sync::Mutex;

    #[test]
    fn lines_are_text_and_secrets_are_not_shown() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let mut log = WireLog::new(move |line| sink.lock().unwrap().push(line.to_string()));
        log.lines(Direction::Sent, b"250-a\r\n250 b\x07\xff\r\n");
        log.secret(Direction::Received, b"PASS secret\r\n", 5);
        log.secret(Direction::Received, b"c2VjcmV0\r\n", 0);
        log.octets(Direction::Received, 1234);
        log.lines(Direction::Received, b"");
        log.lines(Direction::Received, b"\r\n");
        let expected = ["> 250-a", "> 250 b\\x07\\xff", "< PASS …", "< …", "< (1234 octets)", "< "];
        assert_eq!(*seen.lock().unwrap(), expected);
        assert!(!WireLog::default().is_on());
    }
}
