//! Transcripts, and how they are played.
//!
//! ```text
//! C: NOOP            a line of the client; \r \n \t \0 \\ \xNN stand for octets
//! C> NO              the same without CRLF after it
//! S: 250 2.0.0 OK    a line of the server
//! S> 250             the same without CRLF after it
//! S* 250 2.0.0       of what the server answers, a line, or a whole reply, that begins so
//! E: closed          what a client is told
//! --- TLS ---        both shake hands
//! ```
//!
//! A transcript is of both sides; one of them is played by the session under test, which a
//! test wraps in a [`Server`] or a [`Client`] that decides. [`play_server`] and [`play_client`]
//! play it step by step, where each line has to come in its place, and then [`replay`] it with
//! as much as possible in one read, at every split in two, and octet by octet: each must come
//! to the same. What a session shows its wire log belongs to what came of it: [`LogLines`] keeps
//! it, and [`assert_hidden`] sees to it that no secret is there. A fuzz target plays any input by
//! the same [`Peer`], [`however_cut`].
//!
//! What else the tests of several crates need is here: [`assert_sizes`].

mod client;
mod cut;
mod log;
mod script;
mod server;
mod sizes;
mod unread;

pub use client::{Client, play_client};
pub use cut::Cut;
pub use log::{LogLines, assert_hidden};
pub use script::{Step, escape, parse, unescape};
pub use server::{Server, play_server};
pub use sizes::{Size, assert_sizes};
pub use unread::Unread;

use std::fmt::Debug;

/// A session under test, with the decisions of its driver.
pub trait Peer {
    /// What came of it: what it has written, what was told, what was kept.
    type Outcome: Debug + PartialEq;

    /// Takes octets of the other side, after those that it was given before, and answers
    /// all that they ask for.
    fn receive(&mut self, octets: &[u8]);

    /// All that was written so far.
    fn written(&self) -> &[u8];

    /// The TLS handshake is done.
    fn shake_hands(&mut self);

    /// What came of it all.
    fn finish(self) -> Self::Outcome;
}

/// Plays what comes in: `reads`, with a handshake between each two of them, cut as `cut` says;
/// where that is at one place, it counts from the first read.
pub fn replay<P: Peer>(mut peer: P, reads: &[Vec<u8>], cut: Cut<'_>) -> P::Outcome {
    let mut before = 0;
    for (number, read) in reads.iter().enumerate() {
        if number > 0 {
            peer.shake_hands();
        }
        for piece in cut.after(before).pieces(read) {
            peer.receive(piece);
        }
        before += read.len();
    }
    peer.finish()
}

/// Replays `reads` whole, octet by octet and at every split in two, and asserts that each comes
/// to `expected`.
#[track_caller]
pub fn assert_same_at_every_split<P: Peer>(
    new: &dyn Fn() -> P,
    reads: &[Vec<u8>],
    expected: &P::Outcome,
) {
    let assert = |cut: Cut<'_>| assert_eq!(&replay(new(), reads, cut), expected, "cut {cut:?}");
    assert(Cut::Nowhere);
    assert(Cut::Everywhere);
    for at in 1..reads.iter().map(Vec::len).sum() {
        assert(Cut::At(at));
    }
}

/// What comes of `input`, which is the same whole, octet by octet and at every split in two.
#[track_caller]
pub fn at_every_split<P: Peer>(new: &dyn Fn() -> P, input: &[u8]) -> P::Outcome {
    let reads = [input.to_vec()];
    let whole = replay(new(), &reads, Cut::Nowhere);
    assert_same_at_every_split(new, &reads, &whole);
    whole
}

/// What comes of `input`, which is the same whole, octet by octet and in reads of `lengths`:
/// for input that is too long, or of which there is too much, to be split at every place.
#[track_caller]
pub fn however_cut<P: Peer>(new: &dyn Fn() -> P, input: &[u8], lengths: &[usize]) -> P::Outcome {
    let reads = [input.to_vec()];
    let whole = replay(new(), &reads, Cut::Nowhere);
    for cut in [Cut::Lengths(lengths), Cut::Everywhere] {
        assert_eq!(replay(new(), &reads, cut), whole, "cut {cut:?}");
    }
    whole
}
