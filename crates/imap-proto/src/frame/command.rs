//! Where a command ends: lines, and the literals between them.
//!
//! RFC 9051 sections 2.2.1, 4.3 and 9, RFC 7888. A command is a line that may
//! end in a literal's `{n}`; then `n` octets and another line follow. The
//! [`CommandFramer`] finds that end in a growing buffer, so that a command is parsed
//! once, when it is whole.

use mail_wire::LineEnding;
use memchr::memchr;

use crate::wire::LiteralHead;

/// What [`CommandFramer::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramedCommand<'b> {
    /// A whole command, consumed.
    Command {
        /// Its octets, with those of its literals, without the last line's end.
        octets: &'b [u8],
        /// What ended the last line.
        ending: LineEnding,
    },
    /// The command goes on with a literal, of which the caller decides with
    /// [`CommandFramer::keep_literal`], [`CommandFramer::stream_literal`] or
    /// [`CommandFramer::refuse_literal`]. Nothing is consumed yet.
    Literal {
        /// The command up to the `}` of the literal's announcement.
        octets: &'b [u8],
        /// The size of the literal. One that is too large for a number is
        /// `u64::MAX`.
        head: LiteralHead,
        /// Whether it may be kept within the limits.
        fits: bool,
    },
    /// A command that is longer than the limit, and to be answered with `BAD`
    /// now; this is told once. The rest of it is consumed as it comes, with the
    /// literals that are sent without being asked for, and never taken for a
    /// command.
    TooLong {
        /// As many of its octets as the limit allows, with its tag.
        start: &'b [u8],
    },
    /// Call again with more input behind the same octets.
    NeedInput,
}

/// What a [`CommandFramer`] keeps at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLimits {
    /// Octets of a whole command, with the literals that are kept and the line
    /// ends. No more than this has to fit into the caller's buffer.
    pub command: usize,
    /// Octets of one literal that is kept.
    pub literal: u64,
}

impl Default for FrameLimits {
    /// 64 KiB for a command, and a literal of any size within.
    fn default() -> Self {
        Self { command: 64 * 1024, literal: 64 * 1024 }
    }
}

/// Finds the ends of commands. It remembers how far it has looked, so that each
/// octet is looked at once however the input is split.
///
/// ```text
///                   ┌── keep ── its octets come ──┐
///                   ▼                             │
///  line ── {n} ── asked ── stream ── (caller takes n octets) ──► line
///   │ ▲             └── refuse ── its octets, if they come unasked, and the
///   ▼ │                           rest of the command are consumed ──► line
///  command
/// ```
///
/// ```
/// use imap_proto::{CommandFramer, FrameLimits, FramedCommand};
/// let mut framer = CommandFramer::new(FrameLimits::default());
/// let mut input: &[u8] = b"a1 LOGIN {5}\r\nalice secret\r\na2 NO";
/// let FramedCommand::Literal { octets, head, fits: true } = framer.next(&mut input) else { panic!() };
/// assert_eq!((octets, head.octets), (&b"a1 LOGIN {5}"[..], 5));
/// framer.keep_literal(); // and, for this one, write `+ ` and a text
/// let FramedCommand::Command { octets, .. } = framer.next(&mut input) else { panic!() };
/// assert_eq!(octets, b"a1 LOGIN {5}\r\nalice secret");
/// assert_eq!(framer.next(&mut input), FramedCommand::NeedInput);
/// assert_eq!(input, b"a2 NO");
/// ```
#[derive(Clone, Debug)]
pub struct CommandFramer {
    limits: FrameLimits,
    /// Where the present line of the command begins in the input.
    line: usize,
    /// How far the input was searched, or where the present line ends.
    scanned: usize,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// In a line.
    Line,
    /// Behind a line with this literal, of which nobody has decided.
    Asked(LiteralHead),
    /// In a literal that is kept, which ends here in the input.
    Literal { end: usize },
    /// In a literal that was refused and of which so much is still to come.
    SkippingLiteral { left: u64 },
    /// In a line that is not kept.
    SkippingLine(LineTail),
}

