//! What is sent line by line: the answer to RETR and TOP, and to unknown commands.

use bytes::BytesMut;
use mail_wire::{DotStuffer, SendPolicy, Ticket};
use memchr::memchr2;

/// Marks the ticket in a [`Body`]: the duty to finish it.
#[derive(Debug)]
pub(super) enum Streaming {}

/// The message that is being sent, dot-stuffed, or the lines that answer an unknown command.
/// Bring it back to [`Session::finish`](super::Session::finish) at the end.
///
/// Between two pieces what was written can be sent, so that no message is ever
/// whole in memory. A bare CR or LF is sent as CRLF: the size of the message,
/// as LIST tells it, is counted so.
///
/// If the message cannot be read to its end, close the connection: POP3 has no
/// other way to say so, and half a message must not pass for a whole one.
#[derive(Debug)]
#[must_use = "the client waits for the end of the message: bring it to `Session::finish`"]
pub struct Body {
    ticket: Ticket<Streaming>,
    stuffer: DotStuffer,
    top: Option<Top>,
    /// How many octets were written.
    octets: u64,
}

impl Body {
    pub(super) fn new(ticket: Ticket<Streaming>, lines: Option<u32>) -> Self {
        let stuffer = DotStuffer::new(SendPolicy::Normalize);
        Self { ticket, stuffer, top: lines.map(Top::new), octets: 0 }
    }

    /// Writes the next octets of the message, which may be cut anywhere. After
    /// the last line that TOP asked for, nothing is written.
    pub fn push(&mut self, piece: &[u8], out: &mut BytesMut) {
        let wanted = match &mut self.top {
            Some(top) => top.take(piece),
            None => piece,
        };
        let start = out.len();
        // Normalising takes any octets.
        self.stuffer.push(wanted, out).unwrap_or_default();
        self.octets = self.octets.saturating_add(written(start, out));
    }

    /// Whether all that TOP asked for is written: the rest of the message need
    /// not be read. Never for RETR.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.top.as_ref().is_some_and(Top::is_complete)
    }

    /// The ticket, and what writes the end of the message once it is taken.
    pub(super) fn into_parts(self) -> (Ticket<Streaming>, End) {
        (self.ticket, End { stuffer: self.stuffer, octets: self.octets })
    }
}

/// The end of a message, to be written.
#[derive(Debug)]
pub(super) struct End {
    stuffer: DotStuffer,
    octets: u64,
}

impl End {
    /// Writes it. Gives how many octets the message had on the wire, up to its last dot.
    pub(super) fn write(self, out: &mut BytesMut) -> u64 {
        const LAST: u64 = b".\r\n".len() as u64;
        let start = out.len();
        // As above.
        self.stuffer.finish(out).unwrap_or_default();
        self.octets.saturating_add(written(start, out)).saturating_sub(LAST)
    }
}

/// How many octets were written from `start` on.
fn written(start: usize, out: &BytesMut) -> u64 {
    u64::try_from(out.len().saturating_sub(start)).unwrap_or(u64::MAX)
}

/// Counts the lines for TOP: "the headers of the message, the blank line
/// separating the headers from the body, and then the number of lines of the
/// indicated message's body" (RFC 1939 §7).
#[derive(Debug)]
struct Top {
    lines: u32,
    in_header: bool,
    line_is_empty: bool,
    /// A CR ended the last piece and its line: an LF belongs to it still.
    after_cr: bool,
}

impl Top {
    const fn new(lines: u32) -> Self {
        Self { lines, in_header: true, line_is_empty: true, after_cr: false }
    }

    const fn is_complete(&self) -> bool {
        !self.in_header && self.lines == 0
    }

