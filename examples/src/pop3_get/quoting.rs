//! The quoting of an mbox, in pieces that are cut anywhere.

use memchr::memchr;

/// What would look like the first line of a message.
const FROM: &[u8] = b"From ";

/// Puts one `>` more in front of each line that is `From ` after any number of
/// `>`; mboxrd is the name of that. It is where in a line the quoting stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quoting {
    /// At its start.
    #[default]
    Start,
    /// Behind `>` alone.
    Quotes,
    /// Behind so many octets of `From `, which are not written yet.
    From(usize),
    /// Behind anything else.
    Rest,
}

impl Quoting {
    /// Takes the next piece, with LF for line ends, and appends what it gives to
    /// `out`. The `>` is put after those that are there, which comes to the same.
    pub(super) fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) {
        while let [first, rest @ ..] = piece {
            *self = match *self {
                Self::Start | Self::Quotes if *first == b'>' => {
                    out.push(b'>');
                    piece = rest;
                    Self::Quotes
                }
                Self::Start | Self::Quotes => Self::From(0),
                Self::From(matched) if *first != FROM[matched] => {
                    out.extend_from_slice(&FROM[..matched]);
                    Self::Rest
                }
                Self::From(matched) if matched + 1 < FROM.len() => {
                    piece = rest;
                    Self::From(matched + 1)
                }
                Self::From(_) => {
                    out.push(b'>');
                    out.extend_from_slice(FROM);
                    piece = rest;
                    Self::Rest
                }
                Self::Rest => {
                    let end = memchr(b'\n', piece).map(|end| end + 1);
                    let (line, rest) = piece.split_at(end.unwrap_or(piece.len()));
                    out.extend_from_slice(line);
                    piece = rest;
                    if end.is_some() { Self::Start } else { Self::Rest }
                }
            };
        }
    }

    /// Says that there are no more pieces. A last line without its end gets one.
    pub(super) fn finish(self, out: &mut Vec<u8>) {
        if let Self::From(matched) = self {
            out.extend_from_slice(&FROM[..matched]);
        }
        if self != Self::Start {
            out.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_at_every_cut() {
        for (text, quoted) in [
            ("From a\n>From b\n>>From \n", ">From a\n>>From b\n>>>From \n"),
            ("From\nfrom \n From \n>Fro\n> From \n", "From\nfrom \n From \n>Fro\n> From \n"),
            ("\n\nFFrom \nFrom From \n", "\n\nFFrom \n>From From \n"),
            ("a From \nFro", "a From \nFro\n"),
            (">>", ">>\n"),
            ("From ", ">From \n"),
            ("a", "a\n"),
            ("", ""),
        ] {
            for first in 0..=text.len() {
                for second in first..=text.len() {
                    let (mut quoting, mut out) = (Quoting::default(), Vec::new());
                    for piece in [&text[..first], &text[first..second], &text[second..]] {
                        quoting.push(piece.as_bytes(), &mut out);
                    }
                    quoting.finish(&mut out);
                    assert_eq!(out, quoted.as_bytes(), "{text:?} {first} {second}");
                }
            }
        }
    }
}
