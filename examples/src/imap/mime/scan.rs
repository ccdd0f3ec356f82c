//! The tokens that structured fields are made of (RFC 5322 §3.2).
//!
//! Each function takes `input` from its first octet on and returns the rest. What
//! is never closed reaches to the end: nothing is read twice.

/// What follows blanks and comments.
pub(super) fn skip_cfws(mut input: &[u8]) -> &[u8] {
    loop {
        input = input.trim_ascii_start();
        match input.first() {
            Some(b'(') => input = skip_comment(input),
            _ => return input,
        }
    }
}

/// What follows the comment that `input` begins with. Comments nest.
pub(super) fn skip_comment(input: &[u8]) -> &[u8] {
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, octet) in input.iter().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'(' => depth += 1,
            b')' if depth == 1 => return &input[at + 1..],
            b')' => depth -= 1,
            _ => {}
        }
    }
    &[]
}

/// Puts what the quoted string that `input` begins with means into `out`, without
/// its quotes and backslashes, and returns what follows it.
pub(super) fn unquote<'m>(input: &'m [u8], out: &mut Vec<u8>) -> &'m [u8] {
    let mut escaped = false;
    for (at, &octet) in input.iter().enumerate().skip(1) {
        match octet {
            _ if escaped => {
                out.push(octet);
                escaped = false;
            }
            b'\\' => escaped = true,
            b'"' => return &input[at + 1..],
            _ => out.push(octet),
        }
    }
    &[]
}
