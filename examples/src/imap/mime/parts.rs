//! Which octets of a message are which part (RFC 2046 §5.1, RFC 5322 §2.1).

use std::{
    io::{self, Read},
    num::NonZeroU32,
    ops::Range,
};

use imap_proto::Arena;

use super::{
    fields,
    parameters::MediaType,
    section::Fields,
    source::{PEEK, Source},
    transfer::Encoding,
};

/// How deep parts may nest; deeper ones are left in the part around them.
const MAX_DEPTH: usize = 50;
/// How many parts a message may have; what follows is no part.
const MAX_PARTS: usize = 10_000;
/// The longest boundary; RFC 2046 §5.1.1 allows 70 octets.
const MAX_BOUNDARY: usize = 998;
/// How many octets of the fields that say what is in a part are looked at.
const MAX_FIELDS: usize = 64 * 1024;
/// These fields.
const FIELDS: [&str; 2] = ["Content-Type", "Content-Transfer-Encoding"];

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

/// Finds the parts of a message, in one pass over its octets, of which little is held.
///
/// # Errors
/// When it cannot be read.
pub(super) fn read(octets: impl Read) -> io::Result<Part> {
    let source = Source::new(octets);
    Parser { source, boundaries: Vec::new(), depth: 0, parts: 0 }.part(false)
}

/// A message of so many octets, its header of so many, that is not made of parts.
pub(super) fn undivided(header: u64, octets: u64) -> Part {
    // A message that is longer than the memory cannot be looked into either.
    let [header, octets] = [header, octets].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
    let (inside, encoding) = (Inside::Nothing, Encoding::Identity);
    Part { header: 0..header, body: header..octets, inside, encoding }
}

struct Parser<R> {
    /// All before is parsed; at the beginning of a line.
    source: Source<R>,
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

impl<R: Read> Parser<R> {
    /// The part that begins here; up to the next delimiter, or the end.
    fn part(&mut self, in_digest: bool) -> io::Result<Part> {
        self.parts += 1;
        self.depth += 1;
        let start = self.source.at();
        let header = self.header()?;
        let header_end = self.source.at();
        let (inside, encoding, end) = self.inside(&header, in_digest)?;
        self.depth -= 1;
        let body = header_end..end.max(header_end);
        Ok(Part { header: start..header_end, body, inside, encoding })
    }

    /// What a part with this header is made of, its encoding, and where it ends.
    fn inside(&mut self, header: &[u8], in_digest: bool) -> io::Result<(Inside, Encoding, usize)> {
        let arena = Arena::new();
        let [media, encoding] =
            fields::first(header, FIELDS).map(|value| value.map(|v| fields::unfolded(v, &arena)));
        let encoding = encoding.map_or(Encoding::Identity, Encoding::named);
        let media = media.and_then(MediaType::read);
        let is_plain = encoding == Encoding::Identity;
        let (inside, end) = match media {
            _ if self.depth >= MAX_DEPTH || self.parts >= MAX_PARTS => self.nothing()?,
            Some(media) if media.is_message() && is_plain => self.message()?,
            None if in_digest && is_plain => self.message()?,
            Some(media) if media.is_kind("multipart") => match media.parameter("boundary") {
                Some(boundary) if (1..=MAX_BOUNDARY).contains(&boundary.len()) => {
                    self.multipart(boundary.into_owned(), media.is("multipart", "digest"))?
                }
                _ => self.nothing()?,
            },
            _ => self.nothing()?,
        };
        // What is made of parts has none (RFC 2045 §6.4).
        Ok(match inside {
            Inside::Nothing => (inside, encoding, end),
            _ => (inside, Encoding::Identity, end),
        })
    }

    fn nothing(&mut self) -> io::Result<(Inside, usize)> {
        Ok((Inside::Nothing, self.seek_delimiter()?))
    }

    fn message(&mut self) -> io::Result<(Inside, usize)> {
        let message = self.part(false)?;
        let end = message.body.end;
        Ok((Inside::Message(message.into()), end))
    }

