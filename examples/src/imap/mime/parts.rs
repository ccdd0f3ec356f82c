//! Which octets of a message are which part (RFC 2046 §5.1, RFC 5322 §2.1).

use std::{num::NonZeroU32, ops::Range};

use imap_proto::Arena;

use super::{fields, parameters::MediaType, transfer::Encoding};

/// How deep parts may nest; deeper ones are left in the part around them.
const MAX_DEPTH: usize = 50;
/// How many parts a message may have; what follows is no part.
const MAX_PARTS: usize = 10_000;

/// A message or a part of one.
#[derive(Debug)]
pub(super) struct Part {
    /// Its header, with the blank line after it.
    pub(super) header: Range<usize>,
    /// What follows the header.
    pub(super) body: Range<usize>,
    /// What it is made of.
    pub(super) inside: Inside,
    /// Its transfer encoding.
    pub(super) encoding: Encoding,
}

/// What a part is made of.
#[derive(Debug)]
pub(super) enum Inside {
    /// Octets.
    Nothing,
    /// A message (`message/rfc822`, `message/global`).
    Message(Box<Part>),
    /// Parts, at least one (`multipart/…`).
    Parts(Vec<Part>),
}

impl Part {
    /// The part to which `path` leads from this message; the empty path leads
    /// to the message (RFC 9051 §6.4.5.1).
    pub(super) fn find(&self, path: &[NonZeroU32]) -> Option<&Part> {
        // A message that is not made of parts is its own part 1.
        let (mut here, mut is_message) = (self, true);
        for number in path {
            let number = usize::try_from(number.get()).ok()?;
            (here, is_message) = match &here.inside {
                Inside::Parts(parts) => (parts.get(number - 1)?, false),
                Inside::Message(message) if !is_message => match &message.inside {
                    Inside::Parts(parts) => (parts.get(number - 1)?, false),
                    _ if number == 1 => (&**message, false),
                    _ => return None,
                },
                _ if is_message && number == 1 => (here, false),
                _ => return None,
            };
        }
        Some(here)
    }

    /// The message to which `path` leads: this one, or the one that a part is.
    pub(super) fn message(&self, path: &[NonZeroU32]) -> Option<&Part> {
        if path.is_empty() {
            return Some(self);
        }
        match &self.find(path)?.inside {
            Inside::Message(message) => Some(message),
            _ => None,
        }
    }
}

/// Finds the parts of a message, in one pass over its octets.
pub(super) fn parse(octets: &[u8]) -> Part {
    Parser { octets, at: 0, boundaries: Vec::new(), depth: 0, parts: 0 }.part(false)
}

/// A message of so many octets, its header of so many, that is not made of parts.
pub(super) fn undivided(header: u64, octets: u64) -> Part {
    // A message that is longer than the memory cannot be looked into either.
    let [header, octets] = [header, octets].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let (inside, encoding) = (Inside::Nothing, Encoding::Identity);
    Part { header: 0..header, body: header..octets, inside, encoding }
}

struct Parser<'m> {
    octets: &'m [u8],
    /// Everything before is parsed; the beginning of a line.
    at: usize,
    /// Of the multiparts that are open, the outermost first.
    boundaries: Vec<Vec<u8>>,
    /// How many parts are open.
    depth: usize,
    /// How many parts there are.
    parts: usize,
}

/// A line that begins or ends a part (`delimiter` and `close-delimiter`).
struct Delimiter {
    /// Of which of the open multiparts.
    level: usize,
    /// Whether it is the last of that multipart.
    close: bool,
}

