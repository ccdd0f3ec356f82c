//! Scripts as text.

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Octets of the client.
    Client(Vec<u8>),
    /// Octets of the server.
    Server(Vec<u8>),
    /// The server's line, or whole reply, begins so.
    ServerStart(String),
    /// What a client is told.
    Event(String),
    /// Both shake hands.
    Tls,
}

/// The steps of a script. Blank lines, and blanks before a line, are for the reader.
///
/// # Panics
/// Where a line is not of a script.
#[must_use]
#[track_caller]
pub fn parse(script: &str) -> Vec<Step> {
    script.lines().map(str::trim_start).filter(|line| !line.is_empty()).map(step).collect()
}

#[track_caller]
fn step(line: &str) -> Step {
    let text = line.get(3..).unwrap_or_default();
    let with_end = || [unescape(text), b"\r\n".to_vec()].concat();
    match line.get(..2) {
        Some("C:") => Step::Client(with_end()),
        Some("C>") => Step::Client(unescape(text)),
        Some("S:") => Step::Server(with_end()),
        Some("S>") => Step::Server(unescape(text)),
        Some("S*") => Step::ServerStart(text.to_owned()),
        Some("E:") => Step::Event(text.to_owned()),
        Some("--") => Step::Tls,
        _ => panic!("no line of a transcript: {line:?}"),
    }
}

/// The octets that `text` stands for.
///
/// # Panics
/// Where it has an escape that is none.
#[must_use]
#[track_caller]
pub fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = text.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'\\' => match rest.next() {
                Some(b'r') => b'\r',
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'0') => 0,
                Some(b'\\') => b'\\',
                Some(b'x') => {
                    let hex: Vec<u8> = rest.by_ref().take(2).collect();
                    let hex = std::str::from_utf8(&hex).expect("two digits");
                    u8::from_str_radix(hex, 16).expect("two digits")
                }
                other => panic!("unknown escape {other:?} in {text:?}"),
            },
            other => other,
        });
    }
    octets
}

/// `octets` as a script would write them, UTF-8 as it is.
#[must_use]
pub fn escape(octets: &[u8]) -> String {
    let mut text = String::new();
    for chunk in octets.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\r' => text.push_str("\\r"),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '\0' => text.push_str("\\0"),
                '\\' => text.push_str("\\\\"),
                ' '.. => text.push(character),
                _ => text.push_str(&format!("\\x{:02x}", u32::from(character))),
            }
        }
        for octet in chunk.invalid() {
            text.push_str(&format!("\\x{octet:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_read_line_by_line() {
        let script = "
            C: a\\x41 \\\\
            C> b\\0
            S: c
            S* d
            E: e
            --- TLS ---
        ";
        let expected = [
            Step::Client(b"aA \\\r\n".to_vec()),
            Step::Client(b"b\0".to_vec()),
            Step::Server(b"c\r\n".to_vec()),
            Step::ServerStart("d".into()),
            Step::Event("e".into()),
            Step::Tls,
        ];
        assert_eq!(parse(script), expected);
    }

    #[test]
    fn what_is_escaped_is_unescaped() {
        let octets = [&b"a\r\n\t\0\\ \x01\xff"[..], "ü".as_bytes()].concat();
        assert_eq!(unescape(&escape(&octets)), octets);
    }
}
