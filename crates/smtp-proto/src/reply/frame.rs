//! Where a reply ends.

use core::convert::Infallible;

use mail_wire::{Next, Rule, UnitFramer};

use super::code::ReplyCode;

/// Finds whole replies in what a client receives. A line that begins with no code ends what
/// it stands in, which is no [`Reply`](super::Reply) then.
///
/// ```
/// use smtp_proto::{Framed, LineEnding, ReplyFramer};
/// let mut replies = ReplyFramer::new(65_536);
/// let mut input: &[u8] = b"250-mx\r\n250 SIZE\r\n221 by";
/// let reply = Framed::Whole { octets: b"250-mx\r\n250 SIZE", ending: LineEnding::Crlf };
/// assert_eq!(replies.next(&mut input), reply);
/// assert_eq!(replies.next(&mut input), Framed::NeedInput);
/// assert_eq!(input, b"221 by");
/// ```
pub type ReplyFramer = UnitFramer<ReplyRule>;

/// What follows a line of a reply: one more where a dash stands after its code (RFC 5321
/// §4.2.1).
#[derive(Clone, Copy, Debug, Default)]
pub struct ReplyRule {
    /// The first octets of the line.
    start: [u8; 4],
    /// How many of them there are.
    read: usize,
}

impl Rule for ReplyRule {
    type Ask = Infallible;

    #[inline]
    fn read(&mut self, octets: &[u8]) {
        // Nearly always a line comes whole.
        match octets.first_chunk() {
            Some(start) if self.read == 0 => (self.start, self.read) = (*start, start.len()),
            _ => self.read_slowly(octets),
        }
    }

    #[inline]
    fn end_line(&mut self) -> Next<Infallible> {
        let start = core::mem::take(self).start;
        if matches!(line_code(&start), Some((_, true))) { Next::Line } else { Next::End }
    }

    fn refused(ask: Infallible) -> Option<u64> {
        match ask {}
    }
}

impl ReplyRule {
    fn read_slowly(&mut self, octets: &[u8]) {
        let room = self.start.get_mut(self.read..).unwrap_or_default();
        for (slot, &octet) in room.iter_mut().zip(octets) {
            *slot = octet;
            self.read += 1;
        }
    }
}

/// The code that a line begins with, and whether one more line follows.
#[inline]
pub(super) fn line_code(line: &[u8]) -> Option<(ReplyCode, bool)> {
    let (digits, rest) = line.split_first_chunk()?;
    let code = ReplyCode::of_digits(*digits)?;
    match rest {
        [] | [b' ', ..] => Some((code, false)),
        [b'-', ..] => Some((code, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use mail_wire::Framed;

    /// The units of `pieces` that come one after another; what is too long as `None`.
    fn frame(pieces: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
        let (mut replies, mut unread, mut seen) = (ReplyFramer::new(64), Vec::new(), Vec::new());
        for piece in pieces {
            unread.extend_from_slice(piece);
            let mut input = &unread[..];
            loop {
                match replies.next(&mut input) {
                    Framed::Whole { octets, .. } => seen.push(Some(octets.to_vec())),
                    Framed::TooLong { .. } => seen.push(None),
                    Framed::Ask { ask, .. } => match ask {},
                    Framed::NeedInput => break,
                }
            }
            unread = input.to_vec();
        }
        seen
    }

    /// RFC 5321 §4.2.1; one limit however the input comes, and a line that is no reply ends
    /// what it stands in.
    #[test]
    fn replies_end_at_the_same_place_at_every_split() {
        let long = [&b"250-"[..], &[b'x'; 40], b"\r\n250-", &[b'x'; 40], b"\r\n250 y\r\n"].concat();
        let head = b"220 hi\r\n250-a\r\n250-b\n250\r\n250-c\r\nno reply\r\n221-\r\n25\r\n";
        let input = [&head[..], &long, b"221 bye\r\n"].concat();
        let whole = frame(&[&input]);
        let expected = [
            Some(&b"220 hi"[..]),
            Some(b"250-a\r\n250-b\n250"),
            Some(b"250-c\r\nno reply"),
            Some(b"221-\r\n25"),
            None,
            Some(b"221 bye"),
        ];
        assert_eq!(whole, expected.map(|unit| unit.map(<[u8]>::to_vec)));
        for at in 0..input.len() {
            assert_eq!(frame(&[&input[..at], &input[at..]]), whole, "{at}");
        }
        assert_eq!(frame(&input.chunks(1).collect::<Vec<_>>()), whole);
    }
}
