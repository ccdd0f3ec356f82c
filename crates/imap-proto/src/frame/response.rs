//! Where a response ends: lines, and the literals between them.
//!
//! RFC 9051 sections 2.2.2, 4.3 and 9. What ends in text for people (`OK`, `NO`,
//! `BAD`, `BYE`, `PREAUTH`, `+`) is one line whatever it ends with; any other
//! line may end in a literal's `{n}`, behind which `n` octets and another line
//! follow.

use mail_wire::parse::run;
use memchr::memchr;

use crate::response::status_line::is_status;
use crate::wire::KEYWORD_CHAR;

/// What [`ResponseFramer::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramedResponse<'b> {
    /// A whole response, consumed.
    Response {
        /// Its octets, with those of its literals, without the last line's end.
        octets: &'b [u8],
    },
    /// A response that is longer than the limit; this is told once. The rest of
    /// it is consumed as it comes and never taken for a response.
    TooLong {
        /// The octets of it that are there, within the limit.
        start: &'b [u8],
    },
    /// Call again with more input behind the same octets.
    NeedInput,
}

/// Finds the ends of responses. It remembers how far it has looked, so that each
/// octet is searched once however the input is split.
///
/// ```
/// use imap_proto::{FramedResponse, ResponseFramer};
/// let mut framer = ResponseFramer::new(64 * 1024);
/// let mut input: &[u8] = b"* NO odd text {5}\r\n* 1 FETCH (BODY[] {2}\r\nhi)\r\n* 2 EX";
/// let octets = b"* NO odd text {5}";
/// assert_eq!(framer.next(&mut input), FramedResponse::Response { octets });
/// let octets = b"* 1 FETCH (BODY[] {2}\r\nhi)";
/// assert_eq!(framer.next(&mut input), FramedResponse::Response { octets });
/// assert_eq!(framer.next(&mut input), FramedResponse::NeedInput);
/// ```
#[derive(Clone, Debug)]
pub struct ResponseFramer {
    limit: usize,
    /// Where the present line of the response begins in the input.
    line: usize,
    /// How far the input was searched.
    scanned: usize,
    /// Whether the response may have literals, once its first line is known.
    literals: bool,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In a line.
    Line,
    /// In a literal, which ends here in the input.
    Literal { end: usize },
    /// In a literal that is not kept, of which so much is still to come.
    SkippingLiteral { left: u64 },
    /// In a line that is not kept.
    SkippingLine(Tail),
}

