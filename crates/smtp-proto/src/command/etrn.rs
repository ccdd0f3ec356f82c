//! ETRN: a server is asked to send what waits for a host (RFC 1985).

use bytes::{BufMut, BytesMut};
use core::str;
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, complete, fail, visible};

use super::argument::space;
use crate::address::{Hostname, hostname};
use crate::scan::text;
use crate::tolerance::Tolerance;

/// Whose mail `ETRN` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Etrn<'a> {
    /// `ETRN name`: that host's.
    Host(Hostname<'a>),
    /// `ETRN @name`: that of all the names below it, too.
    Domain(Hostname<'a>),
    /// `ETRN #name`: what is in that queue, of which the server knows.
    Queue(QueueName<'a>),
}

/// The name of a queue: visible US-ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueName<'a>(&'a str);

impl<'a> QueueName<'a> {
    /// Takes a name for a queue.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is empty, or has characters that are not visible.
    pub fn parse(name: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(name, queue)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

impl Etrn<'_> {
    pub(super) fn encode(self, out: &mut BytesMut) {
        let (option, name): (&[u8], _) = match self {
            Self::Host(name) => (b" ", name.as_str()),
            Self::Domain(name) => (b" @", name.as_str()),
            Self::Queue(QueueName(name)) => (b" #", name),
        };
        out.put_slice(option);
        out.put_slice(name.as_bytes());
    }
}

/// ```abnf
/// etrn = "ETRN" SP [ "@" / "#" ] node-name CRLF              ; RFC 1985 §5.1
/// ```
pub(super) fn etrn(input: &[u8]) -> Parsed<'_, Etrn<'_>> {
    let (rest, ()) = space(input)?;
    let name =
        |rest| hostname(text(rest)?, Tolerance::STRICT).map(|(rest, name)| (rest.as_bytes(), name));
    match rest {
        [b'@', rest @ ..] => name(rest).map(|(rest, name)| (rest, Etrn::Domain(name))),
        [b'#', rest @ ..] => queue(rest).map(|(rest, name)| (rest, Etrn::Queue(name))),
        _ => name(rest).map(|(rest, name)| (rest, Etrn::Host(name))),
    }
}

fn queue(input: &[u8]) -> Parsed<'_, QueueName<'_>> {
    match visible(input) {
        ([], _) => fail(input, "the name of a queue"),
        (name, rest) => Ok((rest, QueueName(str::from_utf8(name).unwrap_or_default()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_domains_and_queues() {
        for wire in [" mail.example.org", " @example.org", " #uucp-1"] {
            let mut out = BytesMut::new();
            complete(wire.as_bytes(), etrn).unwrap().encode(&mut out);
            assert_eq!(out, wire.as_bytes());
        }
        for odd in ["", " ", " @", " #", " #a b", " a b", " &x", " @#x"] {
            assert!(complete(odd.as_bytes(), etrn).is_err(), "{odd:?}");
        }
        assert!(QueueName::parse(b"a\r\n").is_err());
    }
}
