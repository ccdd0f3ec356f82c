//! CR LF made LF, in pieces that are cut anywhere.

use memchr::memchr;

/// Turns each CR LF into LF; a CR or LF that stands alone stays.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    /// The last octet was a CR, which is not written yet.
    cr: bool,
}

impl LineEnds {
    /// Takes the next piece, and appends what it gives to `out`.
    pub(super) fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) {
        while !piece.is_empty() {
            if self.cr && piece[0] != b'\n' {
                out.push(b'\r');
            }
            let end = memchr(b'\r', piece);
            self.cr = end.is_some();
            let end = end.unwrap_or(piece.len());
            out.extend_from_slice(&piece[..end]);
            piece = piece.get(end + 1..).unwrap_or_default();
        }
    }

    /// Says that there are no more pieces.
    pub(super) fn finish(self, out: &mut Vec<u8>) {
        if self.cr {
            out.push(b'\r');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_at_every_cut() {
        let text = b"\r\na\r\n\r\nb\rc\nd\r\r\n\r";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let (mut ends, mut out) = (LineEnds::default(), Vec::new());
                ends.push(&text[..first], &mut out);
                ends.push(&text[first..second], &mut out);
                ends.push(&text[second..], &mut out);
                ends.finish(&mut out);
                assert_eq!(out, b"\na\n\nb\rc\nd\r\n\r", "{first} {second}");
            }
        }
    }
}
