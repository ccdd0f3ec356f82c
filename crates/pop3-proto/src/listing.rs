//! What STAT, LIST and UIDL answer.
//!
//! Each of these types is read from the text of the status line
//! ([`Response::text`](crate::Response::text)) where one message was asked for,
//! and from the lines after it where all were.

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Class, Parsed, byte, complete, fail, number32, number64, run, token};

use crate::message_number::{MessageNumber, message_number};
use crate::text::TEXT;
use crate::unique_id::{UniqueId, unique_id};

/// A drop listing (RFC 1939 §5, STAT): the maildrop in two numbers. Messages
/// marked as deleted are in neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DropListing {
    /// How many messages there are.
    pub messages: u32,
    /// How many octets they have together.
    pub octets: u64,
}

impl DropListing {
    /// Parses the text of the answer to STAT. There may be spaces too many; what
    /// follows the numbers is passed over.
    ///
    /// # Errors
    /// [`SyntaxError`] where it does not begin with the two numbers.
    pub fn parse(text: &[u8]) -> Result<Self, SyntaxError> {
        complete(text, |text| {
            let (rest, messages) = number32(after_spaces(text))?;
            let (rest, octets) = number64(spaces(rest)?.0)?;
            Ok((remark(rest)?.0, Self { messages, octets }))
        })
    }

    /// Writes `messages SP octets`.
    pub fn encode(self, out: &mut BytesMut) {
        mail_wire::encode::decimal(self.messages.into(), out);
        out.put_u8(b' ');
        mail_wire::encode::decimal(self.octets, out);
    }
}

/// A scan listing (RFC 1939 §5, LIST): the size of one message.
///
/// ```
/// use pop3_proto::ScanListing;
/// let listing = ScanListing::parse(b"2 200")?;
/// assert_eq!((listing.message.get(), listing.octets), (2, 200));
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScanListing {
    /// Its number.
    pub message: MessageNumber,
    /// Its size in octets, each line's end counted as two.
    pub octets: u64,
}

impl ScanListing {
    /// Parses a line or a status line's text. There may be spaces too many; what
    /// follows the size is passed over, as RFC 1939 §5 asks for.
    ///
    /// # Errors
    /// [`SyntaxError`] where it does not begin with a message number and a size.
    #[inline]
    pub fn parse(line: &[u8]) -> Result<Self, SyntaxError> {
        complete(line, |line| {
            let (rest, message) = message_number(after_spaces(line))?;
            let (rest, octets) = number64(spaces(rest)?.0)?;
            Ok((remark(rest)?.0, Self { message, octets }))
        })
    }

    /// Writes `message SP octets`.
    pub fn encode(self, out: &mut BytesMut) {
        self.message.encode(out);
        out.put_u8(b' ');
        mail_wire::encode::decimal(self.octets, out);
    }
}

/// A unique-id listing (RFC 1939 §7, UIDL): the unique-id of one message.
///
/// ```
/// use pop3_proto::UniqueIdListing;
/// let listing = UniqueIdListing::parse(b"2 QhdPYR:00WBw1Ph7x7")?;
/// assert_eq!(listing.unique_id.as_str(), "QhdPYR:00WBw1Ph7x7");
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UniqueIdListing<'a> {
    /// Its number.
    pub message: MessageNumber,
    /// Its unique-id.
    pub unique_id: UniqueId<'a>,
}

impl<'a> UniqueIdListing<'a> {
    /// Parses a line or a status line's text. There may be spaces too many.
    ///
    /// # Errors
    /// [`SyntaxError`] where it is not a message number and a unique-id.
    #[inline]
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(line, |line| {
            let (rest, message) = message_number(after_spaces(line))?;
            let (rest, unique_id) = unique_id(spaces(rest)?.0)?;
            Ok((after_spaces(rest), Self { message, unique_id }))
        })
    }

    /// Writes `message SP unique-id`.
    pub fn encode(self, out: &mut BytesMut) {
        self.message.encode(out);
        out.put_u8(b' ');
        self.unique_id.encode(out);
    }
}

static SPACE: Class = Class::new().with(b" \t");

#[inline]
fn spaces(input: &[u8]) -> Parsed<'_, &[u8]> {
    token(&SPACE, "a space")(input)
}

#[inline]
fn after_spaces(input: &[u8]) -> &[u8] {
    run(&SPACE, input).1
}

/// `message SP octets CRLF`, and nothing else.
#[inline]
pub(crate) fn scan_line(input: &[u8]) -> Parsed<'_, ScanListing> {
    let (rest, message) = message_number(input)?;
    let (rest, ()) = byte(b' ', "a space")(rest)?;
    let (rest, octets) = number64(rest)?;
    let (rest, ()) = crlf(rest)?;
    Ok((rest, ScanListing { message, octets }))
}

/// `message SP unique-id CRLF`, and nothing else.
#[inline]
pub(crate) fn unique_id_line(input: &[u8]) -> Parsed<'_, UniqueIdListing<'_>> {
    let (rest, message) = message_number(input)?;
    let (rest, ()) = byte(b' ', "a space")(rest)?;
    let (rest, unique_id) = unique_id(rest)?;
    let (rest, ()) = crlf(rest)?;
    Ok((rest, UniqueIdListing { message, unique_id }))
}

#[inline]
fn crlf(input: &[u8]) -> Parsed<'_, ()> {
    match input {
        [b'\r', b'\n', rest @ ..] => Ok((rest, ())),
        _ => fail(input, "the end of the line"),
    }
}

/// The end, or a space and anything.
#[inline]
fn remark(input: &[u8]) -> Parsed<'_, ()> {
    if input.is_empty() {
        return Ok((input, ()));
    }
    let (rest, _) = spaces(input)?;
    Ok((run(&TEXT, rest).1, ()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// STAT with trailing text; extra spaces in UIDL.
    #[test]
    fn what_real_servers_send() {
        let stat = DropListing { messages: 2, octets: 320 };
        for text in ["2 320", "2  320", "  2 320", "2 320 ", "2 320 octets", "02 320 (x)"] {
            assert_eq!(DropListing::parse(text.as_bytes()), Ok(stat), "{text}");
        }
        let message = MessageNumber::new(1).unwrap();
        let scan = ScanListing { message, octets: 5_000_000_000 };
        for line in ["1 5000000000", " 1 5000000000", "1 5000000000 seen"] {
            assert_eq!(ScanListing::parse(line.as_bytes()), Ok(scan), "{line}");
        }
        let id = UniqueIdListing { message, unique_id: UniqueId::new("a").unwrap() };
        for line in ["1 a", " 1 a", "1   a", "1\ta", "1 a  "] {
            assert_eq!(UniqueIdListing::parse(line.as_bytes()), Ok(id), "{line}");
        }
    }

    #[test]
    fn what_is_no_listing() {
        for text in ["", "2", "2 ", "2 x", "x 2", "2 32x", "4294967296 1", "-1 1"] {
            assert!(DropListing::parse(text.as_bytes()).is_err(), "{text}");
        }
        for line in ["0 1", "1 18446744073709551616", "1"] {
            assert!(ScanListing::parse(line.as_bytes()).is_err(), "{line}");
        }
        for line in ["1", "1 ", "0 a", "1 a b"] {
            assert!(UniqueIdListing::parse(line.as_bytes()).is_err(), "{line}");
        }
    }
}