    fn multipart(&mut self, boundary: Vec<u8>, is_digest: bool) -> io::Result<(Inside, usize)> {
        let level = self.boundaries.len();
        self.boundaries.push(boundary);
        let mut parts = Vec::new();
        // The preamble, then what is between the delimiters.
        let mut end = self.seek_delimiter()?;
        loop {
            match self.delimiter()? {
                Some(Delimiter { level: of, close: false })
                    if of == level && self.parts < MAX_PARTS =>
                {
                    self.source.take_line(|_| {})?;
                    let part = self.part(is_digest)?;
                    end = part.body.end;
                    parts.push(part);
                }
                Some(Delimiter { level: of, .. }) if of == level => {
                    // The epilogue, in which this boundary says nothing.
                    self.boundaries.truncate(level);
                    self.source.take_line(|_| {})?;
                    end = self.seek_delimiter()?;
                    break;
                }
                // An outer multipart goes on, or the octets are at their end.
                _ => break,
            }
        }
        self.boundaries.truncate(level);
        Ok(match parts.is_empty() {
            true => (Inside::Nothing, end),
            false => (Inside::Parts(parts), end),
        })
    }

    /// Goes on to the next delimiter, or to the end. Returns where the content
    /// before it ends: the line end before a delimiter belongs to it.
    fn seek_delimiter(&mut self) -> io::Result<usize> {
        let start = self.source.at();
        while self.delimiter()?.is_none() {
            if !self.source.take_to_dashes()? {
                return Ok(self.source.at());
            }
        }
        let at = self.source.at();
        Ok(at - self.source.line_end().min(at - start))
    }

    /// The delimiter that the line here is.
    fn delimiter(&mut self) -> io::Result<Option<Delimiter>> {
        let here = self.source.peek()?;
        let is_all = here.len() < PEEK;
        let Some(line) = here.strip_prefix(b"--") else { return Ok(None) };
        // One boundary may begin with another: the inner and longer one first.
        Ok(self.boundaries.iter().enumerate().rev().find_map(|(level, boundary)| {
            let rest = line.strip_prefix(boundary.as_slice())?;
            let close = rest.starts_with(b"--");
            let rest = if close { &rest[2..] } else { rest };
            let end = rest.iter().find(|octet| !matches!(octet, b' ' | b'\t' | b'\r'));
            let ends = end.map_or(is_all, |end| *end == b'\n');
            ends.then_some(Delimiter { level, close })
        }))
    }

    /// Goes on to what comes after the blank line, or to a delimiter, or to the end.
    /// Returns the fields of the header that say what is in the part.
    fn header(&mut self) -> io::Result<Vec<u8>> {
        let mut fields = Fields::new(FIELDS.map(str::as_bytes), true);
        let mut header = Vec::new();
        while self.delimiter()?.is_none() {
            let (start, mut is_blank) = (self.source.at(), true);
            self.source.take_line(|octets| {
                is_blank &= matches!(octets, b"\n" | b"\r\n" | b"\r");
                if header.len() < MAX_FIELDS {
                    fields.push(octets, &mut header);
                }
            })?;
            let octets = self.source.at() - start;
            if octets == 0 || (is_blank && octets <= 2 && self.source.line_end() == octets) {
                break;
            }
        }
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(octets: &[u8]) -> Part {
        read(octets).unwrap()
    }

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

    /// Gives one octet at a time.
    struct Dripping<'m>(&'m [u8]);

    impl Read for Dripping<'_> {
        fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
            let count = space.len().min(1);
            self.0.read(&mut space[..count])
        }
    }

    /// Wherever the octets of a message are cut, and wherever in it they come to the end
    /// of what is held, the parts are the same.
    #[test]
    fn parts_are_the_same_wherever_the_octets_are_cut() {
        let multipart = "Content-Type: multipart/digest; boundary=b\r\n";
        let pieces = [
            "\r\n",
            "\n",
            "--b\r\n",
            "--b--\r\n",
            "--bb\n",
            "--c \t\r\n",
            "--c--",
            "-",
            "\r",
            "x\r\n",
            " y\r\n",
            MIXED,
            MESSAGE,
            multipart,
            "Content-Type: multipart/x; boundary=\"c\"\n\n",
            "Content-Type: text/plain\n",
            "Content-Transfer-Encoding: base64\r\n",
        ];
        let mut seed = 1_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % below
        };
        for round in 0..3_000 {
            let mut message = String::from(MIXED);
            for _ in 0..random(25) {
                message.push_str(pieces[random(pieces.len())]);
            }
            if round % 100 == 0 {
                let long = "z".repeat(64 * 1024 - random(2 * message.len()));
                message = format!("{MIXED}{long}\r\n{message}");
            }
            let whole = format!("{:?}", parse(message.as_bytes()));
            let dripped = format!("{:?}", read(Dripping(message.as_bytes())).unwrap());
            assert_eq!(whole, dripped, "{message:?}");
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
