//! What greetings say.

use alloc::string::String;

use crate::parse::SyntaxError;

/// `text`, for a greeting, whose line has room for so many octets of it: of visible US-ASCII,
/// spaces and tabs (RFC 5321 §4.2, RFC 1939 §3, RFC 9051 §9), for a client has not said yet what
/// else it can read.
///
/// # Errors
/// Where an octet is none of those, or there is more than fits, or nothing.
pub fn greeting(text: &str, room: usize) -> Result<String, SyntaxError> {
    let is_visible = |octet: u8| matches!(octet, b'\t' | b' '..=b'~');
    if let Some(offset) = text.bytes().position(|octet| !is_visible(octet)) {
        return Err(SyntaxError { offset, expected: "visible US-ASCII, a space or a tab" });
    }
    match text.len() {
        0 => Err(SyntaxError { offset: 0, expected: "a text" }),
        length if length > room => {
            Err(SyntaxError { offset: room, expected: "the end of the text" })
        }
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_client_can_read_is_one() {
        assert_eq!(greeting("ready\tnow ~", 11).as_deref(), Ok("ready\tnow ~"));
        for (text, offset) in [
            ("", 0),
            ("a\r\n220 b", 1),
            ("a\nb", 1),
            ("a\0", 1),
            ("caf\u{e9}", 3),
            ("a\x7f", 1),
            ("123456789012", 11),
        ] {
            assert_eq!(greeting(text, 11).unwrap_err().offset, offset, "{text:?}");
        }
    }
}