impl CommandFramer {
    /// A framer with these limits, at the start of a command.
    #[must_use]
    pub const fn new(limits: FrameLimits) -> Self {
        Self { limits, line: 0, scanned: 0, state: State::Line }
    }

    /// Sets other limits (after a login, say), for the command that is being
    /// received too.
    pub const fn set_limits(&mut self, limits: FrameLimits) {
        self.limits = limits;
    }

    /// Forgets a command half received: after an upgrade, say.
    pub const fn reset(&mut self) {
        self.line = 0;
        self.scanned = 0;
        self.state = State::Line;
    }

    /// Whether the start of a command was received and its end was not.
    #[must_use]
    pub const fn is_mid_command(&self) -> bool {
        self.scanned > 0 || !matches!(self.state, State::Line)
    }

    /// Takes the next command off the front of `input`, which must begin with
    /// what the last call left.
    pub fn next<'b>(&mut self, input: &mut &'b [u8]) -> FramedCommand<'b> {
        loop {
            match self.state {
                State::Line => return self.line(input),
                State::Asked(head) => return self.literal(input, head),
                State::Literal { end } if end <= input.len() => {
                    self.line = end;
                    self.scanned = end;
                    self.state = State::Line;
                }
                State::Literal { .. } => return FramedCommand::NeedInput,
                State::SkippingLiteral { left } => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                    *input = input.get(here..).unwrap_or_default();
                    match left.saturating_sub(u64::try_from(here).unwrap_or(left)) {
                        0 => self.state = State::SkippingLine(LineTail::Plain),
                        left => {
                            self.state = State::SkippingLiteral { left };
                            return FramedCommand::NeedInput;
                        }
                    }
                }
                State::SkippingLine(tail) => {
                    if !self.skip_line(tail, input) {
                        return FramedCommand::NeedInput;
                    }
                }
            }
        }
    }

    /// The literal that was asked about becomes part of the command: its octets
    /// stay in the input until the command is whole. If it is synchronising,
    /// the caller tells the client to send it.
    pub fn keep_literal(&mut self) {
        if let State::Asked(head) = self.state {
            let octets = usize::try_from(head.octets).unwrap_or(usize::MAX);
            self.state = State::Literal { end: self.scanned.saturating_add(octets) };
        }
    }

    /// The caller takes the octets of the literal that was asked about off
    /// `input` itself, all of them, before it calls [`CommandFramer::next`] again. The
    /// command before them is consumed here; the line behind them is framed as a
    /// command of its own.
    pub fn stream_literal(&mut self, input: &mut &[u8]) {
        if let State::Asked(_) = self.state {
            *input = input.get(self.scanned..).unwrap_or_default();
            self.reset();
        }
    }

    /// The literal that was asked about and the command it is part of are not
    /// wanted; the caller answers the command with `NO` or `BAD` now. What the
    /// client still sends of it is consumed: a synchronising literal it does not
    /// send at all, any other is read past, however long it is.
    pub fn refuse_literal(&mut self, input: &mut &[u8]) {
        if let State::Asked(head) = self.state {
            *input = input.get(self.scanned..).unwrap_or_default();
            self.reset();
            if head.non_synchronizing {
                self.state = State::SkippingLiteral { left: head.octets };
            }
        }
    }

    /// Of a literal that was streamed, the `left` octets that the caller did not
    /// take are not wanted, nor is the command: they are read past, with the
    /// rest of it.
    pub const fn skip_literal(&mut self, left: u64) {
        self.reset();
        self.state = State::SkippingLiteral { left };
    }

    /// Looks for the end of a line that is kept.
    fn line<'b>(&mut self, input: &mut &'b [u8]) -> FramedCommand<'b> {
        let searched = self.scanned.min(input.len());
        let found = memchr(b'\n', input.get(searched..).unwrap_or_default());
        let end = found.map_or(input.len(), |found| searched + found + 1);
        if end > self.limits.command || (found.is_none() && end == self.limits.command) {
            return self.too_long(input);
        }
        self.scanned = end;
        if found.is_none() {
            return FramedCommand::NeedInput;
        }
        let line = input.get(self.line..end).unwrap_or_default();
        if let [.., b'}', b'\n'] | [.., b'}', b'\r', b'\n'] = line {
            if let Some(head) = LineTail::Plain.read(line).literal() {
                self.state = State::Asked(head);
                return self.literal(input, head);
            }
        }
        let (command, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
        *input = rest;
        self.reset();
        match command {
            [octets @ .., b'\r', b'\n'] => {
                FramedCommand::Command { octets, ending: LineEnding::Crlf }
            }
            [octets @ .., _] => FramedCommand::Command { octets, ending: LineEnding::Lf },
            [] => FramedCommand::NeedInput,
        }
    }

    /// Tells of the literal whose announcement ends the line before `scanned`.
    fn literal<'b>(&self, input: &&'b [u8], head: LiteralHead) -> FramedCommand<'b> {
        let octets = match input.get(..self.scanned).unwrap_or_default() {
            [octets @ .., b'\r', b'\n'] | [octets @ .., b'\n'] | octets => octets,
        };
        // Behind it there is at least the end of the last line.
        let room = self.limits.command.saturating_sub(self.scanned.saturating_add(2));
        let fits = head.octets <= self.limits.literal
            && usize::try_from(head.octets).is_ok_and(|octets| octets <= room);
        FramedCommand::Literal { octets, head, fits }
    }

    /// Gives up on a command that is too long, in the line that begins at
    /// `line`.
    fn too_long<'b>(&mut self, input: &mut &'b [u8]) -> FramedCommand<'b> {
        let start = input.get(..self.limits.command).unwrap_or(input);
        *input = input.get(self.line..).unwrap_or_default();
        self.reset();
        self.state = State::SkippingLine(LineTail::Plain);
        FramedCommand::TooLong { start }
    }

    /// Consumes what there is of a line that is not kept; whether that was its
    /// end.
    fn skip_line(&mut self, tail: LineTail, input: &mut &[u8]) -> bool {
        let found = memchr(b'\n', input);
        let end = found.map_or(input.len(), |found| found + 1);
        let (line, rest) = input.split_at_checked(end).unwrap_or((input, &[]));
        let tail = tail.read(line);
        *input = rest;
        self.state = match tail.literal() {
            _ if found.is_none() => State::SkippingLine(tail),
            Some(LiteralHead { non_synchronizing: true, octets, .. }) => {
                State::SkippingLiteral { left: octets }
            }
            // One that the client must ask for is never sent: it was answered.
            _ => State::Line,
        };
        found.is_some()
    }
}

