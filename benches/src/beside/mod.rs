//! The rows of the table in `README.md`: our work, what is published that does the same, and the
//! least that could be done.
//!
//! Who finds the ends of lines is compared with ours doing so; who gets them cut, with ours that
//! gets them cut. Who copies is compared with ours copying, where there is such work. Whatever a
//! peer gives out lazily, as ours, is read.

use std::hint::black_box;

use memchr::memchr;

use crate::corpus::Wire;
use crate::work::Work;

mod body;
mod imap;
mod pop3;
mod smtp;

/// A row of the table.
pub struct Row {
    /// What is done.
    pub title: &'static str,
    /// The name of our work.
    pub ours: &'static str,
    /// The least that could be done: a scan by hand, or a copy.
    pub limit: Option<Rival>,
    /// Who else does it.
    pub peers: &'static [Rival],
    /// Who does much less, and is shown but not compared.
    pub less: &'static [Rival],
    /// What part of the best peer's time ours is to take.
    pub goal: Option<f64>,
}

/// A name, and the same work done another way.
pub type Rival = (&'static str, fn() -> Work);

/// All rows.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [smtp::ROWS, body::ROWS, pop3::ROWS, imap::ROWS].into_iter().flatten()
}

/// `parse` takes an item off the front, and says what is left.
fn framing(
    unit: &'static str,
    wire: Wire,
    parse: impl for<'w> Fn(&'w [u8]) -> &'w [u8] + 'static,
) -> Work {
    Work::new(unit, wire.len(), move || {
        let mut input = black_box(wire.octets());
        let mut items = 0;
        while !input.is_empty() {
            input = parse(input);
            items += 1;
        }
        assert_eq!(items, wire.len(), "all items are found");
    })
}

/// `parse` gets items without their CRLF.
fn cut(unit: &'static str, wire: Wire, parse: impl Fn(&[u8]) + 'static) -> Work {
    Work::new(unit, wire.len(), move || black_box(&wire).cut().for_each(&parse))
}

/// Finds the end of each line, and hands the line to `scan`.
fn scanned_lines(unit: &'static str, wire: Wire, scan: fn(&[u8])) -> Work {
    Work::new(unit, wire.octets().iter().filter(|octet| **octet == b'\n').count(), move || {
        let mut input = black_box(wire.octets());
        while let Some(end) = memchr(b'\n', input) {
            scan(&input[..end]);
            input = &input[end + 1..];
        }
    })
}

/// A line as text, for who takes nothing else.
fn text(line: &[u8]) -> &str {
    std::str::from_utf8(line).expect("it is text")
}
