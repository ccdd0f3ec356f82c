//! Transcripts of clients.

use crate::script::{Step, parse};
use crate::{Cut, Peer, escape};

/// A client's session under test, with a driver that sends what the script says.
pub trait Client: Peer {
    /// Sends a command, given as its line without CRLF, or the answer to a challenge. What is in
    /// the way of it is seen.
    fn send(&mut self, line: &[u8]);

    /// What was told since the last call, an event a line. How a message is cut is not seen.
    fn seen(&mut self) -> Vec<String>;
}

/// Plays `scripts`, one after the other.
///
/// What the server says between two lines of the client arrives whole, octet by octet, or in
/// two reads, split at every place.
///
/// # Panics
/// Where the client does not send what the script says, or is not told what it says, at its
/// place; or where either is different at another split.
#[track_caller]
pub fn play_client<C: Client>(new: &dyn Fn() -> C, scripts: &[&str]) -> C::Outcome {
    let steps: Vec<Step> = scripts.iter().flat_map(|script| parse(script)).collect();
    let longest = steps.iter().map(server_octets).map(<[u8]>::len).sum();
    let outcome = play(new(), &steps, Cut::Nowhere);
    assert_eq!(play(new(), &steps, Cut::Everywhere), outcome, "octet by octet");
    for at in 1..longest {
        assert_eq!(play(new(), &steps, Cut::At(at)), outcome, "split at {at}");
    }
    outcome
}

fn server_octets(step: &Step) -> &[u8] {
    match step {
        Step::Server(octets) => octets,
        _ => &[],
    }
}

#[track_caller]
fn play<C: Client>(mut client: C, steps: &[Step], cut: Cut<'_>) -> C::Outcome {
    let mut steps = steps.iter().peekable();
    while let Some(step) = steps.next() {
        let mut expected = Vec::new();
        let written = client.written().len();
        let mut sent: &[u8] = &[];
        match step {
            Step::Client(line) => {
                sent = line;
                client.send(line.strip_suffix(b"\r\n").unwrap_or(line));
            }
            Step::Server(octets) => {
                let mut block = octets.clone();
                while let Some(Step::Server(octets)) = steps.peek() {
                    block.extend_from_slice(octets);
                    steps.next();
                }
                cut.pieces(&block).into_iter().for_each(|piece| client.receive(piece));
            }
            Step::Tls => client.shake_hands(),
            Step::Event(event) => expected.push(event.clone()),
            Step::ServerStart(start) => panic!("what a server says is written whole: {start:?}"),
        }
        while let Some(Step::Event(event)) = steps.peek() {
            expected.push(event.clone());
            steps.next();
        }
        assert_eq!(client.seen(), expected, "cut {cut:?}, at {step:?}");
        // A command that was refused was seen, and not written.
        if expected.is_empty() || client.written().len() > written {
            assert_eq!(
                escape(&client.written()[written..]),
                escape(sent),
                "cut {cut:?}, at {step:?}"
            );
        }
    }
    client.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It repeats each line that it is sent, and says how long it is.
    #[derive(Default)]
    struct Echo {
        unread: Vec<u8>,
        written: Vec<u8>,
        seen: Vec<String>,
    }

    impl Peer for Echo {
        type Outcome = usize;

        fn receive(&mut self, octets: &[u8]) {
            self.unread.extend_from_slice(octets);
            while let Some(end) = self.unread.iter().position(|&octet| octet == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                self.seen.push(format!("{} octets", line.len()));
            }
        }

        fn written(&self) -> &[u8] {
            &self.written
        }

        fn shake_hands(&mut self) {}

        fn finish(self) -> usize {
            self.written.len()
        }
    }

    impl Client for Echo {
        fn send(&mut self, line: &[u8]) {
            self.written.extend_from_slice(line);
            self.written.extend_from_slice(b"\r\n");
        }

        fn seen(&mut self) -> Vec<String> {
            std::mem::take(&mut self.seen)
        }
    }

    #[test]
    fn both_sides_have_their_place() {
        let script = "
            C: hello
            S: hello
            S: goodbye
            E: 7 octets
            E: 9 octets
            --- TLS ---
            C: more
        ";
        assert_eq!(play_client(&Echo::default, &[script]), 13);
    }

    #[test]
    #[should_panic(expected = "9 octets")]
    fn what_is_not_told_is_missed() {
        play_client(&Echo::default, &["S: hello\nE: 9 octets"]);
    }
}
