//! Where a response ends: lines, and the literals between them.
//!
//! RFC 9051 §2.2.2, §4.3 and §9. What ends in text for people (`OK`, `NO`, `BAD`, `BYE`,
//! `PREAUTH`, `+`) is one line whatever it ends with; any other line may end in a literal's
//! `{n}`, after which `n` octets and another line follow.

use core::convert::Infallible;

use mail_wire::{Next, Rule, UnitFramer};

use crate::response::status_line::is_status;
use crate::wire::{Announced, KEYWORD_CHAR, LineEnd, LineScan, Side};

/// Finds the ends of responses. It remembers how far it has looked, so that each octet is
/// searched once however the input is split.
///
/// ```
/// use imap_proto::{Framed, ResponseFramer};
/// let mut framer = ResponseFramer::new(64 * 1024);
/// let mut input: &[u8] = b"* NO odd text {5}\r\n* 1 FETCH (BODY[] {2}\r\nhi)\r\n* 2 EX";
/// let Framed::Whole { octets, .. } = framer.next(&mut input) else { panic!() };
/// assert_eq!(octets, b"* NO odd text {5}");
/// let Framed::Whole { octets, .. } = framer.next(&mut input) else { panic!() };
/// assert_eq!(octets, b"* 1 FETCH (BODY[] {2}\r\nhi)");
/// assert_eq!(framer.next(&mut input), Framed::NeedInput);
/// ```
pub type ResponseFramer = UnitFramer<ResponseRule>;

/// What follows the lines of a server.
#[derive(Clone, Copy, Debug)]
pub struct ResponseRule {
    scan: LineScan,
    kind: Kind,
}

/// What kind of response it is, as far as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Start,
    /// After the `*`.
    Star,
    /// After that and a space, or several.
    Space,
    /// In the name of an untagged response.
    Name(Name),
    /// It is one line.
    OneLine,
    /// It may have literals.
    Data,
}

/// The start of a name, no longer than those of statuses and one octet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Name {
    octets: [u8; 8],
    length: usize,
}

impl Default for ResponseRule {
    fn default() -> Self {
        Self { scan: LineScan::new(Side::Server), kind: Kind::Start }
    }
}

impl Rule for ResponseRule {
    type Ask = Infallible;

    #[inline]
    fn read(&mut self, octets: &[u8]) {
        self.kind = self.kind.read(octets);
        // What is one line is not read for quotes: it is text.
        if self.kind != Kind::OneLine {
            self.scan.read(octets);
        }
    }

    #[inline]
    fn end_line(&mut self) -> Next<Infallible> {
        if self.kind != Kind::Data {
            return Next::End;
        }
        match self.scan.end() {
            LineEnd::Literal(Announced { head, .. }) => Next::Octets(head.octets),
            LineEnd::Quoted => Next::Line,
            LineEnd::Plain => Next::End,
        }
    }

    fn refused(ask: Infallible) -> Option<u64> {
        match ask {}
    }
}

impl Kind {
    #[inline]
    fn read(self, octets: &[u8]) -> Self {
        match (self, octets) {
            (Self::OneLine | Self::Data, _) => self,
            // Nearly always the first letter of the name tells.
            (Self::Start, [b'*', b' ', first, ..]) if !begins_status(*first) => Self::Data,
            _ => self.read_each(octets),
        }
    }

    #[inline(never)]
    fn read_each(mut self, octets: &[u8]) -> Self {
        for octet in octets {
            if matches!(self, Self::OneLine | Self::Data) {
                break;
            }
            self = self.step(*octet);
        }
        self
    }

    fn step(self, octet: u8) -> Self {
        match (self, octet) {
            (Self::Start, b'*') => Self::Star,
            (Self::Star | Self::Space, b' ') => Self::Space,
            (Self::Start | Self::Star, _) => Self::OneLine,
            (Self::Space, _) => Self::named(Name::default(), octet),
            (Self::Name(name), _) => Self::named(name, octet),
            (Self::OneLine | Self::Data, _) => self,
        }
    }

    /// After the name and another octet.
    fn named(mut name: Name, octet: u8) -> Self {
        if KEYWORD_CHAR.contains(octet) {
            let Some(place) = name.octets.get_mut(name.length) else { return Self::Data };
            *place = octet;
            name.length = name.length.saturating_add(1);
            return Self::Name(name);
        }
        let name = name.octets.get(..name.length).unwrap_or_default();
        if is_status(name) { Self::OneLine } else { Self::Data }
    }
}