/// What the end of a line means for its next octet: whether that is in a quoted
/// string, or in the announcement of a literal.
#[derive(Clone, Copy, Debug)]
enum LineTail {
    Plain,
    Quoted,
    /// Behind a backslash in a quoted string.
    Escaped,
    Tilde,
    Open {
        binary: bool,
    },
    Size(LiteralHead),
    /// Behind the `+`.
    Plus(LiteralHead),
    /// Behind the `}`, and perhaps the line's end.
    Announced(LiteralHead),
}

impl LineTail {
    /// The tail behind `octets`.
    fn read(self, octets: &[u8]) -> Self {
        octets.iter().fold(self, |tail, &octet| tail.step(octet))
    }

    /// ```abnf
    /// literal = ["~"] "{" number64 ["+"] "}" CRLF …     ; RFC 9051 section 9
    /// ```
    /// at the end of a line, outside a quoted string. What stands before it is
    /// not looked at: `x{3}` is no grammar, but the octets will come.
    fn step(self, octet: u8) -> Self {
        match (self, octet) {
            (Self::Escaped, _) => Self::Quoted,
            (Self::Quoted, b'\\') => Self::Escaped,
            (Self::Quoted, b'"') => Self::Plain,
            (Self::Quoted, _) => Self::Quoted,
            (Self::Open { binary }, b'0'..=b'9') => {
                let octets = u64::from(octet & 0xf);
                Self::Size(LiteralHead { octets, non_synchronizing: false, binary })
            }
            (Self::Size(head), b'0'..=b'9') => {
                let octets = head.octets.saturating_mul(10).saturating_add((octet & 0xf).into());
                Self::Size(LiteralHead { octets, ..head })
            }
            (Self::Size(head), b'+') => Self::Plus(LiteralHead { non_synchronizing: true, ..head }),
            (Self::Size(head) | Self::Plus(head), b'}') => Self::Announced(head),
            (Self::Announced(head), b'\r' | b'\n') => Self::Announced(head),
            (_, b'"') => Self::Quoted,
            (tail, b'{') => Self::Open { binary: matches!(tail, Self::Tilde) },
            (_, b'~') => Self::Tilde,
            _ => Self::Plain,
        }
    }

