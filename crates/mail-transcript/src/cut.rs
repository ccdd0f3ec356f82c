//! How input is cut into reads.

/// How what one side sends is cut into the reads of the other.
#[derive(Clone, Copy, Debug)]
pub enum Cut<'a> {
    /// As much as there is comes in one read.
    Nowhere,
    /// Octet by octet.
    Everywhere,
    /// In two reads, the first of so many octets.
    At(usize),
    /// In reads of these lengths, over and over, each of at least one octet.
    Lengths(&'a [usize]),
}

impl Cut<'_> {
    /// The reads in which `octets` come.
    #[must_use]
    pub fn pieces(self, octets: &[u8]) -> Vec<&[u8]> {
        match self {
            Self::Nowhere => vec![octets],
            Self::Everywhere => octets.chunks(1).collect(),
            Self::At(at) => {
                let (before, after) = octets.split_at(at.min(octets.len()));
                vec![before, after]
            }
            Self::Lengths(lengths) => {
                let (mut pieces, mut rest) = (Vec::new(), octets);
                let mut lengths = lengths.iter().cycle();
                while !rest.is_empty() {
                    let length = lengths.next().map_or(rest.len(), |length| (*length).max(1));
                    let (piece, after) = rest.split_at(length.min(rest.len()));
                    pieces.push(piece);
                    rest = after;
                }
                pieces
            }
        }
    }

    /// The same for what comes after `octets` octets.
    #[must_use]
    pub fn after(self, octets: usize) -> Self {
        match self {
            Self::At(at) => Self::At(at.saturating_sub(octets)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_all_of_it() {
        let cases: [(Cut<'_>, &[&str]); 6] = [
            (Cut::Nowhere, &["hello"]),
            (Cut::Everywhere, &["h", "e", "l", "l", "o"]),
            (Cut::At(2), &["he", "llo"]),
            (Cut::At(7).after(3), &["hell", "o"]),
            (Cut::Lengths(&[2, 0]), &["he", "l", "lo"]),
            (Cut::Lengths(&[]), &["hello"]),
        ];
        for (cut, expected) in cases {
            let expected: Vec<&[u8]> = expected.iter().map(|piece| piece.as_bytes()).collect();
            assert_eq!(cut.pieces(b"hello"), expected, "{cut:?}");
        }
    }
}
