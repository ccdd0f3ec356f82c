//! How large a message is once each of its lines ends with CRLF, as POP3 sends
//! and lists it (RFC 1939 §11).

use rusqlite::params;

use super::{
    Error, Store,
    bodies::{Bodies, BodyId},
};

/// Counts the octets of a message: two for each CRLF, CR or LF, and two for the
/// end of the last line where it has none. The dots that are stuffed on the way
/// are none of the message.
#[derive(Debug)]
pub(super) struct CrlfSize {
    octets: u64,
    last: u8,
}

impl CrlfSize {
    pub(super) const fn new() -> Self {
        // An empty message has no line to end.
        Self { octets: 0, last: b'\n' }
    }

    /// Takes the next octets, which may be cut anywhere.
    pub(super) fn push(&mut self, piece: &[u8]) {
        for &octet in piece {
            self.octets += match (self.last, octet) {
                // The CR was counted as both.
                (b'\r', b'\n') => 0,
                (_, b'\r' | b'\n') => 2,
                _ => 1,
            };
            self.last = octet;
        }
    }

    /// The size, if the message ends here.
    pub(super) const fn octets(&self) -> u64 {
        match self.last {
            b'\r' | b'\n' => self.octets,
            _ => self.octets + 2,
        }
    }
}

impl Store {
    /// Counts what an index of version 1 does not know. A message that cannot be
    /// read stays uncounted until the next start: it cannot be sent either.
    pub(super) fn count_crlf_sizes(&self) -> Result<(), Error> {
        self.write(|change| {
            let mut uncounted = change
                .tx
                .prepare("SELECT DISTINCT body, size FROM message WHERE crlf_size IS NULL")?;
            let mut count = change.tx.prepare("UPDATE message SET crlf_size = ? WHERE body = ?")?;
            let rows = uncounted.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for (body, size) in rows.collect::<Result<Vec<(i64, i64)>, _>>()? {
                if let Some(octets) = octets(&self.bodies, body as u64, size as u64) {
                    count.execute(params![octets as i64, body])?;
                }
            }
            Ok(())
        })
    }
}

fn octets(bodies: &Bodies, id: BodyId, size: u64) -> Option<u64> {
    let message = bodies.open(id, size).ok()?.into_bytes().ok()?;
    let mut counted = CrlfSize::new();
    counted.push(&message);
    Some(counted.octets())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As [`pop3_proto::server::Body`] sends it.
    #[test]
    fn every_line_end_is_two_octets_at_every_cut() {
        for (message, size) in [
            (&b""[..], 0),
            (b"\r", 2),
            (b"\n", 2),
            (b"\r\n", 2),
            (b"\n\r", 4),
            (b"\r\r\n\n", 6),
            (b"no end", 8),
            (b"a\nb\rc\r\nd", 12),
            (b".\r\n", 3),
        ] {
            for at in 0..=message.len() {
                let mut counted = CrlfSize::new();
                counted.push(&message[..at]);
                counted.push(&message[at..]);
                assert_eq!(counted.octets(), size, "{message:?} at {at}");
            }
        }
    }
}
