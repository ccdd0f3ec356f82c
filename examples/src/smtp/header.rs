//! What is seen of a message's header while it goes by, and what is added to it.

use std::io::{self, Write};

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// Past so many servers a message goes round in circles (RFC 5321 §6.3).
pub(super) const MAX_HOPS: u32 = 100;

/// No name of a field is longer: past it, the line is none (RFC 5322 §2.1.1).
const MAX_NAME: usize = 998;

/// The header of a message that is written in pieces.
///
/// It counts the servers that the message has passed. A message that is submitted also gets
/// the fields that it lacks, at the end of its header (RFC 6409 §8).
#[derive(Debug)]
pub(super) struct Header {
    place: Place,
    /// The start of the line, until it is known what it is.
    line: Vec<u8>,
    received: u32,
    date: bool,
    message_id: bool,
    /// Whether nothing was seen yet.
    first: bool,
    /// The Message-ID that is added if there is none.
    complete: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the start of a line, or in the name of its field.
    Name,
    /// After that, up to the end of the line.
    Rest,
    /// Behind the header.
    Body,
}

impl Header {
    /// Of a message that is only looked at.
    pub(super) fn new() -> Self {
        Self {
            place: Place::Name,
            line: Vec::new(),
            received: 0,
            date: false,
            message_id: false,
            first: true,
            complete: None,
        }
    }

    /// Of a message that is submitted, and gets this Message-ID if it has none.
    pub(super) fn completed_with(message_id: String) -> Self {
        Self { complete: Some(message_id), ..Self::new() }
    }

    /// How many servers the message has passed.
    pub(super) fn hops(&self) -> u32 {
        self.received
    }

    /// Writes the next piece of the message.
    pub(super) fn push(&mut self, mut piece: &[u8], out: &mut impl Write) -> io::Result<()> {
        while let Some((&octet, rest)) = piece.split_first() {
            match self.place {
                Place::Body => return out.write_all(piece),
                Place::Rest => {
                    let line = memchr::memchr(b'\n', piece).map_or(piece.len(), |at| at + 1);
                    let (line, rest) = piece.split_at(line);
                    out.write_all(line)?;
                    if line.ends_with(b"\n") {
                        self.place = Place::Name;
                    }
                    piece = rest;
                }
                Place::Name => {
                    self.line.push(octet);
                    piece = rest;
                    self.look(octet, out)?;
                    self.first = false;
                }
            }
        }
        Ok(())
    }

    /// What the line is, as far as its last octet tells.
    fn look(&mut self, octet: u8, out: &mut impl Write) -> io::Result<()> {
        let before = self.line.len().checked_sub(2).and_then(|at| self.line.get(at).copied());
        match (before, octet) {
            _ if self.line.len() > MAX_NAME => self.end(out),
            (None, b'\r') => Ok(()),
            (Some(b'\r'), _) => self.end(out),
            // The line before goes on.
            (None, b' ' | b'\t') if !self.first => self.field(out),
            (Some(_), b':') => {
                let name = self.line.trim_ascii_end().strip_suffix(b":").unwrap_or_default();
                match name.trim_ascii_end() {
                    name if name.eq_ignore_ascii_case(b"Received") => self.received += 1,
                    name if name.eq_ignore_ascii_case(b"Date") => self.date = true,
                    name if name.eq_ignore_ascii_case(b"Message-ID") => self.message_id = true,
                    _ => {}
                }
                self.field(out)
            }
            // Blanks may stand behind a name (RFC 5322 §4.5), and nothing behind them.
            (Some(_), b' ' | b'\t') => Ok(()),
            (None, b':') => self.end(out),
            (None | Some(b'!'..), b'!'..=b'~') => Ok(()),
            _ => self.end(out),
        }
    }

    /// The line is a field's: the rest is its value.
    fn field(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.place = Place::Rest;
        out.write_all(&std::mem::take(&mut self.line))
    }

