//! What the targets share: how long reads are, and time in proportion to the input. The sessions
//! and their drivers are those of the crates' tests.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use cpu_time::ThreadTime;

/// How long many copies of an input may take, in times of what one takes for each copy.
const FACTOR: u32 = 8;

/// What is not worth measuring.
const FLOOR: Duration = Duration::from_micros(20);

/// What may come between: a page that is touched first, a table that is built once.
const SLACK: Duration = Duration::from_millis(10);

/// The lengths of reads.
#[must_use]
pub fn lengths(reads: [u8; 4]) -> [usize; 4] {
    reads.map(|read| usize::from(read) + 1)
}

/// Runs over `input` and over many copies of it, one after another, and fails where those
/// take out of proportion longer: where work grows with the square of what was received.
///
/// It takes much longer than one run, so it is done for one input of 32.
pub fn in_proportion(input: &[u8], run: impl Fn(&[u8])) {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    if input.len() < 64 || hasher.finish() % 32 != 0 {
        return;
    }
    let copies = (64 * 1024 / input.len()).clamp(4, 64);
    let many = input.repeat(copies);
    let copies = u32::try_from(copies).expect("64 at most");
    // The machine is busy with other things, too: the best of three counts.
    let least = |input: &[u8]| (0..3).map(|_| time(|| run(input))).min().unwrap_or_default();
    let (one, all) = (least(input).max(FLOOR), least(&many));
    assert!(
        all <= one * copies * FACTOR + SLACK,
        "{copies} copies of {} octets take {all:?}, one takes {one:?}",
        input.len()
    );
}

fn time(run: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    run();
    start.elapsed()
}
