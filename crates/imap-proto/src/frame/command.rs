//! Where a command ends: lines, and the literals between them.
//!
//! RFC 9051 §2.2.1, §4.3 and §9, RFC 7888. A command is a line that may end in a literal's
//! `{n}`; then `n` octets and another line follow. The [`CommandFramer`] finds that end in a
//! growing buffer, so that a command is parsed once, when it is whole.

use mail_wire::{LineEnding, Next, Rule, UnitFramer};

use crate::wire::{Announced, LineEnd, LineScan, LiteralHead, Side};

/// Finds the ends of commands. It remembers how far it has looked, so that each octet is
/// looked at once however the input is split.
///
/// After a line that announces a literal it asks: [`keep`](UnitFramer::keep) it, to be a part
/// of the command; [`release`](UnitFramer::release) it, and take its octets off the input; or
/// [`refuse`](UnitFramer::refuse) it with the rest of the command, which is answered `NO` or
/// `BAD` then. What the client still sends of what was refused, or is too long, is read past
/// and never taken for a command: a synchronising literal it does not send at all, any other
/// it does, however long it is.
///
/// ```text
///                   ┌── keep ── its octets come ────┐
///                   ▼                               │
///  line ── {n} ── asked ── release ── (caller takes n octets) ──► line
///   │ ▲             └── refuse ── its octets, if they come unasked, and the
///   ▼ │                           rest of the command are consumed ──► line
///  command
/// ```
///
/// ```
/// use imap_proto::{CommandFramer, Framed};
/// let mut framer = CommandFramer::new(64 * 1024);
/// let mut input: &[u8] = b"a1 LOGIN {5}\r\nalice secret\r\na2 NO";
/// let Framed::Ask { octets, ask } = framer.next(&mut input) else { panic!() };
/// assert_eq!((octets, ask.head.octets), (&b"a1 LOGIN {5}"[..], 5));
/// assert!(framer.keep(5)); // and, for this one, write `+ ` and a text
/// let Framed::Whole { octets, .. } = framer.next(&mut input) else { panic!() };
/// assert_eq!(octets, b"a1 LOGIN {5}\r\nalice secret");
/// assert_eq!(framer.next(&mut input), Framed::NeedInput);
/// assert_eq!(input, b"a2 NO");
/// ```
pub type CommandFramer = UnitFramer<CommandRule>;

/// A literal that a command goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnnouncedLiteral {
    /// Its size, and how it is sent. A size that does not fit a number is `u64::MAX`.
    pub head: LiteralHead,
    /// What ended the line that announces it. With LF alone, the command is not of the
    /// grammar, whatever is tolerated.
    pub ending: LineEnding,
    /// Whether it is the first of the command. What the command is called is known then, and
    /// need not be found out again.
    pub is_first: bool,
}

/// What follows the lines of a client.
#[derive(Clone, Copy, Debug)]
pub struct CommandRule {
    scan: LineScan,
    is_first: bool,
}

impl Default for CommandRule {
    fn default() -> Self {
        Self { scan: LineScan::new(Side::Client), is_first: true }
    }
}

impl Rule for CommandRule {
    type Ask = AnnouncedLiteral;

    #[inline]
    fn read(&mut self, octets: &[u8]) {
        self.scan.read(octets);
    }

    #[inline]
    fn end_line(&mut self) -> Next<AnnouncedLiteral> {
        match self.scan.end() {
            LineEnd::Literal(Announced { head, ending }) => {
                let is_first = core::mem::replace(&mut self.is_first, false);
                Next::Ask(AnnouncedLiteral { head, ending, is_first })
            }
            LineEnd::Plain | LineEnd::Quoted => Next::End,
        }
    }

    /// One that the client must ask for is never sent: it was answered.
    fn refused(ask: AnnouncedLiteral) -> Option<u64> {
        ask.head.non_synchronizing.then_some(ask.head.octets)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use mail_wire::Framed;

    use super::*;

    const LIMIT: usize = 40;
    const LITERAL: u64 = 20;

    /// What a server does that streams the literals of APPEND, refuses those
    /// that do not fit and keeps the rest; fed with `pieces` one after another.
    fn frame(pieces: &[&[u8]]) -> Vec<String> {
        let mut framer = CommandFramer::new(LIMIT);
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
                    Framed::Whole { octets, ending: LineEnding::Crlf } => {
                        seen.push(format!("command {}", octets.escape_ascii()));
                    }
                    Framed::Whole { octets, ending: LineEnding::Lf } => {
                        seen.push(format!("bare LF {}", octets.escape_ascii()));
                    }
                    Framed::Ask { octets, ask: AnnouncedLiteral { head, ending, .. } } => {
                        if octets.starts_with(b"a APPEND") && head.octets < 1000 {
                            seen.push(format!("stream {}", octets.escape_ascii()));
                            streaming = usize::try_from(head.octets).unwrap();
                            framer.release(&mut input);
                        } else if ending == LineEnding::Crlf
                            && head.octets <= LITERAL
                            && framer.keep(head.octets)
                        {
                            if !head.non_synchronizing {
                                seen.push("+".into());
                            }
                        } else {
                            seen.push(format!("refuse {}", octets.escape_ascii()));
                            framer.refuse(&mut input);
                        }
                    }
                    Framed::TooLong { start } => {
                        seen.push(format!("too long {}", start.escape_ascii()));
                    }
                    Framed::NeedInput => break,
                }
            }
            assert!(input.len() < LIMIT, "more left than the limit");
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
        check(
            b"a NOOP\nb X {9+}\nc NOOP\r\n!\r\nd NOOP\r\n",
            &["bare LF a NOOP", "refuse b X {9+}", "command d NOOP"],
        );
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
        // Behind a closed string, and after a brace that opens nothing.
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
