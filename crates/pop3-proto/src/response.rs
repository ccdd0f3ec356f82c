//! Status lines, and what frames the lines after them (RFC 1939 §3, RFC 2449 §3).

use alloc::boxed::Box;
use core::fmt;

use bytes::{BufMut, BytesMut};
use mail_wire::SyntaxError;
use mail_wire::parse::{Parsed, complete, fail};

use crate::code::{Code, code};
use crate::text::{Text, rest_of_line};
use crate::timestamp::{self, Timestamp};

/// The first line of every answer of a server.
///
/// ```
/// use pop3_proto::{Code, Response, Status};
/// let response = Response::parse(b"-ERR [IN-USE] Do you have another POP session running?")?;
/// assert_eq!(response.status, Status::Err);
/// assert_eq!(response.code, Some(Code::InUse));
/// assert_eq!(response.text.to_string(), "Do you have another POP session running?");
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Response<'a> {
    /// Whether the command was carried out.
    pub status: Status,
    /// What it says to programs.
    pub code: Option<Code<'a>>,
    /// What it says to people; for some commands it begins with what was asked
    /// for, see [`DropListing`](crate::DropListing).
    pub text: Text<'a>,
}

/// Whether a command was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `+OK`.
    Ok,
    /// `-ERR`.
    Err,
}

impl<'a> Response<'a> {
    /// `+OK` and a text.
    #[must_use]
    pub const fn ok(text: Text<'a>) -> Self {
        Self { status: Status::Ok, code: None, text }
    }

    /// `-ERR` and a text.
    #[must_use]
    pub const fn err(text: Text<'a>) -> Self {
        Self { status: Status::Err, code: None, text }
    }

    /// Whether it says that the command was carried out.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }

    /// Parses a status line, without its CRLF. It may be in lower case, and the
    /// text may follow the status or the code at once.
    ///
    /// # Errors
    /// [`SyntaxError`] where it begins with neither status, or holds CR or NUL.
    pub fn parse(line: &'a [u8]) -> Result<Self, SyntaxError> {
        complete(line, response)
    }

    /// The timestamp for APOP, if this is the greeting of a server that takes
    /// it (RFC 1939 §7).
    ///
    /// ```
    /// use pop3_proto::Response;
    /// let greeting =
    ///     Response::parse(b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>")?;
    /// let timestamp = greeting.timestamp().unwrap();
    /// assert_eq!(timestamp.as_str(), "<1896.697170952@dbc.mtview.ca.us>");
    /// # Ok::<(), pop3_proto::SyntaxError>(())
    /// ```
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp<'a>> {
        timestamp::in_greeting(self.text.as_bytes())
    }

    /// Writes the line, CRLF too.
    pub fn encode(self, out: &mut BytesMut) {
        out.put_slice(match self.status {
            Status::Ok => b"+OK",
            Status::Err => b"-ERR",
        });
        if let Some(code) = self.code {
            out.put_u8(b' ');
            code.encode(out);
        } else if looks_like_code(self.text.as_bytes()) {
            // A text that was parsed must not be taken for a code, sent on. The parser
            // takes this space away again.
            out.put_u8(b' ');
        }
        self.text.encode_after_space(out);
        out.put_slice(b"\r\n");
    }
}

/// A [`Response`] of one's own, for an error that is kept. It prints as its code and its text.
///
/// ```
/// use pop3_proto::{Code, Response, ResponseBuf};
/// let said = ResponseBuf::from(Response::parse(b"-ERR [IN-USE] locked")?);
/// assert_eq!(said.as_response().code, Some(Code::InUse));
/// assert_eq!(said.to_string(), "[IN-USE] locked");
/// # Ok::<(), pop3_proto::SyntaxError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResponseBuf(Box<[u8]>);

impl ResponseBuf {
    /// The response.
    #[must_use]
    pub fn as_response(&self) -> Response<'_> {
        // It was written by `encode`.
        Response::parse(&self.0).unwrap_or(Response::err(Text::EMPTY))
    }
}

impl From<Response<'_>> for ResponseBuf {
    fn from(response: Response<'_>) -> Self {
        let mut line = BytesMut::new();
        response.encode(&mut line);
        Self(line.strip_suffix(b"\r\n").unwrap_or(&line).into())
    }
}

impl fmt::Debug for ResponseBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_response().fmt(f)
    }
}

impl fmt::Display for ResponseBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Response { code, text, .. } = self.as_response();
        match code {
            Some(code) if text.is_empty() => write!(f, "[{}]", code.as_str()),
            Some(code) => write!(f, "[{}] {text}", code.as_str()),
            None if text.is_empty() => f.write_str("no reason given"),
            None => text.fmt(f),
        }
    }
}

