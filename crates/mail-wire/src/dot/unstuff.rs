//! Bodies taken off the wire.

use memchr::{memchr, memchr3, memmem};

use super::{STUFFED_LINE, has_lone_line_ending, in_vectors, skip, take};

/// What a receiver does with a bare CR, a bare LF or a NUL in a body.
///
/// None of them ever ends the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BodyPolicy {
    /// The body is read to its true end and then refused.
    #[default]
    Reject,
    /// They are kept as they are.
    Keep,
    /// A bare CR or LF becomes CRLF, and a NUL is left out.
    Normalize,
}

/// What [`DotUnstuffer::next`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unstuffed<'b> {
    /// The next octets of the body, without the dots that were stuffed.
    Piece(&'b [u8]),
    /// The end of the body, consumed.
    End {
        /// Whether the body held what [`BodyPolicy::Reject`] refuses. Pieces
        /// past the first such place were not handed out.
        refused: bool,
    },
    /// Call again with more input after the same octets.
    NeedInput,
}

/// Takes a body off the wire in pieces that borrow from the input.
///
/// At most two octets are left in the input between two calls, so nothing is
/// searched twice.
///
/// ```
/// # use mail_wire::{BodyPolicy, DotUnstuffer, Unstuffed};
/// let mut body = DotUnstuffer::new(BodyPolicy::Reject);
/// let mut input: &[u8] = b"Hi.\r\n..x\r\n.\r\nQUIT\r\n";
/// assert_eq!(body.next(&mut input), Unstuffed::Piece(b"Hi.\r\n"));
/// assert_eq!(body.next(&mut input), Unstuffed::Piece(b".x\r\n"));
/// assert_eq!(body.next(&mut input), Unstuffed::End { refused: false });
/// assert_eq!(input, b"QUIT\r\n");
/// ```
#[derive(Clone, Debug)]
pub struct DotUnstuffer {
    policy: BodyPolicy,
    line_start: bool,
    refused: bool,
    /// The last piece was no shorter than a block: it pays to look for the next dot in blocks.
    far_apart: bool,
    /// So many octets at the front of the input hold nothing that is refused, which was seen
    /// when what stands before them was looked at.
    verified: usize,
    /// Kept, for to make it takes as long as to search a few lines.
    stuffed_line: memmem::Finder<'static>,
}

impl DotUnstuffer {
    /// Ready for the first octet of a body.
    #[must_use]
    pub fn new(policy: BodyPolicy) -> Self {
        let stuffed_line = memmem::Finder::new(STUFFED_LINE);
        Self {
            policy,
            line_start: true,
            refused: false,
            far_apart: true,
            verified: 0,
            stuffed_line,
        }
    }

    /// Takes the next piece off the front of `input`.
    ///
    /// After [`Unstuffed::End`] it is ready for another body.
    pub fn next<'b>(&mut self, input: &mut &'b [u8]) -> Unstuffed<'b> {
        loop {
            if self.line_start {
                match **input {
                    [b'.', b'\r', b'\n', ..] => {
                        skip(input, 3);
                        self.verified = 0;
                        return Unstuffed::End { refused: core::mem::take(&mut self.refused) };
                    }
                    [] | [b'.'] | [b'.', b'\r'] => return Unstuffed::NeedInput,
                    [b'.', ..] => {
                        skip(input, 1);
                        self.verified = self.verified.saturating_sub(1);
                    }
                    _ => {}
                }
                self.line_start = false;
            }
            if self.policy == BodyPolicy::Normalize {
                match self.next_normalized(input) {
                    Unstuffed::Piece([]) => {}
                    found => return found,
                }
            } else {
                let checked = self.policy == BodyPolicy::Reject && !self.refused;
                let searched = if checked { self.verify(input) } else { 0 };
                let piece = self.next_lines(input, searched);
                if piece.is_empty() {
                    return Unstuffed::NeedInput;
                }
                if checked {
                    self.far_apart = piece.len() >= BLOCK;
                    self.refused =
                        piece.len() > self.verified && is_irregular_after(piece, self.verified);
                    self.verified = self.verified.saturating_sub(piece.len());
                }
                if !self.refused {
                    return Unstuffed::Piece(piece);
                }
            }
        }
    }

    /// Looks at the front of the input in whole blocks, unless it was looked at already; says
    /// how far there is no line that begins with a dot either.
    fn verify(&mut self, input: &[u8]) -> usize {
        let mut searched = 0;
        if self.verified == 0 {
            if self.far_apart {
                searched = plain_blocks(input);
                self.verified = searched;
            }
            if searched == 0 {
                self.verified = regular_blocks(input);
            }
        }
        searched
    }

    /// Everything up to the next line that begins with a dot, of which there is
    /// none before `searched`. A CR at the end of the input waits for what
    /// follows it.
    fn next_lines<'b>(&mut self, input: &mut &'b [u8], searched: usize) -> &'b [u8] {
        let end = match self.stuffed_line.find(input.get(searched..).unwrap_or_default()) {
            Some(at) => searched + at + 2,
            None => input.strip_suffix(b"\r").unwrap_or(input).len(),
        };
        let piece = take(input, end);
        self.line_start = piece.ends_with(b"\r\n");
        piece
    }

    /// As [`next_lines`](Self::next_lines), but ends a piece before whatever is
    /// to be replaced. An empty piece means: go on.
    fn next_normalized<'b>(&mut self, input: &mut &'b [u8]) -> Unstuffed<'b> {
        match **input {
            [] | [b'\r'] => return Unstuffed::NeedInput,
            [0, ..] => {
                skip(input, 1);
                return Unstuffed::Piece(&[]);
            }
            [b'\r', b'\n', ..] => {}
            [b'\r' | b'\n', ..] => {
                skip(input, 1);
                return Unstuffed::Piece(b"\r\n");
            }
            _ => {}
        }
        let mut end = 0;
        loop {
            let rest = input.get(end..).unwrap_or_default();
            let Some(at) = memchr3(b'\r', b'\n', 0, rest) else {
                end = input.len();
                break;
            };
            end += at;
            match rest.get(at..).unwrap_or_default() {
                [b'\r', b'\n', b'.', ..] => {
                    end += 2;
                    break;
                }
                [b'\r', b'\n', ..] => end += 2,
                _ => break,
            }
        }
        let piece = take(input, end);
        self.line_start = piece.ends_with(b"\r\n");
        Unstuffed::Piece(piece)
    }
}

