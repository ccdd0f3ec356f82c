//! The timestamp of a greeting, which APOP needs.

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, byte, complete, fail, run, word};

/// The timestamp in the greeting of a server that takes APOP (RFC 1939 §7): a
/// msg-id of RFC 5322, another one for every session.
///
/// That it is a msg-id is checked, on both sides: a man in the middle who may
/// choose any octets as the timestamp learns passwords from MD5 collisions.
///
/// ```
/// use pop3_proto::Timestamp;
/// assert!(Timestamp::new("<1896.697170952@dbc.mtview.ca.us>").is_ok());
/// assert!(Timestamp::new("<not a msg-id>").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp<'a>(&'a str);

impl<'a> Timestamp<'a> {
    /// The most octets that [`new`](Self::new) takes.
    pub const MAX: usize = 100;

    /// Takes a msg-id, angle brackets and all.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is none, or is longer than [`MAX`](Self::MAX).
    pub fn new(timestamp: &'a str) -> Result<Self, SyntaxError> {
        if timestamp.len() > Self::MAX {
            return Err(SyntaxError { offset: Self::MAX, expected: "the end of the timestamp" });
        }
        Self::parse(timestamp)
    }

    /// The same, however long it is: one that a greeting had.
    pub(crate) fn parse(timestamp: &'a str) -> Result<Self, SyntaxError> {
        complete(timestamp.as_bytes(), self::timestamp)
    }

    /// The msg-id, angle brackets and all.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    pub(crate) fn encode(self, out: &mut BytesMut) {
        out.put_slice(self.0.as_bytes());
    }
}

/// `atext` of RFC 5322 §3.2.3, and the dot.
static DOT_ATOM: Class = Class::new()
    .with_range(b'0', b'9')
    .with_range(b'A', b'Z')
    .with_range(b'a', b'z')
    .with(b"!#$%&'*+-/=?^_`{|}~.");
/// `dtext` of RFC 5322 §3.4.1.
static DTEXT: Class = Class::new().with_range(33, 90).with_range(94, 126);

/// RFC 5322 §3.6.4, without its obsolete forms:
/// ```text
/// msg-id   = "<" id-left "@" id-right ">"
/// id-left  = dot-atom-text
/// id-right = dot-atom-text / "[" *dtext "]"
/// ```
pub(crate) fn timestamp(input: &[u8]) -> Parsed<'_, Timestamp<'_>> {
    let (inside, ()) = byte(b'<', "\"<\"")(input)?;
    let (at, ()) = dot_atom(inside)?;
    let (right, ()) = byte(b'@', "\"@\"")(at)?;
    let close = match right.split_first() {
        Some((b'[', literal)) => {
            let (_, rest) = run(&DTEXT, literal);
            byte(b']', "\"]\"")(rest)?.0
        }
        _ => dot_atom(right)?.0,
    };
    let (rest, ()) = byte(b'>', "\">\"")(close)?;
    let length = input.len() - rest.len();
    // All of it was found to be US-ASCII above.
    let whole = input.get(..length).unwrap_or(input);
    match core::str::from_utf8(whole) {
        Ok(whole) => Ok((rest, Timestamp(whole))),
        Err(_) => fail(input, "a msg-id"),
    }
}

/// `dot-atom-text = 1*atext *("." 1*atext)`
fn dot_atom(input: &[u8]) -> Parsed<'_, ()> {
    let (rest, atom) = word(&DOT_ATOM, "a dot-atom")(input)?;
    if atom.starts_with('.') || atom.ends_with('.') || atom.contains("..") {
        return fail(input, "a dot-atom");
    }
    Ok((rest, ()))
}

/// The timestamp in the text of a greeting: the last msg-id in it.
pub(crate) fn in_greeting(text: &[u8]) -> Option<Timestamp<'_>> {
    let mut text = text;
    loop {
        let at = memchr::memrchr(b'<', text)?;
        let (before, from) = text.split_at_checked(at)?;
        if let Ok((_, timestamp)) = timestamp(from) {
            return Some(timestamp);
        }
        text = before;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    /// The APOP banner must be a msg-id.
    #[test]
    fn only_a_msg_id_is_a_timestamp() {
        for good in ["<1896.697170952@dbc.mtview.ca.us>", "<a+b=@[127.0.0.1]>", "<x@y>"] {
            assert_eq!(Timestamp::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "", "<>", "<@>", "<a@>", "<@b>", "<a>", "<a@b", "a@b>", "<a b@c>", "<a@b@c>",
            "<a..b@c>", "<.a@b>", "<a@b.>", "<a@b>x", "<é@b>", "<a\0@b>", "<a<b@c>",
        ] {
            assert!(Timestamp::new(bad).is_err(), "{bad:?}");
        }
        assert!(Timestamp::new(&format!("<a@{}>", "b".repeat(100))).is_err());
    }

    #[test]
    fn it_is_found_in_a_greeting() {
        let found = |text| in_greeting(text).map(Timestamp::as_str);
        assert_eq!(found(b"POP3 server ready <1.2@a.b>"), Some("<1.2@a.b>"));
        assert_eq!(found(b"<1.2@a.b>"), Some("<1.2@a.b>"));
        assert_eq!(found(b"see <http://a.b> <1.2@a.b> ready < steady"), Some("<1.2@a.b>"));
        assert_eq!(found(b"Welcome to <the server>"), None);
        assert_eq!(found(b"<\xe1\xbf\xbf@\x00>"), None);
    }
}