    /// The literal that the line announces, if it ended here.
    const fn literal(self) -> Option<LiteralHead> {
        match self {
            Self::Announced(head) => Some(head),
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

    const LIMITS: FrameLimits = FrameLimits { command: 40, literal: 20 };

    /// What a server does that streams the literals of APPEND, refuses those
    /// that do not fit and keeps the rest; fed with `pieces` one after another.
    fn frame(pieces: &[&[u8]]) -> Vec<String> {
        let mut framer = CommandFramer::new(LIMITS);
        let mut seen = Vec::new();
        let mut unread: Vec<u8> = Vec::new();
        let mut streaming = 0;
        let mut message = Vec::new();
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            loop {
                if streaming > 0 {
                    let (octets, rest) = input.split_at(streaming.min(input.len()));
                    message.extend_from_slice(octets);
                    streaming -= octets.len();
                    input = rest;
                    if streaming > 0 {
                        break;
                    }
                    seen.push(format!("message {}", message.escape_ascii()));
                    message.clear();
                }
                match framer.next(&mut input) {
                    FramedCommand::Command { octets, ending: LineEnding::Crlf } => {
                        seen.push(format!("command {}", octets.escape_ascii()));
                    }
                    FramedCommand::Command { octets, ending: LineEnding::Lf } => {
                        seen.push(format!("bare LF {}", octets.escape_ascii()));
                    }
                    FramedCommand::Literal { octets, head, fits } => {
                        if octets.starts_with(b"a APPEND") && head.octets < 1000 {
                            seen.push(format!("stream {}", octets.escape_ascii()));
                            streaming = usize::try_from(head.octets).unwrap();
                            framer.stream_literal(&mut input);
                        } else if fits {
                            framer.keep_literal();
                            if !head.non_synchronizing {
                                seen.push("+".into());
                            }
                        } else {
                            seen.push(format!("refuse {}", octets.escape_ascii()));
                            framer.refuse_literal(&mut input);
                        }
                    }
                    FramedCommand::TooLong { start } => {
                        seen.push(format!("too long {}", start.escape_ascii()));
                    }
                    FramedCommand::NeedInput => break,
                }
            }
            assert!(input.len() < LIMITS.command, "more left than the limit");
            unread = input.to_vec();
        }
        seen
    }

    /// Frames `input` whole, at every split, and octet by octet.
    #[track_caller]
    fn check(input: &[u8], expected: &[&str]) {
        assert_eq!(frame(&[input]), expected);
        for at in 0..=input.len() {
            let (one, other) = input.split_at(at);
            assert_eq!(frame(&[one, other]), expected, "split at {at}");
        }
        assert_eq!(frame(&input.chunks(1).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn lines_and_literals() {
        check(b"a NOOP\r\nb CHECK\r\n", &["command a NOOP", "command b CHECK"]);
        check(
            b"a LOGIN {3}\r\nb\r\n {2+}\r\n\r\n\r\nc NOOP\r\n",
            &["+", "command a LOGIN {3}\\r\\nb\\r\\n {2+}\\r\\n\\r\\n", "command c NOOP"],
        );
        check(
            b"a X {0}\r\n\r\nb X ~{1}\r\n\0\r\n",
            &["+", "command a X {0}\\r\\n", "+", "command b X ~{1}\\r\\n\\x00"],
        );
        check(b"a NOOP\nb X {1+}\nx\r\n", &["bare LF a NOOP", "command b X {1+}\\nx"]);
    }

    #[test]
    fn what_is_no_literal() {
        for line in [
            "a X \"{3}\"",
            "a X \"{3}",
            "a X \"\\\"{3}",
            "a X {3} ",
            "a X {}",
            "a X {-1}",
            "a X {3 }",
            "a X {3++}",
            "a X 3}",
        ] {
            let input = format!("{line}\r\nb NOOP\r\n");
            let command = format!("command {}", line.as_bytes().escape_ascii());
            check(input.as_bytes(), &[&command, "command b NOOP"]);
        }
        // Behind a closed string, and behind a brace that opens nothing.
        check(b"a X \"\\\\\"{1+}\r\nx\r\n", &["command a X \\\"\\\\\\\\\\\"{1+}\\r\\nx"]);
        check(b"a X{{1+}\r\nx\r\n", &["command a X{{1+}\\r\\nx"]);
    }

    #[test]
    fn a_message_is_streamed() {
        check(
            b"a APPEND x {9}\r\nb NOOP\r\nc\r\nd NOOP\r\n",
            &["stream a APPEND x {9}", "message b NOOP\\r\\nc", "command ", "command d NOOP"],
        );
    }

    #[test]
    fn a_refused_literal_is_never_taken_for_commands() {
        // Synchronising: the client does not send it.
        check(b"a X {21}\r\nb NOOP\r\n", &["refuse a X {21}", "command b NOOP"]);
        check(
            b"a X {99999999999999999999}\r\nb NOOP\r\n",
            &["refuse a X {99999999999999999999}", "command b NOOP"],
        );
        // Not synchronising: it is read past, with what follows it.
        check(
            b"a X {21+}\r\nb NOOP\r\nc NOOP\r\nd NO {9+}\r\ne NOOP\r\n!\r\nf NOOP\r\n",
            &["refuse a X {21+}", "command f NOOP"],
        );
        // The first is refused, the second is not sent for it.
        check(
            b"a X {21+}\r\n123456789012345678901 {9}\r\nb NOOP\r\n",
            &["refuse a X {21+}", "command b NOOP"],
        );
        check(
            b"a X {99999999999999999999+}\r\nb NOOP\r\n",
            &["refuse a X {99999999999999999999+}"],
        );
        // Both would fit, together they do not.
        check(
            b"a {20+}\r\n12345678901234567890 {9+}\r\nb NOOP\r\n\r\nc NOOP\r\n",
            &["refuse a {20+}\\r\\n12345678901234567890 {9+}", "command c NOOP"],
        );
    }

    /// What fits leaves room for the end of the last line.
    #[test]
    fn a_literal_that_just_fits() {
        check(
            b"a 3456789012 {18+}\r\n123456789012345678\r\nb NOOP\r\n",
            &["command a 3456789012 {18+}\\r\\n123456789012345678", "command b NOOP"],
        );
        check(
            b"a 34567890123 {18+}\r\n123456789012345678\r\nb NOOP\r\n",
            &["refuse a 34567890123 {18+}", "command b NOOP"],
        );
    }

    #[test]
    fn a_command_that_is_too_long_is_consumed() {
        let long = "1234567890123456789012345678901234567890";
        check(
            b"12345678901234567890123456789012345678\r\nb NOOP\r\n",
            &["command 12345678901234567890123456789012345678", "command b NOOP"],
        );
        for end in ["", "x", "x\"{3}", "{9}", "{8+}\r\nc NOOP\r\n", "{3+}\r\n\r\n\"{1+}\r\nx"] {
            let input = format!("{long}{end}\r\nb NOOP\r\n");
            check(input.as_bytes(), &[&format!("too long {long}"), "command b NOOP"]);
        }
        check(
            b"a {20+}\r\n\r\n345678901234567890 890123456789{8+}\r\nc NOOP\r\n\r\nb NOOP\r\n",
            &["too long a {20+}\\r\\n\\r\\n345678901234567890 8901234567", "command b NOOP"],
        );
    }
}