    /// What of `piece` is to be sent. A line ends with CRLF, CR or LF, as they
    /// are all sent as CRLF.
    fn take<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let mut end = usize::from(self.after_cr && piece.first() == Some(&b'\n'));
        self.after_cr &= piece.is_empty();
        while !self.is_complete() {
            let rest = piece.get(end..).unwrap_or_default();
            let Some(length) = memchr2(b'\r', b'\n', rest) else {
                self.line_is_empty &= rest.is_empty();
                return piece;
            };
            end += length
                + match rest.get(length..).unwrap_or_default() {
                    [b'\r', b'\n', ..] => 2,
                    ending => {
                        self.after_cr = ending == b"\r";
                        1
                    }
                };
            self.end_line(self.line_is_empty && length == 0);
        }
        piece.get(..end).unwrap_or(piece)
    }

    const fn end_line(&mut self, empty: bool) {
        if !self.in_header {
            self.lines -= 1;
        } else if empty {
            self.in_header = false;
        }
        self.line_is_empty = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use mail_wire::Desk;

    /// What is sent of `message`, at every split in two and octet by octet.
    fn send(lines: Option<u32>, message: &[u8]) -> Vec<u8> {
        let send = |pieces: &[&[u8]]| {
            let mut out = BytesMut::new();
            let mut body = Body::new(Desk::new().issue(()), lines);
            for piece in pieces {
                body.push(piece, &mut out);
            }
            body.into_parts().1.write(&mut out);
            out.to_vec()
        };
        let whole = send(&[message]);
        for at in 0..=message.len() {
            let split = send(&[&message[..at], b"", &message[at..]]);
            assert_eq!(split, whole, "{lines:?} of {message:?} at {at}");
        }
        let octets: Vec<&[u8]> = message.chunks(1).collect();
        assert_eq!(send(&octets), whole, "{lines:?} of {message:?}");
        whole
    }

    /// A message that ends without CRLF, a body of one dot, a first
    /// octet that is a dot, lines with bare LF that begin with a dot.
    #[test]
    fn whatever_the_message_is_only_the_dot_ends_it() {
        for (message, sent) in [
            (&b""[..], &b".\r\n"[..]),
            (b".", b"..\r\n.\r\n"),
            (b".a\r\n", b"..a\r\n.\r\n"),
            (b"a\n.\nb\n..\n", b"a\r\n..\r\nb\r\n...\r\n.\r\n"),
            (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
            (b"a: b\r\n\r\nno end", b"a: b\r\n\r\nno end\r\n.\r\n"),
            (b"a\r\n.\r\n", b"a\r\n..\r\n.\r\n"),
        ] {
            assert_eq!(send(None, message), sent, "{message:?}");
        }
    }

    /// `TOP 1 0`.
    #[test]
    fn top_counts_the_lines_of_the_body() {
        let message = b"a: b\r\nc: d\r\n\r\n1\r\n\r\n.3\r\n4";
        assert_eq!(send(Some(0), message), b"a: b\r\nc: d\r\n\r\n.\r\n");
        assert_eq!(send(Some(1), message), b"a: b\r\nc: d\r\n\r\n1\r\n.\r\n");
        assert_eq!(send(Some(3), message), b"a: b\r\nc: d\r\n\r\n1\r\n\r\n..3\r\n.\r\n");
        for lines in [4, 5, u32::MAX] {
            assert_eq!(
                send(Some(lines), message),
                b"a: b\r\nc: d\r\n\r\n1\r\n\r\n..3\r\n4\r\n.\r\n"
            );
        }
        assert_eq!(send(Some(0), b"a: b\n\nbody\n"), b"a: b\r\n\r\n.\r\n");
        assert_eq!(send(Some(1), b"a: b\n\n\n\n"), b"a: b\r\n\r\n\r\n.\r\n");
        assert_eq!(send(Some(1), b"a: b\r\r1\r2\r"), b"a: b\r\n\r\n1\r\n.\r\n");
        assert_eq!(send(Some(0), b"\r\nbody\r\n"), b"\r\n.\r\n");
        assert_eq!(send(Some(0), b"only: header\r\n"), b"only: header\r\n.\r\n");
        assert_eq!(send(Some(9), b""), b".\r\n");
    }

    #[test]
    fn top_says_when_it_has_enough() {
        let mut out = BytesMut::new();
        let mut body = Body::new(Desk::new().issue(()), Some(1));
        body.push(b"a: b\r\n\r\n1", &mut out);
        assert!(!body.is_complete());
        body.push(b"\r", &mut out);
        assert!(body.is_complete());
        body.push(b"\n2\r\n", &mut out);
        body.into_parts().1.write(&mut out);
        assert_eq!(&out[..], b"a: b\r\n\r\n1\r\n.\r\n");
    }
}
