//! Counts the instructions that each piece of work takes an item, under callgrind, and holds
//! them to `budgets.txt`. `README.md` tells how.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use mail_benches::work;

/// By how many hundredths a count may differ from its budget.
const TOLERANCE: f64 = 3.0;

/// The budgets, for the features that this program was built with.
const BUDGETS: &str = if cfg!(feature = "simd") {
    concat!(env!("CARGO_MANIFEST_DIR"), "/budgets-simd.txt")
} else {
    concat!(env!("CARGO_MANIFEST_DIR"), "/budgets.txt")
};

/// How the names begin of the work that the feature changes.
const CHANGED: &str = if cfg!(feature = "simd") { "body/" } else { "" };

/// What stands above the budgets, before the compiler that they were counted with.
const HEAD: &str = "\
# Instructions an item; see README.md. Written by the program `instructions` with --bless, and
# counted with ";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (mut bless, mut only) = (false, String::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--bless" => bless = true,
            // What callgrind runs: this program again.
            "--under-callgrind" => {
                work_all(&std::env::args().nth(2).unwrap_or_default());
                return Ok(ExitCode::SUCCESS);
            }
            _ => only = argument,
        }
    }
    let counted = count(&only)?;
    if bless {
        if !only.is_empty() {
            return Err("only all budgets are blessed, together".into());
        }
        fs::write(BUDGETS, written(&counted))?;
    }
    let budgets = fs::read_to_string(BUDGETS)?;
    Ok(compared(&budgets, &counted, only.is_empty()))
}

/// A piece of work, and how many instructions it takes a unit.
struct Counted {
    name: &'static str,
    instructions: f64,
    unit: String,
}

/// Whether work of that name is wanted, where `only` names a part of it.
fn wanted(only: &str) -> impl Iterator<Item = &'static str> {
    work::names().filter(move |name| name.starts_with(CHANGED) && name.contains(only))
}

/// Does it all twice: once, so that what is made at the first use is there, then counted.
fn work_all(only: &str) {
    for name in wanted(only) {
        let mut work = work::named(name);
        (work.run)();
        counted_by_callgrind(&mut *work.run);
        println!("{} {}", work.items, work.unit);
    }
}

/// Callgrind counts while this runs, and writes down what it has counted when it returns.
#[inline(never)]
fn counted_by_callgrind(run: &mut dyn FnMut()) {
    black_box(run)();
}

fn count(only: &str) -> Result<Vec<Counted>, Box<dyn Error>> {
    let counts = std::env::temp_dir().join(format!("instructions-{}", std::process::id()));
    let mut file = std::ffi::OsString::from("--callgrind-out-file=");
    file.push(&counts);
    let output = Command::new("valgrind")
        // Callgrind counts each octet that `rep movsb` copies, which some machines do and some not.
        .env("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-ERMS,-FSRM")
        .args(["--quiet", "--tool=callgrind", "--combine-dumps=yes"])
        .args(["--collect-atstart=no", "--toggle-collect=instructions::counted_by_callgrind"])
        .arg("--dump-after=instructions::counted_by_callgrind")
        .arg(file)
        .arg(std::env::current_exe()?)
        .args(["--under-callgrind", only])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(errors.into());
    }
    let dumped = fs::read_to_string(&counts)?;
    fs::remove_file(&counts)?;
    let totals = dumped.lines().filter_map(|line| line.strip_prefix("totals: "));
    let items = std::str::from_utf8(&output.stdout)?.lines();
    let mut counted = Vec::new();
    for ((name, total), items) in wanted(only).zip(totals).zip(items) {
        let (items, unit) = items.split_once(' ').ok_or("no unit")?;
        let instructions = total.trim().parse::<f64>()? / items.parse::<f64>()?;
        counted.push(Counted { name, instructions, unit: unit.into() });
    }
    if counted.len() != wanted(only).count() {
        return Err(format!("not everything was counted: {errors}").into());
    }
    Ok(counted)
}

/// The release of the compiler, on which the counts depend.
fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or_else(
        |_| "an unknown rustc".into(),
        |output| String::from_utf8_lossy(&output.stdout).trim().into(),
    )
}

/// The budgets that are what was counted.
fn written(counted: &[Counted]) -> String {
    let mut budgets = format!("{HEAD}{}\n", compiler());
    for Counted { name, instructions, unit } in counted {
        let _ = writeln!(budgets, "{name:30} {instructions:12.1} {unit}");
    }
    budgets
}

/// Shows what was counted beside its budget. It fails where they differ, and where one is missing.
fn compared(blessed: &str, counted: &[Counted], whole: bool) -> ExitCode {
    let mut budgets: BTreeMap<&str, f64> = blessed
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.parse().ok()?))
        })
        .collect();
    let mut failed = 0;
    for Counted { name, instructions, unit } in counted {
        let budget = budgets.remove(name).unwrap_or(0.0);
        let more = 100.0 * (instructions / budget - 1.0);
        let differs = more.abs() > TOLERANCE;
        failed += u32::from(differs);
        let mark = if differs { "  <--" } else { "" };
        println!("{name:30} {instructions:12.1} {unit:9} {budget:12.1} {more:+8.1} %{mark}");
    }
    if whole {
        for name in budgets.keys() {
            println!("{name:30} has a budget and is not counted");
            failed += 1;
        }
    }
    if failed == 0 {
        return ExitCode::SUCCESS;
    }
    println!("{failed} not as budgeted. If that is meant, change the budgets with --bless.");
    if !blessed.contains(&compiler()) {
        println!("They were counted with another compiler, whose code may differ.");
    }
    ExitCode::FAILURE
}
