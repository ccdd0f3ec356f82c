//! What is measured and counted: each piece of work by its name.

use std::hint::black_box;

use mail_wire::{Framed, Rule, UnitFramer};

use crate::corpus::Wire;

pub mod body;
pub mod imap;
pub mod pop3;
pub mod smtp;
mod smtp_client;

/// A piece of work.
pub struct Work {
    /// What it is done to, one at a time.
    pub unit: &'static str,
    /// To how many of them it is done in one run.
    pub items: u64,
    /// Does it once. It can be done again.
    pub run: Box<dyn FnMut()>,
}

impl Work {
    /// What `run` does, to so many items a run.
    pub fn new(unit: &'static str, items: usize, run: impl FnMut() + 'static) -> Self {
        Self { unit, items: items as u64, run: Box::new(run) }
    }
}

/// The name of a piece of work, and what makes it once it is wanted.
type Named = (&'static str, fn() -> Work);

fn all() -> impl Iterator<Item = &'static Named> {
    [body::ALL, smtp::ALL, smtp_client::ALL, pop3::ALL, imap::ALL].into_iter().flatten()
}

/// The names of all of it, in the order in which it is shown.
pub fn names() -> impl Iterator<Item = &'static str> {
    all().map(|(name, _)| *name)
}

/// The piece of work of that name.
pub fn named(name: &str) -> Work {
    let (_, make) = all().find(|(known, _)| *known == name).expect("there is such work");
    make()
}

/// Finds the items of `wire` with `framer` and parses them; all of them are whole.
fn each_framed<R: Rule>(wire: &Wire, framer: &mut UnitFramer<R>, mut parse: impl FnMut(&[u8])) {
    let mut input = black_box(wire.octets());
    let mut left = wire.len();
    while let Framed::Whole { octets, .. } = framer.next(&mut input) {
        parse(octets);
        left -= 1;
    }
    assert_eq!(left, 0, "all items are framed");
}