impl Parser<'_> {
    /// The part that begins here; up to the next delimiter, or the end.
    fn part(&mut self, in_digest: bool) -> Part {
        self.parts += 1;
        self.depth += 1;
        let header = self.at..self.end_of_header();
        self.at = header.end;
        let (inside, encoding, end) = self.inside(&self.octets[header.clone()], in_digest);
        self.depth -= 1;
        Part { body: header.end..end.max(header.end), header, inside, encoding }
    }

    /// What a part with this header is made of, its encoding, and where it ends.
    fn inside(&mut self, header: &[u8], in_digest: bool) -> (Inside, Encoding, usize) {
        let arena = Arena::new();
        let [media, encoding] =
            fields::first(header, ["Content-Type", "Content-Transfer-Encoding"])
                .map(|value| value.map(|value| fields::unfolded(value, &arena)));
        let encoding = encoding.map_or(Encoding::Identity, Encoding::named);
        let media = media.and_then(MediaType::read);
        let is_plain = encoding == Encoding::Identity;
        let (inside, end) = match media {
            _ if self.depth >= MAX_DEPTH || self.parts >= MAX_PARTS => self.nothing(),
            Some(media) if media.is_message() && is_plain => self.message(),
            None if in_digest && is_plain => self.message(),
            Some(media) if media.is_kind("multipart") => match media.parameter("boundary") {
                Some(boundary) if !boundary.is_empty() => {
                    self.multipart(boundary.into_owned(), media.is("multipart", "digest"))
                }
                _ => self.nothing(),
            },
            _ => self.nothing(),
        };
        // What is made of parts has none (RFC 2045 §6.4).
        match inside {
            Inside::Nothing => (inside, encoding, end),
            _ => (inside, Encoding::Identity, end),
        }
    }

    fn nothing(&mut self) -> (Inside, usize) {
        (Inside::Nothing, self.seek_delimiter())
    }

    fn message(&mut self) -> (Inside, usize) {
        let message = self.part(false);
        let end = message.body.end;
        (Inside::Message(message.into()), end)
    }

    fn multipart(&mut self, boundary: Vec<u8>, is_digest: bool) -> (Inside, usize) {
        let level = self.boundaries.len();
        self.boundaries.push(boundary);
        let mut parts = Vec::new();
        // The preamble, then what is between the delimiters.
        let mut end = self.seek_delimiter();
        loop {
            match self.delimiter(self.at) {
                Some(Delimiter { level: of, close: false })
                    if of == level && self.parts < MAX_PARTS =>
                {
                    self.at = self.end_of_line(self.at);
                    let part = self.part(is_digest);
                    end = part.body.end;
                    parts.push(part);
                }
                Some(Delimiter { level: of, .. }) if of == level => {
                    // The epilogue, in which this boundary says nothing.
                    self.boundaries.truncate(level);
                    self.at = self.end_of_line(self.at);
                    end = self.seek_delimiter();
                    break;
                }
                // An outer multipart goes on, or the octets are at their end.
                _ => break,
            }
        }
        self.boundaries.truncate(level);
        match parts.is_empty() {
            true => (Inside::Nothing, end),
            false => (Inside::Parts(parts), end),
        }
    }

    /// Goes on to the next delimiter, or to the end. Returns where the content
    /// before it ends: the line end before a delimiter belongs to it.
    fn seek_delimiter(&mut self) -> usize {
        let start = self.at;
        while self.delimiter(self.at).is_none() {
            match memchr::memmem::find(&self.octets[self.at..], b"\n--") {
                Some(found) => self.at += found + 1,
                None => {
                    self.at = self.octets.len();
                    return self.at;
                }
            }
        }
        let content = &self.octets[start..self.at];
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        start + content.strip_suffix(b"\r").unwrap_or(content).len()
    }

    /// The delimiter that the line at this place is.
    fn delimiter(&self, at: usize) -> Option<Delimiter> {
        let line = self.octets[at..].strip_prefix(b"--")?;
        // One boundary may begin with another: the inner and longer one first.
        self.boundaries.iter().enumerate().rev().find_map(|(level, boundary)| {
            let rest = line.strip_prefix(boundary.as_slice())?;
            let close = rest.starts_with(b"--");
            let rest = if close { &rest[2..] } else { rest };
            let end = rest.iter().find(|octet| !matches!(octet, b' ' | b'\t' | b'\r'));
            matches!(end, None | Some(b'\n')).then_some(Delimiter { level, close })
        })
    }

    /// After the blank line, or before a delimiter, or at the end.
    fn end_of_header(&self) -> usize {
        let mut at = self.at;
        while at < self.octets.len() && self.delimiter(at).is_none() {
            let line = at..self.end_of_line(at);
            at = line.end;
            if matches!(&self.octets[line], b"\n" | b"\r\n") {
                break;
            }
        }
        at
    }

    fn end_of_line(&self, at: usize) -> usize {
        memchr::memchr(b'\n', &self.octets[at..]).map_or(self.octets.len(), |end| at + end + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    const MESSAGE: &str = "Content-Type: message/rfc822\r\n\r\n";

    /// The bodies of the parts, those of a multipart in parentheses, that of a
    /// message in brackets.
    fn show(message: &str) -> String {
        fn bodies(part: &Part, message: &str) -> String {
            match &part.inside {
                Inside::Nothing => message[part.body.clone()].to_owned(),
                Inside::Message(inner) => format!("[{}]", bodies(inner, message)),
                Inside::Parts(parts) => {
                    let parts: Vec<_> = parts.iter().map(|part| bodies(part, message)).collect();
                    format!("({})", parts.join("|"))
                }
            }
        }
        bodies(&parse(message.as_bytes()), message)
    }

    #[test]
    fn parts_are_between_delimiters() {
        let nested = MIXED.replace("=b", "=bb");
        for (message, bodies) in [
            ("", String::new()),
            ("A: b\r\n\r\ntext\r\n", "text\r\n".into()),
            ("A: b", String::new()),
            (
                &format!("{MIXED}pre\r\n--b\r\n\r\none\r\n--b \r\n\r\ntwo\r\n\r\n--b--\r\npost"),
                "(one|two\r\n)".into(),
            ),
            // No end, no line end, a delimiter in a header, a delimiter that is none.
            (&format!("{MIXED}--b\n\none\n--bx\n--b\nX: y\n--b\n\n"), "(one\n--bx||)".into()),
            (&format!("{MIXED}nothing"), "nothing".into()),
            (&format!("{MIXED}--b--\r\n"), "--b--\r\n".into()),
            ("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx", "--b\r\n\r\nx".into()),
            // A boundary that begins with that of the multipart around it; one that is cut off.
            (
                &format!("{MIXED}--b\r\n{nested}--bb\r\n\r\nin\r\n--b\r\n\r\nout\r\n--b--"),
                "((in)|out)".into(),
            ),
            (&format!("{MIXED}--b\r\n{MESSAGE}A: b\r\n\r\ninner\r\n--b--"), "([inner])".into()),
            (&format!("{MESSAGE}{MESSAGE}A: b\r\n\r\ninner"), "[[inner]]".into()),
            (
                &format!(
                    "{}--b\r\n\r\nA: b\r\n\r\ninner\r\n--b--",
                    MIXED.replace("mixed", "digest")
                ),
                "([inner])".into(),
            ),
        ] {
            assert_eq!(show(message), bodies, "{message}");
        }
    }

    #[test]
    fn the_octets_of_a_multipart_end_before_its_delimiter() {
        let message = format!("{MIXED}--b\r\n\r\none\r\n--b--\r\nend");
        let root = parse(message.as_bytes());
        assert_eq!(root.header, 0..MIXED.len());
        assert_eq!(root.body, MIXED.len()..message.len());
    }

    #[test]
    fn depth_and_number_are_bounded() {
        fn depth(part: &Part) -> usize {
            match &part.inside {
                Inside::Nothing => 1,
                Inside::Message(inner) => 1 + depth(inner),
                Inside::Parts(parts) => 1 + parts.iter().map(depth).max().unwrap_or(0),
            }
        }
        let nested = format!("{MIXED}--b\r\n").repeat(20_000);
        assert_eq!(depth(&parse(nested.as_bytes())), MAX_DEPTH);
        assert_eq!(depth(&parse(MESSAGE.repeat(20_000).as_bytes())), MAX_DEPTH);
        let many = format!("{MIXED}{}", "--b\r\n\r\n".repeat(20_000));
        let Inside::Parts(parts) = parse(many.as_bytes()).inside else { panic!("parts") };
        assert_eq!(parts.len(), MAX_PARTS - 1);
    }

    #[test]
    fn paths_lead_to_parts() {
        let inner = format!("{MIXED}--b\r\n\r\nin\r\n--b--\r\n").replace("=b", "=i");
        let inner = inner.replace("--b", "--i");
        let message = format!(
            "{MIXED}--b\r\n\r\none\r\n--b\r\n{MESSAGE}{inner}\r\n--b\r\n{MESSAGE}A: b\r\n\r\nplain\r\n--b--"
        );
        let root = parse(message.as_bytes());
        let path = |path: &[u32]| -> Vec<NonZeroU32> {
            path.iter().map(|&number| NonZeroU32::new(number).unwrap()).collect()
        };
        let body = |numbers: &[u32]| Some(&message[root.find(&path(numbers))?.body.clone()]);
        assert_eq!(body(&[1]), Some("one"));
        assert_eq!(body(&[1, 1]), None);
        assert_eq!(body(&[2, 1]), Some("in"));
        assert_eq!(body(&[2, 2]), None);
        assert_eq!(body(&[3, 1]), Some("plain"));
        assert_eq!(body(&[4]), None);
        assert!(root.message(&path(&[1])).is_none());
        assert_eq!(&message[root.message(&path(&[3])).unwrap().header.clone()], "A: b\r\n\r\n");
        let single = parse(b"A: b\r\n\r\ntext");
        assert_eq!(single.find(&path(&[1])).map(|part| part.body.clone()), Some(8..12));
        assert!(single.find(&path(&[1, 1])).is_none());
    }
}