impl ResponseFramer {
    /// A framer of responses of at most `limit` octets, with their literals and
    /// line ends, at the start of one.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, line: 0, scanned: 0, literals: false, state: State::Line }
    }

    /// Sets another limit, for the response that is being received too.
    pub const fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Forgets a response half received: after an upgrade, say.
    pub const fn reset(&mut self) {
        *self = Self::new(self.limit);
    }

    /// Whether the start of a response was received and its end was not.
    #[must_use]
    pub const fn is_mid_response(&self) -> bool {
        self.scanned > 0 || !matches!(self.state, State::Line)
    }

    /// Takes the next response off the front of `input`, which must begin with
    /// what the last call left.
    pub fn next<'b>(&mut self, input: &mut &'b [u8]) -> FramedResponse<'b> {
        loop {
            match self.state {
                State::Line => {
                    if let Some(found) = self.line(input) {
                        return found;
                    }
                }
                State::Literal { end } if end <= input.len() => {
                    self.line = end;
                    self.scanned = end;
                    self.state = State::Line;
                }
                State::Literal { .. } => return FramedResponse::NeedInput,
                State::SkippingLiteral { left } => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    *input = input.get(here..).unwrap_or_default();
                    match left.saturating_sub(u64::try_from(here).unwrap_or(left)) {
                        0 => self.state = State::SkippingLine(Tail::Word),
                        left => {
                            self.state = State::SkippingLiteral { left };
                            return FramedResponse::NeedInput;
                        }
                    }
                }
                State::SkippingLine(tail) => {
                    if !self.skip_line(tail, input) {
                        return FramedResponse::NeedInput;
                    }
                }
            }
        }
    }

    /// Looks for the end of a line; `None` if a literal follows it.
    fn line<'b>(&mut self, input: &mut &'b [u8]) -> Option<FramedResponse<'b>> {
        let searched = self.scanned.min(input.len());
        let found = memchr(b'\n', input.get(searched..).unwrap_or_default());
        let end = found.map_or(input.len(), |found| searched + found + 1);
        if end > self.limit || (found.is_none() && end == self.limit) {
            self.read_kind(input);
            let start = input.get(..self.limit).unwrap_or(input);
            *input = input.get(self.line..).unwrap_or_default();
            self.skip(State::SkippingLine(Tail::Start));
            return Some(FramedResponse::TooLong { start });
        }
        self.scanned = end;
        if found.is_none() {
            return Some(FramedResponse::NeedInput);
        }
        self.read_kind(input);
        let line = input.get(self.line..end).unwrap_or_default();
        let announces = matches!(line, [.., b'}', b'\n'] | [.., b'}', b'\r', b'\n']);
        if let Some(octets) =
            (self.literals && announces).then(|| Tail::Start.read(line).literal()).flatten()
        {
            let literal_end =
                usize::try_from(octets).ok().and_then(|octets| end.checked_add(octets));
            // Behind it there is at least the end of the last line.
            match literal_end.filter(|end| end.saturating_add(2) <= self.limit) {
                Some(end) => self.state = State::Literal { end },
                None => {
                    let (start, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
                    *input = rest;
                    self.skip(State::SkippingLiteral { left: octets });
                    return Some(FramedResponse::TooLong { start });
                }
            }
            return None;
        }
        let (response, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
        *input = rest;
        self.reset();
        match response {
            [octets @ .., b'\r', b'\n'] | [octets @ .., _] => {
                Some(FramedResponse::Response { octets })
            }
            [] => Some(FramedResponse::NeedInput),
        }
    }

    /// Sees what kind of response it is, in its first line.
    fn read_kind(&mut self, input: &[u8]) {
        if self.line == 0 {
            self.literals = match input {
                [b'*', b' ', rest @ ..] => !is_status(run(&KEYWORD_CHAR, rest).0),
                _ => false,
            };
        }
    }

    /// Goes on with what is not kept.
    fn skip(&mut self, state: State) {
        let literals = self.literals;
        self.reset();
        self.literals = literals;
        self.state = state;
    }

    /// Consumes what there is of a line that is not kept; whether that was its
    /// end.
    fn skip_line(&mut self, tail: Tail, input: &mut &[u8]) -> bool {
        let found = memchr(b'\n', input);
        let end = found.map_or(input.len(), |found| found + 1);
        let (line, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
        let tail = tail.read(line);
        *input = rest;
        match tail.literal() {
            _ if found.is_none() => self.state = State::SkippingLine(tail),
            Some(left) if self.literals => self.state = State::SkippingLiteral { left },
            _ => self.reset(),
        }
        found.is_some()
    }
}

/// What the end of a line means for its next octet: whether a string may begin,
/// goes on or may end there, or the announcement of a literal. A quote begins
/// and ends a string only where a value may begin and end, for servers have been
/// seen to forget to escape it.
#[derive(Clone, Copy, Debug)]
enum Tail {
    /// A value may begin.
    Start,
    /// In something else.
    Word,
    Quoted,
    /// Behind a backslash in a quoted string.
    Escaped,
    /// Behind a quote in a quoted string: its end, if a value may end.
    Unquoted,
    Open,
    Size(u64),
    /// Behind the `+`, which servers have no use for.
    Plus(u64),
    /// Behind the `}`, and perhaps the line's end.
    Announced(u64),
}

impl Tail {
    /// The tail behind `octets`.
    fn read(self, octets: &[u8]) -> Self {
        octets.iter().fold(self, |tail, &octet| tail.step(octet))
    }

    /// ```abnf
    /// literal = ["~"] "{" number64 ["+"] "}" CRLF …        ; RFC 9051 section 9
    /// ```
    fn step(self, octet: u8) -> Self {
        match (self, octet) {
            (Self::Quoted | Self::Unquoted, b'\\') => Self::Escaped,
            (Self::Quoted | Self::Unquoted, b'"') => Self::Unquoted,
            (Self::Unquoted, b')' | b']' | b'\r' | b'\n') => Self::Word,
            (Self::Unquoted, b' ') => Self::Start,
            (Self::Quoted | Self::Unquoted | Self::Escaped, _) => Self::Quoted,
            (Self::Start, b'"') => Self::Quoted,
            (Self::Open, b'0'..=b'9') => Self::Size((octet & 0xf).into()),
            (Self::Size(size), b'0'..=b'9') => {
                Self::Size(size.saturating_mul(10).saturating_add((octet & 0xf).into()))
            }
            (Self::Size(size), b'+') => Self::Plus(size),
            (Self::Size(size) | Self::Plus(size), b'}') => Self::Announced(size),
            (Self::Announced(size), b'\r' | b'\n') => Self::Announced(size),
            (_, b'{') => Self::Open,
            (_, b' ' | b'(') => Self::Start,
            _ => Self::Word,
        }
    }

    /// The size of the literal that the line announces, if it ended here.
    const fn literal(self) -> Option<u64> {
        match self {
            Self::Announced(size) => Some(size),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

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
                    FramedResponse::Response { octets } => {
                        seen.push(format!("{}", octets.escape_ascii()));
                    }
                    FramedResponse::TooLong { .. } => seen.push("too long".into()),
                    FramedResponse::NeedInput => break,
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
            b"* OK hi\r\n* 1 FETCH (BODY[] {4}\r\na\r\nb BODY[1] {0}\r\n)\r\n\r\nA1 OK {5}\r\n\
              + {5}\r\n* NO odd text {5}\r\n* BYE \"x {5}\r\n* X ~{2}\r\n\r\n\n* bare {1}\nx\n",
            &[
                "* OK hi",
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

    #[test]
    fn a_literal_in_a_quoted_string_is_none() {
        assert_frames(
            1000,
            b"* LIST () NIL \"a {5}\r\n* LIST () NIL \"a\\\" {5}\r\n\
              * 1 FETCH (ENVELOPE (\"5\" disk\" {3}\r\nabc))\r\n",
            &[
                r#"* LIST () NIL \"a {5}"#,
                r#"* LIST () NIL \"a\\\" {5}"#,
                r#"* 1 FETCH (ENVELOPE (\"5\" disk\" {3}\r\nabc))"#,
            ],
        );
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