/// RFC 2449 §3:
/// ```text
/// single-line  =  status [SP text] CRLF       ;512 octets maximum
/// status       =  "+OK" / "-ERR"
/// text         =  *schar / resp-code *CHAR
/// ```
fn response(input: &[u8]) -> Parsed<'_, Response<'_>> {
    let (status, rest) = match input {
        [b'+', b'O' | b'o', b'K' | b'k', rest @ ..] => (Status::Ok, rest),
        [b'-', b'E' | b'e', b'R' | b'r', b'R' | b'r', rest @ ..] => (Status::Err, rest),
        _ => return fail(input, "\"+OK\" or \"-ERR\""),
    };
    let rest = skip_space(rest);
    // What only looks like a code is text.
    let (rest, code) = match code(rest) {
        Ok((rest, code)) => (skip_space(rest), Some(code)),
        Err(_) if looks_like_code(rest) => (skip_space(rest), None),
        Err(_) => (rest, None),
    };
    let (rest, text) = rest_of_line(rest)?;
    Ok((rest, Response { status, code, text }))
}

/// Whether `text` begins with a bracket, spaces aside.
fn looks_like_code(text: &[u8]) -> bool {
    text.iter().find(|&&octet| octet != b' ') == Some(&b'[')
}

fn skip_space(input: &[u8]) -> &[u8] {
    input.strip_prefix(b" ").unwrap_or(input)
}

/// Reads one line, without its CRLF, of those that follow `+OK` in a multi-line
/// response: takes away the dot that was stuffed, and says `None` at the end
/// (RFC 1939 §3).
///
/// ```
/// use pop3_proto::unstuff_line;
/// assert_eq!(unstuff_line(b"1 120"), Some(&b"1 120"[..]));
/// assert_eq!(unstuff_line(b"..hidden"), Some(&b".hidden"[..]));
/// assert_eq!(unstuff_line(b"."), None);
/// ```
#[must_use]
pub fn unstuff_line(line: &[u8]) -> Option<&[u8]> {
    match line {
        b"." => None,
        [b'.', unstuffed @ ..] => Some(unstuffed),
        _ => Some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_sent_on_is_no_code() {
        let heard = Response::parse(b"-ERR [X] [AUTH] wrong").unwrap();
        let mut out = BytesMut::new();
        Response::err(heard.text).encode(&mut out);
        assert_eq!(&out[..], b"-ERR  [AUTH] wrong\r\n");
        for text in ["[AUTH] wrong", " [AUTH] wrong", "[SYS wait", "  [", "x [AUTH]", " x"] {
            let line = alloc::format!("+OK [X] {text}");
            let told = Response::ok(Response::parse(line.as_bytes()).unwrap().text);
            assert_eq!(told.text.as_bytes(), text.as_bytes());
            out.clear();
            told.encode(&mut out);
            let line = out.strip_suffix(b"\r\n").unwrap();
            assert_eq!(Response::parse(line), Ok(told), "{text:?}");
        }
    }

    #[test]
    fn what_real_servers_send() {
        let parse = |line: &'static [u8]| {
            let response = Response::parse(line).unwrap();
            (response.status, response.code, response.text.as_bytes())
        };
        assert_eq!(parse(b"+OK"), (Status::Ok, None, &b""[..]));
        assert_eq!(parse(b"+OK "), (Status::Ok, None, &b""[..]));
        assert_eq!(parse(b"+ok  hi"), (Status::Ok, None, &b" hi"[..]));
        assert_eq!(parse(b"-ERR [AUTH]"), (Status::Err, Some(Code::Auth), &b""[..]));
        assert_eq!(parse(b"-ERR [auth]x"), (Status::Err, Some(Code::Auth), &b"x"[..]));
        assert_eq!(parse(b"-ERR [no end"), (Status::Err, None, &b"[no end"[..]));
        assert_eq!(parse(b"-ERR []"), (Status::Err, None, &b"[]"[..]));
        for bad in [&b""[..], b"+O", b"OK", b"+ ", b"+OK a\rb", b"+OK \0"] {
            assert!(Response::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_longest_line_fits_512_octets() {
        let code = Code::parse(&[b'c'; 64]).unwrap();
        let text = "t".repeat(Text::MAX);
        let text = Text::new(&text).unwrap();
        let mut out = BytesMut::new();
        Response { status: Status::Err, code: Some(code), text }.encode(&mut out);
        assert!(out.len() <= 512, "{}", out.len());
    }
}
