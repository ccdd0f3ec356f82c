//! Bodies put on the wire.

use bytes::{BufMut, BytesMut};
use memchr::{memchr2, memmem};

use super::{STUFFED_LINE, has_lone_line_ending, skip, take};

/// What a sender does with a bare CR or LF in a body. Neither is ever sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SendPolicy {
    /// It is an error.
    #[default]
    Reject,
    /// It becomes CRLF: for messages that are kept with the line ends of a file.
    Normalize,
}

/// A body that was to be sent holds a CR or LF that is not part of a CRLF.
///
/// The body cannot be ended as a whole message now, and its [`DotStuffer`] says
/// the same at every further call: close the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error(
    "the body holds a bare CR or LF: convert its line ends to CRLF, or send it with `SendPolicy::Normalize`"
)]
pub struct IrregularLineEnding;

/// Puts a body on the wire: stuffs dots, and ends it.
///
/// ```
/// # use bytes::BytesMut;
/// # use mail_wire::{DotStuffer, SendPolicy};
/// let mut out = BytesMut::new();
/// let mut body = DotStuffer::new(SendPolicy::Reject);
/// body.push(b".profile\r\n", &mut out)?;
/// body.push(b"no line end", &mut out)?;
/// body.finish(&mut out)?;
/// assert_eq!(&out[..], b"..profile\r\nno line end\r\n.\r\n");
/// # Ok::<(), mail_wire::IrregularLineEnding>(())
/// ```
#[derive(Clone, Debug)]
pub struct DotStuffer {
    policy: SendPolicy,
    line_start: bool,
    /// A CR ended the last piece: what it is depends on the next octet.
    held_cr: bool,
    /// A piece was refused: what was written must not pass for a whole message.
    broken: bool,
}

impl DotStuffer {
    /// Ready for the first octet of a body.
    #[must_use]
    pub const fn new(policy: SendPolicy) -> Self {
        Self { policy, line_start: true, held_cr: false, broken: false }
    }

    /// Writes the next octets of the body. They may be cut anywhere.
    ///
    /// # Errors
    /// [`IrregularLineEnding`], under [`SendPolicy::Reject`]; nothing of
    /// `piece` was written then.
    pub fn push(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), IrregularLineEnding> {
        self.broken = self.broken || self.push_piece(piece, out).is_err();
        if self.broken { Err(IrregularLineEnding) } else { Ok(()) }
    }

    fn push_piece(&mut self, piece: &[u8], out: &mut BytesMut) -> Result<(), IrregularLineEnding> {
        let mut piece = piece;
        if self.held_cr && !piece.is_empty() {
            match piece.strip_prefix(b"\n") {
                Some(rest) => piece = rest,
                None if self.policy == SendPolicy::Reject => return Err(IrregularLineEnding),
                None => {}
            }
            self.end_line(out);
            self.held_cr = false;
        }
        let whole = match piece.strip_suffix(b"\r") {
            Some(whole) => whole,
            None => piece,
        };
        if !has_lone_line_ending(whole) {
            self.push_lines(whole, &memmem::Finder::new(STUFFED_LINE), out);
        } else if self.policy == SendPolicy::Reject {
            return Err(IrregularLineEnding);
        } else {
            self.push_normalized(whole, out);
        }
        self.held_cr |= whole.len() < piece.len();
        Ok(())
    }

    /// Writes the end of the body. A last line without CRLF gets one.
    ///
    /// # Errors
    /// [`IrregularLineEnding`], under [`SendPolicy::Reject`], where the body
    /// ended with a bare CR, or a piece of it was refused.
    pub fn finish(mut self, out: &mut BytesMut) -> Result<(), IrregularLineEnding> {
        if self.broken || (self.held_cr && self.policy == SendPolicy::Reject) {
            return Err(IrregularLineEnding);
        }
        if self.held_cr || !self.line_start {
            self.end_line(out);
        }
        out.put_slice(b".\r\n");
        Ok(())
    }

    fn end_line(&mut self, out: &mut BytesMut) {
        out.put_slice(b"\r\n");
        self.line_start = true;
    }

    /// Lines that end with CRLF, the last one perhaps not ended.
    fn push_lines(&mut self, lines: &[u8], stuffed_line: &memmem::Finder<'_>, out: &mut BytesMut) {
        let mut lines = lines;
        while !lines.is_empty() {
            if self.line_start && lines.first() == Some(&b'.') {
                out.put_u8(b'.');
            }
            let end = stuffed_line.find(lines).map_or(lines.len(), |at| at + 2);
            let piece = take(&mut lines, end);
            out.put_slice(piece);
            self.line_start = piece.ends_with(b"\r\n");
        }
    }

    /// Lines with any ends.
    fn push_normalized(&mut self, lines: &[u8], out: &mut BytesMut) {
        let stuffed_line = memmem::Finder::new(STUFFED_LINE);
        let mut lines = lines;
        while let Some(at) = memchr2(b'\r', b'\n', lines) {
            self.push_lines(take(&mut lines, at), &stuffed_line, out);
            let end = if lines.starts_with(b"\r\n") { 2 } else { 1 };
            skip(&mut lines, end);
            self.end_line(out);
        }
        self.push_lines(lines, &stuffed_line, out);
    }
}
