//! Line ends as they are sent.

use std::io::{self, BufRead, Read};

/// Gives each line of what it reads the end CRLF, whatever it had: LF, CR or CRLF.
#[derive(Debug)]
pub(super) struct ToCrlf<R> {
    from: R,
    /// What was read last was a CR, for which CRLF was given.
    after_cr: bool,
    /// LF is owed.
    owes_lf: bool,
}

impl<R: BufRead> ToCrlf<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, after_cr: false, owes_lf: false }
    }
}

impl<R: BufRead> Read for ToCrlf<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let mut written = 0;
        while written < space.len() {
            if self.owes_lf {
                space[written] = b'\n';
                (written, self.owes_lf) = (written + 1, false);
                continue;
            }
            let read = match self.from.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let Some(&first) = read.first() else { break };
            if first == b'\n' || first == b'\r' {
                if first == b'\n' && self.after_cr {
                    self.after_cr = false;
                } else {
                    space[written] = b'\r';
                    (written, self.owes_lf, self.after_cr) = (written + 1, true, first == b'\r');
                }
                self.from.consume(1);
                continue;
            }
            let line = memchr::memchr2(b'\r', b'\n', read).unwrap_or(read.len());
            let count = line.min(space.len() - written);
            space[written..written + count].copy_from_slice(&read[..count]);
            (written, self.after_cr) = (written + count, false);
            self.from.consume(count);
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn every_line_ends_with_crlf() {
        for (read, expected) in [
            ("", ""),
            ("a", "a"),
            ("a\nb\n", "a\r\nb\r\n"),
            ("a\r\nb\r\n", "a\r\nb\r\n"),
            ("a\rb\r", "a\r\nb\r\n"),
            ("\n\r\n\r\r\n\n", "\r\n\r\n\r\n\r\n\r\n"),
            ("a\r", "a\r\n"),
        ] {
            for capacity in 1..5 {
                for space in 1..5 {
                    let reader = BufReader::with_capacity(capacity, read.as_bytes());
                    let (mut reader, mut out) = (ToCrlf::new(reader), Vec::new());
                    let mut piece = vec![0; space];
                    loop {
                        match reader.read(&mut piece).unwrap() {
                            0 => break,
                            count => out.extend_from_slice(&piece[..count]),
                        }
                    }
                    assert_eq!(String::from_utf8(out).unwrap(), expected, "{read:?}");
                }
            }
        }
    }
}
