//! Transfer encodings, undone piece by piece (RFC 2045 §6).

/// The transfer encoding of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `7bit`, `8bit`, `binary`: the octets are what they are.
    Identity,
    /// `base64`
    Base64,
    /// `quoted-printable`
    QuotedPrintable,
    /// One that is not known (UNKNOWN-CTE, RFC 3516 §4.3).
    Unknown,
}

impl Encoding {
    /// The encoding in an unfolded field.
    pub(super) fn named(value: &[u8]) -> Self {
        let is =
            |names: &[&str]| names.iter().any(|name| value.eq_ignore_ascii_case(name.as_bytes()));
        match value {
            _ if is(&["7bit", "8bit", "binary", ""]) => Self::Identity,
            _ if is(&["base64"]) => Self::Base64,
            _ if is(&["quoted-printable"]) => Self::QuotedPrintable,
            _ => Self::Unknown,
        }
    }

    /// What undoes it. Octets of an encoding that is not known stay as they are.
    pub fn decoder(self) -> Decoder {
        Decoder(match self {
            Self::Identity | Self::Unknown => State::Identity,
            Self::Base64 => State::Base64 { octets: 0, bits: 0 },
            Self::QuotedPrintable => State::QuotedPrintable(Quoted::Text(Vec::new())),
        })
    }

    /// Octets without the encoding.
    pub(super) fn decode(self, octets: &[u8]) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(octets.len());
        let mut decoder = self.decoder();
        decoder.push(octets, &mut decoded);
        decoder.finish(&mut decoded);
        decoded
    }
}

/// Undoes a transfer encoding. What is wrong in it is left out (base64) or left as it
/// is (quoted-printable), as RFC 2045 §6.7 and §6.8 advise. It holds no more than a
/// line's blanks.
#[derive(Debug)]
pub struct Decoder(State);

#[derive(Debug)]
enum State {
    Identity,
    /// `bits` bits, at the lower end of `octets`, that make no octet yet.
    Base64 {
        octets: u32,
        bits: u32,
    },
    QuotedPrintable(Quoted),
}

/// Where in quoted-printable the octets are.
#[derive(Debug)]
enum Quoted {
    /// In a line, after these blanks, which are not sent if the line ends with them.
    Text(Vec<u8>),
    /// After `=` and these octets.
    Escape(Vec<u8>),
}

/// More blanks than a line may have are part of the text.
const MOST_BLANKS: usize = 998;

impl Decoder {
    /// Puts what `octets` stand for into `out`.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        match &mut self.0 {
            State::Identity => out.extend_from_slice(octets),
            State::Base64 { octets: kept, bits } => {
                for &octet in octets {
                    match VALUES[usize::from(octet)] {
                        PADDING => (*kept, *bits) = (0, 0),
                        value @ 0..64 => {
                            *kept = *kept << 6 | u32::from(value);
                            *bits += 6;
                            if let Some(left) = bits.checked_sub(8) {
                                *bits = left;
                                out.push((*kept >> left) as u8);
                                *kept &= (1 << left) - 1;
                            }
                        }
                        // "All … characters not found in Table 1 must be ignored."
                        _ => {}
                    }
                }
            }
            State::QuotedPrintable(state) => {
                octets.iter().for_each(|&octet| state.push(octet, out));
            }
        }
    }

    /// Puts what is left into `out`, at the end of the octets.
    pub fn finish(self, out: &mut Vec<u8>) {
        if let State::QuotedPrintable(Quoted::Escape(after)) = self.0 {
            if after.first().is_some_and(u8::is_ascii_hexdigit) {
                out.push(b'=');
                out.extend(after);
            }
        }
    }
}

impl Quoted {
    fn push(&mut self, octet: u8, out: &mut Vec<u8>) {
        match self {
            Self::Text(blanks) => match octet {
                b'\n' => {
                    let end: &[u8] = if blanks.last() == Some(&b'\r') { b"\r\n" } else { b"\n" };
                    out.extend_from_slice(end);
                    blanks.clear();
                }
                b' ' | b'\t' | b'\r' if blanks.len() < MOST_BLANKS => blanks.push(octet),
                _ => {
                    out.append(blanks);
                    match octet {
                        b'=' => *self = Self::Escape(Vec::new()),
                        _ => out.push(octet),
                    }
                }
            },
            Self::Escape(after) => match (after.as_slice(), octet) {
                ([high], low) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    out.push(hex(*high) << 4 | hex(low));
                    *self = Self::Text(Vec::new());
                }
                ([], high) if high.is_ascii_hexdigit() => after.push(high),
                // A soft line break, after which blanks may stand.
                (blanks, b'\n') if blanks.trim_ascii().is_empty() => {
                    *self = Self::Text(Vec::new());
                }
                (blanks, b' ' | b'\t' | b'\r')
                    if blanks.trim_ascii().is_empty() && blanks.len() < MOST_BLANKS =>
                {
                    after.push(octet);
                }
                _ => {
                    out.push(b'=');
                    out.append(after);
                    *self = Self::Text(Vec::new());
                    self.push(octet, out);
                }
            },
        }
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// `=`
const PADDING: u8 = 64;

/// The values of the octets of base64 (RFC 2045 §6.8, Table 1).
const VALUES: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    let mut at = 0;
    while at < alphabet.len() {
        values[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes, and checks that it does not matter where the octets are cut.
    fn decode(encoding: Encoding, octets: &[u8]) -> String {
        let whole = encoding.decode(octets);
        for cut in 0..=octets.len() {
            let (mut decoder, mut out) = (encoding.decoder(), Vec::new());
            decoder.push(&octets[..cut], &mut out);
            decoder.push(&octets[cut..], &mut out);
            decoder.finish(&mut out);
            assert_eq!(out, whole, "cut at {cut} of {}", octets.escape_ascii());
        }
        whole.escape_ascii().to_string()
    }

    /// RFC 2045 §6.8
    #[test]
    fn base64_is_undone() {
        for (octets, decoded) in [
            (&b"AAEC"[..], "\\x00\\x01\\x02"),
            (b"aGVsbG8=", "hello"),
            (b"aGVs\r\nbG8=\r\n", "hello"),
            (b"aGVsbA==\r\naGVsbA==", "hellhell"),
            (b"a G-V!s", "hel"),
            (b"aGVsb", "hel"),
            (b"", ""),
        ] {
            assert_eq!(decode(Encoding::Base64, octets), decoded, "{}", octets.escape_ascii());
        }
    }

    /// RFC 2045 §6.7
    #[test]
    fn quoted_printable_is_undone() {
        for (octets, decoded) in [
            (&b"Sch=F6n=\r\ner Tag"[..], "Sch\\xf6ner Tag"),
            (b"a=3d=3D \t\r\nb\nc = \r\nd", "a==\\r\\nb\\nc d"),
            (b"=XY=4 =4=g", "=XY=4 =4=g"),
            (b"a=", "a"),
            (b"a=4", "a=4"),
            (b"a b  ", "a b"),
            (b"x\ry", "x\\ry"),
        ] {
            let shown = octets.escape_ascii();
            assert_eq!(decode(Encoding::QuotedPrintable, octets), decoded, "{shown}");
        }
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        let mut decoder = Encoding::QuotedPrintable.decoder();
        let mut out = Vec::new();
        decoder.push(&b" ".repeat(100_000), &mut out);
        assert!(out.len() > 90_000);
    }
}
