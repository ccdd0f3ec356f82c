//! Prints the table of `README.md`. What a row compares is timed in turns, so that what else the
//! machine does meets all of it alike, and by the time that the thread was on a processor; the
//! medians are shown.

use std::time::Duration;

use mail_benches::beside::{Row, rows};
use mail_benches::work::{Work, named};
use rustix::time::{ClockId, clock_gettime};

/// How often each piece of work is timed.
const ROUNDS: usize = 41;

fn main() {
    // What `cargo bench` hands on: `--bench`, or `--test`, and a part of a name.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rounds = if arguments.iter().any(|argument| argument == "--test") { 1 } else { ROUNDS };
    let only = arguments.iter().find(|argument| !argument.starts_with("--"));
    println!("| work | ours ÷ best peer, twice | goal | ours ÷ limit | ours | limit | peers |");
    println!("|---|--:|--:|--:|--:|--:|---|");
    for row in rows().filter(|row| only.is_none_or(|only| row.ours.contains(only.as_str()))) {
        print_row(row, rounds);
    }
}

fn print_row(row: &Row, rounds: usize) {
    let mut ours = named(row.ours);
    let unit = ours.unit;
    let rivals: Vec<_> = row.limit.iter().chain(row.peers).chain(row.less).collect();
    let mut work: Vec<Work> = rivals.iter().map(|(_, make)| make()).collect();
    let mut measure = || medians(std::iter::once(&mut ours).chain(&mut work).collect(), rounds);
    let (times, again) = (measure(), measure());
    let (ours, times) = times.split_first().expect("ours is there");
    let named: Vec<String> = rivals
        .iter()
        .zip(times)
        .map(|((name, _), time)| format!("{name} {}", short(*time)))
        .collect();
    let limits = usize::from(row.limit.is_some());
    let peers = limits..limits + row.peers.len();
    let best = |times: &[f64]| times[peers.clone()].iter().copied().min_by(f64::total_cmp);
    let to_best = best(times).zip(best(&again[1..])).map_or("–".into(), |(best, best_again)| {
        format!("{:.2} · {:.2}", ours / best, again[0] / best_again)
    });
    let ratio = |to: Option<f64>| to.map_or("–".into(), |to| format!("{:.2}", ours / to));
    let or_none = |names: &[String]| if names.is_empty() { "–".into() } else { names.join(", ") };
    println!(
        "| {} | {} | {} | {} | {} ns/{unit} | {} | {} |",
        row.title,
        to_best,
        row.goal.map_or("–".into(), |goal| goal.to_string()),
        ratio(times[..limits].first().copied()),
        short(*ours),
        or_none(&named[..limits]),
        or_none(&named[limits..]),
    );
}

/// Nanoseconds an item, of each.
fn medians(mut work: Vec<&mut Work>, rounds: usize) -> Vec<f64> {
    let mut times = vec![Vec::new(); work.len()];
    for work in &mut work {
        (work.run)();
    }
    for _ in 0..rounds {
        for (work, times) in work.iter_mut().zip(&mut times) {
            let start = on_processor();
            (work.run)();
            times.push((on_processor() - start).as_secs_f64() * 1e9 / work.items as f64);
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    times.iter().map(|times| times[times.len() / 2]).collect()
}

/// How long this thread has been on a processor.
fn on_processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("it is not before the start")
}

fn short(time: f64) -> String {
    if time < 100.0 { format!("{time:.1}") } else { format!("{time:.0}") }
}
