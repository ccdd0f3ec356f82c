//! Requests of another protocol.

/// Whether a line is the first of an HTTP request (RFC 9112 §3).
///
/// A browser that was led to a mail server sends one, and then lines that whoever led it there
/// has chosen (ALPACA): a session ends at once, and answers none of them.
///
/// ```
/// # use mail_wire::is_http_request;
/// assert!(is_http_request(b"POST / HTTP/1.1"));
/// assert!(!is_http_request(b"HELP HTTP/1.1"));
/// ```
#[must_use]
pub fn is_http_request(line: &[u8]) -> bool {
    // Nearly no other line ends with a version: that is looked at first.
    let Some((before, version)) = line.trim_ascii_end().split_last_chunk() else { return false };
    let Some(request) = before.strip_suffix(b" ").filter(|_| is_version(*version)) else {
        return false;
    };
    let mut words = request.split(|&octet| octet == b' ');
    words.next().is_some_and(|method| METHODS.contains(&method)) && words.next().is_some()
}

/// Whether a line of which no more than `start` is known, since it is longer than any line of
/// the protocol, is such a request: a method, and the start of a path or of a URI, which no
/// command has for an argument (in IMAP a method may be a tag).
#[must_use]
pub fn starts_http_request(start: &[u8]) -> bool {
    let mut words = start.split(|&octet| octet == b' ');
    words.next().is_some_and(|word| METHODS.contains(&word))
        && words.next().is_some_and(is_path_or_uri)
}

fn is_path_or_uri(word: &[u8]) -> bool {
    [&b"/"[..], b"http://", b"https://"].iter().any(|start| word.starts_with(start))
}

const METHODS: [&[u8]; 9] =
    [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"CONNECT", b"OPTIONS", b"TRACE", b"PATCH"];

/// `HTTP-version = HTTP-name "/" DIGIT "." DIGIT`
const fn is_version(word: [u8; 8]) -> bool {
    matches!(word, [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        /// A method, a target and a version, each a word.
        #[test]
        fn a_request_has_three_words(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "GET", "POST", "EHLO", " ", " ", "/", "HTTP/1.1", "HTTP/1.x", "XHTTP/2.0", "\r",
                ]),
                0..8,
            ),
        ) {
            let line = parts.concat();
            let words: Vec<&str> = line.trim_ascii_end().split(' ').collect();
            let is_request = match words[..] {
                [method, _, .., version] => {
                    METHODS.contains(&method.as_bytes()) && version == "HTTP/1.1"
                }
                _ => false,
            };
            prop_assert_eq!(is_http_request(line.as_bytes()), is_request);
        }
    }

    #[test]
    fn what_browsers_send_and_what_mail_programs_send() {
        for line in
            ["GET / HTTP/1.1", "OPTIONS * HTTP/1.0\r", "GET /a b HTTP/1.1", "PUT x HTTP/2.0"]
        {
            assert!(is_http_request(line.as_bytes()), "{line}");
        }
        for line in
            ["", "GET", "GET /", "get / HTTP/1.1", "GET HTTP/1.1", "a1 GET / HTTP/1.1", "NOOP"]
        {
            assert!(!is_http_request(line.as_bytes()), "{line}");
        }
        assert!(starts_http_request(b"GET /aaaa") && starts_http_request(b"POST /a HTTP"));
        assert!(starts_http_request(b"GET http://example.org/aaaa"));
        assert!(!starts_http_request(b"GETS /a") && !starts_http_request(b"GET"));
        assert!(!starts_http_request(b"GET SELECT aaaa") && !starts_http_request(b"PUT {aaaa"));
    }
}
