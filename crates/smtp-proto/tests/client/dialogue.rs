//! Dialogues of a server and a machine over a session, taken apart into turns: what one side says
//! at once is one turn.

use bytes::BytesMut;
use mail_transcript::{Cut, Step, escape, parse};

#[derive(Clone, Debug)]
pub(crate) enum Turn {
    Server(Vec<u8>),
    Client(Vec<u8>),
    Tls,
}

/// A machine under test, with what its driver does.
pub(crate) trait Machine {
    /// Takes octets of the server, after those that it was given before.
    fn read(&mut self, octets: &[u8]);

    /// The handshake is done.
    fn shake_hands(&mut self);

    /// What was written and is not taken yet.
    fn out(&mut self) -> &mut BytesMut;

    /// What came of it, a line each.
    fn outcome(&self) -> Vec<String>;
}

/// The turns of a script, and what comes of it: its lines with `E:`.
#[track_caller]
pub(crate) fn turns(script: &str) -> (Vec<Turn>, Vec<String>) {
    let (mut turns, mut outcome) = (Vec::new(), Vec::new());
    for step in parse(script) {
        match (step, turns.last_mut()) {
            (Step::Server(octets), Some(Turn::Server(said)))
            | (Step::Client(octets), Some(Turn::Client(said))) => said.extend(octets),
            (Step::Server(octets), _) => turns.push(Turn::Server(octets)),
            (Step::Client(octets), _) => turns.push(Turn::Client(octets)),
            (Step::Tls, _) => turns.push(Turn::Tls),
            (Step::Event(text), _) => outcome.push(text),
            (Step::ServerStart(start), _) => panic!("a server's line is whole: {start}"),
        }
    }
    (turns, outcome)
}

/// Plays turns, with what the server says cut into reads.
#[track_caller]
pub(crate) fn play<M: Machine>(machine: &mut M, turns: &[Turn], cut: Cut<'_>) {
    for turn in turns {
        match turn {
            Turn::Server(said) => cut.pieces(said).iter().for_each(|piece| machine.read(piece)),
            Turn::Client(said) => assert_eq!(escape(&machine.out().split()), escape(said)),
            Turn::Tls => machine.shake_hands(),
        }
    }
    assert_eq!(escape(machine.out()), "", "it says more");
}

/// Plays a script whole, octet by octet and at every split in two, and asserts what comes of it.
#[track_caller]
pub(crate) fn dialogue<M: Machine>(new: &dyn Fn() -> M, script: &str) {
    let (turns, outcome) = turns(script);
    let longest = turns.iter().map(|turn| match turn {
        Turn::Server(said) => said.len(),
        Turn::Client(_) | Turn::Tls => 0,
    });
    let cuts = (1..longest.max().unwrap_or(0)).map(Cut::At);
    for cut in [Cut::Nowhere, Cut::Everywhere].into_iter().chain(cuts) {
        let mut machine = new();
        play(&mut machine, &turns, cut);
        assert_eq!(machine.outcome(), outcome, "cut {cut:?}: {script}");
    }
}