/// Octets that are looked at in one go.
pub(super) const BLOCK: usize = 1024;

/// How much of `input` is of whole blocks in which nothing must be looked at
/// closer: no bare CR or LF, no NUL, and no line that begins with a dot.
///
/// One pass in place of three searches.
fn plain_blocks(input: &[u8]) -> usize {
    in_vectors(|| plain_blocks_in_vectors(input))
}

#[inline(always)]
fn plain_blocks_in_vectors(input: &[u8]) -> usize {
    // Each octet is looked at with the one before it, and this LF has none: a CR
    // would have been left in the input with it.
    if input.first() == Some(&b'\n') {
        return 0;
    }
    let mut plain = 0;
    loop {
        let block = |from: usize| input.get(from..from.saturating_add(BLOCK));
        let (Some(octets), Some(next), Some(after)) =
            (block(plain), block(plain + 1), block(plain + 2))
        else {
            return plain;
        };
        let triples = octets.iter().zip(next).zip(after);
        let (found, least) =
            triples.fold((false, u8::MAX), |(found, least), ((&octet, &next), &after)| {
                let torn = (octet == b'\r') != (next == b'\n');
                let dotted = (next == b'\n') & (after == b'.');
                (found | torn | dotted, least.min(octet))
            });
        if found || least == 0 {
            return plain;
        }
        plain += BLOCK;
    }
}

/// How much of `input` is of whole blocks in which there is no bare CR or LF and no NUL.
fn regular_blocks(input: &[u8]) -> usize {
    in_vectors(|| regular_blocks_in_vectors(input))
}

#[inline(always)]
fn regular_blocks_in_vectors(input: &[u8]) -> usize {
    // As above.
    if input.first() == Some(&b'\n') {
        return 0;
    }
    let mut regular = 0;
    loop {
        let block = |from: usize| input.get(from..from.saturating_add(BLOCK));
        let (Some(octets), Some(next)) = (block(regular), block(regular + 1)) else {
            return regular;
        };
        let pairs = octets.iter().zip(next);
        let (torn, least) = pairs.fold((false, u8::MAX), |(torn, least), (&octet, &next)| {
            (torn | ((octet == b'\r') != (next == b'\n')), least.min(octet))
        });
        if torn || least == 0 {
            return regular;
        }
        regular += BLOCK;
    }
}

/// Whether `piece` holds, from `plain` on, what [`BodyPolicy::Reject`] refuses.
fn is_irregular_after(piece: &[u8], plain: usize) -> bool {
    let (before, rest) = piece.split_at_checked(plain).unwrap_or((piece, &[]));
    let rest = match before {
        // The LF of this CR is the first octet of the rest.
        [.., b'\r'] => rest.get(1..).unwrap_or_default(),
        _ => rest,
    };
    has_lone_line_ending(rest) || memchr(0, rest).is_some()
}