/// Whether the name of an untagged response that is one line, or a space before it, may begin
/// so: `OK`, `NO`, `BAD`, `BYE` and `PREAUTH` do.
const fn begins_status(octet: u8) -> bool {
    matches!(octet.to_ascii_uppercase(), b' ' | b'O' | b'N' | b'B' | b'P')
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use mail_wire::Framed;

    use super::*;

    /// What a client sees that gets `pieces` one after another.
    fn frame(limit: usize, pieces: &[&[u8]]) -> Vec<String> {
        let mut framer = ResponseFramer::new(limit);
        let mut seen = Vec::new();
        let mut unread: Vec<u8> = Vec::new();
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            loop {
                match framer.next(&mut input) {
                    Framed::Whole { octets, .. } => {
                        seen.push(format!("{}", octets.escape_ascii()));
                    }
                    Framed::TooLong { .. } => seen.push("too long".into()),
                    Framed::Ask { ask, .. } => match ask {},
                    Framed::NeedInput => break,
                }
            }
            assert!(input.len() < limit, "more left than the limit");
            unread = input.to_vec();
        }
        seen
    }

    #[track_caller]
    fn assert_frames(limit: usize, input: &[u8], expected: &[&str]) {
        assert_eq!(frame(limit, &[input]), expected);
        for at in 0..=input.len() {
            assert_eq!(frame(limit, &[&input[..at], &input[at..]]), expected, "split at {at}");
        }
        let octets: Vec<&[u8]> = input.chunks(1).collect();
        assert_eq!(frame(limit, &octets), expected, "octet by octet");
    }

    #[test]
    fn responses_end_where_their_last_line_does() {
        assert_frames(
            1000,
            b"* OK hi\r\n*  OK \"hi\r\n* 1 FETCH (BODY[] {4}\r\na\r\nb BODY[1] {0}\r\n)\r\n\r\nA1 OK {5}\r\n\
              + {5}\r\n* NO odd text {5}\r\n* BYE \"x {5}\r\n* X ~{2}\r\n\r\n\n* bare {1}\nx\n",
            &[
                "* OK hi",
                "*  OK \\\"hi",
                r"* 1 FETCH (BODY[] {4}\r\na\r\nb BODY[1] {0}\r\n)",
                "",
                "A1 OK {5}",
                "+ {5}",
                "* NO odd text {5}",
                "* BYE \\\"x {5}",
                r"* X ~{2}\r\n\r\n",
                r"* bare {1}\nx",
            ],
        );
    }

    /// RFC 9051 §4.3: what a mail's sender picked is in a string or a literal, and is no
    /// response, whatever the server forgot.
    #[test]
    fn what_is_in_strings_and_literals_is_no_response() {
        assert_frames(
            1000,
            b"* LIST () NIL \"a {5}\"\r\n* 1 FETCH (ENVELOPE (\"5\" disk\" {3}\r\nabc))\r\n\
              * LIST () NIL \"a\r\n* 9 EXPUNGE\r\n\\\" {5}\r\n* 8 EXPUNGE\r\nb\"\r\n\
              * LIST () \"/\"{16}\r\na\r\n* 9 EXPUNGE\r\n\r\n\
              * 1 FETCH (BODY[] {9}\nx UID 9 y)\r\n\
              * 1 FETCH (BODY[] {18}\r\nx FLAGS (\\Seen) y\r\n)\r\n",
            &[
                r#"* LIST () NIL \"a {5}\""#,
                r#"* 1 FETCH (ENVELOPE (\"5\" disk\" {3}\r\nabc))"#,
                r#"* LIST () NIL \"a\r\n* 9 EXPUNGE\r\n\\\" {5}\r\n* 8 EXPUNGE\r\nb\""#,
                r#"* LIST () \"/\"{16}\r\na\r\n* 9 EXPUNGE\r\n"#,
                r"* 1 FETCH (BODY[] {9}\nx UID 9 y)",
                r"* 1 FETCH (BODY[] {18}\r\nx FLAGS (\\Seen) y\r",
                ")",
            ],
        );
    }

    /// RFC 9051 §7.1: which responses are one line does not depend on how they are cut.
    #[test]
    fn the_first_letter_tells_no_less_than_the_name() {
        for name in ["OK", "no", "Bad", "BYE", "PREAUTH", "preAuths", "OKAY", "X", "1", "", "(a"] {
            for spaces in ["", " ", "  "] {
                for end in ["", " ", "\n", "[", " x {1}\r\n"] {
                    let line = format!("*{spaces}{name}{end}");
                    let start = Kind::Start;
                    let each = start.read_each(line.as_bytes());
                    let read = start.read(line.as_bytes());
                    // A name that has not ended is data all the same if it begins so.
                    let begun = matches!(each, Kind::Name(_)) && read == Kind::Data;
                    assert!(read == each || begun, "{line:?}: {read:?}, {each:?}");
                    assert!(!begun || each.read_each(b" ") == Kind::Data, "{line:?}");
                }
            }
        }
        assert!((0..=u8::MAX).all(|octet| begins_status(octet)
            || Kind::Space.read_each(&[octet, b'K', b' ']) == Kind::Data));
    }

    #[test]
    fn what_is_too_long_is_read_past() {
        assert_frames(
            20,
            b"* 1 FETCH (X {30}\r\n* 2 EXISTS\r\n* 3 EXISTS\r\n123456)\r\n* 4 EXISTS\r\n\
              * FLAGS (a b c d e f {3}\r\n\r\n\n) and so on and so on\r\nA1 OK 78901234567 {3}\r\n\
              * 5 EXISTS\r\n",
            &["too long", "* 4 EXISTS", "too long", "too long", "* 5 EXISTS"],
        );
        assert_frames(20, b"* X {99999999999999999999999}\r\nabc", &["too long"]);
        assert_frames(40, b"* X {99999999999999999999999}\r\nabc", &["too long"]);
    }
}
