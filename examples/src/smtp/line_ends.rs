//! What no message may hold, however it comes.

use memchr::memchr3;

/// Looks for a bare CR, a bare LF or a NUL in a message.
///
/// After DATA the session does so itself. With BDAT they would come through (RFC 3030 §2), and
/// a server that gets the message on, or after, its way from here may take a bare LF for the
/// end of a line, and what follows for commands; and whoever fetches it cannot be told of a NUL
/// (RFC 9051 §4.3).
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    /// The last octet was a CR.
    after_cr: bool,
}

impl LineEnds {
    /// Whether the next octets hold none of them.
    pub(super) fn are_good(&mut self, piece: &[u8]) -> bool {
        let mut rest = piece;
        while let Some((&first, after)) = rest.split_first() {
            if self.after_cr != (first == b'\n') || first == 0 {
                return false;
            }
            self.after_cr = first == b'\r';
            rest = after;
            if !self.after_cr {
                let next = memchr3(b'\r', b'\n', 0, rest).unwrap_or(rest.len());
                rest = &rest[next..];
            }
        }
        true
    }

    /// Whether the end holds none.
    pub(super) fn end_well(&self) -> bool {
        !self.after_cr
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_line_ends_are_good() {
        for (text, good) in [
            ("", true),
            ("a", true),
            ("\r\n", true),
            ("a\r\n\r\nb\r\n", true),
            ("\n", false),
            ("a\nb", false),
            ("\r\n\n", false),
            ("a\rb", false),
            ("a\r\r\n", false),
            ("a\r", false),
            ("a\0b", false),
            ("\r\0\n", false),
        ] {
            for size in 1..=text.len().max(1) {
                let mut ends = LineEnds::default();
                let pieces = text.as_bytes().chunks(size).all(|piece| ends.are_good(piece));
                assert_eq!(pieces && ends.end_well(), good, "{text:?} by {size}");
            }
        }
    }
}
