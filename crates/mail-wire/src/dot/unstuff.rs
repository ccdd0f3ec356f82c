//! Bodies taken off the wire.

use memchr::{memchr, memchr3, memmem};

use crate::unit::find_line_feed;

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
    /// How long the last piece was: so long, perhaps, the next one is too.
    last: usize,
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
        Self { policy, line_start: true, refused: false, last: BLOCK, verified: 0, stuffed_line }
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
                        (self.verified, self.last) = (0, BLOCK);
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
                let unsure = checked && self.verified == 0;
                let searched = if unsure { self.verify(input) } else { 0 };
                let piece = self.next_lines(input, searched);
                if piece.is_empty() {
                    return Unstuffed::NeedInput;
                }
                if checked {
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

    /// Looks at the front of the input in whole blocks; says how far there is no line that begins
    /// with a dot either.
    #[inline(never)]
    fn verify(&mut self, input: &[u8]) -> usize {
        let searched = if self.last >= BLOCK { plain_blocks(input) } else { 0 };
        self.verified = if searched == 0 { regular_blocks(input) } else { searched };
        searched
    }

    /// Everything up to the next line that begins with a dot, of which there is
    /// none before `searched`. A CR at the end of the input waits for what
    /// follows it.
    fn next_lines<'b>(&mut self, input: &mut &'b [u8], searched: usize) -> &'b [u8] {
        let rest = input.get(searched..).unwrap_or_default();
        let end = match self.find_stuffed_line(rest) {
            Some(at) => searched + at + 2,
            None => input.strip_suffix(b"\r").unwrap_or(input).len(),
        };
        let piece = take(input, end);
        self.line_start = piece.ends_with(b"\r\n");
        if !piece.is_empty() {
            self.last = piece.len();
        }
        piece
    }

    /// Where a line ends after which one begins with a dot. After a short piece it is looked for
    /// line by line at first: a search for long ones takes long to be set up.
    #[inline]
    fn find_stuffed_line(&self, octets: &[u8]) -> Option<usize> {
        if self.last >= NEAR {
            return self.find_far_stuffed_line(octets, 0);
        }
        if let Some(at) = octets.first_chunk().and_then(|eight| find_in_eight(*eight)) {
            return Some(at);
        }
        let mut searched = 0;
        while searched < NEAR {
            searched += find_line_feed(octets.get(searched..)?)? + 1;
            let end = searched.checked_sub(2).and_then(|at| octets.get(at..)?.first_chunk());
            if let Some([b'\r', _, b'.']) = end {
                return Some(searched - 2);
            }
        }
        self.find_far_stuffed_line(octets, searched)
    }

    #[inline(never)]
    fn find_far_stuffed_line(&self, octets: &[u8], searched: usize) -> Option<usize> {
        let at = self.stuffed_line.find(octets.get(searched..)?)?;
        Some(searched + at)
    }

    /// As [`next_lines`](Self::next_lines), but ends a piece before whatever is
    /// to be replaced. An empty piece means: go on.
    #[inline(never)]
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

/// Lines that are so short are looked at one by one, in octets.
const NEAR: usize = 64;

/// Octets that are looked at in one go.
pub(super) const BLOCK: usize = 1024;

/// Where the first CR, LF and dot stand one after another.
#[inline]
fn find_in_eight(octets: [u8; 8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const TOP: u64 = ONES << 7;
    let octets = u64::from_le_bytes(octets);
    // The top bit of each octet that is that one, and of no other: nothing is carried.
    let is = |octet: u8| {
        let other = octets ^ (ONES * u64::from(octet));
        !(((other & !TOP) + (TOP - ONES)) | other) & TOP
    };
    let found = is(b'\r') & (is(b'\n') >> 8) & (is(b'.') >> 16);
    (found != 0).then_some(found.trailing_zeros() as usize / 8)
}

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
#[inline(never)]
fn is_irregular_after(piece: &[u8], plain: usize) -> bool {
    let (before, rest) = piece.split_at_checked(plain).unwrap_or((piece, &[]));
    let rest = match before {
        // The LF of this CR is the first octet of the rest.
        [.., b'\r'] => rest.get(1..).unwrap_or_default(),
        _ => rest,
    };
    has_lone_line_ending(rest) || memchr(0, rest).is_some()
}
