//! Transcripts of servers.

use std::collections::VecDeque;

use crate::script::{Step, parse};
use crate::{Peer, assert_same_at_every_split, escape};

/// A server's session under test, with the decisions of its driver.
pub trait Server: Peer {
    /// Takes what [`Step::ServerStart`] is compared with off the lines that were written: one
    /// line, unless the protocol has replies of several.
    fn reply(lines: &mut VecDeque<String>) -> Option<String> {
        lines.pop_front()
    }
}

/// Plays `scripts`, one after the other. Lines of the client that follow each other are a
/// group, whose answers come after it (RFC 2920).
///
/// # Panics
/// Where the server does not say what the script says, at its place; says more; or comes to
/// something else at another split.
#[track_caller]
pub fn play_server<S: Server>(new: &dyn Fn() -> S, scripts: &[&str]) -> S::Outcome {
    let steps: Vec<Step> = scripts.iter().flat_map(|script| parse(script)).collect();
    let mut server = new();
    let (mut seen, mut lines) = (0, VecDeque::new());
    // Octets that nothing but a handshake stands between arrive in one read later on.
    let mut reads = vec![Vec::new()];
    let mut in_group = false;
    for step in &steps {
        take_lines(&server, &mut seen, &mut lines);
        let group = std::mem::replace(&mut in_group, matches!(step, Step::Client(_)));
        match step {
            Step::Client(octets) => {
                assert!(group || lines.is_empty(), "not in the transcript: {lines:?}");
                reads.last_mut().expect("a read").extend_from_slice(octets);
                server.receive(octets);
            }
            Step::Tls => {
                assert!(lines.is_empty(), "not in the transcript: {lines:?}");
                reads.push(Vec::new());
                server.shake_hands();
            }
            Step::Server(expected) => {
                let line = lines.pop_front().unwrap_or_default();
                let expected = escape(expected.strip_suffix(b"\r\n").unwrap_or(expected));
                assert_eq!(line, expected, "then {lines:?}");
            }
            Step::ServerStart(expected) => {
                let reply = S::reply(&mut lines).unwrap_or_default();
                assert!(
                    reply.starts_with(expected),
                    "expected {expected:?}, got {reply:?}, then {lines:?}"
                );
            }
            Step::Event(event) => panic!("a server's transcript has no events: {event:?}"),
        }
    }
    take_lines(&server, &mut seen, &mut lines);
    assert!(lines.is_empty(), "not in the transcript: {lines:?}");
    let outcome = server.finish();
    assert_same_at_every_split(new, &reads, &outcome);
    outcome
}

/// Adds what was written since the last call, line by line, escaped and without CRLF.
fn take_lines<S: Server>(server: &S, seen: &mut usize, lines: &mut VecDeque<String>) {
    let written = &server.written()[*seen..];
    *seen += written.len();
    let ends = written.split_inclusive(|&octet| octet == b'\n');
    lines.extend(ends.map(|line| escape(line.strip_suffix(b"\r\n").unwrap_or(line))));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It greets, and says each line twice.
    struct Twice(Vec<u8>, Vec<u8>);

    impl Peer for Twice {
        type Outcome = Vec<u8>;

        fn receive(&mut self, octets: &[u8]) {
            self.0.extend_from_slice(octets);
            while let Some(end) = self.0.iter().position(|&octet| octet == b'\n') {
                let line: Vec<u8> = self.0.drain(..=end).collect();
                self.1.extend([&line[..], &line[..]].concat());
            }
        }

        fn written(&self) -> &[u8] {
            &self.1
        }

        fn shake_hands(&mut self) {}

        fn finish(self) -> Vec<u8> {
            self.1
        }
    }

    impl Server for Twice {}

    fn new() -> Twice {
        Twice(Vec::new(), b"ready\r\n".to_vec())
    }

    #[test]
    fn a_server_is_held_to_its_lines() {
        let script = "
            S: ready
            C> he
            C: llo
            S: hello
            S* he
        ";
        let group = "C: b\nC: c\nS: b\nS: b\nS: c\nS: c";
        let outcome = play_server(&new, &[script, "--- TLS ---", group]);
        assert_eq!(outcome, b"ready\r\nhello\r\nhello\r\nb\r\nb\r\nc\r\nc\r\n");
    }

    #[test]
    #[should_panic(expected = "not in the transcript")]
    fn what_it_says_too_much_is_seen() {
        play_server(&new, &["S: ready\nC: a\nS: a"]);
    }

    #[test]
    #[should_panic(expected = "not in the transcript")]
    fn a_line_has_its_place() {
        play_server(&new, &["C: a\nS: ready\nS: a\nS: a"]);
    }
}