    /// The header is over: with the line, if that is empty, or before it.
    fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.place = Place::Body;
        let line = std::mem::take(&mut self.line);
        if self.add(out)? && line != b"\r\n" {
            out.write_all(b"\r\n")?;
        }
        out.write_all(&line)
    }

    /// Adds what is missing; whether that was anything.
    fn add(&mut self, out: &mut impl Write) -> io::Result<bool> {
        let Some(message_id) = self.complete.take() else { return Ok(false) };
        if !self.date {
            let date = OffsetDateTime::now_utc().format(&Rfc2822).map_err(io::Error::other)?;
            write!(out, "Date: {date}\r\n")?;
        }
        if !self.message_id {
            write!(out, "Message-ID: {message_id}\r\n")?;
        }
        Ok(!self.date || !self.message_id)
    }

    /// The message is over, perhaps within its header.
    pub(super) fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        match self.place {
            Place::Body => Ok(()),
            Place::Name if self.line.is_empty() => self.add(out).map(drop),
            Place::Name => self.end(out),
            Place::Rest => {
                if self.complete.is_some() {
                    out.write_all(b"\r\n")?;
                }
                self.add(out).map(drop)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message as it is written, whatever the pieces, with the date's value left out.
    fn through(message: &str, complete: bool) -> (String, u32) {
        let whole = through_in(message, complete, message.len().max(1));
        for size in 1..message.len() {
            assert_eq!(through_in(message, complete, size), whole, "{message:?} by {size}");
        }
        whole
    }

    fn through_in(message: &str, complete: bool, size: usize) -> (String, u32) {
        let mut header = match complete {
            true => Header::completed_with("<1@mx>".into()),
            false => Header::new(),
        };
        let mut out = Vec::new();
        for piece in message.as_bytes().chunks(size) {
            header.push(piece, &mut out).unwrap();
        }
        header.finish(&mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines = out.split_inclusive("\r\n").map(|line| match line.strip_suffix(" +0000\r\n") {
            Some(line) if line.starts_with("Date: ") => "Date: now\r\n",
            _ => line,
        });
        (lines.collect(), header.hops())
    }

    #[test]
    fn a_submitted_message_gets_what_it_lacks() {
        let (date, id) = ("Date: now\r\n", "Message-ID: <1@mx>\r\n");
        for (message, expected) in [
            ("Subject: x\r\n\r\nbody\r\n", format!("Subject: x\r\n{date}{id}\r\nbody\r\n")),
            ("DATE: x\r\n\r\nMessage-ID: y\r\n", format!("DATE: x\r\n{id}\r\nMessage-ID: y\r\n")),
            ("message-id : x\r\n\r\n", format!("message-id : x\r\n{date}\r\n")),
            ("Date: x\r\nMessage-ID:\r\n\t<y>\r\n\r\nb", "".into()),
            // A field that only begins with the name, and one that is folded.
            ("X-Date: x\r\n Date: y\r\n\r\nb", format!("X-Date: x\r\n Date: y\r\n{date}{id}\r\nb")),
            // Only a header, and one that breaks off.
            ("Subject: x\r\n", format!("Subject: x\r\n{date}{id}")),
            ("Subject: x", format!("Subject: x\r\n{date}{id}")),
            ("", format!("{date}{id}")),
            ("\r\n", format!("{date}{id}\r\n")),
            // No header at all: one is put before it.
            ("\r\nbody", format!("{date}{id}\r\nbody")),
            ("hello there\r\n", format!("{date}{id}\r\nhello there\r\n")),
            (" hello:\r\n", format!("{date}{id}\r\n hello:\r\n")),
            ("hello\r\n", format!("{date}{id}\r\nhello\r\n")),
            ("a b: c\r\n", format!("{date}{id}\r\na b: c\r\n")),
            ("\r:x\r\n", format!("{date}{id}\r\n\r:x\r\n")),
            (":x\r\n", format!("{date}{id}\r\n:x\r\n")),
            ("A: b\r\nhello\r\n", format!("A: b\r\n{date}{id}\r\nhello\r\n")),
            ("h\u{e9}: b\r\n", format!("{date}{id}\r\nh\u{e9}: b\r\n")),
        ] {
            let expected = if expected.is_empty() { message } else { &expected };
            assert_eq!(through(message, true).0, expected, "{message:?}");
            assert_eq!(through(message, false).0, message);
        }
    }

    #[test]
    fn what_is_held_back_has_a_limit() {
        let mut header = Header::new();
        let mut out = Vec::new();
        for _ in 0..10_000 {
            header.push(b"A         ", &mut out).unwrap();
            assert!(header.line.len() <= MAX_NAME);
        }
        header.finish(&mut out).unwrap();
        assert_eq!(out.len(), 100_000);
        for name in ["A".repeat(2000), format!("A{}", " ".repeat(2000))] {
            let message = format!("{name}: b\r\n");
            header = Header::new();
            out.clear();
            header.push(message.as_bytes(), &mut out).unwrap();
            assert_eq!(header.place, Place::Body);
            assert_eq!(out, message.as_bytes());
        }
    }

    /// RFC 5321 §6.3.
    #[test]
    fn servers_are_counted() {
        for (message, hops) in [
            ("Received: a\r\n\tb\r\nreceived:c\r\nX-Received: d\r\n\r\nReceived: e\r\n", 2),
            ("Received-SPF: a\r\nSubject: Received: b\r\n\r\n", 0),
            ("", 0),
        ] {
            assert_eq!(through(message, false), (message.to_owned(), hops));
        }
    }
}
